"""The greeting: once in a server that the bot has come to, where it may write, and never again."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING
from unittest.mock import AsyncMock

import pytest

from bot.errors import DatabaseError
from bot.sandbox.discord import Fault, Permission
from bot.sandbox.discord.faults import Way
from bot.storage.database.sqlite import sqlite3
from bot.storage.database.state import State
from tests.wire.test_same_event import nothing_more

if TYPE_CHECKING:
    from bot.sandbox.discord import Member
    from bot.sandbox.discord.people.server import Server
    from tests.wire.house import House

HELLO = "👋 I make pictures from words"


@pytest.fixture(autouse=True)
async def _begun(house: House) -> None:
    """The bot knows where it is: what comes now is new."""
    await house.ready.wait()


def known(house: House) -> list[object]:
    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3")) as books:
        return books.execute("SELECT key FROM state WHERE key LIKE 'server_known:%'").fetchall()


def greetings(house: House) -> list[tuple[str, str]]:
    """The channels in which the bot greeted, with their servers."""
    return [
        (server.guild.name, channel.name)
        for server in house.discord.servers
        for channel in server.channels
        for message in channel.messages
        if message.content.startswith(HELLO)
    ]


async def test_a_server_is_greeted_once_where_discord_tells_its_news(house: House, mia: Member) -> None:
    house.discord.add_server(
        "New", ("rules", "news", "talk"), furnish=lambda server: server.set_system_channel(server.channel("news"))
    )
    await house.until(lambda: greetings(house))
    new = house.discord.servers[-1]
    new.fail_for_a_while()
    new.announce()
    await nothing_more(house, mia)
    house.ready.clear()
    await house.discord.gateway.invalidate_session()
    await house.ready.wait()
    await house.restart_bot()
    await nothing_more(house, mia)

    (message,) = new.channel("news").messages
    assert greetings(house) == [("New", "news")]
    assert "`/imagine`" in message.content
    assert "`/studio setup`" in message.content
    assert "Until then each member may make 25 pictures a day." in message.content
    assert message.pings == []
    assert not message.pings_everyone


async def test_it_goes_to_the_first_channel_that_takes_it(house: House) -> None:
    def furnish(server: Server) -> None:
        hidden, mute, filtered = (server.channel(name) for name in ("hidden", "mute", "filtered"))
        server.set_system_channel(mute)
        server.set_permissions(hidden, server.bot, deny=Permission.VIEW_CHANNEL)
        server.set_permissions(mute, server.bot, deny=Permission.SEND_MESSAGES)
        house.discord.faults.refuse(Way.MESSAGE, 200000, status=400, channel=filtered)

    house.discord.add_server("New", ("hidden", "mute", "filtered", "talk", "other"), furnish=furnish)
    await house.until(lambda: greetings(house))

    assert greetings(house) == [("New", "talk")]


async def test_where_the_bot_may_write_nowhere_it_says_nothing_also_later(house: House, mia: Member) -> None:
    def furnish(server: Server) -> None:
        server.set_permissions(server.channel("talk"), server.bot, deny=Permission.SEND_MESSAGES)

    new = house.discord.add_server("New", ("talk",), furnish=furnish)
    await nothing_more(house, mia)
    new.set_permissions(new.channel("talk"), new.bot)
    await house.restart_bot()
    await nothing_more(house, mia)

    assert greetings(house) == []


async def test_an_answer_that_is_lost_does_not_greet_twice(house: House, mia: Member) -> None:
    house.discord.faults.add(Fault("^/channels/[0-9]+/messages$", "POST", drop=True, after_effect=True))
    house.discord.add_server("New", ("talk", "other"))
    await house.until(lambda: greetings(house))
    await nothing_more(house, mia)

    assert greetings(house) == [("New", "talk")]


async def test_a_server_that_the_bot_came_to_while_it_was_away_is_greeted_at_its_start(
    house: House, mia: Member
) -> None:
    await house.stop_bot()
    house.discord.add_server("New", ("talk",))
    await house.start_bot()
    await house.until(lambda: greetings(house))
    await house.restart_bot()
    await nothing_more(house, mia)

    assert greetings(house) == [("New", "talk")]  # and not the server of its very first start


async def test_where_the_bot_was_sent_away_nothing_is_remembered(house: House) -> None:
    assert known(house)
    house.discord.server.remove_bot()
    await house.restart_bot()
    await house.ready.wait()

    await house.until(lambda: not known(house))


async def test_where_no_allowance_is_set_none_is_told(house: House) -> None:
    await house.restart_bot(ATELIER_MEMBER_DAILY_IMAGES="unlimited")
    await house.ready.wait()
    new = house.discord.add_server("New", ("talk",))
    await house.until(lambda: greetings(house))

    (message,) = new.channel("talk").messages
    assert "Until then there is no limit on what each member makes" in message.content


async def test_while_the_books_are_locked_nobody_is_greeted_and_the_bot_is_ready_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.stop_bot()
    house.discord.add_server("New", ("talk",))
    claims = AsyncMock(side_effect=DatabaseError("locked"), spec=State.claim)
    with monkeypatch.context() as locked:
        locked.setattr(State, "claim", claims)
        await house.start_bot()
        await house.ready.wait()
        unheard = greetings(house)
    await house.restart_bot()
    await house.until(lambda: greetings(house))

    assert claims.await_count
    assert unheard == []
    assert greetings(house) == [("New", "talk")]


async def test_a_lead_of_a_new_server_sets_it_up_by_the_button_below(house: House) -> None:
    house.discord.add_server("New", ("talk", "log"))
    await house.until(lambda: greetings(house), 10)
    new = house.discord.servers[-1]
    lead, (hello, *_) = new.add_member("Lea", permissions=Permission.MANAGE_GUILD), new.channel("talk").messages
    await house.restart_bot()
    dialog = await lead.click(hello, "Set up (for leads)")
    await house.until(lambda: dialog.modal is not None, 10)
    log = new.channel("log")
    answer = await lead.submit_modal(
        dialog, {"budget": "$5", "each": "3 pictures", "log": log, "zone": "Europe/Berlin"}
    )
    await house.ended(answer)

    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3")) as books:
        (policy,) = books.execute("SELECT document FROM policies").fetchone()
    assert sorted(rule["maximum"] for rule in json.loads(policy)["limits"]) == [3, 5 * 10**9]
    assert json.loads(policy)["zone"] == "Europe/Berlin"
    assert answer.ephemeral
    assert [message.content[:1] for message in log.messages] == ["📒"]
