"""What only one room may do: read the environment, choose a SQLite, put SQL together, and make what is pressed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.house_rules.sources import ROOMS, called, functions, mentioning, tree_of, where

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAY_READ_THE_ENVIRONMENT = {"bot/config.py", "bot/cli.py"}
# Exceptions of Python's module and of the bundled one are strangers to each other: all must use the chosen one's.
# The sandbox's world is a file of its own, which nothing else of ours opens.
MAY_CHOOSE_SQLITE = {"bot/storage/database/sqlite.py", "bot/sandbox/discord/storage/database.py"}
SQLITES = {"sqlite3", "pysqlite3"}
RUNS_SQL = {"execute", "executemany", "executescript"}
# discord.py waits for what is pressed there, and for 15 minutes at least where one member sees it, unless told to stop.
MAKES_VIEWS = {"bot/discord_ui/rows.py", "bot/discord_ui/buttons.py"}  # views and panels; dialogs
WAITED_FOR = {"View", "LayoutView", "BaseView", "Modal"}
# (module, function): SQL that is put together from parts which are all our own words.
MAY_BUILD_SQL = {
    ("bot/storage/ledger/counters.py", "ensure_counters"),  # a query of ours and as many places as there are keys
    ("bot/storage/ledger/jobs.py", "change_job"),  # names of columns that the callers spell out
    ("bot/storage/ledger/jobs.py", "_row_of"),  # a query of ours and a condition
    ("bot/storage/ledger/requests.py", "_read_order"),  # the same
    ("bot/storage/database/schema.py", "migrate"),  # a PRAGMA takes no parameter; the version is an int
    ("bot/storage/database/history_index.py", "_lay_out"),  # four names of tables, all ours
    ("bot/storage/database/opening.py", "_keep_journal"),  # the same; one of two words
}


def test_only_the_configuration_reads_the_environment() -> None:
    readers = {where(path) for path in mentioning("environ|getenv", *ROOMS) if reads_environment(tree_of(path))}

    assert readers <= MAY_READ_THE_ENVIRONMENT


def test_one_module_chooses_the_sqlite_of_the_product() -> None:
    choosers = {where(path) for path in mentioning("sqlite3", *ROOMS) if chooses_sqlite(tree_of(path))}

    assert choosers == MAY_CHOOSE_SQLITE


def test_sql_is_put_together_only_where_that_is_agreed() -> None:
    built = {(where(path), name) for path in mentioning("execute", *ROOMS) for name in builds_sql(path)}

    assert built - MAY_BUILD_SQL == set()
    assert MAY_BUILD_SQL - built == set(), "these exceptions are needed no more"


def test_one_module_makes_what_is_shown_below_messages() -> None:
    makers = {where(path) for path in mentioning("View|Modal", *ROOMS) if makes_views(tree_of(path))}

    assert makers == MAKES_VIEWS


def reads_environment(tree: ast.Module) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"})
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and node.names[0].name in {"environ", "getenv"})
        for node in ast.walk(tree)
    )


def chooses_sqlite(tree: ast.Module) -> bool:
    """Whether a SQLite is imported by name; what only annotations need does not count."""
    unseen = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for statement in block.body
        for node in ast.walk(statement)
    }
    return any(
        (isinstance(node, ast.Import) and any(alias.name.split(".")[0] in SQLITES for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in SQLITES)
        or (called(node) == "import_module" and any(named(SQLITES, word) for word in ast.walk(node)))
        for node in ast.walk(tree)
        if id(node) not in unseen
    )


def makes_views(tree: ast.Module) -> bool:
    """Whether something that discord.py may wait for is made there, or a kind of it."""
    return any(
        called(node) in WAITED_FOR
        or (
            isinstance(node, ast.ClassDef)
            and any(word in ast.unparse(base) for base in node.bases for word in WAITED_FOR)
        )
        for node in ast.walk(tree)
    )


def named(words: set[str], node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in words


def builds_sql(path: Path) -> Iterator[str]:
    """The functions that hand an SQL call a text put together on the spot."""
    for function in functions(path):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and called(node) in RUNS_SQL and node.args and is_composed(node.args[0]):
                yield function.name


def is_composed(text: ast.expr) -> bool:
    return any(
        isinstance(node, ast.FormattedValue)
        or (isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)))
        or called(node) in {"format", "join", "replace"}
        for node in ast.walk(text)
    )


def test_the_rules_find_what_they_look_for() -> None:
    composed = ['f"SELECT {column}"', '"SELECT " + column', '"SELECT %s" % column', '"SELECT {}".format(column)']
    plain = ['"SELECT 1"', "QUERY", '"SELECT 1 " "FROM jobs"']

    assert [is_composed(ast.parse(text, mode="eval").body) for text in composed] == [True] * 4
    assert [is_composed(ast.parse(text, mode="eval").body) for text in plain] == [False] * 3
    assert reads_environment(ast.parse("import os\nos.environ['X']"))
    assert reads_environment(ast.parse("from os import getenv"))
    assert not reads_environment(ast.parse("import os\nos.close(1)"))
    imports = ["import sqlite3", "from sqlite3 import Row", "import pysqlite3.dbapi2", "import_module('sqlite3')"]
    assert [chooses_sqlite(ast.parse(text)) for text in imports] == [True] * 4
    assert not chooses_sqlite(ast.parse("if TYPE_CHECKING:\n    import sqlite3"))
    makers = ["ui.View(timeout=None)", "discord.ui.LayoutView()", "class Panel(LayoutView): pass", "discord.ui.Modal()"]
    assert [makes_views(ast.parse(text)) for text in makers] == [True] * 4
    assert not makes_views(ast.parse("def panel() -> discord.ui.LayoutView: return panel_of(text)"))
    assert not chooses_sqlite(ast.parse("from bot.storage.database.sqlite import sqlite3"))
