"""Compositions: a landscape with its subjects, a still life, a portrait, a view of space."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from bot.sandbox.images.art import land, sky
from bot.sandbox.images.art.animals import COATS
from bot.sandbox.images.art.buildings import draw_quay, draw_surf, draw_town
from bot.sandbox.images.art.canvas import gradient, lighter, mix
from bot.sandbox.images.art.sky import draw_stars
from bot.sandbox.images.art.subjects import Stage, blooms_of, draw_subject
from bot.sandbox.images.art.textures import curve_table, noise
from bot.sandbox.images.art.things import draw_boat

if TYPE_CHECKING:
    from bot.sandbox.images.art.canvas import Colour


WET = frozenset({"sea", "lake", "harbour"})
AFLOAT = frozenset({"boat", "whale"})
HULLS: tuple[Colour, ...] = ((176, 62, 52), (44, 92, 140), (232, 184, 84), (60, 122, 104))
SIZES = {"lighthouse": 0.56, "balloon": 0.34, "tree": 0.42}  # of the shorter edge


def _draw_landscape(stage: Stage) -> None:
    canvas, theme, palette, chance = stage.canvas, stage.theme, stage.palette, stage.chance
    place, snow = theme.place, "snow" in theme.weathers
    horizon = canvas.height * {"harbour": 0.56, "town": 0.55, "sea": 0.6, "lake": 0.58}.get(place, 0.56)
    sky.draw_sky(canvas, theme, palette, chance, horizon, stage.detail)
    if place not in WET:
        foot = mix(palette.haze, palette.ground, 0.3)
        canvas.image.paste(foot, (0, round(horizon) - 1, *canvas.image.size))
    if "storm" in theme.weathers:
        sky.draw_lightning(canvas, chance, canvas.width * chance.uniform(0.12, 0.4), horizon)
    if place != "sea":
        rough = 0.12 if place in {"meadow", "desert", "harbour", "town"} else 0.9
        layers = 2 + min(2, stage.detail) if place in {"mountains", "lake", "forest"} else 2
        land.draw_peaks(canvas, palette, chance, horizon, layers, snow=snow or rough > 0.5, rough=rough)  # noqa: PLR2004 - high peaks
    if "mist" in theme.weathers:
        sky.draw_mist(canvas, palette, chance, horizon * 0.86, canvas.height * 0.22, 0.75)
    ground = _middle(stage, horizon, snow=snow)
    _populate(stage, horizon, ground)
    if "mist" in theme.weathers:
        sky.draw_mist(canvas, palette, chance, ground, canvas.height * 0.2, 0.55)
    sky.draw_weather(canvas, theme, palette, chance, stage.detail)


def _middle(stage: Stage, horizon: float, *, snow: bool) -> float:
    """What lies between the horizon and the viewer. Returns where land subjects stand (pixels)."""
    canvas, theme, palette, chance = stage.canvas, stage.theme, stage.palette, stage.chance
    fir = mix(palette.near, (24, 70, 52), 0.0 if palette.dim else 0.35)
    if theme.place in {"harbour", "town"}:
        return _built_up(stage, horizon, snow=snow)
    if theme.place in WET:
        rough = 0.9 if "storm" in theme.weathers else 0.3 if theme.place == "sea" else 0.08
        if theme.place == "lake":
            shore = land.skyline(chance, canvas.width, horizon + canvas.height * 0.012, canvas.height * 0.02, 0, 60)
            canvas.polygon([*shore, (canvas.width, horizon + 3), (0, horizon + 3)], fir)
            land.draw_conifers(canvas, chance, shore, canvas.height * 0.085, fir, snow=snow)
        land.draw_water(canvas, palette, chance, horizon, rough=rough)
        if theme.place == "lake":
            _near_bank(stage, fir, snow=snow)
        return canvas.height * (0.94 if theme.place == "lake" else 0.8)
    top = canvas.height * (0.58 if snow else 0.6)
    if theme.place in {"forest", "mountains"} or snow:
        for layer in range(2 + (theme.place == "forest")):
            foot = land.skyline(
                chance, canvas.width, top + canvas.height * (0.02 + 0.035 * layer), canvas.height * 0.03, 0, 60
            )
            shade = mix(palette.haze, fir, 0.5 + 0.2 * layer)
            canvas.polygon([*foot, (canvas.width, canvas.height), (0, canvas.height)], shade)
            land.draw_conifers(
                canvas, chance, foot, canvas.height * (0.12 + 0.06 * layer), shade, snow=snow and layer == 1
            )
        top += canvas.height * 0.04
    land.draw_ground(canvas, palette, chance, top, snow=snow, wavy=1.6 if theme.place == "desert" else 1.0)
    if not snow and theme.place != "desert":
        blooms = blooms_of(stage) if "flowers" in dict(theme.subjects) or theme.place == "meadow" else ()
        land.draw_grass(canvas, palette, chance, top + canvas.height * 0.04, blooms, stage.detail)
    return canvas.height * 0.85


def _near_bank(stage: Stage, fir: Colour, *, snow: bool) -> None:
    """Dark firs and a bank that frame the view over a lake."""
    canvas, chance = stage.canvas, stage.chance
    bank = land.skyline(chance, canvas.width, canvas.height * 1.0, canvas.height * 0.06, 0, 60)
    dark = lighter(fir, -0.45)
    canvas.polygon([*bank, (canvas.width, canvas.height), (0, canvas.height)], dark)
    left = [(x, y) for x, y in bank if x < canvas.width * 0.24]
    right = [(x, y) for x, y in bank if x > canvas.width * 0.84]
    for group, tall in ((left, 0.42), (right, 0.3)):
        for x, y in group[:: 3 if stage.detail else 5]:
            near_edge = abs(x / canvas.width - 0.5) * 2
            height = canvas.height * tall * near_edge**2 * chance.uniform(0.5, 1.0)
            land.draw_fir(canvas, x, y + 6, height, lighter(dark, chance.uniform(-0.05, 0.05)), snow=snow)


def _built_up(stage: Stage, horizon: float, *, snow: bool) -> float:
    """A town on a slope, above a harbour basin or a square."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    slope = land.skyline(chance, canvas.width, horizon + canvas.height * 0.02, canvas.height * 0.17, 0, 60)
    hill = mix(palette.ground, palette.haze, 0.35)
    canvas.polygon([*slope, (canvas.width, canvas.height), (0, canvas.height)], (hill, lighter(hill, -0.2)))
    foot = canvas.height * (0.66 if stage.theme.place == "harbour" else 0.78)
    draw_town(canvas, chance, foot, palette, rows=3 + min(1, stage.detail), snow=snow)
    if stage.theme.place == "harbour":
        draw_quay(canvas, foot, palette)
        land.draw_water(canvas, palette, chance, foot + canvas.unit * 0.026, rough=0.22)
        boats = [(0.16, 0.8, 0.15), (0.84, 0.77, 0.12), (0.66, 0.86, 0.2)]
        for x, y, size in boats:
            draw_boat(
                canvas,
                canvas.width * (x + chance.uniform(-0.05, 0.05)),
                canvas.height * y,
                canvas.unit * size,
                palette,
                chance.choice(HULLS),
            )
    else:
        land.draw_ground(canvas, palette, chance, foot, snow=snow)
    return canvas.height * 0.9


