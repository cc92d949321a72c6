"""Counters and limits: how much may be used, by whom, until when. Pure; the ledger keeps the counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.errors import LimitReachedError, Shortfall
from bot.language import beginning, phrase, plural
from bot.services.calendar import BILLING_ZONE, Window, window_edges
from bot.services.requests import format_price, format_usd

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo


class Scope(StrEnum):
    """Whose use is counted together."""

    INSTALLATION = "installation"
    SERVER = "server"
    CHANNEL = "channel"
    ROLE = "role"
    MEMBER = "member"


class Metric(StrEnum):
    """What is counted."""

    IMAGES = "images"
    USD = "usd"


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, where. Ids are Discord's; roles are frozen here, as they were at the request.

    Attributes:
        parent_id: of a thread, the channel that it belongs to; 0 elsewhere.
    """

    server_id: int
    channel_id: int
    user_id: int
    role_ids: tuple[int, ...] = ()
    parent_id: int = 0

    @property
    def pool_id(self) -> int:
        """The channel whose budget is drawn on: threads draw on their channel's."""
        return self.parent_id or self.channel_id


@dataclass(frozen=True, slots=True)
class Balance:
    """What one counter holds, in nano-dollars and pictures."""

    settled_nano: int
    held_nano: int
    settled_images: int
    held_images: int


@dataclass(frozen=True, slots=True)
class BucketKey:
    """One counter: a scope in one window.

    Attributes:
        server_id: 0 for the installation.
        scope_id: the id of the server, channel, role or member; 0 for the installation.
        start_at: first second of the window, since 1970 (UTC).
        end_at: first second after the window.
    """

    scope: Scope
    server_id: int
    scope_id: int
    window: Window
    start_at: int
    end_at: int


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a scope may use in each window.

    Attributes:
        maximum: nano-dollars or pictures, as the metric says, with what was granted for the window.
        name: as a person says it ("this server's monthly budget").
        granted: what of the maximum is a one-time grant.
    """

    scope: Scope
    server_id: int
    scope_id: int
    metric: Metric
    window: Window
    maximum: int
    name: str
    granted: int = 0


@lru_cache(maxsize=256)  # a job asks several times: when it is reserved, sent and answered
def buckets_touched(requester: Requester, at: int, zone: ZoneInfo, week_start: int = 0) -> tuple[BucketKey, ...]:
    """Every counter in which a request of `requester` at `at` is counted.

    All of the member's roles are counted, whether or not a role has a limit today: a pool that is set up in the middle
    of a month then knows what the month has used. The installation is counted in UTC whatever the server's zone, for
    two zones would otherwise give it two months, each with a budget of its own.

    `at` is in seconds since 1970 (UTC); `zone` and `week_start`, 0 for Monday to 6 for Sunday, are the server's.
    """
    server_id = requester.server_id
    local = {window: window_edges(window, at, zone, week_start) for window in Window}
    counted = [
        (Scope.SERVER, server_id),
        (Scope.CHANNEL, requester.pool_id),
        *((Scope.ROLE, role_id) for role_id in sorted(set(requester.role_ids))),
        (Scope.MEMBER, requester.user_id),
    ]
    installation = tuple(
        BucketKey(Scope.INSTALLATION, 0, 0, window, *window_edges(window, at, BILLING_ZONE)) for window in Window
    )
    return installation + tuple(
        BucketKey(scope, server_id, scope_id, window, *local[window])
        for scope, scope_id in counted
        for window in Window
    )


def bucket_of(limit: Limit, buckets: Iterable[BucketKey]) -> BucketKey:
    """The counter that `limit` bounds.

    Raises:
        ValueError: none of `buckets` is it; a limit that nothing counts would hold nothing.
    """
    wanted = (limit.scope, limit.server_id, limit.scope_id, limit.window)
    for key in buckets:
        if (key.scope, key.server_id, key.scope_id, key.window) == wanted:
            return key
    raise ValueError(f"no counter for the limit {limit}")


def used_of(metric: Metric, balance: Balance) -> int:
    """What is settled and held together, in the metric's unit."""
    if metric is Metric.USD:
        return balance.settled_nano + balance.held_nano
    return balance.settled_images + balance.held_images


