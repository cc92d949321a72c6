"""The land: ridges in the haze, trees, meadows, snow, dunes, and water that mirrors it all."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from math import pi, sin
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageOps

from bot.sandbox.images.art.canvas import Canvas, Colour, Point, gradient, lighter, mix
from bot.sandbox.images.art.textures import curve_table, noise

if TYPE_CHECKING:
    from random import Random

    from bot.sandbox.images.art.theme import Palette

FOLIAGE: dict[str, tuple[Colour, ...]] = {
    "autumn": ((206, 96, 36), (226, 146, 46), (168, 60, 40), (216, 176, 66)),
    "spring": ((242, 178, 200), (250, 208, 220), (150, 190, 100), (236, 156, 186)),
    "summer": ((74, 128, 66), (96, 148, 74), (56, 106, 62), (120, 160, 84)),
}


def skyline(chance: Random, width: int, base: float, rise: float, rough: float, steps: int = 160) -> list[Point]:
    """A line of hills or peaks, `rise` pixels high over `base`; `rough` (0 to 1) makes it jagged."""
    waves = [(chance.uniform(0.6, 1.4) * 1.9**k, chance.uniform(0, 2 * pi), 0.56**k) for k in range(6)]
    points: list[Point] = []
    for step in range(steps + 1):
        x = step / steps
        smooth = sum(size * sin(2 * pi * pace * x + phase) for pace, phase, size in waves[:3])
        sharp = sum(size * (1 - 2 * abs(sin(pi * pace * x + phase))) for pace, phase, size in waves[1:])
        points.append((x * width, base - rise * (0.5 + 0.28 * ((1 - rough) * smooth + rough * 1.5 * sharp))))
    return points


def draw_ridge(canvas: Canvas, line: list[Point], bottom: float, colour: Colour, haze: Colour) -> None:
    """The land below a skyline; it fades into the haze at its foot."""
    closed = [*line, (canvas.width, bottom), (0, bottom)]
    canvas.polygon(closed, (lighter(colour, 0.05), colour, mix(colour, haze, 0.55)))


def draw_peaks(
    canvas: Canvas, palette: Palette, chance: Random, horizon: float, layers: int, *, snow: bool, rough: float
) -> None:
    """Ranges one behind the other, the farthest palest; some wear snow."""
    for layer in range(layers):
        near = (layer + 1) / (layers + 1)
        rise = canvas.height * (0.40 - 0.24 * near) * chance.uniform(0.85, 1.1)
        base = horizon - canvas.height * 0.015 * (layers - 1 - layer)
        line = skyline(chance, canvas.width, base, rise, rough * (1.1 - 0.5 * near))
        colour = mix(palette.haze, palette.near, 0.16 + 0.56 * near)
        draw_ridge(canvas, line, horizon + 2, colour, palette.haze)
        if snow and near < 0.7:  # noqa: PLR2004 - only the far, high ranges
            _snow_caps(canvas, line, base, rise, lighter(mix(palette.light, palette.haze, 0.45), 0.3), chance)


def _snow_caps(canvas: Canvas, line: list[Point], base: float, rise: float, colour: Colour, chance: Random) -> None:
    """Snow above a ragged line on the upper slopes, one side lit."""
    limit = base - rise * 0.52
    cap: list[Point] = []
    foot: list[Point] = []
    reach = 0.7
    for x, y in line:
        if y < limit:
            reach = min(1.0, max(0.3, reach + chance.uniform(-0.22, 0.22)))
            depth = (limit - y) * reach
            cap.append((x, y))
            foot.append((x, y + depth))
        elif cap:
            canvas.polygon([*cap, *reversed(foot)], colour, opacity=0.85)
            cap, foot = [], []
    if len(cap) > 1:
        canvas.polygon([*cap, *reversed(foot)], colour, opacity=0.85)


def draw_conifers(
    canvas: Canvas, chance: Random, foot: list[Point], tall: float, colour: Colour, *, snow: bool = False
) -> None:
    """A row of firs along a line; `tall` pixels at most."""
    x = -tall * 0.2
    while x < canvas.width + tall * 0.2:
        at = min(len(foot) - 1, max(0, int(x / canvas.width * (len(foot) - 1))))
        height = tall * chance.uniform(0.45, 1.0)
        draw_fir(canvas, x, foot[at][1] + tall * 0.06, height, lighter(colour, chance.uniform(-0.06, 0.06)), snow=snow)
        x += height * chance.uniform(0.2, 0.5)


def draw_fir(canvas: Canvas, x: float, y: float, height: float, colour: Colour, *, snow: bool) -> None:
    """A fir with its foot here, `height` pixels tall."""
    wide, tiers = height * 0.2, 6
    left: list[Point] = [(x, y - height)]
    for tier in range(1, tiers + 1):
        share = tier / tiers
        at = y - height * (1 - share * 0.92)
        left += [(x - wide * share, at), (x - wide * share * 0.55, at - height * 0.02)]
    right = [(2 * x - px, py) for px, py in reversed(left)]
    canvas.polygon([*left, (x - wide * 0.1, y - height * 0.06), (x - wide * 0.1, y), (x + wide * 0.1, y),
                    (x + wide * 0.1, y - height * 0.06), *right], colour)  # fmt: skip
    if snow:
        crown = [(px, py) for px, py in left[:7]]
        canvas.polygon([*crown, (x, y - height * 0.45)], (238, 242, 250), opacity=0.75)


def draw_tree(canvas: Canvas, chance: Random, x: float, y: float, height: float, season: str, palette: Palette) -> None:
    """A leafy tree; the light falls from the upper left."""
    trunk = palette.lit((92, 68, 52))
    canvas.polygon(
        [
            (x - height * 0.04, y),
            (x - height * 0.018, y - height * 0.5),
            (x + height * 0.018, y - height * 0.5),
            (x + height * 0.045, y),
        ],
        trunk,
    )
    leaves = [palette.lit(colour) for colour in FOLIAGE[season]]
    for layer, shade in ((0, -0.35), (1, -0.08), (2, 0.16)):
        for _ in range(12):
            dx, dy = chance.gauss(0, 0.15), chance.gauss(0, 0.13)
            size = height * chance.uniform(0.08, 0.14) * (1 - 0.16 * layer)
            canvas.ellipse(
                x + height * (dx - 0.03 * layer),
                y - height * (0.66 - dy + 0.035 * layer),
                size,
                size * 0.88,
                lighter(chance.choice(leaves), shade),
                soft=height * 0.006,
            )


def draw_ground(canvas: Canvas, palette: Palette, chance: Random, top: float, *, snow: bool, wavy: float = 1.0) -> None:
    """The foreground from about `top` to the lower edge: three soft swells with a texture of their own."""
    room = canvas.height - top
    for layer, share in enumerate((0.0, 0.24, 0.55)):
        base = top + room * share
        line = skyline(chance, canvas.width, base + room * 0.06, room * 0.16 * wavy, 0.0, 60)
        colour = mix(palette.ground, palette.haze, 0.34 - 0.17 * layer)
        colour = lighter(colour, 0.04 if snow else -0.1 * layer)
        foot = lighter(mix(colour, palette.sky[0], 0.25), -0.02) if snow else lighter(colour, -0.26)
        canvas.polygon(
            [*line, (canvas.width, canvas.height), (0, canvas.height)], (lighter(colour, 0.16), colour, foot)
        )
    size = (canvas.width, max(1, round(room)))
    texture = noise(chance.randint(0, 5), 7, 22, 5).resize(size, Image.Resampling.BICUBIC)
    shade = lighter(palette.ground, 0.55 if snow else -0.45)
    fade = gradient(size, ((0, 0, 0), (160, 160, 160), (255, 255, 255))).convert("L")
    patchy = Image.composite(texture.point(curve_table(120, 220, 90)), Image.new("L", size, 0), fade)
    canvas.lay(patchy, (0, round(top)), shade, 0.75)


def draw_grass(
    canvas: Canvas, palette: Palette, chance: Random, top: float, blooms: tuple[Colour, ...], detail: int
) -> None:
    """Blades and, where there are colours for them, flowers that grow larger towards the viewer."""
    for step in range(130 + 90 * detail):
        depth = (step / (130 + 90 * detail)) ** 0.8
        x, y = chance.uniform(0, canvas.width), top + (canvas.height - top) * (0.1 + 0.92 * depth)
        tall = canvas.unit * (0.008 + 0.045 * depth)
        lean = chance.uniform(-0.35, 0.35) * tall
        blade = lighter(palette.ground, chance.uniform(-0.35, 0.2))
        canvas.polygon([(x - tall * 0.05, y), (x + lean, y - tall), (x + tall * 0.05, y)], blade)
        if blooms and step % 2:
            colour = palette.lit(lighter(chance.choice(blooms), chance.uniform(-0.1, 0.2)))
            size = tall * 0.26
            canvas.ellipse(x + lean, y - tall, size, size * 0.8, (lighter(colour, 0.25), lighter(colour, -0.15)))
            canvas.ellipse(x + lean, y - tall, size * 0.28, size * 0.24, palette.lit((250, 214, 90)))


def draw_water(canvas: Canvas, palette: Palette, chance: Random, top: float, *, rough: float) -> None:
    """Water from `top` to the lower edge that mirrors what stands above it; `rough` (0 to 1) breaks the mirror."""
    line, depth = round(top), canvas.height - round(top)
    above = canvas.image.crop((0, max(0, line - depth), canvas.width, line))
    mirror = ImageOps.flip(above).resize((canvas.width, depth), Image.Resampling.BILINEAR)
    tint = gradient(
        mirror.size, (palette.haze, mix(palette.sky[1], palette.near, 0.3), mix(palette.sky[0], palette.near, 0.5))
    )
    mirror = Image.blend(mirror, tint, 0.3 + 0.5 * rough)
    phase, y = chance.uniform(0, 2 * pi), 0
    while y < depth:
        thick = 1 + y * 5 // depth
        shift = round(canvas.unit * (0.003 + 0.02 * rough) * (0.3 + y / depth) * sin(y * 0.55 / thick + phase) * 0.9)
        strip = mirror.crop((0, y, canvas.width, y + thick))
        canvas.image.paste(ImageChops.offset(strip, shift, 0), (0, line + y))
        y += thick
    _glitter(canvas, palette, chance, top, rough)


def _glitter(canvas: Canvas, palette: Palette, chance: Random, top: float, rough: float) -> None:
    """Light and dark streaks that widen towards the viewer."""
    depth = canvas.height - top
    for step in range(90):
        near = (step / 90) ** 1.5
        y = top + depth * (0.02 + 0.97 * near)
        x, wide = chance.uniform(0, canvas.width), canvas.unit * (0.012 + 0.1 * near) * chance.uniform(0.4, 1.2)
        colour = lighter(palette.haze, 0.3) if step % 3 else lighter(palette.sky[0], -0.3)
        tall = canvas.unit * (0.0007 + 0.003 * near) * (1 + 2.5 * rough)
        canvas.ellipse(x, y, wide, tall, colour, opacity=0.16 + 0.2 * rough)
    for crest in range(round(9 * rough - 2)):
        near = (crest + 1) / 8
        y, wave = top + depth * near**1.5, depth * (0.05 + 0.13 * near)
        line = skyline(chance, canvas.width, y + wave * 0.5, wave, 0.55, 120)
        shade = mix(mix(palette.sky[1], palette.haze, 0.35), palette.near, 0.3 + 0.4 * near)
        canvas.polygon(
            [*line, *[(x, py + wave * 1.6) for x, py in reversed(line)]],
            (lighter(shade, 0.3), shade, lighter(shade, -0.2)),
            opacity=0.72,
        )
        canvas.stroke(line, canvas.unit * 0.0016 * (1 + near), lighter(palette.haze, 0.7), opacity=0.4)
        for _ in range(14):
            x, py = chance.choice(line)
            canvas.ellipse(
                x,
                py + wave * 0.06,
                canvas.unit * 0.02 * (0.5 + near),
                canvas.unit * 0.003 * (1 + near),
                (236, 242, 250),
                opacity=0.4,
                soft=canvas.unit * 0.002,
            )
