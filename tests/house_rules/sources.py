"""The sources as the house rules see them: files, comments and syntax trees, each read once."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bot", "cogs")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules(*folders: str) -> tuple[Path, ...]:
    """Every Python file in these folders of the repository, in order."""
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")))


def mentioning(pattern: str, *folders: str) -> tuple[Path, ...]:
    """Those of the `modules` in whose text a regular expression is found: parsing all of them takes seconds."""
    return tuple(path for path in modules(*folders) if re.search(pattern, text_of(path)))


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path), str(path))


def where(path: Path, line: int | None = None) -> str:
    """How a finding names its place: clickable in most editors."""
    place = path.relative_to(ROOT).as_posix()
    return place if line is None else f"{place}:{line}"


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, Function))


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """(line, comment) for every comment; what only looks like one inside a string is left out."""
    for token in tokenize.generate_tokens(io.StringIO(text_of(path)).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def called(node: ast.AST) -> str:
    """The last part of the name that a call calls: ``execute`` of ``connection.execute(...)``; empty for others."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
