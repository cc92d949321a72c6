"""The dialog with files over the wire: what a member adds reaches the image API, in their order, after any restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from bot.presentation.choices import Asked, price_text
from bot.sandbox.discord import Upload
from tests.examples import MODEL
from tests.pictures.samples import encoded, gradient, opened

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member, Message
    from tests.wire.house import House


async def dialog_of(house: House, opening: Invocation) -> Invocation:
    await house.until(lambda: opening.modal is not None)
    return opening


def coloured(colour: str) -> Upload:
    return Upload(f"{colour}.png", encoded(Image.new("RGB", (300, 200), colour), "PNG"))


def sent(house: House) -> list[bytes]:
    """The input pictures of the newest call."""
    return [file.content for file in house.images.calls[-1].named("image")]


def words_of(opening: Invocation) -> Any:  # noqa: ANN401 - a part of the dialog's JSON
    modal: Any = opening.modal
    return modal["components"][0]["component"]["value"]


async def test_ten_files_follow_the_picture_in_the_members_order(
    house: House, mia: Member, lighthouse: Message
) -> None:
    colours = ("red", "green", "blue", "white", "black", "orange", "purple", "brown", "pink", "grey")
    files = [coloured(colour) for colour in colours]
    dialog = await dialog_of(house, await mia.click(lighthouse, "Edit"))
    await house.restart_bot()

    values: dict[str, object] = {"prompt": "with these", "quality": "low", "files": files}
    await house.result(await mia.submit_modal(dialog, values))

    assert words_of(dialog) == "a lighthouse at dusk"
    assert sent(house) == [lighthouse.attachments[0].content, *(file.content for file in files)]
    assert house.images.calls[-1].prompt == "with these"


async def test_a_drawing_without_words_is_sent_as_such(house: House, mia: Member, lighthouse: Message) -> None:
    original = lighthouse.attachments[0].content
    drawn = opened(original).convert("RGB")
    ImageDraw.Draw(drawn).ellipse((300, 300, 700, 700), outline=(255, 0, 0), width=12)
    dialog = await dialog_of(house, await mia.click(lighthouse, "Edit"))

    values: dict[str, object] = {"prompt": "", "files": [Upload("circled.jpg", encoded(drawn, "JPEG", quality=90))]}
    await house.result(await mia.submit_modal(dialog, values))

    call = house.images.calls[-1]
    assert sent(house) == [original]
    assert len(call.named("markup")) == 1
    assert call.prompt == "Change the picture as it is drawn on it."


async def test_nothing_changed_is_an_edit_with_the_words_that_stand_there(
    house: House, mia: Member, lighthouse: Message
) -> None:
    dialog = await dialog_of(house, await mia.click(lighthouse, "Edit"))

    await house.result(await mia.submit_modal(dialog, {}))

    call = house.images.calls[-1]
    assert call.prompt == "a lighthouse at dusk"
    assert (call.fields["size"], call.fields["quality"]) == ("1024x1024", "low")


async def test_a_picture_of_somebody_else_is_changed_with_what_is_added(house: House, mia: Member) -> None:
    ben = house.discord.server.add_member("Ben")
    photo = encoded(gradient(1170, 2532), "JPEG")
    message = await ben.send(house.discord.server.channel("studio"), "look", [Upload("photo.jpg", photo)])
    dialog = await dialog_of(house, await mia.message_command("Edit image", message))
    hat = coloured("red")

    await house.result(await mia.submit_modal(dialog, {"prompt": "with this hat", "quality": "low", "files": [hat]}))

    call = house.images.calls[-1]
    across, down = (int(edge) for edge in str(call.fields["size"]).split("x"))
    assert sent(house) == [photo, hat.content]
    assert abs(across / down - 1170 / 2532) < 0.02


async def test_a_picture_as_reference_is_sent_with_the_words_of_a_new_one(
    house: House, mia: Member, lighthouse: Message
) -> None:
    dialog = await dialog_of(house, await mia.select(lighthouse, "more:1", "reference"))

    await house.result(await mia.submit_modal(dialog, {"prompt": "a poster", "quality": "low"}))

    assert sent(house) == [lighthouse.attachments[0].content]
    assert house.images.calls[-1].prompt == "a poster"


async def test_the_prices_of_choices_count_the_pictures_that_are_attached(mia: Member) -> None:
    choices = await mia.autocomplete("edit", focused="quality", value="low", image=coloured("red"), count=2)

    asked = Asked(3, count=2, inputs=(None,))
    price = price_text(MODEL, MODEL.default_size, "low", asked)
    assert choices == [{"name": f"low · {price}", "value": "low"}]
