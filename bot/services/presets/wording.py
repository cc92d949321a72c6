"""A preset's options and what the audit says of it, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import composed, joined, phrase, plural
from bot.services.text import shown

if TYPE_CHECKING:
    from bot.services.presets.presets import Preset
    from bot.services.requests import Wishes

WORDS_AUDITED = 300  # characters
LONGEST_OPTION = 60  # characters of what somebody may have typed

_TOLD = {
    "model": "{value}",
    "size": phrase("size {value}"),
    "quality": phrase("quality {value}"),
    "background": phrase("{value} background"),
    "output_format": phrase("as {value}"),
    "compression": phrase("compression {value}"),
    "input_fidelity": phrase("{value} input fidelity"),
    "complexity": phrase("{value} complexity"),
    "frames": phrase("{value} frames"),
}


def option_facts(options: Wishes) -> list[str]:
    """What is chosen, each in a few words, for people to read: ``size wide``, ``transparent background``."""
    return [_fact(name, value) for name, value in options.said.items()]


def _fact(name: str, value: object) -> str:
    if isinstance(value, int) and name == "count":
        return plural("one picture at a time", "{count} pictures at a time", value)
    said = shown(str(value), LONGEST_OPTION)
    return composed(lambda told: told[0].replace("{value}", said), [_TOLD[name]])


def named(preset: Preset) -> str:
    """``the preset “Poster”``, as Discord shows it."""
    return phrase("the preset “{name}”", name=shown(preset.name, len(preset.name)))


def audited(preset: Preset) -> str:
    """All of a preset, for the audit."""
    pictures = len(preset.references)
    return joined(
        "; ",
        [
            phrase("“{text}”", text=shown(preset.words, WORDS_AUDITED)),
            *option_facts(preset.options),
            *([plural("{count} reference picture", "{count} reference pictures", pictures)] if pictures else []),
            *([phrase("asks for a picture")] if preset.takes_picture else []),
        ],
    )
