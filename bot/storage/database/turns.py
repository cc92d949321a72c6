"""Functions that wait for the writer together are committed together: one flush of the disk for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from bot.storage.database.mark import COUNT
from bot.storage.database.sqlite import sqlite3

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


class Turn(Generic[T]):
    """A function that writes, and how it ended. It may be run again as long as nothing of it was committed."""

    def __init__(self, function: Callable[[sqlite3.Connection], T]) -> None:
        self._function = function
        self._results: list[T] = []
        self._error: BaseException | None = None

    def take(self, connection: sqlite3.Connection) -> bool:
        """Run the function inside a transaction; whether it did not raise."""
        self._results, self._error = [], None
        try:
            self._results.append(self._function(connection))
        except BaseException as error:  # noqa: BLE001 - for whoever waits for it, on another thread
            self._error = error
        return self._error is None

    def fail(self, error: BaseException) -> None:
        """Nothing of it was committed, for this reason."""
        self._error = error

    def outcome(self) -> T:
        """What the function returned, or what it raised, raised again."""
        if self._error is not None:
            raise self._error
        return self._results[0]


def take_turns(connection: sqlite3.Connection, turns: Sequence[Turn[object]]) -> None:
    """Run each whole between BEGIN IMMEDIATE and COMMIT; one that raises is undone alone.

    What fails for all of them, as on a full disk, is done again one by one: nobody fails for what another wrote.
    """
    if len(turns) > 1 and _all_at_once(connection, turns):
        return
    for turn in turns:
        _alone(connection, turn)


def _all_at_once(connection: sqlite3.Connection, turns: Sequence[Turn[object]]) -> bool:
    """Whether all is said: they were committed, or none could begin.

    A function may have raised for all that: then nothing of it was committed.
    """
    changes = connection.total_changes
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:  # another program writes: each would wait for it again
        for turn in turns:
            turn.fail(error)
        return True
    try:
        for turn in turns:
            connection.execute("SAVEPOINT turn")
            if not turn.take(connection):
                connection.execute("ROLLBACK TO turn")  # an error if SQLite has undone everything itself
            connection.execute("RELEASE turn")
        _commit(connection, changes)
    except sqlite3.Error:
        _undo(connection)
        return False
    return True


def _alone(connection: sqlite3.Connection, turn: Turn[object]) -> None:
    changes = connection.total_changes
    try:
        connection.execute("BEGIN IMMEDIATE")
        if turn.take(connection):
            _commit(connection, changes)
        else:
            _undo(connection)
    except sqlite3.Error as error:
        turn.fail(error)
        _undo(connection)


def _commit(connection: sqlite3.Connection, changes: int) -> None:
    if connection.total_changes > changes:
        connection.execute(COUNT)
    connection.execute("COMMIT")


def _undo(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # some errors, a full disk among them, have undone it already
        connection.execute("ROLLBACK")
