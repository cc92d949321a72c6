"""What members who were refused ask their leads for, and who keeps it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.errors import RequestRefused
from bot.services.amounts import parse_amount
from bot.services.limits import Metric, Scope
from bot.services.policy import SPAN_NAMES, LimitRule, budget_name

if TYPE_CHECKING:
    from bot.services.governing import Decision
    from bot.services.ledger import LimitStatus
    from bot.services.policy import Grant
    from bot.services.windows import Window

_NUMBER = re.compile(r"[0-9][0-9.,]*|\.[0-9]+")


class PleaState(StrEnum):
    """Where a plea stands."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Need:
    """Which limit stood in the way, and how much would have had to be left of it.

    Attributes:
        scope: whose limit it is, and `scope_id` the id of that.
        amount: of the whole request, in nano-dollars or pictures.
        ends_at: when the window ends, in seconds since 1970 (UTC).
    """

    scope: Scope
    scope_id: int
    metric: Metric
    window: Window
    amount: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class Plea:
    """A member who asks for more of a limit.

    Attributes:
        channel_id: where they were refused.
        needed: what was missing, in nano-dollars or pictures.
        ends_at: when the limit resets by itself, in seconds since 1970 (UTC).
        decided_by: the lead who decided, or None.
        granted: what they granted, in the same unit, or None.
    """

    id: int
    at: int
    server_id: int
    channel_id: int
    user_id: int
    scope: Scope
    scope_id: int
    metric: Metric
    window: Window
    needed: int
    ends_at: int
    state: PleaState = PleaState.OPEN
    decided_at: int | None = None
    decided_by: int | None = None
    granted: int | None = None

    @property
    def limit_name(self) -> str:
        """The limit as others say it: ``their daily allowance``, ``this server's monthly budget``."""
        if self.scope is Scope.MEMBER:
            return f"their {SPAN_NAMES[self.window]} allowance"
        rule = LimitRule(
            shared=True, scope=self.scope, scope_id=self.scope_id, metric=self.metric, window=self.window, maximum=None
        )
        return budget_name(rule)


@dataclass(frozen=True, slots=True)
class Asked:
    """A plea that was opened just now: where leads read it, and what is used of the limit."""

    plea: Plea
    log_channel_id: int
    status: LimitStatus


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a plea stands.

    Attributes:
        ended: whether the limit has reset, so that there is nothing to grant.
        fresh: whether it was decided just now, and so is to be told to the member.
    """

    plea: Plea
    ended: bool
    fresh: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it can still be decided."""
        return self.plea.state is PleaState.OPEN and not self.ended


class Pleas(Protocol):
    """Keeps pleas."""

    async def open(self, plea: Plea) -> Plea | None:
        """Keep a new plea, whose `id` is given here; None if the member's plea for this limit is open already."""
        ...

    async def told(self, plea_id: int, at: int) -> None:
        """Leads can read it now. One that they never could is forgotten when the member asks again."""
        ...

    async def withdraw(self, plea_id: int) -> None:
        """Forget a plea that could not be told to anybody."""
        ...

    async def get(self, server_id: int, plea_id: int) -> Plea | None:
        """A plea of this server as it stands, or None."""
        ...

    async def decide(self, plea: Plea, decision: Decision, grant: Grant | None) -> bool:
        """Grant an open plea, or decline it if there is no `grant`: its state, the credit and the audit at once.

        False, and nothing is written, if it is not open any more.
        """
        ...


def parse_more(metric: Metric, text: str) -> int:
    """How much more a lead grants, in nano-dollars or pictures; a bare number counts what the limit counts.

    Raises:
        RequestRefused: it is no amount, counts something else, or is nothing.
    """
    text = text.strip()
    counts_pictures = metric is Metric.IMAGES
    if _NUMBER.fullmatch(text):
        text = f"{text} pictures" if counts_pictures else f"${text}"
    amount = parse_amount(text)
    if amount.value is None:
        raise RequestRefused("A grant is a number. To lift a limit for good, use /quota set.")
    if amount.metric is not metric:
        wanted = "pictures. Write 4 pictures" if counts_pictures else "dollars. Write $0.50"
        raise RequestRefused(f"This limit counts {wanted}, for example.")
    if not amount.value:
        raise RequestRefused("That would grant nothing. Write more than 0, or press Decline.")
    return amount.value
