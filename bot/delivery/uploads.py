"""The files of a result as Discord takes them: within the upload limits, with a preview of what it cannot show."""

from __future__ import annotations

import io
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import discord
from typing_extensions import override

from bot.discord_limits import TOO_LARGE
from bot.language import ENGLISH, phrase
from bot.pictures import as_input, fit, render_svg
from bot.presentation.picture_descriptions import alt_text, opening_of
from bot.presentation.result import file_name
from bot.services.jobs import UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.language import Language
    from bot.services.jobs import Result

DEFAULT_LIMIT = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES  # bytes per file, where no boost raises it
REQUEST_LIMIT = 24 * 1024 * 1024  # bytes of all files of one message; Discord says 25 MiB, form and text included
PREVIEW_EDGE = 1536  # pixels, of the picture that shows how a drawing looks
PNG, GIF, SVG = "image/png", "image/gif", "image/svg+xml"


class _File(io.BytesIO):
    """Bytes that are not copied: aiohttp asks for a buffer to see how many there are, and an ordinary one is a copy."""

    @override
    def getbuffer(self) -> memoryview:
        return memoryview(self.getvalue())


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be posted: name in ASCII, its bytes, and what a screen reader says."""

    name: str
    content: bytes
    description: str | None = None

    def file(self, language: Language = ENGLISH) -> discord.File:
        """A fresh discord.File, told of in that language; one can be sent only once."""
        told = None if self.description is None else language.translate(self.description)
        return discord.File(_File(self.content), self.name, description=told)


def is_too_large(error: discord.HTTPException) -> bool:
    """Discord refused the size of the files."""
    return error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or error.code in TOO_LARGE


def upload_limit(guild: discord.Guild | None) -> int:
    """Bytes that one file may have in a message of ours. An interaction may allow more, but not everywhere."""
    return DEFAULT_LIMIT if guild is None else guild.filesize_limit


def _called(number: int) -> str:
    return f"#{number}" if number else phrase("the picture")


@dataclass(frozen=True, slots=True)
class Posting:
    """A result as files.

    Attributes:
        uploads: the files.
        notes: a sentence for each picture that is not shown by its original.
        copied: the numbers of those of which a copy is shown that is not the same pixel by pixel.
    """

    uploads: list[Upload]
    notes: list[str]
    copied: frozenset[int]


async def _drawing(number: int, original: bytes, alts: tuple[str, str], limit: int) -> tuple[list[Upload], list[str]]:
    """An SVG with a picture of how it looks, for Discord shows nothing of it. `alts` tell of both."""
    uploads: list[Upload] = []
    notes: list[str] = []
    if len(original) > limit:
        notes.append(
            phrase("{picture} is too large a file to be posted; the original is kept", picture=_called(number))
        )
    else:
        uploads.append(Upload(file_name(number, SVG), original, alts[0]))
    try:
        looks = await fit(await render_svg(original, PREVIEW_EDGE), limit)
    except UnreadablePictureError:
        notes.append(
            phrase("{picture} has no preview: I could not draw it. Open the file in a browser", picture=_called(number))
        )
    else:
        name = file_name(number, looks.media_type, preview=True)
        uploads.append(Upload(name, looks.content, alts[1]))
    return uploads, notes


async def _pixels(
    number: int, original: bytes, media_type: str, alt: str, limit: int
) -> tuple[Upload, list[str], bool]:
    """A picture made of pixels, and whether they are all the original's.

    An animation cannot be shrunk: of one that is too large, the first picture is shown.
    """
    content, notes, exact = original, list[str](), True
    if len(content) > limit and media_type == GIF:
        content, media_type = await as_input(original, media_type), PNG
        notes.append(
            phrase(
                "{picture} is too large an animation to be posted: this is its first picture; the original is kept",
                picture=_called(number),
            )
        )
    if len(content) > limit:
        copy = await fit(content, limit)
        content, media_type, exact = copy.content, copy.media_type, copy.exact
        if not notes:
            notes.append(phrase("{picture} {note}", picture=_called(number), note=copy.note))
    return Upload(file_name(number, media_type), content, alt), notes, exact


async def uploads_of(result: Result, limit: int) -> Posting:
    """The pictures as files, originals unchanged where they fit.

    Beside a drawing (SVG) comes a picture of how it looks. Of one that is too large and cannot be drawn comes nothing.

    Args:
        result: with at least one picture.
        limit: bytes that one file may have.
    """
    drawings = sum(picture.image.media_type == SVG for picture, _ in result.files)
    limit = min(limit, REQUEST_LIMIT // (len(result.files) + drawings))
    uploads: list[Upload] = []
    notes: list[str] = []
    copied: set[int] = set()
    for place, (picture, original) in enumerate(result.files, 1):
        stands = picture.number, place, len(result.files)
        alt = alt_text(result.request.request, opening_of(*stands))
        if picture.image.media_type == SVG:
            looks = alt_text(result.request.request, opening_of(*stands, preview=True))
            files, more = await _drawing(picture.number, original, (alt, looks), limit)
        else:
            file, more, exact = await _pixels(picture.number, original, picture.image.media_type, alt, limit)
            files = [file]
            copied.update([] if exact else [picture.number])
        uploads += files
        notes += more
    return Posting(uploads, notes, frozenset(copied))


def files_of(uploads: Sequence[Upload], language: Language = ENGLISH) -> list[discord.File]:
    """Fresh files for one attempt, with alt texts in that language."""
    return [upload.file(language) for upload in uploads]
