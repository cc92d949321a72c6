"""The report of a month that is over: told once, in time, and again only where it could not be told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.errors import DatabaseError
from bot.services.accounting import Grouping, MonthlyReport, MonthNews, Report, reported
from bot.services.accounting.month_news import HOURLY, STALE, MonthSpeaker
from bot.services.accounting.report import Books
from bot.services.calendar import Month
from bot.services.ledger import Notes
from bot.services.policy import Policies, ServerPolicy
from tests.presentation.books import entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from zoneinfo import ZoneInfo

    from bot.services.policy import Decision, Grant

SERVER, LOG = 11, 22
OCTOBER = Month(2026, 10)
FIRST = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())


class OneBook(Books):
    """Has one job in every month, or none."""

    def __init__(self) -> None:
        self.jobs = [entry(1)]
        self.fails = False

    @override
    async def months(self, server_id: int, zone: ZoneInfo) -> Sequence[Month]:
        raise NotImplementedError

    @override
    async def report(
        self, server_id: int, month: Month, zone: ZoneInfo, *, by: Grouping | None = None, member_id: int | None = None
    ) -> Report:
        if self.fails:
            raise DatabaseError("locked")
        return reported(self.jobs, by, zone)


class OnePolicy(Policies):
    """The same for every server."""

    def __init__(self) -> None:
        self.policy = ServerPolicy(log_channel_id=LOG)

    @override
    async def of(self, server_id: int) -> ServerPolicy:
        return self.policy

    @override
    def locale_of(self, server_id: int) -> str:
        return self.policy.locale

    @override
    async def forget(self, server_id: int) -> None:
        raise NotImplementedError

    @override
    async def change(self, server_id: int, alter: Callable[[ServerPolicy], tuple[ServerPolicy, Decision]]) -> Decision:
        raise NotImplementedError

    @override
    async def grant(self, server_id: int, grant: Grant, decision: Decision) -> None:
        raise NotImplementedError


class Kept(Notes):
    """In memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    @override
    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    @override
    async def put(self, key: str, value: str) -> None:
        self.kept[key] = value

    @override
    async def forget(self, beginning: str, before: int) -> None:
        raise NotImplementedError


class Told(MonthSpeaker):
    """Remembers what was told, unless it cannot speak."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int, Month]] = []
        self.is_mute = False

    @override
    async def __call__(self, server_id: int, channel_id: int, month: MonthlyReport, /) -> bool:
        if not self.is_mute:
            self.told.append((server_id, channel_id, month.month))
        return not self.is_mute


class Stage:
    """The news with all that they stand on, an hour after October's end."""

    def __init__(self) -> None:
        self.books, self.policies, self.speaker = OneBook(), OnePolicy(), Told()
        self.now = FIRST + 3600.0
        self.news = MonthNews(self.books, self.policies, Kept(), lambda: self.now, self.speaker, lambda: [SERVER])


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_a_month_is_told_once(stage: Stage) -> None:
    for _ in range(3):
        await stage.news.tell(SERVER)

    assert stage.speaker.told == [(SERVER, LOG, OCTOBER)]


async def test_the_next_month_is_told_too(stage: Stage) -> None:
    await stage.news.tell(SERVER)
    stage.now += 31 * 24 * 3600
    await stage.news.tell(SERVER)

    assert [month for _, _, month in stage.speaker.told] == [OCTOBER, Month(2026, 11)]


async def test_what_could_not_be_told_is_told_later(stage: Stage) -> None:
    stage.speaker.is_mute = True
    await stage.news.tell(SERVER)
    stage.speaker.is_mute = False
    await stage.news.tell(SERVER)

    assert len(stage.speaker.told) == 1


async def test_a_month_in_which_nothing_was_asked_for_is_no_news(stage: Stage) -> None:
    stage.books.jobs = []
    await stage.news.tell(SERVER)

    assert stage.speaker.told == []


@pytest.mark.parametrize("late", [True, False], ids=["long over", "nobody to tell"])
async def test_nothing_is_told_where_it_is_stale_or_nobody_hears(stage: Stage, *, late: bool) -> None:
    if late:
        stage.now = FIRST + STALE + 1
    else:
        stage.policies.policy = ServerPolicy()
    await stage.news.tell(SERVER)

    assert stage.speaker.told == []


async def test_the_month_ends_where_the_server_is(stage: Stage) -> None:
    stage.policies.policy = ServerPolicy(log_channel_id=LOG, zone="America/New_York")
    await stage.news.tell(SERVER)  # there it is the last evening of October: the news is September's, and stale
    assert stage.speaker.told == []

    stage.now = FIRST + 5 * 3600
    await stage.news.tell(SERVER)

    assert [month for _, _, month in stage.speaker.told] == [OCTOBER]


async def test_it_looks_again_every_hour_whatever_failed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    looked_twice, forever = asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        stage.books.fails = False
        if len(slept) > 1:
            looked_twice.set()
            await forever.wait()

    stage.books.fails = True
    monkeypatch.setattr("bot.services.accounting.month_news.asyncio.sleep", sleep)
    stage.news.begin()
    stage.news.begin()  # after a lost session
    await looked_twice.wait()
    await stage.news.close()

    assert slept == [HOURLY, HOURLY]
    assert len(stage.speaker.told) == 1
