"""What is said of a picture's original file, as it is handed out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.jobs import FILE_ENDINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger import Picture

LABELS = {"image/webp": "lossless WebP", "image/png": "PNG"}


def original_text(picture: Picture) -> str:
    """With the file itself."""
    return f"#{picture.number}: the original file, unchanged."


def parts_text(picture: Picture, media_type: str, rows: Sequence[int], losses: Sequence[str]) -> str:
    """With the same pixels in one file or several, where the original is too large for Discord."""
    image = picture.image
    size = f"{image.width}×{image.height} pixels, {image.byte_size / 1e6:.1f} MB"
    begins = f"#{picture.number}: the original ({size}) is too large for Discord here."
    same = f"all of its pixels, but with {', '.join(losses)}" if losses else "the very same pixels"
    if len(rows) == 1:
        return f"{begins} This is a copy of full size with {same} ({LABELS[media_type]})."
    return (
        f"{begins} These {len(rows)} files, one below the other, are {same} at full size ({LABELS[media_type]}). "
        "Their names say in which order."
    )


def too_large_text(picture: Picture) -> str:
    """Where there is no way to hand it out."""
    return (
        f"The original of #{picture.number} is too large for Discord here, and cannot be cut into parts. "
        "I keep it: whoever runs me can copy it from my data."
    )


def part_name(number: int, media_type: str, place: int, count: int) -> str:
    """``atelier-5-original-1-of-3.webp``; what it is a part of can be told by it alone."""
    which = "" if count == 1 else f"-{place}-of-{count}"
    return f"atelier-{number}-original{which}.{FILE_ENDINGS[media_type]}"
