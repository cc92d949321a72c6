"""What nobody wants any more: jobs that are taken back, and pictures that are paid for and that nobody is to see.

Both are remembered from the moment at which somebody is told so, whatever the books take just then.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from bot.services.ledger import ChargeConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.gallery import FileHolds
    from bot.services.jobs.arrears import Arrears
    from bot.services.ledger import Journal, Ledger, Notes, Order, Picture, Requests

DISCARDED = "discarded:"  # begins the name of a note; the request's id follows

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Discards:
    """Remembers, over restarts, of which requests nobody wants to see what comes, and forgets that once it is there.

    Attributes:
        journal: takes what was decided until the books have it.
    """

    notes: Notes
    journal: Journal
    requests: Requests
    file_holds: FileHolds
    books: Arrears
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
