"""The end of a request: what became of its jobs is told to those who wait, until somebody was told."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from bot.errors import UserFacingError
from bot.services.background import Background
from bot.services.booking import persistently
from bot.services.delivery import DeliveryError, Posted, Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.accounts import Accounts
    from bot.services.delivery import Delivery
    from bot.services.keeping import BlobStore, Requests
    from bot.services.ledger import OpenRequest, Picture, Requester

# Seconds between attempts to post a result while Discord cannot take it. After the last, the next start tries again.
PATIENCE = (15.0, 60.0, 300.0, 900.0, 3600.0)

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Answers:
    """Tells the outcome of requests whose jobs have all ended."""

    requests: Requests
    blobs: BlobStore
    accounts: Accounts
    clock: Callable[[], float] = time.time
    patience: tuple[float, ...] = PATIENCE
    ended: Callable[[Requester], None] | None = None  # told of whoever's request has ended
    _background: Background = field(default_factory=Background)

    async def answer(self, request_id: str, delivery: Delivery) -> None:
        """Post the outcome; if Discord cannot take it now, go on trying in the background."""
        if not await self._attempt(request_id, delivery):
            self._background.begin(self._insist(request_id, delivery), f"answer {request_id}")

    async def close(self) -> None:
        """Stop trying; what is not answered stays kept for the next start."""
        await self._background.close()

    async def _insist(self, request_id: str, delivery: Delivery) -> None:
        for seconds in self.patience:
            await asyncio.sleep(seconds)
            if await self._attempt(request_id, delivery):
                return
        _log.error("result not posted, kept for the next start", request=request_id)

    async def _attempt(self, request_id: str, delivery: Delivery) -> bool:
        """Try once; True when there is nothing left to do."""
        try:
            request = await self.requests.get(request_id)
            if request is None or request.delivered_at is not None:
                return True
            posted = await self._post(request, delivery)
        except Exception:  # noqa: BLE001 - whatever it was, the result is kept and tried again
            _log.exception("result not posted", request=request_id)
            return False
        if posted is None:
            return False
        await self._remember(request_id, posted)
        if self.ended is not None:
            self.ended(request.requester)
        return True

    async def _post(self, request: OpenRequest, delivery: Delivery) -> Posted | None:
        """None if it is to be tried again."""
        try:
            return await self._tell(request, delivery)
        except DeliveryError as error:
            _log.warning("result not posted", request=request.id, reason=str(error), permanent=error.permanent)
            return Posted() if error.permanent else None

    async def _remember(self, request_id: str, posted: Posted) -> None:
        """Not posted twice while this process runs, even if that cannot be written down."""
        now = int(self.clock())
        try:
            await persistently(lambda: self.requests.delivered(request_id, now, posted.channel_id, posted.message_ids))
        except Exception:  # noqa: BLE001 - the next start posts it again, if Discord does not know it any more
            _log.exception("posted, but not written down", request=request_id)

    async def result_of(self, request: OpenRequest) -> Result:
        """What became of a request, with the files that are kept."""
        files: list[tuple[Picture, bytes]] = []
        for job in request.jobs:
            if job.picture is not None and not job.picture.deleted:
                content = await self.blobs.get(job.picture.image.digest)
                if content is not None:
                    files.append((job.picture, content))
        files.sort(key=lambda file: file[0].number)
        told = await self.accounts.told(request.requester, max((job.hold_nano for job in request.jobs), default=0))
        return Result(request, tuple(files), told.limits, told.hint)

    async def _tell(self, request: OpenRequest, delivery: Delivery) -> Posted:
        result = await self.result_of(request)
        if result.files:
            return await delivery.done(result)
        await delivery.failed(UserFacingError("\n".join(result.failures) or "The picture is gone from my store."))
        return Posted()
