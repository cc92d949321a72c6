"""A request's life: reserve, queue, make, deliver, settle or release. The front door of the services."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.errors import DatabaseError, NotAcceptingError, UserFacingError
from bot.language import phrase
from bot.services.background import Background
from bot.services.jobs.pausing import refusal_of
from bot.services.ledger import ChargeState, Reservation
from bot.services.policy import Metric, StalePolicyError, refusal, shortfall_of
from bot.services.requests import pricing
from bot.services.turns import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bot.services.catalog import Catalog
    from bot.services.jobs.delivery import Answers, Delivery
    from bot.services.jobs.generation import Generation
    from bot.services.jobs.job_runner import JobRunner
    from bot.services.jobs.live_requests import Line
    from bot.services.jobs.outage import Outage
    from bot.services.jobs.pending_writes import Stores
    from bot.services.jobs.recovery import Recovery
    from bot.services.ledger import Destination, Ledger, Order, Requests
    from bot.services.policy import Requester
    from bot.services.quotas import Accounts
    from bot.services.requests import ImageRequest

NOT_TAKEN = phrase("Discord did not take my answer, so nothing was made. Nothing was charged.")
STOPPED = phrase("I was stopped before this was begun. Nothing was charged.")
HOUSEKEEPING = 600.0  # seconds between looks at overdue charges

_log = structlog.stdlib.get_logger(__name__)


class Studio:
    """Takes requests and sees each to its end, also over a restart.

    It belongs to one event loop: `start` before anything else, `drain` last.

    Attributes:
        job_runner: where its jobs wait and are made.
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
        job_runner: JobRunner,
        recovery: Recovery,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._catalog = catalog
        self._ledger = ledger
        self._requests = requests
        self._accounts = accounts
        self._generation = generation
        self.job_runner, self._recovery = job_runner, recovery
        self._clock = clock
        self._accepting = True
        self._awaited: set[str] = set()  # requests that have room in the line already
        self._stores, self._answers = stores, answers
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
        return self.job_runner.observers

    def start(self) -> None:
        """Begin to hand out turns, and to look after overdue charges."""
        self.job_runner.start()
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
        if request_id in self.job_runner.at_work:
            return  # the same once more: its first occurrence waits or is being made
        self.job_runner.at_work.add(request_id)
        begun = False
        try:
            await self._stores.ready()
            await self._check_paused(requester.server_id)
            await self._generation.account.check(request.billed_model, requester.server_id)
            with self.room(request_id, request.count, requester):
                begun = await self._begin(request_id, request, requester, delivery)
        finally:
            if not begun:
                self.job_runner.forget(request_id)

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
        self.job_runner.enqueue(kept, delivery)
        return True

    def stop_taking(self) -> None:
        """Refuse whatever comes from now on, and send nothing any more."""
        self._accepting = False
        self.job_runner.let_go()

    async def drain(self, grace: float) -> None:
        """Take nothing new, let what was sent come for `grace` seconds, keep the rest for the next start."""
        self.stop_taking()
        await self._background.close()
        await self._recovery.close()
        await self.job_runner.close(grace)
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
                await self._recovery.charge_overdue()
            except Exception:  # noqa: BLE001 - it comes round again
                _log.exception("housekeeping failed; it is tried again")


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