def check(limit: Limit, balance: Balance, need_nano: int, need_images: int, resets_at: int) -> Shortfall | None:
    """None if the need fits into what `limit` leaves beside `balance`; else what is missing.

    `need_nano` nano-dollars and `need_images` pictures would be held; `resets_at` is when the window ends, in seconds
    since 1970 (UTC).
    """
    needed = need_nano if limit.metric is Metric.USD else need_images
    return shortfall_of(limit, used_of(limit.metric, balance), needed, resets_at, need_images)


def shortfall_of(limit: Limit, used: int, needed: int, resets_at: int, pictures: int) -> Shortfall | None:
    """None if `needed`, for so many `pictures`, fits into what is left of a limit beside `used`, in its unit.

    What needs no picture passes no limit in pictures, not even one that was lowered below what is used.
    """
    left = limit.maximum - used
    if needed <= left or (limit.metric is Metric.IMAGES and not needed):
        return None
    return Shortfall(
        limit=limit.name,
        metric=limit.metric,
        maximum=limit.maximum,
        left=max(left, 0),
        needed=needed,
        resets_at=resets_at,
        scope=limit.scope,
        scope_id=limit.scope_id,
        window=limit.window,
        pictures=pictures,
    )


def refusal(shortfall: Shortfall) -> LimitReachedError:
    """The refusal as sentences: which limit, what was needed, what is left, when it resets, what to do.

    What is left of the installation's budget is not told, for it tells what other servers spend.
    """
    if shortfall.metric == Metric.USD:
        alike = (shortfall.left, shortfall.needed)
        left, maximum = format_usd(shortfall.left, alike), format_usd(shortfall.maximum)
        needed = phrase("up to {price}", price=format_price(shortfall.needed, alike))
    else:
        left, maximum = str(shortfall.left), str(shortfall.maximum)
        needed = plural("{count} picture", "{count} pictures", shortfall.needed)
    advice = _advice(shortfall)
    if shortfall.scope == Scope.INSTALLATION:
        sentences = phrase(
            "This would pass {limit}: it needs {needed}, and less is left. {advice} "
            "Whoever runs this bot decides about it.",
            limit=shortfall.limit,
            needed=needed,
            advice=advice,
        )
    else:
        sentences = phrase(
            "This would pass {limit}: it needs {needed}, and what is left is {left} of {maximum}. {advice}",
            limit=shortfall.limit,
            needed=needed,
            left=left,
            maximum=maximum,
            advice=advice,
        )
    return LimitReachedError(sentences, shortfall)


def _advice(shortfall: Shortfall) -> str:
    """What can help, and when the limit resets. Waiting does not help who needs more than there is of it at all."""
    may_wait = shortfall.needed <= shortfall.maximum
    when, wishes = f"<t:{shortfall.resets_at}:R>", _wishes(shortfall, may_wait=may_wait)
    if not wishes:
        return phrase("It resets {when}.", when=when)
    wish, *others = wishes
    for other in others:
        wish = phrase("{first}, or {then}", first=wish, then=other)
    wish = beginning(wish)
    if may_wait:
        return phrase("{wish}: it resets {when}.", wish=wish, when=when)
    return phrase("{wish}. It resets {when}.", wish=wish, when=when)


def _wishes(shortfall: Shortfall, *, may_wait: bool) -> list[str]:
    """What may be done instead."""
    wishes: list[str] = []
    if shortfall.left and shortfall.metric == Metric.IMAGES:
        wishes.append(phrase("ask for fewer"))
    elif shortfall.left and shortfall.pictures > 1:
        wishes.append(phrase("try a lower quality or fewer pictures"))
    elif shortfall.left:
        wishes.append(phrase("try a lower quality"))
    if may_wait:
        wishes.append(phrase("wait"))
    if shortfall.scope != Scope.INSTALLATION and not (shortfall.left and may_wait):
        wishes.append(phrase("ask a lead"))
    return wishes
