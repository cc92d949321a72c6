"""Colours of an hour, a weather and a season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.images.art.canvas import Colour, lighter, mix

if TYPE_CHECKING:
    from bot.sandbox.images.art.words import Theme


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
