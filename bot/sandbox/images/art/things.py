"""Boats, balloons, fruit, flowers, cups. A place is the middle of the foot, a size is in pixels."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

from bot.sandbox.images.art.canvas import Canvas, Colour, Point, circle, curve, lighter, mix, placed

if TYPE_CHECKING:
    from random import Random

    from bot.sandbox.images.art.theme import Palette

ORANGE: Colour = (242, 142, 36)
PETALS: tuple[Colour, ...] = ((226, 84, 92), (246, 178, 90), (238, 140, 172), (250, 236, 220), (150, 100, 196))
HALF = 24  # steps along half an outline


def draw_boat(canvas: Canvas, x: float, y: float, size: float, palette: Palette, colour: Colour | None) -> None:
    """A small sailing boat on the water line `y`, `size` pixels long, with its reflection."""
    hull, sail = palette.lit(colour or (176, 62, 52)), palette.lit((248, 242, 228))
    dark = lighter(palette.near, -0.1)
    canvas.ellipse(x, y + size * 0.06, size * 0.52, size * 0.05, dark, opacity=0.4, soft=size * 0.02)
    canvas.polygon(
        [(x - size * 0.3, y + size * 0.1), (x + size * 0.02, y + size * 0.75), (x + size * 0.06, y + size * 0.1)],
        sail,
        opacity=0.22,
        soft=size * 0.02,
    )
    canvas.stroke([(x, y - size * 0.1), (x, y - size * 1.12)], size * 0.022, palette.lit((96, 70, 54)))
    main = [(x - size * 0.03, y - size * 1.08), (x - size * 0.3, y - size * 0.5),
            (x - size * 0.46, y - size * 0.2), (x - size * 0.03, y - size * 0.18)]  # fmt: skip
    canvas.polygon(curve(main, closed=False), (lighter(sail, 0.3), lighter(sail, -0.1)))
    jib = [(x + size * 0.03, y - size * 0.98), (x + size * 0.2, y - size * 0.5),
           (x + size * 0.42, y - size * 0.2), (x + size * 0.03, y - size * 0.2)]  # fmt: skip
    canvas.polygon(curve(jib, closed=False), (lighter(sail, 0.1), lighter(sail, -0.26)))
    body = [(-0.5, -0.14), (0.54, -0.16), (0.44, 0.0), (0.34, 0.055), (-0.36, 0.055), (-0.45, 0.0)]
    canvas.polygon(placed(body, x, y, size), (lighter(hull, 0.14), lighter(hull, -0.35)))
    canvas.polygon(
        [
            (x - size * 0.5, y - size * 0.14),
            (x + size * 0.54, y - size * 0.16),
            (x + size * 0.525, y - size * 0.125),
            (x - size * 0.49, y - size * 0.105),
        ],
        sail,
    )


def draw_balloon(
    canvas: Canvas, chance: Random, x: float, y: float, size: float, palette: Palette, colour: Colour | None
) -> None:
    """A hot-air balloon, `size` pixels high, basket at `y`."""
    main = palette.lit(colour or chance.choice(PETALS))
    other = palette.lit((250, 240, 220))
    top, radius = y - size * 0.66, size * 0.34
    half = [(cos(step / HALF * pi - pi / 2), sin(step / HALF * pi - pi / 2)) for step in range(HALF * 2 // 3)]
    for stripe in range(4):
        reach = radius * (1 - stripe * 2 / 7)
        right = [(x + reach * a, top + radius * b) for a, b in half]
        left = [(2 * x - px, py) for px, py in reversed(right)]
        neck = [(x + reach * 0.16, y - size * 0.16), (x - reach * 0.16, y - size * 0.16)]
        canvas.polygon([*right, *neck, *left], lighter(other if stripe % 2 else main, 0.05 * stripe - 0.1))
    canvas.ellipse(
        x - radius * 0.35,
        top - radius * 0.3,
        radius * 0.25,
        radius * 0.35,
        (255, 255, 255),
        opacity=0.22,
        soft=radius * 0.1,
    )
    rope = palette.lit((90, 70, 60))
    for side in (-1, 1):
        canvas.stroke(
            [(x + side * radius * 0.14, y - size * 0.16), (x + side * size * 0.035, y - size * 0.06)],
            size * 0.008,
            rope,
        )
    canvas.box(
        x - size * 0.045,
        y - size * 0.07,
        x + size * 0.045,
        y,
        (palette.lit((176, 122, 72)), palette.lit((120, 78, 50))),
    )


HEAP = ((-0.3, 0.4), (0.3, 0.4), (0.0, 0.45), (-0.15, 0.52), (0.17, 0.53), (-0.34, 0.44), (0.34, 0.43), (0.01, 0.63),
        (-0.2, 0.41), (0.16, 0.42), (0.0, 0.4))  # fmt: skip
BOWL = ((-0.5, -0.36), (-0.44, -0.2), (-0.28, -0.05), (-0.12, 0.0), (0.12, 0.0), (0.28, -0.05), (0.44, -0.2),
        (0.5, -0.36))  # fmt: skip
SHADOW: Colour = (30, 20, 30)


def draw_fruit_bowl(
    canvas: Canvas, chance: Random, x: float, y: float, size: float, fruits: tuple[Colour, ...], bowl: Colour
) -> None:
    """A bowl heaped with fruit, `size` pixels wide, and two pieces beside it."""
    radius = size * 0.155
    canvas.ellipse(x + size * 0.12, y + size * 0.02, size * 0.62, size * 0.1, SHADOW, opacity=0.4, soft=size * 0.04)
    canvas.ellipse(x, y - size * 0.36, size * 0.5, size * 0.1, lighter(bowl, -0.5))
    for step, (a, b) in enumerate(HEAP):
        _fruit(canvas, x + a * size, y - b * size, radius * chance.uniform(0.93, 1.04), fruits[step % len(fruits)])
    _bowl(canvas, x, y, size, bowl, mix(bowl, fruits[0], 0.55))
    for a, b in ((0.6, -0.08), (0.76, 0.03)):
        foot = (x + (a + 0.05) * size, y + (b + 0.12) * size)
        canvas.ellipse(*foot, radius * 1.1, radius * 0.3, SHADOW, opacity=0.4, soft=size * 0.02)
        _fruit(canvas, x + a * size, y + b * size - radius * 0.2, radius, fruits[-1])


def _bowl(canvas: Canvas, x: float, y: float, size: float, bowl: Colour, band: Colour) -> None:
    """The near side of a bowl with two painted bands."""
    outline = [*curve(BOWL, closed=False), *_rim(-0.36, 0.5)]
    canvas.polygon(placed(outline, x, y, size), (lighter(bowl, 0.2), bowl, lighter(bowl, -0.45)))
    shine = (x - size * 0.24, y - size * 0.17, size * 0.06, size * 0.11)
    canvas.ellipse(*shine, (255, 255, 255), turn=-0.5, opacity=0.3, soft=size * 0.02)
    for height, reach in ((-0.305, 0.472), (-0.265, 0.452)):
        canvas.stroke(placed(_rim(height, reach), x, y, size), size * 0.011, band, opacity=0.75)


def _rim(height: float, reach: float) -> list[Point]:
    """The near half of a round rim."""
    return [(reach * cos(step / HALF * pi), height + 0.1 * sin(step / HALF * pi)) for step in range(HALF + 1)]


def _fruit(canvas: Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    canvas.ball(x, y, radius, colour)
    canvas.ellipse(
        x - radius * 0.32,
        y - radius * 0.36,
        radius * 0.2,
        radius * 0.13,
        (255, 255, 250),
        turn=-0.6,
        opacity=0.5,
        soft=radius * 0.08,
    )
    canvas.ellipse(x + radius * 0.1, y - radius * 0.72, radius * 0.09, radius * 0.05, (84, 92, 48))
    leaf = [(x + radius * 0.1, y - radius * 0.74), (x + radius * 0.4, y - radius * 1.02),
            (x + radius * 0.66, y - radius * 0.84), (x + radius * 0.36, y - radius * 0.74)]  # fmt: skip
    canvas.blob(leaf, ((116, 150, 70), (66, 104, 52)))


def draw_bouquet(
    canvas: Canvas, chance: Random, x: float, y: float, size: float, colours: tuple[Colour, ...], vase: Colour
) -> None:
    """Flowers in a vase, `size` pixels high."""
    canvas.ellipse(x + size * 0.08, y, size * 0.26, size * 0.04, SHADOW, opacity=0.4, soft=size * 0.02)
    heads = [(chance.uniform(-0.34, 0.34), chance.uniform(0.5, 0.95)) for _ in range(13)]
    for a, b in heads:
        stem = [(x, y - size * 0.3), (x + a * size * 0.4, y - size * (b * 0.65)), (x + a * size, y - b * size)]
        canvas.stroke(curve(stem, closed=False), size * 0.01, (74, 118, 66))
        leaf = (x + a * size * 0.6, y - size * (b * 0.7))
        canvas.ellipse(
            *leaf, size * 0.07, size * 0.024, ((110, 156, 84), (66, 112, 60)), turn=chance.uniform(-1.2, 1.2)
        )
    for a, b in sorted(heads, key=lambda head: -head[1]):
        draw_flower(
            canvas, x + a * size, y - b * size, size * chance.uniform(0.07, 0.1), chance.choice(colours), chance
        )
    body = [(-0.09, -0.36), (-0.075, -0.3), (-0.15, -0.16), (-0.11, -0.01), (0.11, -0.01), (0.15, -0.16),
            (0.075, -0.3), (0.09, -0.36)]  # fmt: skip
    canvas.blob(placed(body, x, y, size), (lighter(vase, 0.25), vase, lighter(vase, -0.4)))
    canvas.ellipse(
        x - size * 0.06, y - size * 0.17, size * 0.018, size * 0.06, (255, 255, 255), opacity=0.35, soft=size * 0.008
    )


def draw_flower(canvas: Canvas, x: float, y: float, radius: float, colour: Colour, chance: Random) -> None:
    """An open flower seen from the front."""
    turn = chance.uniform(0, pi)
    for ring, (petals, reach, shade) in enumerate(((9, 1.0, -0.14), (7, 0.72, 0.1))):
        for petal in range(petals):
            angle = turn + ring * 0.4 + 2 * pi * petal / petals
            centre = (x + radius * reach * 0.6 * cos(angle), y + radius * reach * 0.6 * sin(angle))
            canvas.ellipse(
                *centre,
                radius * reach * 0.48,
                radius * reach * 0.26,
                (lighter(colour, shade + 0.18), lighter(colour, shade)),
                turn=angle,
            )
    canvas.ball(x, y, radius * 0.26, (238, 190, 70))


def draw_cup(canvas: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    """A steaming cup on a saucer, `size` pixels wide."""
    canvas.ellipse(x + size * 0.08, y + size * 0.04, size * 0.6, size * 0.12, SHADOW, opacity=0.4, soft=size * 0.04)
    canvas.ellipse(x, y, size * 0.56, size * 0.12, (lighter(colour, 0.4), lighter(colour, -0.1)))
    canvas.stroke(
        circle(x + size * 0.38, y - size * 0.3, size * 0.13, size * 0.14), size * 0.045, lighter(colour, -0.08)
    )
    body = [(-0.38, -0.52), (-0.36, -0.26), (-0.22, -0.04), (0.22, -0.04), (0.36, -0.26), (0.38, -0.52)]
    canvas.polygon(
        curve(placed(body, x, y, size), closed=False),
        (lighter(colour, 0.2), colour, lighter(colour, -0.35)),
    )
    canvas.ellipse(x, y - size * 0.52, size * 0.38, size * 0.09, lighter(colour, 0.35))
    canvas.ellipse(x, y - size * 0.515, size * 0.34, size * 0.07, ((92, 54, 34), (130, 80, 46)))
    for side in (-0.12, 0.06, 0.2):
        steam = [(x + side * size + 0.06 * size * sin(step * 1.4), y - size * (0.6 + 0.1 * step)) for step in range(6)]
        canvas.stroke(curve(steam, closed=False), size * 0.03, (255, 255, 255), opacity=0.35, soft=size * 0.02)
