"""The bot's first moments: intents, commands told to Discord when they change, left-over work taken up."""

from __future__ import annotations

import asyncio
import gc
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import client
from bot.client import close_left_sockets, point_at
from bot.services.calendar import BILLING_ZONE
from bot.services.ledger import Destination, Reservation
from bot.services.policy import Requester, buckets_touched
from tests.examples import MODEL, REQUEST, settings_for

if TYPE_CHECKING:
    from tests.cogs.house import House
    from tests.conftest import OpenHouse


def syncs(house: House) -> list[str]:
    return [each.path for each in house.env.http_requests if each.method == "PUT" and each.path.endswith("/commands")]


async def test_discord_is_told_of_the_commands_once(opened: OpenHouse) -> None:
    async with opened(registered=False) as house:
        await house.restart()

        assert syncs(house) == [f"/applications/{house.bot.application_id}/commands"]


async def test_discord_is_told_again_when_they_have_changed(opened: OpenHouse) -> None:
    async with opened(registered=False) as house:
        key = f"commands_hash:{house.bot.application_id}:global"
        assert await house.services.state.get(key)
        await house.services.state.put(key, "of another version")
        await house.restart()

        assert len(syncs(house)) == 2


async def test_discord_is_told_again_when_they_are_translated_otherwise(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(registered=False) as house:
        monkeypatch.setattr(client, "catalogs_digest", lambda: "of other catalogs")
        await house.restart()

        assert len(syncs(house)) == 2


async def test_while_developing_one_server_has_the_commands_at_once(opened: OpenHouse) -> None:
    async with opened(registered=False, ATELIER_SYNC_GUILD=123456789012345678) as house:
        assert syncs(house) == [f"/applications/{house.bot.application_id}/guilds/123456789012345678/commands"]


async def test_every_command_and_option_is_described(opened: OpenHouse) -> None:
    async with opened() as house:
        commands = [
            command for command in house.bot.tree.get_commands() if isinstance(command, discord.app_commands.Command)
        ]

        assert {"imagine", "edit", "history", "show", "usage", "help"} <= {command.name for command in commands}
        for command in commands:
            assert all(parameter.description != "…" for parameter in command.parameters), command.name


async def test_no_description_is_cut_off(opened: OpenHouse) -> None:
    async with opened() as house:
        told = [
            (f"{command.qualified_name} {name}", description)
            for command in house.bot.tree.walk_commands()
            for name, description in _descriptions(command)
        ]

        assert len(told) > 50
        assert [name for name, description in told if len(description) > 100 or description.endswith("…")] == []


def _descriptions(
    command: discord.app_commands.Command[Any, ..., Any] | discord.app_commands.Group,
) -> list[tuple[str, str]]:
    options = [] if isinstance(command, discord.app_commands.Group) else command.parameters
    return [("", command.description), *((each.name, str(each.description)) for each in options)]


async def test_figures_of_all_servers_are_told_as_long_as_there_is_only_one(opened: OpenHouse) -> None:
    async with opened() as house:
        visibility = house.services.accounts.visibility
        alone = visibility.sole_server()
        house.env.create_guild("Elsewhere")
        await house.env.settle()

        assert alone
        assert not visibility.sole_server()


@pytest.mark.parametrize("message_content", [False, True])
async def test_the_bot_hears_no_more_than_it_needs(message_content: bool, opened: OpenHouse) -> None:  # noqa: FBT001 - a table's column
    async with opened(ATELIER_MESSAGE_CONTENT=message_content) as house:
        intents = {name for name, on in house.bot.intents if on}

        assert intents - {"message_content"} == {"guilds", "guild_messages", "dm_messages"}
        assert ("message_content" in intents) is message_content


async def test_nothing_that_the_bot_says_mentions_anybody_unless_it_is_asked_to(opened: OpenHouse) -> None:
    async with opened() as house:
        allowed = house.bot.allowed_mentions
        assert allowed is not None
        assert (allowed.everyone, allowed.users, allowed.roles, allowed.replied_user) == (False, False, False, False)


async def test_what_waited_at_the_last_stop_is_made_at_the_next_start(opened: OpenHouse) -> None:
    async with opened() as house:
        requester = Requester(house.server.id, house.channel.id, house.mia.id)
        now = house.services.accounts.clock()
        order = Reservation(
            id=str(int(now)),
            request=REQUEST,
            requester=requester,
            destination=Destination(int(house.bot.application_id or 0), "", 0, None, private=False),
            hold_nano=20_000_000,
            prices=MODEL.priced(),
            at=int(now),
            buckets=buckets_touched(requester, int(now), BILLING_ZONE),
            limits=(),
        )
        await house.services.accounts.ledger.reserve(order)
        await house.restart()
        await house.env.settle()

        assert len(house.painter.asked) == 1
        assert house.posted[0].content.startswith(f"**#1** for <@{house.mia.id}>")


async def test_a_stop_waits_for_no_start_that_is_not_over(opened: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as house:
        resuming, told = asyncio.Event(), list[int]()

        async def resume(*_: object) -> int:
            resuming.set()
            await asyncio.sleep(3600)
            return 0

        monkeypatch.setattr(house.services.recovery, "resume", resume)
        monkeypatch.setattr(house.bot.desk, "tell_left_over", lambda: told.append(1))
        await house.bot.on_ready()
        await resuming.wait()

        await house.bot.news.close()

        assert told == []


async def test_a_socket_that_the_library_forgot_is_closed_before_the_next() -> None:
    class Socket:
        closed = 0

        async def close(self) -> None:
            self.closed += 1
            if self.closed == 1:
                raise ConnectionResetError

    class Http:
        def __init__(self) -> None:
            self.opened: list[Socket] = []

        async def ws_connect(self, _url: str, *, compress: int = 0) -> Socket:
            assert not compress
            self.opened.append(Socket())
            return self.opened[-1]

    http: Any = Http()
    close_left_sockets(http)
    for _ in range(3):
        await http.ws_connect("wss://gateway")

    assert [socket.closed for socket in http.opened] == [1, 1, 0]


async def test_a_reconnection_makes_nothing_twice(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        await house.bot.on_ready()
        await house.bot.news.wait(60.0)
        await house.env.settle()

        assert len(house.painter.asked) == 1
        assert len(house.posted) == 1


async def test_what_is_alive_at_a_reconnection_may_become_garbage(opened: OpenHouse) -> None:
    class Ring:
        def __init__(self) -> None:
            self.itself = self

    async with opened() as house:
        ring = Ring()
        freed = weakref.ref(ring)
        await house.bot.on_ready()
        await house.bot.news.wait(60.0)
        del ring
        gc.collect()

        assert freed() is None


def test_discord_is_looked_for_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)

    point_at(
        settings_for(Path(), DISCORD_API_URL="http://127.0.0.1:1/api/v10/", DISCORD_GATEWAY_URL="ws://127.0.0.1:1")
    )

    assert Route("GET", "/gateway").url == "http://127.0.0.1:1/api/v10/gateway"
    assert yarl.URL("ws://127.0.0.1:1") == DiscordWebSocket.DEFAULT_GATEWAY


def test_without_settings_discord_is_where_it_always_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)

    point_at(settings_for(Path()))

    assert Route("GET", "/gateway").url == "https://discord.com/api/v10/gateway"
