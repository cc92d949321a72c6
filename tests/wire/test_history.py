from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.sandbox.discord import Permission
from tests.wire.house import choose

if TYPE_CHECKING:
    from bot.sandbox.discord import Member
    from tests.wire.house import House


async def test_a_page_outlasts_a_restart_and_opens_what_discord_has_lost(house: House) -> None:
    server = house.discord.server
    mia, bob = server.add_member("Mia"), server.add_member("Bob", permissions=Permission.MANAGE_MESSAGES)
    first = await house.imagine(mia, "a red fox, 東京")
    for _ in range(3):
        await house.imagine(mia, "an owl", count=3)
    asked = await (await bob.slash("history", scope="everybody's")).shown()
    first_page, (sheet,) = asked.content, asked.attachments
    await bob.delete(first)
    await house.restart_bot()

    await house.ended(await bob.click(asked, "Older"))
    await house.until(lambda: "**#1**" in asked.content)
    opened = await (await choose(bob, asked, "1")).shown()
    again = await bob.click(opened, "Again")
    await house.ended(again)

    assert asked.only_for is bob.user
    assert first_page.startswith("**Everybody's pictures**\n**#10** an owl")
    assert (sheet.description or "").startswith("Contact sheet of 9 pictures in rows of three: #10, an owl; #9,")
    assert Image.open(io.BytesIO(sheet.content)).size == (732, 732)
    assert opened.only_for is bob.user
    assert opened.content.startswith(f"**#1** for {mia.mention}\n> a red fox, 東京")
    assert [each.filename for each in opened.attachments] == ["atelier-1.png"]
    assert house.words(again).startswith(f"**#11** for {bob.mention}")


async def test_a_picture_that_is_brought_back_is_changed_by_a_reply(house: House) -> None:
    server = house.discord.server
    mia, bob = server.add_member("Mia"), server.add_member("Bob", permissions=Permission.MANAGE_MESSAGES)
    first = await house.imagine(mia, "a red fox")
    await bob.delete(first)
    await house.restart_bot()

    asked = await bob.slash("show", id="1")
    await house.until(lambda: len(house.sends()) == 2 and asked.response is None)
    shown = next(message for message in server.channels[0].messages if "Brought here" in message.content)
    await mia.reply(shown, "make it snowy")
    await house.until(lambda: house.numbers() == [1, 2])

    assert [each.filename for each in shown.attachments] == ["atelier-1.png"]
    assert house.images.calls[1].fields["prompt"] == "make it snowy"


@pytest.mark.parametrize("archived", [False, True])
async def test_what_was_made_in_a_private_thread_is_found_by_who_is_in_it(house: House, *, archived: bool) -> None:
    server = house.discord.server
    mia, bob, ina = (server.add_member(name) for name in ("Mia", "Bob", "Ina"))
    thread = mia.start_thread(server.channel("studio"), "Foxes", private=True)
    for who in (server.bot, bob):
        server.add_to_thread(thread, who)
    await house.imagine(mia, "a secret fox", channel=thread)
    await house.imagine(mia, "an open fox")
    if archived:
        server.archive(thread)
        await house.restart_bot()

    async def found(who: Member) -> str:
        return (await (await who.slash("history", scope="everybody's", search="fox")).shown()).content

    in_it, outside = await found(bob), await found(ina)
    refused = await (await ina.slash("show", id="1")).shown()
    server.remove_from_thread(thread, bob)
    after = await found(bob)

    assert "**#2** an open fox" in in_it
    assert "**#1** a secret fox" in in_it
    assert "secret" not in outside + after
    assert "**#2** an open fox" in outside
    assert "no picture #1 here that you can see" in refused.content


async def test_a_page_is_full_although_many_private_threads_come_before_it(house: House) -> None:
    server = house.discord.server
    mia, ina = server.add_member("Mia"), server.add_member("Ina")
    for _ in range(3):
        await house.imagine(mia, "an open fox", count=4)
    for number in range(12):
        thread = mia.start_thread(server.channel("studio"), f"Foxes {number}", private=True)
        server.add_to_thread(thread, server.bot)
        await house.imagine(mia, "a secret fox", channel=thread)

    page = (await (await ina.slash("history", scope="everybody's")).shown()).content

    assert [f"**#{number}** an open fox" in page for number in range(12, 3, -1)] == [True] * 9
    assert "secret" not in page


@pytest.mark.parametrize(
    ("locale", "typed", "offered"),
    [
        ("de", "gest", [{"name": "gestern", "value": "yesterday"}]),
        ("fr", "AUJOURD'", [{"name": "aujourd\u2019hui", "value": "today"}]),
        ("ja", "yester", [{"name": "昨日", "value": "yesterday"}]),
        ("de", "2020-01-02", [{"name": "2020-01-02", "value": "2020-01-02"}]),
    ],
)
async def test_a_day_is_found_by_what_its_reader_calls_it(
    mia: Member, locale: str, typed: str, offered: list[dict[str, str]]
) -> None:
    mia.user.locale = locale

    assert await mia.autocomplete("history", focused="day", value=typed) == offered
