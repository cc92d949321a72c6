"""Publish and Unpublish over the wire: what is shown once, over restarts and lost connections, and goes again."""

from __future__ import annotations

import io
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.sandbox.discord import Fault, Permission
from bot.sandbox.discord.messages.message_service import NONCE_SECONDS
from bot.storage.database.sqlite import sqlite3
from tests.soak.verdict import Books, shown_to_all
from tests.wire.house import OFFERED, buttons, choose
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Member, Message
    from tests.wire.house import House, OpenHouse

SEND, REMOVE = r"^/channels/\d+/messages$", r"^/channels/\d+/messages/\d+$"


async def private(house: House, member: Member, count: int = 1) -> Message:
    """A private result, and the message that shows it."""
    invocation = await member.slash("imagine", prompt="a secret castle", private=True, count=count)
    await house.ended(invocation)
    assert invocation.response is not None
    return invocation.response


def public(house: House) -> list[Message]:
    """What everybody can see of pictures, in the order in which it was posted."""
    studio = house.discord.server.channels[0]
    return [message for message in studio.messages if message.attachments and message.only_for is None]


async def test_the_best_of_four_is_published_changed_by_others_and_taken_back(house: House) -> None:
    server = house.discord.server
    mia, bob = server.add_member("Mia"), server.add_member("Bob", permissions=Permission.MANAGE_MESSAGES)
    made = await private(house, mia, 4)
    best = made.attachments[2].content

    asked = await (await choose(mia, made, "publish")).shown()
    (sheet,) = asked.attachments
    offered = buttons(asked)
    await house.restart_bot()
    await mia.click(asked, "#3")
    await house.until(lambda: asked.content.startswith("Published"))
    (shown,) = public(house)
    await bob.reply(shown, "make it snowy")
    await house.until(lambda: any("Shall I change #3" in one.content for one in server.channels[0].messages))
    question = next(one for one in server.channels[0].messages if "Shall I change #3" in one.content)
    await bob.click(question, "Change it")
    await house.until(lambda: len(public(house)) == 2)
    back = await (await choose(mia, shown, "unpublish")).shown()
    await house.restart_bot()
    await mia.click(back, "Unpublish #3")
    await house.until(lambda: back.content.startswith("Only you"))
    details = await (await choose(bob, public(house)[0], "details")).shown()
    found = await (await bob.slash("show", id="3")).shown()

    assert Image.open(io.BytesIO(sheet.content)).size == (732, 732)
    assert offered == [["#1", "#2", "#3", "#4", "All"]]
    assert asked.only_for is back.only_for is mia.user
    assert [each.content for each in shown.attachments] == [best]
    assert shown.attachments[0].description == "Generated picture #3: a secret castle"
    assert shown.content.startswith(f"**#3** for {mia.mention}\n> a secret castle\n")
    assert buttons(shown) == OFFERED
    assert [file.content for file in house.images.calls[-1].named("image")] == [best]
    assert [message.content.split(" ")[0] for message in public(house)] == ["**#5**"]
    assert "secret" not in str(details.embeds)
    assert "no picture #3 here that you can see" in found.content


