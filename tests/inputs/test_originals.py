"""A picture of ours comes from our store, or from the message that shows it, or it is said to be lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.errors import InputPictureError, PictureGoneError
from bot.inputs.held_files import a_basket
from bot.inputs.originals import Originals, is_file
from tests.delivery.errors import refused
from tests.examples import job, order, picture, png
from tests.inputs.doubles import MEMBER, Attached, Shown, Studio

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.ledger import Order, Picture

FOX = png(64, 48)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


@pytest.fixture
def originals(studio: Studio) -> Originals:
    return Originals(studio.discord, studio.requests)


async def find(studio: Studio, originals: Originals, made: Order, of: Picture) -> tuple[bytes, bool]:
    async with a_basket(studio.file_holds, MEMBER) as basket:
        return await originals.find(made, of, basket)


async def lost(studio: Studio, *shown_by: Shown | Exception) -> tuple[Order, Picture]:
    """A picture that the store has lost; each message that shows it is in a channel of its own."""
    made, of = await studio.made(FOX)
    await studio.blobs.delete(of.image.digest)
    for number, shown in enumerate(shown_by, start=1):
        studio.requests.shown_by.append((number, 100 + number))
        studio.discord.messages[number] = [shown]
    return made, of


async def test_the_store_is_asked_first(studio: Studio, originals: Originals) -> None:
    made, of = await studio.made(FOX)

    assert await find(studio, originals, made, of) == (FOX, True)


async def test_what_the_store_has_lost_is_taken_from_the_message_that_shows_it(
    studio: Studio, originals: Originals
) -> None:
    another, right = Attached("atelier-4820.png", b"another"), Attached("atelier-4821.png", FOX)
    made, of = await lost(studio, refused(404, 10008), refused(403, 50001), Shown(), Shown(another, right))

    assert await find(studio, originals, made, of) == (FOX, False)


async def test_a_picture_that_is_nowhere_is_said_to_be_lost(studio: Studio, originals: Originals) -> None:
    made, of = await lost(studio, refused(404, 10008), Shown(Attached("preview.jpg", FOX)))

    with pytest.raises(PictureGoneError, match=r"^I have lost #4821, and its message is gone\."):
        await find(studio, originals, made, of)


async def test_a_picture_that_was_deleted_is_not_brought_back(studio: Studio, originals: Originals) -> None:
    made, _ = await lost(studio, Shown(Attached("atelier-4821.png", FOX)))

    with pytest.raises(PictureGoneError, match=r"^#4821 was deleted\."):
        await find(studio, originals, made, picture(deleted=True))


async def test_a_picture_deleted_meanwhile_is_not_brought_back_from_a_message_that_stays(
    studio: Studio, originals: Originals
) -> None:
    made, of = await lost(studio, Shown(Attached("atelier-4821.png", FOX)))
    studio.requests.known[made.id] = order(job(1, replace(of, deleted=True)))

    with pytest.raises(PictureGoneError, match=r"^#4821 was deleted\."):
        await find(studio, originals, made, of)


@pytest.mark.usefixtures("impatient")
async def test_a_message_is_fetched_with_patience(studio: Studio, originals: Originals) -> None:
    made, of = await lost(studio, Shown(Attached("atelier-4821.png", FOX)))
    studio.discord.messages[1][:0] = [aiohttp.ServerDisconnectedError(), refused(500)]

    assert await find(studio, originals, made, of) == (FOX, False)


@pytest.mark.usefixtures("impatient")
async def test_a_message_that_cannot_be_fetched_now_is_not_called_lost(studio: Studio, originals: Originals) -> None:
    made, of = await lost(studio, refused(500))
    studio.discord.messages[1] = [refused(500)] * 3

    with pytest.raises(InputPictureError, match=r"^Discord does not give me #4821 just now\. Try again in a minute\.$"):
        await find(studio, originals, made, of)


async def test_a_file_that_cannot_be_downloaded_now_is_not_to_be_attached(studio: Studio, originals: Originals) -> None:
    made, of = await lost(studio, Shown(Attached("atelier-4821.png", FOX, problems=[refused(500)])))

    with pytest.raises(InputPictureError, match=r"^Discord does not give me #4821 just now\. Try again in a minute\.$"):
        await find(studio, originals, made, of)


async def test_a_file_is_known_by_its_digest(studio: Studio) -> None:
    digest = await studio.blobs.put(FOX)

    assert await is_file(FOX, digest)
    assert not await is_file(FOX + b"\0", digest)
