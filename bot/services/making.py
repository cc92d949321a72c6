"""One job: dispatched in the ledger, asked of the provider, booked as it ended."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import time
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import stamina
import structlog

from bot.errors import (
    HELD,
    DatabaseError,
    ImageFailure,
    OutcomeUnknownError,
    ProviderBusyError,
    RequestRejectedError,
    not_known,
)
from bot.services import pricing
from bot.services.booking import persistently, to_the_end
from bot.services.byte_budget import ByteBudget
from bot.services.departing import CalledBackError, HeldUpError
from bot.services.images import FinishedImage, UnreadablePictureError
from bot.services.ledger import ChargeConflictError, ChargeState, Picture, Settlement
from bot.services.loading import load_inputs
from bot.services.requests import StoredImage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.arrears import Arrears
    from bot.services.catalog import Catalog
    from bot.services.clearance import Clearance
    from bot.services.departing import Departure
    from bot.services.images import ImageProvider, InputImage
    from bot.services.ledger import Job, Ledger, OpenRequest
    from bot.services.pace import Pace
    from bot.services.pricing import Usage
    from bot.services.provider_account import Call, ProviderAccount
    from bot.services.receiving import Reception
    from bot.services.safekeeping import Safekeeping

ATTEMPTS = 3  # calls per job, the first included; only what certainly did not start is tried again
UNKNOWN_DEADLINE = 72 * 3600  # seconds until an unknown outcome is charged at its hold

_log = structlog.stdlib.get_logger(__name__)


def safety_identifier(key: bytes, user_id: int) -> str:
    """A member's keyed hash for the provider: the same person, without saying who. 64 hex characters."""
    return hmac.new(key, str(user_id).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Made:
    """How a job ended.

    Attributes:
        seconds: after how many.
        job: as it stands now; a picture that is not in the books yet has the number 0.
    """

    seconds: float
    job: Job

    @property
    def outcome(self) -> str:
        """``settled``, ``released`` or ``unknown``."""
        return self.job.state.value


@dataclass(frozen=True, slots=True)
class _Sending:
    """A job that is sent, and what it is sent with."""

    order: OpenRequest
    inputs: Sequence[InputImage]
    on_partial: Callable[[bytes], None]
    departure: Departure
    call: Call


@dataclass(frozen=True)
class Maker:
    """Runs one job from its reservation to the end of its charge.

    Attributes:
        clearance: lets it leave.
        books: writes how jobs end; what it cannot write now, it owes.
        reception: takes in the finished file.
        safety_key: keys the hash by which the provider knows a member.
        timeout: seconds that one call may take, and that a job may be held back by the provider.
        clock: the time in seconds since 1970.
        memory: bounds the input files of all jobs at work together.
    """

    ledger: Ledger
    clearance: Clearance
    books: Arrears
    blobs: Safekeeping
    provider: ImageProvider
    reception: Reception
    catalog: Catalog
    pace: Pace
    account: ProviderAccount
    safety_key: bytes
    timeout: float
    clock: Callable[[], float] = time.time
    memory: ByteBudget = field(default_factory=ByteBudget)

    async def make(
        self, order: OpenRequest, job: Job, on_partial: Callable[[bytes], None], departure: Departure
    ) -> Made:
        """Make the picture and book what came of it. The ledger tells the rest.

        Raises:
            CalledBackError: as `departure` was told; nothing was sent, and the job is reserved as before.
            HeldUpError: the books cannot be written just now; the same.
            ChargeConflictError: the job is not reserved, or no longer in flight; its charge stays as it is.
        """
        async with AsyncExitStack() as held:
            return await self._made(order, job, on_partial, departure, held)

    async def _made(
        self,
        order: OpenRequest,
        job: Job,
        on_partial: Callable[[bytes], None],
        departure: Departure,
        held: AsyncExitStack,
    ) -> Made:
        started = time.monotonic()
        try:
            async with departure.getting_ready():
                inputs = await self._load_inputs(order, held)
                # Before the dispatch: a restart while the provider holds us back loses nothing.
                await self._wait_for_turn(order, time.monotonic() + self.timeout)
                call = await held.enter_async_context(
                    self.account.calling(order.request.model, order.requester.server_id)
                )
            started = time.monotonic()
            await self.clearance.dispatch(order, job)
        except (CalledBackError, ChargeConflictError):
            raise  # it waits again; or it was dispatched before: what is at work on it books it
        except DatabaseError as problem:
            self.books.note(problem)
            raise HeldUpError from problem
        except ImageFailure as problem:
            return Made(time.monotonic() - started, await self._book_failure(job, problem))
        except Exception:  # noqa: BLE001 - nothing was sent, whatever it was: the hold is freed
            _log.exception("job not dispatched", job=job.id)
            failure: ImageFailure = RequestRejectedError(
                "Something went wrong on my side before anything was sent. Nothing was charged; try again.",
                code="not_dispatched",
            )
            return Made(time.monotonic() - started, await self._book_failure(job, failure))
        try:
            finished = await self._call(_Sending(order, inputs, on_partial, departure, call))
        except asyncio.CancelledError:
            failure = _unknown("the bot was shut down while it was made", "shutdown") if call.is_out else _stopped()
            await asyncio.shield(self._book_failure(job, failure))
            raise
        except Exception as problem:  # noqa: BLE001 - whatever it was, the charge must be booked
            failure = _failure_of(problem, job)
            call.met(failure)
            return Made(time.monotonic() - started, await self._book_failure(job, failure))
        call.met(None)
        # The picture is there and its cost is known: a shutdown waits for it to be booked.
        return await to_the_end(self._book_picture(order, job, finished, time.monotonic() - started))

    async def lost_track(self, job: Job) -> None:
        """A restart cut the call of a dispatched job: nobody knows what became of it.

        Its picture may have come, and been shown, while nothing could be written.

        Raises:
            DatabaseError: that cannot be written.
        """
        failure = OutcomeUnknownError(
            f"I was restarted while this was made. Unless its picture stands here already, none will come. {HELD}",
            code="restart",
        )
        now = self._now()
        await persistently(
            lambda: self.ledger.mark_unknown(job.id, failure.sentence, failure.code, now, now + UNKNOWN_DEADLINE)
        )

    async def _load_inputs(self, order: OpenRequest, held: AsyncExitStack) -> Sequence[InputImage]:
        """The files that are sent; `held` keeps room in memory for all of its files until the job has ended."""
        files = order.request.kept_files
        if files:  # words alone take no room, and need not wait for those who do
            await held.enter_async_context(self.memory.taken(sum(file.byte_size for file in files)))
        return await load_inputs(self.blobs, order.request)

    async def _wait_for_turn(self, order: OpenRequest, deadline: float) -> None:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                await self.pace.turn(order.request.model, edits=bool(order.request.files))
        except TimeoutError:
            raise self._paced_out(order) from None

    def _paced_out(self, order: OpenRequest) -> ProviderBusyError:
        seconds = self.pace.wait(order.request.model, edits=bool(order.request.files))
        return ProviderBusyError(
            f"The image API takes no more pictures of ours for now. Try again in {_minutes(seconds)}. "
            "Nothing was charged.",
            code="paced_out",
        )

    async def _call(self, sending: _Sending) -> FinishedImage:
        """Ask until the provider starts; each call has the job's whole time.

        What the provider's rate limits refused was certainly not started, and comes again when its turn is there, for
        as long as a job may take. What failed in another way is tried `ATTEMPTS` times.
        """
        order = sending.order
        model, edits = order.request.model, bool(order.request.files)
        deadline = time.monotonic() + self.timeout  # for waiting between the calls
        for tries in itertools.count(1):
            try:
                return await self._attempts(sending, deadline, is_first=tries == 1)
            except ProviderBusyError as busy:
                if busy.limit is None:
                    raise
                wait = self.pace.refused(busy, model, edits=edits, tries=tries)
                if time.monotonic() + wait >= deadline:
                    raise self._paced_out(order) from busy
        raise AssertionError  # the loop has no other end

    async def _attempts(self, sending: _Sending, deadline: float, *, is_first: bool) -> FinishedImage:
        attempts = itertools.count(0 if is_first else 1)

        def may_retry(failure: Exception) -> bool | float:
            if not isinstance(failure, ImageFailure) or failure.retry_after is None:
                return False
            if isinstance(failure, ProviderBusyError):
                if failure.limit is not None:
                    return False
                # The others wait too, though never longer than a job may take: the provider may be wrong by hours.
                self.pace.hold(min(failure.retry_after, self.timeout))
            if time.monotonic() + failure.retry_after >= deadline:
                return False
            return failure.retry_after

        # Without arguments, which stamina would write to the log.
        async def once() -> FinishedImage:
            if next(attempts):
                await self._wait_for_turn(sending.order, deadline)
                _refuse_paused(sending.departure)
            with sending.call.out():
                return await self._call_once(sending.order, sending.inputs, sending.on_partial)

        return await stamina.AsyncRetryingCaller(attempts=ATTEMPTS, timeout=None)(may_retry, once)

    async def _call_once(
        self, order: OpenRequest, inputs: Sequence[InputImage], on_partial: Callable[[bytes], None]
    ) -> FinishedImage:
        identifier = safety_identifier(self.safety_key, order.requester.user_id)
        try:
            async with (
                asyncio.timeout(self.timeout),
                aclosing(self.provider.make(order.request, inputs, identifier)) as images,
            ):
                async for image in images:
                    if isinstance(image, FinishedImage):
                        return image
                    on_partial(image.content)
        except TimeoutError:
            raise _unknown(f"it was not done after {self.timeout:.0f} seconds", "timeout") from None
        raise _unknown("the image API ended without a picture", "incomplete")

    async def _book_picture(self, order: OpenRequest, job: Job, finished: FinishedImage, seconds: float) -> Made:
        try:
            settlement = await self._settlement(order, job, finished, seconds)
        except Exception as problem:  # noqa: BLE001 - whatever it was, the charge must be booked
            return Made(seconds, await self._book_failure(job, _failure_of(problem, job)))
        now = self._now()
        picture = await self.books.write(job.request_id, lambda: self.ledger.settle(job.id, settlement, now))
        shown = picture or _unnumbered(job, settlement, seconds, now)
        return Made(seconds, replace(job, state=ChargeState.SETTLED, actual_nano=settlement.cost_nano, picture=shown))

    async def _settlement(self, order: OpenRequest, job: Job, finished: FinishedImage, seconds: float) -> Settlement:
        """How it is booked. The file is kept by then, on the disk or in memory, and nothing of ours can lose it."""
        try:
            received = await self.reception.receive(finished.content, order.request)
        except UnreadablePictureError as error:
            _log.error("result is no picture", job=job.id, reason=str(error), provider_request=finished.request_id)
            raise _unknown("the image API sent a file that is no picture", "unreadable") from None
        digest = await self.blobs.keep(received.content)
        cost, usage, is_estimated = self._cost(order, job, finished)
        if cost > job.hold_nano:
            _log.warning("cost above the hold: are the prices right?", job=job.id, cost=cost, hold=job.hold_nano)
        checked = received.checked
        image = StoredImage(digest, checked.media_type, checked.width, checked.height, len(received.content))
        return Settlement(cost, usage, image, seconds, finished.request_id, is_estimated, received.composed)

    def _cost(self, order: OpenRequest, job: Job, finished: FinishedImage) -> tuple[int, Usage, bool]:
        """What it cost, by which tokens, and whether those are our estimate."""
        model = self.catalog.model(order.request.model)
        usage = pricing.billed(self.catalog, order.request, finished.usage, finished.author)
        if usage is not None:
            cost = pricing.cost(job.prices, usage)
            if pricing.is_plausible(model, order.request, usage, cost_nano=cost, hold_nano=job.hold_nano):
                return cost, usage, False
            _log.error("implausible usage reported", job=job.id, usage=usage)
        _log.warning("no usage known, charged at the hold", job=job.id)
        return job.hold_nano, pricing.estimate(model, order.request).usage, True

    async def _book_failure(self, job: Job, failure: ImageFailure) -> Job:
        """Free the hold or keep it, as the failure says; the job as it stands then."""
        _log.info("no picture", job=job.id, code=failure.code, charged=failure.charged, provider=failure.request_id)
        now, sentence, code = self._now(), failure.sentence, failure.code
        if failure.charged == "no":
            await self.books.write(job.request_id, lambda: self.ledger.release(job.id, sentence, code, now))
            return replace(job, state=ChargeState.RELEASED, failure=sentence)
        deadline = now + UNKNOWN_DEADLINE
        await self.books.write(job.request_id, lambda: self.ledger.mark_unknown(job.id, sentence, code, now, deadline))
        return replace(job, state=ChargeState.UNKNOWN, failure=sentence)

    def _now(self) -> int:
        return int(self.clock())


def _refuse_paused(departure: Departure) -> None:
    """No call begins during a pause, not even the next try of a job that had left before.

    The provider has certainly not started that job: its hold is freed. It cannot go back to the line, for a charge
    goes forward only; and to wait here for the end of the pause would keep its slot from other servers.
    """
    if departure.paused():
        raise ProviderBusyError(
            "A lead has paused picture making before the image API took this one. Nothing was charged; "
            "ask again when it goes on.",
            code="paused",
        )


def _stopped() -> RequestRejectedError:
    return RequestRejectedError(
        "I was stopped before the image API took this one. Nothing was charged; ask again.", code="shutdown"
    )


def _minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return "a minute" if minutes == 1 else f"about {minutes} minutes"


def _unnumbered(job: Job, settlement: Settlement, seconds: float, now: int) -> Picture:
    """The picture as it is shown while the books cannot take it."""
    cost, composed = settlement.cost_nano, settlement.composed
    return Picture(0, job.id, settlement.image, cost, seconds, now, composed=composed)


def _failure_of(problem: Exception, job: Job) -> ImageFailure:
    """What is known of a job that failed after it was sent."""
    if isinstance(problem, ImageFailure):
        return problem
    _log.error("job failed after dispatch", job=job.id, exc_info=problem)
    return _unknown("something went wrong on my side", "internal")


def _unknown(reason: str, code: str) -> OutcomeUnknownError:
    return OutcomeUnknownError(not_known(reason), code=code)
