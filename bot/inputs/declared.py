"""What is refused before anything is downloaded, by what Discord says of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import InputPictureError
from bot.pictures import shown_name
from bot.services.input_checks import MOST_INPUT_BYTES, check_count

if TYPE_CHECKING:
    import discord

    from bot.inputs.sources import Sources
    from bot.services.catalog import Model
    from bot.services.requests import ImageRequest

LARGEST_INPUT = 50_000_000  # bytes; the image API's limit


def check_declared(request: ImageRequest, sources: Sources, model: Model) -> None:
    """Refuse what cannot come to anything.

    Raises:
        InputPictureError: a file is too large or no picture, or all together are too large; there are too many; a mask
            or an extension has no picture that it belongs to, or an extension, which makes its own mask, has another.
    """
    for attachment in sources.downloads:
        _check_file(attachment)
    if sum(attachment.size for attachment in sources.downloads) > MOST_INPUT_BYTES:
        raise InputPictureError(
            f"These files are more than {MOST_INPUT_BYTES // 1_000_000} MB together. Attach fewer or smaller ones."
        )
    _check_mask(request, sources)
    overlays = 1 if sources.sorts and sources.mask is None and sources.count > 1 else 0  # one may turn out to be one
    check_count(model, sources.count - overlays)


def _check_mask(request: ImageRequest, sources: Sources) -> None:
    if sources.mask is not None and not sources.count:
        raise InputPictureError("A mask belongs to a picture. Attach that picture too.")
    if request.change.extends and not sources.count and not request.references:
        raise InputPictureError("There is no picture to extend. Attach one.")
    if request.change.extends and sources.mask is not None:
        raise InputPictureError("A picture that is extended gets a mask of its own. Leave yours out.")


def _check_file(attachment: discord.Attachment) -> None:
    name = shown_name(attachment.filename)
    if attachment.size > LARGEST_INPUT:
        raise InputPictureError(f"{name} is too large: 50 MB is the most. Attach a smaller copy.")
    if attachment.content_type and not attachment.content_type.startswith("image/"):
        raise InputPictureError(f"{name} is not a picture. Attach a PNG, JPEG or WEBP file.")
