"""GIF and SVG over the wire: asked for as the API wants, posted unchanged, paid exactly, changed as stills."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.images import ImageOptions
from tests.pictures.samples import opened

if TYPE_CHECKING:
    from tests.wire.house import House, OpenHouse

WITH_PREVIEWS = ImageOptions(pace=0.0, seed=3, previews=("gif", "svg"))
MODEL = "gpt-image-2.6-flare"


@pytest.fixture
async def house(open_house: OpenHouse) -> House:
    """A house whose operator and image API have opened both."""
    house = await open_house(images=WITH_PREVIEWS)
    await house.start_bot(ATELIER_GIF="true", ATELIER_SVG_AUTHOR="gpt-6-luna")
    return house


async def test_a_gif_moves_and_is_billed_as_it_is_booked(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    message = await house.imagine(mia, "a fox", model=MODEL, format="gif", frames=4, quality="low")

    call = house.images.calls[-1]
    assert (call.fields["output_format"], call.fields["frame_count"]) == ("gif", 4)
    assert "stream" not in call.fields
    (file,) = message.attachments
    assert file.filename == "atelier-1.gif"
    assert file.description == "Generated picture #1: a fox"
    assert getattr(opened(file.content), "n_frames", 1) == 4
    assert house.ledger().sums.settled_nano == house.images.bill.nano > 0


async def test_an_svg_comes_with_a_picture_of_it_and_its_author_is_paid(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    message = await house.imagine(mia, "a fox", model=MODEL, format="svg", quality="low")

    drawing, preview = message.attachments
    assert (drawing.filename, preview.filename) == ("atelier-1.svg", "atelier-1-preview.png")
    assert b"<svg" in drawing.content
    assert opened(preview.content).width > 0
    assert house.ledger().sums.settled_nano == house.images.bill.nano > 0


@pytest.mark.parametrize("format_", ["gif", "svg"])
async def test_a_change_of_either_starts_from_a_still_picture(house: House, format_: str) -> None:
    mia = house.discord.server.add_member("Mia")
    message = await house.imagine(mia, "a fox", model=MODEL, format=format_, quality="low")

    await house.result(await mia.click(message, "Vary"))

    call = house.images.calls[-1]
    (sent,) = call.named("image")
    assert (sent.media_type, opened(sent.content).format) == ("image/png", "PNG")
    assert call.fields["output_format"] == "png"
    assert house.ledger().sums.settled_nano == house.images.bill.nano > 0


@pytest.mark.parametrize("format_", ["gif", "svg"])
async def test_where_they_are_not_switched_on_a_sentence_says_so(open_house: OpenHouse, format_: str) -> None:
    house = await open_house()
    await house.start_bot()
    mia = house.discord.server.add_member("Mia")

    words = await house.refusal(await mia.slash("imagine", prompt="a fox", model=MODEL, format=format_))

    assert "not switched on here" in words
    assert house.images.calls == []


async def test_a_project_without_access_is_charged_nothing(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_GIF="true")
    mia = house.discord.server.add_member("Mia")

    words = await house.refusal(await mia.slash("imagine", prompt="a fox", model=MODEL, format="gif"))

    assert words.startswith("❌ ")
    assert [job.state for job in house.jobs()] == ["released"]
