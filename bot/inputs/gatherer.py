"""Gathers the input pictures of a request: from our store, and from Discord before the links die."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog

from bot.errors import InputPictureError
from bot.pictures import prepare, shown_name
from bot.services.input_checks import check_inputs
from bot.services.requests import StoredImage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.inputs.sources import Sources
    from bot.services.catalog import Catalog
    from bot.services.keeping import BlobStore, Requests
    from bot.services.requests import ImageRequest

DOWNLOADS = 4  # files in memory at once, however many members attach some
LARGEST_INPUT = 50_000_000  # bytes; the image API's limit

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Gathered:
    """A request with its files.

    Attributes:
        request: with input pictures, mask and drawing, and of the size that follows from them.
        notes: sentences for the member about what became of their files.
    """

    request: ImageRequest
    notes: tuple[str, ...] = ()


class Gatherer:
    """Gathers what requests start from."""

    def __init__(self, catalog: Catalog, requests: Requests, blobs: BlobStore) -> None:
        self._catalog = catalog
        self._requests = requests
        self._blobs = blobs
        self._downloads = asyncio.Semaphore(DOWNLOADS)

    def check_declared(self, sources: Sources) -> None:
        """Refuse what Discord's own words about the files tell enough of.

        Raises:
            InputPictureError: a file is too large, or no picture.
        """
        for attachment in sources.downloads:
            name = shown_name(attachment.filename)
            if attachment.size > LARGEST_INPUT:
                raise InputPictureError(f"{name} is too large: 50 MB is the most. Attach a smaller copy.")
            if attachment.content_type and not attachment.content_type.startswith("image/"):
                raise InputPictureError(f"{name} is not a picture. Attach a PNG, JPEG or WEBP file.")

    async def gather(self, request: ImageRequest, sources: Sources) -> Gathered:
        """Download, prepare and keep what the request starts from.

        A request that has its files already, as *Again* has, goes on with them.

        Raises:
            UserFacingError: something cannot be used or is gone; nothing new is kept.
        """
        references: list[StoredImage] = []
        notes: list[str] = []
        try:
            if sources.picture is not None:
                references.append(replace(sources.picture.image, number=sources.picture.number))
            for attachment in sources.attachments:
                # One by one: those before a refused one are forgotten below.
                async with self._downloads:
                    references.append(await self._fetch(attachment, notes))
            gathered = request.with_references(references or request.references)
            check_inputs(self._catalog.model(request.model), gathered)
        except BaseException:
            await self.forget(references)
            raise
        return Gathered(gathered, tuple(notes))

    async def forget(self, files: Sequence[StoredImage]) -> None:
        """A refused request's inputs are not kept, unless another request or a picture needs the same file."""
        for digest in await self._requests.unused([file.digest for file in files]):
            await self._blobs.delete(digest)

    async def _fetch(self, attachment: discord.Attachment, notes: list[str]) -> StoredImage:
        """Download at once, for the link dies; keep what will be sent, and note where that has lost pixels."""
        name = attachment.filename
        try:
            content = await attachment.read()
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            _log.info("attachment not downloaded", reason=str(error))
            raise InputPictureError(f"I could not download {shown_name(name)}. Attach it once more.") from None
        prepared = await prepare(content, name)
        if prepared.note:
            notes.append(prepared.note)
        digest = await self._blobs.put(prepared.content)
        return StoredImage(digest, prepared.media_type, prepared.width, prepared.height, len(prepared.content))
