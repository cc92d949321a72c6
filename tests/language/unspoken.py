"""Which sentences of our sources a person may see that are said in English alone: no function of ours tells them."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

from tests.house_rules.sources import ROOT, called, modules, tree_of, where

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What speaks to no member: storage, the command line, whoever runs the bot, and what is played for it.
SILENT = tuple(
    ROOT / place
    for place in (
        "bot/cli.py", "bot/config.py", "bot/demo", "bot/health.py", "bot/language", "bot/logs.py", "bot/sandbox",
        "bot/storage", "bot/pictures/isolated", "bot/running.py", "bot/foundation.py", "bot/child_process.py",
        "bot/presentation/reconcile.py", "bot/presentation/report.py", "bot/services/accounting/bills.py",
        "bot/services/accounting/bill_formats.py", "bot/services/catalog/file.py", "bot/openai_images/links.py",
        "bot/openai_images/http_hooks.py", "bot/presentation/ledger_csv.py", "bot/charts/renderer_process.py",
    )
)  # fmt: skip
TOLD = frozenset({"phrase", "plural", "month_name"})
UNSEEN = frozenset(  # of what is called with words that nobody reads in Discord
    {
        "BillError", "ConfigurationError", "DatabaseError", "OperatorError", "RuntimeError", "TypeError", "ValueError",
        "begin", "compile", "critical", "debug", "describe", "error", "exception", "info", "warning", "Choice",
    }
)  # fmt: skip
SENTENCE = re.compile(r"[A-Za-z']{2,}[,.:;)”]? (?:[a-z“]{2,}|\{\})")
NAMES = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|FROM)\b|^[a-z]+ (?:of )?\{\}$")


def unspoken(path: Path) -> Iterator[tuple[int, str]]:
    """(line, sentence) for each; what is filled in reads ``{}``."""
    return _within(tree_of(path))


@cache
def unspoken_of_rooms() -> dict[str, list[str]]:
    """By the module in which it stands, the sentences."""
    found = {
        where(path): [text for _, text in sorted(unspoken(path))]
        for path in modules("bot", "cogs")
        if not any(path.is_relative_to(place) for place in SILENT)
    }
    return {path: texts for path, texts in found.items() if texts}


def _within(node: ast.AST) -> Iterator[tuple[int, str]]:
    if called(node) in TOLD | UNSEEN or _is_words_alone(node):
        return
    if isinstance(node, ast.JoinedStr | ast.Constant):
        text = _text_of(node)
        if SENTENCE.search(text) and not NAMES.search(text):
            yield node.lineno, text
    for child in _parts(node):
        yield from _within(child)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in it, but for types and decorators, and for the words of an f-string, which are one text."""
    if isinstance(node, ast.JoinedStr):
        return (part for part in node.values if isinstance(part, ast.FormattedValue))
    left_out = [getattr(node, name, None) for name in ("annotation", "returns")]
    left_out += getattr(node, "decorator_list", [])
    return (child for child in ast.iter_child_nodes(node) if child not in left_out)


def _text_of(node: ast.JoinedStr | ast.Constant) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node.value, str) else ""


def _is_words_alone(node: ast.AST) -> bool:
    """A docstring, or a type in quotation marks."""
    return called(node) == "cast" or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
