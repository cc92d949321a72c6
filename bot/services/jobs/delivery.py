"""How a request speaks to the people who wait for it, until somebody was told what became of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import DatabaseError, UserFacingError
from bot.language import joined
from bot.services.background import Background
from bot.services.jobs.outcomes import UNSETTLED, discarded, lost
from bot.services.ledger import ChargeState

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.jobs.outage import Downtime
    from bot.services.jobs.pending_writes import PendingWrites
    from bot.services.ledger import BlobStore, Destination, LimitStatus, Order, Picture, Requests, TurnAnswer
    from bot.services.policy import Pause, Requester
    from bot.services.quotas import Accounts, BudgetHint, VisibleLimits
    from bot.services.turns import GenerationProgress


@dataclass(frozen=True, slots=True)
class Preview:
    """The newest partial image of each picture of a request; None where none has come yet."""

    frames: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a request, once no job of it runs any more.

    Attributes:
        request: as it is kept, with every job closed or unknown.
        files: each picture with the bytes of its original, in order; may be fewer than asked for, or none.
        limits: what is used of each limit that applies to the requester, as far as they may know it.
        hint: how the installation's budget stands, where its figures are not for them.
        trouble: why pictures of it have no number yet, as the beginning of a sentence; empty if they have theirs.
    """

    request: Order
    files: tuple[tuple[Picture, bytes], ...]
    limits: tuple[LimitStatus, ...]
    hint: BudgetHint | None = None
    trouble: str = ""

    @property
    def is_numbered(self) -> bool:
        """Whether all of its pictures are in the books, so that they have numbers, and buttons can name them."""
        return all(picture.number for picture, _ in self.files)

    @property
    def failures(self) -> tuple[str, ...]:
        """The sentences of the jobs that made no picture, each once, in order."""
        return tuple(dict.fromkeys(job.failure for job in self.request.jobs if job.failure is not None))

    @property
    def answers(self) -> tuple[TurnAnswer, ...]:
        """What turns of a conversation were answered in words alone."""
        return tuple(job.answer for job in self.request.jobs if job.answer is not None and job.picture is None)

    @property
    def cost_nano(self) -> int:
        """What the pictures cost together, in nano-dollars."""
        return self.request.cost_nano


@dataclass(frozen=True, slots=True)
class Posted:
    """Where the result stands. No channel and no messages when only the requester can see it.

    Attributes:
        kept: Discord took the pictures nowhere; their member was told, and can fetch them.
        progress_left: the progress message could not be brought to an end, and says still that it goes on.
    """

    channel_id: int | None = None
    message_ids: tuple[int, ...] = ()
    kept: bool = False
    progress_left: bool = False


class DeliveryError(Exception):
    """The answer could not be posted.

    Attributes:
        permanent: Discord takes it in no way, and waiting cures nothing: it is kept until the member comes.
    """

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Delivery(Protocol):
    """Tells the people who wait. What is not awaited returns at once and never raises."""

    @property
    def destination(self) -> Destination:
        """Where the request is answered, as far as it is known by now."""
        ...

    async def accepted(self) -> Destination:
        """The money is reserved: acknowledge, and say where progress will be shown."""
        ...

    def queued(self, position: int, wait: float) -> None:
        """The first job of the request is number `position` in line, about `wait` seconds from its turn."""
        ...

    def paused(self, pause: Pause | Downtime | str) -> None:
        """No job of the request runs, and none begins until that is over; then `queued` is told again.

        Args:
            pause: a lead's; the image API's; or what else keeps us from beginning, as the beginning of a sentence.
        """
        ...

    def generating(self, progress: GenerationProgress) -> None:
        """How far it is once generating has begun, to be told along with whatever is told next, and now and then."""
        ...

    def preview(self, preview: Preview) -> None:
        """A partial image has come."""
        ...

    def discarded(self) -> None:
        """What comes of it is shown to nobody, and the request ends then."""
        ...

    def leave(self) -> None:
        """This process tells no more of it; the next start goes on."""
        ...

    async def done(self, result: Result) -> Posted:
        """Show the result.

        Raises:
            DeliveryError: if it could not be shown.
        """
        ...

    async def renew(self, result: Result, posted: Posted) -> None:
        """Give what was posted before its pictures had numbers what it lacks: those, and the buttons.

        Raises:
            DeliveryError: if it could not be shown.
        """
        ...

    async def failed(self, error: UserFacingError) -> Posted:
        """Say why there is no result. No channel and no messages are told of that.

        Raises:
            DeliveryError: if it could not be said.
        """
        ...

    async def tidy(self) -> bool:
        """Bring progress to an end that was left standing; whether none is left now. Never raises."""
        ...


