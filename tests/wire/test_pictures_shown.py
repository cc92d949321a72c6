"""Pictures that Discord says little of, in files, embeds and galleries; and what a file says of its member."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import Upload
from bot.sandbox.discord.world.intents import Intent
from tests.pictures.samples import encoded, gradient
from tests.pictures.test_pixel_data import EXIF, SECRET, segment
from tests.wire.house import NO_RATE_LIMITS, labels
from tests.wire.test_replies import below, spoken

if TYPE_CHECKING:
    from tests.wire.house import House, OpenHouse

HAT = encoded(gradient(64, 40), "PNG")  # of no picture's shape: nobody has to compare it
PHOTO = encoded(gradient(320, 200), "PNG")
WITH_THE_INTENT = replace(NO_RATE_LIMITS, privileged_intents=Intent.MESSAGE_CONTENT)
EMBED: dict[str, Any] = {"embeds": [{"title": "A fox", "image": {"url": "attachment://fox.png"}}]}
GALLERY: dict[str, Any] = {
    "flags": 1 << 15,
    "components": [{"type": 12, "items": [{"media": {"url": "attachment://fox.png"}}]}],
}


async def test_a_file_is_looked_at_whatever_discord_says_of_it(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    first = await house.imagine(mia)

    for number, name in enumerate(("image", "fox.x.jpg_large", "fox.bin", "fox.jpg", "fox.txt"), start=2):
        words = await mia.reply(first, "with this hat", [Upload(name, HAT)])
        await house.until(lambda: [each for each in below(house, words) if each.content.startswith(f"**#{number}**")])  # noqa: B023 - asked in this round only

        sent = [file.content for file in house.images.calls[-1].named("image")]
        assert sent == [first.attachments[0].content, HAT], name


@pytest.mark.parametrize(("name", "content"), [("data", b"\0" * 40), ("notes.txt", b"words"), ("a.mp4", b"film")])
async def test_what_is_no_picture_is_told_before_anything_is_paid(name: str, content: bytes, house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    first = await house.imagine(mia)

    told = await spoken(house, await mia.reply(first, "with this hat", [Upload("hat.png", HAT), Upload(name, content)]))

    assert told.content.startswith(f"❌ “{name}” is ")
    assert len(house.images.calls) == 1


@pytest.mark.parametrize("body", [EMBED, GALLERY], ids=["an embed", "a gallery"])
async def test_what_another_bot_shows_is_changed(body: dict[str, Any], open_house: OpenHouse) -> None:
    house = await open_house(discord=WITH_THE_INTENT)
    await house.start_bot(ATELIER_MESSAGE_CONTENT="true")
    mia, robot = house.discord.server.add_member("Mia"), house.discord.server.add_member("Robot")
    shown = await robot.post(house.discord.server.channel("studio"), body, [Upload("fox.png", PHOTO)])

    words = await mia.reply(shown, f"<@{house.discord.bot.id}> make it snowy")
    question = await spoken(house, words)
    await mia.click(question, labels(question)[0])
    await house.until(lambda: [each for each in below(house, words) if each.content.startswith("**#1**")])

    (call,) = house.images.calls
    assert [file.content for file in call.named("image")] == [PHOTO]


async def test_what_a_file_says_of_its_member_reaches_nobody(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    photo = encoded(gradient(320, 200), "JPEG")
    content = photo[:2] + segment(0xE1, EXIF) + photo[2:] + SECRET

    words = await mia.reply(await house.imagine(mia), "make it look like this", [Upload("mine.jpg", content)])
    await house.until(lambda: [each for each in below(house, words) if each.content.startswith("**#2**")])

    sent = house.images.calls[-1].named("image")[1].content
    assert SECRET in content
    assert SECRET not in sent
    assert photo[photo.index(b"\xff\xdb") :] in sent
    assert all(SECRET not in path.read_bytes() for path in house.data_dir.rglob("*") if path.is_file())
