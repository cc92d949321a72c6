"""What a mask keeps is put back into the result, and whatever fails in that, the provider's own file is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services import receiving
from bot.services.images import CheckedPicture, InputImage, UnreadablePictureError
from bot.services.receiving import Received, Reception
from bot.services.requests import StoredImage
from tests.services.fakes import UNREADABLE, Brush, a_request, check_picture

if TYPE_CHECKING:
    from bot.services.requests import ImageRequest

PNG = CheckedPicture("image/png", 1024, 1024)
PICTURE = InputImage("image-1.png", "image/png", b"original")
OTHER = InputImage("image-2.png", "image/png", b"another")
MASK = InputImage("mask.png", "image/png", b"mask", "mask")
MARKUP = InputImage("markup.png", "image/png", b"drawing", "markup")
REQUEST = a_request()


async def test_what_the_mask_keeps_is_put_back() -> None:
    brush = Brush()

    received = await Reception(check_picture, brush).receive(b"result", REQUEST, [PICTURE, OTHER, MASK])

    assert received == Received(b"original|mask|result", PNG, composed=True)
    assert brush.touched == [(b"original", b"mask", b"result")]


@pytest.mark.parametrize(
    ("request_", "inputs"),
    [
        (REQUEST, []),
        (REQUEST, [PICTURE, OTHER]),
        (REQUEST, [PICTURE, MARKUP]),
        (replace(REQUEST, exact=False), [PICTURE, MASK]),
    ],
)
async def test_without_a_mask_or_the_wish_the_file_stays_as_it_came(
    request_: ImageRequest, inputs: list[InputImage]
) -> None:
    brush = Brush()

    received = await Reception(check_picture, brush).receive(b"result", request_, inputs)

    assert received == Received(b"result", PNG)
    assert brush.touched == []


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
    brush = Brush()

    async def check(content: bytes) -> CheckedPicture:
        assert content
        return replace(PNG, media_type=media_type)

    received = await Reception(check, brush).receive(b"result", REQUEST, [PICTURE, MASK])

    assert received.composed == bool(brush.touched) == composed
    assert received.checked.media_type == media_type


async def test_a_file_that_is_no_picture_is_not_received() -> None:
    brush = Brush()

    with pytest.raises(UnreadablePictureError):
        await Reception(check_picture, brush).receive(UNREADABLE, REQUEST, [PICTURE, MASK])
    assert brush.touched == []


@pytest.mark.parametrize("problem", [UnreadablePictureError("no header"), RuntimeError("a bug"), MemoryError()])
async def test_where_composing_fails_the_provider_s_file_is_kept(problem: Exception) -> None:
    brush = Brush()
    brush.problem = problem

    assert await Reception(check_picture, brush).receive(b"result", REQUEST, [PICTURE, MASK]) == Received(
        b"result", PNG
    )


async def test_a_composed_file_that_is_no_picture_is_not_kept() -> None:
    brush = Brush()
    brush.result = UNREADABLE

    assert not (await Reception(check_picture, brush).receive(b"result", REQUEST, [PICTURE, MASK])).composed


@pytest.mark.parametrize(
    "other", [replace(PNG, width=512), replace(PNG, height=512), CheckedPicture("image/webp", 1, 1)]
)
async def test_a_composed_file_of_another_size_or_type_is_not_kept(other: CheckedPicture) -> None:
    async def check(content: bytes) -> CheckedPicture:
        return PNG if content == b"result" else other

    received = await Reception(check, Brush()).receive(b"result", REQUEST, [PICTURE, MASK])

    assert received == Received(b"result", PNG)


async def test_a_charge_does_not_wait_for_ever_for_its_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "LONGEST_RETOUCH", 0.01)
    brush = Brush()
    brush.held = asyncio.Event()

    received = await Reception(check_picture, brush).receive(b"result", REQUEST, [PICTURE, MASK])

    assert received == Received(b"result", PNG)


@pytest.mark.parametrize(("width", "height", "composed"), [(640, 640, True), (650, 640, True), (640, 480, False)])
async def test_an_original_of_another_shape_is_not_laid_over_the_result(
    width: int,
    height: int,
    composed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    original = StoredImage("0" * 64, "image/png", width, height, 8)
    request = replace(REQUEST, references=(original,))

    received = await Reception(check_picture, Brush()).receive(b"result", request, [PICTURE, MASK])

    assert received.composed == composed
