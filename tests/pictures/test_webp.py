"""A WEBP as large as any other picture is taken, by a process of its own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from bot.child_process import Ended
from bot.errors import InputPictureError
from bot.pictures import fit_mask, prepare
from bot.pictures.isolated.webp import unfold
from bot.services.jobs import UnreadablePictureError

from .samples import encoded, opened, pixel, quarters
from .test_prepare import BLUE, GREEN, RED, WHITE, near

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PHOTO = (3648, 2736)


@cache
def large(mode: str = "RGB") -> bytes:
    image = quarters(*PHOTO).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.new("L", PHOTO, 255))
        image.paste((0, 0, 0, 0), (0, 0, 1824, 1368))
    return encoded(image, "WEBP", quality=70, method=0)


async def test_a_photo_as_webp_is_taken_like_any_other() -> None:
    ready = await prepare(large(), "photo.webp")

    image = opened(ready.content)
    corners = [pixel(image, x, y) for x, y in ((50, 50), (-50, 50), (50, -50), (-50, -50))]
    assert (ready.source_size, image.size) == (PHOTO, (3325, 2494))
    assert all(near(found, wanted) for found, wanted in zip(corners, (RED, GREEN, BLUE, WHITE), strict=True))


async def test_a_large_webp_with_transparency_is_a_mask() -> None:
    mask = await fit_mask(large("RGBA"), "mask.webp", 1824, 1368)

    assert mask.share == pytest.approx(0.25, abs=0.001)


def test_it_is_what_it_would_be_here() -> None:
    small = encoded(quarters(400, 300), "WEBP")

    assert ImageChops.difference(unfold(small, (400, 300), 1 << 20), opened(small)).getbbox() is None
    assert unfold(small, (40, 30), 1 << 20).size == (40, 30)


@pytest.mark.slow
async def test_67_million_pixels_are_taken() -> None:
    ready = await prepare(encoded(Image.new("RGB", (8192, 8192), RED), "WEBP", method=0, quality=20), "huge.webp")

    assert (ready.width, ready.height) == (2880, 2880)


async def test_a_large_webp_that_is_damaged_is_told_as_such() -> None:
    content = bytearray(large())
    content[30:90] = bytes(60)

    with pytest.raises(InputPictureError, match=r"^“photo\.webp” is damaged\."):
        await prepare(bytes(content), "photo.webp")


async def _never(*_arguments: object, **_options: object) -> Ended:
    raise OSError


async def _for_ever(*_arguments: object, **_options: object) -> Ended:
    raise TimeoutError


async def _ended(*_arguments: object, **_options: object) -> Ended:
    return Ended(-9, b"")


async def _full(*_arguments: object, **_options: object) -> Ended:
    return Ended(1, b"", b"Traceback\nMemoryError\n")


@pytest.mark.parametrize("run", [_never, _for_ever, _ended, _full])
def test_a_machine_that_is_too_small_says_what_helps(
    run: Callable[..., Awaitable[Ended]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.pictures.isolated.webp.run", run)

    with pytest.raises(UnreadablePictureError, match=r"room for just now\. Save it as JPEG and attach that\.$"):
        unfold(b"", (9, 9), 9)
