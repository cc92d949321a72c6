"""Animals: asleep, sitting, afloat or on a stump. A place is the middle of the foot, a size is in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bot.sandbox.images.art.canvas import Canvas, Colour, curve, lighter, mix, placed

if TYPE_CHECKING:
    from bot.sandbox.images.art.theme import Palette


@dataclass(frozen=True, slots=True)
class Coat:
    """What tells one animal from another.

    Attributes:
        fur: its usual colour.
        belly: chest, muzzle and the tail's tip.
        ears: ``pointed``, ``long`` or ``round``.
        tail: thickness of the tail, 0 to 1.
        snout: length of the muzzle, 0 to 1.
    """

    fur: Colour
    belly: Colour
    ears: str
    tail: float
    snout: float


COATS = {
    "fox": Coat((214, 96, 42), (250, 238, 224), "pointed", 1.0, 0.9),
    "cat": Coat((120, 112, 110), (232, 226, 218), "pointed", 0.42, 0.35),
    "wolf": Coat((120, 126, 138), (222, 224, 226), "pointed", 0.85, 0.8),
    "dog": Coat((182, 128, 78), (244, 230, 208), "round", 0.5, 0.7),
    "rabbit": Coat((176, 156, 138), (246, 240, 232), "long", 0.15, 0.3),
    "bear": Coat((106, 74, 54), (172, 132, 98), "round", 0.1, 0.6),
}
Place: TypeAlias = tuple[float, float, float]  # x, y, size
DARK: Colour = (34, 28, 34)


def draw_animal(
    canvas: Canvas, kind: str, x: float, y: float, size: float, palette: Palette, colour: Colour | None, *, asleep: bool
) -> None:
    """An animal of `COATS`. On an opaque canvas it throws a shadow."""
    coat = COATS[kind]
    fur = mix(coat.fur, colour, 0.55) if colour else coat.fur
    fur, belly = palette.lit(fur), palette.lit(coat.belly)
    canvas.ellipse(x, y, size * 0.56, size * 0.075, lighter(palette.sky[0], -0.3), opacity=0.4, soft=size * 0.03)
    (_asleep if asleep else _sitting)(canvas, coat, (x, y, size), fur, belly)


CURLED = ((-0.5, -0.14), (-0.44, -0.34), (-0.2, -0.47), (0.12, -0.47), (0.38, -0.36), (0.5, -0.16), (0.4, -0.01),
          (0.0, 0.02), (-0.38, -0.01))  # fmt: skip
LIT_FLANK = ((0.05, -0.4), (0.3, -0.32), (0.4, -0.14), (0.2, -0.1), (0.08, -0.22))
HAUNCH = ((0.06, -0.1), (0.09, -0.24), (0.2, -0.32), (0.33, -0.3), (0.42, -0.2))


def _asleep(canvas: Canvas, coat: Coat, place: Place, fur: Colour, belly: Colour) -> None:
    """Curled up, the tail around the nose."""
    x, y, s = place
    canvas.blob(placed(CURLED, x, y, s), (lighter(fur, 0.2), fur, lighter(fur, -0.34)))
    canvas.blob(placed(LIT_FLANK, x, y, s), lighter(fur, 0.12), opacity=0.5, soft=s * 0.03)
    haunch = curve(placed(HAUNCH, x, y, s), closed=False)
    canvas.stroke(haunch, s * 0.012, lighter(fur, -0.35), opacity=0.5, soft=s * 0.006)
    _tail_around(canvas, coat, place, fur, belly)
    _sleeping_head(canvas, coat, (x - s * 0.25, y - s * 0.19, s), fur, belly)


def _sleeping_head(canvas: Canvas, coat: Coat, place: Place, fur: Colour, belly: Colour) -> None:
    x, y, s = place
    _ear(canvas, coat, x - s * 0.10, y - s * 0.14, s * 0.17, fur, -0.25)
    _ear(canvas, coat, x + s * 0.10, y - s * 0.15, s * 0.17, fur, 0.3)
    reach = 0.11 + 0.07 * coat.snout
    head = [(-0.2, 0.0), (-0.14, -0.14), (0.02, -0.19), (0.17, -0.13), (0.2, 0.02), (0.06, reach),
            (-0.04, reach + 0.01), (-0.14, 0.09)]  # fmt: skip
    canvas.blob(placed(head, x, y, s), (lighter(fur, 0.16), fur))
    for side in (-1, 1):
        cheek = [(side * 0.02, 0.0), (side * 0.17, -0.01), (side * 0.14, 0.09), (0.01, reach + 0.005), (0.0, 0.05)]
        canvas.blob(placed(cheek, x, y, s), belly)
        lid = [(side * 0.065 + step, 0.022 - 6 * step**2) for step in (-0.035, -0.015, 0.015, 0.035)]
        canvas.stroke(placed(lid, x, y, s), s * 0.012, DARK)
    canvas.ellipse(x + s * 0.01, y + reach * s, s * 0.026, s * 0.02, DARK)


def _tail_around(canvas: Canvas, coat: Coat, place: Place, fur: Colour, belly: Colour) -> None:
    x, y, s = place
    t = 0.05 + 0.07 * coat.tail
    tail = [(0.48, -0.2), (0.5, -0.06), (0.3, 0.02), (0.02, 0.035), (-0.2, 0.03), (-0.3, -0.005),
            (-0.16, -t * 0.9), (0.06, -t * 1.25), (0.28, -t * 1.1), (0.4, -0.16)]  # fmt: skip
    canvas.blob([(x + a * s, y + (b - 0.025) * s) for a, b in tail], lighter(fur, -0.6), opacity=0.45, soft=s * 0.015)
    canvas.blob(placed(tail, x, y, s), (lighter(fur, 0.2), lighter(fur, -0.14)))
    tip = [(-0.3, -0.005), (-0.2, 0.032), (-0.06, 0.036), (-0.02, 0.0), (-0.06, -t * 1.05), (-0.17, -t * 0.92)]
    canvas.blob(placed(tip, x, y, s), belly)


def _ear(canvas: Canvas, coat: Coat, x: float, y: float, size: float, fur: Colour, lean: float) -> None:
    """An ear whose middle of the foot is here; `lean` to the right when positive."""
    if coat.ears == "round":
        canvas.ellipse(x, y, size * 0.42, size * 0.42, lighter(fur, -0.12))
        canvas.ellipse(x, y + size * 0.03, size * 0.24, size * 0.24, mix(fur, (220, 150, 140), 0.5))
        return
    if coat.ears == "long":
        canvas.ellipse(
            x + lean * size * 0.2,
            y - size * 0.75,
            size * 0.3,
            size * 1.05,
            (lighter(fur, 0.1), lighter(fur, -0.1)),
            turn=lean * 0.4,
        )
        canvas.ellipse(
            x + lean * size * 0.2,
            y - size * 0.7,
            size * 0.15,
            size * 0.8,
            mix(fur, (226, 150, 146), 0.6),
            turn=lean * 0.4,
        )
        return
    tall, wide = 1.0, 0.5
    outer = [(x - size * wide, y + size * 0.3), (x + lean * size * 0.5, y - size * tall * 0.8),
             (x + size * wide, y + size * 0.3)]  # fmt: skip
    canvas.polygon(outer, (lighter(fur, -0.42 if coat.tail > 0.9 else -0.2), fur))  # noqa: PLR2004 - a fox's ears are black
    inner = [(x - size * wide * 0.5, y + size * 0.25), (x + lean * size * 0.45, y - size * tall * 0.5),
             (x + size * wide * 0.5, y + size * 0.25)]  # fmt: skip
    canvas.polygon(inner, mix(fur, (60, 40, 50), 0.35))


def _sitting(canvas: Canvas, coat: Coat, place: Place, fur: Colour, belly: Colour) -> None:
    """Upright, seen from the front, looking at the viewer."""
    x, y, s = place
    if coat.tail > 0.2:  # noqa: PLR2004 - shorter ones do not show
        w = 0.05 + 0.08 * coat.tail
        tail = [(0.14, -0.05), (0.34, -0.02), (0.5, -0.12), (0.5, -0.3), (0.5 - w * 1.6, -0.3),
                (0.4 - w * 0.4, -0.16), (0.2, -0.14)]  # fmt: skip
        canvas.blob(placed(tail, x, y, s), (lighter(fur, 0.1), lighter(fur, -0.25)))
        canvas.blob(
            [(x + a * s, y + b * s) for a, b in ((0.5, -0.22), (0.5, -0.31), (0.46 - w, -0.33), (0.44 - w, -0.24))],
            belly,
        )
    body = [(-0.22, 0.0), (-0.27, -0.18), (-0.16, -0.44), (-0.1, -0.56), (0.1, -0.56), (0.16, -0.44),
            (0.27, -0.18), (0.22, 0.0)]  # fmt: skip
    canvas.blob(placed(body, x, y, s), (lighter(fur, 0.12), fur, lighter(fur, -0.32)))
    chest = [(-0.1, -0.52), (0.1, -0.52), (0.11, -0.34), (0.0, -0.14), (-0.11, -0.34)]
    canvas.blob(placed(chest, x, y, s), belly)
    for side in (-1, 1):
        canvas.ellipse(x + side * s * 0.085, y - s * 0.13, s * 0.055, s * 0.15, (fur, lighter(fur, -0.3)))
        canvas.ellipse(x + side * s * 0.09, y - s * 0.012, s * 0.068, s * 0.032, lighter(belly, -0.06))
    _face(canvas, coat, (x, y - s * 0.66, s), fur, belly)


def _face(canvas: Canvas, coat: Coat, place: Place, fur: Colour, belly: Colour) -> None:
    x, y, s = place
    for side in (-1, 1):
        _ear(canvas, coat, x + side * s * 0.13, y - s * 0.13, s * 0.19, fur, side * 0.45)
    reach = 0.13 + 0.05 * coat.snout
    head = [(-0.21, 0.02), (-0.17, -0.13), (0.0, -0.18), (0.17, -0.13), (0.21, 0.02), (0.09, reach),
            (0.0, reach + 0.03), (-0.09, reach)]  # fmt: skip
    canvas.blob(placed(head, x, y, s), (lighter(fur, 0.18), fur))
    for side in (-1, 1):
        cheek = [(side * 0.03, 0.03), (side * 0.19, 0.01), (side * 0.12, 0.11), (0.0, reach + 0.02)]
        canvas.blob(placed(cheek, x, y, s), belly)
        canvas.ellipse(x + side * s * 0.085, y - s * 0.02, s * 0.026, s * 0.032, DARK)
        canvas.ellipse(x + side * s * 0.085 - s * 0.008, y - s * 0.031, s * 0.009, s * 0.009, (255, 255, 255))
    canvas.ellipse(x, y + reach * s * 0.86, s * 0.034, s * 0.025, DARK)


def draw_owl(canvas: Canvas, x: float, y: float, size: float, palette: Palette, colour: Colour | None) -> None:
    """An owl on a stump."""
    s, fur = size, palette.lit(colour or (146, 108, 78))
    bark, cut = palette.lit((92, 68, 54)), palette.lit((186, 150, 108))
    stump = [(-0.34, 0.24), (-0.27, 0.12), (-0.26, -0.04), (0.26, -0.04), (0.27, 0.12), (0.36, 0.24)]
    canvas.polygon(placed(stump, x, y, s), (lighter(bark, 0.1), lighter(bark, -0.35)))
    for ring, shade in ((0.26, 0.0), (0.18, -0.12), (0.1, 0.05)):
        canvas.ellipse(x, y - s * 0.04, ring * s, ring * s * 0.26, lighter(cut, shade))
    canvas.blob(
        [
            (x - s * 0.26, y - s * 0.2),
            (x - s * 0.24, y - s * 0.6),
            (x, y - s * 0.72),
            (x + s * 0.24, y - s * 0.6),
            (x + s * 0.26, y - s * 0.2),
            (x, y + s * 0.04),
        ],
        (lighter(fur, 0.15), fur, lighter(fur, -0.3)),
    )
    for side in (-1, 1):
        canvas.polygon(
            [
                (x + side * s * 0.06, y - s * 0.66),
                (x + side * s * 0.22, y - s * 0.8),
                (x + side * s * 0.22, y - s * 0.56),
            ],
            fur,
        )
        canvas.ellipse(x + side * s * 0.22, y - s * 0.28, s * 0.08, s * 0.25, lighter(fur, -0.25), turn=side * -0.15)
        canvas.ellipse(x + side * s * 0.1, y - s * 0.53, s * 0.105, s * 0.105, lighter(fur, 0.5))
        canvas.ellipse(x + side * s * 0.1, y - s * 0.53, s * 0.066, s * 0.066, (246, 190, 60))
        canvas.ellipse(x + side * s * 0.1, y - s * 0.53, s * 0.036, s * 0.036, DARK)
    canvas.polygon([(x - s * 0.03, y - s * 0.5), (x + s * 0.03, y - s * 0.5), (x, y - s * 0.42)], (232, 170, 60))
    for row in range(4):
        for column in range(-2 + row // 3, 3 - row // 3):
            canvas.ellipse(
                x + column * s * 0.07,
                y - s * (0.33 - 0.08 * row),
                s * 0.028,
                s * 0.034,
                lighter(fur, 0.42),
                opacity=0.7,
            )


def draw_whale(canvas: Canvas, x: float, y: float, size: float, palette: Palette, colour: Colour | None) -> None:
    """A whale's back and fluke out of the water at the line `y`."""
    s, skin = size, palette.lit(colour or (70, 96, 128))
    back = [(-0.7, 0.0), (-0.5, -0.2), (-0.1, -0.3), (0.35, -0.18), (0.6, 0.0)]
    canvas.polygon([(x + a * s, y + b * s) for a, b in curve(back, closed=False)], (lighter(skin, 0.2), skin))
    fluke = [(0.62, 0.0), (0.7, -0.25), (0.52, -0.42), (0.68, -0.42), (0.76, -0.34), (0.86, -0.42),
             (1.02, -0.4), (0.82, -0.24), (0.74, 0.0)]  # fmt: skip
    canvas.polygon(placed(fluke, x, y, s), (lighter(skin, 0.15), lighter(skin, -0.2)))
    for lean in (-0.12, -0.04, 0.05, 0.13):
        spray = [(x - s * 0.3, y - s * 0.28), (x + s * (lean - 0.3), y - s * 0.5),
                 (x + s * (lean * 2 - 0.3), y - s * 0.44)]  # fmt: skip
        canvas.stroke(spray, s * 0.014, (240, 248, 255), opacity=0.8)
