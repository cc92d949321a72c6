"""The owl and the whale, who neither sit nor sleep like the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.images.art.animals import DARK
from bot.sandbox.images.art.canvas import Canvas, Colour, curve, lighter, placed

if TYPE_CHECKING:
    from bot.sandbox.images.art.palette import Palette


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
    fluke = [
        (0.62, 0.0),
        (0.7, -0.25),
        (0.52, -0.42),
        (0.68, -0.42),
        (0.76, -0.34),
        (0.86, -0.42),
        (1.02, -0.4),
        (0.82, -0.24),
        (0.74, 0.0),
    ]
    canvas.polygon(placed(fluke, x, y, s), (lighter(skin, 0.15), lighter(skin, -0.2)))
    for lean in (-0.12, -0.04, 0.05, 0.13):
        spray = [
            (x - s * 0.3, y - s * 0.28),
            (x + s * (lean - 0.3), y - s * 0.5),
            (x + s * (lean * 2 - 0.3), y - s * 0.44),
        ]
        canvas.stroke(spray, s * 0.014, (240, 248, 255), opacity=0.8)
