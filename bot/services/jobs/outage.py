"""The image API is down, or asks everybody to wait: nothing is sent meanwhile, and what waits keeps its place.

Calls that fail in a row tell that it is down. Free calls ask whether it is back; then jobs leave one by one until
a picture has come. Whoever waits longer than a job may take is given back.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import (
    DatabaseError,
    ImageFailure,
    OutcomeUnknownError,
    ProviderBusyError,
    ProviderUnreachableError,
)
from bot.language import phrase
from bot.services.background import Background
from bot.services.text import about

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.services.jobs.provider_account import FreeCall
    from bot.services.ledger import Notes
    from bot.services.policy import Policies

IN_A_ROW = 3  # calls that fail one after the other before it counts as down
LONG_PAUSE = 30.0  # seconds: whoever asks for so long a pause is down at once
FIRST_LOOK, LONGEST_LOOK = 1.0, 60.0  # seconds to the next free call; doubled each time
# Seconds to the next paid call, where the free one says that all is well; who asks for a longer pause may be wrong by
# hours, and a free call is free.
FIRST_TRIAL, LONGEST_TRIAL = 10.0, 300.0
LOOK_TIME = 5.0  # seconds that a free call may take
LASTING = 10.0  # seconds after which leads are told
NOTE = "outage"  # names what is kept of it over a restart

REASONS: dict[type[ImageFailure], str] = {
    ProviderUnreachableError: phrase("The image API cannot be reached"),
    ProviderBusyError: phrase("The image API is overloaded"),
    OutcomeUnknownError: phrase("The image API fails again and again"),
}

_log = structlog.stdlib.get_logger(__name__)


class HeldUpError(Exception):
    """Nothing could be sent just now: the job is reserved still, or again.

    Attributes:
        failure: what its call met, if there was one; it certainly did not start.
    """

    def __init__(self, failure: ImageFailure | None = None) -> None:
        super().__init__()
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Downtime:
    """What is told of it.

    Attributes:
        reason: as the beginning of a sentence.
        since: when it began, in seconds since 1970 (UTC).
        next_look: when it is tried again; None once it is back.
    """

    reason: str
    since: int
    next_look: int | None


class OutageSpeaker(Protocol):
    """Tells the leads of a server."""

    async def __call__(self, server_id: int, channel_id: int, downtime: Downtime, /) -> bool:
        """That it is down, or back again; False if that is not possible."""
        ...


@dataclass(eq=False)
class _Down:
    """It is down.

    Attributes:
        since: in seconds since 1970 (UTC).
        began: the same by the clock of `time.monotonic`.
        next_look: by that clock.
        told_look: the same in seconds since 1970 (UTC), as it is told.
        is_tried: the free call was answered: jobs leave one by one, to find out.
        changed_at: when that was found, or the opposite.
        told: servers whose leads were told.
    """

    reason: str
    since: int
    began: float
    next_look: float
    told_look: int = 0
    is_tried: bool = False
    changed_at: float = 0.0
    look_pause: float = field(default_factory=lambda: FIRST_LOOK)
    trial_pause: float = field(default_factory=lambda: FIRST_TRIAL)
    told: set[int] = field(default_factory=set[int])


class Outage:
    """Whether the image API is down; learned from the calls that are made anyway. It belongs to one event loop.

    Args:
        look: the free call.
        notes: keep over a restart who was told.
        clock: seconds since 1970 (UTC).
        monotonic: seconds, as of `time.monotonic`.

    Attributes:
        speaker: set when the bot can speak.
        changed: called whenever something else is to be told to those who wait.
    """

    def __init__(
        self,
        look: FreeCall,
        notes: Notes,
        policies: Policies,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.speaker: OutageSpeaker | None = None
        self.changed: list[Callable[[], None]] = []
        self._look = look
        self._notes = notes
        self._policies = policies
        self._clock, self._monotonic = clock, monotonic
        self._down: _Down | None = None
        self._held_until = float("-inf")
        self._in_a_row = 0
        self._row_began = float("inf")
        self._trial: object | None = None
        self._stirred = asyncio.Event()
        self._background = Background()
        self._telling = asyncio.Lock()  # so that leads, and the notes, are told of the end last

    # --- what is so ------------------------------------------------------------------------------------------------

    @property
    def began(self) -> float | None:
        """Since when it is down, by the clock of `time.monotonic`; None while it is not."""
        return None if self._down is None else self._down.began

    @property
    def keeps_back(self) -> bool:
        """Whether no call may leave just now."""
        return self._held_for > 0 or (self._down is not None and not self._down.is_tried)

    @property
    def downtime(self) -> Downtime | None:
        """What is told to those who wait; None while jobs leave, be it one by one."""
        return None if self._down is None or self._down.is_tried else _downtime(self._down)

    @property
    def standing(self) -> Downtime | None:
        """The same for leads, until it is over."""
        return None if self._down is None else _downtime(self._down)

    def failure(self, after: float) -> ImageFailure:
        """How a job ends that has waited for so many seconds in vain."""
        reason = REASONS[ProviderUnreachableError] if self._down is None else self._down.reason
        return ProviderUnreachableError(
            phrase(
                "{reason}, and after {time} I have given this up. Nothing was charged; ask again when it is back.",
                reason=reason,
                time=about(after),
            ),
            code="outage",
        )

    # --- jobs that want to leave -----------------------------------------------------------------------------------

    def check(self) -> None:
        """Whether a call may leave now.

        Raises:
            HeldUpError: none may.
        """
        if self.keeps_back:
            raise HeldUpError

    async def passes(self) -> None:
        """Wait until a job may leave."""
        while self.keeps_back or self._trial is not None:
            self._stirred.clear()
            held = self._held_for
            with suppress(TimeoutError):
                async with asyncio.timeout(held if held > 0 else None):
                    await self._stirred.wait()

    def let_out(self, turn: object) -> None:
        """A job leaves. While it is being found out whether all is well, no other does before that is known."""
        if self._down is not None:
            self._trial = turn

    def returned(self, turn: object) -> None:
        """It has ended, or waits again."""
        if self._trial is turn:
            self._trial = None
            self._stirred.set()

    # --- what calls tell -------------------------------------------------------------------------------------------

    def began_to_answer(self, sent_at: float) -> None:
        """A call that was sent then, by the clock of `time.monotonic`, is answered: the next may leave."""
        if self._down is not None and self._down.is_tried and sent_at >= self._down.changed_at:
            self._trial = None
            self._stirred.set()

    def met(self, failure: ImageFailure | None, sent_at: float) -> None:
        """What came of a call that was sent then: a picture, or this failure."""
        if failure is not None and failure.outage:
            self._failed(failure, sent_at)
        elif failure is None or failure.charged == "no" or failure.accepted:
            self._answered(sent_at)

    def _answered(self, sent_at: float) -> None:
        """What was sent before it went wrong tells nothing of how it is by now."""
        if sent_at >= self._row_began:
            self._in_a_row, self._row_began = 0, float("inf")
        down = self._down
        if down is not None and down.is_tried and sent_at >= down.changed_at:
            self._end(down)

    def _failed(self, failure: ImageFailure, sent_at: float) -> None:
        now, asked_for = self._monotonic(), failure.retry_after or 0.0
        if self._down is not None:
            if self._down.is_tried and sent_at >= self._down.changed_at:
                self._still_down(self._down, _reason(failure), asked_for)
            return
        if asked_for:
            self._held_until = max(self._held_until, now + min(asked_for, LONG_PAUSE))
        self._in_a_row += 1
        self._row_began = min(self._row_began, sent_at)
        if self._in_a_row >= IN_A_ROW or asked_for >= LONG_PAUSE:
            down = _Down(_reason(failure), int(self._clock()), now, now)
            self._look_in(down, max(FIRST_LOOK, min(asked_for, LONGEST_TRIAL)))
            self._begin(down)

    # --- down, and back --------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Go on with what an earlier process knew."""
        with suppress(DatabaseError):
            if kept := await self._notes.get(NOTE):
                known = json.loads(kept)
                now = self._monotonic()
                down = _Down(known["reason"], known["since"], now, now, int(self._clock()), told=set(known["told"]))
                self._begin(down)

    async def close(self) -> None:
        """Look no more."""
        await self._background.close()

    def concerns(self, server_ids: Iterable[int]) -> None:
        """Of these servers something waits: their leads are told, once, of what lasts. With none, all may be over."""
        down, waiting = self._down, list(server_ids)
        if down is None:
            return
        if not waiting and self._trial is None and down.is_tried:
            self._end(down)
        elif self._monotonic() - down.began >= LASTING and (untold := set(waiting) - down.told):
            down.told |= untold
            self._background.begin(self._tell_of(down, untold), "outage")

    def _begin(self, down: _Down) -> None:
        self._down = down
        _log.error("the image API is down: nothing is sent until a free call is answered", reason=down.reason)
        self._background.begin(self._watch(down), "outage")
        self._say()

    def _still_down(self, down: _Down, reason: str, asked_for: float) -> None:
        """The free call was answered, and the paid one was not."""
        pause = max(down.trial_pause, min(asked_for, LONGEST_TRIAL))
        down.trial_pause = min(2 * down.trial_pause, LONGEST_TRIAL)
        down.reason, down.is_tried, down.changed_at = reason, False, self._monotonic()
        self._look_in(down, pause)
        self._background.begin(self._watch(down), "outage")
        self._say()

    def _end(self, down: _Down) -> None:
        self._down, self._trial = None, None
        self._in_a_row, self._row_began = 0, float("inf")
        self._held_until = float("-inf")
        _log.warning("the image API is back", seconds=round(self._monotonic() - down.began, 1))
        if down.told:
            self._background.begin(self._tell_well(down), "outage")
        self._say()

    def _look_in(self, down: _Down, seconds: float) -> None:
        down.next_look, down.told_look = self._monotonic() + seconds, int(self._clock() + seconds)

    async def _watch(self, down: _Down) -> None:
        """Look again and again until somebody answers."""
        while True:
            await asyncio.sleep(max(0.0, down.next_look - self._monotonic()))
            if await self._is_reached():
                break
            down.look_pause = min(2 * down.look_pause, LONGEST_LOOK)
            self._look_in(down, down.look_pause)
            self._say()
        _log.info("the image API answers a free call: a job is sent to find out more")
        down.is_tried, down.changed_at, self._held_until = True, self._monotonic(), float("-inf")
        self._say()

    async def _is_reached(self) -> bool:
        """Whether the free call is answered, be it by a refusal."""
        try:
            async with asyncio.timeout(LOOK_TIME):
                await self._look()
        except TimeoutError:
            return False
        except ImageFailure as failure:
            return not failure.outage
        return True

    @property
    def _held_for(self) -> float:
        return self._held_until - self._monotonic()

    def _say(self) -> None:
        self._stirred.set()
        for tell in self.changed:
            tell()

    # --- leads -----------------------------------------------------------------------------------------------------

    async def _tell_of(self, down: _Down, server_ids: set[int]) -> None:
        async with self._telling:
            for server_id in server_ids:
                if not await self._tell(server_id, _downtime(down)):
                    down.told.discard(server_id)  # with the next look at who waits it is tried again
            await self._keep(json.dumps({"reason": down.reason, "since": down.since, "told": sorted(down.told)}))

    async def _tell_well(self, down: _Down) -> None:
        async with self._telling:
            await self._keep("")
            for server_id in down.told:
                await self._tell(server_id, replace(_downtime(down), next_look=None))

    async def _keep(self, text: str) -> None:
        with suppress(DatabaseError):  # who is told twice after a restart is not told wrongly
            await self._notes.put(NOTE, text)

    async def _tell(self, server_id: int, downtime: Downtime) -> bool:
        """Whether they can read it."""
        try:
            channel_id = (await self._policies.of(server_id)).log_channel_id
            if channel_id is not None and self.speaker is not None:
                return await self.speaker(server_id, channel_id, downtime)
        except Exception:  # noqa: BLE001 - the log has it; only these leads are not told
            _log.exception("leads not told of the outage", server=server_id)
        return False


def _downtime(down: _Down) -> Downtime:
    return Downtime(down.reason, down.since, down.told_look)


def _reason(failure: ImageFailure) -> str:
    return next(text for kind, text in REASONS.items() if isinstance(failure, kind))
