"""What a prompt speaks of: time, weather, place, subjects, colours and style, found word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from bot.sandbox.images.art.canvas import Colour

TIMES = {
    "dawn": "dawn sunrise morning daybreak breakfast",
    "day": "day daylight noon midday sunny afternoon summer blue-sky bright",
    "dusk": "dusk sunset evening twilight golden golden-hour autumn",
    "night": "night midnight moon moonlight moonlit stars starry dark nocturnal nebula galaxy space aurora "
    "northern-lights",
}
WEATHERS = {
    "snow": "snow snowy winter snowfall frost frosty ice icy blizzard arctic",
    "storm": "storm stormy thunder thunderstorm lightning tempest gale rough hurricane",
    "rain": "rain rainy drizzle wet monsoon",
    "mist": "mist misty fog foggy haze hazy",
    "aurora": "aurora northern-lights",
    "autumn": "autumn autumnal fall october",
    "spring": "spring blossom blossoms cherry may sakura",
}
PLACES = {
    "harbour": "harbour harbor port marina quay fishing-village seaside",
    "town": "town village city street skyline market square houses rooftops paris tokyo",
    "sea": "sea ocean coast beach shore waves bay lighthouse boat ship sailboat whale island cliff",
    "lake": "lake pond river fjord reflection waterfall",
    "forest": "forest wood woods trees jungle pines woodland",
    "desert": "desert dune dunes sahara canyon camel",
    "space": "space planet galaxy nebula cosmos orbit astronaut rocket",
    "meadow": "meadow field garden grass hill hills farm flowers poppies lavender tulips sunflowers",
    "mountains": "mountain mountains alps peak peaks valley ridge",
    "table": "still-life bowl fruit oranges orange apples apple lemons lemon pears table cup tea coffee teapot "
    "vase bouquet kitchen cake bread breakfast",
    "studio": "portrait headshot bust selfie face avatar icon logo",
}
SUBJECTS = {
    "fox": "fox foxes vixen",
    "cat": "cat cats kitten kitty",
    "wolf": "wolf wolves husky",
    "dog": "dog dogs puppy corgi",
    "rabbit": "rabbit rabbits bunny hare",
    "bear": "bear bears panda",
    "owl": "owl owls",
    "whale": "whale whales",
    "lighthouse": "lighthouse",
    "boat": "boat boats sailboat ship ships sail sailing yacht",
    "house": "house cottage cabin hut barn home",
    "castle": "castle tower fortress palace",
    "balloon": "balloon balloons",
    "robot": "robot robots android cyborg droid",
    "person": "person woman man girl boy child king queen astronaut wizard portrait selfie face",
    "fruit": "fruit oranges orange apples apple lemons lemon pears pear bowl",
    "flowers": "flowers flower bouquet roses rose tulip tulips poppy poppies sunflower sunflowers vase lavender",
    "cup": "cup tea coffee teapot mug",
    "tree": "tree oak willow",
}
SUBJECT_OF = {word: name for name, members in SUBJECTS.items() for word in members.split()}
COLOURS: dict[str, Colour] = {
    "red": (206, 58, 48), "crimson": (176, 30, 56), "scarlet": (222, 50, 36), "orange": (240, 142, 38),
    "amber": (244, 168, 40), "gold": (226, 176, 60), "golden": (236, 184, 70), "yellow": (246, 208, 70),
    "green": (74, 150, 84), "emerald": (28, 148, 104), "olive": (128, 132, 60), "teal": (30, 140, 140),
    "turquoise": (62, 190, 186), "cyan": (70, 196, 222), "blue": (58, 112, 200), "navy": (32, 48, 110),
    "indigo": (72, 62, 160), "violet": (136, 84, 198), "purple": (138, 70, 178), "lavender": (176, 152, 222),
    "magenta": (204, 60, 150), "pink": (238, 140, 172), "rose": (226, 110, 134), "brown": (128, 84, 54),
    "white": (240, 240, 238), "black": (44, 44, 54), "grey": (136, 140, 148), "gray": (136, 140, 148),
    "silver": (186, 194, 204), "copper": (190, 110, 66), "ginger": (222, 126, 54), "cream": (244, 230, 204),
}  # fmt: skip
STYLES = {
    "watercolor": "watercolor watercolour aquarelle gouache",
    "ink": "ink sketch drawing pencil black-and-white monochrome noir engraving",
    "oil": "oil painting impressionist impressionism brush",
    "poster": "poster flat minimalist vector print",
}
FLOWERS = {
    "poppy": "red",
    "poppies": "red",
    "lavender": "violet",
    "sunflower": "gold",
    "sunflowers": "gold",
    "roses": "crimson",
}
ASLEEP = frozenset({"asleep", "sleeping", "sleeps", "sleep", "napping", "nap", "curled", "resting", "dozing"})
DEFAULT_PLACES = ("mountains", "lake", "meadow", "sea", "forest")


@dataclass(frozen=True, slots=True)
class Theme:
    """What to draw.

    Attributes:
        time: ``dawn``, ``day``, ``dusk`` or ``night``.
        weathers: keys of `WEATHERS`.
        place: a key of `PLACES`.
        subjects: keys of `SUBJECTS` in the prompt's order, with the colour word before them.
        colours: every colour word, in order.
        style: a key of `STYLES`, or empty.
        asleep: the animals sleep.
        said: groups of words that were found at all, so that an edit changes only what it names.
    """

    time: str
    weathers: frozenset[str]
    place: str
    subjects: tuple[tuple[str, Colour | None], ...]
    colours: tuple[Colour, ...]
    style: str
    asleep: bool
    said: frozenset[str]


def read_prompt(prompt: str, chance: Random) -> Theme:
    """Find what a prompt speaks of; what it leaves open is decided by `chance`."""
    words = _words(prompt)
    present = {word for place, word in enumerate(words) if not _only_a_colour(words, place)}
    subjects = _subjects(words)
    times, places, styles = _found(TIMES, present), _found(PLACES, present), _found(STYLES, present)
    if "portrait" in present or "bust" in present:
        places.insert(0, "studio")
    if {"still-life", "bowl", "vase", "bouquet", "cup", "teapot"} & present:
        places.insert(0, "table")
    return Theme(
        time=times[-1] if times else chance.choice(("dawn", "day", "dusk")),
        weathers=frozenset(_found(WEATHERS, present)),
        place=_place(places, subjects, chance),
        subjects=subjects,
        colours=tuple(COLOURS[word] for word in words if word in COLOURS),
        style=styles[0] if styles else "",
        asleep=bool(present & ASLEEP),
        said=frozenset(name for name, found in (("time", times), ("place", places), ("style", styles)) if found),
    )


def _words(prompt: str) -> list[str]:
    text = prompt.lower()[:4000]
    for pair in ("still life", "golden hour", "northern lights", "black and white", "fishing village", "blue sky"):
        text = text.replace(pair, pair.replace(" ", "-"))
    return re.findall(r"[a-z]+(?:-[a-z]+)*", text)


def _found(groups: Mapping[str, str], present: set[str]) -> list[str]:
    return [name for name, members in groups.items() if present & set(members.split())]


def _only_a_colour(words: Sequence[str], place: int) -> bool:
    """Whether this word is the colour of the thing named next, as in "an orange cat"."""
    return words[place] in COLOURS and place + 1 < len(words) and words[place + 1] in SUBJECT_OF


def _subjects(words: Sequence[str]) -> tuple[tuple[str, Colour | None], ...]:
    found: dict[str, Colour | None] = {}
    for place, word in enumerate(words):
        name = SUBJECT_OF.get(word)
        if name is None or _only_a_colour(words, place):
            continue
        before = [COLOURS[near] for near in words[max(0, place - 2) : place + 1] if near in COLOURS]
        if word in FLOWERS:
            before.insert(0, COLOURS[FLOWERS[word]])
        if found.get(name) is None:
            found[name] = before[-1] if before else None
    if len(found) > 1 and "robot" in found:
        found.pop("person", None)  # "a portrait of a robot" has one head
    return tuple(found.items())


def _place(places: list[str], subjects: Sequence[tuple[str, Colour | None]], chance: Random) -> str:
    if places:
        return places[0]
    usual = {"robot": "studio", "person": "studio", "fruit": "table", "cup": "table", "castle": "mountains"}
    for name, _ in subjects:
        if name in usual:
            return usual[name]
    return "meadow" if subjects else chance.choice(DEFAULT_PLACES)
