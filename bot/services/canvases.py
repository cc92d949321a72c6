"""How large a changed picture becomes, and where the old one lies on it when it is extended. Pure; all in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from bot.services.changes import Change
from bot.services.sizes import FreeSizes, dimensions

if TYPE_CHECKING:
    from bot.services.catalog import Model

USUAL_PIXELS = 1536 * 1024  # for other people's pictures: a telephone's screenshot must not become a large, dear result
SHRUNK_TO = {Change.ZOOM_OUT: (2, 3), Change.ZOOM_OUT_TWICE: (1, 2)}  # of the canvas's edges
PANNED_BY = 3  # a third of the canvas is new
SHAPES = {Change.SQUARE: "square", Change.PORTRAIT: "portrait", Change.LANDSCAPE: "landscape"}


@dataclass(frozen=True, slots=True)
class Frame:
    """A canvas, and what of the old picture lies where on it.

    Attributes:
        width: of the canvas.
        height: of the canvas.
        crop: left, top, right, bottom of what is taken of the old picture.
        box: left, top, right, bottom of where that is laid on the canvas, scaled to fill it; inside the canvas.
    """

    width: int
    height: int
    crop: tuple[int, int, int, int]
    box: tuple[int, int, int, int]


def fitting_size(model: Model, width: int, height: int, most_pixels: int = USUAL_PIXELS) -> str:
    """The size, ``WIDTHxHEIGHT``, that the model makes and that has the shape of a picture as nearly as may be.

    Never larger than the picture if the model makes such small ones, and of at most `most_pixels` if it does.
    """
    if isinstance(model.sizes, FreeSizes):
        factor = min(1.0, sqrt(most_pixels / (width * height)))
        across, down = max(1, int(width * factor)), max(1, int(height * factor))
        across, down = model.sizes.nearest(across, down)
        return f"{across}x{down}"
    offered = [size for size in model.sizes.fixed if _pixels(size) <= most_pixels] or list(model.sizes.fixed)
    return min(offered, key=lambda size: abs(_slope(*dimensions(size)) - _slope(width, height)))


def shape_size(model: Model, change: Change) -> str | None:
    """The size, ``WIDTHxHEIGHT``, that a change of shape asks for; None for other changes."""
    word = SHAPES.get(change)
    return None if word is None else model.check_size(word)


def frame_for(change: Change, width: int, height: int, size: str) -> Frame:
    """How a picture of `width` by `height` lies on a canvas of `size` to be extended.

    Zoomed out, it is in the middle, smaller. Panned, the canvas moves by a third of itself over it, and what is left
    behind is cut off. In another shape, all of it is in the middle.

    Raises:
        KeyError: the change extends nothing.
    """
    across, down = dimensions(size)
    if change in SHRUNK_TO:
        part, of = SHRUNK_TO[change]
        box = _middle(width, height, across, down, across * part // of, down * part // of)
        return Frame(across, down, (0, 0, width, height), box)
    if change in SHAPES:
        return Frame(across, down, (0, 0, width, height), _middle(width, height, across, down, across, down))
    return _PANS[change](width, height, across, down)


def _middle(width: int, height: int, across: int, down: int, room: int, rise: int) -> tuple[int, int, int, int]:
    """Where a picture lies in the middle of a canvas, as large as it can be within `room` by `rise`."""
    factor = min(room / width, rise / height)
    wide, high = max(1, min(across, round(width * factor))), max(1, min(down, round(height * factor)))
    left, top = (across - wide) // 2, (down - high) // 2
    return left, top, left + wide, top + high


def _pan_left(width: int, height: int, across: int, down: int) -> Frame:
    new, gone = across // PANNED_BY, width // PANNED_BY
    return Frame(across, down, (0, 0, width - gone, height), (new, 0, across, down))


def _pan_right(width: int, height: int, across: int, down: int) -> Frame:
    new, gone = across // PANNED_BY, width // PANNED_BY
    return Frame(across, down, (gone, 0, width, height), (0, 0, across - new, down))


def _pan_up(width: int, height: int, across: int, down: int) -> Frame:
    new, gone = down // PANNED_BY, height // PANNED_BY
    return Frame(across, down, (0, 0, width, height - gone), (0, new, across, down))


def _pan_down(width: int, height: int, across: int, down: int) -> Frame:
    new, gone = down // PANNED_BY, height // PANNED_BY
    return Frame(across, down, (0, gone, width, height), (0, 0, across, down - new))


_PANS = {
    Change.PAN_LEFT: _pan_left,
    Change.PAN_RIGHT: _pan_right,
    Change.PAN_UP: _pan_up,
    Change.PAN_DOWN: _pan_down,
}


def _pixels(size: str) -> int:
    width, height = dimensions(size)
    return width * height


def _slope(width: int, height: int) -> float:
    """The shape as a number: equal for a picture and its copy in another size, opposite for its quarter turn."""
    return (width - height) / max(width, height)
