from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.discord import Answer, MessageFlag
from bot.sandbox.images import Fault, FaultKind, ImageOptions
from bot.storage.database.sqlite import sqlite3
from tests.wire.house import OFFERED, buttons

if TYPE_CHECKING:
    from tests.wire.house import House, OpenHouse

SLOWLY = ImageOptions(pace=0.1, seed=7)
CANNED = ImageOptions(pace=0.1, canned_bytes=1)
PREVIEW_LIMIT = 256 * 1024


async def _made_by_the_api(house: House, prompt: str, size: str, quality: str) -> bytes:
    """The file that the API makes of these words with the same seed, fetched without the bot."""
    body = {"model": "gpt-image-2.5-flare", "prompt": prompt, "size": size, "quality": quality}
    headers = {"Authorization": f"Bearer {house.images.api_key}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{house.images.base_url}/images/generations", json=body, headers=headers) as answer,
    ):
        return base64.b64decode((await answer.json())["data"][0]["b64_json"])


def _safety_key(house: House) -> bytes:
    """The bot's secret, straight from its database."""
    connection = sqlite3.connect(house.data_dir / "atelier.sqlite3")
    try:
        rows = connection.execute("SELECT key, value FROM state").fetchall()
    finally:
        connection.close()
    value = dict(rows)["safety_identifier_key"]
    return value if isinstance(value, bytes) else bytes.fromhex(value)


async def test_a_picture_sharpens_in_place_and_comes_as_a_message_of_its_own(open_house: OpenHouse) -> None:
    house = await open_house(images=SLOWLY)
    await house.start_bot()
    mia = house.discord.server.add_member("Mia")
    prompt = "a red fox in snow at dawn"

    invocation = await mia.slash("imagine", prompt=prompt, size="1024x1024", quality="medium")
    message = await house.result(invocation)

    assert invocation.answer is Answer.DEFERRED_MESSAGE
    assert not invocation.ephemeral
    previews = [version.attachments[0] for version in invocation.history if version.attachments]
    assert previews
    assert all(preview.size <= PREVIEW_LIMIT for preview in previews)
    assert all(preview.description for preview in previews)
    assert len({preview.content for preview in previews}) == len(previews)
    await house.until(lambda: invocation.response is None)
    assert message.origin is None
    bill = house.images.bill.nano
    original = await _made_by_the_api(house, prompt, "1024x1024", "medium")
    (file,) = message.attachments
    assert file.content == original
    assert b"Atelier sandbox" in file.content
    assert file.filename == "atelier-1.png"
    assert file.description == f"Generated picture #1: {prompt}"
    assert house.ledger().sums.settled_nano == bill > 0
    assert house.states() == ["settled"]


async def test_no_progress_edit_is_begun_after_the_result_was_sent(open_house: OpenHouse) -> None:
    house = await open_house(images=CANNED)
    await house.start_bot()
    mia = house.discord.server.add_member("Mia")

    await house.imagine(mia)
    await house.restart_bot()

    (sent,) = house.sends()
    assert house.edits()
    assert all(edit.at < sent.at for edit in house.edits())


