"""Houses, a harbour town, a lighthouse, a castle. A place is the middle of the foot, a size is in pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.images.art.canvas import Canvas, Colour, Point, lighter, mix, placed

if TYPE_CHECKING:
    from random import Random

    from bot.sandbox.images.art.theme import Palette

WALLS: tuple[Colour, ...] = (
    (244, 226, 196), (236, 186, 138), (232, 150, 120), (214, 108, 94), (246, 206, 110), (166, 196, 190),
    (126, 164, 190), (240, 238, 228), (206, 168, 178), (188, 200, 150),
)  # fmt: skip
ROOFS: tuple[Colour, ...] = ((168, 82, 60), (148, 66, 56), (112, 84, 84), (84, 92, 108), (186, 104, 68))
GLASS: Colour = (72, 92, 116)


def draw_house(
    canvas: Canvas, chance: Random, x: float, y: float, wide: float, tall: float, palette: Palette,
    wall: Colour | None = None, *, snow: bool = False,
) -> None:  # fmt: skip
    """A house with a gable towards the viewer, `wide` and `tall` (to the eaves) in pixels."""
    own = wall or chance.choice(WALLS)
    body, roof = palette.lit(own), palette.lit(chance.choice(ROOFS))
    left, right, eaves = x - wide / 2, x + wide / 2, y - tall
    ridge = eaves - wide * chance.uniform(0.34, 0.48)
    canvas.polygon(
        [(left, y), (left, eaves), (x, ridge), (right, eaves), (right, y)], (lighter(body, 0.12), lighter(body, -0.1))
    )
    canvas.polygon([(x, ridge), (right, eaves), (right, y), (x + wide * 0.18, y)], lighter(body, -0.3), opacity=0.22)
    over, thick = wide * 0.07, wide * 0.1
    cover = [(left - over, eaves + over * 0.9), (x, ridge - thick * 0.6),
             (right + over, eaves + over * 0.9), (right + over, eaves + over * 0.9 - thick),
             (x, ridge - thick * 1.7), (left - over, eaves + over * 0.9 - thick)]  # fmt: skip
    canvas.polygon(cover, (246, 248, 252) if snow else (lighter(roof, 0.12), lighter(roof, -0.16)))
    chimney = x + wide * 0.24
    canvas.box(
        chimney - wide * 0.05, ridge - wide * 0.02, chimney + wide * 0.05, eaves - wide * 0.08, lighter(roof, -0.2)
    )
    _windows(canvas, chance, (x, y, wide, tall), palette)


def _windows(
    canvas: Canvas, chance: Random, house: tuple[float, float, float, float], palette: Palette
) -> None:  # fmt: skip
    x, y, wide, tall = house
    floors = max(1, round(tall / (wide * 0.5)))
    high = tall / floors
    for floor in range(floors):
        for column in (-1, 0, 1):
            if floor == 0 and column == 0:
                door = palette.lit((110, 70, 52))
                canvas.box(x - wide * 0.09, y - high * 0.66, x + wide * 0.09, y, (door, lighter(door, -0.25)))
                continue
            at, sill = x + column * wide * 0.28, y - high * (floor + 0.3)
            lamp = palette.lamp if palette.lamp is not None and chance.random() < 0.72 else None  # noqa: PLR2004 - most are at home
            pane = lamp or palette.lit(GLASS)
            if lamp:
                canvas.glow(at, sill - high * 0.16, wide * 0.3, lamp, 0.3)
            w, h = wide * 0.075, high * 0.36
            canvas.box(at - w * 1.3, sill - h * 1.12, at + w * 1.3, sill + h * 0.08, palette.lit((244, 240, 230)))
            canvas.box(at - w, sill - h, at + w, sill, (lighter(pane, 0.25), pane))
            canvas.box(at - w * 0.1, sill - h, at + w * 0.1, sill, palette.lit((244, 240, 230)))


def draw_town(canvas: Canvas, chance: Random, foot: float, palette: Palette, *, rows: int, snow: bool) -> None:
    """Houses shoulder to shoulder, row above row up a slope, with a church among them."""
    unit = canvas.unit
    church = canvas.width * chance.uniform(0.3, 0.7)
    for row in range(rows):
        far = (rows - 1 - row) / max(1, rows - 1)
        wide = unit * (0.115 - 0.045 * far)
        y = foot - unit * 0.135 * far * (1.15 - 0.2 * far)
        if row == rows - 2:
            _church(canvas, church, y, wide * 1.1, palette)
        x = -wide * chance.random()
        while x < canvas.width + wide:
            own = mix(chance.choice(WALLS), palette.haze, 0.42 * far)
            width = wide * chance.uniform(0.8, 1.15)
            if chance.random() > 0.1 + 0.25 * far:
                draw_house(canvas, chance, x, y, width, width * chance.uniform(0.7, 1.5), palette, own, snow=snow)
            x += width * 0.98


def _church(canvas: Canvas, x: float, y: float, wide: float, palette: Palette) -> None:
    wall, roof = palette.lit((240, 230, 212)), palette.lit((92, 112, 124))
    canvas.box(x - wide * 0.25, y - wide * 2.6, x + wide * 0.25, y, (lighter(wall, 0.1), lighter(wall, -0.15)))
    canvas.polygon(
        [(x - wide * 0.32, y - wide * 2.58), (x, y - wide * 3.9), (x + wide * 0.32, y - wide * 2.58)],
        (lighter(roof, 0.2), roof),
    )
    canvas.ellipse(x, y - wide * 2.25, wide * 0.12, wide * 0.12, palette.lamp or palette.lit((70, 80, 100)))


def draw_quay(canvas: Canvas, y: float, palette: Palette) -> None:
    """The stone edge of a harbour, its upper side at `y`."""
    stone = palette.lit((168, 158, 146))
    tall = canvas.unit * 0.028
    canvas.box(0, y - tall * 0.3, canvas.width, y + tall, (lighter(stone, 0.2), lighter(stone, -0.3)))
    step = canvas.unit * 0.045
    for index in range(int(canvas.width / step) + 1):
        canvas.box(index * step, y, index * step + canvas.unit * 0.0025, y + tall, lighter(stone, -0.4), opacity=0.5)


def draw_lighthouse(canvas: Canvas, x: float, y: float, size: float, palette: Palette, colour: Colour | None) -> None:
    """A banded tower on a rock, `size` pixels high; by night its beam reaches both sides."""
    band, white = palette.lit(colour or (196, 52, 46)), palette.lit((244, 242, 236))
    top, low, high = y - size * 0.84, size * 0.115, size * 0.075
    _rock(canvas, x, y, size, palette)
    lamp_y = top - size * 0.045
    if palette.lamp:
        _beams(canvas, x, lamp_y, size)
    bands = 6
    for index in range(bands):
        share = (index / bands, (index + 1) / bands)
        wide = [low + (high - low) * part for part in share]
        ys = [y - size * 0.04 - (y - size * 0.04 - top) * part for part in share]
        shape = [(x - wide[0], ys[0]), (x - wide[1], ys[1]), (x + wide[1], ys[1]), (x + wide[0], ys[0])]
        canvas.polygon(shape, white if index % 2 else band)
    shade = [(x + low * 0.15, y), (x + high * 0.15, top), (x + high, top), (x + low, y)]
    canvas.polygon(shade, lighter(palette.near, -0.1), opacity=0.34)
    canvas.polygon(
        [(x - low, y), (x - high, top), (x - high * 0.5, top), (x - low * 0.5, y)], palette.light, opacity=0.14
    )
    for step in (0.25, 0.5, 0.72):
        canvas.box(
            x - size * 0.012,
            y - size * (step + 0.05),
            x + size * 0.012,
            y - size * step,
            palette.lamp or palette.lit(GLASS),
        )
    iron = palette.lit((58, 56, 66))
    canvas.box(x - high * 1.35, top - size * 0.012, x + high * 1.35, top + size * 0.01, iron)
    canvas.box(x - high * 0.7, top - size * 0.08, x + high * 0.7, top - size * 0.012, palette.lamp or (216, 232, 240))
    for rail in range(-3, 4):
        canvas.stroke(
            [(x + rail * high * 0.22, top - size * 0.08), (x + rail * high * 0.22, top - size * 0.012)],
            size * 0.005,
            iron,
        )
    canvas.polygon(
        [(x - high * 0.9, top - size * 0.078), (x, top - size * 0.15), (x + high * 0.9, top - size * 0.078)],
        (lighter(band, 0.1), lighter(band, -0.3)),
    )
    if palette.lamp:
        canvas.glow(x, lamp_y, size * 0.34, (255, 240, 190), 0.95)
        canvas.ellipse(x, lamp_y, size * 0.03, size * 0.026, (255, 252, 230), soft=size * 0.006)


def _rock(canvas: Canvas, x: float, y: float, size: float, palette: Palette) -> None:
    stone = mix(palette.near, palette.haze, 0.18)
    outline: list[Point] = [(-0.62, 0.2), (-0.5, 0.06), (-0.36, 0.07), (-0.24, -0.03), (-0.1, -0.05), (0.14, -0.045),
                            (0.25, -0.01), (0.34, 0.05), (0.46, 0.06), (0.6, 0.2)]  # fmt: skip
    canvas.polygon(placed(outline, x, y, size), (lighter(stone, 0.2), lighter(stone, -0.2)))
    for facet in (((-0.36, 0.07), (-0.24, -0.03), (-0.2, 0.14)), ((-0.1, -0.05), (0.02, -0.05), (-0.06, 0.12)),
                  ((0.25, -0.01), (0.34, 0.05), (0.2, 0.14))):  # fmt: skip
        canvas.polygon(placed(facet, x, y, size), lighter(stone, 0.28), opacity=0.5)


def _beams(canvas: Canvas, x: float, y: float, size: float) -> None:
    for side, tilt in ((-1, -0.16), (1, -0.08)):
        far = size * 2.6
        for spread, opacity in ((0.26, 0.16), (0.15, 0.2), (0.06, 0.26)):
            end = (x + side * far, y + far * tilt)
            shape = [(x, y - size * 0.015), (end[0], end[1] - far * spread / 2),
                     (end[0], end[1] + far * spread / 2), (x, y + size * 0.015)]  # fmt: skip
            canvas.polygon(shape, (255, 240, 196), opacity=opacity, soft=size * 0.02)


def draw_castle(canvas: Canvas, x: float, y: float, size: float, palette: Palette, colour: Colour | None) -> None:
    """Towers with pointed roofs around a keep."""
    stone, roof = palette.lit((176, 168, 164)), palette.lit(colour or (74, 88, 140))
    towers = ((-0.42, 0.5, 0.08), (0.42, 0.54, 0.08), (-0.2, 0.68, 0.09), (0.24, 0.74, 0.085), (0.0, 0.9, 0.1))
    canvas.box(x - size * 0.46, y - size * 0.32, x + size * 0.46, y, (lighter(stone, 0.08), lighter(stone, -0.25)))
    for step in range(-6, 7):
        canvas.box(
            x + size * (0.07 * step - 0.02), y - size * 0.36, x + size * (0.07 * step + 0.02), y - size * 0.31, stone
        )
    for at, tall, wide in towers:
        cx, top = x + at * size, y - tall * size
        canvas.box(cx - wide * size, top, cx + wide * size, y, (lighter(stone, 0.15), lighter(stone, -0.2)))
        canvas.box(cx + wide * size * 0.3, top, cx + wide * size, y, lighter(stone, -0.4), opacity=0.4)
        canvas.polygon(
            [(cx - wide * size * 1.25, top), (cx, top - size * 0.24), (cx + wide * size * 1.25, top)],
            (lighter(roof, 0.2), lighter(roof, -0.1)),
        )
        canvas.box(
            cx - size * 0.014,
            top + size * 0.08,
            cx + size * 0.014,
            top + size * 0.14,
            palette.lamp or palette.lit(GLASS),
        )
    canvas.ellipse(x, y - size * 0.02, size * 0.065, size * 0.13, lighter(stone, -0.6))


def draw_surf(canvas: Canvas, chance: Random, x: float, y: float, size: float) -> None:
    """Foam where a rock of this size meets the water at `y`."""
    for _ in range(70):
        at = chance.uniform(-0.66, 0.66)
        rise = 0.03 * (1 - abs(at)) * chance.random()
        canvas.ellipse(
            x + at * size,
            y + (chance.uniform(-0.012, 0.03) - rise) * size,
            size * chance.uniform(0.015, 0.05),
            size * chance.uniform(0.006, 0.016),
            (232, 240, 250),
            opacity=chance.uniform(0.15, 0.5),
            soft=size * 0.006,
        )
