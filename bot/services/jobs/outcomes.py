"""How jobs end in the books: by a picture that came, by a failure, by a restart that lost track."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from bot.errors import HELD, DatabaseError, ImageFailure, OutcomeUnknownError, not_known
from bot.services.jobs.arrears import passes, persistently
from bot.services.jobs.provider import UnreadablePictureError
from bot.services.ledger import ChargeConflictError, ChargeState, Picture, Settlement
from bot.services.requests import StoredImage, Usage, pricing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.catalog import Catalog
    from bot.services.jobs.arrears import Arrears
    from bot.services.jobs.files import BufferedBlobs, PictureReceiver
    from bot.services.jobs.provider import FinishedImage
    from bot.services.ledger import Job, Ledger, Order

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
        clock: the time in seconds since 1970.
    """

    ledger: Ledger
    books: Arrears
    blobs: BufferedBlobs
    receiver: PictureReceiver
    catalog: Catalog
    clock: Callable[[], float] = time.time

    async def came(self, order: Order, job: Job, finished: FinishedImage, seconds: float) -> JobOutcome:
        """A picture came. Whatever fails on the way, it reaches its member, and is charged as well as is known."""
        try:
            settlement = await self._settlement(order, job, finished, seconds)
        except UnreadablePictureError as error:
            _log.error("result is no picture", job=job.id, reason=str(error), provider_request=finished.request_id)
            failure = unknown("the image API sent a file that is no picture", "unreadable")
            return JobOutcome(seconds, await self.failed(job, failure))
        now = self._now()
        try:
            picture = await self.books.write(job.request_id, lambda: self._settle(job, settlement, now))
        except Exception:  # noqa: BLE001 - whatever it was, the picture is there
            _log.exception("picture shown, but never booked", job=job.id)
            picture = None
        is_settled = picture is not None or self.books.owes(job.request_id)
        state = ChargeState.SETTLED if is_settled else ChargeState.UNKNOWN
        shown = picture or _unnumbered(job, settlement, seconds, now)
        return JobOutcome(seconds, replace(job, state=state, actual_nano=shown.cost_nano, picture=shown))

    async def _settle(self, job: Job, settlement: Settlement, now: int) -> Picture | None:
        """Settle at the cost, or at the hold where the books refuse the report; None if they take neither.

        Then the outcome is unknown to them, and is charged at the hold in its time.
        """
        at_hold = replace(settlement, cost_nano=job.hold_nano, usage=NOTHING_KNOWN, is_estimated=True)
        for each in (settlement, at_hold):
            try:
                return await self.ledger.settle(job.id, each, now)
            except ChargeConflictError:
                _log.exception("picture does not fit the books", job=job.id)
                return None
            except Exception as problem:
                if passes(problem):
                    raise
                _log.exception("picture not booked", job=job.id, cost=each.cost_nano)
        sentence = f"The picture came and was shown, but my books did not take it. {HELD}"
        await self.ledger.mark_unknown(job.id, sentence, "unbooked", now, now + UNKNOWN_DEADLINE)
        return None

    async def _settlement(self, order: Order, job: Job, finished: FinishedImage, seconds: float) -> Settlement:
        """How it is booked. The file is kept by then, on the disk or in memory, and nothing of ours can lose it.

        Raises:
            UnreadablePictureError: it is no picture.
        """
        received = await self.receiver.receive(finished.content, order.request)
        digest = await self.blobs.keep(received.content)
        cost, usage, is_estimated = self._cost(order, job, finished)
        if cost > job.hold_nano:
            _log.warning("cost above the hold: are the prices right?", job=job.id, cost=cost, hold=job.hold_nano)
        checked = received.checked
        image = StoredImage(digest, checked.media_type, checked.width, checked.height, len(received.content))
        return Settlement(cost, usage, image, seconds, finished.request_id, is_estimated, received.composed)

    def _cost(self, order: Order, job: Job, finished: FinishedImage) -> tuple[int, Usage, bool]:
        """What it cost, by which tokens, and whether those are our estimate."""
        try:
            reported = self._reported(order, job, finished)
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

    def _reported(self, order: Order, job: Job, finished: FinishedImage) -> tuple[int, Usage] | None:
        """The cost by the tokens that were reported; None unless they can be right."""
        usage = pricing.billed(self.catalog, order.request, finished.usage, finished.author)
        if usage is None:
            return None
        cost, model = pricing.cost(job.prices, usage), self.catalog.model(order.request.model)
        if pricing.is_plausible(model, order.request, usage, cost_nano=cost, hold_nano=job.hold_nano):
            return cost, usage
        _log.error("implausible usage reported", job=job.id, usage=usage)
        return None

    async def failed(self, job: Job, failure: ImageFailure) -> Job:
        """Free the hold or keep it, as the failure says; the job as it stands then."""
        _log.info("no picture", job=job.id, code=failure.code, charged=failure.charged, provider=failure.request_id)
        now, sentence, code = self._now(), failure.sentence, failure.code
        if failure.charged == "no":
            await self.books.write(job.request_id, lambda: self.ledger.release(job.id, sentence, code, now))
            return replace(job, state=ChargeState.RELEASED, failure=sentence)
        deadline = now + UNKNOWN_DEADLINE
        await self.books.write(job.request_id, lambda: self.ledger.mark_unknown(job.id, sentence, code, now, deadline))
        return replace(job, state=ChargeState.UNKNOWN, failure=sentence)

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
            f"I was restarted while this was made. Unless its picture stands here already, none will come. {HELD}",
            code="restart",
        )
        now = self._now()
        await persistently(
            lambda: self.ledger.mark_unknown(job.id, failure.sentence, failure.code, now, now + UNKNOWN_DEADLINE)
        )

    def _now(self) -> int:
        return int(self.clock())


def _unnumbered(job: Job, settlement: Settlement, seconds: float, now: int) -> Picture:
    """The picture as it is shown while the books cannot take it."""
    cost, composed = settlement.cost_nano, settlement.composed
    return Picture(0, job.id, settlement.image, cost, seconds, now, composed=composed)


def failure_of(problem: Exception, job: Job) -> ImageFailure:
    """What is known of a job that failed after it was sent."""
    if isinstance(problem, ImageFailure):
        return problem
    _log.error("job failed after dispatch", job=job.id, exc_info=problem)
    return unknown("something went wrong on my side", "internal")


def unknown(reason: str, code: str) -> OutcomeUnknownError:
    """A call that was sent, and of which nobody knows what came; `reason` as for `not_known`."""
    return OutcomeUnknownError(not_known(reason), code=code)
