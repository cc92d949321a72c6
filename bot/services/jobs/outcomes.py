"""How jobs end in the books: by a picture that came, by a failure, by a lost track; and what is told of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import structlog

from bot.errors import HELD, DatabaseError, ImageFailure, OutcomeUnknownError, PromptBlockedError, not_known
from bot.language import phrase, plural
from bot.services.catalog import Usage
from bot.services.jobs.pending_writes import passes, persistently
from bot.services.jobs.provider import FinishedImage, UnreadablePictureError
from bot.services.ledger import ChargeConflictError, ChargeState, Picture, Settlement, TurnAnswer, WordsSettlement
from bot.services.requests import CANNOT, StoredImage, after_bound, format_usd, pricing, turn_usage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.services.catalog import Catalog
    from bot.services.jobs.files import BufferedBlobs, PictureReceiver
    from bot.services.jobs.pending_writes import PendingWrites
    from bot.services.jobs.provider import Reply
    from bot.services.ledger import Job, Ledger, Notes, Order
    from bot.services.requests import ImageRequest

T = TypeVar("T")

QUOTES = '"“”„«»'  # that models like to put around a prompt
DECLINED = phrase("The model would rather not do this. Say it in other words.")
CUT = phrase("The model did not come to the end of it, so this is a part only. Try again, or say less.")
CUT_OFF = phrase("The model did not come to an end, and wrote nothing. Try again, or say less.")
SILENT = phrase("The model said nothing. Try again, or say it in other words.")
UNSETTLED = phrase("A lead can settle what is held (/quota resolve). Trying again is charged anew.")
WHY_NO_WORDS = {str(why): why for why in (DECLINED, CUT, CUT_OFF, SILENT)}  # as they are kept, and to be translated
NAMED = "blocked:"  # begins the name of a note: to what a safety check said no; the request's id follows
UNKNOWN_DEADLINE = 72 * 3600  # seconds until an unknown outcome is charged at its hold
NOTHING_KNOWN = Usage(text_input=0, image_input=0, image_output=0)  # of tokens, where even our estimate fails

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class JobOutcome:
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


@dataclass(frozen=True)
class Outcomes:
    """Books how jobs end.

    Attributes:
        books: writes it; what it cannot write now, it owes.
        blobs: keeps the file.
        receiver: takes in the finished file.
        notes: keep to what a safety check said no, for who asked.
        clock: the time in seconds since 1970.
    """

    ledger: Ledger
    books: PendingWrites
    blobs: BufferedBlobs
    receiver: PictureReceiver
    catalog: Catalog
    notes: Notes
    clock: Callable[[], float] = time.time

    async def came(
        self, order: Order, job: Job, finished: FinishedImage, seconds: float, reply: Reply | None = None
    ) -> JobOutcome:
        """A picture came. Whatever fails on the way, it reaches its member, and is charged as well as is known.

        `reply` is that in which it came, if it was a turn of a conversation.
        """
        try:
            settlement = await self._settlement(order, job, finished, seconds, reply)
        except UnreadablePictureError as error:
            _log.error("result is no picture", job=job.id, reason=str(error), provider_request=finished.request_id)
            failure = unknown(phrase("the image API sent a file that is no picture"), "unreadable")
            return JobOutcome(seconds, await self.failed(job, failure))
        now = self._now()
        try:
            at_hold = replace(settlement, cost_nano=job.hold_nano, usage=NOTHING_KNOWN, is_estimated=True)
            tries = [partial(self.ledger.settle, job.id, each, now) for each in (settlement, at_hold)]
            picture = await self.books.write(job.request_id, lambda: self._settle(job, tries, now))
        except Exception:  # noqa: BLE001 - whatever it was, the picture is there
            _log.exception("picture shown, but never booked", job=job.id)
            picture = None
        is_settled = picture is not None or self.books.owes(job.request_id)
        state = ChargeState.SETTLED if is_settled else ChargeState.UNKNOWN
        shown = picture or _unnumbered(job, settlement, seconds, now)
        ended = replace(job, state=state, actual_nano=shown.cost_nano, picture=shown, answer=settlement.answer)
        return JobOutcome(seconds, ended)

    async def replied(self, order: Order, job: Job, reply: Reply, seconds: float) -> JobOutcome:
        """A turn of a conversation was answered, with a picture or in words alone; as `came`."""
        if reply.pictures:
            finished = FinishedImage(reply.pictures[0].content, None, reply.request_id)
            return await self.came(order, job, finished, seconds, reply)
        await self._note(job.request_id, reply.named)
        cost, usage, is_estimated = self._cost(order, job, reply)
        answer, now = answer_of(order.request, reply), self._now()
        settlement = WordsSettlement(cost, usage, answer, reply.request_id, is_estimated)
        try:
            at_hold = replace(settlement, cost_nano=job.hold_nano, usage=NOTHING_KNOWN, is_estimated=True)
            tries = [partial(self._settle_words, job, each, now) for each in (settlement, at_hold)]
            booked = await self.books.write(job.request_id, lambda: self._settle(job, tries, now))
        except Exception:  # noqa: BLE001 - whatever it was, the words are there
            _log.exception("words told, but never booked", job=job.id)
            booked = None
        is_settled = booked is not None or self.books.owes(job.request_id)
        state = ChargeState.SETTLED if is_settled else ChargeState.UNKNOWN
        return JobOutcome(seconds, replace(job, state=state, actual_nano=cost, answer=answer))

    async def _settle_words(self, job: Job, settlement: WordsSettlement, now: int) -> bool:
        await self.ledger.settle_words(job.id, settlement, now)
        return True

    async def _settle(self, job: Job, tries: Sequence[Callable[[], Awaitable[T]]], now: int) -> T | None:
        """Settle at the cost, or at the hold where the books refuse the report; None if they take neither.

        Then the outcome is unknown to them, and is charged at the hold in its time.
        """
        for settle in tries:
            try:
                return await settle()
            except ChargeConflictError:
                _log.exception("what came does not fit the books", job=job.id)
                return None
            except Exception as problem:
                if passes(problem):
                    raise
                _log.exception("what came is not booked", job=job.id)
        sentence = phrase("The picture came and was shown, but my books did not take it. {held}", held=HELD)
        await self.ledger.mark_unknown(job.id, sentence, "unbooked", now, now + UNKNOWN_DEADLINE)
        return None

    async def _settlement(
        self, order: Order, job: Job, finished: FinishedImage, seconds: float, reply: Reply | None
    ) -> Settlement:
        """How it is booked. The file is kept by then, on the disk or in memory, and nothing of ours can lose it.

        Raises:
            UnreadablePictureError: it is no picture.
        """
        received = await self.receiver.receive(finished.content, order.request)
        digest = await self.blobs.keep(received.content)
        cost, usage, is_estimated = self._cost(order, job, reply or finished)
        if cost > job.hold_nano:
            _log.warning("cost above the hold: are the prices right?", job=job.id, cost=cost, hold=job.hold_nano)
        checked = received.checked
        image = StoredImage(digest, checked.media_type, checked.width, checked.height, len(received.content))
        answer = None if reply is None else answer_of(order.request, reply)
        return Settlement(cost, usage, image, seconds, finished.request_id, is_estimated, received.composed, answer)

    def _cost(self, order: Order, job: Job, came: FinishedImage | Reply) -> tuple[int, Usage, bool]:
        """What it cost, by which tokens, and whether those are our estimate."""
        try:
            reported = self._reported(order, job, came)
        except Exception:  # noqa: BLE001 - whatever it was, the picture is there and paid for
            _log.exception("cost not found out", job=job.id)
            reported = None
        if reported is not None:
            return *reported, False
        _log.warning("no usage known, charged at the hold", job=job.id)
        try:
            usage = pricing.estimate(self.catalog.model(order.request.model), order.request).usage
        except Exception:  # noqa: BLE001 - the same
            _log.exception("usage not estimated", job=job.id)
            usage = NOTHING_KNOWN
        return job.hold_nano, usage, True

    def _reported(self, order: Order, job: Job, came: FinishedImage | Reply) -> tuple[int, Usage] | None:
        """The cost by the tokens that were reported; None unless they can be right."""
        model, request = self.catalog.model(order.request.model), order.request
        if isinstance(came, FinishedImage):
            usage = pricing.billed(self.catalog, request, came.usage, came.author)
        else:
            usage = turn_usage(model, request, came.main, came.tool, len(came.pictures))
        if usage is None:
            return None
        cost = pricing.cost(job.prices, usage)
        if isinstance(came, FinishedImage):
            is_plausible = pricing.is_plausible(model, request, usage, cost_nano=cost, hold_nano=job.hold_nano)
        else:
            is_plausible = cost <= pricing.MOST_HOLDS * max(job.hold_nano, 1)
        if is_plausible:
            return cost, usage
        _log.error("implausible usage reported", job=job.id, usage=usage)
        return None

    async def failed(self, job: Job, failure: ImageFailure) -> Job:
        """Free the hold or keep it, as the failure says; the job as it stands then."""
        _log.info("no picture", job=job.id, code=failure.code, charged=failure.charged, provider=failure.request_id)
        if isinstance(failure, PromptBlockedError):
            await self._note(job.request_id, failure.named)
        now, sentence, code = self._now(), failure.sentence, failure.code
        if failure.charged == "no":
            await self.books.write(job.request_id, lambda: self.ledger.release(job.id, sentence, code, now))
            return replace(job, state=ChargeState.RELEASED, failure=sentence)
        deadline = now + UNKNOWN_DEADLINE
        await self.books.write(job.request_id, lambda: self.ledger.mark_unknown(job.id, sentence, code, now, deadline))
        return replace(job, state=ChargeState.UNKNOWN, failure=sentence)

    async def _note(self, request_id: str, named: tuple[str, ...]) -> None:
        if not named:
            return
        try:
            await self.notes.put(f"{NAMED}{request_id}", ", ".join(named))
        except DatabaseError as problem:  # the member hears all but this
            self.books.note(problem)

    async def did_not_start(self, job: Job, code: str) -> bool:
        """Let a job wait again whose call certainly did not start; False if it has to end now."""
        _log.info("call not started, the job waits again", job=job.id, code=code)
        try:
            await self.ledger.retract(job.id, code, self._now())
        except DatabaseError as problem:
            self.books.note(problem)
            return False
        return True

    async def lost_track(self, job: Job) -> None:
        """A restart cut the call of a dispatched job: nobody knows what became of it.

        Its picture may have come, and been shown, while nothing could be written.

        Raises:
            DatabaseError: that cannot be written.
        """
        failure = OutcomeUnknownError(
            phrase(
                "I was restarted while this was made. Unless its picture stands here already, none will come. {held}",
                held=HELD,
            ),
            code="restart",
        )
        now = self._now()
        await persistently(
            lambda: self.ledger.mark_unknown(job.id, failure.sentence, failure.code, now, now + UNKNOWN_DEADLINE)
        )

    def _now(self) -> int:
        return int(self.clock())


def answer_of(request: ImageRequest, reply: Reply) -> TurnAnswer:
    """What is kept of a reply to a turn. Raises ValueError for a request that is none."""
    talk = request.talk
    if talk is None:
        raise ValueError("a request without a talk was answered in a conversation")
    if request.is_wording:
        return _wording_of(reply)
    context = after_bound(request, talk)
    if reply.main is not None:  # every pass over the context is counted there, and what was written follows it
        context = min(context, reply.main.input + reply.main.output)
    return TurnAnswer(
        reply.response_id if talk.is_stored else None,
        reply.words,
        reply.pictures[0].revised_prompt if reply.pictures else "",
        reply.refusal or "",
        context,
        talk.context_pictures + len(request.references) - talk.kept_inputs + len(reply.pictures),
    )


def _wording_of(reply: Reply) -> TurnAnswer:
    """What is kept of words about a prompt: those, or why there are none, or only a part of them."""
    words = reply.words.strip()
    says_no = reply.is_declined or words.startswith(CANNOT)
    words = words.removeprefix(CANNOT).strip().strip(QUOTES)
    missing = CUT_OFF if reply.is_cut else SILENT
    why = DECLINED if says_no else missing if not words else CUT if reply.is_cut else ""
    return TurnAnswer(None, words, refusal=reply.refusal or why)


def _unnumbered(job: Job, settlement: Settlement, seconds: float, now: int) -> Picture:
    """The picture as it is shown while the books cannot take it."""
    cost, composed = settlement.cost_nano, settlement.composed
    return Picture(0, job.id, settlement.image, cost, seconds, now, composed=composed)


def failure_of(problem: Exception, job: Job) -> ImageFailure:
    """What is known of a job that failed after it was sent."""
    if isinstance(problem, ImageFailure):
        return problem
    _log.error("job failed after dispatch", job=job.id, exc_info=problem)
    return unknown(phrase("something went wrong on my side"), "internal")


def unknown(reason: str, code: str) -> OutcomeUnknownError:
    """A call that was sent, and of which nobody knows what came; `reason` as for `not_known`."""
    return OutcomeUnknownError(not_known(reason), code=code)


def discarded(order: Order) -> list[str]:
    """What was made, and deleted before anybody was shown it."""
    gone = [job.picture for job in order.jobs if job.picture is not None and job.picture.deleted]
    if not gone:
        return []
    told = plural(
        "The picture was made and discarded before it was shown. What it cost stays charged: {cost}.",
        "{count} pictures were made and discarded before they were shown. What they cost stays charged: {cost}.",
        len(gone),
        cost=format_usd(order.cost_nano),
    )
    return [told]


def lost(order: Order) -> str:
    """Why there is nothing to show of a request that failed in nothing."""
    return phrase(
        "The picture was made and cost {cost}, but I have lost its file: "
        "I was stopped before I could write it to my disk, or somebody has taken it from there.",
        cost=format_usd(order.cost_nano),
    )
