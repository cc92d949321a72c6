"""What members who were refused ask their leads for, and who keeps it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.errors import RequestRefused
from bot.language import joined, phrase
from bot.services.policy import SPAN_NAMES, LimitRule, Metric, Requester, Scope, budget_name, parse_amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.calendar import Window
    from bot.services.ledger import LimitStatus
    from bot.services.policy import Decision, Grant

_NUMBER = re.compile(r"[0-9][0-9.,]*|\.[0-9]+")
_EXAMPLES = {
    Metric.IMAGES: phrase("Write 4 pictures, for example."),
    Metric.USD: phrase("Write $0.50, for example."),
}
_COUNTS = {
    Metric.IMAGES: joined(" ", [phrase("This limit counts pictures."), _EXAMPLES[Metric.IMAGES]]),
    Metric.USD: joined(" ", [phrase("This limit counts dollars."), _EXAMPLES[Metric.USD]]),
}
_OF_OTHERS = {Metric.IMAGES: ("$", "dollars"), Metric.USD: ("ictures",)}  # in sentences that are not about this limit


class IncreaseState(StrEnum):
    """Where a request for more stands. It is needless once a lead wanted to grant what was not missing any more."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    NEEDLESS = "needless"


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
class IncreaseRequest:
    """A member who asks for more of a limit.

    Attributes:
        channel_id: where they were refused.
        wanted: what the whole request needed, in nano-dollars or pictures.
        needed: what of it was missing when it was last looked at, in the same unit.
        ends_at: when the limit resets by itself, in seconds since 1970 (UTC).
        role_ids: the roles that they had.
        parent_id: of a thread, the channel that it belongs to; 0 elsewhere.
        locale: Discord's name of the language in which they asked; empty if that is not known.
        decided_by: the lead who decided, or None.
        granted: what they granted, in the same unit, or None.
        member_told_at: when the member could read what was decided, in seconds since 1970 (UTC), or None.
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
    wanted: int
    needed: int
    ends_at: int
    role_ids: tuple[int, ...] = ()
    parent_id: int = 0
    locale: str = ""
    state: IncreaseState = IncreaseState.OPEN
    decided_at: int | None = None
    decided_by: int | None = None
    granted: int | None = None
    member_told_at: int | None = None

    @property
    def requester(self) -> Requester:
        """Who asks, where, with which roles."""
        return Requester(self.server_id, self.channel_id, self.user_id, self.role_ids, self.parent_id)

    @property
    def limit_name(self) -> str:
        """The limit as others say it: ``their daily allowance``, ``this server's monthly budget``."""
        if self.scope is Scope.MEMBER:
            return phrase("their {span} allowance", span=SPAN_NAMES[self.window])
        rule = LimitRule(
            shared=True, scope=self.scope, scope_id=self.scope_id, metric=self.metric, window=self.window, maximum=None
        )
        return budget_name(rule)


@dataclass(frozen=True, slots=True)
class Opening:
    """A request for more that leads are to be told of now if it is `fresh`; else the one that stands in its way."""

    increase: IncreaseRequest
    fresh: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for more that leads are to be told of now: where they read it, and what is used of the limit."""

    increase: IncreaseRequest
    log_channel_id: int
    status: LimitStatus


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a request for more stands.

    Attributes:
        ended: whether the limit has reset, so that there is nothing to grant.
        fresh: whether it was decided just now.
        short: what is used of the limit if more is missing than the lead saw, so that nothing was granted; else None.
    """

    increase: IncreaseRequest
    ended: bool
    fresh: bool = False
    short: LimitStatus | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still be decided."""
        return self.increase.state is IncreaseState.OPEN and not self.ended


class Increases(Protocol):
    """Keeps requests for more."""

    async def open(self, increase: IncreaseRequest) -> Opening:
        """Keep a new request, whose `id` is given here, unless there is one of this member for this limit.

        One that is open and that leads were told of stands in the way; so does one that was declined, until its window
        ends. One that is open and that leads may never have seen becomes this one, and keeps its id.
        """
        ...

    async def told(self, increase_id: int, at: int) -> None:
        """Leads can read it now."""
        ...

    async def get(self, server_id: int, increase_id: int) -> IncreaseRequest | None:
        """A request for more of this server as it stands, or None."""
        ...

    async def renew(self, increase_id: int, needed: int) -> None:
        """So much is missing by now; nothing changes if it is not open any more."""
        ...

    async def decide(self, increase: IncreaseRequest, decision: Decision, grant: Grant | None) -> bool:
        """Grant an open request, or decline it if there is no `grant`: its state, the credit and the audit at once.

        False, and nothing is written, if it is not open any more.
        """
        ...

    async def drop(self, increase: IncreaseRequest, actor_id: int, at: int) -> bool:
        """An open request is needless, as this lead found. False, and nothing is written, if it is open no more."""
        ...

    async def untold(self, since: int, at: int) -> Sequence[IncreaseRequest]:
        """Those decided at or after `since`, whose windows last beyond `at`, and whose members were not told."""
        ...

    async def member_told(self, increase_id: int, at: int) -> None:
        """The member can read what was decided."""
        ...


def parse_more(metric: Metric, text: str) -> int:
    """How much more a lead grants, in nano-dollars or pictures; a bare number counts what the limit counts.

    Raises:
        RequestRefused: it is no amount, counts something else, or is nothing.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        text = f"{text} pictures" if metric is Metric.IMAGES else f"{text} $"  # in any language: nothing tells English
    try:
        amount = parse_amount(text, _EXAMPLES[metric])
    except RequestRefused as error:
        is_of_others = any(sign in error.sentence for sign in _OF_OTHERS[metric])
        raise RequestRefused(_COUNTS[metric] if is_of_others else error.sentence) from None
    if amount.value is None:
        raise RequestRefused(phrase("A grant is a number. To lift a limit for good, use /quota set."))
    if amount.metric is not metric:
        raise RequestRefused(_COUNTS[metric])
    if not amount.value:
        raise RequestRefused(phrase("That would grant nothing. Write more than 0, or press Decline."))
    return amount.value
