"""Members who are told what was decided, wherever the process died over it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.services.calendar import Window
from bot.services.policy import Metric, Scope
from bot.services.quotas import IncreaseState
from bot.services.quotas.increase_notices import OLDEST
from tests.services.fakes import BEN, MIA
from tests.services.office import LEAD, LOG_CHANNEL, Office, an_office, budget
from tests.services.quotas.test_increases import ask, asked, refused_need

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.quotas import IncreaseOutcome, IncreaseRequest


class Mouth:
    """Fulfils `Notifier`.

    Attributes:
        works: whether what is said is heard.
        said: all that was said.
        fails: whether it breaks instead, against its promise.
    """

    def __init__(self, *, works: bool = True, fails: bool = False) -> None:
        self.works = works
        self.fails = fails
        self.said: list[IncreaseOutcome] = []
        self.has_spoken = asyncio.Event()

    async def __call__(self, news: IncreaseOutcome) -> bool:
        await asyncio.sleep(0)
        self.said.append(news)
        self.has_spoken.set()
        if self.fails:
            raise RuntimeError
        return self.works


def speaking(office: Office, mouth: Mouth | None = None) -> Mouth:
    """Let the office speak."""
    mouth = mouth or Mouth()
    office.telling.notifier = mouth
    return mouth


async def granted(office: Office, amount: int = 2) -> IncreaseRequest:
    """A plea that was granted, and then nothing more happened."""
    increase = (await asked(office)).increase
    return (await office.increases.grant(increase, LEAD, amount, at_least=False)).increase


async def test_a_member_is_told_once(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        mouth = speaking(office)
        increase = await granted(office)

        await asyncio.gather(office.telling.tell(increase), office.telling.tell(increase))
        await office.telling.tell(increase)
        await office.telling.tell_all()

        (news,) = mouth.said
        assert (news.increase, news.in_the_way, news.ended) == (increase, None, False)
        assert (await office.increases.look(MIA.server_id, increase.id)).increase.member_told_at == int(office.clock())


async def test_what_was_decided_just_before_a_death_is_told_by_the_next_process(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = await granted(office)

    async with an_office(tmp_path, daily_images=3) as office:
        mouth = speaking(office)
        office.telling.tell_soon()
        await mouth.has_spoken.wait()
        await office.telling.close()

        assert [news.increase for news in mouth.said] == [increase]


async def test_what_was_not_told_before_the_end_is_told_after_the_next_start(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = await granted(office)
        mouth = speaking(office)
        office.telling.tell_soon()
        await office.telling.close()
        then = list(mouth.said)

        await office.telling.tell_all()

        assert then == []
        assert [news.increase for news in mouth.said] == [increase]


async def test_who_could_not_be_told_is_told_later(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = await granted(office)
        speaking(office, Mouth(works=False))
        await office.telling.tell(increase)
        speaking(office, Mouth(fails=True))
        await office.telling.tell(increase)
        office.telling.notifier = None
        await office.telling.tell(increase)
        mouth = speaking(office)

        await office.telling.tell_all()

        assert [news.increase for news in mouth.said] == [increase]


async def test_what_nobody_decided_is_not_told(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        mouth = speaking(office)
        increase = (await asked(office)).increase

        await office.telling.tell(increase)
        await office.telling.tell(replace(increase, id=increase.id + 1))
        await office.telling.tell_all()

        assert mouth.said == []


async def test_nobody_is_told_at_the_start_of_a_limit_that_has_reset_or_of_the_day_before(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        mouth = speaking(office)
        daily = await granted(office)
        pool = budget(Scope.SERVER, MIA.server_id, 4, Metric.IMAGES)
        await office.decide(pool, replace(pool, shared=False, maximum=None, window=Window.DAY))
        monthly = (await ask(office, await refused_need(office, BEN), BEN)).increase
        await office.increases.decline(monthly, LEAD)

        office.clock.now += OLDEST + 1
        await office.telling.tell_all()
        then = list(mouth.said)
        await office.telling.tell(daily)

        assert then == []
        assert [news.ended for news in mouth.said] == [True]


async def test_a_failing_database_is_no_failure_of_who_decides(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = await granted(office)
        mouth = speaking(office)
    await office.telling.tell(increase)
    await office.telling.tell_all()

    assert mouth.said == []


async def test_nobody_is_sent_to_ask_for_what_the_same_limit_would_refuse(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        mouth = speaking(office)

        await office.telling.tell(await granted(office, 1))

        assert mouth.said[0].in_the_way is not None
        assert mouth.said[0].in_the_way.limit.scope is Scope.MEMBER


async def test_nobody_is_sent_to_ask_for_what_another_limit_would_refuse(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        mouth = speaking(office)
        increase = await granted(office)
        await office.decide(budget(Scope.SERVER, MIA.server_id, 40_000_000))

        await office.telling.tell(increase)

        assert increase.state is IncreaseState.GRANTED
        assert mouth.said[0].in_the_way is not None
        assert mouth.said[0].in_the_way.limit.scope is Scope.SERVER


async def test_the_roles_of_now_decide_what_is_in_the_way(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        mouth = speaking(office)
        increase = await granted(office)
        await office.decide(budget(Scope.ROLE, 9, 0), log_channel_id=LOG_CHANNEL)

        await office.telling.tell(replace(increase, role_ids=(9,)))

        assert mouth.said[0].in_the_way is not None
        assert mouth.said[0].in_the_way.limit.scope is Scope.ROLE
