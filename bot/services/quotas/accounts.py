"""Which limits bound whom now, what is used of them, and what of the operator's budget may be told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.language import phrase
from bot.services.calendar import Window
from bot.services.policy import BucketKey, Limit, Requester, Scope, buckets_touched

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from bot.services.ledger import Ledger, LimitStatus, MonthTotals
    from bot.services.policy import Policies, ServerPolicy

    class LimitsFor(Protocol):
        """`policy.limits_for` with the operator's settings filled in."""

        def __call__(self, policy: ServerPolicy, requester: Requester, at: int, /) -> tuple[Limit, ...]:
            """Every limit that bounds a request."""
            ...

    from collections.abc import Iterable

NEARLY = 80  # per cent; from here on it is nearly used up


class Headroom(StrEnum):
    """How much the installation's budget leaves, as a word."""

    ENOUGH = "leaves enough"
    LITTLE = "is nearly used up"
    NONE = "leaves too little for another picture"


@dataclass(frozen=True, slots=True)
class BudgetHint:
    """How the installation's budget stands, without its figures: those tell what other servers spend.

    Attributes:
        resets_at: when its month ends, in seconds since 1970 (UTC).
    """

    headroom: Headroom
    resets_at: int


_HINTS = {
    Headroom.ENOUGH: phrase("This bot's monthly budget, set by whoever runs it, leaves enough."),
    Headroom.LITTLE: phrase("This bot's monthly budget, set by whoever runs it, is nearly used up."),
    Headroom.NONE: phrase("This bot's monthly budget, set by whoever runs it, leaves too little for another picture."),
}


def hint_text(hint: BudgetHint) -> str:
    """How the installation's budget stands, as a sentence without figures."""
    return _HINTS[hint.headroom]


@dataclass(frozen=True, slots=True)
class VisibleLimits:
    """Limits as people of one server may see them.

    Attributes:
        limits: with their figures; the installation's only if this server is the only one.
        hint: of the installation's budget otherwise; None if there is none, or its figures are told.
    """

    limits: tuple[LimitStatus, ...]
    hint: BudgetHint | None


@dataclass
class BudgetVisibility:
    """Whether the bot serves one server alone.

    Attributes:
        sole_server: set by the client; as long as nobody knows, there may be several.
    """

    sole_server: Callable[[], bool] = field(default=lambda: False)


def visible_limits(statuses: Iterable[LimitStatus], need_nano: int = 0, *, sole: bool) -> VisibleLimits:
    """What of these may be told: all if the server is the `sole` one, else no figure of the installation's.

    `need_nano`, what a picture holds in nano-dollars, tells whether there is room for another.
    """
    found = tuple(statuses)
    if sole:
        return VisibleLimits(found, None)
    hints = [
        BudgetHint(_room(each, need_nano), each.resets_at) for each in found if each.limit.scope is Scope.INSTALLATION
    ]
    limits = tuple(each for each in found if each.limit.scope is not Scope.INSTALLATION)
    return VisibleLimits(limits, next(iter(hints), None))


def _room(status: LimitStatus, need_nano: int) -> Headroom:
    left = status.limit.maximum - status.used
    if left < max(need_nano, 1):
        return Headroom.NONE
    return Headroom.LITTLE if status.used * 100 >= NEARLY * status.limit.maximum else Headroom.ENOUGH


OVERSHOOT_MEMORY = 30 * 24 * 3600  # seconds for which a cost above the estimate raises the holds of its model
MOST_TIMES_THE_ESTIMATE = 3  # one strange report of tokens must not make a model unaffordable


@dataclass(frozen=True, slots=True)
class Terms:
    """What bounds a request that is made at `at` (seconds since 1970, UTC).

    Attributes:
        limits: every limit that applies, from the nearest outwards.
        buckets: every counter that the request is counted in.
        policy: of the requester's server, from which the limits follow.
    """

    at: int
    limits: tuple[Limit, ...]
    buckets: tuple[BucketKey, ...]
    policy: ServerPolicy


@dataclass(frozen=True)
class Accounts:
    """Looks up limits, use and holds.

    Attributes:
        limits_for: every limit that follows from a policy for a requester.
        visibility: whether figures of the installation's budget may be told.
    """

    ledger: Ledger
    policies: Policies
    limits_for: LimitsFor
    clock: Callable[[], float] = time.time
    visibility: BudgetVisibility = field(default_factory=BudgetVisibility)

    async def terms(self, requester: Requester, at: int | None = None) -> Terms:
        """What bounds a request of `requester` now, by the rules of now; or one that was made at `at`."""
        at = int(self.clock()) if at is None else at
        policy = await self.policies.of(requester.server_id)
        buckets = buckets_touched(requester, at, policy.time_zone, policy.week_start)
        return Terms(at, self.limits_for(policy, requester, at), buckets, policy)

    async def status(self, requester: Requester) -> tuple[LimitStatus, ...]:
        """What is used, now, of each limit that applies: to decide by, for it tells what other servers spend."""
        terms = await self.terms(requester)
        return tuple(await self.ledger.limit_status(terms.limits, terms.buckets, terms.at))

    async def told(self, requester: Requester, need_nano: int = 0) -> VisibleLimits:
        """What the people of the requester's server may know of that; `need_nano` is what another picture holds."""
        return visible_limits(await self.status(requester), need_nano, sole=self.visibility.sole_server())

    async def hold(self, model: str, estimate_nano: int) -> int:
        """What a job has to hold, in nano-dollars: its estimate, and the share by which the model's jobs passed theirs.

        One job that cost a third more than the table's worst case lets the model's next jobs hold a third more, for
        `OVERSHOOT_MEMORY` seconds: the limits then hold although the table is wrong. Only what the provider reported
        counts, and at most `MOST_TIMES_THE_ESTIMATE`.
        """
        passed = await self.ledger.highest_overshoot(model, int(self.clock()) - OVERSHOOT_MEMORY)
        if passed is None:
            return estimate_nano
        cost, estimated = passed
        raised = -(-estimate_nano * cost // estimated)
        return min(max(estimate_nano, raised), MOST_TIMES_THE_ESTIMATE * estimate_nano)

    async def month_totals(self) -> MonthTotals:
        """Where the money of this month stands, all servers together."""
        nobody = Requester(0, 0, 0)
        terms = await self.terms(nobody)
        month = next(
            bucket for bucket in terms.buckets if bucket.scope is Scope.INSTALLATION and bucket.window is Window.MONTH
        )
        return await self.ledger.month_totals(month)