def _populate(stage: Stage, horizon: float, ground: float) -> None:
    """Stand the subjects side by side, each where its kind belongs."""
    canvas, theme, chance = stage.canvas, stage.theme, stage.chance
    named = [(name, colour) for name, colour in theme.subjects if name not in {"flowers", "fruit", "cup"}][:4]
    if not named and theme.place == "sea":
        named = [("boat", None)]
    for place, (name, colour) in enumerate(named):
        middle = canvas.width * (0.5 if len(named) == 1 else 0.24 + 0.52 * place / (len(named) - 1))
        x = middle + canvas.unit * chance.uniform(-0.05, 0.05)
        size = canvas.unit * SIZES.get(name, 0.36)
        below = canvas.height - horizon
        afloat = name in AFLOAT and theme.place in WET
        if name in COATS:
            size = canvas.unit * (0.52 if theme.asleep else 0.42)
        if name == "lighthouse":
            x = canvas.width * 0.66
        feet = {"lighthouse": horizon + below * 0.2, "balloon": horizon * 0.72}
        y = horizon + below * (0.34 + 0.1 * place) if afloat else feet.get(name, ground)
        draw_subject(stage, name, colour, x, y, canvas.unit * 0.24 if afloat else size)
        if name == "lighthouse" and theme.place in WET:
            draw_surf(canvas, chance, x, y + size * 0.19, size)
    if "flowers" in dict(theme.subjects) and theme.place not in {"meadow", "forest"}:
        land.draw_grass(canvas, stage.palette, chance, canvas.height * 0.86, blooms_of(stage), stage.detail)


