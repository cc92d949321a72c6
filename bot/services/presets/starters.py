"""The starter set: presets that come with the bot, read from starters.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter

from bot.language import phrase
from bot.services.presets.presets import Preset, Shelf
from bot.services.requests import Wishes

FILE = "starters.toml"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A starter as the file has it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,29}$")]
    name: str
    about: str
    words: str
    takes_picture: bool = False
    options: dict[str, str | int] = field(default_factory=dict[str, "str | int"])


_ENTRIES = TypeAdapter(tuple[_Entry, ...])


def open_starters() -> tuple[Preset, ...]:
    """The starters that come with Atelier, in the order in which they are offered."""
    text = resources.files("bot.services.presets").joinpath(FILE).read_text("utf-8")
    entries = _ENTRIES.validate_python(tomllib.loads(text)["starters"])
    return tuple(
        Preset(
            0,
            Shelf.STARTER,
            entry.name,
            entry.words.strip(),
            Wishes(**entry.options),  # type: ignore[arg-type]  # a test holds them against the catalog
            takes_picture=entry.takes_picture,
            starter=entry.id,
            about=phrase(entry.about),
        )
        for entry in entries
    )
