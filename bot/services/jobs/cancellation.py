"""Cancelling a request: free for what is not sent; what the image API has is paid for, and is kept or discarded."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from bot.errors import NotYoursError, RequestRefused
from bot.language import phrase, plural
from bot.services.jobs.live_requests import Withdrawal
from bot.services.ledger import ChargeConflictError, ChargeState
from bot.services.policy import Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.gallery import FileHolds
    from bot.services.jobs.job_runner import JobRunner
    from bot.services.jobs.pending_writes import PendingWrites
    from bot.services.ledger import Journal, Ledger, Notes, Order, Picture, Requests
    from bot.services.policy import Audit

DISCARDED = "discarded:"  # begins the name of a note; the request's id follows

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Canceller:
    """Who presses, and where.

    Attributes:
        server_id: 0 in direct messages.
        moderates: they may delete other people's messages there.
    """

    user_id: int
    server_id: int
    moderates: bool


@dataclass(frozen=True)
class Cancellations:
    """Lets who asked for pictures, and who moderates there, cancel them."""

    job_runner: JobRunner
    discards: Discards
    audit: Audit

    async def cancel(self, request_id: str, canceller: Canceller) -> Withdrawal:
        """Take back what was not sent, now; what was sent goes on.

        Raises:
            NotYoursError: they may not.
            RequestRefused: there is no such request.
        """
        order = await self._order(request_id, canceller)
        why = _why(order, canceller)
        withdrawal = self.job_runner.withdraw(request_id, why)
        if withdrawal is None:
            withdrawal = self._forestall(order, why)
        withdrawal = replace(withdrawal, of_words=order.request.is_wording)
        if withdrawal.free:
            await self.discards.taken_back(withdrawal.jobs, why)
            await self._write_down(order, canceller, "picture cancel", withdrawal.free, phrase("cancelled"))
        return withdrawal

    async def discard(self, request_id: str, canceller: Canceller) -> bool:
        """Show nobody what was sent, and forget it when it comes; False if it is there, or has failed.

        Raises:
            NotYoursError: they may not.
            RequestRefused: there is no such request.
        """
        order = await self._order(request_id, canceller)
        if not self.job_runner.discard(request_id, _why(order, canceller)):
            return False
        await self.discards.choose(request_id)
        await self._write_down(order, canceller, "picture discard", order.request.count, phrase("discarded"))
        return True

    async def keep(self, request_id: str, canceller: Canceller) -> bool:
        """Let all go on as if nothing had been pressed; False if it was discarded.

        Raises:
            NotYoursError: they may not.
            RequestRefused: there is no such request.
        """
        await self._order(request_id, canceller)
        return not await self.discards.is_chosen(request_id)

    async def _order(self, request_id: str, canceller: Canceller) -> Order:
        order = await self.discards.requests.get(request_id)
        if order is None:
            raise RequestRefused(phrase("I do not know this request any more."))
        is_own = order.requester.user_id == canceller.user_id
        if not is_own and not (canceller.moderates and order.requester.server_id == canceller.server_id):
            raise NotYoursError(phrase("Only the member who asked for this picture, or a moderator, can cancel it."))
        return order

    def _forestall(self, order: Order, why: str) -> Withdrawal:
        """It is not in line: it is about to be, as it is being accepted or we have just started; or it has ended."""
        reserved = tuple(job.id for job in order.jobs if job.state is ChargeState.RESERVED)
        if order.delivered_at is None and reserved:
            self.job_runner.forestall(order.id, why)
            return Withdrawal(free=len(reserved), jobs=reserved)
        return Withdrawal()

    async def _write_down(self, order: Order, canceller: Canceller, action: str, count: int, after: str) -> None:
        """Keep who cancelled whose pictures."""
        if canceller.user_id == order.requester.user_id:
            return
        at, who = int(self.discards.clock()), f"<@{order.requester.user_id}>"
        subject = plural("a picture of {who}", "{count} pictures of {who}", count, who=who)
        decision = Decision(canceller.user_id, at, action, subject, phrase("asked for"), after)
        await self.discards.books.write(order.id, lambda: self.audit.record(order.requester.server_id, decision))


def _why(order: Order, canceller: Canceller) -> str:
    if canceller.user_id == order.requester.user_id:
        return phrase("Cancelled before the image API had it. Nothing was charged.")
    return phrase("Cancelled by {who} before the image API had it. Nothing was charged.", who=f"<@{canceller.user_id}>")


@dataclass(frozen=True)
class Discards:
    """Remembers, over restarts, what nobody wants any more: jobs that are taken back, and pictures that are paid for.

    From the moment at which somebody is told so, whatever the books take just then; until what comes is forgotten.

    Attributes:
        journal: takes what was decided until the books have it.
    """

    notes: Notes
    journal: Journal
    requests: Requests
    file_holds: FileHolds
    books: PendingWrites
    clock: Callable[[], float]

    async def choose(self, request_id: str) -> None:
        """From now on, also after a restart."""
        await self._put_down({"discard": request_id})
        await self.books.write(request_id, lambda: self.notes.put(f"{DISCARDED}{request_id}", "1"))

    async def taken_back(self, jobs: Sequence[str], why: str) -> None:
        """These jobs, by id, are not made: their release is being written, and may be owed for a while."""
        await self._put_down({"jobs": jobs, "why": why})

    async def catch_up(self, ledger: Ledger) -> None:
        """At a start: write into the books what an earlier process may have owed them."""
        lines = await self.journal.entries()
        for line in lines:
            try:
                entry: dict[str, Any] = json.loads(line)
            except ValueError:  # what a power cut may leave; nobody else is kept from starting
                _log.warning("a line of the journal is damaged, and left out")
                continue
            for job_id in entry.get("jobs", ()):
                with suppress(ChargeConflictError):  # of a database that was restored, say
                    await ledger.release(job_id, entry["why"], "cancelled", int(self.clock()))
            if "discard" in entry:
                await self.notes.put(f"{DISCARDED}{entry['discard']}", "1")
        if lines:
            await self.journal.clear()

    async def _put_down(self, entry: dict[str, object]) -> None:
        try:
            await self.journal.add(json.dumps(entry))
        except OSError:
            _log.exception("not in the journal; lost if the books cannot be written before the end", **entry)

    async def is_chosen(self, request_id: str) -> bool:
        """Whether it was chosen."""
        return await self.notes.get(f"{DISCARDED}{request_id}") is not None

    async def carry_out(self, order: Order) -> Order:
        """Forget the pictures of a request, which stay charged; the request as it is then. Never raises."""
        now = int(self.clock())
        try:
            unused = await self.books.write(order.id, lambda: self.requests.delete_pictures(order.id, now))
            files = {picture.image.digest for picture in order.pictures}
            await self.file_holds.forget(files.intersection(unused or ()))  # else a sweep finds them
        except Exception:  # noqa: BLE001 - whatever it was, somebody waits to be told
            _log.exception("not forgotten what was discarded", request=order.id)
        jobs = (job if job.picture is None else replace(job, picture=_deleted(job.picture)) for job in order.jobs)
        return replace(order, jobs=tuple(jobs))


def _deleted(picture: Picture) -> Picture:
    return replace(picture, deleted=True)
