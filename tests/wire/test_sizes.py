"""Sizes as people say them: what becomes of them is said before it is paid for, and under the picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from tests.wire.house import FAST

if TYPE_CHECKING:
    from bot.sandbox.discord import Member
    from tests.wire.house import House, OpenHouse

BECAME = "1920x1080 became 1920x1088: both edges must be multiples of 16."
FIXED, BEFORE = "gpt-image-1.5", date(2026, 11, 20)  # which is shut down in December


async def test_a_size_that_is_not_made_becomes_the_nearest_and_the_result_says_so(house: House, mia: Member) -> None:
    (choice,) = await mia.autocomplete("imagine", focused="size", value="1920 by 1080 px", prompt="a fox")
    result = await house.imagine(mia, size="1920 by 1080 px", quality="low")

    assert choice["name"].startswith("1920×1080 becomes 1920×1088 · $0.0")
    assert choice["value"] == "1920x1088"
    assert house.images.calls[0].fields["size"] == "1920x1088"
    assert f"-# {BECAME}" in result.content.splitlines()


async def test_it_is_said_also_after_a_restart_and_not_to_who_did_not_say_it(
    open_house: OpenHouse,
) -> None:
    house = await open_house()
    mia, ben = house.discord.server.add_member("Mia"), house.discord.server.add_member("Ben")
    await house.start_bot(ATELIER_CONCURRENCY="1")
    house.gate.clear()
    asked = await mia.slash("imagine", prompt="a fox", size="1920x1080", quality="low")
    await house.in_mid_job()
    waiting = await mia.slash("imagine", prompt="an owl", size="story", quality="low")
    await house.until(lambda: house.words(waiting).startswith("⏳"))
    house.begin_to_stop()
    house.gate.set()
    await house.restart_bot()
    results = [await house.result(each) for each in (asked, waiting)]
    again = await house.result(await ben.click(results[0], "Again"))

    assert BECAME in results[0].content
    assert "story (1080x1920) became 1088x1920" in results[1].content
    assert "became" not in again.content


async def test_a_model_with_fixed_sizes_makes_the_nearest_or_names_it(open_house: OpenHouse) -> None:
    house = await open_house(images=replace(FAST, today=BEFORE))
    mia = house.discord.server.add_member("Mia")
    await house.start_bot()

    result = await house.imagine(mia, model=FIXED, size="16:9", quality="low")
    refused = await house.refusal(await mia.slash("imagine", prompt="a fox", model=FIXED, size="banner"))

    assert "16:9 became 1536x1024: this model makes only" in result.content
    assert refused == (
        "❌ banner (1500x500) is not possible: this model makes only 1024x1024, 1536x1024 and 1024x1536. Try 1536x1024."
    )
    assert len(house.images.calls) == 1