async def test_a_result_says_number_model_size_quality_time_cost_and_what_is_left(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    message = await house.imagine(mia, size="1536x1024", quality="medium")

    heading, prompt, how, left = message.content.splitlines()
    assert heading == f"**#1** for {mia.mention}"
    assert prompt == "> a fox"
    assert re.fullmatch(r"-# GPT Image 2\.5 Flare · 1536×1024 · medium · \d+\.\d s · \$0\.\d+", how)
    assert left == "-# Left: your 24 pictures today · this bot $19.99 this month"
    assert message.pings == []
    assert buttons(message) == OFFERED


async def test_the_api_is_called_once_with_the_right_parameters(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    await house.imagine(mia, "a fox, 50 % off @everyone", size="1536x864", quality="low", format="webp")

    (call,) = house.images.calls
    assert call.endpoint == "generations"
    assert call.fields == {
        "model": "gpt-image-2.5-flare",
        "prompt": "a fox, 50 % off @everyone",
        "size": "1536x864",
        "quality": "low",
        "output_format": "webp",
        "n": 1,
        "stream": True,
        "partial_images": call.fields["partial_images"],
        "moderation": "auto",
        "safety_identifier": hmac.new(_safety_key(house), str(mia.id).encode(), hashlib.sha256).hexdigest(),
    }
    assert str(mia.id) not in str(call.fields)
    assert call.headers.get("x-stainless-retry-count") in {None, "0"}


async def test_partial_images_are_asked_for_and_billed_as_the_settings_say(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    await house.restart_bot(ATELIER_PARTIAL_IMAGES=0)

    await house.imagine(mia, quality="medium")

    (line,) = house.images.bill.lines
    assert line.partials == 0
    assert house.ledger().sums.settled_nano == house.images.bill.nano


async def test_words_cannot_ping_format_or_link_but_reach_the_api_untouched(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    prompt = f"[free](https://evil.example) @everyone {mia.mention} **bold** https://evil.example"

    message = await house.imagine(mia, prompt)

    assert house.images.calls[0].prompt == prompt.replace(mia.mention, "@Mia")
    assert message.pings == []
    quoted = message.content.splitlines()[1]
    assert "](http" not in quoted
    assert "https://" not in quoted
    assert "**bold**" not in quoted


async def test_four_pictures_are_four_calls_and_one_message(open_house: OpenHouse) -> None:
    house = await open_house(images=SLOWLY)
    await house.start_bot(ATELIER_CONCURRENCY=8)
    mia = house.discord.server.add_member("Mia")

    invocation = await mia.slash("imagine", prompt="a fox", count=4, quality="low")
    message = await house.result(invocation)

    assert [call.fields["n"] for call in house.images.calls] == [1, 1, 1, 1]
    assert [file.filename for file in message.attachments] == [f"atelier-{number}.png" for number in range(1, 5)]
    assert message.content.startswith("**#1, #2, #3, #4** for ")
    assert buttons(message) == OFFERED
    assert house.states() == ["settled"] * 4
    assert house.ledger().sums.settled_nano == house.images.bill.nano
    sheets = [version.attachments for version in invocation.history if version.attachments]
    assert sheets
    assert all(len(sheet) == 1 and sheet[0].size <= PREVIEW_LIMIT for sheet in sheets)
    assert any(sheet[0].width == sheet[0].height for sheet in sheets)


async def test_one_of_four_that_is_blocked_leaves_three_and_a_sentence(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.images.faults.add(Fault(FaultKind.MODERATION_BLOCKED))

    message = await house.imagine(mia, count=4)

    assert len(message.attachments) == 3
    assert "1 of 4 pictures not made" in message.content
    assert "safety check" in message.content
    assert sorted(house.states()) == ["released", "settled", "settled", "settled"]
    assert house.ledger().sums.settled_nano == house.images.bill.nano
    assert house.ledger().sums.held_nano == house.ledger().sums.unknown_nano == 0


async def test_a_private_picture_is_seen_by_nobody_else(open_house: OpenHouse) -> None:
    house = await open_house(images=SLOWLY)
    await house.start_bot()
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    studio = house.discord.server.channel("studio")

    invocation = await mia.slash("imagine", prompt="a fox", private=True, quality="low")
    await house.until(lambda: "**#1**" in house.words(invocation))

    assert invocation.ephemeral
    response = invocation.response
    assert response is not None
    assert MessageFlag.EPHEMERAL in response.flags
    assert response.attachments[0].content == await _made_by_the_api(house, "a fox", "1024x1024", "low")
    assert response.attachments[0].description == "Generated picture #1: a fox"
    assert buttons(response) == OFFERED
    assert studio.visible_to(bob) == []
    assert [message for message in studio.history if message.only_for is not mia.user] == []
    assert house.sends() == []
    assert house.states() == ["settled"]


async def test_each_of_two_members_gets_their_own_safety_identifier(house: House) -> None:
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")

    await house.imagine(mia)
    await house.imagine(mia)
    await house.imagine(bob)

    first, second, other = (call.fields["safety_identifier"] for call in house.images.calls)
    assert first == second != other


async def test_choices_show_their_price(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    qualities = await mia.autocomplete("imagine", focused="quality", prompt="a fox")
    sizes = await mia.autocomplete("imagine", focused="size", value="squ", prompt="a fox", quality="low")
    models = await mia.autocomplete("imagine", focused="model", value="sunburst", prompt="a fox")

    assert [choice["value"] for choice in qualities] == ["low", "medium", "high", "xhigh", "max"]
    assert all(re.search(r"· \$\d", choice["name"]) for choice in [*qualities, *sizes, *models])
    assert {choice["value"] for choice in models} == {"gpt-image-2.5-sunburst", "gpt-image-2.6-sunburst"}


async def test_every_model_that_is_offered_settles_to_the_bill(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    models = await mia.autocomplete("imagine", focused="model", prompt="a fox")

    for choice in models:
        await house.imagine(mia, model=choice["value"], quality="low")

    assert house.ledger().sums.settled_nano == house.images.bill.nano
    assert [job.overshoot_nano for job in house.jobs()] == [0] * len(models)


async def test_the_choices_show_the_price_of_as_many_pictures_as_are_asked_for(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    one = await mia.autocomplete("imagine", focused="quality", value="low", prompt="a fox")
    four = await mia.autocomplete("imagine", focused="quality", value="low", prompt="a fox", count=4)

    assert [choice["name"] for choice in (*one, *four)] == ["low · $0.009", "low · $0.036"]
