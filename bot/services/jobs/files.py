"""What goes to the provider and what comes: inputs loaded, results laid in, kept while the disk is full."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from typing_extensions import override

from bot.errors import RequestRejectedError, StoreTroubleError
from bot.language import phrase
from bot.services.catalog import INPUT_MEDIA_TYPES
from bot.services.jobs.pending_writes import ASK_LATER
from bot.services.jobs.provider import FILE_ENDINGS, CheckedPicture, InputImage, UnreadablePictureError
from bot.services.ledger import BlobStore
from bot.services.requests import keeps_shape

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from bot.services.jobs.pending_writes import PendingWrites
    from bot.services.jobs.provider import PictureCheck, Retouch
    from bot.services.requests import ImageRequest, StoredImage

T = TypeVar("T")

LONGEST_RETOUCH = 90.0  # seconds; a charge waits for it
MOST_FRESH = 16_000_000  # bytes of pictures that stay in memory from when they are kept to when they are shown

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """A picture's file as it is kept.

    Attributes:
        content: the file as the provider made it, unchanged, or composed of it and what its mask kept.
        checked: what that file is.
        composed: whether it is the latter.
    """

    content: bytes
    checked: CheckedPicture
    composed: bool = False


@dataclass(frozen=True, slots=True)
class PictureReceiver:
    """Takes in what the provider sent.

    Attributes:
        check: reads type and size of a file, or says that it is no picture.
        retouch: lays a result into what a mask kept.
        blobs: where that is.
    """

    check: PictureCheck
    retouch: Retouch
    blobs: BlobStore
    _hurried: asyncio.Event = field(default_factory=asyncio.Event)

    def hurry(self) -> None:
        """The bot stops: what is not composed by now stays as the provider made it."""
        self._hurried.set()

    async def receive(self, content: bytes, request: ImageRequest) -> Received:
        """See that it is a picture, and lay it into what the mask kept if that is wished.

        Args:
            content: the file that came.
            request: what was asked for.

        Raises:
            UnreadablePictureError: it is no picture.
        """
        checked = await self._look_at(content, request)
        try:
            parts = _base_of(request)
            if parts is None or not _can_be_composed(checked, parts[0]):
                return Received(content, checked)
            composed, seen = await self._in_time(self._composed(*parts, content, request))
        except Exception:  # noqa: BLE001 - whatever it was: the provider's own file is whole, and paid for
            _log.exception("result not retouched")
            return Received(content, checked)
        return Received(composed, seen, composed=True)

    async def _in_time(self, work: Coroutine[Any, Any, T]) -> T:
        """Raises TimeoutError if it takes too long, or the bot stops."""
        composing, hurried = asyncio.create_task(work), asyncio.create_task(self._hurried.wait())
        try:
            await asyncio.wait({composing, hurried}, timeout=LONGEST_RETOUCH, return_when=asyncio.FIRST_COMPLETED)
            if composing.done():
                return composing.result()
            raise TimeoutError
        finally:
            composing.cancel()
            hurried.cancel()

    async def _composed(
        self, base: StoredImage, mask: StoredImage, content: bytes, request: ImageRequest
    ) -> tuple[bytes, CheckedPicture]:
        files = await self._file(base), await self._file(mask)
        composed = await self.retouch(*files, content, request.compression)
        seen = await self.check(composed)
        if (seen.width, seen.height) != (base.width, base.height):
            raise UnreadablePictureError("is of another size than the picture")
        return composed, seen

    async def _file(self, file: StoredImage) -> bytes:
        content = await self.blobs.get(file.digest)
        if content is None:
            raise UnreadablePictureError("is not in the store any more")
        return content

    async def _look_at(self, content: bytes, request: ImageRequest) -> CheckedPicture:
        """What the file is. If that cannot be found out, what was asked for: it is paid, and Discord may show it."""
        try:
            return await self.check(content)
        except UnreadablePictureError:
            raise
        except Exception:  # noqa: BLE001 - no memory, no room, no more files: nothing of it is the picture's fault
            _log.exception("result not looked at")
            kinds = {ending: kind for kind, ending in FILE_ENDINGS.items()}
            media_type = kinds.get(request.output_format.replace("jpeg", "jpg"), "image/png")
            return CheckedPicture(media_type, request.width, request.height)


def _base_of(request: ImageRequest) -> tuple[StoredImage, StoredImage] | None:
    """What the result is laid into and its mask; None if nothing is to be kept.

    Requests of earlier versions have no base: theirs is the picture as it was sent.
    """
    if request.mask is None or not request.exact:
        return None
    return (request.references[0], request.mask) if request.base is None else (request.base.picture, request.base.mask)


def _can_be_composed(checked: CheckedPicture, base: StoredImage) -> bool:
    """Not an animation or an SVG, and of the picture's shape, or it would have to be distorted."""
    return checked.media_type in INPUT_MEDIA_TYPES and keeps_shape(base, checked.width, checked.height)


