"""What is said of a picture's original file, as it is handed out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import decimal, joined, phrase
from bot.services.jobs import FILE_ENDINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger import Picture

LABELS = {"image/webp": phrase("lossless WebP"), "image/png": "PNG"}


def original_text(picture: Picture) -> str:
    """With the file itself."""
    return phrase("{number}: the original file, unchanged.", number=f"#{picture.number}")


def parts_text(picture: Picture, media_type: str, rows: Sequence[int], losses: Sequence[str]) -> str:
    """With the same pixels in one file or several, where the original is too large for Discord."""
    image = picture.image
    begins = phrase(
        "{number}: the original ({size} pixels, {bytes} MB) is too large for Discord here.",
        number=f"#{picture.number}",
        size=f"{image.width}×{image.height}",
        bytes=decimal(f"{image.byte_size / 1e6:.1f}"),
    )
    if losses:
        same = phrase("all of its pixels, but with {losses}", losses=joined(", ", losses))
    else:
        same = phrase("the very same pixels")
    kind = LABELS[media_type]
    if len(rows) == 1:
        copy = phrase("This is a copy of full size with {same} ({kind}).", same=same, kind=kind)
    else:
        copy = phrase(
            "These {count} files, one below the other, are {same} at full size ({kind}). Their names say in which "
            "order.",
            count=len(rows),
            same=same,
            kind=kind,
        )
    return joined(" ", [begins, copy])


def too_large_text(picture: Picture) -> str:
    """Where there is no way to hand it out."""
    return phrase(
        "The original of {number} is too large for Discord here, and cannot be cut into parts. I keep it: whoever runs "
        "me can copy it from my data.",
        number=f"#{picture.number}",
    )


def part_name(number: int, media_type: str, place: int, count: int) -> str:
    """``atelier-5-original-1-of-3.webp``; what it is a part of can be told by it alone."""
    which = "" if count == 1 else f"-{place}-of-{count}"
    return f"atelier-{number}-original{which}.{FILE_ENDINGS[media_type]}"
