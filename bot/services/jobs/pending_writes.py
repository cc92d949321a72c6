"""What has happened and cannot be written down yet: kept in memory, and written once the disk takes it again."""

from __future__ import annotations

import asyncio
import errno
import itertools
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import stamina
import structlog

from bot.errors import DatabaseError, StoreTroubleError
from bot.language import phrase
from bot.services.background import Background
from bot.services.ledger import ChargeConflictError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

T = TypeVar("T")

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds between attempts; the last again and again
PATIENCE = 2.0  # seconds that whoever writes waits for a fault to pass
LASTING = 10.0  # seconds after which a fault is told to leads
LAST_ATTEMPT = 5.0  # seconds, when the bot stops

_log = structlog.stdlib.get_logger(__name__)


def passes(error: Exception) -> bool:
    """Whether it passes by itself, or once somebody has freed some space: what does is worth waiting for."""
    return isinstance(error, OSError) or (isinstance(error, DatabaseError) and not error.is_damage)


def reason_of(error: Exception) -> str:
    """What keeps us from writing, as the beginning of a sentence."""
    if isinstance(error, DatabaseError):
        return error.reason
    is_full = isinstance(error, OSError) and error.errno in FULL
    return phrase("My disk is full") if is_full else phrase("My disk cannot be written")


class _Owed:
    """A step that is to be taken."""

    def __init__(self, subject: str, step: Callable[[], Awaitable[Any]]) -> None:
        self.subject = subject
        self.step = step
        self.taken: asyncio.Future[Any] = asyncio.get_running_loop().create_future()


class PendingWrites:
    """One place where things are written, and what it has not taken yet. It belongs to one event loop.

    Steps are taken in their order, each until the place takes it: it may be tried any number of times.

    Args:
        name: of the place, for the log.
        probe: writes something small, and raises what keeps it from being written.
        pauses: seconds between attempts.
        patience: seconds that `write` waits for a step that was not taken at once.

    Attributes:
        trouble: why nothing can be written just now, as the beginning of a sentence; empty while all is well.
        changed: called whenever `trouble` has changed.
        lasts: called once, when a fault has lasted for `LASTING` seconds.
    """

    def __init__(
        self,
        name: str,
        probe: Callable[[], Awaitable[object]],
        *,
        pauses: tuple[float, ...] | None = None,
        patience: float | None = None,
    ) -> None:
        self.trouble = ""
        self.changed: list[Callable[[], None]] = []
        self.lasts: Callable[[str], None] | None = None
        self._name = name
        self._probe = probe
        self._pauses = PAUSES if pauses is None else pauses
        self._patience = PATIENCE if patience is None else patience
        self._owed: deque[_Owed] = deque()
        self._well = asyncio.Event()
        self._well.set()
        self._catching_up: asyncio.Task[None] | None = None

    async def write(self, subject: str, step: Callable[[], Awaitable[T]]) -> T | None:
        """Take a step, at once or later; what it returned, or None if it is owed still.

        Args:
            subject: what it is about: see `owes`.
            step: may be taken any number of times.

        Raises:
            Exception: what the step raised, other than that nothing can be written just now.
        """
        if not self._owed:
            try:
                return await step()
            except Exception as error:
                if not passes(error):
                    raise
                self.note(error)
        owed = self.owe(subject, step)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await asyncio.wait({owed.taken})
                taken: T = owed.taken.result()
                return taken
        return None

    def owe(self, subject: str, step: Callable[[], Awaitable[Any]]) -> _Owed:
        """Take a step later, after what is owed already."""
        owed = _Owed(subject, step)
        self._owed.append(owed)
        self._begin()
        return owed

    def owes(self, subject: str) -> bool:
        """Whether a step about this is to be taken yet."""
        return any(owed.subject == subject for owed in self._owed)

    async def paid(self, subject: str) -> None:
        """Wait until no step about this is owed."""
        waiting = [owed.taken for owed in self._owed if owed.subject == subject]
        if waiting:
            await asyncio.wait(waiting)

    async def well(self) -> None:
        """Wait until everything is written."""
        await self._well.wait()

    async def look(self) -> None:
        """See whether anything can be written."""
        try:
            await self._probe()
        except (DatabaseError, OSError) as error:
            self.note(error)

    def note(self, error: Exception) -> None:
        """This kept something from being written: nothing new begins until it has passed.

        Damage is in the log only: it does not pass, and what it does not touch goes on.
        """
        reason = reason_of(error)
        if not passes(error):
            _log.error("damaged; what is not touched by it goes on", place=self._name, detail=str(error))
            return
        if reason != self.trouble:
            _log.error("cannot be written; nothing new is begun", place=self._name, reason=reason, detail=str(error))
            self._say(reason)
        self._begin()

    async def close(self) -> None:
        """Try once more. What is left then is lost with this process, and stands in the log."""
        if self._catching_up is not None:
            self._catching_up.cancel()
            await asyncio.wait({self._catching_up})
        if self._owed:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_ATTEMPT):
                    if await self._catch_up():
                        self._say("")
        for owed in self._owed:
            _log.error("never written", place=self._name, subject=owed.subject)

    def _begin(self) -> None:
        self._well.clear()
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.create_task(self._go_on(), name=f"writes of {self._name}")

    async def _go_on(self) -> None:
        began, told = time.monotonic(), False
        pauses = itertools.chain(self._pauses, itertools.repeat(self._pauses[-1]))
        await asyncio.sleep(next(pauses))
        while not await self._catch_up():
            if not told and self.lasts is not None and time.monotonic() - began >= LASTING:
                told = True
                self.lasts(self.trouble)
            await asyncio.sleep(next(pauses))
        self._well.set()
        if self.trouble:
            _log.warning("can be written again", place=self._name, seconds=round(time.monotonic() - began, 1))
            self._say("")

    async def _catch_up(self) -> bool:
        """Take what is owed; whether nothing is any more."""
        try:
            await self._probe()
            while self._owed:
                await self._take(self._owed[0])
                self._owed.popleft()
        except Exception as error:  # noqa: BLE001 - whatever it is, this must not be the last attempt
            if (reason := reason_of(error)) != self.trouble:
                self._say(reason)
            return False
        return True

    async def _take(self, owed: _Owed) -> None:
        try:
            owed.taken.set_result(await owed.step())
        except Exception as error:  # a step that can never be taken must not keep the others
            if passes(error):
                raise
            _log.exception("not written, and never will be", place=self._name, subject=owed.subject)
            owed.taken.set_exception(error)
            owed.taken.exception()  # so that nobody has to ask for it

    def _say(self, trouble: str) -> None:
        self.trouble = trouble
        for tell in self.changed:
            tell()


