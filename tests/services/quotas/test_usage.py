"""What a member used, by day and by limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import UserFacingError
from bot.services.calendar import Month
from bot.services.ledger import Correction
from bot.services.policy import Block, Pause, Scope
from bot.services.quotas import BudgetHint, Headroom
from bot.services.quotas.usage import DayUse
from tests.services.fakes import BEN, MIA, NOON
from tests.services.office import LEAD, an_office

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400


async def test_a_month_is_told_day_by_day(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.reserve("1", nano=30)
        await office.settle("1", 20)
        office.clock.now += DAY
        await office.reserve("2", count=2, nano=30)

        use = await office.usage.of(MIA)

        assert use.month == Month(2026, 11)
        assert len(use.days) == 30
        assert {number: day for number, day in enumerate(use.days, 1) if day != DayUse()} == {
            20: DayUse(20, 1),
            21: DayUse(60, 2),
        }
        assert use.total == DayUse(80, 3)
        assert use.held == DayUse(60, 2)


async def test_this_month_comes_with_what_is_used_of_each_limit(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=25) as office:
        await office.reserve("1", count=2)

        use = await office.usage.of(MIA)
        named = await office.usage.of(MIA, "2026-11")

        assert use.limits is not None
        assert [(each.limit.name, each.limit.maximum, each.used) for each in use.limits] == [
            ("your daily allowance", 25, 2)
        ]
        assert named == use


async def test_why_nothing_is_made_now_is_told_with_this_month_alone(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.reserve("1")
        block, pause = Block(MIA.user_id, NOON, LEAD, "spam"), Pause(NOON, LEAD, "the bill")
        await office.decide(blocked=(Block(BEN.user_id, NOON, LEAD, ""), block), pause=pause)

        now = await office.usage.of(MIA)
        office.clock.now += 31 * DAY
        earlier = await office.usage.of(MIA, "2026-11")

        assert (now.block, now.pause) == (block, pause)
        assert (earlier.block, earlier.pause) == (None, None)


async def test_one_of_several_servers_is_told_no_figure_of_what_all_spend(tmp_path: Path) -> None:
    async with an_office(tmp_path, monthly_nano=100) as office:
        await office.reserve("1", nano=81, requester=replace(BEN, server_id=7))

        among_others = await office.usage.of(MIA)
        office.accounts.visibility.sole_server = lambda: True
        alone = await office.usage.of(MIA)

        assert among_others.limits is not None
        assert alone.limits is not None
        assert [each.limit.scope for each in among_others.limits] == [Scope.MEMBER]
        assert among_others.hint == BudgetHint(Headroom.LITTLE, 1_796_083_200)
        assert [(each.limit.scope, each.used) for each in alone.limits][1:] == [(Scope.INSTALLATION, 81)]
        assert alone.hint is None


async def test_nobody_is_shown_what_others_used(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.reserve("1", requester=BEN)

        use = await office.usage.of(MIA)

        assert use.total == DayUse()
        assert await office.usage.months(MIA) == ()


async def test_what_a_lead_corrected_counts_on_the_day_of_the_request(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.reserve("1", nano=30)
        await office.settle("1", 20)
        office.clock.now += DAY
        await office.ledger.correct(MIA.server_id, Correction("1:1", 25, LEAD, "the bill"), int(office.clock()))

        use = await office.usage.of(MIA)

        assert use.days[19] == DayUse(25, 1)
        assert use.total == DayUse(25, 1)


async def test_an_earlier_month_is_told_without_limits(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.reserve("1", nano=30)
        await office.settle("1", 20)
        office.clock.now += 31 * DAY

        use = await office.usage.of(MIA, " 2026-11 ")

        assert use.total == DayUse(20, 1)
        assert use.limits is None


async def test_the_months_in_which_something_was_made_come_newest_first(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.reserve("1")
        office.clock.now += 20 * DAY
        await office.reserve("2")
        office.clock.now += 60 * DAY
        await office.reserve("3")
        await office.ledger.release("3:1", "no", "blocked", int(office.clock()))

        assert await office.usage.months(MIA) == (Month(2026, 12), Month(2026, 11))


async def test_months_are_those_of_the_servers_zone(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.decide(zone="Pacific/Auckland")
        office.clock.now += 10 * DAY  # 30 November at noon in UTC, 1 December in New Zealand
        await office.reserve("1", nano=30)

        use = await office.usage.of(MIA)

        assert use.month == Month(2026, 12)
        assert use.days[0] == DayUse(30, 1)


async def test_a_server_that_moves_to_another_zone_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.reserve("1", nano=30)
        await office.decide(zone="Asia/Tokyo")
        await office.reserve("2", nano=5)

        use = await office.usage.of(MIA)

        assert use.total == DayUse(35, 2)
        assert use.days[19] == DayUse(35, 2)


async def test_a_day_that_is_mostly_in_the_next_month_counts_there(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.decide(zone="Pacific/Kiritimati")  # 14 hours ahead
        office.clock.now += 9 * DAY + 23 * 3600  # 30 November 11:00 in UTC, 1 December 01:00 there
        await office.reserve("1", nano=30)
        await office.decide(zone="UTC")

        november = await office.usage.of(MIA)
        office.clock.now += DAY
        december = await office.usage.of(MIA)

        assert (november.total.nano, december.total.nano) == (30, 0)


@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        ("2026-12", "December 2026 has not begun."),
        ("9998-01", "January 9998 has not begun."),
        ("2026-10", "You made nothing here in October 2026."),
        ("1970-01", "You made nothing here in January 1970."),
        ("2026-13", "“2026-13” is not a month. Write it like 2026-11"),
        ("0000-01", "is not a month"),
        ("next", "“next” is not a month"),
        ("@everyone", "That is not a month"),
        ("", "is not a month"),
    ],
)
async def test_what_is_no_month_of_theirs_is_said(month: str, sentence: str, tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.reserve("1")

        with pytest.raises(UserFacingError) as refused:
            await office.usage.of(MIA, month)

        assert sentence in refused.value.sentence
