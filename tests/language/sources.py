"""What our sources and commands say that is to be translated."""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

from babel.messages.extract import extract_from_dir
from discord import app_commands

from tests.house_rules.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYWORDS: dict[str, Any] = {"phrase": None, "plural": (1, 2)}
ROOMS = ("bot", "cogs")
LONGEST_DESCRIPTION, LONGEST_NAME = 100, 32


@cache
def texts_of_sources() -> frozenset[str | tuple[str, str]]:
    """The templates of `phrase`, and those of `plural` in both forms."""
    with warnings.catch_warnings(action="ignore"):  # of f-strings among the values, which are not translated
        return frozenset(
            message if isinstance(message, str) else (message[0], message[1])
            for room in ROOMS
            for _, _, message, _, _ in extract_from_dir(ROOT / room, [("**.py", "python")], keywords=KEYWORDS)
        )


def texts_of_commands(tree: app_commands.CommandTree[Any]) -> dict[str, int]:
    """What describes commands, options and choices, and the names of menus, with how long each may be."""
    return dict(text for command in tree.get_commands() for text in _texts_of(command))


def _texts_of(command: Any) -> Iterator[tuple[str, int]]:  # noqa: ANN401 - whatever a tree holds
    if isinstance(command, app_commands.ContextMenu):
        yield command.name, LONGEST_NAME
        return
    yield command.description, LONGEST_DESCRIPTION
    if isinstance(command, app_commands.Group):
        for inner in command.commands:
            yield from _texts_of(inner)
        return
    for parameter in command.parameters:
        yield parameter.description, LONGEST_DESCRIPTION
        yield from ((choice.name, LONGEST_DESCRIPTION) for choice in parameter.choices)