class OpenDelivery(Protocol):
    """Makes the delivery of a request that an earlier process left behind."""

    def __call__(self, request: Order) -> Delivery:
        """A delivery to where the request came from."""
        ...


# Seconds between attempts to post a result while Discord cannot take it. After the last it is kept for its member.
PATIENCE = (15.0, 60.0, 300.0, 900.0, 3600.0)
LAST_NUMBERS = 5.0  # seconds, when the bot stops
LONGEST_TIDYING = 30 * 24 * 3600  # seconds after which progress that could not be brought to an end is left alone

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Answers:
    """Tells the outcome of requests whose jobs have all ended.

    Attributes:
        books: where it is written that somebody was told; while they owe how a job ended, that is told from memory.
    """

    requests: Requests
    books: PendingWrites
    blobs: BlobStore
    accounts: Accounts
    clock: Callable[[], float] = time.time
    patience: tuple[float, ...] = PATIENCE
    ended: Callable[[Requester], None] | None = None  # told of whoever's request has ended
    _background: Background = field(default_factory=Background)
    _numbering: Background = field(default_factory=Background)

    async def answer(self, request_id: str, delivery: Delivery, seen: Order | None = None) -> None:
        """Post the outcome; if Discord cannot take it now, go on trying in the background.

        `seen` is the request as this process saw it end; None if it ended in an earlier one.
        """
        if not await self._attempt(request_id, delivery, seen):
            self._background.begin(self._insist(request_id, delivery, seen), f"answer {request_id}")

    async def tell(self, seen: Order, delivery: Delivery) -> None:
        """Tell, once, what was seen of a request whose end the books cannot have; the next start looks at it again."""
        try:
            await self._tell(seen, delivery)
        except Exception:  # noqa: BLE001 - nobody else must wait for it
            _log.exception("not told", request=seen.id)

    async def close(self) -> None:
        """Stop trying; what is not answered stays kept for the next start."""
        await self._background.close()

    async def finish(self) -> None:
        """After `close`, and once the books were given what was owed to them: number what was posted without one."""
        await self._numbering.finish(0.0 if self.books.trouble else LAST_NUMBERS)

    async def fetched(self, request: Order, delivery: Delivery) -> None:
        """The member has seen what was kept for them; what progress was left standing goes."""
        await self.books.write(request.id, lambda: self.requests.fetched(request.id, int(self.clock())))
        self._background.begin(self._tidy(request.id, delivery), f"tidy {request.id}")

    async def tidy(self, open_delivery: OpenDelivery) -> None:
        """Bring to an end, in the background, what progress an earlier process had to leave standing."""
        oldest = int(self.clock()) - LONGEST_TIDYING
        for request in await self.requests.with_progress_left():
            if request.created_at < oldest:
                await self.requests.tidied(request.id)
            else:
                self._background.begin(self._tidy(request.id, open_delivery(request)), f"tidy {request.id}")

    async def _insist(self, request_id: str, delivery: Delivery, seen: Order | None) -> None:
        for seconds in self.patience:
            await asyncio.sleep(seconds)
            if await self._attempt(request_id, delivery, seen):
                return
        _log.error("result not posted, kept for its member", request=request_id)
        await self._keep(request_id)

    async def _tidy(self, request_id: str, delivery: Delivery) -> None:
        """Until it is done, or patience ends; then the next start tries again."""
        for seconds in (0.0, *self.patience):
            await asyncio.sleep(seconds)
            try:
                if await delivery.tidy():
                    await self.books.write(request_id, lambda: self.requests.tidied(request_id))
                    return
            except Exception:  # noqa: BLE001 - progress is never essential
                _log.exception("progress not tidied up", request=request_id)

    async def _attempt(self, request_id: str, delivery: Delivery, seen: Order | None) -> bool:
        """Try once; True when there is nothing left to do."""
        try:
            request = await self._current(request_id, seen)
            if request is None or request.delivered_at is not None:
                return True
            has_ended = await self._end(request, delivery)
        except Exception:  # noqa: BLE001 - whatever it was, the result is kept and tried again
            _log.exception("result not posted", request=request_id)
            return False
        if has_ended and self.ended is not None:
            self.ended(request.requester)
        return has_ended

    async def _end(self, request: Order, delivery: Delivery) -> bool:
        """Tell it, or keep it where Discord takes it in no way; False if it is to be tried again."""
        try:
            posted = await self._tell(request, delivery)
        except DeliveryError as error:
            _log.warning("result not posted", request=request.id, reason=str(error), permanent=error.permanent)
            if error.permanent:
                await self._keep(request.id)
            return error.permanent
        await self._remember(request.id, posted)
        if any(picture.number == 0 for picture in request.pictures) and not posted.kept:
            self._numbering.begin(self._make_good(request, delivery, posted), f"number {request.id}")
        if posted.progress_left:
            self._background.begin(self._tidy(request.id, delivery), f"tidy {request.id}")
        return True

    async def _keep(self, request_id: str) -> None:
        """For its member to fetch; the next start tries to post it again."""
        now = int(self.clock())
        try:
            await self.books.write(request_id, lambda: self.requests.keep(request_id, now))
        except Exception:  # noqa: BLE001 - it is not answered, and so the next start tries again in any case
            _log.exception("not written down that it is kept", request=request_id)

    async def _current(self, request_id: str, seen: Order | None) -> Order | None:
        """The request as the books have it or, where they cannot have it or cannot be read, as it was seen to end."""
        if seen is not None and self.books.owes(request_id):
            return seen
        try:
            known = await self.requests.get(request_id)
        except DatabaseError as problem:
            if seen is None:
                raise
            self.books.note(problem)
            return seen
        if seen is None or known is None or _holds(known, seen) or known.delivered_at is not None:
            return known
        return seen  # with a picture that the books did not take

    async def _make_good(self, shown: Order, delivery: Delivery, posted: Posted) -> None:
        """Once the books have it, give what was posted its number and its buttons."""
        await self.books.paid(shown.id)
        for seconds in (0.0, *self.patience):
            await asyncio.sleep(seconds)
            try:
                request = await self.requests.get(shown.id)
                if request is not None and _holds(request, shown):
                    await delivery.renew(await self.result_of(request), posted)
            except Exception as problem:  # noqa: BLE001 - it is shown already; only its number and buttons are missing
                _log.warning("result without its number", request=shown.id, reason=repr(problem))
                if isinstance(problem, DeliveryError) and problem.permanent:
                    return
            else:
                return

    async def _remember(self, request_id: str, posted: Posted) -> None:
        """Not posted twice while this process runs, even if that cannot be written down now."""
        now = int(self.clock())
        try:
            await self.books.write(
                request_id,
                lambda: self.requests.delivered(
                    request_id,
                    now,
                    posted.channel_id,
                    posted.message_ids,
                    kept=posted.kept,
                    progress_left=posted.progress_left,
                ),
            )
        except Exception:  # noqa: BLE001 - the next start posts it again, if Discord does not know it any more
            _log.exception("posted, but not written down", request=request_id)

    async def result_of(self, request: Order) -> Result:
        """What became of a request, with the files that are kept."""
        files: list[tuple[Picture, bytes]] = []
        for job in request.jobs:
            if job.picture is not None and not job.picture.deleted:
                content = await self.blobs.get(job.picture.image.digest)
                if content is not None:
                    files.append((job.picture, content))
        files.sort(key=lambda file: file[0].number)
        told = await self._told(request)
        limits, hint = ((), None) if told is None else (told.limits, told.hint)
        return Result(request, tuple(files), limits, hint, self.books.trouble)

    async def _told(self, request: Order) -> VisibleLimits | None:
        """What the requester may know of their limits; None where the books cannot be read now."""
        try:
            return await self.accounts.told(request.requester, max((job.hold_nano for job in request.jobs), default=0))
        except DatabaseError as problem:
            self.books.note(problem)
            return None

    async def _tell(self, request: Order, delivery: Delivery) -> Posted:
        result = await self.result_of(request)
        if result.files or result.answers:
            return await delivery.done(result)
        sentences = [*result.failures, *discarded(result.request)] or [lost(result.request)]
        if any(job.state is ChargeState.UNKNOWN for job in request.jobs):
            sentences.append(UNSETTLED)
        return await delivery.failed(UserFacingError(joined("\n", sentences)))


def _holds(known: Order, seen: Order) -> bool:
    """Whether the books know every picture that was seen."""
    in_books = {job.id for job in known.jobs if job.picture is not None}
    return all(job.picture is None or job.id in in_books for job in seen.jobs)
