"""What is done to a picture arrives at the image API as it should: bytes, sizes, transparency, order, and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops, ImageDraw

from bot.sandbox.discord import Upload
from bot.services.requests import format_price
from bot.storage.database.sqlite import sqlite3
from tests.pictures.samples import encoded, gradient, opened, pixel
from tests.wire.house import labels

if TYPE_CHECKING:
    from bot.sandbox.discord import Member, Message
    from bot.sandbox.images.received import Call
    from tests.wire.house import House


def content_of(message: Message) -> bytes:
    """The first file of a message."""
    return message.attachments[0].content


def alpha_of(content: bytes) -> Image.Image:
    return opened(content).convert("RGBA").getchannel("A")


def overlay_of(call: Call, field: str) -> bytes:
    (file,) = call.named(field)
    assert file.media_type == "image/png"
    assert len(file.content) < 4_000_000
    return file.content


def drawn_upon(content: bytes, box: tuple[int, int, int, int]) -> bytes:
    """The picture as somebody sends it who has drawn a circle on it with a telephone: a JPEG."""
    image = opened(content).convert("RGB")
    ImageDraw.Draw(image).ellipse(box, outline=(255, 0, 0), width=12)
    return encoded(image, "JPEG", quality=88)


def held(house: House) -> list[int]:
    """What was held for each job, in nano-dollars."""
    connection = sqlite3.connect(f"file:{house.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)
    try:
        return [nano for (nano,) in connection.execute("SELECT hold_nano FROM jobs ORDER BY seq")]
    finally:
        connection.close()


def assert_money_agrees(house: House) -> None:
    """The ledger says what the bill says, no job cost more than was held for it, and inputs were paid for."""
    bill = house.images.bill
    report = house.ledger()
    assert report.sums.settled_nano == bill.nano > 0
    assert report.sums.held_nano == report.sums.unknown_nano == 0
    costs = [job.actual_nano or 0 for job in report.jobs]
    assert all(cost <= hold for cost, hold in zip(costs, held(house), strict=True))


async def test_vary_sends_the_original_bytes_and_the_words_it_was_made_from(
    house: House, mia: Member, lighthouse: Message
) -> None:
    second = await house.result(await mia.click(lighthouse, "Vary"))

    call = house.images.calls[-1]
    assert call.endpoint == "edits"
    assert [file.content for file in call.named("image")] == [content_of(lighthouse)]
    assert "variation" in call.prompt
    assert "a lighthouse at dusk" in call.prompt
    assert (call.fields["size"], call.fields["quality"]) == ("1024x1024", "low")
    assert "#1" in second.content
    assert_money_agrees(house)
    usage = house.images.bill.lines[-1].usage
    assert usage is not None
    assert usage.image > 0


async def test_finish_makes_the_same_picture_in_a_higher_quality_at_the_price_on_its_button(
    house: House, mia: Member, lighthouse: Message
) -> None:
    label = next(label for label in labels(lighthouse) if label.startswith("Finish"))

    await house.result(await mia.click(lighthouse, label))

    call = house.images.calls[-1]
    assert (call.fields["size"], call.fields["quality"]) == ("1024x1024", "high")
    assert [file.content for file in call.named("image")] == [content_of(lighthouse)]
    assert label == f"Finish · {format_price(held(house)[-1])}"
    assert_money_agrees(house)


EXTENSIONS = [
    ("zoom-2", "2048x2048", (512, 512, 1536, 1536)),
    ("pan-left", "1024x1024", (341, 0, 1024, 1024)),
    ("pan-right", "1024x1024", (0, 0, 683, 1024)),
    ("pan-up", "1024x1024", (0, 341, 1024, 1024)),
    ("portrait", "1024x1536", (0, 256, 1024, 1280)),
]  # what is chosen, the size asked for, and where the picture lies in it


async def test_an_extension_sends_a_canvas_with_a_mask_of_what_is_new(
    house: House, mia: Member, lighthouse: Message
) -> None:
    for choice, size, box in EXTENSIONS:
        message = await house.result(await mia.select(lighthouse, "more:1", choice))

        call = house.images.calls[-1]
        (canvas,) = [file.content for file in call.named("image")]
        mask = overlay_of(call, "mask")
        across, down = (int(edge) for edge in size.split("x"))
        assert call.fields["size"] == size, choice
        assert opened(canvas).size == opened(mask).size == (across, down)
        bounds = alpha_of(canvas).getbbox()
        assert bounds is not None
        assert all(abs(found - wanted) <= 1 for found, wanted in zip(bounds, box, strict=True)), choice
        assert_kept_is_inside(alpha_of(mask), bounds)
        made = opened(content_of(message)).convert("RGB")
        assert made.size == (across, down)
        middle = ((bounds[0] + bounds[2]) // 2, (bounds[1] + bounds[3]) // 2)
        assert pixel(made, *middle) == pixel(opened(canvas).convert("RGB"), *middle)
        assert_money_agrees(house)


def assert_kept_is_inside(mask: Image.Image, box: tuple[int, int, int, int]) -> None:
    """All that is new may change, and nearly all of the picture is kept."""
    outside = Image.new("L", mask.size, 255)
    outside.paste(0, box)
    assert ImageChops.multiply(mask, outside).getextrema() == (0, 0)
    kept = mask.histogram()[255]
    assert kept > 0.9 * (box[2] - box[0]) * (box[3] - box[1])


@pytest.mark.painted
async def test_a_background_is_removed_into_transparency(house: House, mia: Member, lighthouse: Message) -> None:
    message = await house.result(await mia.select(lighthouse, "more:1", "cut-out"))

    call = house.images.calls[-1]
    assert (call.fields["background"], call.fields["output_format"]) == ("transparent", "png")
    assert alpha_of(content_of(message)).getextrema()[0] == 0


async def test_a_black_and_white_mask_of_another_size_becomes_transparency_and_the_rest_stays(
    house: House, mia: Member, lighthouse: Message
) -> None:
    original = content_of(lighthouse)
    white_circle = Image.new("L", (512, 512), 0)
    ImageDraw.Draw(white_circle).ellipse((128, 128, 384, 384), fill=255)

    message = await house.result(
        await mia.slash(
            "edit",
            prompt="a moon",
            image=Upload("mine.png", original),
            mask=Upload("circle.png", encoded(white_circle, "PNG")),
            quality="low",
        )
    )

    call = house.images.calls[-1]
    mask = alpha_of(overlay_of(call, "mask"))
    assert mask.size == (1024, 1024)
    assert (mask.getpixel((512, 512)), mask.getpixel((20, 20))) == (0, 255)
    assert call.fields["size"] == "1024x1024"
    assert call.prompt == "a moon"
    made = opened(content_of(message)).convert("RGB")
    before = opened(original).convert("RGB")
    kept = mask.point(lambda alpha: 255 if alpha else 0)
    changed = Image.composite(ImageChops.difference(made, before), Image.new("RGB", made.size), kept)
    assert changed.getbbox() is None
    assert pixel(made, 512, 512) != pixel(before, 512, 512)
    assert "exactly as it was" in message.content
    assert_money_agrees(house)


async def test_without_exact_the_picture_is_just_as_the_provider_made_it(
    house: House, mia: Member, lighthouse: Message
) -> None:
    mask = Image.new("RGBA", (1024, 1024), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (200, 200, 700, 700))

    message = await house.result(
        await mia.slash(
            "edit",
            prompt="a moon",
            image=Upload("mine.png", content_of(lighthouse)),
            mask=Upload("mask.png", encoded(mask, "PNG")),
            exact=False,
        )
    )

    assert "exactly as it was" not in message.content
    assert overlay_of(house.images.calls[-1], "mask")


async def test_a_reply_with_the_picture_drawn_upon_sends_the_drawing_alone(
    house: House, mia: Member, lighthouse: Message
) -> None:
    drawing = drawn_upon(content_of(lighthouse), (300, 300, 700, 700))

    message = await answered(house, await mia.reply(lighthouse, "a dragon here", [Upload("circled.jpg", drawing)]))

    call = house.images.calls[-1]
    assert [file.content for file in call.named("image")] == [content_of(lighthouse)]
    markup = alpha_of(overlay_of(call, "markup"))
    assert markup.size == (1024, 1024)
    assert (markup.getpixel((500, 306)), markup.getpixel((500, 500)), markup.getpixel((50, 50))) == (255, 0, 0)
    assert "drawing" in message.content
    assert_money_agrees(house)


async def test_a_model_without_markup_gets_the_circled_region_as_a_mask(house: House, mia: Member) -> None:
    first = await house.imagine(mia, "a lighthouse", model="gpt-image-2", size="1024x1024", quality="low")
    drawing = drawn_upon(content_of(first), (300, 300, 700, 700))

    await answered(house, await mia.reply(first, "a dragon here", [Upload("circled.jpg", drawing)]))

    call = house.images.calls[-1]
    mask = alpha_of(overlay_of(call, "mask"))
    assert call.named("markup") == ()
    assert (mask.getpixel((500, 500)), mask.getpixel((50, 50))) == (0, 255)


async def test_pictures_attached_to_a_reply_follow_in_their_order(
    house: House, mia: Member, lighthouse: Message
) -> None:
    colours = ("red", "green", "blue")
    files = [Upload(f"{colour}.png", encoded(Image.new("RGB", (300, 200), colour), "PNG")) for colour in colours]

    await answered(house, await mia.reply(lighthouse, "with these colours", files))

    call = house.images.calls[-1]
    sent = [file.content for file in call.named("image")]
    assert sent == [content_of(lighthouse), *(file.content for file in files)]
    assert not call.named("mask")
    assert not call.named("markup")
    assert_money_agrees(house)


async def test_an_edited_picture_of_somebody_else_keeps_its_shape(house: House, mia: Member) -> None:
    studio = house.discord.server.channel("studio")
    ben = house.discord.server.add_member("Ben")
    photo = encoded(gradient(1170, 2532), "JPEG")
    message = await ben.send(studio, "look", [Upload("photo.jpg", photo)])

    offered = await (await mia.message_command("Vary image", message)).shown()
    await house.result(await mia.click(offered, labels(offered)[0]))

    call = house.images.calls[-1]
    across, down = (int(edge) for edge in str(call.fields["size"]).split("x"))
    assert [file.content for file in call.named("image")] == [photo]
    assert abs(across / down - 1170 / 2532) < 0.02
    assert across * down <= 1536 * 1024
    assert house.jobs()[-1].user_id == str(mia.id)


async def test_all_ten_files_of_a_reply_are_sent_after_the_picture(
    house: House, mia: Member, lighthouse: Message
) -> None:
    colours = [(25 * number, 90, 200 - 15 * number) for number in range(10)]
    files = [
        Upload(f"{number}.png", encoded(Image.new("RGB", (48, 32), colour), "PNG"))
        for number, colour in enumerate(colours)
    ]

    await answered(house, await mia.reply(lighthouse, "all of them", files))

    sent = [file.content for file in house.images.calls[-1].named("image")]
    assert sent == [content_of(lighthouse), *(file.content for file in files)]
    assert_money_agrees(house)


async def answered(house: House, reply: Message) -> Message:
    """The result of a reply: the regular message that follows it, once it is not the progress any more."""

    def results() -> list[Message]:
        return [message for message in following(house, reply) if message.attachments and is_result(message)]

    await house.until(results)
    return results()[-1]


def following(house: House, reply: Message) -> list[Message]:
    bot = house.discord.bot
    return [message for message in reply.channel.messages if message.id > reply.id and message.author is bot]


def is_result(message: Message) -> bool:
    return message.content.startswith("**#")
