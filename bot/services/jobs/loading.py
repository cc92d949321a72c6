"""The files of a request, out of the store and as they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.errors import RequestRejectedError
from bot.services.jobs.provider import FILE_ENDINGS, InputImage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger import BlobStore
    from bot.services.requests import ImageRequest, StoredImage

_log = structlog.stdlib.get_logger(__name__)


async def load_inputs(blobs: BlobStore, request: ImageRequest) -> Sequence[InputImage]:
    """The input pictures in their order, then the mask or the drawing.

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
            "A picture that this starts from was deleted meanwhile, or is lost. Nothing was charged. "
            "Ask anew, and attach the picture.",
            code="input_gone",
        )
    return content
