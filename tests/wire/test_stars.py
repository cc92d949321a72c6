"""⭐ over the wire: votes that last, and favourites that are found again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Fault
from bot.services.gallery import stars as of_stars
from tests.wire.house import labels

if TYPE_CHECKING:
    from bot.sandbox.discord import Member, Message
    from tests.wire.house import House


@pytest.fixture(autouse=True)
def _no_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_stars, "INTERVAL", 0.0)


def stars(message: Message) -> str:
    """What the star button of a message says."""
    return next(label for label in labels(message) if label.startswith("Star"))


async def favourites(house: House, member: Member) -> str:
    """The first page of them."""
    asked = await member.slash("history", favourites=True)
    await house.ended(asked)
    return house.words(asked)


async def test_votes_at_the_same_time_and_over_a_restart_count_once_each(house: House) -> None:
    server = house.discord.server
    members = [server.add_member(name) for name in ("Mia", "Bob", "Ina", "Tom")]
    picture = await house.imagine(members[0], "a fox")

    await asyncio.gather(*(member.click(picture, "Star") for member in members))
    await house.until(lambda: stars(picture) == "Star · 4 stars")
    server.remove_member(members[3])
    await house.restart_bot()
    again = await members[1].click(picture, "Star")
    await house.until(lambda: stars(picture) == "Star · 3 stars" and again.followups)

    assert again.followups[0].only_for is members[1].user
    assert again.followups[0].content == "#1 is no favourite of yours any more."
    assert (await favourites(house, members[2])).startswith("**Your favourites**\n**#1** a fox")
    assert "Nothing was found" in await favourites(house, members[1])
    assert len(house.images.calls) == 1


async def test_a_receipt_that_is_lost_on_the_way_counts_no_vote_twice(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    picture = await house.imagine(mia)
    house.discord.faults.add(Fault(r"^/interactions/.*/callback$", "POST", drop=True, after_effect=True))

    await mia.click(picture, "Star")
    await house.until(lambda: stars(picture) == "Star · 1 star")

    assert "**#1**" in await favourites(house, mia)


async def test_one_of_several_is_starred_by_the_question_after_a_restart_too(house: House) -> None:
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    picture = await house.imagine(mia, count=2)
    asked = await (await bob.click(picture, "Star")).shown()
    await house.restart_bot()

    await bob.click(asked, "#2")
    await house.until(lambda: stars(picture) == "Star · 1 star")

    assert asked.only_for is bob.user
    assert asked.content.startswith("⭐ #2 is one of your favourites now")
    assert "**#2**" in await favourites(house, bob)
