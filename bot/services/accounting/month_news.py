"""The report of a month that is over, told to a server's leads once, at the beginning of the next."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.services.accounting.report import MonthlyReport
from bot.services.accounting.sums import Grouping
from bot.services.background import Background
from bot.services.calendar import Month

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.services.accounting.report import Books
    from bot.services.ledger import Notes
    from bot.services.policy import Policies

TOLD = "month_told:"  # begins the key under which the last month is kept that a server was told of
STALE = 7 * 24 * 3600  # seconds after its end from which a month is no news
HOURLY = 3600.0  # seconds between two looks

_log = structlog.stdlib.get_logger(__name__)


class MonthSpeaker(Protocol):
    """Tells the leads of a server."""

    async def __call__(self, server_id: int, channel_id: int, month: MonthlyReport, /) -> bool:
        """Post to a log channel; False if that is not possible now. Never raises."""
        ...


@dataclass
class MonthNews:
    """Looks every hour whether a month has ended somewhere.

    Attributes:
        clock: seconds since 1970 (UTC).
        speaker: set when the bot can speak.
        servers: the ids of those that the bot serves now; set with it.
    """

    books: Books
    policies: Policies
    notes: Notes
    clock: Callable[[], float]
    speaker: MonthSpeaker | None = None
    servers: Callable[[], Iterable[int]] = tuple
    _background: Background = field(default_factory=Background)
    _has_begun: bool = False

    def begin(self) -> None:
        """Look now and every hour, beside everything else; once, however often Discord says that it is ready."""
        if self._has_begun:
            return
        self._has_begun = True
        self._background.begin(self._again_and_again(), "news of the month")

    async def close(self) -> None:
        """Stop; what was not told is told after the next start, while it is news."""
        await self._background.close()

    async def tell(self, server_id: int) -> None:
        """Tell a server of its last month, if it is news there: once, and only where anything was asked for.

        Raises:
            DatabaseError: the books could not be read or written.
        """
        policy, now = await self.policies.of(server_id), int(self.clock())
        begun_at, _ = Month.holding(now, policy.time_zone).edges(policy.time_zone)
        if self.speaker is None or policy.log_channel_id is None or now - begun_at > STALE:
            return
        month = Month.holding(begun_at - 1, policy.time_zone)
        key = f"{TOLD}{server_id}"
        if await self.notes.get(key) == str(month):
            return
        report = await self.books.report(server_id, month, policy.time_zone, by=Grouping.MEMBER)
        told = MonthlyReport(month, policy.time_zone, report)
        if not report.sums.job_count or await self.speaker(server_id, policy.log_channel_id, told):
            await self.notes.put(key, str(month))

    async def _again_and_again(self) -> None:
        while True:
            for server_id in tuple(self.servers()):
                try:
                    await self.tell(server_id)
                except Exception:  # noqa: BLE001 - the next look tries again
                    _log.exception("month not told", server=server_id)
            await asyncio.sleep(HOURLY)
