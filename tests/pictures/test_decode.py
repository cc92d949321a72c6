"""Results are checked, and all decoding is bounded and off the event loop."""

from __future__ import annotations

import asyncio
import threading

import pytest
from PIL import Image, ImageChops

from bot.pictures import check_result, decode
from bot.pictures.decode import MOST_PIXELS, plain_picture, resized, within
from bot.pictures.files.container_format import dissect
from bot.pictures.pool import PicturePool
from bot.services.jobs import CheckedPicture, UnreadablePictureError

from .photos import scaled, spot
from .samples import encoded, gradient, quarters


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
async def test_a_complete_result_tells_what_it_is(file_format: str) -> None:
    result = await check_result(encoded(gradient(160, 96), file_format))

    assert result == CheckedPicture(f"image/{file_format.lower()}", 160, 96)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
async def test_a_result_that_was_cut_anywhere_is_not_delivered(file_format: str) -> None:
    content = encoded(gradient(32, 32), file_format)

    for length in range(len(content)):
        with pytest.raises(UnreadablePictureError):
            await check_result(content[:length])


async def test_a_png_with_a_flipped_bit_is_not_delivered() -> None:
    content = bytearray(encoded(gradient(32, 32), "PNG"))
    content[-30] ^= 4

    with pytest.raises(UnreadablePictureError, match="damaged"):
        await check_result(bytes(content))


def test_pillow_itself_refuses_bombs_too() -> None:
    assert MOST_PIXELS == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(
    ("size", "edge", "pixels", "wanted"),
    [
        ((100, 50), 200, None, (100, 50)),
        ((100, 50), 50, None, (50, 25)),
        ((3840, 2160), 3840, 8_294_400, (3840, 2160)),
        ((60_000, 1), 3840, None, (3840, 1)),
        ((1, 60_000), 3840, 100, (1, 2449)),
    ],
)
def test_a_size_shrinks_in_proportion_and_never_to_nothing(
    size: tuple[int, int], edge: int, pixels: int | None, wanted: tuple[int, int]
) -> None:
    assert within(*size, edge, pixels) == wanted


def test_a_jpeg_is_unfolded_no_further_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    unfolded: list[tuple[int, int]] = []

    def noted(image: Image.Image, size: tuple[int, int]) -> Image.Image:
        unfolded.append(image.size)
        return resized(image, size)

    monkeypatch.setattr(decode, "resized", noted)

    picture = plain_picture(encoded(quarters(4000, 3000), "JPEG"), lambda width, height: within(width, height, 400))

    assert unfolded == [(500, 375)]
    assert picture.image.size == (400, 300)
    assert (picture.width, picture.height) == (4000, 3000)


async def test_pillow_works_on_threads_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def noted(content: bytes, *, checksums: bool = False) -> object:
        seen.append(threading.current_thread().name)
        return dissect(content, checksums=checksums)

    monkeypatch.setattr(decode, "dissect", noted)

    await check_result(encoded(gradient(9, 9), "PNG"))

    assert [name.rpartition("_")[0] for name in seen] == ["pictures"]


async def test_no_more_pictures_are_in_work_than_there_are_threads() -> None:
    pool = PicturePool(threads=2)
    gate, started = threading.Event(), threading.Semaphore(0)

    def work() -> None:
        started.release()
        gate.wait(10)

    tasks = [asyncio.create_task(pool.run(work)) for _ in range(5)]
    await asyncio.to_thread(lambda: [started.acquire(timeout=300) for _ in range(2)])

    assert not started.acquire(blocking=False)
    gate.set()
    await asyncio.gather(*tasks)
    pool.close()


async def test_closing_cancels_what_waits_and_the_pool_opens_again() -> None:
    pool = PicturePool(threads=1)
    gate = threading.Event()
    running, waiting = (asyncio.create_task(pool.run(gate.wait, 10)) for _ in range(2))
    await asyncio.sleep(0)

    pool.close()
    pool.close()
    gate.set()

    assert await running
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await pool.run(sum, [1, 2]) == 3
    pool.close()


def test_a_huge_picture_with_alpha_is_halved_first_and_stays_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    halved: list[tuple[int, int]] = []

    def noted(image: Image.Image) -> Image.Image:
        halved.append(image.size)
        return halve(image)

    halve = decode._halved  # pyright: ignore[reportPrivateUsage] - called through
    monkeypatch.setattr(decode, "_halved", noted)
    image = scaled(quarters(64, 48), (5001, 4003)).convert("RGBA")
    image.putalpha(scaled(spot((64, 48)), image.size))

    small = plain_picture(
        encoded(image, "PNG", compress_level=1), lambda width, height: (width // 4, height // 4)
    ).image

    difference = ImageChops.difference(small, resized(image, small.size))
    assert halved == [(5001, 4003)]
    assert small.size == (1250, 1000)
    assert [max(band.reduce(8).tobytes()) for band in difference.split()] <= [40] * 4
    assert max(difference.getchannel("A").tobytes()) <= 12


def test_what_memory_is_too_small_for_is_not_called_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    content = encoded(gradient(32, 32), "PNG")
    monkeypatch.setattr(Image, "open", exhausted)

    with pytest.raises(UnreadablePictureError, match="too large to be read just now"):
        plain_picture(content)


def test_whatever_a_decoder_raises_is_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(decode, "_plain", stumble)

    with pytest.raises(UnreadablePictureError, match="is damaged"):
        plain_picture(encoded(gradient(32, 32), "PNG"))


def test_a_decoder_that_sees_another_size_sees_another_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def another(*_: object, **__: object) -> Image.Image:
        return gradient(16, 16)

    content = encoded(gradient(32, 32), "PNG")
    monkeypatch.setattr(Image, "open", another)

    with pytest.raises(UnreadablePictureError, match="is damaged"):
        plain_picture(content)