def draw_table(stage: Stage) -> None:
    """A wall with light from a window, a table, and things on it."""
    canvas, theme, palette, chance = stage.canvas, stage.theme, stage.palette, stage.chance
    edge = canvas.height * 0.62
    wall = mix(mix((84, 132, 132), palette.sky[1], 0.2), (20, 24, 40), palette.dim)
    canvas.image.paste(gradient(canvas.image.size, (lighter(wall, -0.3), lighter(wall, 0.12))))
    patch = (
        noise(chance.randint(0, 5), 6, 6, 5)
        .resize(canvas.image.size, Image.Resampling.BICUBIC)
        .point(curve_table(90, 210, 60))
    )
    canvas.lay(patch, (0, 0), lighter(wall, 0.4))
    canvas.glow(canvas.width * 0.2, canvas.height * 0.12, canvas.unit * 0.95, palette.light, 0.55)
    slant = canvas.unit * 0.2
    for pane in (0.05, 0.3):
        left = canvas.width * (pane + 0.22)
        shape = [(left, 0), (left + canvas.width * 0.2, 0), (left + canvas.width * 0.2 + slant, edge),
                 (left + slant, edge)]  # fmt: skip
        canvas.polygon(shape, palette.light, opacity=0.13, soft=canvas.unit * 0.012)
    wood = palette.lit((150, 98, 62))
    canvas.polygon([(0, edge), (canvas.width, edge), (canvas.width, canvas.height), (0, canvas.height)],
                   (lighter(wood, 0.12), wood, lighter(wood, -0.35)))  # fmt: skip
    planks = noise(chance.randint(0, 5), 2, 60, 3).resize((canvas.width, canvas.height), Image.Resampling.BICUBIC)
    canvas.lay(
        planks.crop((0, round(edge), *canvas.image.size)).point(curve_table(110, 200, 110)),
        (0, round(edge)),
        lighter(wood, -0.5),
    )
    named = [item for item in theme.subjects if item[0] in {"fruit", "flowers", "cup"}] or [("fruit", None)]
    for place, (name, colour) in enumerate(named):
        x = canvas.width * (0.43 if len(named) == 1 else 0.32 + 0.42 * place / (len(named) - 1))
        draw_subject(stage, name, colour, x, canvas.height * 0.8, canvas.unit * (0.76 if name != "cup" else 0.55))


def draw_studio(stage: Stage) -> None:
    """A backdrop with a halo, and a bust before it."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    name, colour = stage.theme.subjects[0] if stage.theme.subjects else ("person", None)
    colour = colour or next(iter(stage.theme.colours), None)
    base = mix(colour, palette.sky[1], 0.45) if colour else mix(palette.sky[1], (70, 110, 130), 0.3)
    canvas.image.paste(gradient(canvas.image.size, (lighter(base, -0.45), lighter(base, -0.05), lighter(base, -0.3))))
    x, y = canvas.width / 2, canvas.height * 0.44
    ring = lighter(mix(base, (255, 190, 130), 0.55), 0.25)
    canvas.glow(x, y, canvas.unit * 0.75, ring, 0.6)
    canvas.ellipse(x, y, canvas.unit * 0.37, canvas.unit * 0.37, (lighter(ring, 0.3), mix(ring, base, 0.35)))
    for _ in range(10 + 8 * stage.detail):
        at = (chance.uniform(0, canvas.width), chance.uniform(0, canvas.height * 0.9))
        size = canvas.unit * chance.choice((0.004, 0.008, 0.016, 0.03))
        canvas.ellipse(
            *at,
            size,
            size,
            lighter(ring, chance.uniform(0, 0.4)),
            opacity=chance.uniform(0.12, 0.4),
            soft=size * 0.15,
        )
    draw_subject(stage, name, colour, x, canvas.height * 0.93, canvas.unit * 0.84)


def draw_space(stage: Stage) -> None:
    """A nebula, a planet, and the subjects afloat."""
    canvas, chance = stage.canvas, stage.chance
    canvas.image.paste(gradient(canvas.image.size, ((6, 6, 24), (24, 14, 54), (10, 12, 36))))
    draw_stars(canvas, chance, canvas.height, stage.detail + 1)
    for tint in stage.theme.colours[:2] or ((150, 60, 170), (50, 120, 200)):
        cloud = noise(chance.randint(0, 9), 3, 3, 5).resize(canvas.image.size, Image.Resampling.BICUBIC)
        canvas.lay(cloud.point(curve_table(120, 235, 170)), (0, 0), tint, 0.7)
    x, y, radius = canvas.width * chance.uniform(0.3, 0.7), canvas.height * 0.42, canvas.unit * 0.2
    canvas.glow(x, y, radius * 2, lighter(stage.palette.haze, 0.3), 0.4)
    canvas.ball(x, y, radius, stage.theme.colours[0] if stage.theme.colours else (214, 150, 110))
    canvas.ellipse(x, y + radius * 0.1, radius * 1.9, radius * 0.16, (240, 214, 180), turn=-0.3, opacity=0.35, soft=2)
    for place, (name, colour) in enumerate(stage.theme.subjects[:3]):
        draw_subject(stage, name, colour, canvas.width * (0.3 + 0.3 * place), canvas.height * 0.92, canvas.unit * 0.4)


INDOORS = {"table": draw_table, "studio": draw_studio, "space": draw_space}


def draw_scene(stage: Stage) -> None:
    """Draw what the theme asks for."""
    INDOORS.get(stage.theme.place, _draw_landscape)(stage)
