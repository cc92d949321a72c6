"""Warnings that a budget is nearly or wholly used: once per window and level, told where the leads look."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.services.background import Background
from bot.services.policy import Scope, bucket_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.errors import Shortfall
    from bot.services.calendar import Window
    from bot.services.ledger import LimitStatus
    from bot.services.policy import Limit, Metric, Requester
    from bot.services.quotas.accounts import Accounts, Terms

NEARLY, WHOLLY = 80, 100  # per cent
SHORT = 99  # stands for: nearly used up, and a request was refused for it, though smaller ones still pass
WATCHED = frozenset({Scope.INSTALLATION, Scope.SERVER, Scope.CHANNEL, Scope.ROLE})  # members see their own allowances

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Alert:
    """That a budget has reached a level in a window.

    Attributes:
        server_id: whose leads are told.
        level: `NEARLY`, `SHORT` or `WHOLLY`.
        name: the budget's name as a person says it.
        used: what was used then, in the metric's unit; for `SHORT` and `WHOLLY` with what was held.
        maximum: the budget then, in the same unit. A budget that is raised has alerts of its own again.
        start_at: when the window begins, in seconds since 1970 (UTC).
        end_at: when it ends.
    """

    server_id: int
    scope: Scope
    scope_id: int
    metric: Metric
    window: Window
    start_at: int
    end_at: int
    level: int
    name: str
    used: int
    maximum: int


class Alerts(Protocol):
    """Keeps which alerts were raised and posted."""

    async def add(self, alerts: Sequence[Alert], at: int) -> None:
        """Keep those that were not raised before in their window."""
        ...

    async def unposted(self, server_id: int, at: int) -> Sequence[Alert]:
        """Those of windows that last still and that nobody was told of, lowest level first."""
        ...

    async def servers_waiting(self, at: int) -> Sequence[int]:
        """The servers that have any such."""
        ...

    async def posted(self, alert: Alert, at: int) -> None:
        """It was told."""
        ...


class AlertSink(Protocol):
    """Tells the leads of a server."""

    async def __call__(self, channel_id: int, alert: Alert, /) -> bool:
        """Post to a log channel; False if that is not possible now. Never raises."""
        ...


class BudgetAlerts:
    """Looks at budgets after whatever changes them, and tells each level once.

    Attributes:
        speaker: set when the bot can speak; what is raised before is told then.
    """

    def __init__(self, accounts: Accounts, alerts: Alerts, clock: Callable[[], float] = time.time) -> None:
        self.speaker: AlertSink | None = None
        self._accounts = accounts
        self._alerts = alerts
        self._clock = clock
        self._speaking: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)  # no alert twice
        self._background = Background()

    def request_ended(self, requester: Requester) -> None:
        """`look` in the background."""
        self._background.begin(self.look(requester), "alerts")

    def request_refused(self, requester: Requester, shortfall: Shortfall) -> None:
        """`refused` in the background: the member's answer does not wait for it."""
        self._background.begin(self.refused(requester, shortfall), "alerts")

    def tell_soon(self) -> None:
        """`tell_all` in the background."""
        self._background.begin(self.tell_all(), "alerts")

    async def close(self) -> None:
        """Stop; what was raised and not told is told after the next start."""
        await self._background.close()

    async def look(self, requester: Requester) -> None:
        """After a request of this member has ended. Never raises: nobody's picture waits for an alert."""
        try:
            terms = await self._accounts.terms(requester)
            watched = tuple(limit for limit in terms.limits if limit.scope in WATCHED)
            statuses = await self._accounts.ledger.limit_status(watched, terms.buckets, terms.at)
            await self._raise_and_tell(
                requester.server_id,
                [
                    _alert(requester.server_id, terms, status.limit, status.used - status.held, level)
                    for status in statuses
                    if (level := _level(status.used - status.held, status.limit.maximum)) is not None
                ],
            )
        except Exception:  # noqa: BLE001 - the books are kept; only nobody is told
            _log.exception("budgets not looked at", server=requester.server_id)

    async def refused(self, requester: Requester, shortfall: Shortfall) -> None:
        """After a request was refused for a limit: leads hear of a budget that is nearly used up, or wholly."""
        if shortfall.scope not in WATCHED:
            return
        try:
            terms = await self._accounts.terms(requester)
            limits = [limit for limit in terms.limits if _is_meant(limit, shortfall)]
            statuses = await self._accounts.ledger.limit_status(limits, terms.buckets, terms.at)
            await self._raise_and_tell(
                requester.server_id,
                [
                    _alert(requester.server_id, terms, status.limit, status.used, _refused_level(status))
                    for status in statuses
                    if (status.used - status.held) * 100 >= NEARLY * status.limit.maximum
                ],
            )
        except Exception:  # noqa: BLE001 - as above
            _log.exception("refusal not watched", server=requester.server_id)

    async def tell_all(self) -> None:
        """Tell what could not be told when it was raised. Never raises."""
        try:
            for server_id in await self._alerts.servers_waiting(int(self._clock())):
                await self.tell(server_id)
        except Exception:  # noqa: BLE001 - the next round tries again
            _log.exception("alerts not told")

    async def tell(self, server_id: int) -> None:
        """Tell the leads of a server what they have not been told, if they have a log channel."""
        channel_id = (await self._accounts.policies.of(server_id)).log_channel_id
        if self.speaker is None or channel_id is None:
            return
        async with self._speaking[server_id]:
            now = int(self._clock())
            for alert in await self._alerts.unposted(server_id, now):
                if not await self.speaker(channel_id, alert):
                    return
                await self._alerts.posted(alert, now)

    async def _raise_and_tell(self, server_id: int, alerts: Sequence[Alert]) -> None:
        if not alerts:
            return
        await self._alerts.add(alerts, int(self._clock()))
        await self.tell(server_id)


def _level(spent: int, maximum: int) -> int | None:
    """The level that is reached. What is held may be given back, and nothing is reached before something is spent."""
    if not spent or spent * 100 < NEARLY * maximum:
        return None
    return WHOLLY if spent >= maximum else NEARLY


def _refused_level(status: LimitStatus) -> int:
    return WHOLLY if status.used >= status.limit.maximum else SHORT


def _is_meant(limit: Limit, shortfall: Shortfall) -> bool:
    named = (shortfall.scope, shortfall.scope_id, shortfall.metric, shortfall.window)
    return (limit.scope, limit.scope_id, limit.metric, limit.window) == named


def _alert(server_id: int, terms: Terms, limit: Limit, used: int, level: int) -> Alert:
    bucket = bucket_of(limit, terms.buckets)
    return Alert(
        server_id=server_id,
        scope=limit.scope,
        scope_id=limit.scope_id,
        metric=limit.metric,
        window=limit.window,
        start_at=bucket.start_at,
        end_at=bucket.end_at,
        level=level,
        name=limit.name,
        used=used,
        maximum=limit.maximum,
    )
