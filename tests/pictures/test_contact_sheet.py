"""Contact sheets: numbered, small, and whole whatever is wrong with a picture."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.pictures import ContactSheets, Tile, contact_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40" fill="#00f"/></svg>'
RED = (220, 20, 20)


def png(colour: tuple[int, ...] = RED, size: tuple[int, int] = (300, 300), mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, "PNG")
    return file.getvalue()


async def drawn(files: Sequence[bytes | None], media_type: str = "image/png") -> Image.Image:
    async def read(digest: str) -> bytes | None:
        return files[int(digest)]

    tiles = [Tile(f"#{4820 + place}", str(place), media_type) for place in range(len(files))]
    return Image.open(io.BytesIO(await ContactSheets().draw(tiles, read)))


def is_near(image: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel = image.convert("RGB").getpixel(place)
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize(
    ("count", "size"),
    [(1, (240, 240)), (2, (732, 363)), (3, (732, 240)), (4, (732, 732)), (5, (732, 486)), (9, (732, 732))],
)
async def test_as_few_stand_in_a_row_as_leave_each_the_largest(count: int, size: tuple[int, int]) -> None:
    assert (await drawn([png()] * count)).size == size


async def test_four_stand_two_by_two_each_drawn_as_large_as_its_place() -> None:
    red, green, blue, white = RED, (20, 180, 20), (20, 20, 220), (250, 250, 250)

    sheet = await drawn([png(colour, (800, 800)) for colour in (red, green, blue, white)])

    left, right = 30, 369 + 363 - 4
    top, bottom = 60, 369 + 363 - 4
    assert is_near(sheet, (left, top), red)
    assert is_near(sheet, (right, top), green)
    assert is_near(sheet, (left, bottom), blue)
    assert is_near(sheet, (right, bottom), white)


async def test_each_picture_has_its_number_on_it_and_keeps_its_shape() -> None:
    sheet = await drawn([png(size=(400, 100)), png()])

    assert is_near(sheet, (180, 180), RED)
    assert not is_near(sheet, (180, 300), RED)  # above and below the flat one
    label = sheet.crop((369, 0, 423, 30)).convert("L")
    assert max(label.tobytes()) > 200  # letters
    assert min(label.tobytes()) < 60  # on dark


@pytest.mark.parametrize("content", [None, b"garbage", png()[:60]])
async def test_what_is_lost_or_unreadable_is_a_number_alone(content: bytes | None) -> None:
    sheet = await drawn([png(), content])

    assert is_near(sheet, (180, 180), RED)
    assert is_near(sheet, (369 + 180, 180), (64, 66, 72))


async def test_transparency_and_drawings_are_shown() -> None:
    clear = await drawn([png((0, 0, 0, 0), mode="RGBA")])
    drawing = await drawn([SVG], "image/svg+xml")

    assert is_near(clear, (120, 120), (222, 222, 222))
    assert is_near(drawing, (120, 120), (0, 0, 255))


async def test_a_picture_is_read_once_and_only_the_latest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_sheet, "MOST_REMEMBERED", 2)
    asked: list[str] = []

    async def read(digest: str) -> bytes:
        asked.append(digest)
        return png()

    sheets = ContactSheets()
    for digest in ("a", "b", "a", "c", "b"):
        await sheets.draw([Tile("#1", digest, "image/png")], read)

    assert asked == ["a", "b", "c", "b"]
