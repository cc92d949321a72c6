"""The bot called by the role that Discord keeps for it: its picker offers that under the bot's own name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox.discord import Upload
from bot.sandbox.discord.world.intents import Intent
from tests.pictures.samples import encoded, gradient
from tests.wire.house import NO_RATE_LIMITS, labels
from tests.wire.test_replies import below, spoken
from tests.wire.test_rules import lead_of, told

if TYPE_CHECKING:
    from bot.sandbox.discord import Member, Message
    from tests.wire.house import House, OpenHouse

PHOTO = encoded(gradient(320, 200), "PNG")


def role(house: House) -> str:
    return f"<@&{house.discord.server.bot_role.id}>"


async def test_a_reply_that_calls_the_role_is_a_wish_without_the_call(
    house: House, mia: Member, lighthouse: Message
) -> None:
    words = await mia.reply(lighthouse, f"{role(house)} make it snowy")
    await house.until(lambda: [each for each in below(house, words) if each.content.startswith("**#2**")])

    assert house.images.calls[-1].prompt == "make it snowy"
    assert all(house.discord.server.bot_role.name not in each.content for each in below(house, words))


async def test_where_only_calls_count_the_role_counts(house: House, mia: Member, lighthouse: Message) -> None:
    await told(house, await lead_of(house).slash("studio replies", mode="only when mentioned"))
    await mia.reply(lighthouse, "make it rainy")
    words = await mia.reply(lighthouse, f"make it snowy {role(house)}")
    await house.until(lambda: [each for each in below(house, words) if each.content.startswith("**#2**")])

    assert [call.prompt for call in house.images.calls[1:]] == ["make it snowy"]


async def test_a_command_and_its_dialog_leave_the_role_out(house: House, mia: Member, lighthouse: Message) -> None:
    await house.imagine(mia, f"{role(house)} a fox with {mia.mention}")
    typed = house.images.calls[-1].prompt
    dialog = await mia.click(lighthouse, "Edit")
    await house.until(lambda: dialog.modal is not None)
    await house.result(await mia.submit_modal(dialog, {"prompt": f"snow, {role(house)}", "quality": "low"}))

    assert typed == "a fox with @Mia"
    assert house.images.calls[-1].prompt.rstrip(" ,") == "snow"


async def test_another_role_is_named_and_is_no_call(house: House, mia: Member, lighthouse: Message) -> None:
    painters = house.discord.server.add_role("painters", mentionable=True)

    words = await mia.reply(lighthouse, f"<@&{painters.id}> what do you think?")
    question = await spoken(house, words)
    await house.imagine(mia, f"a crowd of <@&{painters.id}>")

    assert labels(question)
    assert house.images.calls[-1].prompt == "a crowd of @painters"
    assert len(house.images.calls) == 2


async def test_with_the_intent_the_role_below_a_photo_calls_the_bot(open_house: OpenHouse) -> None:
    house = await open_house(replace(NO_RATE_LIMITS, privileged_intents=Intent.MESSAGE_CONTENT))
    await house.start_bot(ATELIER_MESSAGE_CONTENT="on")
    server = house.discord.server
    mia, ben = server.add_member("Mia"), server.add_member("Ben")
    photo = await ben.send(server.channel("studio"), "look", [Upload("photo.png", PHOTO)])

    words = await mia.reply(photo, f"{role(house)} make it snowy")
    question = await spoken(house, words)
    await mia.click(question, labels(question)[0])
    await house.until(lambda: house.images.calls)

    assert house.images.calls[-1].prompt == "make it snowy"
    assert house.images.calls[-1].named("image")[0].content == PHOTO
