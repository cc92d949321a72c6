"""Compositions indoors and out of this world: a still life on a table, a portrait, a view of space."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from PIL import Image

from bot.sandbox.images.art.canvas import gradient, lighter, mix
from bot.sandbox.images.art.sky import draw_stars
from bot.sandbox.images.art.subjects import Stage, draw_subject
from bot.sandbox.images.art.textures import curve_table, noise


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
        shape = [
            (left, 0),
            (left + canvas.width * 0.2, 0),
            (left + canvas.width * 0.2 + slant, edge),
            (left + slant, edge),
        ]
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
