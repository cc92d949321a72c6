"""Attachments are downloaded at once, twice at most, and never more of them than Discord has said."""

from __future__ import annotations

import aiohttp
import pytest

from bot.errors import InputPictureError
from bot.inputs import downloads as room
from bot.inputs.downloads import download
from tests.delivery.errors import refused
from tests.inputs.doubles import Attached

DROPPED = aiohttp.ServerDisconnectedError()


async def test_a_file_is_downloaded() -> None:
    assert await download(Attached("fox.png", b"a fox")) == b"a fox"


async def test_a_connection_that_drops_is_made_good_once() -> None:
    attached = Attached("fox.png", b"a fox", problems=[DROPPED])

    assert await download(attached) == b"a fox"
    assert attached.reads == 2


@pytest.mark.parametrize(
    ("problems", "reads"),
    [
        ([DROPPED, DROPPED], 2),
        ([refused(404)], 1),
        ([refused(500)], 1),
        ([aiohttp.ClientPayloadError(), OSError("unreachable")], 2),
    ],
    ids=repr,
)
async def test_what_cannot_be_downloaded_is_to_be_attached_again(problems: list[Exception], reads: int) -> None:
    attached = Attached("fox.png", b"a fox", problems=problems)

    with pytest.raises(InputPictureError, match=r"^I could not download “fox\.png”\. Attach it once more\.$"):
        await download(attached)
    assert attached.reads == reads


async def test_a_download_that_takes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE", 0.01)
    attached = Attached("fox.png", b"a fox")
    attached.gate.clear()

    with pytest.raises(InputPictureError, match="I could not download"):
        await download(attached)


async def test_a_file_that_is_larger_than_discord_said_is_not_used() -> None:
    with pytest.raises(InputPictureError, match="came larger than Discord said"):
        await download(Attached("fox.png", b"a fox", declared=4))
