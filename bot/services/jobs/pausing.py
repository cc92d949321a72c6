"""The kill switch: leads pause picture making, and what has not been sent yet is called back."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import NotAcceptingError
from bot.services.policy import Pause
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from bot.services.jobs.workshop import Load, Workshop
    from bot.services.policy import Deciding, Lead, ServerPolicy


class RecalledError(Exception):
    """The job was called back before anything was sent: it is reserved still, and waits in line again."""


class HeldUpError(Exception):
    """The dispatch could not be written, so nothing was sent: the job is reserved still."""


class StoppedError(Exception):
    """The bot stops, and waits no longer for a call to be taken."""


class Recall:
    """One job's way out; it belongs to one event loop.

    Args:
        paused: whether no call of the job's server may begin now.

    Attributes:
        stopping: whether no call at all may begin any more.
    """

    def __init__(self, paused: Callable[[], bool]) -> None:
        self.paused = paused
        self._called_back = False
        self._getting_ready: asyncio.Timeout | None = None
        self._left = False
        self.stopping = False
        self._sending: asyncio.Timeout | None = None
        self._is_out: Callable[[], bool] | None = None

    def stop(self) -> None:
        """Let the job go, unless a call is out: before the dispatch it is called back, between two calls it ends."""
        self.stopping = True
        if not self.call_back() and self._sending is not None and self._is_out is not None and not self._is_out():
            self._sending.reschedule(asyncio.get_running_loop().time())

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
            self._sending = None

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


LONGEST_REASON = 200  # characters


def refuse_paused(policy: ServerPolicy) -> None:
    """Let nothing in while a server is paused.

    Raises:
        NotAcceptingError: it is; the sentence says who paused it, since when and why.
    """
    if policy.pause is None:
        return
    pause = policy.pause
    said = f"<@{pause.actor_id}> has paused picture making here <t:{pause.at}:R>"
    reason = f": {shown(pause.why, LONGEST_REASON).rstrip('.')}" if pause.why else ""
    raise NotAcceptingError(f"{said}{reason}. Ask again when it goes on. Nothing was charged.")


@dataclass(frozen=True, slots=True)
class Switched:
    """What became of a lead's word.

    Attributes:
        changed: False if it was so before, and nothing was changed.
        pause: the one that is in force now.
        load: what the server has in the workshop.
    """

    changed: bool
    pause: Pause | None
    load: Load


@dataclass(frozen=True)
class Pausing:
    """Switches picture making of a server off and on. A pause is part of the policy: it outlasts a restart."""

    deciding: Deciding
    workshop: Workshop

    async def pause(self, lead: Lead, why: str) -> Switched:
        """Stop: no job of the server leaves its line any more, and what waits goes on waiting.

        What has left is made and posted: what was sent before, and a job whose dispatch is being committed as this is
        called, which may be sent a moment after this returned. `Switched.load` counts both as running.
        """
        why = one_line(why, LONGEST_REASON)
        pause = Pause(int(self.deciding.clock()), lead.user_id, why)
        return await self._switch(
            lead, "studio pause", lambda policy: replace(policy, pause=policy.pause or pause), why
        )

    async def resume(self, lead: Lead) -> Switched:
        """Go on: the server's jobs have their turns again, each member's in their own order."""
        now = int(self.deciding.clock())
        return await self._switch(
            lead,
            "studio resume",
            lambda policy: policy if policy.pause is None else replace(policy, pause=None, resumed_at=now),
        )

    async def _switch(
        self, lead: Lead, action: str, alter: Callable[[ServerPolicy], ServerPolicy], why: str = ""
    ) -> Switched:
        decision = await self.deciding.change(lead, action, "picture making", alter, _state, why)
        # By what is kept now, not by what was decided: another lead may have decided otherwise meanwhile. And also when
        # nothing was changed: an earlier decision may have been written although its transaction seemed to fail.
        pause = (await self.deciding.of(lead.server_id)).pause
        if pause is None:
            self.workshop.resume(lead.server_id)
        else:
            self.workshop.pause(lead.server_id, pause)
        return Switched(decision.before != decision.after, pause, self.workshop.load(lead.server_id))


def _state(policy: ServerPolicy) -> str:
    return "on" if policy.pause is None else "paused"
