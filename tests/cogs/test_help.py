"""/help: what can be done, what is left, and the topics below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from bot.discord_limits import LONGEST_MESSAGE
from bot.language import LOCALES, language_of
from cogs.help.overview import LEADS
from cogs.help.topics import LEADING, TITLES, topic_text

if TYPE_CHECKING:
    from discord import app_commands
    from simcord import InteractionResult, MemberActor

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

NAMED = re.compile(r"`/([a-z]+(?: [a-z]+)?)`")


async def ask(house: House, member: MemberActor) -> InteractionResult:
    """What a member is told."""
    return await member.slash(house.channel, "help")


def told(answer: InteractionResult) -> str:
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


async def test_a_member_reads_what_can_be_done_and_what_is_left(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        text = told(await ask(house, house.mia))

        assert "**Draw:**" in text
        assert "24 of 25 pictures left, 1 used." in text
        assert LEADS[:13] not in text


async def test_commands_are_links_that_open_them(opened: OpenHouse) -> None:
    async with opened() as house:
        known = {each.name: each for each in await house.bot.tree.fetch_commands()}
        text = told(await ask(house, house.lead))

        assert known["imagine"].mention in text
        assert f"</studio setup:{known['studio'].id}>" in text
        assert NAMED.search(text) is None


async def test_commands_that_discord_does_not_tell_stay_readable(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(**_: Any) -> list[app_commands.AppCommand]:  # noqa: ANN401 - as discord.py's
        raise TimeoutError

    async with opened() as house:
        monkeypatch.setattr(house.bot.tree, "fetch_commands", refuse)

        assert "`/imagine`" in told(await ask(house, house.mia))


async def test_the_topics_for_leads_are_offered_to_leads(opened: OpenHouse) -> None:
    async with opened() as house:
        offered = [_options(await ask(house, member)) for member in (house.mia, house.lead)]

        assert [LEADING in topics for topics in offered] == [False, True]


async def test_a_topic_is_read_also_after_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        answer = await ask(house, house.mia)
        await house.restart()
        assert answer.response is not None
        await house.mia.select(answer.response, ["changing"])

        assert told(answer).startswith("**Changing a picture**")


async def test_where_no_limit_holds_that_is_said(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES="unlimited", ATELIER_MONTHLY_BUDGET="unlimited") as house:
        assert "No limit applies to you here." in told(await ask(house, house.mia))


@pytest.mark.parametrize("topic", TITLES)
async def test_every_command_that_is_named_exists_and_every_topic_fits(topic: str, opened: OpenHouse) -> None:
    async with opened() as house:
        commands = {each.qualified_name for each in house.bot.tree.walk_commands()}
        told = [language_of(locale).translate(topic_text(topic)) for locale in ("en-US", *LOCALES)]
        texts = [await house.bot.command_links.linked(text) for text in told]

        assert set(NAMED.findall(" ".join(told))) <= commands
        assert max(map(len, texts)) <= LONGEST_MESSAGE


def _options(answer: InteractionResult) -> list[str]:
    response: Any = answer.response
    ((select,),) = [row["components"] for row in response.components]
    return [option["value"] for option in select["options"]]
