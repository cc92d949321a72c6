"""Contact sheets: small pictures in rows, each with its number, from which one is chosen."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from bot.pictures.decode import plain_picture, within
from bot.pictures.encode import as_jpeg
from bot.pictures.isolated.svg import MEDIA_TYPE as SVG
from bot.pictures.isolated.svg import render_svg
from bot.pictures.pool import pool
from bot.services.jobs import UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

MEDIA_TYPE = "image/jpeg"  # of a sheet
COLUMNS = 3
WIDTH = 732  # pixels, of a full row
MOST_REMEMBERED = 400  # small pictures; some 10 to 20 kB each
_QUALITY = 80
_GAP = 6  # pixels
_LABEL = 24  # pixels, of the letters
# Greys between Discord's dark and light, and a label that is read on either.
_GROUND, _TILE, _BOARD, _INK = (49, 51, 56), (64, 66, 72), (20, 21, 24), (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture of a sheet.

    Attributes:
        label: what stands on it, in ASCII.
        digest: of its file: what is known by it already is not read again.
        media_type: of its file.
    """

    label: str
    digest: str
    media_type: str


class ContactSheets:
    """Makes sheets, and remembers the small pictures of the latest."""

    def __init__(self) -> None:
        self._small: OrderedDict[tuple[str, int], bytes] = OrderedDict()

    async def draw(self, tiles: Sequence[Tile], read: Callable[[str], Awaitable[bytes | None]]) -> bytes:
        """A JPEG of up to nine pictures, in rows; of one that is lost or unreadable, its number alone.

        Args:
            tiles: at least one.
            read: a file's bytes by its digest; None if they are not kept.
        """
        edge = (WIDTH + _GAP) // columns_of(len(tiles)) - _GAP
        small = await asyncio.gather(*(self._thumbnail(tile, edge, read) for tile in tiles))
        return await pool.run(_drawn, [tile.label for tile in tiles], small, edge)

    async def _thumbnail(self, tile: Tile, edge: int, read: Callable[[str], Awaitable[bytes | None]]) -> bytes | None:
        key = tile.digest, edge
        known = self._small.get(key)
        if known is None:
            known = await _small_of(await read(tile.digest), tile.media_type, edge)
        if known is not None:
            self._small[key] = known
            self._small.move_to_end(key)
            if len(self._small) > MOST_REMEMBERED:
                self._small.popitem(last=False)
        return known


def columns_of(count: int) -> int:
    """In how many columns so many pictures stand: as few as leave each the largest."""
    return 2 if count in {2, 4} else COLUMNS


async def _small_of(content: bytes | None, media_type: str, edge: int) -> bytes | None:
    if content is None:
        return None
    try:
        if media_type == SVG:
            content = await render_svg(content, edge)
        return await pool.run(_shrunk, content, edge)
    except UnreadablePictureError:
        return None


def _shrunk(content: bytes, edge: int) -> bytes:
    image = plain_picture(content, lambda width, height: within(width, height, edge), is_rough=True).image
    if image.mode != "RGB":
        ground = Image.new("RGB", image.size, (222, 222, 222))
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    return as_jpeg(image, _QUALITY)


def _drawn(labels: Sequence[str], small: Sequence[bytes | None], edge: int) -> bytes:
    from PIL import ImageDraw, ImageFont  # noqa: PLC0415 - libraries for fonts come with it

    columns = min(columns_of(len(labels)), len(labels))
    rows = -(-len(labels) // columns)
    sheet = Image.new("RGB", (columns * (edge + _GAP) - _GAP, rows * (edge + _GAP) - _GAP), _GROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(_LABEL)
    for place, (label, content) in enumerate(zip(labels, small, strict=True)):
        left, top = place % columns * (edge + _GAP), place // columns * (edge + _GAP)
        draw.rectangle((left, top, left + edge - 1, top + edge - 1), _TILE)
        if content is not None:
            image = plain_picture(content).image
            sheet.paste(image, (left + (edge - image.width) // 2, top + (edge - image.height) // 2))
        width = int(draw.textlength(label, font)) + 12
        draw.rectangle((left, top, left + width, top + _LABEL + 8), _BOARD)
        draw.text((left + 6, top + 2), label, _INK, font)
    return as_jpeg(sheet, _QUALITY)
