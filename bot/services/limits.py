"""Windows, counters and limits: how much may be used, by whom, until when. Pure; the ledger keeps the counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import LimitReachedError, Shortfall
from bot.services.pricing import format_usd

if TYPE_CHECKING:
    from collections.abc import Iterable


BILLING_ZONE = ZoneInfo("UTC")  # the provider bills in UTC, and one installation has one month for all its servers
ONE_DAY = timedelta(days=1)
SECONDS_PER_HOUR = 3600
DAYS_PER_WEEK = 7
LAST_MONTH = 12


class Scope(StrEnum):
    """Whose use is counted together."""

    INSTALLATION = "installation"
    SERVER = "server"
    CHANNEL = "channel"
    ROLE = "role"
    MEMBER = "member"


class Window(StrEnum):
    """For how long use is counted together."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Metric(StrEnum):
    """What is counted."""

    IMAGES = "images"
    USD = "usd"


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, where. Ids are Discord's; roles are frozen here, as they were at the request."""

    server_id: int
    channel_id: int
    user_id: int
    role_ids: tuple[int, ...] = ()


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
        maximum: nano-dollars or pictures, as the metric says.
        name: as a person says it ("this server's monthly budget").
    """

    scope: Scope
    server_id: int
    scope_id: int
    metric: Metric
    window: Window
    maximum: int
    name: str


def window_edges(window: Window, at: int, zone: ZoneInfo, week_start: int = 0) -> tuple[int, int]:
    """The calendar window of `zone` that holds `at`, half-open, in seconds since 1970 (UTC).

    Days, weeks and months begin at local midnight: where the clocks leave midnight out, as soon as it would have been
    by the clocks before the change; where they show it twice, at the first. Hours are counted from the day's
    beginning, so that they never overlap and never cross a midnight.

    `at` is in seconds since 1970 (UTC), `week_start` the first day of a week: 0 for Monday to 6 for Sunday.
    """
    if window is Window.HOUR:
        start, end = window_edges(Window.DAY, at, zone)
        start += (at - start) // SECONDS_PER_HOUR * SECONDS_PER_HOUR
        return start, min(start + SECONDS_PER_HOUR, end)
    today = datetime.fromtimestamp(at, zone).date()
    # Clocks that go back over midnight show yesterday's date again for a while, and those that jump over it are in the
    # new day before "midnight": the window is the one whose edges are around `at`, whatever date is shown.
    if at < _midnight(today, zone):
        today -= ONE_DAY
    elif at >= _midnight(today + ONE_DAY, zone):
        today += ONE_DAY
    first, following = _first_days(window, today, week_start)
    return _midnight(first, zone), _midnight(following, zone)


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
        (Scope.CHANNEL, requester.channel_id),
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


def limits_from_settings(
    requester: Requester, monthly_budget_nano: int | None, member_daily_images: int | None
) -> tuple[Limit, ...]:
    """The limits that the settings impose on a request; None imposes none.

    `monthly_budget_nano` is what the whole installation may spend in a month, all servers together, in nano-dollars;
    `member_daily_images` is how many pictures a member may make in one server in a day.
    """
    limits: list[Limit] = []
    if monthly_budget_nano is not None:
        limits.append(
            Limit(Scope.INSTALLATION, 0, 0, Metric.USD, Window.MONTH, monthly_budget_nano, "this bot's monthly budget")
        )
    if member_daily_images is not None:
        limits.append(
            Limit(
                Scope.MEMBER,
                requester.server_id,
                requester.user_id,
                Metric.IMAGES,
                Window.DAY,
                member_daily_images,
                "your daily allowance",
            )
        )
    return tuple(limits)


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
    return shortfall_of(limit, used_of(limit.metric, balance), needed, resets_at)


def shortfall_of(limit: Limit, used: int, needed: int, resets_at: int) -> Shortfall | None:
    """None if `needed` fits into what is left of a limit beside `used`, all in the limit's unit."""
    left = limit.maximum - used
    if needed <= left:
        return None
    return Shortfall(limit.name, limit.metric, limit.maximum, max(left, 0), needed, resets_at)


def refusal(shortfall: Shortfall) -> LimitReachedError:
    """The refusal as sentences: which limit, what was needed, what is left, when it resets, what to do."""
    if shortfall.metric == Metric.USD:
        needed, left, maximum = (format_usd(nano) for nano in (shortfall.needed, shortfall.left, shortfall.maximum))
        needed, advice = f"up to {needed}", "Try a lower quality or fewer pictures, or wait: it"
    else:
        needed, left, maximum = (str(images) for images in (shortfall.needed, shortfall.left, shortfall.maximum))
        needed, advice = f"{needed} picture{'s' * (shortfall.needed != 1)}", "Ask for fewer, or wait: it"
    resets = f"{advice if shortfall.left else 'It'} resets <t:{shortfall.resets_at}:R>."
    return LimitReachedError(
        f"This would pass {shortfall.limit}: it needs {needed}, and what is left is {left} of {maximum}. {resets}",
        shortfall,
    )


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def _first_days(window: Window, today: date, week_start: int) -> tuple[date, date]:
    """The first day of the day, week or month that holds `today`, and of the one after it."""
    if window is Window.DAY:
        return today, today + ONE_DAY
    if window is Window.WEEK:
        first = today - timedelta(days=(today.weekday() - week_start) % DAYS_PER_WEEK)
        return first, first + timedelta(days=DAYS_PER_WEEK)
    first = today.replace(day=1)
    if first.month == LAST_MONTH:
        return first, date(first.year + 1, 1, 1)
    return first, first.replace(month=first.month + 1)
