"""The one connection that writes: transactions run whole on its thread, those that wait together in one commit."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

import aiosqlite

from bot.storage.database.high_water_mark import COUNT
from bot.storage.database.opening import open_marked, unusable
from bot.storage.database.sqlite import DAMAGE, sqlite3

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.storage.database.high_water_mark import Marker

T = TypeVar("T")

ROWS_PER_FETCH = 64  # aiosqlite asks for it; only its own cursors use it, and we have none


class Database:
    """An open database. `close` it: the thread of a forgotten connection keeps the process from ending.

    Made by `Database.open`.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, marker: Marker, thread: aiosqlite.Connection
    ) -> None:
        self.path = path
        self._marker = marker
        self._connection = connection
        self._thread = thread
        self._running: set[asyncio.Future[Any]] = set()
        self._waiting: deque[Turn[Any]] = deque()
        self._called = False  # whether the thread was called to take turns and has not come yet
        self._taking: asyncio.Future[None]
        self._writes = True  # whether the connection may write now; belongs to the thread

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the database at `path`, making it if there is no such file.

        Raises:
            DatabaseError: the file cannot be used as it is; the sentence says what to do.
        """
        connection, marker = await asyncio.to_thread(open_marked, path)
        thread = await aiosqlite.Connection(lambda: connection, ROWS_PER_FETCH)
        return cls(path, connection, marker, thread)

    async def transaction(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run `function` whole on the writer's thread, between BEGIN IMMEDIATE and COMMIT.

        Durable when this returns; undone if `function` raises. What waits at the same time is committed with it, each
        a whole of its own. `function` may be run twice if that fails, so it changes nothing but the database.

        Cancelling the caller does not stop it: whether it was committed is then to be read from the database.
        https://github.com/omnilib/aiosqlite/issues/259 and the ones beside it tell what happens to transactions that
        are spread over awaits.

        Raises:
            DatabaseError: SQLite could not do it, for one because the disk is full. Nothing was written.
        """
        turn = Turn(function)
        self._waiting.append(turn)
        if not self._called:  # else the thread has still to come, and will find this turn too
            self._called = True
            self._taking = self._start(self._take_turns)
        await asyncio.shield(self._taking)
        return self._told(turn.outcome)

    async def read(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run `function` whole on the writer's thread, where nothing is written meanwhile, nor by it.

        Raises:
            DatabaseError: SQLite could not do it.
        """

        def whole() -> T:
            self._let_write(writes=False)
            return function(self._connection)

        return await asyncio.shield(self._start(lambda: self._told(whole)))

    async def close(self) -> None:
        """Finish what runs, then close. Closing twice is no fault."""
        while self._running:
            await asyncio.wait(self._running)
        await self._thread.close()

    def _take_turns(self) -> None:
        self._called = False  # before it looks who waits: nobody is overlooked
        turns = [self._waiting.popleft() for _ in range(len(self._waiting))]
        self._let_write(writes=True)
        take_turns(self._connection, turns)
        self._marker.follow(self._connection)

    def _let_write(self, *, writes: bool) -> None:
        """Let what comes next write, or only read; most of what comes is like what came before."""
        if writes is not self._writes:
            self._connection.execute("PRAGMA query_only = OFF" if writes else "PRAGMA query_only = ON")
            self._writes = writes

    def _start(self, whole: Callable[[], T]) -> asyncio.Future[T]:
        # aiosqlite's public calls are single statements; only this one runs a function of ours on its thread. It calls
        # methods of the connection and looks at nothing else of it, so that any SQLite module's will do.
        run = cast("Any", self._thread)._execute  # noqa: SLF001 - a test notices if it goes away
        running: asyncio.Future[T] = asyncio.ensure_future(run(whole))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return running

    def _told(self, outcome: Callable[[], T]) -> T:
        """An outcome, with SQLite's failures as sentences."""
        try:
            return outcome()
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # a bug of ours, to be logged as one
        except (sqlite3.Error, *DAMAGE) as error:
            raise unusable(self.path, error) from error


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
