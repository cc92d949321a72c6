"""What a start finds: requests that an earlier process left, and perhaps a database that has gone back.

What was restored from an older state is not made again without a question, and leads hear of it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import DatabaseError
from bot.language import phrase
from bot.services.background import Background
from bot.services.jobs.pending_writes import passes
from bot.services.ledger import ChargeState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.services.jobs.cancellation import Discards
    from bot.services.jobs.delivery import Answers, Delivery, OpenDelivery
    from bot.services.jobs.generation import Generation
    from bot.services.jobs.job_runner import JobRunner
    from bot.services.jobs.pending_writes import PendingWrites
    from bot.services.ledger import Ledger, Order, Requests
    from bot.services.policy import Policies
    from bot.services.turns import Measurements, Past

STALE = 3600  # seconds after which a request that waited out an outage is given back instead of made
KEPT_FOR = 7 * 24 * 3600  # seconds for which files that the database does not know are kept after it has gone back
AWAY = phrase("I was away for too long to make this picture still. Nothing was charged; ask again.")
AGAIN = phrase(
    "My database was restored from an older state, so I cannot know whether this was made already. I did not make it "
    "now, and nothing more was charged. If you do not see the picture here, ask again."
)
TOLD = phrase(
    "⚠️ My database was restored from an older state. What was spent, decided and made after that state is missing in "
    "it: budgets look less used than they are. Please look at /quota show and /studio audit, and set what is missing "
    "again. Requests that were waiting then were given back. Under pictures that I do not know any more, buttons do "
    "nothing."
)

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LastSeen:
    """A channel, and the id of the last message or request in it that the database knows."""

    channel_id: int
    after: int


class GoneBack(Protocol):
    """Keeps whether the database has gone back, and who is still to be told."""

    async def is_new(self) -> bool:
        """Whether it has, and what waits in it was not looked after yet."""
        ...

    async def note(self, pictures: int) -> bool:
        """Pictures up to this number were made before: False if they are known; else the database has gone back."""
        ...

    async def looked_after(self, at: int) -> None:
        """What waited was given back at `at`, in seconds since 1970 (UTC)."""
        ...

    async def noticed_at(self) -> int | None:
        """When it was looked after, the last time; None if never."""
        ...

    async def untold(self) -> Sequence[int]:
        """The servers whose leads are to be told."""
        ...

    async def told(self, server_id: int) -> None:
        """The leads of a server can read it."""
        ...

    async def last_seen(self) -> Sequence[LastSeen]:
        """Where messages of ours that the database does not know would stand."""
        ...


class Restoration:
    """What a database that has gone back needs.

    Attributes:
        speaker: posts a text to a channel of a server; False if that is not possible now. Set by the client.
    """

    def __init__(self, gone_back: GoneBack, policies: Policies, clock: Callable[[], float]) -> None:
        self.gone_back = gone_back
        self.speaker: Callable[[int, int, str], Awaitable[bool]] | None = None
        self._policies = policies
        self._clock = clock

    async def look_around(self, find: Callable[[LastSeen], Awaitable[int]]) -> None:
        """See by our own messages whether the database has gone back, where its mark has gone back with it.

        `find` gives the highest number under messages of ours behind a place in a channel; 0 if there is none.
        """
        for seen in await self.gone_back.last_seen():
            number = await find(seen)
            if number and await self.gone_back.note(number):
                _log.error(
                    "the database is older than my messages: it was restored, and what was spent since is missing in "
                    "it, see the runbook",
                    picture=number,
                )

    async def keeps_files(self) -> bool:
        """Whether files that nothing seems to need are kept: they may be of pictures that only a newer copy knows."""
        if await self.gone_back.is_new():
            return True
        at = await self.gone_back.noticed_at()
        return at is not None and self._clock() < at + KEPT_FOR

    async def tell_leads(self) -> None:
        """Tell the leads of each server, once; where there is no log channel, after a start when there is one."""
        for server_id in await self.gone_back.untold():
            channel_id = (await self._policies.of(server_id)).log_channel_id
            if channel_id is not None and self.speaker is not None and await self.speaker(server_id, channel_id, TOLD):
                await self.gone_back.told(server_id)


class Recovery:
    """What an earlier process left: settled before the gateway opens, taken up again once Discord is there.

    `close` it before its job runner.
    """

    def __init__(
        self,
        *,
        job_runner: JobRunner,
        ledger: Ledger,
        requests: Requests,
        policies: Policies,
        generation: Generation,
        answers: Answers,
        books: PendingWrites,
        gone_back: GoneBack,
        measured: Measurements,
        past: Past,
        discards: Discards,
        clock: Callable[[], float],
    ) -> None:
        self._job_runner = job_runner
        self._ledger, self._requests, self._policies = ledger, requests, policies
        self._generation, self._answers, self._books = generation, answers, books
        self._gone_back = gone_back
        self._measured, self._past, self._discards = measured, past, discards
        self._clock = clock
        self._left_over: list[str] = []
        self._background = Background()

    async def settle(self) -> None:
        """Settle what an earlier process left: sent calls are unknown, those that waited too long are given back.

        What waits because its server is paused goes on waiting. What waits in a database that has gone back may have
        been made in its former life: it is given back, and its member decides.

        Before the gateway opens; nothing is posted yet.
        """
        now = int(self._clock())
        await self._generation.outage.open()
        await self._discards.catch_up(self._ledger)
        await self._measured.look_back(self._past)
        left_over = await self._requests.undelivered()
        self._left_over = [request.id for request in left_over]
        for server_id in {request.requester.server_id for request in left_over}:
            pause = (await self._policies.of(server_id)).pause
            if pause is not None:
                self._job_runner.pause(server_id, pause)
        is_restored = await self._gone_back.is_new()
        for request in left_over:
            reason = (AGAIN, "restored") if is_restored else (AWAY, "stale")
            gives_back = is_restored or await self._is_stale(request, now)
            may_ask = not is_restored and await self._generation.turns.is_known(request)
            for job in request.jobs:
                if job.state is ChargeState.DISPATCHED and not may_ask:
                    await self._generation.outcomes.lost_track(job)
                elif job.state is ChargeState.RESERVED and gives_back:
                    await self._ledger.release(job.id, *reason, now)
        if is_restored:
            await self._gone_back.looked_after(now)
        await self.charge_overdue()

    async def _is_stale(self, request: Order, now: int) -> bool:
        """Whether it waited out an outage; the time of a pause, and what was before it, is no outage."""
        policy = await self._policies.of(request.requester.server_id)
        return policy.pause is None and now - max(request.created_at, policy.resumed_at) > STALE

    async def resume(self, open_delivery: OpenDelivery) -> int:
        """Queue again what was waiting and answer what had ended; returns how many requests that were.

        Only what `settle` found: members may be at work already when this is called.
        """
        left_over = deque(self._left_over)
        self._left_over, count = [], len(left_over)
        if not await self._resumed(left_over, open_delivery):
            self._background.begin(self._resume_later(left_over, open_delivery), "resumption")
        return count

    async def _resume_later(self, left_over: deque[str], open_delivery: OpenDelivery) -> None:
        """Once the books can be read again."""
        await self._books.well()
        while not await self._resumed(left_over, open_delivery):
            await self._books.well()

    async def _resumed(self, left_over: deque[str], open_delivery: OpenDelivery) -> bool:
        """Whether that is done; what the books could not be read for stays in `left_over`, in its order."""
        try:
            while left_over:
                await self._resume_one(left_over[0], open_delivery)
                left_over.popleft()
            await self._answers.tidy(open_delivery)
        except DatabaseError as problem:
            self._books.note(problem)
            return not passes(problem)
        return True

    async def _resume_one(self, request_id: str, open_delivery: OpenDelivery) -> None:
        try:
            await self._queue_again(request_id, open_delivery)
        except Exception as problem:  # one request's trouble must not keep the others waiting
            if isinstance(problem, DatabaseError) and passes(problem):
                raise
            _log.exception("request not resumed; the next start tries again", request=request_id)

    async def _queue_again(self, request_id: str, open_delivery: OpenDelivery) -> None:
        request = await self._requests.get(request_id)
        if request is None or request_id in self._job_runner.at_work:
            return
        delivery = open_delivery(request)
        is_discarded = await self._discards.is_chosen(request_id)
        if is_discarded:
            request = await self._discards.carry_out(request)
        if any(job.state is ChargeState.DISPATCHED for job in request.jobs):
            self._job_runner.at_work.add(request_id)
            self._background.begin(self._find(request, delivery), f"find {request_id}")
        elif any(job.state is ChargeState.RESERVED for job in request.jobs):
            if is_discarded:
                self._job_runner.forestall(request_id, phrase("Discarded before it was begun. Nothing was charged."))
            self._job_runner.enqueue(request, delivery)
        else:
            self._job_runner.answer(request, delivery)

    async def _find(self, request: Order, delivery: Delivery) -> None:
        """See what became of a turn of a conversation that was sent before the restart."""
        try:
            for job in request.jobs:
                await self._generation.find(request, job)
        finally:
            self._job_runner.forget(request.id)
        self._job_runner.answer(request, delivery)

    async def charge_overdue(self) -> None:
        """Charge at its hold what has been unknown for long enough."""
        for job_id in await self._ledger.charge_overdue(int(self._clock())):
            _log.warning("unknown outcome charged at its hold", job=job_id)

    async def close(self) -> None:
        """Take up no more: the next start does."""
        await self._background.close()
