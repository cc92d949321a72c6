"""The report of a month that is over, in the log channel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import OpenHouse


async def test_the_first_look_of_a_month_tells_leads_of_the_last_one_once(opened: OpenHouse) -> None:
    now = datetime.now(UTC)
    turn = (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=12)
    async with opened() as house:
        log = house.server.create_text_channel("log")
        await house.lead.slash(house.channel, "studio log", channel=log)
        await house.imagine()
        house.services.month_news.clock = turn.timestamp
        await house.services.month_news.tell(house.server.id)
        await house.services.month_news.tell(house.server.id)
        told = [each.content for each in log.history(viewer=house.lead) if each.content.startswith("🗓️")]

    (text,) = told
    assert text.startswith(f"🗓️ **{now:%B %Y} on this server:** $0.")
    assert " for 1 picture, " in text
