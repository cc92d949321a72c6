"""What becomes of the file that came: looked at, and what its mask kept put back into it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.services.canvases import keeps_shape
from bot.services.image_api import INPUT_MEDIA_TYPES
from bot.services.images import FILE_ENDINGS, CheckedPicture, UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.images import InputImage, PictureCheck, Retouch
    from bot.services.requests import ImageRequest

LONGEST_RETOUCH = 20.0  # seconds; a charge waits for it, and a shutdown with it

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """A picture's file as it is kept.

    Attributes:
        content: the file as the provider made it, unchanged, or composed of it and the original.
        checked: what that file is.
        composed: whether it is the latter.
    """

    content: bytes
    checked: CheckedPicture
    composed: bool = False


@dataclass(frozen=True, slots=True)
class Reception:
    """Takes in what the provider sent.

    Attributes:
        check: reads type and size of a file, or says that it is no picture.
        retouch: puts back what a mask kept.
    """

    check: PictureCheck
    retouch: Retouch

    async def receive(self, content: bytes, request: ImageRequest, inputs: Sequence[InputImage]) -> Received:
        """See that it is a picture, and put back what the mask kept if that is wished.

        Args:
            content: the file that came.
            request: what was asked for.
            inputs: what was sent with it.

        Raises:
            UnreadablePictureError: it is no picture.
        """
        checked = await self._look_at(content, request)
        mask = next((each for each in inputs if each.role == "mask"), None)
        if mask is None or not request.exact or not _can_be_retouched(checked, request):
            return Received(content, checked)
        try:
            async with asyncio.timeout(LONGEST_RETOUCH):
                composed = await self.retouch(inputs[0].content, mask.content, content)
                if await self.check(composed) != checked:
                    raise UnreadablePictureError("is of another type or size than the result")  # noqa: TRY301 - one end for all that fails
        except Exception:  # noqa: BLE001 - whatever it was: the provider's own file is whole, and paid for
            _log.exception("result not retouched")
            return Received(content, checked)
        return Received(composed, checked, composed=True)

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


def _can_be_retouched(checked: CheckedPicture, request: ImageRequest) -> bool:
    """Not an animation or a drawing, and of the original's shape, which would be distorted else."""
    fits = not request.references or keeps_shape(request.references[0], checked.width, checked.height)
    return fits and checked.media_type in INPUT_MEDIA_TYPES
