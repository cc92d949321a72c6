"""A preset's options and what the audit says of it, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.text import shown

if TYPE_CHECKING:
    from bot.services.presets.presets import Preset
    from bot.services.requests import Wishes

WORDS_AUDITED = 300  # characters
LONGEST_OPTION = 60  # characters of what somebody may have typed

_TOLD = {
    "model": "{}",
    "size": "size {}",
    "quality": "quality {}",
    "count": "{} pictures at a time",
    "background": "{} background",
    "output_format": "as {}",
    "compression": "compression {}",
    "input_fidelity": "{} input fidelity",
    "complexity": "{} complexity",
    "frames": "{} frames",
}


def option_facts(options: Wishes) -> list[str]:
    """What is chosen, each in a few words, for people to read: ``size wide``, ``transparent background``."""
    facts = [_TOLD[name].format(shown(str(value), LONGEST_OPTION)) for name, value in options.said.items()]
    return ["one picture at a time" if fact == "1 pictures at a time" else fact for fact in facts]


def named(preset: Preset) -> str:
    """``the preset “Poster”``, as Discord shows it."""
    return f"the preset “{shown(preset.name, len(preset.name))}”"


def audited(preset: Preset) -> str:
    """All of a preset, for the audit."""
    pictures = len(preset.references)
    return "; ".join(
        [
            f"“{shown(preset.words, WORDS_AUDITED)}”",
            *option_facts(preset.options),
            *([f"{pictures} reference picture{'s' * (pictures > 1)}"] if pictures else []),
            *(["asks for a picture"] if preset.takes_picture else []),
        ]
    )
