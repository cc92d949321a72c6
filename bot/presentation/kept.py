"""Whether a result shows just what its mask kept, in sentences that are true to the pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.presentation.story import numbers
from bot.services.text import beginning

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.services.ledger import Picture
    from bot.services.requests import Base, ImageRequest

EXACT = "{} is exactly as it was."
EXACT_IN_ORIGINAL = "In the original, which I keep, {} is exactly as it was; this is a copy of it."
PUT_BACK = "{} is put back from the picture itself: {}."
WILL_BE_PUT_BACK = "{} will be put back from the picture itself: {}."
AS_SENT = "as it was sent"  # of requests of earlier versions nothing more is known
MARKLESS = "The file no longer carries the provider's “made by AI” mark."
FITTED = "What changed was asked for at {} and fitted to {}."
MAY_DIFFER = "What was to be kept may differ a little: look at it."
BECAME = "The picture of {} became {}."
SVG_DIFFERS = "An SVG cannot keep {} exactly: look at it."


def kept_how(request: ImageRequest, pictures: Sequence[Picture], copied: Collection[int] = ()) -> list[str]:
    """What became in these pictures of what was to be kept, each a sentence or two; none where nothing was.

    Args:
        request: what was asked for.
        pictures: of it.
        copied: the numbers of those of which a copy is shown that is not the same pixel by pixel.
    """
    if request.mask is None or not request.exact:
        return []
    told: dict[str, list[Picture]] = {}
    for picture in pictures:
        told.setdefault(_told(request, picture, is_copied=picture.number in copied), []).append(picture)
    notes = [text if len(told) == 1 else f"{numbers(those)}: {text}" for text, those in told.items()]
    marked = [picture for picture in pictures if picture.composed]
    if marked:
        notes.append(MARKLESS if len(marked) == len(pictures) else f"{numbers(marked)}: {MARKLESS}")
    return notes


def kept_before(request: ImageRequest) -> list[str]:
    """What is known before anything is made to become of what is to be kept; nothing where it stays as it is."""
    base = request.base
    if base is None or request.mask is None or not request.exact:
        return []
    changed = _changed_of(base, f"image/{request.output_format}", request)
    if not changed:
        return []
    return [WILL_BE_PUT_BACK.format(beginning(_kept_of(request)), ", ".join(changed))]


def _kept_of(request: ImageRequest) -> str:
    return "what is there of the old picture" if request.change.extends else "the rest"


def _told(request: ImageRequest, picture: Picture, *, is_copied: bool) -> str:
    if not picture.composed:
        return _differs(request, picture)
    what = _kept_of(request)
    changed = _changed_in(request, picture)
    if changed:
        told = PUT_BACK.format(beginning(what), ", ".join(changed))
    else:
        told = EXACT_IN_ORIGINAL.format(what) if is_copied else EXACT.format(beginning(what))
    base = request.base
    if base is None or request.change.extends or base.was == (request.width, request.height):
        return told
    return f"{told} {FITTED.format(_size((request.width, request.height)), _size(base.was))}"


def _differs(request: ImageRequest, picture: Picture) -> str:
    """Of a picture that is as the provider made it."""
    if request.output_format == "svg":
        return SVG_DIFFERS.format("what was there" if request.change.extends else "the outside")
    base, image = request.base, picture.image
    if base is None:
        return MAY_DIFFER
    width, height = base.laid
    became = round(width * image.width / base.picture.width), round(height * image.height / base.picture.height)
    return MAY_DIFFER if became == base.was else f"{MAY_DIFFER} {BECAME.format(_size(base.was), _size(became))}"


def _changed_in(request: ImageRequest, picture: Picture) -> list[str]:
    """What keeps a composed picture from being its base pixel by pixel."""
    base = request.base
    return [AS_SENT] if base is None else _changed_of(base, picture.image.media_type, request)


def _changed_of(base: Base, media_type: str, request: ImageRequest) -> list[str]:
    changed = list(base.losses)
    if base.laid != base.was:
        changed.append(f"scaled from {_size(base.was)} to {_size(base.laid)}")
    if media_type == "image/jpeg":
        changed.append(f"compressed anew as a JPEG{_without_alpha(base)}")
    elif media_type == "image/webp" and request.compression is not None:
        changed.append("compressed anew")
    return changed


def _without_alpha(base: Base) -> str:
    return "" if base.picture.media_type == "image/jpeg" else ", which has no transparency"


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"
