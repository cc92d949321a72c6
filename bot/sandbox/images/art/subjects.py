"""The subjects of a picture: which brush draws which, and the colours of fruit and flowers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.images.art.animals import COATS, draw_animal, draw_owl, draw_whale
from bot.sandbox.images.art.buildings import draw_castle, draw_house, draw_lighthouse
from bot.sandbox.images.art.canvas import Canvas, Colour, lighter, mix
from bot.sandbox.images.art.land import draw_tree
from bot.sandbox.images.art.portraits import draw_person, draw_robot
from bot.sandbox.images.art.things import (
    ORANGE,
    PETALS,
    draw_balloon,
    draw_boat,
    draw_bouquet,
    draw_cup,
    draw_fruit_bowl,
)

if TYPE_CHECKING:
    from random import Random

    from bot.sandbox.images.art.theme import Palette, Theme

PLAIN = {
    "owl": draw_owl,
    "whale": draw_whale,
    "lighthouse": draw_lighthouse,
    "boat": draw_boat,
    "castle": draw_castle,
    "robot": draw_robot,
}
CHANCY = {"balloon": draw_balloon, "person": draw_person}
POTTERY: Colour = (206, 214, 218)
GLAZE: Colour = (96, 136, 158)
CREAM: Colour = (226, 214, 196)


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything a composition draws with. `detail` runs from 0 (low quality) to 4."""

    canvas: Canvas
    theme: Theme
    palette: Palette
    chance: Random
    detail: int


def draw_subject(stage: Stage, name: str, colour: Colour | None, x: float, y: float, size: float) -> None:
    """One subject with the middle of its foot here, about `size` pixels large."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    if name in COATS:
        draw_animal(canvas, name, x, y, size, palette, colour, asleep=stage.theme.asleep)
    elif name in PLAIN:
        PLAIN[name](canvas, x, y, size, palette, colour)
    elif name in CHANCY:
        CHANCY[name](canvas, chance, x, y, size, palette, colour)
    elif name == "house":
        snow = "snow" in stage.theme.weathers
        draw_house(canvas, chance, x, y, size * 0.62, size * 0.44, palette, colour, snow=snow)
    elif name == "tree":
        draw_tree(canvas, chance, x, y, size * 1.2, _season(stage), palette)
    else:
        _draw_on_table(stage, name, colour, x, y, size)


def _draw_on_table(stage: Stage, name: str, colour: Colour | None, x: float, y: float, size: float) -> None:
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    if name == "fruit":
        named = free_colours(stage) or ((colour,) if colour else ())
        own = tuple(mix(ORANGE, fruit, 0.85) for fruit in named) or (ORANGE,)
        draw_fruit_bowl(canvas, chance, x, y, size * 0.8, own, palette.lit(POTTERY))
    elif name == "flowers":
        draw_bouquet(canvas, chance, x, y, size, blooms_of(stage), palette.lit(GLAZE))
    else:
        draw_cup(canvas, x, y, size * 0.6, palette.lit(colour or CREAM))


def free_colours(stage: Stage) -> tuple[Colour, ...]:
    """The colour words that belong to no other subject than fruit and flowers."""
    taken = {colour for name, colour in stage.theme.subjects if name not in {"fruit", "flowers"}}
    return tuple(colour for colour in stage.theme.colours if colour not in taken)


def blooms_of(stage: Stage) -> tuple[Colour, ...]:
    """What colours the flowers have."""
    own = dict(stage.theme.subjects).get("flowers")
    return free_colours(stage) or ((own, lighter(own, 0.15)) if own else PETALS)


def _season(stage: Stage) -> str:
    return next((season for season in ("autumn", "spring") if season in stage.theme.weathers), "summer")
