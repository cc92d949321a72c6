"""How large a changed picture becomes, and where the old one lies on it when it is extended. Pure; all in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from bot.errors import RequestRefused
from bot.language import phrase
from bot.services.catalog import SAME_SHAPE, USUAL_PIXELS, dimensions, strain
from bot.services.requests.request import Change

if TYPE_CHECKING:
    from bot.services.catalog import Model
    from bot.services.requests.request import StoredImage

SHRUNK_TO = {Change.ZOOM_OUT: Fraction(2, 3), Change.ZOOM_OUT_TWICE: Fraction(1, 2)}  # of the canvas's edges
PANNED_BY = 3  # a third of the canvas is new
SHAPES = {Change.SQUARE: "square", Change.PORTRAIT: "portrait", Change.LANDSCAPE: "landscape"}
LEAST_NEW = Fraction(1, 50)  # of a canvas; with less, a picture has that shape already
MOST_ROOM = Fraction(11, 10)  # of a picture's size; with no more than that, it is not enlarged: sizes come in steps


@dataclass(frozen=True, slots=True)
class Layout:
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

    def laid(self, picture: tuple[int, int]) -> tuple[int, int]:
        """Width and height of all of a picture at the scale at which it is laid on the canvas."""
        scales = (Fraction(self.box[end] - self.box[end - 2], self.crop[end] - self.crop[end - 2]) for end in (2, 3))
        width, height = (max(1, round(edge * scale)) for edge, scale in zip(picture, scales, strict=True))
        return width, height


def fitting_size(model: Model, width: int, height: int, most_pixels: int = USUAL_PIXELS) -> str:
    """The size, ``WIDTHxHEIGHT``, that the model makes and that has the shape of a picture as nearly as may be.

    Never larger than the picture if the model makes such small ones, and of at most `most_pixels` if it does: a
    telephone's screenshot must not become a large, dear result.
    """
    across, down = model.sizes.like(width, height, most_pixels)
    return f"{across}x{down}"


def keeps_shape(picture: StoredImage, width: int, height: int) -> bool:
    """Whether a picture can be laid over a result of this size and nobody sees that it was stretched."""
    return strain((width, height), (picture.width, picture.height)) <= SAME_SHAPE


def shape_size(model: Model, change: Change) -> str | None:
    """The size, ``WIDTHxHEIGHT``, that a change of shape asks for; None for other changes."""
    word = SHAPES.get(change)
    return None if word is None else model.check_size(word)


def canvas_size(model: Model, change: Change, width: int, height: int, most_pixels: int) -> str:
    """The size, ``WIDTHxHEIGHT``, of the canvas on which a picture is extended.

    The smallest that the model makes on which the picture need not be scaled; if there is none of at most
    `most_pixels`, the largest that there is.

    Raises:
        KeyError: the change extends nothing.
    """
    wide, high = _ideal_canvas(model, change, width, height)
    across, down = model.sizes.holding(wide, high, most_pixels) or model.sizes.like(wide, high, most_pixels)
    return f"{across}x{down}"


def _ideal_canvas(model: Model, change: Change, width: int, height: int) -> tuple[int, int]:
    """The canvas on which a picture keeps its scale, if every size could be had."""
    if change in _PANS:
        return width, height
    shaped = shape_size(model, change)
    if shaped is None:
        return ceil(width / SHRUNK_TO[change]), ceil(height / SHRUNK_TO[change])
    across, down = dimensions(shaped)
    scale = max(Fraction(width, across), Fraction(height, down))
    return ceil(across * scale), ceil(down * scale)


def layout_for(change: Change, width: int, height: int, size: str) -> Layout:
    """How a picture of `width` by `height` lies on a canvas of `size` to be extended. It is never distorted.

    It keeps its scale if the canvas has just the room for that. Zoomed out, it is in the middle. Panned, the canvas
    moves by a third of itself over it, and what is left behind is cut off; beside a picture of another shape, all that
    the canvas has is new. In another shape, all of it is in the middle.

    Raises:
        KeyError: the change extends nothing.
    """
    across, down = dimensions(size)
    if change in _PANS:
        return _panned(_PANS[change], (width, height), (across, down))
    share = Fraction(1) if change in SHAPES else SHRUNK_TO[change]
    return Layout(across, down, (0, 0, width, height), _middle((width, height), (across, down), share))


def check_layout(change: Change, layout: Layout, name: str) -> None:
    """See that there is something to be drawn around a picture.

    Args:
        change: what made the layout.
        layout: of the picture.
        name: what people call the picture, to begin a sentence with.

    Raises:
        RequestRefused: the picture has the shape already that is asked for.
    """
    left, top, right, bottom = layout.crop
    # Of what would be new if it were as large as it can be: it may be a little smaller, to keep its scale.
    new = 1 - 1 / strain((right - left, bottom - top), (layout.width, layout.height))
    if change in SHAPES and new < LEAST_NEW:
        raise RequestRefused(_shaped(change, name))


def _shaped(change: Change, name: str) -> str:
    if change is Change.SQUARE:
        return phrase("{picture} is square already. For another size, press ✏️ Edit.", picture=name)
    if change is Change.PORTRAIT:
        return phrase("{picture} is in portrait format already. For another size, press ✏️ Edit.", picture=name)
    return phrase("{picture} is in landscape format already. For another size, press ✏️ Edit.", picture=name)


def _middle(old: tuple[int, int], canvas: tuple[int, int], share: Fraction) -> tuple[int, int, int, int]:
    """Where a picture lies in the middle of a canvas, as large as it can be within this share of the canvas's edges."""
    scale = _own_if_near(share * _whole(old, canvas))
    wide, high = (max(1, round(edge * scale)) for edge in old)
    left, top = (canvas[0] - wide) // 2, (canvas[1] - high) // 2
    return left, top, left + wide, top + high


