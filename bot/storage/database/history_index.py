"""The index of the history's words: brought up to date in steps, apart from the books, and made anew if it is damaged.

It holds every three signs that follow each other (the trigram tokenizer of SQLite's FTS5), and so finds what is a part
of a word, or written without spaces. https://sqlite.org/fts5.html#the_trigram_tokenizer
"""

from __future__ import annotations

from bot.storage.database.sqlite import sqlite3

CORRUPT_VIRTUAL_TABLE = sqlite3.SQLITE_CORRUPT | (1 << 8)  # https://sqlite.org/rescode.html#corrupt_vtab
STEP = 500  # pictures that are indexed at once: some 30 ms, in which nobody else can write
IS_BEHIND = "SELECT EXISTS (SELECT 1 FROM history_changes)"
LAST_OF_STEP = "SELECT max(number) FROM (SELECT number FROM history_changes ORDER BY number LIMIT ?)"
# What the index has is taken out by the words that it has: it keeps none itself.
CATCH_UP = (
    """
    INSERT INTO history_words (history_words, rowid, words)
    SELECT 'delete', number, indexed FROM history_changes WHERE indexed IS NOT NULL AND number <= :last
    """,
    """
    INSERT INTO history_words (rowid, words)
    SELECT number, words FROM history_changes JOIN history USING (number) WHERE number <= :last
    """,
    "DELETE FROM history_changes WHERE number <= :last",
)
FORGET_CHANGES = "DELETE FROM history_changes"
HAS_CHANGES = "SELECT 1 FROM sqlite_schema WHERE name = 'history_changes'"
ALL_ANEW = (
    FORGET_CHANGES,
    "INSERT INTO history_changes (number, indexed) SELECT number, NULL FROM history",
)
REBUILD = "INSERT INTO history_words (history_words) VALUES ('rebuild')"
CLEAR = "INSERT INTO history_words (history_words) VALUES ('delete-all')"
# An index that cannot even be opened can neither be cleared nor dropped: its tables get the rows of one that is empty.
TABLES = ("data", "idx", "docsize", "config")
SPARE = """
CREATE VIRTUAL TABLE history_words_anew USING fts5 (
    words, content = 'history', content_rowid = 'number', tokenize = 'trigram'
)
"""


def is_of_index(problem: Exception) -> bool:
    """Whether SQLite means the index by what it says is damaged; what a `DatabaseError` tells of it counts.

    Of noise it may read how much memory it needs.
    """
    if isinstance(problem, MemoryError):
        return True
    code = getattr(problem.__cause__ or problem, "sqlite_errorcode", 0)
    return code == CORRUPT_VIRTUAL_TABLE or any(word in str(problem) for word in ("fts5", "vtable"))


def is_behind(connection: sqlite3.Connection) -> bool:
    """Whether words have changed that the index does not know."""
    return bool(connection.execute(IS_BEHIND).fetchone()[0])


def catch_up(connection: sqlite3.Connection) -> None:
    """Take the next step towards what the history says.

    Raises:
        sqlite3.Error: for one because the index is damaged.
    """
    (last,) = connection.execute(LAST_OF_STEP, (STEP,)).fetchone()
    for statement in CATCH_UP:
        connection.execute(statement, {"last": last})


def begin_anew(connection: sqlite3.Connection) -> None:
    """Empty the index, whatever it is like: all words are to be indexed.

    Raises:
        sqlite3.Error: not only what it says is damaged, but the pages that hold it.
    """
    _clear(connection)
    for statement in ALL_ANEW:
        connection.execute(statement)


def rebuild(connection: sqlite3.Connection) -> None:
    """Make the index anew in one go, in a database of any version that has one: at a start, nobody waits yet.

    Raises:
        sqlite3.Error: as of `begin_anew`.
    """
    _clear(connection)
    connection.execute(REBUILD)
    if connection.execute(HAS_CHANGES).fetchone() is not None:
        connection.execute(FORGET_CHANGES)


def _clear(connection: sqlite3.Connection) -> None:
    try:
        connection.execute(CLEAR)
    except sqlite3.Error:
        _lay_out(connection)
        connection.execute(CLEAR)  # what this connection has in memory of it, too


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.execute(SPARE)
    for name in TABLES:
        connection.execute(f"DELETE FROM history_words_{name}")  # noqa: S608 - our own names
        connection.execute(f"INSERT INTO history_words_{name} SELECT * FROM history_words_anew_{name}")  # noqa: S608 - the same
    connection.execute("DROP TABLE history_words_anew")