async def load_inputs(blobs: BlobStore, request: ImageRequest) -> Sequence[InputImage]:
    """The input pictures in their order, then the mask or the markup.

    Raises:
        RequestRejectedError: one of them is not in the store any more.
    """
    inputs: list[InputImage] = []
    for number, file in enumerate(request.references, start=1):
        name = f"image-{number}.{FILE_ENDINGS[file.media_type]}"
        inputs.append(InputImage(name, file.media_type, await _load(blobs, file)))
    if request.mask is not None:
        inputs.append(InputImage("mask.png", "image/png", await _load(blobs, request.mask), "mask"))
    if request.markup is not None:
        inputs.append(InputImage("markup.png", "image/png", await _load(blobs, request.markup), "markup"))
    return inputs


async def _load(blobs: BlobStore, file: StoredImage) -> bytes:
    content = await blobs.get(file.digest)
    if content is None:
        _log.warning("input not in the store", digest=file.digest)
        raise RequestRejectedError(
            phrase(
                "A picture that this starts from was deleted meanwhile, or is lost. Nothing was charged. "
                "Ask anew, and attach the picture."
            ),
            code="input_gone",
        )
    return content


class BufferedBlobs(BlobStore):
    """The file store, with what it cannot take just now, and what it has just taken and is asked for next.

    No more is owed to the disk than the pictures that were being made when it gave out: nothing new begins meanwhile.

    Args:
        blobs: keeps the files.
        pending_writes: what is owed to it.
    """

    def __init__(self, blobs: BlobStore, pending_writes: PendingWrites) -> None:
        self._blobs = blobs
        self._pending_writes = pending_writes
        self._held: dict[str, bytes] = {}
        self._fresh: dict[str, bytes] = {}  # kept a moment ago: whoever tells of it need not read it from the disk

    @override
    async def put(self, content: bytes) -> str:
        """Store durably and return the digest in hex: for what a member has still.

        Raises:
            StoreTroubleError: the disk does not take it.
        """
        try:
            return await self._blobs.put(content)
        except OSError as error:
            self._pending_writes.note(error)
            raise StoreTroubleError(
                phrase(
                    "{trouble}, so I cannot keep the pictures that this starts from. {advice}",
                    trouble=self._pending_writes.trouble,
                    advice=ASK_LATER,
                )
            ) from error

    async def keep(self, content: bytes) -> str:
        """As `put`, for what nobody else has: what the disk does not take now, it gets later."""
        try:
            digest = await self._blobs.put(content)
        except OSError as error:
            self._pending_writes.note(error)
        except Exception:  # noqa: BLE001 - whatever it was, once more, and till then from memory
            _log.exception("picture not put away")
        else:
            self._remember(digest, content)
            return digest
        digest = hashlib.sha256(content).hexdigest()
        self._held[digest] = content
        self._pending_writes.owe(f"file {digest}", lambda: self._put_away(digest))
        return digest

    @override
    async def get(self, digest: str) -> bytes | None:
        held = self._fresh.pop(digest, None) or self._held.get(digest)
        return await self._blobs.get(digest) if held is None else held

    @override
    async def delete(self, digest: str) -> None:
        self._held.pop(digest, None)
        self._fresh.pop(digest, None)
        await self._blobs.delete(digest)

    def _remember(self, digest: str, content: bytes) -> None:
        """Until it is asked for, or newer ones take the room."""
        self._fresh[digest] = content
        while sum(map(len, self._fresh.values())) > MOST_FRESH:
            del self._fresh[next(iter(self._fresh))]

    async def _put_away(self, digest: str) -> None:
        content = self._held.get(digest)
        if content is not None:  # else it was deleted meanwhile
            await self._blobs.put(content)
            self._held.pop(digest, None)
