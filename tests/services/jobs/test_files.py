"""What a mask keeps is put back into the result, and whatever fails in that, the provider's own file is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.jobs import CheckedPicture, PictureReceiver, UnreadablePictureError, files
from bot.services.jobs.files import Received
from bot.services.requests import Base, StoredImage
from tests.services.fakes import UNREADABLE, Brush, MemoryBlobs, a_request, check_picture, until

if TYPE_CHECKING:
    from bot.services.jobs.provider import PictureCheck
    from bot.services.requests import ImageRequest

PNG = CheckedPicture("image/png", 1024, 1024)


class Desk:
    """A receiver with a store in which lie a picture of 1024 by 1024, a larger one, and their masks."""

    def __init__(self, check: PictureCheck = check_picture) -> None:
        self.brush = Brush()
        self.blobs = MemoryBlobs()
        self.receiver = PictureReceiver(check, self.brush, self.blobs)

    async def request(self, **changes: object) -> ImageRequest:
        """An edit with a mask, of a picture that was sent as it is."""
        sent, mask = await self.file(b"original"), await self.file(b"mask")
        return replace(a_request(references=(sent,), mask=mask), **changes)  # type: ignore[arg-type]  # fields by name

    async def file(self, content: bytes, edge: int = 1024) -> StoredImage:
        digest = await self.blobs.put(content)
        return StoredImage(digest, "image/png", edge, edge, len(content))

    async def base(self, edge: int) -> Base:
        picture, mask = await self.file(b"own", edge), await self.file(b"fine mask", edge)
        return Base(picture, mask, (edge, edge), (edge, edge))

    async def receive(self, request: ImageRequest, content: bytes = b"result") -> Received:
        return await self.receiver.receive(content, request)


def sized(composed: CheckedPicture) -> PictureCheck:
    """The result is the usual one, and what is made of it this."""

    async def check(content: bytes) -> CheckedPicture:
        return PNG if content == b"result" else composed

    return check


async def test_what_the_mask_keeps_is_put_back() -> None:
    desk = Desk()

    received = await desk.receive(await desk.request())

    assert received == Received(b"original|mask|result", PNG, composed=True)
    assert desk.brush.touched == [(b"original", b"mask", b"result")]
    assert desk.brush.qualities == [None]


async def test_it_is_put_back_at_the_pictures_own_size_and_the_quality_asked_for() -> None:
    large = CheckedPicture("image/jpeg", 4000, 4000)
    desk = Desk(sized(large))

    received = await desk.receive(await desk.request(base=await desk.base(4000), compression=70))

    assert received == Received(b"own|fine mask|result", large, composed=True)
    assert desk.brush.qualities == [70]


@pytest.mark.parametrize("changes", [{"mask": None}, {"exact": False}])
async def test_without_a_mask_or_the_wish_the_file_stays_as_it_came(changes: dict[str, object]) -> None:
    desk = Desk()

    received = await desk.receive(await desk.request(**changes))

    assert received == Received(b"result", PNG)
    assert desk.brush.touched == []


@pytest.mark.parametrize(
    ("media_type", "composed"),
    [
        ("image/png", True),
        ("image/jpeg", True),
        ("image/webp", True),
        ("image/gif", False),
        ("image/svg+xml", False),
    ],
)
async def test_neither_animations_nor_drawings_are_composed(media_type: str, composed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    async def check(content: bytes) -> CheckedPicture:
        assert content
        return replace(PNG, media_type=media_type)

    desk = Desk(check)

    received = await desk.receive(await desk.request())

    assert received.composed == bool(desk.brush.touched) == composed
    assert received.checked.media_type == media_type


async def test_a_file_that_is_no_picture_is_not_received() -> None:
    desk = Desk()

    with pytest.raises(UnreadablePictureError):
        await desk.receive(await desk.request(), UNREADABLE)
    assert desk.brush.touched == []


@pytest.mark.parametrize("problem", [UnreadablePictureError("no header"), RuntimeError("a bug"), MemoryError()])
async def test_where_composing_fails_the_provider_s_file_is_kept(problem: Exception) -> None:
    desk = Desk()
    desk.brush.problem = problem

    assert await desk.receive(await desk.request()) == Received(b"result", PNG)


async def test_where_the_picture_is_lost_meanwhile_the_provider_s_file_is_kept() -> None:
    desk = Desk()
    request = await desk.request()
    desk.blobs.kept.clear()

    assert await desk.receive(request) == Received(b"result", PNG)


async def test_a_composed_file_that_is_no_picture_is_not_kept() -> None:
    desk = Desk()
    desk.brush.result = UNREADABLE

    assert not (await desk.receive(await desk.request())).composed


@pytest.mark.parametrize("other", [replace(PNG, width=512), replace(PNG, height=512)])
async def test_a_composed_file_of_another_size_than_the_picture_is_not_kept(other: CheckedPicture) -> None:
    desk = Desk(sized(other))

    assert await desk.receive(await desk.request()) == Received(b"result", PNG)


async def test_a_composed_file_of_another_type_is_what_it_is() -> None:
    webp = replace(PNG, media_type="image/webp")
    desk = Desk(sized(webp))

    assert (await desk.receive(await desk.request())).checked == webp


async def test_a_charge_does_not_wait_for_ever_for_its_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST_RETOUCH", 0.01)
    desk = Desk()
    desk.brush.held = asyncio.Event()

    assert await desk.receive(await desk.request()) == Received(b"result", PNG)


async def test_a_stop_does_not_wait_for_a_picture_that_is_composed() -> None:
    desk = Desk()
    desk.brush.held = asyncio.Event()
    receiving_it = asyncio.create_task(desk.receive(await desk.request()))
    await until(lambda: desk.brush.touched != [])

    desk.receiver.hurry()

    assert await receiving_it == Received(b"result", PNG)


@pytest.mark.parametrize(("width", "height", "composed"), [(640, 640, True), (650, 640, True), (640, 480, False)])
async def test_a_result_of_another_shape_is_not_laid_into_the_picture(
    width: int,
    height: int,
    composed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    async def check(content: bytes) -> CheckedPicture:
        return CheckedPicture("image/png", width, height) if content == b"result" else PNG

    desk = Desk(check)

    assert (await desk.receive(await desk.request())).composed == composed


async def test_a_result_that_cannot_be_looked_at_is_taken_for_what_was_asked_for() -> None:
    async def exhausted(content: bytes) -> CheckedPicture:
        raise MemoryError(len(content))

    received = await Desk(exhausted).receiver.receive(b"result", a_request())

    assert received == Received(b"result", PNG)
