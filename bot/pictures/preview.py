"""Small pictures to look at while the real one is being made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from bot.pictures.decode import plain_picture, resized, within
from bot.pictures.encode import encoded_within
from bot.pictures.pool import pool
from bot.services.jobs import UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MEDIA_TYPE = "image/jpeg"  # of everything that comes from here
MOST_BYTES = 256 * 1024
EDGE = 768  # pixels; Discord shows a picture at 550 and less
MOST_FRAMES = 4
_QUALITIES = (80, 65, 50, 35)
_SQUARE = 12  # pixels of a checkerboard's field
_LIGHT, _DARK = 246, 222
_GAP = 8  # pixels between the pictures of a sheet
# Greys between Discord's dark and light: calm on both.
_GROUND, _TILE, _DOTS = (49, 51, 56), (64, 66, 72), (128, 132, 142)


async def preview_of(
    frames: Callable[[], Sequence[bytes | None]], most_bytes: int = MOST_BYTES, edge: int = EDGE
) -> bytes:
    """Make a small JPEG of one picture, or of up to four in two columns. Transparency is a light checkerboard.

    In several, a frame that is not there yet, or cannot be read, is a quiet tile with three dots.

    Args:
        frames: gives image files in their order, None where there is none yet, once it is their turn to be decoded: so
            nobody decodes a frame that another overtook while it waited.
        most_bytes: the limit of the result; any of 2 kB or more can be met.
        edge: the longest edge of the result, in pixels; a smaller picture is not enlarged.

    Raises:
        UnreadablePictureError: one picture, and it is none. A preview is never essential: go on without it.
        ValueError: no frames, or more than four.
    """
    return await pool.run(lambda: encoded_within(_drawn(frames(), edge), MEDIA_TYPE, most_bytes, _QUALITIES)[0])


def _drawn(frames: Sequence[bytes | None], edge: int) -> Image.Image:
    if not 1 <= len(frames) <= MOST_FRAMES:
        raise ValueError(f"a sheet holds 1 to {MOST_FRAMES} pictures, not {len(frames)}")
    alone = frames[0] if len(frames) == 1 else None
    return _sheet(tuple(frames), edge) if alone is None else _small(alone, edge)


def _small(content: bytes, edge: int) -> Image.Image:
    """The picture as ``RGB`` with no edge above the given one."""
    image = plain_picture(content, lambda width, height: within(width, height, edge), is_rough=True).image
    if image.mode == "RGB":
        return image
    ground = _checkerboard(*image.size)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _checkerboard(width: int, height: int) -> Image.Image:
    columns, rows = width // _SQUARE + 1, height // _SQUARE + 1
    fields = bytes(_DARK if (x + y) % 2 else _LIGHT for y in range(rows) for x in range(columns))
    board = Image.frombytes("L", (columns, rows), fields)
    board = resized(board, (columns * _SQUARE, rows * _SQUARE), Image.Resampling.NEAREST)
    return board.crop((0, 0, width, height)).convert("RGB")


def _small_or_none(content: bytes | None, edge: int) -> Image.Image | None:
    if content is None:
        return None
    try:
        return _small(content, edge)
    except UnreadablePictureError:
        return None


def _sheet(frames: tuple[bytes | None, ...], edge: int) -> Image.Image:
    columns = min(2, len(frames))
    rows = (len(frames) + 1) // 2
    cell_edge = max(1, (edge - (columns - 1) * _GAP) // columns)
    pictures = [_small_or_none(frame, cell_edge) for frame in frames]
    sizes = [picture.size for picture in pictures if picture]
    width, height = sizes[0] if sizes else (cell_edge, cell_edge)  # the pictures of a job share one size
    sheet = Image.new("RGB", (columns * (width + _GAP) - _GAP, rows * (height + _GAP) - _GAP), _GROUND)
    for index, picture in enumerate(pictures):
        left, top = index % 2 * (width + _GAP), index // 2 * (height + _GAP)
        tile = picture or _placeholder(width, height)
        tile.thumbnail((width, height))
        sheet.paste(tile, (left + (width - tile.width) // 2, top + (height - tile.height) // 2))
    return sheet


def _placeholder(width: int, height: int) -> Image.Image:
    from PIL import ImageDraw  # noqa: PLC0415 - libraries for fonts come with it

    tile = Image.new("RGB", (width, height), _TILE)
    draw = ImageDraw.Draw(tile)
    radius = max(1, min(width, height) // 40)
    for offset in (-4, 0, 4):
        draw.circle((width / 2 + offset * radius, height / 2), radius, _DOTS)
    return tile
