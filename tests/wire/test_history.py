from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from bot.sandbox.discord import Permission
from tests.wire.house import choose

if TYPE_CHECKING:
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
