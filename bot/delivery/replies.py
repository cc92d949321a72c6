"""Messages that hang below the one that they answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import discord

from bot.delivery.uploads import files_of
from bot.discord_limits import CANNOT_REPLY, LONGEST_MESSAGE
from bot.discord_retries import is_refusal, steadily
from bot.language import ENGLISH
from bot.presentation.result import generating_text, number_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.delivery.uploads import Upload
    from bot.language import Language

BEGUN = generating_text(1, 0)  # what the message that will show progress says first
PREVIEW_NAME = "preview.jpg"
SHEET_NAME = "atelier-which.jpg"  # of what shows the pictures that a question is about
CANCELS = "cancel:"  # begins the id of the button under progress; the request's id follows
LOOKED_THROUGH = 50  # messages after a member's, among which our answer to it is looked for


async def send_below(
    channel: discord.abc.MessageableChannel,
    reply_to: int | None,
    text: str,
    nonce: str,
    uploads: Sequence[Upload] = (),
    view: discord.ui.View | None = None,
    language: Language = ENGLISH,
) -> discord.Message:
    """Send a message, as a reply to that one if there is one, and if it still is there. Patient; pings nobody.

    Args:
        channel: where both are.
        reply_to: the id of a message.
        text: cut where it is too long for Discord.
        nonce: drops a repeated message at Discord; at most 25 characters.
        uploads: its files.
        view: what stands under it.
        language: of the alt texts; the others are told in theirs already.

    Raises:
        discord.HTTPException: or what else `steadily` raises.
    """
    shown = discord.utils.MISSING if view is None else view
    content = text[:LONGEST_MESSAGE]
    if reply_to is not None:
        above = discord.MessageReference(message_id=reply_to, channel_id=channel.id, fail_if_not_exists=False)
        try:
            return await steadily(
                lambda: channel.send(
                    content,
                    files=files_of(uploads, language),
                    nonce=nonce,
                    view=shown,
                    reference=above,
                    mention_author=False,
                )
            )
        except discord.HTTPException as error:
            if error.code != CANNOT_REPLY and error.status != HTTPStatus.BAD_REQUEST:
                raise  # else it may be the reply that is refused, not what it says
    return await steadily(lambda: channel.send(content, files=files_of(uploads, language), nonce=nonce, view=shown))


async def progress_below(channel: discord.abc.MessageableChannel, reply_to: int, author_id: int) -> int | None:
    """The id of the message that shows progress below a member's; None if there is none, or we may not look.

    Results have buttons and files of their own; progress has at most a preview, and the button that cancels it.

    Args:
        channel: where both are.
        reply_to: the id of the member's message.
        author_id: who shows progress: the bot.

    Raises:
        discord.HTTPException: Discord could not answer now.
    """

    def is_progress(message: discord.Message) -> bool:
        is_plain = all(each.filename == PREVIEW_NAME for each in message.attachments)
        return is_plain and all(_cancels(row) for row in message.components)

    return await _below(channel, reply_to, author_id, is_progress)


def _cancels(row: discord.Component) -> bool:
    """Whether these are the buttons of progress."""
    return isinstance(row, discord.ActionRow) and all(
        str(getattr(item, "custom_id", "")).startswith(CANCELS) for item in row.children
    )


async def words_below(channel: discord.abc.MessageableChannel, reply_to: int, author_id: int) -> int | None:
    """As `progress_below`, of a message that shows no files, or only what its question is about."""
    return await _below(
        channel, reply_to, author_id, lambda message: all(each.filename == SHEET_NAME for each in message.attachments)
    )


async def _below(
    channel: discord.abc.MessageableChannel,
    reply_to: int,
    author_id: int,
    is_meant: Callable[[discord.Message], bool],
) -> int | None:
    try:
        async for message in channel.history(limit=LOOKED_THROUGH, after=discord.Object(reply_to)):
            answers = message.reference is not None and message.reference.message_id == reply_to
            if answers and message.author.id == author_id and is_meant(message):
                return message.id
    except discord.HTTPException as error:
        if not is_refusal(error):
            raise
    return None


async def already_sent(
    channel: discord.abc.MessageableChannel,
    asked_id: int,
    author_id: int,
    text: str,
    uploads: Sequence[Upload],
    progress_id: int | None,
) -> int | None:
    """The id of the message that gives this answer already; None if there is none, or we may not look.

    Discord drops a message whose nonce it knows, but forgets nonces within minutes; a restart may take longer.

    Args:
        channel: where it would stand.
        asked_id: the id of what asked: nothing before it is an answer.
        author_id: who answers: the bot.
        text: what it would say; it is known again by its pictures or, without any, by its words.
        uploads: its files.
        progress_id: of the message that shows progress, and may have become an answer in a way of its own.

    Raises:
        discord.HTTPException: Discord could not answer now.
    """
    numbers = {number_in(upload.name) for upload in uploads} - {None, 0}  # 0 is none yet
    try:
        async for message in channel.history(limit=LOOKED_THROUGH, after=discord.Object(asked_id), oldest_first=False):
            if message.author.id != author_id or message.id == progress_id:
                continue
            shown = {number_in(each.filename) for each in message.attachments}
            if numbers & shown or (not numbers and message.content == text[:LONGEST_MESSAGE]):
                return message.id
    except discord.HTTPException as error:
        if not is_refusal(error):
            raise
    return None
