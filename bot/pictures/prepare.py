"""Make of a member's picture what is sent to the image API: upright, plain, without metadata, of a legal size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.language import joined, phrase
from bot.pictures.attached import attached_picture
from bot.pictures.encode import as_jpeg, as_png, without_opaque_alpha
from bot.pictures.files.names import shown_name
from bot.pictures.pool import members_pool

if TYPE_CHECKING:
    from collections.abc import Hashable

    from bot.pictures.decode import Plain

_LARGEST_PNG = 8_000_000  # bytes; an opaque picture above that is a photo, and as a JPEG a tenth of it
_QUALITY = 95
_BYTES_A_PIXEL = 6  # more than any picture needs; what is beyond is hidden in it and not part of it
_SMALL_FILE = 65_536  # bytes


@dataclass(frozen=True, slots=True)
class Prepared:
    """An input picture as it is stored and sent.

    Attributes:
        content: the bytes of the file.
        media_type: ``image/png``, ``image/jpeg`` or ``image/webp``.
        width: pixels.
        height: pixels.
        source_size: pixels of the member's file, as it is seen (after its EXIF orientation).
        note: sentences for the member when pixels or further pictures were left out, else empty.
    """

    content: bytes
    media_type: str
    width: int
    height: int
    source_size: tuple[int, int]
    note: str


async def prepare(content: bytes, name: str, member: Hashable = None) -> Prepared:
    """Check a picture and make it ready, in one decode.

    A file of a legal size in 8-bit sRGB, upright, is freed of all but its pixels, which stay as they are to the last
    bit. Any other is turned upright, brought to 8-bit sRGB (``RGB`` or ``RGBA``), scaled down to 3840 pixels and
    8 294 400 in all, and written anew: as PNG, or as JPEG where it came with lossy compression or would be large. Of an
    animation, the first picture is taken. No metadata is left: what made the file, where, when and from what.

    Args:
        content: the whole file.
        name: its name as the member gave it; any text.
        member: whose turn it takes.

    Raises:
        InputPictureError: it cannot be an input; the sentence names the file and says what to do.
    """
    return await members_pool.run(member, [content], _prepare, content, name)


def _prepare(content: bytes, name: str) -> Prepared:
    return prepared_of(attached_picture(content, name), name)


def prepared_of(picture: Plain, name: str) -> Prepared:
    """The same of a file that `attached_picture` has decoded. Blocks: call it on the pool's threads."""
    source_size = (picture.width, picture.height)
    width, height = picture.image.size
    scaled = (width, height) != source_size
    file, media_type = _as_it_is(picture) or _rewritten(picture)
    notes: list[str] = []
    if picture.anatomy.frames > 1:
        notes.append(phrase("{name} is animated; its first picture is used.", name=shown_name(name)))
    if picture.missing:
        notes.append(phrase("{name} is cut off: a strip along one edge is missing, and grey.", name=shown_name(name)))
    if scaled:
        notes.append(
            phrase(
                "{name} was scaled from {was} to {size} pixels, the most that can be sent.",
                name=shown_name(name),
                was=f"{picture.width}×{picture.height}",
                size=f"{width}×{height}",
            )
        )
    return Prepared(file, media_type, width, height, source_size, joined(" ", notes) if notes else "")


def _as_it_is(picture: Plain) -> tuple[bytes, str] | None:
    """The file without its metadata, if that is all that has to be done to it, and no more bytes than pixels need."""
    if picture.bare is None:
        return None
    right_size = len(picture.bare) <= _SMALL_FILE + _BYTES_A_PIXEL * picture.width * picture.height
    return (picture.bare, picture.anatomy.media_type) if right_size else None


def _rewritten(picture: Plain) -> tuple[bytes, str]:
    image = without_opaque_alpha(picture.image)
    if image.mode == "RGBA":
        return as_png(image), "image/png"
    lossy = picture.anatomy.media_type == "image/jpeg" or "VP8 " in picture.anatomy.parts
    if not lossy:
        content = as_png(image)
        if len(content) <= _LARGEST_PNG:
            return content, "image/png"
    return as_jpeg(image, _QUALITY), "image/jpeg"
