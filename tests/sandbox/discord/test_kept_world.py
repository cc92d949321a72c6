"""What is kept in a folder: another start goes on from it, however the last one ended."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.errors import OperatorError
from bot.sandbox.discord import ChannelKind, Options, Permission, RateLimits, SandboxDiscord, Upload
from tests.examples import png
from tests.sandbox.discord.conftest import EDIT_IMAGE, IMAGINE, QUOTA, Api

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Member

V2 = 1 << 15
FAREWELL = {"type": 10, "content": "Bye"}
BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Vary", "custom_id": "vary:1"}]}


def kept_in(folder: Path) -> SandboxDiscord:
    return SandboxDiscord(Options(rate_limits=RateLimits.off(), folder=folder))


def people_of(discord: SandboxDiscord) -> list[Member]:
    return [member for server in discord.servers for member in server.members.values()]


def seen_by_all(discord: SandboxDiscord) -> Any:  # noqa: ANN401 - as JSON has it
    """Everything that everybody sees, without the parts of links that are signed anew for each look."""
    seen: dict[str, object] = {}
    for member in people_of(discord):
        sight = discord.sight(member.user)
        outline = sight.outline()
        places = [outline["direct"], *(channel for server in outline["servers"] for channel in server["channels"])]
        said = [sight.history(sight.channel(place["id"]), None, 100)[0] for place in places]
        shown = [[sight.message(message) for message in messages] for messages in said]
        seen[member.name] = {"outline": outline, "messages": shown, "commands": sight.commands()}
    return json.loads(re.sub(r"http://127\.0\.0\.1:\d+|\?ex=[^\"]*", "", json.dumps(seen)))


async def furnish_richly(discord: SandboxDiscord) -> None:
    """Something of every kind that there is."""
    studio = discord.server
    mia = studio.add_member("Mia")
    noor = studio.add_member("Noor", permissions=Permission.MANAGE_GUILD)
    discord.add_server("Elsewhere").add_member("Oskar")
    studio.add_emoji("fox", animated=True)
    studio.add_emoji("seen", picture=png(5, 5))
    category = studio.add_channel("Rooms", ChannelKind.CATEGORY)
    leads = studio.add_channel("leads", category=category)
    studio.set_permissions(leads, studio.guild.everyone, deny=Permission.VIEW_CHANNEL)
    studio.set_permissions(leads, noor, allow=Permission.VIEW_CHANNEL)
    studio.set_system_channel(leads)
    studio.offer_commands(studio.add_role("makers", mentionable=True))
    room = studio.channel("studio")
    first = await mia.send(room, f"hello {noor.mention}", [Upload("a.png", png(40, 20))])
    await noor.reply(first, "hi", ping=True)
    await mia.forward(first, studio.channel("random"))
    await noor.send(mia.start_thread(room, "Foxes", message=first), "in the thread")
    await mia.post_in_forum(studio.add_forum("showcase"), "Mine", "see", [Upload("b.txt", b"words")])
    studio.archive(mia.start_thread(room, "Over"), locked=True)
    await mia.direct_message("psst")
    await mia.delete(await mia.send(room, "a slip", [Upload("c.png", png())]))


async def answer_commands(discord: SandboxDiscord) -> tuple[str, str]:
    """A deferred answer, a private one with a file, and a message of the bot; the tokens of both commands."""
    room = discord.server.channel("studio")
    mia = discord.server.members["Mia"]
    async with aiohttp.ClientSession() as session:
        api = Api(discord, session)
        await api.register(IMAGINE, QUOTA, EDIT_IMAGE)
        waiting = await mia.slash("imagine", channel=room, prompt="a fox")
        await api.answer(waiting, 5)
        private = await mia.slash("imagine", channel=room, prompt="a secret fox")
        body = {"content": "Only you", "flags": 64, "components": [BUTTON]}
        await api.answer(private, 4, body, files={0: ("secret.png", png(8, 8))})
        await api.call("POST", api.hook(private, ""), {"flags": V2, "components": [FAREWELL]})
        await api.call("POST", f"/channels/{room.id}/messages", {"content": "Mine", "components": [BUTTON]})
    return waiting.token, private.token


async def test_everybody_finds_everything_as_it_was(tmp_path: Path) -> None:
    async with kept_in(tmp_path / "world") as discord:
        await furnish_richly(discord)
        await answer_commands(discord)
        discord.clock.travel(86_400.0)
        before, token, bot = seen_by_all(discord), discord.token, discord.bot.id

    async with kept_in(tmp_path / "world") as again:
        assert not again.is_new
        assert (again.token, again.bot.id, again.clock.travelled) == (token, bot, 86_400.0)
        assert seen_by_all(again) == before
        assert [emoji.picture and emoji.picture.read() for emoji in again.server.guild.emojis] == [None, png(5, 5)]
        assert again.server.channel("studio").messages[0].attachments[0].content == png(40, 20)
        newest = await again.server.members["Mia"].send(again.server.channel("studio"), "and on")
    assert newest.id > max(int(number) for number in re.findall(r'"id": "(\d+)"', json.dumps(before)))


async def test_the_bot_goes_on_answering_what_was_asked_before(tmp_path: Path) -> None:
    async with kept_in(tmp_path) as discord:
        discord.server.add_member("Mia")
        waiting, private = await answer_commands(discord)

    async with kept_in(tmp_path) as again, aiohttp.ClientSession() as session:
        api, room = Api(again, session), again.server.channel("studio")
        hooks = [f"/webhooks/{api.application}/{token}/messages/@original" for token in (waiting, private)]
        done = await api.call("PATCH", hooks[0], {"content": "Here it is"})
        gone = await api.call("DELETE", hooks[1])
        pressed = await again.server.members["Mia"].click(room.messages[-1], "Vary")
        assert (done.status, gone.status, pressed.name) == (200, 204, "vary:1")
        again.clock.advance(16 * 60)

    async with kept_in(tmp_path) as late:
        assert late.server.channel("studio").messages[0].content == "Here it is"
        assert late.invocations == [], "their tokens are dead"


async def test_whenever_it_is_killed_what_was_told_is_there(tmp_path: Path) -> None:
    copies: list[tuple[Path, list[str]]] = []
    async with kept_in(tmp_path / "world") as discord:
        mia = discord.server.add_member("Mia")
        room = discord.server.channel("studio")
        for number in range(4):
            message = await mia.send(room, f"number {number}", [Upload("a.png", png(10 + number, 10))])
            if number == 2:
                await mia.delete(message)
            shutil.copytree(tmp_path / "world", copy := tmp_path / f"killed-{number}")
            (copy / "files" / "7.part").write_bytes(b"unfinished")
            copies.append((copy, [message.content for message in room.messages]))

    for copy, said in copies:
        async with kept_in(copy) as again:
            messages = again.server.channel("studio").messages
            assert [message.content for message in messages] == said
            assert all(message.attachments[0].content.startswith(b"\x89PNG") for message in messages)
        assert len(list((copy / "files").iterdir())) == len(said), "what nothing names is swept"


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def spoil(folder: Path, how: str) -> None:
    file = folder / "discord.sqlite3"
    if how == "not a database":
        file.write_bytes(b"something else" * 1000)
    elif how == "a page of it":
        whole = bytearray(file.read_bytes())
        whole[4096 : 4096 + 2000] = b"\xff" * 2000
        file.write_bytes(whole)
    elif how == "a lost file":
        next((folder / "files").iterdir()).unlink()
    else:
        statement = {
            "a row": "UPDATE structure SET body = '{}' WHERE id = 'places'",
            "no JSON": "UPDATE messages SET body = substr(body, 1, 40)",
            "another program": "PRAGMA application_id = 7",
            "another version": "PRAGMA user_version = 99",
        }[how]
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(statement)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("not a database", "damaged (file is not a database)"),
        ("a page of it", "damaged ("),
        ("a lost file", "damaged ("),
        ("a row", "damaged ("),
        ("no JSON", "damaged ("),
        ("another program", "damaged (it is not a sandbox's)"),
        ("another version", "was made by another version"),
    ],
)
async def test_what_cannot_be_read_is_said_and_left_as_it_is(tmp_path: Path, how: str, told: str) -> None:
    async with kept_in(tmp_path) as discord:
        mia = discord.server.add_member("Mia")
        await mia.send(discord.server.channel("studio"), "hello", [Upload("a.png", png())])
    spoil(tmp_path, how)
    before = contents(tmp_path)

    with pytest.raises(OperatorError, match=re.escape(told)) as said:
        kept_in(tmp_path)

    assert "Nothing was changed" in str(said.value)
    assert {path: content for path, content in contents(tmp_path).items() if path in before} == before


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(OperatorError, match="holds something else than a sandbox"):
        kept_in(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


async def test_one_sandbox_at_a_time_has_a_folder(tmp_path: Path) -> None:
    async with kept_in(tmp_path):
        with pytest.raises(OperatorError, match="in use by another sandbox"):
            kept_in(tmp_path)

    async with kept_in(tmp_path) as again:
        assert not again.is_new
