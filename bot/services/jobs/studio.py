"""A request's life: reserve, queue, make, deliver, settle or release. The front door of the services."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.errors import DatabaseError, NotAcceptingError, UserFacingError
from bot.language import phrase
from bot.services.background import Background
from bot.services.jobs.arrears import passes
from bot.services.jobs.pausing import refusal_of
from bot.services.jobs.recovery import AGAIN
from bot.services.jobs.workshop import Workshop
from bot.services.ledger import ChargeState, Reservation
from bot.services.policy import Metric, StalePolicyError, refusal, shortfall_of
from bot.services.requests import pricing
from bot.services.turns import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bot.services.catalog import Catalog
    from bot.services.jobs.arrears import Stores
    from bot.services.jobs.cancellation import Discards
    from bot.services.jobs.delivery import Answers, Delivery, OpenDelivery
    from bot.services.jobs.generation import Generation
    from bot.services.jobs.line import Line
    from bot.services.jobs.outage import Outage
    from bot.services.jobs.recovery import Restoration
    from bot.services.ledger import Destination, Ledger, Order, Requests
    from bot.services.policy import Requester
    from bot.services.quotas import Accounts
    from bot.services.requests import ImageRequest
    from bot.services.turns import Measurements, Past

STALE = 3600  # seconds after which a request that waited out an outage is given back instead of made
NOT_TAKEN = phrase("Discord did not take my answer, so nothing was made. Nothing was charged.")
STOPPED = phrase("I was stopped before this was begun. Nothing was charged.")
AWAY = phrase("I was away for too long to make this picture still. Nothing was charged; ask again.")
HOUSEKEEPING = 600.0  # seconds between looks at overdue charges

_log = structlog.stdlib.get_logger(__name__)


class Studio:
    """Takes requests and sees each to its end, also over a restart.

    It belongs to one event loop: `start` before anything else, `drain` last.

    Attributes:
        workshop: where its jobs wait and are made.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        ledger: Ledger,
        requests: Requests,
        accounts: Accounts,
        queue: Line,
        generation: Generation,
        answers: Answers,
        stores: Stores,
        restoration: Restoration,
        measured: Measurements,
        past: Past,
        discards: Discards,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._catalog = catalog
        self._ledger = ledger
        self._requests = requests
        self._accounts = accounts
        self._generation = generation
        self._restoration = restoration
        self._measured, self._past, self._discards = measured, past, discards
        self._clock = clock
        self._accepting = True
        self._left_over: list[str] = []
        self._awaited: set[str] = set()  # requests that have room in the line already
        self._stores, self._answers = stores, answers
        self.workshop = Workshop(queue, generation, answers, stores, measured, discards.carry_out)
        self._queue = queue
        self._background = Background()

    @property
    def waiting(self) -> int:
        """Jobs that wait for their turn."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """Jobs that are being made."""
        return self._queue.running

    @property
    def outage(self) -> Outage:
        """Whether the image API is down."""
        return self._generation.outage

    @property
    def observers(self) -> list[Callable[[float, str], None]]:
        """Told of every job that ended: seconds, and ``settled``, ``released`` or ``unknown``."""
        return self.workshop.observers

    def start(self) -> None:
        """Begin to hand out turns, and to look after overdue charges."""
        self.workshop.start()
        self._background.begin(self._keep_house(), "housekeeping")

    async def submit(self, request_id: str, request: ImageRequest, requester: Requester, delivery: Delivery) -> None:
        """Reserve the worst case, acknowledge, and queue one job for each picture.

        Args:
            request_id: the id of the interaction or of the member's reply; the same id again does nothing new.
            request: allowed by the catalog.
            requester: who asks, where, with which roles.
            delivery: speaks to those who wait.

        Raises:
            UserFacingError: nothing was reserved: no room, a limit reached, paused, shutting down, nothing can be kept.
        """
        self._check_open()
        if request_id in self.workshop.at_work:
            return  # the same once more: its first occurrence waits or is being made
        self.workshop.at_work.add(request_id)
        begun = False
        try:
            await self._stores.ready()
            await self._check_paused(requester.server_id)
            await self._generation.account.check(request.billed_model, requester.server_id)
            with self.room(request_id, request.count, requester):
                begun = await self._begin(request_id, request, requester, delivery)
        finally:
            if not begun:
                self.workshop.forget(request_id)

    @contextmanager
    def room(self, request_id: str, count: int, requester: Requester) -> Generator[None]:
        """Keep room in the line for a request that is being got ready, and give it back where nothing comes of it.

        Where there is none, nobody's files need to be fetched. Inside, `submit` takes what is kept.

        Raises:
            QueueFullError: there is none.
        """
        if request_id in self._awaited:
            yield
            return
        with self._queue.room(Member(requester.server_id, requester.user_id), count):
            self._awaited.add(request_id)
            try:
                yield
            finally:
                self._awaited.discard(request_id)

    async def check(self, request: ImageRequest, requester: Requester) -> None:
        """Refuse what `submit` would refuse as things stand now; nothing is reserved.

        Raises:
            UserFacingError: no room, a limit reached, paused, shutting down.
        """
        self._check_open()
        await self._stores.ready()
        await self._check_paused(requester.server_id)
        await self._generation.account.check(request.billed_model, requester.server_id)
        self._queue.check_room(Member(requester.server_id, requester.user_id), request.count)
        estimate = pricing.estimate(self._catalog.model(request.model), request).nano
        nano = await self._accounts.hold(request.billed_model, estimate) * request.count
        pictures = request.images_per_job * request.count
        for status in await self._accounts.status(requester):
            need = nano if status.limit.metric is Metric.USD else pictures
            shortfall = shortfall_of(status.limit, status.used, need, status.resets_at, pictures)
            if shortfall is not None:
                raise refusal(shortfall)

    async def _begin(self, request_id: str, request: ImageRequest, requester: Requester, delivery: Delivery) -> bool:
        """False if the request was made before."""
        try:
            kept = await self._reserve(request_id, request, requester, delivery.destination)
        except DatabaseError as problem:
            self._stores.books.note(problem)
            self._stores.check()
            raise NotAcceptingError(
                phrase(
                    "{reason}, so this was not begun. Nothing was charged. Please tell whoever runs me.",
                    reason=problem.reason,
                )
            ) from problem
        if any(job.state is not ChargeState.RESERVED for job in kept.jobs):
            return False
        try:
            destination = await delivery.accepted()
            await self._stores.books.write(request_id, lambda: self._requests.acknowledged(request_id, destination))
            self._check_open()
        except BaseException as error:
            await asyncio.shield(self._give_back(kept, error))
            raise
        self.workshop.enqueue(kept, delivery)
        return True

    async def recover(self) -> None:
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
            pause = (await self._accounts.policies.of(server_id)).pause
            if pause is not None:
                self.workshop.pause(server_id, pause)
        is_restored = await self._restoration.gone_back.is_new()
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
            await self._restoration.gone_back.looked_after(now)
        await self._charge_overdue()

    async def _is_stale(self, request: Order, now: int) -> bool:
        """Whether it waited out an outage; the time of a pause, and what was before it, is no outage."""
        policy = await self._accounts.policies.of(request.requester.server_id)
        return policy.pause is None and now - max(request.created_at, policy.resumed_at) > STALE

    async def resume(self, open_delivery: OpenDelivery) -> int:
        """Queue again what was waiting and answer what had ended; returns how many requests that were.

        Only what `recover` found: members may be at work already when this is called.
        """
        left_over = deque(self._left_over)
        self._left_over, count = [], len(left_over)
        if not await self._resumed(left_over, open_delivery):
            self._background.begin(self._resume_later(left_over, open_delivery), "resumption")
        return count

    async def _resume_later(self, left_over: deque[str], open_delivery: OpenDelivery) -> None:
        """Once the books can be read again."""
        await self._stores.books.well()
        while not await self._resumed(left_over, open_delivery):
            await self._stores.books.well()

    async def _resumed(self, left_over: deque[str], open_delivery: OpenDelivery) -> bool:
        """Whether that is done; what the books could not be read for stays in `left_over`, in its order."""
        try:
            while left_over:
                await self._resume_one(left_over[0], open_delivery)
                left_over.popleft()
            await self._answers.tidy(open_delivery)
        except DatabaseError as problem:
            self._stores.books.note(problem)
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
        if request is None or request_id in self.workshop.at_work:
            return
        delivery = open_delivery(request)
        is_discarded = await self._discards.is_chosen(request_id)
        if is_discarded:
            request = await self._discards.carry_out(request)
        if any(job.state is ChargeState.DISPATCHED for job in request.jobs):
            self.workshop.at_work.add(request_id)
            self._background.begin(self._find(request, delivery), f"find {request_id}")
        elif any(job.state is ChargeState.RESERVED for job in request.jobs):
            if is_discarded:
                self.workshop.forestall(request_id, phrase("Discarded before it was begun. Nothing was charged."))
            self.workshop.enqueue(request, delivery)
        else:
            self.workshop.answer(request, delivery)

    async def _find(self, request: Order, delivery: Delivery) -> None:
        """See what became of a turn of a conversation that was sent before the restart."""
        try:
            for job in request.jobs:
                await self._generation.find(request, job)
        finally:
            self.workshop.forget(request.id)
        self.workshop.answer(request, delivery)

    def stop_taking(self) -> None:
        """Refuse whatever comes from now on, and send nothing any more."""
        self._accepting = False
        self.workshop.let_go()

    async def drain(self, grace: float) -> None:
        """Take nothing new, let what was sent come for `grace` seconds, keep the rest for the next start."""
        self.stop_taking()
        await self._background.close()
        await self.workshop.close(grace)
        await self._generation.outage.close()
        await self._stores.close()
        await self._answers.finish()  # what has just been written has numbers

    def _check_open(self) -> None:
        if not self._accepting:
            raise NotAcceptingError(phrase("I am about to restart. Ask again in a minute. Nothing was charged."))

    async def _check_paused(self, server_id: int) -> None:
        pause = (await self._accounts.policies.of(server_id)).pause
        if pause is not None:
            raise refusal_of(pause)

    async def _reserve(
        self, request_id: str, request: ImageRequest, requester: Requester, destination: Destination
    ) -> Order:
        """Under the limits of this moment: a lead may change them between their look-up and the reservation."""
        while True:
            try:
                return await self._ledger.reserve(await self._order(request_id, request, requester, destination))
            except StalePolicyError:
                await self._accounts.policies.forget(requester.server_id)
                await self._check_paused(requester.server_id)

    async def _order(
        self, request_id: str, request: ImageRequest, requester: Requester, destination: Destination
    ) -> Reservation:
        model = self._catalog.model(request.model)
        estimate = pricing.estimate(model, request).nano
        hold = await self._accounts.hold(request.billed_model, estimate)
        terms = await self._accounts.terms(requester)
        return Reservation(
            id=request_id,
            request=request,
            requester=requester,
            destination=destination,
            hold_nano=hold,
            prices=model.priced(),
            at=terms.at,
            buckets=terms.buckets,
            limits=terms.limits,
            estimate_nano=estimate,
            policy_version=terms.policy.version,
        )

    async def _give_back(self, kept: Order, reason: BaseException) -> None:
        """The requester could not be told that it begins: nothing is made, nothing is charged."""
        _log.warning("not acknowledged", request=kept.id, reason=repr(reason))
        why, now = _why_not_begun(reason), int(self._clock())
        for job in kept.jobs:
            await self._stores.books.write(kept.id, partial(self._ledger.release, job.id, *why, now))
        await self._stores.books.write(kept.id, lambda: self._requests.delivered(kept.id, now, None, ()))

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


def _why_not_begun(reason: BaseException) -> tuple[str, str]:
    """Why a request was given back before it was acknowledged: the sentence, and a word."""
    if isinstance(reason, UserFacingError):
        return reason.sentence, "shutdown" if isinstance(reason, NotAcceptingError) else "not_acknowledged"
    if isinstance(reason, asyncio.CancelledError):
        return STOPPED, "shutdown"
    if isinstance(reason, DatabaseError):
        told = phrase("{reason}, so this was not begun. Nothing was charged.", reason=reason.reason)
        return told, "not_written"
    return NOT_TAKEN, "not_acknowledged"
