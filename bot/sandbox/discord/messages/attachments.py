"""Files on their way into a message: what is kept, what is new, names, sizes, alt texts, pixels.

Rules: https://discord.com/developers/docs/reference#editing-message-attachments
"""

from __future__ import annotations

import asyncio
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image, UnidentifiedImageError

from bot.sandbox.discord.wire.json_values import Json, as_id, as_objects
from bot.sandbox.discord.wire.refusals import FormFaults, file_not_sent, invalid_form, too_large
from bot.sandbox.discord.world.records import Attachment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.sandbox.discord.wire.clock import Snowflakes
    from bot.sandbox.discord.wire.traffic import SentFile
    from bot.sandbox.discord.world.records import Kept

MOST_ATTACHMENTS = 10
LONGEST_DESCRIPTION = 1024
# By extension, so that it is the same on every machine; Discord names none for what it does not know.
MEDIA_TYPES = {
    **dict.fromkeys(("jpg", "jpeg", "jfif"), "image/jpeg"),
    **{name: f"image/{name}" for name in ("png", "gif", "webp", "avif", "heic", "heif", "bmp")},
    **dict.fromkeys(("tif", "tiff"), "image/tiff"),
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "zip": "application/zip",
    **{name: f"video/{name}" for name in ("mp4", "webm")},
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "wav": "audio/x-wav",
}
_FORBIDDEN = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Place:
    """Where files go: the owner in their link, whether they are short-lived, and how large each may be (bytes)."""

    owner_id: int
    ephemeral: bool
    limit: int
    oversize_code: int


def safe_name(filename: str) -> str:
    """The name as it is stored: ASCII letters, digits, ``_``, ``-`` and ``.``."""
    return _FORBIDDEN.sub("_", filename).strip("._") or "unknown"


def media_type_of(filename: str) -> str | None:
    """The media type that the extension stands for, if any; the bytes are not asked."""
    _, dot, extension = filename.rpartition(".")
    return MEDIA_TYPES.get(extension.lower()) if dot else None


def _pixels(content: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None


class FileRoom:
    """Takes files in.

    Args:
        snowflakes: where their ids come from.
        keep: puts a file where it stays, by its id; blocks.
    """

    def __init__(self, snowflakes: Snowflakes, keep: Callable[[int, bytes], Kept]) -> None:
        self._snowflakes = snowflakes
        self._keep = keep

    async def take_in(
        self,
        filename: str,
        content: bytes,
        place: Place,
        *,
        description: str | None = None,
        media_type: str | None = None,
    ) -> Attachment:
        """Store one file; width and height are read when it is a picture. An empty media type is none.

        Raises:
            Refusal: 413 when it is over the limit.
        """
        if len(content) > place.limit:
            raise too_large(place.oversize_code)
        name = safe_name(filename)
        media_type = media_type_of(name) if media_type is None else media_type or None
        is_picture = media_type is not None and media_type.startswith("image/")
        pixels = await asyncio.to_thread(_pixels, content) if is_picture else None
        width, height = pixels or (None, None)
        number = self._snowflakes.next()
        return Attachment(
            id=number,
            filename=name,
            kept=await asyncio.to_thread(self._keep, number, content),
            content_type=media_type,
            owner_id=place.owner_id,
            width=width,
            height=height,
            description=description,
            ephemeral=place.ephemeral,
        )

    async def arrange(
        self, entries: object, files: Sequence[SentFile], kept: Sequence[Attachment], place: Place
    ) -> tuple[Attachment, ...]:
        """The files a message has after a request.

        Args:
            entries: the body's ``attachments``: retained ones by id, new ones by index; None when it was left out,
                which keeps all and adds all.
            files: the files in the request.
            kept: the files that the message has.
            place: where they go.

        Raises:
            Refusal: 400 for too many, too long alt texts and entries without a file; 413 for too large files.
        """
        listed = _listed(entries, files, kept)
        _check(listed)
        by_id = {attachment.id: attachment for attachment in kept}
        by_index = {file.index: file for file in files}
        arranged: list[Attachment] = []
        for key, entry in listed:
            description = entry.get("description")
            if key in by_id:
                old = by_id[key]
                arranged.append(replace(old, description=description) if "description" in entry else old)
            elif key in by_index:
                file = by_index[key]
                name = entry.get("filename") or file.filename
                arranged.append(
                    await self.take_in(name, file.content, place, description=description, media_type=file.known_as)
                )
            else:
                raise file_not_sent()
        return tuple(arranged)


_Listed: TypeAlias = list[tuple[int, Json]]


def _listed(entries: object, files: Sequence[SentFile], kept: Sequence[Attachment]) -> _Listed:
    if entries is None:
        everything = [attachment.id for attachment in kept] + [file.index for file in files]
        return [(key, Json()) for key in everything]
    listed: _Listed = []
    for entry in as_objects(entries):
        key = as_id(entry.get("id"))
        if key is None:
            raise invalid_form("attachments", "NUMBER_TYPE_COERCE", "Every attachment needs an id.")
        listed.append((key, entry))
    return listed


def _check(listed: _Listed) -> None:
    faults = FormFaults()
    faults.check_count("attachments", len(listed), MOST_ATTACHMENTS)
    for position, (_, entry) in enumerate(listed):
        faults.check_length(f"attachments.{position}.description", entry.get("description"), LONGEST_DESCRIPTION)
    faults.raise_if_any()