async def test_a_press_whose_answer_is_lost_posts_once_and_so_does_the_next(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    made = await private(house, mia)
    asked = await (await choose(mia, made, "publish")).shown()
    house.discord.faults.add(Fault(SEND, "POST", drop=True, after_effect=True))

    await mia.click(asked, "Publish #1")
    await house.until(lambda: asked.content.startswith("Published"))
    again = await (await choose(mia, made, "publish")).shown()

    assert len(public(house)) == 1
    assert again.content.startswith("#1 is public. Unpublish #1?")


@pytest.fixture
async def alone(open_house: OpenHouse) -> House:
    """A house in which the bot is a process that dies; the next one runs here."""
    return await open_house()


async def killed_while_it_publishes(house: House, mia: Member, folder: Path, *, is_posted: bool) -> None:
    """A private picture #1, whose message may stand, and a bot that never learned of it."""
    async with BotProcess(house.environment(), folder) as bot:
        await house.discord.bot_ready()
        made = await private(house, mia)
        asked = await (await choose(mia, made, "publish")).shown()
        if is_posted:
            house.discord.faults.add(Fault(SEND, "POST", drop=True, after_effect=True))
        hold_up = house.discord.faults.add(Fault(SEND, "POST", drop=True, delay=60))
        await mia.click(asked, "Publish #1")
        await house.until(lambda: hold_up.times == 0)
        await bot.killed()


@pytest.mark.parametrize("is_posted", [False, True])
async def test_what_was_being_published_when_the_bot_was_killed_is_published_once(
    alone: House, tmp_path: Path, *, is_posted: bool
) -> None:
    mia = alone.discord.server.add_member("Mia")
    await killed_while_it_publishes(alone, mia, tmp_path / "cwd", is_posted=is_posted)
    before = len(public(alone))

    await alone.start_bot()
    await alone.until(lambda: is_published(alone))
    bob = alone.discord.server.add_member("Bob")
    shown = await (await choose(bob, public(alone)[0], "details")).shown()

    assert before == is_posted
    assert len(public(alone)) == 1
    assert shown.embeds


async def test_what_stands_is_found_behind_whatever_was_said_since(alone: House, tmp_path: Path) -> None:
    mia = alone.discord.server.add_member("Mia")
    await killed_while_it_publishes(alone, mia, tmp_path / "cwd", is_posted=True)
    for number in range(120):
        await mia.send(alone.discord.server.channels[0], f"and {number}")
    alone.discord.clock.advance(NONCE_SECONDS + 1)  # Discord does not know it again

    await alone.start_bot()
    await alone.until(lambda: is_published(alone))
    back = await (await choose(mia, public(alone)[0], "unpublish")).shown()
    await mia.click(back, "Unpublish #1")
    await alone.until(lambda: back.content.startswith("Only you"))

    assert public(alone) == []


async def test_what_its_owner_may_not_publish_any_more_stays_private_over_a_crash(alone: House, tmp_path: Path) -> None:
    server = alone.discord.server
    mia = server.add_member("Mia")
    await killed_while_it_publishes(alone, mia, tmp_path / "cwd", is_posted=False)
    server.set_permissions(server.channels[0], mia, deny=Permission.SEND_MESSAGES)

    await alone.start_bot()
    await alone.until(lambda: not begun(alone))

    assert public(alone) == []
    assert not is_published(alone)


async def test_what_was_deleted_before_it_was_known_to_stand_goes(alone: House, tmp_path: Path) -> None:
    mia = alone.discord.server.add_member("Mia")
    await killed_while_it_publishes(alone, mia, tmp_path / "cwd", is_posted=True)
    before = len(public(alone))
    with closing(sqlite3.connect(alone.data_dir / "atelier.sqlite3")) as connection, connection:
        connection.execute("UPDATE pictures SET deleted_at = 1")

    await alone.start_bot()
    await alone.until(lambda: not public(alone))

    assert before == 1
    assert not begun(alone)


async def test_a_soak_names_a_private_picture_that_stands_where_all_see_it(house: House, tmp_path: Path) -> None:
    mia = house.discord.server.add_member("Mia")
    asked = await (await choose(mia, await private(house, mia), "publish")).shown()
    await mia.click(asked, "Publish #1")
    await house.until(lambda: asked.content.startswith("Published"))
    await house.stop_bot()
    published = list(shown_to_all(house, Books(house, tmp_path / "first")))
    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM publications")

    (told,) = shown_to_all(house, Books(house, tmp_path / "second"))

    assert published == []
    assert told.startswith(f"{{1}} are private, and stand in {house.discord.server.channels[0].name}: ")


def begun(house: House) -> list[tuple[int, int | None]]:
    """The pictures of which it is not known whether they are posted."""
    return [row for row in publications(house) if row[1] is None]


def is_published(house: House) -> bool:
    return any(posted_at is not None for _, posted_at in publications(house))


def publications(house: House) -> list[tuple[int, int | None]]:
    with closing(sqlite3.connect(f"file:{house.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT picture_number, posted_at FROM publications").fetchall()


async def test_what_was_being_taken_back_when_the_bot_was_killed_goes(alone: House, tmp_path: Path) -> None:
    mia = alone.discord.server.add_member("Mia")
    async with BotProcess(alone.environment(), tmp_path / "cwd") as bot:
        await alone.discord.bot_ready()
        made = await private(alone, mia)
        asked = await (await choose(mia, made, "publish")).shown()
        await mia.click(asked, "Publish #1")
        await alone.until(lambda: public(alone))
        await alone.until(lambda: asked.content.startswith("Published"))
        back = await (await choose(mia, public(alone)[0], "unpublish")).shown()
        hold_up = alone.discord.faults.add(Fault(REMOVE, "DELETE", drop=True, delay=60))
        await mia.click(back, "Unpublish #1")
        await alone.until(lambda: hold_up.times == 0)
        await bot.killed()
    before = len(public(alone))

    await alone.start_bot()
    await alone.until(lambda: not public(alone))

    assert before == 1


async def test_where_the_bot_may_not_post_it_stays_private_and_that_is_said(house: House) -> None:
    server = house.discord.server
    mia = server.add_member("Mia")
    made = await private(house, mia)
    asked = await (await choose(mia, made, "publish")).shown()
    server.set_permissions(server.channels[0], server.bot, deny=Permission.ATTACH_FILES)

    await mia.click(asked, "Publish #1")
    await house.until(lambda: "I cannot publish" in asked.content)

    assert asked.content.startswith(f"❌ I cannot publish #1, because I may not post it in <#{server.channels[0].id}>.")
    assert public(house) == []
