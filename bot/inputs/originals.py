"""The original of a picture of ours: from our store, or from the message in Discord that still shows it."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import discord
import structlog

from bot.discord_retries import PROBLEMS, steadily
from bot.errors import InputPictureError, PictureGoneError
from bot.inputs.downloads import download
from bot.language import phrase
from bot.presentation.result import number_in

if TYPE_CHECKING:
    from bot.inputs.held_files import HeldFiles
    from bot.services.ledger import Order, Picture, Requests

_log = structlog.stdlib.get_logger(__name__)


class Originals:
    """Finds the bytes of pictures of ours."""

    def __init__(self, client: discord.Client, requests: Requests) -> None:
        self._client = client
        self._requests = requests

    async def find(self, order: Order, picture: Picture, basket: HeldFiles) -> tuple[bytes, bool]:
        """The picture's file, and whether the store has it, held in the basket; else it is what Discord shows.

        Raises:
            PictureGoneError: it was deleted, or is lost here and there.
            InputPictureError: Discord could not be asked just now.
        """
        _refuse_deleted(picture.number, is_deleted=picture.deleted)
        content = await basket.hold(picture.image.digest)
        if content is not None:
            return content, True
        newest = await self._requests.get(order.id) or order  # its message may outlive a picture deleted meanwhile
        _refuse_deleted(picture.number, is_deleted=all(each.number != picture.number for each in newest.pictures))
        _log.warning("original not in the store", number=picture.number)
        for channel_id, message_id in await self._requests.messages(order.id):
            shown = await self._shown(channel_id, message_id, picture.number)
            if shown is not None:
                return await _downloaded(shown, picture.number), False
        raise PictureGoneError(
            phrase(
                "I have lost {number}, and its message is gone. If you have the picture, attach it to /edit.",
                number=f"#{picture.number}",
            )
        )

    async def _shown(self, channel_id: int, message_id: int, number: int) -> discord.Attachment | None:
        """The attachment that is this picture; None if the message or the file is gone."""
        channel = self._client.get_partial_messageable(channel_id)
        try:
            message = await steadily(lambda: channel.fetch_message(message_id))
        except (discord.NotFound, discord.Forbidden):
            return None
        except PROBLEMS as error:
            _log.info("message not fetched", reason=repr(error))
            raise _not_given(number) from None
        return next((each for each in message.attachments if number_in(each.filename) == number), None)


def _refuse_deleted(number: int, *, is_deleted: bool) -> None:
    if is_deleted:
        raise PictureGoneError(
            phrase("{number} was deleted. Attach the picture that you want to start from.", number=f"#{number}")
        )


def _not_given(number: int) -> InputPictureError:
    return InputPictureError(
        phrase("Discord does not give me {number} just now. Try again in a minute.", number=f"#{number}")
    )


async def _downloaded(shown: discord.Attachment, number: int) -> bytes:
    try:
        return await download(shown)
    except InputPictureError:  # its sentence is for who attached the file
        raise _not_given(number) from None


async def is_file(content: bytes, digest: str) -> bool:
    """Whether these bytes are the file of this digest (SHA-256, in hex)."""
    return await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest()) == digest
