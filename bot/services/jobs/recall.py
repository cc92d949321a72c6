"""A job between its turn and its paid call: until the call is committed, a pause takes the job back.

Here alone a member who cancels and the paid call meet: either no call is out, and the job ends free, or one is.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.errors import RequestRejectedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from bot.errors import ImageFailure


class RecalledError(Exception):
    """The job was called back before anything was sent: it is reserved still, and waits in line again."""


class HeldUpError(Exception):
    """Nothing could be sent just now: the job is reserved still, or again.

    Attributes:
        failure: what its call met, if there was one; it certainly did not start.
    """

    def __init__(self, failure: ImageFailure | None = None) -> None:
        super().__init__()
        self.failure = failure


class StoppedError(Exception):
    """The bot stops, and waits no longer for a call to be taken."""


def cancelled(why: str) -> ImageFailure:
    """How a job ends that was withdrawn before anything was paid."""
    return RequestRejectedError(why, code="cancelled")


def _nobody_asks() -> None:
    """Nothing is to be told."""


class Recall:
    """One job's way out; it belongs to one event loop.

    Args:
        paused: whether no call of the job's server may begin now.
        left: told once nobody calls the job back any more.

    Attributes:
        stopping: whether no call at all may begin any more.
        withdrawn: why nobody wants the job any more, as a sentence; empty while somebody does.
    """

    def __init__(self, paused: Callable[[], bool], left: Callable[[], None] = _nobody_asks) -> None:
        self.paused = paused
        self._tell_left = left
        self._called_back = False
        self._getting_ready: asyncio.Timeout | None = None
        self._left = False
        self._over = False
        self.stopping = False
        self.withdrawn = ""
        self._sending: asyncio.Timeout | None = None
        self._is_out: Callable[[], bool] | None = None

    def stop(self) -> None:
        """Let the job go, unless a call is out: before the dispatch it is called back, between two calls it ends."""
        self.stopping = True
        if not self.call_back() and self._sending is not None and self._is_out is not None and not self._is_out():
            self._sending.reschedule(asyncio.get_running_loop().time())

    def withdraw(self, why: str) -> bool:
        """Let the job end without a further call; whether it is sure that it ends without any being paid.

        A call that is out goes on, as it would have.
        """
        has_come = self._over or (self._is_out is not None and self._is_out())
        if not has_come:
            self.withdrawn = why
            self.stop()
        return not has_come

    def abandon(self, why: str) -> None:
        """The same, and whatever comes of a call that is out, no other follows it."""
        if not self.withdraw(why):
            self.withdrawn, self.stopping = why, True

    @asynccontextmanager
    async def sending(self, is_out: Callable[[], bool]) -> AsyncGenerator[None]:
        """Call the provider, as often as it takes; `is_out` tells whether a call is out.

        Raises:
            StoppedError: the bot stopped between two calls.
        """
        stopped = asyncio.timeout(None)
        try:
            async with stopped:
                self._sending, self._is_out = stopped, is_out
                yield
        except TimeoutError:
            if not stopped.expired():
                raise
            raise StoppedError from None
        finally:
            self._sending, self._over = None, True

    def call_back(self) -> bool:
        """Give up what is being done before the dispatch; False if the job has left already."""
        if self._left:
            return False
        self._called_back = True
        if self._getting_ready is not None:
            self._getting_ready.reschedule(asyncio.get_running_loop().time())
        return True

    @asynccontextmanager
    async def getting_ready(self) -> AsyncGenerator[None]:
        """Do what comes before the dispatch. Once this is left without an exception, nobody calls the job back.

        Raises:
            RecalledError: it was called back.
        """
        if self._called_back:
            raise RecalledError
        try:
            async with asyncio.timeout(None) as self._getting_ready:
                yield
        except Exception:
            if not self._called_back:
                raise  # otherwise whatever it was, the job waits in line again, and must not end twice
        finally:
            self._getting_ready = None
        if self._called_back:
            raise RecalledError
        self._left = True
        self._tell_left()
