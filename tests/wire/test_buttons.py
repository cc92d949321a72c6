from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.sandbox.discord import Fault, Permission, Upload
from tests.pictures.samples import encoded, gradient
from tests.wire.house import FIRST_ANSWER, OFFERED, buttons, choose

if TYPE_CHECKING:
    from tests.wire.house import House

JPEG = encoded(gradient(320, 200), "JPEG")


async def test_again_makes_the_same_once_more_for_whoever_presses_it(house: House) -> None:
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    first = await house.imagine(mia, "a fox", size="1536x1024", quality="low")
    await house.restart_bot()

    second = await house.result(await bob.click(first, "Again"))

    asked, again = house.images.calls
    names = ("model", "prompt", "size", "quality", "output_format", "partial_images")
    assert [asked.fields[name] for name in names] == [again.fields[name] for name in names]
    assert asked.fields["safety_identifier"] != again.fields["safety_identifier"]
    assert second.content.startswith(f"**#2** for {bob.mention}")
    assert [job.user_id for job in house.jobs()] == [str(mia.id), str(bob.id)]
    assert not first.deleted


async def test_again_of_a_picture_with_references_sends_them_again(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    first = await house.imagine(mia, image1=Upload("one.jpg", JPEG))
    await house.restart_bot()

    await house.result(await mia.click(first, "Again"))

    assert [call.named("image")[0].content for call in house.images.calls] == [JPEG, JPEG]


async def test_again_of_a_private_picture_is_private(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    first = await mia.slash("imagine", prompt="a fox", private=True)
    await house.ended(first)
    assert first.response is not None

    again = await mia.click(first.response, "Again")
    await house.ended(again)

    assert again.ephemeral
    assert house.words(again).startswith("**#2**")
    assert house.sends() == []


async def test_details_tell_everything_to_who_asks(house: House) -> None:
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    message = await house.imagine(mia, "a **fox** @everyone", count=2)
    await house.restart_bot()

    shown = await (await bob.message_command("Image details", message)).shown()

    assert shown.only_for is bob.user
    (embed,) = shown.embeds
    told = str(embed)
    assert "**fox**" not in told
    assert mia.mention in told
    assert "#1" in told
    assert "#2" in told
    assert "gpt-image-2.5-flare" in told


async def test_a_result_is_deleted_by_its_requester_after_a_second_question(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    message = await house.imagine(mia, image1=Upload("one.jpg", JPEG))
    await house.restart_bot()

    asked = await (await choose(mia, message, "delete")).shown()
    still_there = not message.deleted
    await mia.click(asked, "Delete for good")
    await house.until(lambda: asked.content.startswith("Deleted."))

    assert still_there
    assert message.deleted
    assert asked.only_for is mia.user
    assert buttons(asked) == []
    assert house.kept_files() == []
    assert house.ledger().sums.settled_nano == house.images.bill.nano > 0


async def test_one_of_several_pictures_is_deleted_and_the_message_shows_the_others(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    message = await house.imagine(mia, "a fox", count=3)
    first, _, third = message.attachments
    await house.restart_bot()

    asked = await (await choose(mia, message, "delete")).shown()
    await house.restart_bot()
    await mia.click(asked, "#2")
    await house.until(lambda: asked.content.startswith("Deleted"))

    assert asked.content == "Deleted #2."
    assert [(each.filename, each.content) for each in message.attachments] == [
        (each.filename, each.content) for each in (first, third)
    ]
    assert [each.description for each in message.attachments] == [
        "Generated picture #1, 1 of 3: a fox",
        "Generated picture #3, 3 of 3: a fox",
    ]
    assert message.content.startswith(f"**#1, #3** for {mia.mention}\n> a fox\n")
    assert buttons(message) == OFFERED
    assert house.kept_files() != []


async def test_of_several_pictures_it_is_asked_which_one_is_meant(house: House) -> None:
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    message = await house.imagine(mia, "a fox", count=2)
    second = message.attachments[1].content

    asked = await (await bob.click(message, "Vary")).shown()
    (sheet,) = asked.attachments
    await house.restart_bot()
    made = await house.result(await bob.click(asked, "#2"))

    assert asked.only_for is bob.user
    assert Image.open(io.BytesIO(sheet.content)).size == (732, 363)
    assert sheet.description == "Contact sheet of 2 pictures in rows of two: #1; #2."
    assert buttons(asked) == [["#1", "#2"]]
    assert [file.content for file in house.images.calls[-1].named("image")] == [second]
    assert made.content.startswith(f"**#3** for {bob.mention}\n-# Variation of #2 · ")
    assert made.attachments[0].description == "Generated picture #3: a fox; then: varied"


async def test_only_the_requester_or_a_moderator_may_delete(house: House) -> None:
    server = house.discord.server
    mia, bob = server.add_member("Mia"), server.add_member("Bob")
    moderator = server.add_member("Max", permissions=Permission.MANAGE_MESSAGES)
    message = await house.imagine(mia)

    refused = await (await choose(bob, message, "delete")).shown()
    asked = await (await choose(moderator, message, "delete")).shown()
    await moderator.click(asked, "Delete for good")
    await house.until(lambda: message.deleted)

    assert refused.content.startswith("❌ Only the member")
    assert refused.only_for is bob.user


async def test_the_second_question_of_a_picture_that_is_gone_is_answered_kindly(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    message = await house.imagine(mia)
    first = await (await choose(mia, message, "delete")).shown()
    second = await (await choose(mia, message, "delete")).shown()
    await mia.click(first, "Delete for good")
    await house.until(lambda: first.content.startswith("Deleted."))

    answer = await (await mia.click(second, "Delete for good")).shown()

    assert "deleted" in answer.content
    assert "wrong on my side" not in answer.content


@pytest.mark.parametrize("way", ["details", "Again", "delete"])
async def test_the_buttons_of_a_deleted_picture_say_why_not(house: House, way: str) -> None:
    mia = house.discord.server.add_member("Mia")
    first = await mia.slash("imagine", prompt="a fox", private=True, image1=Upload("one.jpg", JPEG))
    await house.ended(first)
    shown = first.response
    assert shown is not None
    asked = await (await choose(mia, shown, "delete")).shown()
    await mia.click(asked, "Delete for good")
    await house.until(lambda: asked.content.startswith("Deleted."))

    pressed = await (mia.click(shown, way) if way == "Again" else choose(mia, shown, way))
    await house.ended(pressed)

    assert house.words(pressed).startswith("❌ ")
    assert "deleted" in house.words(pressed)
    assert len(house.images.calls) == 1


async def test_a_response_that_became_the_result_is_deleted_too(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    studio = house.discord.server.channel("studio")
    house.discord.server.set_permissions(studio, house.discord.server.bot, deny=Permission.SEND_MESSAGES)
    invocation = await mia.slash("imagine", prompt="a fox")
    await house.ended(invocation)
    shown = invocation.response
    assert shown is not None

    asked = await (await choose(mia, shown, "delete")).shown()
    await mia.click(asked, "Delete for good")
    await house.until(lambda: asked.content.startswith("Deleted."))

    assert shown.deleted
    assert house.kept_files() == []


async def test_a_message_that_cannot_be_deleted_is_named_and_its_files_are_gone(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    message = await house.imagine(mia)
    house.discord.faults.add(Fault(r"^/channels/\d+/messages/\d+$", "DELETE", status=403, code=50001))

    asked = await (await choose(mia, message, "delete")).shown()
    await mia.click(asked, "Delete for good")
    await house.until(lambda: asked.content.startswith("Deleted."))

    assert "cannot remove its message" in asked.content
    assert house.kept_files() == []


async def test_a_deletion_that_discord_takes_long_for_is_answered_all_the_same(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    message = await house.imagine(mia)
    asked = await (await choose(mia, message, "delete")).shown()
    house.discord.faults.add(Fault(r"^/channels/\d+/messages/\d+$", "DELETE", delay=0.3))

    await mia.click(asked, "Delete for good")
    await house.until(lambda: house.discord.traffic.search(r"^/channels/\d+/messages/\d+$", "DELETE"))
    house.discord.clock.advance(FIRST_ANSWER + 1)
    await house.until(lambda: asked.content.startswith("Deleted."))

    assert message.deleted


async def test_a_picture_of_another_server_is_not_known_here(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    other = house.discord.add_server("Another", ("general",))
    eve = other.add_member("Eve")
    await house.imagine(mia)
    theirs = await house.imagine(eve)
    for components in theirs.components:
        for button in components["components"]:
            button["custom_id"] = button["custom_id"].replace(":2", ":1")

    details = await (await choose(eve, theirs, "details")).shown()
    again = await (await eve.click(theirs, "Again")).shown()

    assert details.content.startswith("❌ ")
    assert again.content.startswith("❌ ")
    assert len(house.images.calls) == 2
