"""What is refused before anything is downloaded, by what Discord says of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import InputPictureError
from bot.inputs.shown import may_be_picture
from bot.pictures import shown_name
from bot.services.catalog import LARGEST_INPUT
from bot.services.requests import check_count, check_together

if TYPE_CHECKING:
    import discord

    from bot.inputs.sources import Sources
    from bot.services.catalog import Model


def check_declared(sources: Sources, model: Model) -> None:
    """Refuse what cannot come to anything.

    Every way to a mask or an extension brings a picture that it belongs to, and none brings both: that is not asked.

    Raises:
        InputPictureError: a file is too large or no picture, all together are too large, or there are too many.
    """
    for attachment in sources.downloads:
        _check_file(attachment)
    check_together(sum(attachment.size for attachment in sources.downloads))
    overlays = 1 if sources.sorts and sources.mask is None and sources.count > 1 else 0  # one may turn out to be one
    check_count(model, sources.count - overlays)


def _check_file(attachment: discord.Attachment) -> None:
    name = shown_name(attachment.filename)
    if attachment.size > LARGEST_INPUT:
        raise InputPictureError(
            f"{name} is too large: {LARGEST_INPUT // 1_000_000} MB is the most. Attach a smaller copy."
        )
    if not may_be_picture(attachment):
        raise InputPictureError(f"{name} is not a picture. Attach a PNG, JPEG or WEBP file.")
