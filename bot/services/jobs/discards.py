"""Pictures that are paid for and that nobody is to see: remembered over restarts, forgotten when they come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.gallery import FileHolds
    from bot.services.jobs.arrears import Arrears
    from bot.services.ledger import Notes, Order, Picture, Requests

DISCARDED = "discarded:"  # begins the name of a note; the request's id follows

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Discards:
    """Remembers, over restarts, of which requests nobody wants to see what comes, and forgets that once it is there."""

    notes: Notes
    requests: Requests
    file_holds: FileHolds
    books: Arrears
    clock: Callable[[], float]

    async def choose(self, request_id: str) -> None:
        """From now on, also after a restart."""
        await self.books.write(request_id, lambda: self.notes.put(f"{DISCARDED}{request_id}", "1"))

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
