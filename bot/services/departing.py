"""A job between its turn and its paid call: until the call is committed, a pause takes the job back."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable


class CalledBackError(Exception):
    """The job was called back before anything was sent: it is reserved still, and waits in line again."""


class HeldUpError(Exception):
    """The dispatch could not be written, so nothing was sent: the job is reserved still."""


class Departure:
    """One job's way out; it belongs to one event loop.

    Args:
        paused: whether no call of the job's server may begin now.
    """

    def __init__(self, paused: Callable[[], bool]) -> None:
        self.paused = paused
        self._called_back = False
        self._getting_ready: asyncio.Timeout | None = None
        self._left = False

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
            CalledBackError: it was called back.
        """
        if self._called_back:
            raise CalledBackError
        try:
            async with asyncio.timeout(None) as self._getting_ready:
                yield
        except Exception:
            if not self._called_back:
                raise  # otherwise whatever it was, the job waits in line again, and must not end twice
        finally:
            self._getting_ready = None
        if self._called_back:
            raise CalledBackError
        self._left = True