class Stores:
    """Both places where we write: the picture files and the books."""

    def __init__(self, files: PendingWrites, books: PendingWrites) -> None:
        self.files = files
        self.books = books
        self._background = Background()

    def tell_lasting(self, tell: Callable[[str], Coroutine[object, object, None]]) -> None:
        """Do this in the background whenever a fault has lasted for `LASTING` seconds, with its reason."""
        for place in (self.files, self.books):
            place.lasts = lambda reason: self._background.begin(tell(reason), "trouble")

    @property
    def trouble(self) -> str:
        """Why nothing new can begin just now, as the beginning of a sentence; empty while all is well."""
        return self.books.trouble or self.files.trouble

    def check(self) -> None:
        """Whether something new may begin.

        Raises:
            StoreTroubleError: what would come of it could not be kept.
        """
        if self.trouble:
            raise StoreTroubleError(
                phrase("{trouble}, so I begin nothing new. {advice}", trouble=self.trouble, advice=ASK_LATER)
            )

    async def ready(self) -> None:
        """As `check`, after a look at the disk: better before anything is reserved than when a picture has come."""
        self.check()
        await self.files.look()
        self.check()

    async def well(self) -> None:
        """Wait until something new may begin."""
        while self.trouble:
            await self.books.well()
            await self.files.well()

    async def close(self) -> None:
        """Write what still can be."""
        await self._background.close()
        await self.files.close()
        await self.books.close()


ASK_LATER = phrase("Nothing was charged; ask again in a few minutes.")


async def persistently(book: Callable[[], Awaitable[object]]) -> None:
    """Book, at most for about a minute; `book` is a step that may be taken twice.

    Raises:
        ChargeConflictError: at once, for no patience helps against it.
        Exception: what the last attempt raised.
    """

    def passes(error: Exception) -> bool:
        return not isinstance(error, ChargeConflictError)

    async for attempt in stamina.retry_context(on=passes, attempts=None, wait_initial=0.2, wait_max=10, timeout=60):
        with attempt:
            await book()


async def to_the_end(step: Coroutine[Any, Any, T]) -> T:
    """Take a step whole: who is cancelled meanwhile is cancelled only once it has ended.

    Raises:
        CancelledError: after the step; how that ended is in the log if it failed.
        Exception: what the step raised.
    """
    task = asyncio.create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled() and (problem := task.exception()) is not None:
            _log.error("failed while the bot was stopped", exc_info=problem)
        raise
