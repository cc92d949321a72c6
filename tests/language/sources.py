"""What our sources and commands say that is to be translated."""

from __future__ import annotations

import ast
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

from babel.messages.extract import extract_from_file
from discord import app_commands

from bot.services.presets import open_starters
from tests.house_rules.sources import ROOMS, mentioning, tree_of, where

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYWORDS: dict[str, Any] = {"phrase": None, "plural": (1, 2)}
LONGEST_DESCRIPTION, LONGEST_NAME = 100, 32
OF_A_FIELD = {"text": 45, "description": 100}  # in a dialog, in the order of what asks for it


@cache
def told() -> tuple[tuple[str, str | tuple[str, str]], ...]:
    """(place, template) of every `phrase` and `plural`, of the latter in both forms."""
    with warnings.catch_warnings(action="ignore"):  # of f-strings among the values, which are not translated
        return tuple(
            (where(path, line), message if isinstance(message, str) else (message[0], message[1]))
            for path in mentioning(r"phrase|plural", *ROOMS)
            for line, message, _, _ in extract_from_file("python", path, keywords=KEYWORDS)
        )


def texts_of_sources() -> frozenset[str | tuple[str, str]]:
    """The templates of `phrase`, and those of `plural` in both forms."""
    return frozenset(message for _, message in told()) | {starter.about for starter in open_starters()}


@cache
def texts_of_fields() -> dict[str, int]:
    """What stands over and under a dialog's fields, with how long it may be, as far as the sources name it."""
    return {text: most for path in mentioning(r"Label|_ask\b", *ROOMS) for text, most in _of_fields(tree_of(path))}


def _of_fields(tree: ast.Module) -> Iterator[tuple[str, int]]:
    named = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        said = {each.arg: each.value for each in call.keywords} if "Label" in ast.unparse(call.func) else {}
        if ast.unparse(call.func) == "self._ask":
            said = dict(zip(OF_A_FIELD, call.args, strict=False))
        for place, value in said.items():
            if place in OF_A_FIELD and (text := _phrase_of(value, named)) is not None:
                yield text, OF_A_FIELD[place]


def _phrase_of(value: ast.expr, named: dict[str, ast.expr]) -> str | None:
    """The template, where the value is a phrase or a name of one."""
    found = named.get(value.id) if isinstance(value, ast.Name) else value
    if isinstance(found, ast.Call) and ast.unparse(found.func) == "phrase" and isinstance(found.args[0], ast.Constant):
        return str(found.args[0].value)
    return None


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
