"""Busts: a robot and a person. A place is the middle of the chest's lower edge, a size is in pixels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bot.sandbox.images.art.canvas import Canvas, Colour, circle, lighter, mix, placed

if TYPE_CHECKING:
    from random import Random

    from bot.sandbox.images.art.theme import Palette

SKINS: tuple[Colour, ...] = ((244, 208, 178), (222, 176, 140), (176, 124, 92), (126, 84, 62))
HAIRS: tuple[Colour, ...] = ((52, 38, 34), (98, 62, 40), (196, 146, 84), (150, 72, 44), (210, 206, 204))


def draw_robot(canvas: Canvas, x: float, y: float, size: float, palette: Palette, colour: Colour | None) -> None:
    """Head and shoulders of a friendly robot, `size` pixels high."""
    s, metal = size, palette.lit(colour or (120, 150, 176))
    lights = mix((255, 214, 120), lighter(colour, 0.5), 0.25) if colour else (130, 236, 240)
    dark = mix(metal, (22, 20, 40), 0.72)
    shoulders = [(-0.52, 0.02), (-0.5, -0.14), (-0.36, -0.27), (-0.12, -0.3), (0.12, -0.3), (0.36, -0.27),
                 (0.5, -0.14), (0.52, 0.02)]  # fmt: skip
    canvas.blob(placed(shoulders, x, y, s), (lighter(metal, 0.25), metal, lighter(metal, -0.45)))
    for side in (-1, 1):
        canvas.ball(x + side * s * 0.45, y - s * 0.12, s * 0.115, lighter(metal, -0.05))
        canvas.stroke(circle(x + side * s * 0.45, y - s * 0.12, s * 0.075, s * 0.075), s * 0.008, dark, opacity=0.6)
    canvas.box(x - s * 0.16, y - s * 0.2, x + s * 0.16, y - s * 0.02, dark, opacity=0.85)
    canvas.ellipse(x, y - s * 0.11, s * 0.05, s * 0.05, lights)
    canvas.glow(x, y - s * 0.11, s * 0.14, lights, 0.7)
    for ring in range(4):
        canvas.ellipse(
            x, y - s * (0.29 + 0.03 * ring), s * (0.12 - 0.006 * ring), s * 0.028, (lighter(dark, 0.35), dark)
        )
    _robot_head(canvas, (x, y - s * 0.6, s), metal, dark, lights)


def _rounded(x: float, y: float, across: float, down: float, power: float) -> list[tuple[float, float]]:
    """A box with round corners: a superellipse."""
    return [
        (x + across * _signed((px - x) / across, power), y + down * _signed((py - y) / down, power))
        for px, py in circle(x, y, across, down, steps=72)
    ]


def _signed(value: float, power: float) -> float:
    return math.copysign(math.pow(abs(value), power), value)


def _robot_head(canvas: Canvas, place: tuple[float, float, float], metal: Colour, dark: Colour, lights: Colour) -> None:
    x, y, s = place
    canvas.stroke([(x, y - s * 0.22), (x, y - s * 0.34)], s * 0.018, dark)
    canvas.ball(x, y - s * 0.35, s * 0.035, lights)
    canvas.glow(x, y - s * 0.35, s * 0.12, lights, 0.6)
    for side in (-1, 1):
        canvas.polygon(
            _rounded(x + side * s * 0.31, y + s * 0.01, s * 0.05, s * 0.1, 0.6),
            (lighter(metal, 0.05), lighter(metal, -0.4)),
        )
    canvas.polygon(_rounded(x, y, s * 0.29, s * 0.235, 0.5), (lighter(metal, 0.42), metal, lighter(metal, -0.34)))
    canvas.polygon(
        _rounded(x - s * 0.03, y - s * 0.17, s * 0.19, s * 0.03, 0.7), (255, 255, 255), opacity=0.34, soft=s * 0.015
    )
    canvas.polygon(_rounded(x, y - s * 0.01, s * 0.23, s * 0.12, 0.5), (mix(dark, (0, 0, 0), 0.5), dark))
    for side in (-1, 1):
        ex, ey = x + side * s * 0.105, y - s * 0.015
        canvas.glow(ex, ey, s * 0.13, lights, 0.75)
        canvas.ellipse(ex, ey, s * 0.052, s * 0.058, (lighter(lights, 0.5), lights))
        canvas.ellipse(ex, ey, s * 0.024, s * 0.03, mix(dark, (0, 0, 0), 0.4))
        canvas.ellipse(ex - s * 0.016, ey - s * 0.02, s * 0.012, s * 0.012, (255, 255, 255))
        canvas.ellipse(x + side * s * 0.2, y + s * 0.165, s * 0.02, s * 0.02, dark, opacity=0.6)
    smile = [(x + s * 0.018 * step, y + s * (0.185 - 0.0016 * step * step)) for step in range(-5, 6)]
    canvas.stroke(smile, s * 0.014, dark)
    canvas.polygon(
        [
            (x - s * 0.2, y - s * 0.11),
            (x - s * 0.09, y - s * 0.12),
            (x - s * 0.16, y + s * 0.09),
            (x - s * 0.22, y + s * 0.05),
        ],
        (255, 255, 255),
        opacity=0.1,
    )


CLOTHES: tuple[Colour, ...] = ((44, 92, 122), (170, 70, 66), (84, 110, 84), (196, 150, 80))
LONG_HAIR = ((-0.25, -0.7), (-0.3, -0.4), (-0.28, -0.2), (0.28, -0.2), (0.3, -0.4), (0.25, -0.7), (0.0, -0.92))
SHOULDERS = ((-0.5, 0.04), (-0.46, -0.14), (-0.26, -0.26), (0.0, -0.3), (0.26, -0.26), (0.46, -0.14), (0.5, 0.04))
NECK = ((-0.09, -0.48), (-0.12, -0.27), (0.0, -0.2), (0.12, -0.27), (0.09, -0.48))
FACE = ((-0.19, -0.66), (-0.18, -0.52), (-0.1, -0.4), (0.0, -0.365), (0.1, -0.4), (0.18, -0.52), (0.19, -0.66),
        (0.0, -0.84))  # fmt: skip
FRINGE = ((-0.21, -0.6), (-0.22, -0.74), (-0.1, -0.88), (0.08, -0.89), (0.22, -0.76), (0.21, -0.6), (0.16, -0.7),
          (0.0, -0.735), (-0.13, -0.7))  # fmt: skip
NOSE = ((-0.004, -0.58), (-0.02, -0.51), (0.01, -0.505))
MOUTH = ((-0.05, -0.452), (0.0, -0.44), (0.05, -0.455))


def draw_person(
    canvas: Canvas, chance: Random, x: float, y: float, size: float, palette: Palette, colour: Colour | None
) -> None:
    """Head and shoulders of somebody, `size` pixels high."""
    skin, hair = palette.lit(chance.choice(SKINS)), palette.lit(chance.choice(HAIRS))
    cloth = palette.lit(colour or chance.choice(CLOTHES))
    if chance.choice((True, False)):
        canvas.blob(placed(LONG_HAIR, x, y, size), (hair, lighter(hair, -0.3)))
    canvas.blob(placed(SHOULDERS, x, y, size), (lighter(cloth, 0.15), cloth, lighter(cloth, -0.35)))
    canvas.polygon(placed(NECK, x, y, size), lighter(skin, -0.18))
    canvas.blob(placed(FACE, x, y, size), (lighter(skin, 0.1), lighter(skin, -0.06)))
    for side in (-1, 1):
        eye = (x + side * size * 0.08, y - size * 0.59)
        canvas.ellipse(*eye, size * 0.022, size * 0.017, (252, 250, 246))
        canvas.ellipse(*eye, size * 0.013, size * 0.015, (58, 46, 44))
        brow = ((side * 0.045, -0.635), (side * 0.085, -0.648), (side * 0.12, -0.632))
        canvas.stroke(placed(brow, x, y, size), size * 0.012, hair)
        cheek = (x + side * size * 0.11, y - size * 0.51)
        canvas.ellipse(*cheek, size * 0.04, size * 0.028, (224, 120, 110), opacity=0.3, soft=size * 0.02)
    canvas.stroke(placed(NOSE, x, y, size), size * 0.009, lighter(skin, -0.28))
    canvas.stroke(placed(MOUTH, x, y, size), size * 0.013, mix(skin, (176, 64, 70), 0.7))
    canvas.blob(placed(FRINGE, x, y, size), (lighter(hair, 0.14), hair))
