"""What a member has used: of each limit at this moment, and day by day in a month of their server's calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.errors import UserFacingError
from bot.language import phrase
from bot.services.calendar import Month, Window
from bot.services.text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from bot.services.ledger import LimitStatus
    from bot.services.policy import Balance, Block, Pause, Requester
    from bot.services.quotas.accounts import Accounts, BudgetHint

EVER = (0, 2**62)  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Span:
    """What a member's counter of one window holds, from `start_at` until `end_at` (seconds since 1970, UTC)."""

    start_at: int
    end_at: int
    balance: Balance


class UseRecords(Protocol):
    """Reads what is counted of one member. Corrections by leads are in it, for they move the same counters."""

    async def spans(
        self, server_id: int, user_id: int, window: Window, between: tuple[int, int] = EVER
    ) -> Sequence[Span]:
        """The counters that hold anything and share any second with `between`, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class DayUse:
    """What a member used on one day, held for open jobs or settled: nano-dollars and pictures."""

    nano: int = 0
    images: int = 0


@dataclass(frozen=True, slots=True)
class MonthUse:
    """What one member used in one month.

    Attributes:
        days: one for each day of the month, in order.
        held: what of that is held for jobs that have not ended.
        limits: what is used of each limit now, as far as they may know it; None for a month that is over.
        hint: how the installation's budget stands now, where its figures are not for them.
        block: why they make nothing now.
        pause: why nobody makes anything here now.
    """

    month: Month
    days: tuple[DayUse, ...]
    held: DayUse
    limits: tuple[LimitStatus, ...] | None
    hint: BudgetHint | None = None
    block: Block | None = None
    pause: Pause | None = None

    @property
    def total(self) -> DayUse:
        """All days together."""
        return DayUse(sum(day.nano for day in self.days), sum(day.images for day in self.days))


@dataclass(frozen=True)
class UsageDesk:
    """Tells members what they used, each only of themselves."""

    accounts: Accounts
    records: UseRecords

    async def of(self, requester: Requester, month: str | None = None) -> MonthUse:
        """What `requester` used in `month`, as ``YYYY-MM``, or in this one.

        Raises:
            UserFacingError: it is not a month, has not begun, or they made nothing in it.
        """
        terms = await self.accounts.terms(requester)
        zone = terms.policy.time_zone
        current = Month.holding(terms.at, zone)
        wanted = current if month is None else _typed(month, current)
        if wanted > current:
            raise UserFacingError(phrase("{month} has not begun. Leave the month out for this one.", month=wanted.name))
        if wanted == current:
            told = await self.accounts.told(requester)
            return replace(
                await self._read(requester, wanted, zone),
                limits=told.limits,
                hint=told.hint,
                block=terms.policy.block_of(requester.user_id),
                pause=terms.policy.pause,
            )
        if wanted not in await self.months(requester):
            nothing = phrase("You made nothing here in {month}. Leave the month out for this one.", month=wanted.name)
            raise UserFacingError(nothing)
        return await self._read(requester, wanted, zone)

    async def months(self, requester: Requester) -> tuple[Month, ...]:
        """The months in which `requester` made something, newest first."""
        policy = await self.accounts.policies.of(requester.server_id)
        spans = await self.records.spans(requester.server_id, requester.user_id, Window.MONTH)
        return tuple(sorted({Month.holding(_middle(span), policy.time_zone) for span in spans}, reverse=True))

    async def _read(self, requester: Requester, month: Month, zone: ZoneInfo) -> MonthUse:
        edges = month.edges(zone)
        spans = await self.records.spans(requester.server_id, requester.user_id, Window.DAY, edges)
        days = [DayUse()] * month.days
        held = DayUse()
        for span in spans:
            # A day of another zone, from before the server moved, counts where most of it is.
            if edges[0] <= (middle := _middle(span)) < edges[1]:
                place = datetime.fromtimestamp(middle, zone).day - 1
                balance = span.balance
                days[place] = DayUse(
                    days[place].nano + balance.settled_nano + balance.held_nano,
                    days[place].images + balance.settled_images + balance.held_images,
                )
                held = DayUse(held.nano + balance.held_nano, held.images + balance.held_images)
        return MonthUse(month, tuple(days), held, None)


def _typed(text: str, present: Month) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        raise UserFacingError(
            phrase(
                "{what} is not a month. Write it like {month}, or choose one from the list.",
                what=quoted(text),
                month=str(present),
            )
        ) from None


def _middle(span: Span) -> int:
    return (span.start_at + span.end_at) // 2
