"""Results of ours as input pictures: of an animation the first picture, of a drawing how it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.pictures.decode import plain_picture, within
from bot.pictures.encode import as_png, without_opaque_alpha
from bot.pictures.isolated.svg import MEDIA_TYPE as SVG
from bot.pictures.isolated.svg import check_svg, render_svg
from bot.pictures.pool import members_pool, pool
from bot.services.catalog import LONGEST_EDGE, MOST_PIXELS

if TYPE_CHECKING:
    from collections.abc import Hashable

_GIF = "image/gif"


async def as_input(content: bytes, media_type: str, member: Hashable = None) -> bytes:
    """A picture of ours as a file that can be sent: the same bytes, or a PNG of a GIF or an SVG.

    A drawing is drawn at the size that it says, or at 3840 pixels and 8 294 400 in all where it says more.

    Args:
        content: the whole file.
        media_type: as `check_result` has told it.
        member: whose turn it takes.

    Raises:
        UnreadablePictureError: it is damaged, or a drawing that cannot be drawn.
    """
    if media_type == _GIF:
        return await members_pool.run(member, [content], _first, content)
    if media_type == SVG:
        width, height = await pool.run(check_svg, content)
        return await render_svg(content, max(within(width, height, LONGEST_EDGE, MOST_PIXELS)))
    return content


def _first(content: bytes) -> bytes:
    return as_png(without_opaque_alpha(plain_picture(content).image))
