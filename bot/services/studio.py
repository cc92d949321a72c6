"""A request's life: reserve, queue, make, deliver, settle or release. The front door of the services."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from bot.errors import NotAcceptingError, UserFacingError
from bot.services import pricing
from bot.services.delivery import DeliveryError, Preview
from bot.services.ledger import ChargeState, Order
from bot.services.limits import buckets_touched

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

    from bot.services.answering import Accounts, Answers
    from bot.services.catalog import Catalog
    from bot.services.delivery import Delivery, OpenDelivery
    from bot.services.ledger import Destination, Job, Ledger, OpenRequest, Requester, Requests
    from bot.services.making import Made, Maker
    from bot.services.queue import FairQueue
    from bot.services.requests import ImageRequest

STALE = 3600  # seconds after which a request that waited out an outage is given back instead of made
HOUSEKEEPING = 600.0  # seconds between looks at overdue charges
FIRST_GUESS = 15.0  # seconds a picture takes, before one was seen
MEMORY = 0.8  # weight of the past in the average of seconds per picture

_log = structlog.stdlib.get_logger(__name__)


@dataclass(eq=False)
class Live:
    """A request that this process is at work on."""

    request: OpenRequest
    delivery: Delivery
    frames: list[bytes | None]
    left: set[str] = field(default_factory=set[str])  # ids of jobs that have not ended

    @property
    def member(self) -> Hashable:
        """Whose turn it is when this request's is."""
        return self.request.requester.server_id, self.request.requester.user_id


