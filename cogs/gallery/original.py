"""⋯ Original file: as it is kept, or in parts of full size where Discord does not take it whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.delivery.languages import language_of_reader
from bot.delivery.uploads import REQUEST_LIMIT, Upload, files_of, is_too_large, upload_limit
from bot.discord_retries import steadily
from bot.discord_ui.request_context import think
from bot.errors import PictureGoneError, UserFacingError
from bot.language import phrase
from bot.pictures import in_parts
from bot.presentation.original import original_text, part_name, parts_text, too_large_text
from bot.presentation.result import file_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.discord_ui.interactions import Interaction
    from bot.services.ledger import Order, Picture

WHOLE = frozenset({"image/gif", "image/svg+xml"})  # what is no longer itself in parts
MOST_FILES = 10  # of one message; Discord's limit


async def show_original(interaction: Interaction, order: Order, picture: Picture) -> None:
    """Hand out the original file of one picture, to whoever asks alone."""
    del order
    await think(interaction)
    content = await interaction.client.services.blobs.get(picture.image.digest)
    if content is None:
        lost = phrase("I have lost the original of {number}. Its message still shows it.", number=f"#{picture.number}")
        raise PictureGoneError(lost)
    limit = min(upload_limit(interaction.guild), REQUEST_LIMIT)
    try:
        await _hand_out(interaction, *await _as_taken(picture, content, limit))
    except discord.HTTPException as error:
        if not is_too_large(error):
            raise
        await _hand_out(interaction, *await _as_taken(picture, content, min(len(content), limit) // 2))


async def _hand_out(interaction: Interaction, text: str, uploads: Sequence[Upload]) -> None:
    first, *more = _messages_of(uploads)
    told = language_of_reader(interaction).translate(text)
    await steadily(lambda: interaction.edit_original_response(content=told, attachments=files_of(first)))
    for those in more:
        await interaction.followup.send(files=files_of(those), ephemeral=True)


async def _as_taken(picture: Picture, content: bytes, limit: int) -> tuple[str, Sequence[Upload]]:
    number, media_type = picture.number, picture.image.media_type
    if len(content) <= limit:
        return original_text(picture), [Upload(file_name(number, media_type), content)]
    if media_type in WHOLE:
        raise UserFacingError(too_large_text(picture))
    try:
        parts = await in_parts(content, limit)
    except ValueError as error:
        raise UserFacingError(too_large_text(picture)) from error
    count = len(parts.files)
    uploads = [
        Upload(part_name(number, parts.media_type, place, count), file) for place, file in enumerate(parts.files, 1)
    ]
    return parts_text(picture, parts.media_type, parts.rows, parts.losses), uploads


def _messages_of(uploads: Sequence[Upload]) -> list[list[Upload]]:
    """As few messages as Discord takes the files in, in order."""
    messages: list[list[Upload]] = [[]]
    for upload in uploads:
        total = sum(len(each.content) for each in messages[-1]) + len(upload.content)
        if messages[-1] and (total > REQUEST_LIMIT or len(messages[-1]) == MOST_FILES):
            messages.append([])
        messages[-1].append(upload)
    return messages
