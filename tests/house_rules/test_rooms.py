"""The rooms of the services: who leans on whom, and that everybody comes in by the front door.

`python -m tests.house_rules.test_rooms` prints the floors and the arrows.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.house_rules.sources import ROOMS, ROOT, modules, tree_of, where

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SERVICES = "bot.services"
ROOMS_OF_SERVICES = tuple(sorted(path.parent.name for path in (ROOT / "bot/services").glob("*/__init__.py")))


def imported(path: Path) -> Iterator[tuple[int, str, str]]:
    """(line, module, name) of whatever a file imports from a module by name."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                yield node.lineno, node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ""


def room_of(path: Path) -> str | None:
    """The room of the services that a file stands in."""
    parts = path.relative_to(ROOT).parts
    return parts[2] if parts[:2] == ("bot", "services") and parts[2] in ROOMS_OF_SERVICES else None


@cache
def doors() -> Mapping[str, frozenset[str]]:
    """The names that each room's front door offers."""
    found: dict[str, frozenset[str]] = {}
    for room in ROOMS_OF_SERVICES:
        for node in tree_of(ROOT / "bot/services" / room / "__init__.py").body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                found[room] = frozenset(ast.literal_eval(node.value))
    return found


def is_past_a_door(module: str, name: str, standing_in: str | None) -> bool:
    """Whether who stands in this room imports something from behind another's front door."""
    room, _, behind = module.removeprefix(f"{SERVICES}.").partition(".")
    if not module.startswith(f"{SERVICES}.") or room not in ROOMS_OF_SERVICES or room == standing_in:
        return False
    return bool(behind) or name not in doors()[room]


def arrows() -> Mapping[str, frozenset[str]]:
    """For each room those that it leans on."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in modules("bot/services"):
        room = room_of(path)
        for _, module, _ in imported(path):
            other = module.removeprefix(f"{SERVICES}.").split(".")[0]
            if room is not None and module.startswith(f"{SERVICES}.") and other in ROOMS_OF_SERVICES and other != room:
                found[room].add(other)
    return {room: frozenset(found[room]) for room in ROOMS_OF_SERVICES}


def floors() -> list[list[str]]:
    """The rooms by height: those that lean on no other first. Raises RuntimeError for a circle."""
    waiting, built, levels = dict(arrows()), set[str](), list[list[str]]()
    while waiting:
        level = sorted(room for room, others in waiting.items() if others <= built)
        if not level:
            raise RuntimeError(f"these rooms stand in a circle: {sorted(waiting)}")
        levels.append(level)
        built |= set(level)
        waiting = {room: others for room, others in waiting.items() if room not in built}
    return levels


def test_nobody_reaches_past_a_front_door() -> None:
    reaching = [
        f"{where(path, line)}: {module} {name}"
        for path in modules(*ROOMS)
        for line, module, name in imported(path)
        if is_past_a_door(module, name, room_of(path))
    ]

    assert reaching == []


def test_a_front_door_says_in_one_sentence_what_the_room_is_for() -> None:
    said = [ast.get_docstring(tree_of(ROOT / "bot/services" / room / "__init__.py")) for room in ROOMS_OF_SERVICES]

    assert all(sentence is not None and "\n" not in sentence and sentence.endswith(".") for sentence in said)


def test_the_rooms_stand_on_floors() -> None:
    assert len(floors()) <= 8


@pytest.mark.parametrize(
    ("module", "name", "standing_in", "past"),
    [
        ("bot.services.ledger", "Job", None, False),
        ("bot.services.ledger", "rows", None, True),
        ("bot.services.ledger.ledger", "Job", "jobs", True),
        ("bot.services.ledger.ledger", "Job", "ledger", False),
        ("bot.services.text", "shown", None, False),
        ("bot.storage.ledger.requests", "Job", None, False),
    ],
)
def test_reaching_past_a_door_is_seen(module: str, name: str, standing_in: str | None, *, past: bool) -> None:
    assert is_past_a_door(module, name, standing_in) is past


if __name__ == "__main__":
    for height, level in enumerate(floors()):
        for name in level:
            sys.stdout.write(f"{height}  {name:<11} → {', '.join(sorted(arrows()[name])) or '—'}\n")
    sys.stdout.write(f"{sum(map(len, arrows().values()))} arrows\n")