class Studio:
    """Takes requests and sees each to its end, also over a restart.

    It belongs to one event loop: `start` before anything else, `drain` last.

    Attributes:
        observers: told of every job that ended: seconds, and ``settled``, ``released`` or ``unknown``.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        ledger: Ledger,
        requests: Requests,
        accounts: Accounts,
        queue: FairQueue[tuple[Live, Job]],
        maker: Maker,
        answers: Answers,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._catalog = catalog
        self._ledger = ledger
        self._requests = requests
        self._accounts = accounts
        self._queue = queue
        self._maker = maker
        self._answers = answers
        self._clock = clock
        self.observers: list[Callable[[float, str], None]] = []
        self._accepting = True
        self._at_work: set[str] = set()  # ids of the requests that were taken here and have not ended
        self._left_over: list[str] = []
        self._seconds_per_picture = FIRST_GUESS
        self._tasks: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []

    @property
    def waiting(self) -> int:
        """Jobs that wait for their turn."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """Jobs that are being made."""
        return self._queue.running

    def start(self) -> None:
        """Begin to hand out turns, and to look after overdue charges."""
        self._loops = [
            asyncio.create_task(self._hand_out_turns(), name="turns"),
            asyncio.create_task(self._keep_house(), name="housekeeping"),
        ]

    async def submit(self, request_id: str, request: ImageRequest, requester: Requester, delivery: Delivery) -> None:
        """Reserve the worst case, acknowledge, and queue one job for each picture.

        Args:
            request_id: the interaction's id; the same id again does nothing new.
            request: allowed by the catalog.
            requester: who asks, where, with which roles.
            delivery: speaks to those who wait.

        Raises:
            UserFacingError: nothing was reserved: no room, a limit reached, shutting down.
        """
        self._check_open()
        if request_id in self._at_work:
            return  # a repeated interaction: its first occurrence waits or is being made
        self._at_work.add(request_id)
        try:
            begun = await self._begin(request_id, request, requester, delivery)
        except BaseException:
            self._at_work.discard(request_id)
            raise
        if not begun:
            self._at_work.discard(request_id)

    async def _begin(self, request_id: str, request: ImageRequest, requester: Requester, delivery: Delivery) -> bool:
        """False if the request was made before."""
        self._queue.check_room((requester.server_id, requester.user_id), request.count)
        kept = await self._ledger.reserve(self._order(request_id, request, requester, delivery.destination))
        if any(job.state is not ChargeState.RESERVED for job in kept.jobs):
            return False
        try:
            destination = await delivery.accepted()
            await self._requests.acknowledged(request_id, destination)
            self._check_open()
        except BaseException as error:
            await asyncio.shield(self._give_back(kept, error))
            raise
        self._enqueue(kept, delivery)
        return True

    def quote(self, request: ImageRequest) -> int:
        """The most that the request can cost, in nano-dollars: what `submit` would reserve."""
        return pricing.estimate(self._catalog.model(request.model), request).nano * request.count

    async def recover(self) -> None:
        """Settle what an earlier process left: sent calls are unknown, those that waited too long are given back.

        Before the gateway opens; nothing is posted yet.
        """
        now = int(self._clock())
        left_over = await self._requests.undelivered()
        self._left_over = [request.id for request in left_over]
        for request in left_over:
            for job in request.jobs:
                if job.state is ChargeState.DISPATCHED:
                    await self._maker.lost_track(job)
                elif job.state is ChargeState.RESERVED and now - request.created_at > STALE:
                    sentence = "I was away for too long to make this picture still. Nothing was charged; ask again."
                    await self._ledger.release(job.id, sentence, "stale", now)
        await self._charge_overdue()

    async def resume(self, open_delivery: OpenDelivery) -> int:
        """Queue again what was waiting and answer what had ended; returns how many requests that were.

        Only what `recover` found: members may be at work already when this is called.
        """
        left_over, self._left_over = self._left_over, []
        for request_id in left_over:
            request = await self._requests.get(request_id)
            if request is None or request_id in self._at_work:
                continue
            delivery = open_delivery(request)
            if any(job.state is ChargeState.RESERVED for job in request.jobs):
                self._enqueue(request, delivery)
            else:
                self._spawn(self._answers.answer(request.id, delivery))
        return len(left_over)

    async def drain(self, grace: float) -> None:
        """Take nothing new, let running jobs finish for `grace` seconds, keep the rest for the next start."""
        self._accepting = False
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._queue.clear()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in tuple(self._tasks):
            task.cancel()  # what was sent becomes unknown
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._answers.close()

    def _check_open(self) -> None:
        if not self._accepting:
            raise NotAcceptingError("I am about to restart. Ask again in a minute. Nothing was charged.")

    def _order(self, request_id: str, request: ImageRequest, requester: Requester, destination: Destination) -> Order:
        model = self._catalog.model(request.model)
        now = int(self._clock())
        return Order(
            id=request_id,
            request=request,
            requester=requester,
            destination=destination,
            hold_nano=pricing.estimate(model, request).nano,
            prices=model.priced(),
            at=now,
            buckets=buckets_touched(requester, now, self._accounts.zone),
            limits=self._accounts.limits_for(requester),
        )

    async def _give_back(self, kept: OpenRequest, reason: BaseException) -> None:
        """The requester could not be told that it begins: nothing is made, nothing is charged."""
        _log.warning("not acknowledged", request=kept.id, reason=repr(reason))
        now = int(self._clock())
        for job in kept.jobs:
            await self._ledger.release(job.id, "Discord did not take my answer in time.", "not_acknowledged", now)
        await self._requests.delivered(kept.id, now, None, ())

    def _enqueue(self, request: OpenRequest, delivery: Delivery) -> None:
        jobs = [job for job in request.jobs if job.state is ChargeState.RESERVED]
        live = Live(request, delivery, [None] * len(request.jobs), {job.id for job in jobs})
        self._at_work.add(request.id)
        for job in jobs:
            self._queue.put(live.member, (live, job))
        self._tell_position(live, jobs[0])

    def _tell_position(self, live: Live, job: Job) -> None:
        position = self._queue.position(live.member, (live, job))
        if position + self._queue.running <= self._queue.slots:
            return  # its turn is now
        rounds = (position + self._queue.running) / self._queue.slots
        live.delivery.queued(position, rounds * self._seconds_per_picture)

    async def _hand_out_turns(self) -> None:
        while True:
            member, (live, job) = await self._queue.take()
            self._spawn(self._run(member, live, job))
            for other, waiting in self._queue.heads():
                self._tell_position(other, waiting)

    async def _run(self, member: Hashable, live: Live, job: Job) -> None:
        def show(frame: bytes) -> None:
            live.frames[job.index - 1] = frame
            live.delivery.preview(Preview(tuple(live.frames)))

        try:
            live.delivery.queued(0, self._seconds_per_picture)
            made = await self._maker.make(live.request, job, show)
            self._observe(made)
        except Exception:  # noqa: BLE001 - one job's trouble must not stop the others
            _log.exception("job could not be booked; the next start will", job=job.id)
            await self._say_broken(live)
            return
        finally:
            self._queue.done(member)
        live.left.discard(job.id)
        if not live.left:
            await self._answers.answer(live.request.id, live.delivery)
            self._at_work.discard(live.request.id)

    def _observe(self, made: Made) -> None:
        self._seconds_per_picture = MEMORY * self._seconds_per_picture + (1 - MEMORY) * made.seconds
        for observe in self.observers:
            try:
                observe(made.seconds, made.outcome)
            except Exception:  # noqa: BLE001 - the job is booked; who counts it must not keep its answer back
                _log.exception("observer failed")

    async def _say_broken(self, live: Live) -> None:
        sentence = "My books cannot be written just now. Please tell whoever runs me; what you paid for is not lost."
        try:
            await live.delivery.failed(UserFacingError(sentence))
        except DeliveryError:
            _log.exception("not told", request=live.request.id)

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING)
            try:
                await self._charge_overdue()
            except Exception:  # noqa: BLE001 - it comes round again
                _log.exception("housekeeping failed; it is tried again")

    async def _charge_overdue(self) -> None:
        for job_id in await self._ledger.charge_overdue(int(self._clock())):
            _log.warning("unknown outcome charged at its hold", job=job_id)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
