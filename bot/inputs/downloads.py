"""Attachments, downloaded at once: their links die."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import structlog

from bot.discord_retries import PROBLEMS
from bot.errors import InputPictureError
from bot.language import phrase
from bot.pictures import shown_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

PATIENCE = 60.0  # seconds for one file: others wait for the bytes that it may take

_log = structlog.stdlib.get_logger(__name__)


async def download(attachment: discord.Attachment) -> bytes:
    """The file's bytes, never more of them than Discord has said.

    Raises:
        InputPictureError: it cannot be had, or is larger than it was said to be.
    """
    name = shown_name(attachment.filename)
    try:
        async with asyncio.timeout(PATIENCE):
            content = await _at_second_try(attachment.read)
    except PROBLEMS as error:
        _log.info("attachment not downloaded", reason=repr(error))
        raise InputPictureError(phrase("I could not download {name}. Attach it once more.", name=name)) from None
    if len(content) > attachment.size:  # what was taken of the budget would not cover it
        raise InputPictureError(phrase("{name} came larger than Discord said. Attach it once more.", name=name))
    return content


async def _at_second_try(read: Callable[[], Awaitable[bytes]]) -> bytes:
    """A connection that drops is made good once, at once: a refusal may still be private."""
    try:
        return await read()
    except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
        return await read()
