"""What a prompt speaks of, found word by word, and the colours that follow from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.images.art.canvas import Colour, lighter, mix

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
OWN_COLOURS = {
    "poppy": "red",
    "poppies": "red",
    "lavender": "violet",
    "sunflower": "gold",
    "sunflowers": "gold",
    "roses": "crimson",
    "apple": "red",
    "apples": "red",
    "lemon": "yellow",
    "lemons": "yellow",
    "pear": "olive",
    "pears": "olive",
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
        if word in OWN_COLOURS:
            before.insert(0, COLOURS[OWN_COLOURS[word]])
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


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one scene.

    Attributes:
        sky: from the zenith to the horizon.
        light: sun or moon, and what they touch.
        haze: what far things fade into.
        near: the darkest silhouette, in front.
        ground: the land in the foreground.
        cloud: lit side of the clouds.
        lamp: windows and lamps; None by day.
        dim: how much of a thing's own colour is lost to the night, 0 to 1.
    """

    sky: tuple[Colour, ...]
    light: Colour
    haze: Colour
    near: Colour
    ground: Colour
    cloud: Colour
    lamp: Colour | None
    dim: float

    def lit(self, colour: Colour) -> Colour:
        """A thing's own colour as this hour shows it."""
        return mix(mix(colour, self.light, 0.07), self.near, self.dim)


HOURS = {
    "dawn": Palette(
        ((70, 86, 146), (142, 128, 176), (232, 168, 170), (255, 208, 170), (255, 230, 196)),
        (255, 240, 206), (248, 208, 190), (62, 58, 92), (112, 120, 96), (255, 214, 200), None, 0.10,
    ),
    "day": Palette(
        ((52, 118, 192), (104, 168, 220), (168, 210, 236), (222, 238, 240)),
        (255, 250, 226), (204, 224, 234), (42, 78, 84), (104, 156, 82), (255, 255, 255), None, 0.0,
    ),
    "dusk": Palette(
        ((40, 36, 88), (112, 54, 112), (206, 84, 98), (248, 140, 84), (255, 200, 116)),
        (255, 226, 160), (244, 150, 108), (38, 26, 58), (104, 84, 74), (250, 150, 120), (255, 214, 130), 0.22,
    ),
    "night": Palette(
        ((6, 10, 32), (12, 24, 60), (26, 46, 92), (54, 82, 130)),
        (240, 240, 220), (52, 78, 122), (6, 10, 26), (26, 42, 54), (58, 78, 116), (255, 206, 116), 0.5,
    ),
}  # fmt: skip


def palette_of(theme: Theme) -> Palette:
    """The colours for a theme: its hour, changed by its weather, season and colour words."""
    palette = HOURS[theme.time]
    sky, haze, ground, near, cloud = palette.sky, palette.haze, palette.ground, palette.near, palette.cloud
    if {"storm", "rain"} & theme.weathers:
        grey = (34, 42, 56) if theme.time == "night" else (92, 102, 116)
        sky = tuple(mix(colour, grey, 0.68) for colour in sky)
        haze, cloud = mix(haze, grey, 0.6), lighter(grey, 0.16)
    if "mist" in theme.weathers:
        sky = tuple(mix(colour, lighter(haze, 0.3), 0.4) for colour in sky)
        haze = lighter(haze, 0.2 if theme.time != "night" else 0.04)
        near = mix(near, haze, 0.16)
    if "autumn" in theme.weathers:
        ground = mix(ground, (196, 118, 44), 0.6)
    if "spring" in theme.weathers:
        ground = mix(ground, (150, 190, 96), 0.5)
    if "snow" in theme.weathers:
        ground = mix((240, 243, 250), sky[-2], 0.22 + 0.3 * palette.dim)
        near = mix(near, (70, 88, 120), 0.25)
    if theme.place == "desert":
        ground = mix((222, 160, 92), near, palette.dim * 0.7)
    if theme.colours and not theme.subjects:
        sky = tuple(mix(colour, theme.colours[0], 0.35) for colour in sky)
        haze = mix(haze, theme.colours[0], 0.3)
    return Palette(sky, palette.light, haze, near, ground, cloud, palette.lamp, palette.dim)
