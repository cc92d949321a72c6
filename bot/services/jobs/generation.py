"""One job: dispatched in the ledger, asked of the provider, booked as it ended."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import time
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import structlog

from bot.errors import (
    DatabaseError,
    ImageFailure,
    ProviderBusyError,
    RequestRejectedError,
)
from bot.language import phrase, plural
from bot.services.jobs.files import load_inputs
from bot.services.jobs.live_requests import RecalledError, StoppedError, cancelled
from bot.services.jobs.outage import HeldUpError
from bot.services.jobs.outcomes import JobOutcome, Outcomes, failure_of, unknown
from bot.services.jobs.pending_writes import passes, to_the_end
from bot.services.jobs.provider import FinishedImage, Reply
from bot.services.ledger import ChargeConflictError
from bot.services.text import about
from bot.services.turns import FairShare, Member

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence

    from bot.services.admission import Clearance
    from bot.services.jobs.files import BufferedBlobs
    from bot.services.jobs.live_requests import Recall
    from bot.services.jobs.outage import Outage
    from bot.services.jobs.pending_writes import PendingWrites
    from bot.services.jobs.provider import ImageProvider, InputImage, PartialImage
    from bot.services.jobs.provider_account import Call, ProviderAccount
    from bot.services.jobs.turn_calls import TurnCalls
    from bot.services.ledger import Job, Order
    from bot.services.turns import Pace

_log = structlog.stdlib.get_logger(__name__)


def safety_identifier(key: bytes, user_id: int) -> str:
    """A member's keyed hash for the provider: the same person, without saying who. 64 hex characters."""
    return hmac.new(key, str(user_id).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class _Sending:
    """A job that is sent, and what it is sent with."""

    order: Order
    inputs: Sequence[InputImage]
    on_partial: Callable[[bytes], None]
    recall: Recall
    call: Call


@dataclass(frozen=True)
class Generation:
    """Runs one job from its reservation to the end of its charge.

    Attributes:
        outcomes: books how it ended.
        clearance: lets it leave.
        books: told when nothing can be written.
        turns: asks instead of the provider where a request is a turn of a conversation.
        outage: learns from every call, and keeps them back.
        safety_key: keys the hash by which the provider knows a member.
        timeout: seconds that one call may take, and that a job may be kept back by the provider.
        memory: bounds the input files of all jobs at work together, in bytes.
    """

    outcomes: Outcomes
    clearance: Clearance
    books: PendingWrites
    blobs: BufferedBlobs
    provider: ImageProvider
    turns: TurnCalls
    pace: Pace
    account: ProviderAccount
    outage: Outage
    safety_key: bytes
    timeout: float
    memory: FairShare = field(default_factory=FairShare)

    async def make(self, order: Order, job: Job, on_partial: Callable[[bytes], None], recall: Recall) -> JobOutcome:
        """Make the picture and book what came of it. The ledger tells the rest.

        Raises:
            RecalledError: as `recall` was told; nothing was sent, and the job is reserved as before.
            HeldUpError: nothing could be sent just now; the same.
            ChargeConflictError: the job is not reserved, or no longer in flight; its charge stays as it is.
        """
        async with AsyncExitStack() as held:
            return await self._made(order, job, on_partial, recall, held)

    async def _made(
        self,
        order: Order,
        job: Job,
        on_partial: Callable[[bytes], None],
        recall: Recall,
        held: AsyncExitStack,
    ) -> JobOutcome:
        started = time.monotonic()
        try:
            async with recall.getting_ready():
                inputs = await self._load_inputs(order, held)
                self.outage.check()
                call = await held.enter_async_context(
                    self.account.calling(order.request.billed_model, order.requester.server_id)
                )
            started = time.monotonic()
            await self.clearance.dispatch(order, job)
        except (RecalledError, HeldUpError, ChargeConflictError):
            raise  # it waits again; or it was dispatched before: what is at work on it books it
        except DatabaseError as problem:
            self.books.note(problem)
            if passes(problem):
                raise HeldUpError from problem
            return JobOutcome(time.monotonic() - started, await self.outcomes.failed(job, _not_begun(problem)))
        except ImageFailure as problem:
            return JobOutcome(time.monotonic() - started, await self.outcomes.failed(job, problem))
        except Exception:  # noqa: BLE001 - nothing was sent, whatever it was: the hold is freed
            _log.exception("job not dispatched", job=job.id)
            failure: ImageFailure = RequestRejectedError(
                phrase("Something went wrong on my side before anything was sent. Nothing was charged; try again."),
                code="not_dispatched",
            )
            return JobOutcome(time.monotonic() - started, await self.outcomes.failed(job, failure))
        return await self._sent(_Sending(order, inputs, on_partial, recall, call), job, started)

    async def _sent(self, sending: _Sending, job: Job, started: float) -> JobOutcome:
        """What came of a job that was dispatched."""
        call = sending.call
        try:
            async with sending.recall.sending(lambda: call.is_out):
                finished = await self._called(sending, job)
        except asyncio.CancelledError:
            await asyncio.shield(self.outcomes.failed(job, _stopped(sending)))
            raise
        except HeldUpError:
            raise
        except StoppedError:
            if not sending.recall.withdrawn and await self.outcomes.did_not_start(job, "shutdown"):
                raise RecalledError from None
            return JobOutcome(time.monotonic() - started, await self.outcomes.failed(job, _stopped(sending)))
        except Exception as problem:  # noqa: BLE001 - whatever it was, the charge must be booked
            failure = failure_of(problem, job)
            call.met(failure)
            return JobOutcome(time.monotonic() - started, await self.outcomes.failed(job, failure))
        call.met(None)
        # The picture is there and its cost is known: a shutdown waits for it to be booked.
        return await to_the_end(self._came(sending.order, job, finished, time.monotonic() - started))

    async def _came(self, order: Order, job: Job, came: FinishedImage | Reply, seconds: float) -> JobOutcome:
        if isinstance(came, Reply):
            return await self.outcomes.replied(order, job, came, seconds)
        return await self.outcomes.came(order, job, came, seconds)

    async def find(self, order: Order, job: Job) -> None:
        """Ask what became of a turn that an earlier process sent, wait for it, and book it."""
        try:
            reply = await self.turns.recover(order)
        except Exception as problem:  # noqa: BLE001 - whatever it was, the charge must be booked
            await self.outcomes.failed(job, failure_of(problem, job))
        else:
            await self.outcomes.replied(order, job, reply, max(0.0, self.outcomes.clock() - order.created_at))

    async def _called(self, sending: _Sending, job: Job) -> FinishedImage | Reply:
        """The picture. What certainly did not start and comes again by itself does not wait here, in its slot.

        Raises:
            HeldUpError: the job is reserved again.
        """
        try:
            return await self._call(sending)
        except HeldUpError:
            if await self.outcomes.did_not_start(job, "held_up"):
                raise
            raise _held_up() from None
        except ImageFailure as failure:
            is_too_long = failure.retry_after is not None and failure.retry_after >= self.timeout
            if failure.comes_again and not is_too_long and await self.outcomes.did_not_start(job, failure.code):
                raise HeldUpError(failure) from failure
            raise

    async def _load_inputs(self, order: Order, held: AsyncExitStack) -> Sequence[InputImage]:
        """The files that are sent; `held` keeps room in memory for all of its files until the job has ended."""
        files = order.request.kept_files
        if files:  # words alone take no room, and need not wait for those who do
            need = sum(file.byte_size for file in files)
            member = Member(order.requester.server_id, order.requester.user_id)
            await held.enter_async_context(self.memory.taken(need, member))
        return await load_inputs(self.blobs, order.request)

    async def _wait_for_turn(self, order: Order, deadline: float) -> None:
        """Of a job that was sent before; the others have theirs when they leave the line."""
        await self._in_time(
            order, deadline, self.pace.turn(order.request.billed_model, edits=bool(order.request.files))
        )

    async def _in_time(self, order: Order, deadline: float, waiting: Coroutine[Any, Any, None]) -> None:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                await waiting
        except TimeoutError:
            raise self._paced_out(order) from None

    def _paced_out(self, order: Order) -> ProviderBusyError:
        seconds = self.pace.wait(order.request.billed_model, edits=bool(order.request.files))
        return ProviderBusyError(
            phrase(
                "The image API takes no more pictures of ours for now. Try again in {time}. Nothing was charged.",
                time=about(seconds),
            ),
            code="paced_out",
        )

    async def _call(self, sending: _Sending) -> FinishedImage | Reply:
        """Ask until the provider starts; each call has the job's whole time.

        What the provider's rate limits refused was certainly not started, and comes again when its turn is there, for
        as long as a job may take.
        """
        order = sending.order
        model, edits = order.request.billed_model, bool(order.request.files)
        deadline = time.monotonic() + self.timeout  # for waiting between the calls
        for tries in itertools.count(1):
            _refuse(sending.recall)
            try:
                return await self._attempt(sending)
            except ProviderBusyError as busy:
                if busy.limit is None:
                    raise
                wait = self.pace.refused(busy, model, edits=edits, tries=tries)
                if time.monotonic() + wait >= deadline:
                    raise self._paced_out(order) from busy
            await self._wait_for_turn(order, deadline)
            if self.outage.keeps_back or sending.recall.paused():
                raise HeldUpError
        raise AssertionError  # the loop has no other end

    async def _attempt(self, sending: _Sending) -> FinishedImage | Reply:
        """One call, of which the outage learns."""
        sent_at = time.monotonic()

        def on_partial(content: bytes) -> None:
            self.outage.began_to_answer(sent_at)
            sending.on_partial(content)

        try:
            with sending.call.out():
                finished = await self._call_once(sending.order, sending.inputs, on_partial)
        except ImageFailure as failure:
            self.outage.met(failure, sent_at)
            raise
        self.outage.met(None, sent_at)
        return finished

    async def _call_once(
        self, order: Order, inputs: Sequence[InputImage], on_partial: Callable[[bytes], None]
    ) -> FinishedImage | Reply:
        """One call. Once the picture has come, nothing that follows it can lose it."""
        came: list[FinishedImage | Reply] = []
        try:
            await self._stream(order, inputs, on_partial, came)
        except asyncio.CancelledError:
            if not came:
                raise
            _cancel_later()
        except Exception as problem:
            if not came:
                raise
            _log.warning("call not ended well after the picture", reason=repr(problem))
        if not came:
            raise unknown(phrase("the image API ended without a picture"), "incomplete")
        return came[0]

    async def _stream(
        self,
        order: Order,
        inputs: Sequence[InputImage],
        on_partial: Callable[[bytes], None],
        came: list[FinishedImage | Reply],
    ) -> None:
        """Put the picture into `came`."""
        identifier = safety_identifier(self.safety_key, order.requester.user_id)
        try:
            async with (
                asyncio.timeout(self.timeout),
                aclosing(self._asked(order, inputs, identifier)) as images,
            ):
                async for image in images:
                    if isinstance(image, FinishedImage | Reply):
                        came.append(image)
                        return
                    on_partial(image.content)
                    del image  # or it would be kept until the picture has come
        except TimeoutError:
            raise unknown(
                plural("it was not done after a second", "it was not done after {count} seconds", round(self.timeout)),
                "timeout",
            ) from None

    def _asked(
        self, order: Order, inputs: Sequence[InputImage], identifier: str
    ) -> AsyncGenerator[PartialImage | FinishedImage | Reply]:
        if order.request.talk is not None:
            return self.turns.ask(order, inputs, identifier)
        return self.provider.make(order.request, inputs, identifier)


def _refuse(recall: Recall) -> None:
    """No call begins once the bot stops, not even the next try of a job that had left before."""
    if recall.stopping:
        raise StoppedError


def _held_up() -> RequestRejectedError:
    return RequestRejectedError(
        phrase("The image API did not take this one, and I could not keep its place. Nothing was charged; ask again."),
        code="held_up",
    )


def _not_begun(problem: DatabaseError) -> RequestRejectedError:
    return RequestRejectedError(
        phrase(
            "{reason}, so this was not begun. Nothing was charged. Please tell whoever runs me.", reason=problem.reason
        ),
        code="damaged",
    )


def _stopped(sending: _Sending) -> ImageFailure:
    if sending.call.is_out:
        return unknown(phrase("I was shut down while it was made"), "shutdown")
    if sending.recall.withdrawn:
        return cancelled(sending.recall.withdrawn)
    return RequestRejectedError(
        phrase("I was stopped before the image API took this one. Nothing was charged; ask again."), code="shutdown"
    )


def _cancel_later() -> None:
    """Be cancelled at the next wait, which is for the picture to be booked: it has come."""
    cast("asyncio.Task[None]", asyncio.current_task()).cancel()
