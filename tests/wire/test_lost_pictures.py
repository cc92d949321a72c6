"""Old buttons, and pictures that are gone from Discord, from our store, or from both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import Permission
from bot.storage.database.sqlite import sqlite3
from tests.wire.house import labels

if TYPE_CHECKING:
    from bot.sandbox.discord import Member, Message
    from tests.wire.house import House


def prune(house: House) -> None:
    """The store loses every file, as a disk or a hasty operator may."""
    for file in house.kept_files():
        file.unlink()


def first_input(house: House) -> bytes:
    return house.images.calls[-1].named("image")[0].content


async def test_every_control_works_after_a_restart(house: House, mia: Member, lighthouse: Message) -> None:
    await house.restart_bot()

    varied = await house.result(await mia.click(lighthouse, "Vary"))
    panned = await house.result(await mia.select(lighthouse, "more:1", "pan-left"))
    dialog = await mia.click(lighthouse, "Edit")
    await house.until(lambda: dialog.modal is not None)
    edited = await house.result(await mia.submit_modal(dialog, {prompt_field(dialog.modal): "make it snowy"}))

    assert [content[:5] for content in (varied.content, panned.content, edited.content)] == ["**#2*", "**#3*", "**#4*"]
    assert first_input(house) == lighthouse.attachments[0].content
    assert house.images.calls[-1].prompt == "make it snowy"


async def test_a_dialog_that_was_open_over_a_restart_is_still_heard(
    house: House, mia: Member, lighthouse: Message
) -> None:
    dialog = await mia.click(lighthouse, "Edit")
    await house.until(lambda: dialog.modal is not None)
    await house.restart_bot()

    await house.result(await mia.submit_modal(dialog, {prompt_field(dialog.modal): "make it snowy"}))

    assert first_input(house) == lighthouse.attachments[0].content


@pytest.mark.parametrize("control", ["Edit", "Vary", "Finish", "More"])
async def test_the_controls_of_a_deleted_picture_say_why_not(house: House, mia: Member, control: str) -> None:
    private = await mia.slash("imagine", prompt="a fox", size="1024x1024", quality="low", private=True)
    await house.ended(private)
    shown = private.response
    assert shown is not None
    finish = next(label for label in labels(shown) if label.startswith("Finish"))
    asked = await (await mia.select(shown, "more:1", "delete")).shown()
    await mia.click(asked, "Delete for good")
    await house.until(lambda: asked.content.startswith("Deleted"))

    if control == "More":
        pressed = await mia.select(shown, "more:1", "zoom-2")
    else:
        pressed = await mia.click(shown, finish if control == "Finish" else control)
    await house.ended(pressed)

    assert house.words(pressed).startswith("❌ ")
    assert "deleted" in house.words(pressed)
    assert pressed.ephemeral
    assert len(house.images.calls) == 1


async def test_a_picture_whose_message_is_gone_is_changed_from_the_store(
    house: House, mia: Member, lighthouse: Message
) -> None:
    original = lighthouse.attachments[0].content
    dialog = await mia.click(lighthouse, "Edit")
    await house.until(lambda: dialog.modal is not None)
    moderator = house.discord.server.add_member("Max", permissions=Permission.MANAGE_MESSAGES)
    await moderator.delete(lighthouse)

    made = await house.result(await mia.submit_modal(dialog, {prompt_field(dialog.modal): "make it snowy"}))

    assert first_input(house) == original
    assert made.content.startswith("**#2**")


async def test_a_picture_that_the_store_has_lost_is_changed_from_its_message(
    house: House, mia: Member, lighthouse: Message
) -> None:
    original = lighthouse.attachments[0].content
    prune(house)

    await house.result(await mia.click(lighthouse, "Vary"))

    assert first_input(house) == original
    assert len(house.kept_files()) == 2


async def test_a_picture_that_is_lost_everywhere_is_said_to_be(house: House, mia: Member, lighthouse: Message) -> None:
    dialog = await mia.click(lighthouse, "Edit")
    await house.until(lambda: dialog.modal is not None)
    prune(house)
    moderator = house.discord.server.add_member("Max", permissions=Permission.MANAGE_MESSAGES)
    await moderator.delete(lighthouse)

    refused = await mia.submit_modal(dialog, {prompt_field(dialog.modal): "make it snowy"})
    await house.ended(refused)

    assert house.words(refused).startswith("❌ ")
    assert "wrong on my side" not in house.words(refused)
    assert len(house.images.calls) == 1
    assert [job.state for job in house.jobs()] == ["settled"]


async def test_three_changes_in_a_row_know_their_parents(house: House, mia: Member, lighthouse: Message) -> None:
    second = await house.result(await mia.click(lighthouse, "Vary"))
    third = await house.result(await mia.select(second, "more:2", "pan-left"))
    details = await mia.message_command("Image details", second)

    shown = await details.shown()

    told = json.dumps(shown.embeds)
    assert "#1" in told
    assert "#3" in told
    assert f"/{lighthouse.channel.id}/{lighthouse.id}" in told
    assert f"/{third.channel.id}/{third.id}" in told
    assert parents(house) == [1, 2]


def parents(house: House) -> list[int]:
    """Of each request that changed a picture: which."""
    connection = sqlite3.connect(f"file:{house.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)
    try:
        return [number for (number,) in connection.execute("SELECT picture_number FROM request_parents ORDER BY 1")]
    finally:
        connection.close()


def prompt_field(modal: Any) -> str:  # noqa: ANN401 - the dialog's JSON
    """The custom id of the dialog's field for words."""
    for holder in modal["components"]:
        field = holder.get("component") or holder["components"][0]
        if field["type"] == 4:
            return str(field["custom_id"])
    raise AssertionError("the dialog has no field for words")