def _whole(old: tuple[int, int], canvas: tuple[int, int]) -> Fraction:
    """The scale at which all of a picture is as large as its canvas can take it."""
    return min(Fraction(canvas[0], old[0]), Fraction(canvas[1], old[1]))


def _own_if_near(scale: Fraction) -> Fraction:
    return Fraction(1) if 1 <= scale <= MOST_ROOM else scale


@dataclass(frozen=True, slots=True)
class _Pan:
    """Which way the canvas moves: along its width (0) or height (1), and whether to the end of that or its start."""

    axis: int
    to_end: bool


_PANS = {
    Change.PAN_LEFT: _Pan(0, to_end=False),
    Change.PAN_RIGHT: _Pan(0, to_end=True),
    Change.PAN_UP: _Pan(1, to_end=False),
    Change.PAN_DOWN: _Pan(1, to_end=True),
}


def _panned(pan: _Pan, old: tuple[int, int], canvas: tuple[int, int]) -> Layout:
    """The picture as large as the canvas takes it whole, then moved away from where the canvas goes."""
    along, beside = pan.axis, 1 - pan.axis
    scale = _own_if_near(_whole(old, canvas))
    room = canvas[along] - canvas[along] // PANNED_BY
    kept = max(1, min(old[along], int(room / scale)))
    laid, thick = max(1, min(room, round(kept * scale))), max(1, round(old[beside] * scale))
    crop, box = [0, 0, *old], [0, 0, *canvas]
    crop[along], crop[along + 2] = (old[along] - kept, old[along]) if pan.to_end else (0, kept)
    box[along], box[along + 2] = (0, laid) if pan.to_end else (canvas[along] - laid, canvas[along])
    box[beside] = (canvas[beside] - thick) // 2
    box[beside + 2] = box[beside] + thick
    return Layout(*canvas, (crop[0], crop[1], crop[2], crop[3]), (box[0], box[1], box[2], box[3]))
