"""The sky: its light, stars, clouds, and what falls out of it."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from math import pi, sin
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

from bot.sandbox.images.art.canvas import Canvas, gradient, lighter, mix
from bot.sandbox.images.art.textures import curve_table, noise

if TYPE_CHECKING:
    from random import Random

    from bot.sandbox.images.art.theme import Palette, Theme


def draw_sky(canvas: Canvas, theme: Theme, palette: Palette, chance: Random, horizon: float, detail: int) -> None:
    """Fill the canvas with sky down to `horizon` (pixels from the top)."""
    size = canvas.image.size
    canvas.image.paste(gradient((size[0], max(1, round(horizon))), palette.sky))
    canvas.image.paste(palette.sky[-1], (0, round(horizon), *size))
    grey = {"storm", "rain"} & theme.weathers
    if theme.time == "night" and not grey:
        draw_stars(canvas, chance, horizon, detail)
    if "aurora" in theme.weathers:
        _aurora(canvas, chance, horizon)
    if not grey or theme.time == "night":
        _light(canvas, theme, palette, chance, horizon, faint=bool(grey))
    _clouds(canvas, theme, palette, chance, horizon)


def _light(
    canvas: Canvas, theme: Theme, palette: Palette, chance: Random, horizon: float, *, faint: bool
) -> None:  # fmt: skip
    """Sun or moon with its glow."""
    x = canvas.width * chance.choice((chance.uniform(0.16, 0.34), chance.uniform(0.66, 0.84)))
    height = {"dawn": (0.70, 0.86), "day": (0.16, 0.32), "dusk": (0.72, 0.9), "night": (0.18, 0.36)}[theme.time]
    y = horizon * chance.uniform(*height)
    radius = canvas.unit * {"dawn": 0.05, "day": 0.042, "dusk": 0.06, "night": 0.048}[theme.time]
    if faint:
        canvas.glow(x, y, radius * 5, palette.light, 0.25)
        return
    canvas.glow(x, y, radius * 11, palette.light, 0.38 if theme.time == "night" else 0.7, power=2.2)
    canvas.glow(x, y, radius * 3.2, lighter(palette.light, 0.4), 0.6)
    canvas.ellipse(x, y, radius, radius, lighter(palette.light, 0.35))
    if theme.time == "night":
        for dx, dy, spot in ((-0.3, -0.25, 0.24), (0.28, 0.1, 0.18), (-0.1, 0.42, 0.15), (0.22, -0.45, 0.1)):
            shade = mix(palette.light, (120, 130, 150), 0.3)
            canvas.ellipse(x + dx * radius, y + dy * radius, spot * radius, spot * radius, shade, opacity=0.5, soft=1)


def draw_stars(canvas: Canvas, chance: Random, horizon: float, detail: int) -> None:
    """Stars down to `horizon` pixels, and a faint band among them."""
    field = Image.new("L", (canvas.width, max(1, round(horizon))), 0)
    draw = ImageDraw.Draw(field)
    for _ in range(90 + 90 * detail):
        x, y = chance.uniform(0, canvas.width), horizon * chance.random() ** 1.4
        size = chance.choice((0.4, 0.4, 0.6, 0.9, 1.3)) * canvas.unit / 1024
        draw.ellipse((x - size, y - size, x + size, y + size), fill=chance.randint(90, 255))
    band = (
        noise(chance.randint(0, 9), 3, 5).resize(field.size, Image.Resampling.BICUBIC).point(curve_table(120, 240, 46))
    )
    canvas.lay(band, (0, 0), (120, 130, 200))
    canvas.lay(field, (0, 0), (255, 250, 235))


def _aurora(canvas: Canvas, chance: Random, horizon: float) -> None:
    for index, colour in enumerate(((70, 240, 170), (110, 120, 250), (60, 220, 200))):
        curtain = Image.new("L", (canvas.width, max(1, round(horizon))), 0)
        draw = ImageDraw.Draw(curtain)
        start, tall = chance.uniform(0, 2 * pi), horizon * chance.uniform(0.35, 0.55)
        for x in range(0, canvas.width, 2):
            y = horizon * (0.6 + 0.12 * sin(x / canvas.width * 7 + start) + 0.05 * sin(x / canvas.width * 19 + index))
            shine = 120 + 90 * sin(x / canvas.width * 31 + start * 3)
            draw.line(
                (x, y - tall * (0.7 + 0.3 * sin(x / canvas.width * 13 + start)), x, y),
                fill=max(0, round(shine)),
                width=2,
            )
        fade = gradient(curtain.size, ((0, 0, 0), (90, 90, 90), (255, 255, 255), (0, 0, 0))).convert("L")
        curtain = Image.composite(curtain, Image.new("L", curtain.size, 0), fade).filter(ImageFilter.BoxBlur(6))
        canvas.lay(curtain, (0, 0), colour, 0.65)


def _clouds(canvas: Canvas, theme: Theme, palette: Palette, chance: Random, horizon: float) -> None:
    heavy = bool({"storm", "rain"} & theme.weathers)
    size = (canvas.width, max(1, round(horizon * 1.02)))
    for layer in range(2):
        pattern = noise(chance.randint(0, 5), 3 + layer, 8 + 5 * layer, 5).resize(size, Image.Resampling.BICUBIC)
        low = (78 if heavy else 128) + chance.uniform(-8, 14) + 10 * layer
        mask = pattern.point(curve_table(low, low + 74, 235 if heavy else 190))
        colour = lighter(palette.cloud, -0.28 * layer) if heavy else lighter(palette.cloud, 0.25 * layer)
        canvas.lay(mask, (0, 0), colour, 0.85 if heavy else 0.62 if theme.time != "night" else 0.3)
        if heavy:
            under = pattern.point(curve_table(low + 40, low + 110, 190))
            canvas.lay(under, (0, round(canvas.unit * 0.012)), lighter(palette.sky[0], -0.2), 0.8)


def draw_weather(canvas: Canvas, theme: Theme, palette: Palette, chance: Random, detail: int) -> None:
    """What is between the viewer and the scene: rain, flakes, mist, lightning comes earlier."""
    if {"storm", "rain"} & theme.weathers:
        _rain(canvas, palette, chance, detail)
    if "snow" in theme.weathers:
        for _ in range(60 + 50 * detail):
            x, y = chance.uniform(0, canvas.width), chance.uniform(0, canvas.height)
            size = canvas.unit * chance.choice((0.0012, 0.0016, 0.0022, 0.004))
            canvas.ellipse(x, y, size, size, (255, 255, 255), opacity=chance.uniform(0.4, 0.9), soft=size * 0.4)


def _rain(canvas: Canvas, palette: Palette, chance: Random, detail: int) -> None:
    sheet = Image.new("L", canvas.image.size, 0)
    draw = ImageDraw.Draw(sheet)
    for _ in range(260 + 160 * detail):
        x, y = chance.uniform(-0.1, 1.1) * canvas.width, chance.uniform(-0.1, 1) * canvas.height
        length = canvas.unit * chance.uniform(0.02, 0.06)
        draw.line((x, y, x - length * 0.28, y + length), fill=chance.randint(30, 110), width=max(1, canvas.unit // 700))
    canvas.lay(sheet.filter(ImageFilter.GaussianBlur(0.6)), (0, 0), lighter(palette.haze, 0.4), 0.8)


def draw_lightning(canvas: Canvas, chance: Random, x: float, bottom: float) -> None:
    """A forked flash from the clouds down to `bottom` (pixels)."""
    canvas.glow(x, bottom * 0.25, canvas.unit * 0.5, (190, 200, 255), 0.45)
    at, y = x, 0.0
    points = [(at, y)]
    while y < bottom:
        at += canvas.unit * chance.uniform(-0.035, 0.035)
        y += canvas.unit * chance.uniform(0.03, 0.06)
        points.append((at, y))
    canvas.stroke(points, canvas.unit * 0.012, (200, 210, 255), opacity=0.35, soft=canvas.unit * 0.008)
    canvas.stroke(points, canvas.unit * 0.0035, (250, 250, 255))
    fork = [
        (px + (step * canvas.unit * 0.022), py + step * canvas.unit * 0.012)
        for step, (px, py) in enumerate(points[3:8])
    ]
    canvas.stroke(fork, canvas.unit * 0.002, (240, 244, 255), opacity=0.9)


def draw_mist(canvas: Canvas, palette: Palette, chance: Random, y: float, height: float, strength: float) -> None:
    """A bank of mist around the line `y`, so many pixels high."""
    size = (canvas.width, max(2, round(height)))
    bank = gradient(size, ((0, 0, 0), (255, 255, 255), (200, 200, 200), (0, 0, 0))).convert("L")
    drift = noise(chance.randint(0, 5), 2, 6).resize(size, Image.Resampling.BICUBIC).point(curve_table(40, 190))
    canvas.lay(Image.composite(bank, bank.point([v // 2 for v in range(256)]), drift), (0, round(y - height / 2)),
               lighter(palette.haze, 0.25), strength)  # fmt: skip
