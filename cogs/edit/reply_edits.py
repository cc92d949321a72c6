"""From a member's reply to a request: what is changed, by which words, below them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import discord

from bot.discord_retries import steadily
from bot.discord_ui.options import shape_of
from bot.discord_ui.request_context import by_reply
from bot.errors import PictureGoneError, RequestRefused
from bot.inputs import Sources
from bot.language import phrase, plural
from bot.pictures import shown_name
from bot.services.admission import Start
from bot.services.requests import DRAWN, Change, Wishes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.discord_ui.interactions import AtelierClient
    from bot.discord_ui.request_context import Asker, RequestContext
    from bot.services.ledger import Order, Picture
    from cogs.edit.reply_text import Reply

NO_HISTORY = phrase("I may not read older messages here: I need the permission Read Message History.")
SAY_WHAT = phrase("Say what to change, like: make it snowy.")


async def edit_ours(
    client: AtelierClient,
    reply: Reply,
    asker: Asker,
    order: Order,
    picture: Picture,
    first: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Change a picture of ours as a reply says; `first` is awaited before anything is shown below the reply.

    Raises:
        UserFacingError: nothing was reserved.
    """
    context = await _context(client, reply, asker, first)
    if context is None:
        return
    wishes = Wishes(prompt=_prompt(reply.words, may_be_drawn=bool(reply.files)), count=1)
    request = await client.services.drafting.draft(asker.requester, Change.EDIT, wishes, Start(order, picture))
    sources = Sources(order, picture, attachments=reply.files, sorts=bool(reply.files))
    await client.intake.take_by(context, request, sources)


async def change_price(client: AtelierClient, reply: Reply, asker: Asker, order: Order, picture: Picture) -> int:
    """The most that `edit_ours` may cost, in nano-dollars.

    Raises:
        UserFacingError: it would be refused.
    """
    _refuse_left_out(reply)
    drafting = client.services.drafting
    wishes = Wishes(prompt=_prompt(reply.words, may_be_drawn=bool(reply.files)), count=1)
    request = await drafting.draft(asker.requester, Change.EDIT, wishes, Start(order, picture))
    shapes = [(picture.image.width, picture.image.height), *(shape_of(file) for file in reply.files)]
    return drafting.most(request, shapes)


async def others_price(client: AtelierClient, reply: Reply, asker: Asker, shown: tuple[discord.Attachment, ...]) -> int:
    """The same of `edit_others`."""
    _refuse_left_out(reply)
    drafting = client.services.drafting
    files = (*shown, *reply.files)
    wishes = Wishes(prompt=_prompt(reply.words, may_be_drawn=bool(shown and reply.files)), count=1)
    start = Start(shape=shape_of(files[0]))
    request = await drafting.draft(asker.requester, Change.EDIT, wishes, start)
    return drafting.most(request, [shape_of(file) for file in files])


async def answered_message(message: discord.Message, reference: discord.MessageReference) -> discord.Message:
    """The message that is replied to.

    Raises:
        UserFacingError: it is not to be had.
    """
    if isinstance(reference.resolved, discord.Message):
        return reference.resolved
    try:
        return await steadily(lambda: message.channel.fetch_message(reference.message_id or 0))
    except discord.NotFound:
        raise PictureGoneError(phrase("That message was deleted.")) from None
    except discord.Forbidden:
        raise RequestRefused(NO_HISTORY) from None


async def edit_others(
    client: AtelierClient,
    reply: Reply,
    asker: Asker,
    shown: tuple[discord.Attachment, ...],
    first: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Change the first of the pictures that a message shows or, if it shows none, of those that the reply brings.

    Raises:
        UserFacingError: nothing was reserved.
    """
    context = await _context(client, reply, asker, first)
    if context is None:
        return
    wishes = Wishes(prompt=_prompt(reply.words, may_be_drawn=bool(shown and reply.files)), count=1)
    files = (*shown, *reply.files)
    start = Start(shape=shape_of(files[0]))
    request = await client.services.drafting.draft(asker.requester, Change.EDIT, wishes, start)
    sources = Sources(attachments=files, sorts=bool(reply.files), follows=True)
    await client.intake.take_by(context, request, sources)


async def draw_new(
    client: AtelierClient, reply: Reply, asker: Asker, first: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Draw a new picture from the words of a message.

    Raises:
        UserFacingError: nothing was reserved.
    """
    context = await _context(client, reply, asker, first)
    if context is None:
        return
    request = await client.services.drafting.draft(asker.requester, Change.NEW, Wishes(prompt=reply.words))
    await client.intake.take_by(context, request)


async def new_price(client: AtelierClient, reply: Reply, asker: Asker) -> int:
    """The same of `draw_new`."""
    _refuse_left_out(reply)
    drafting = client.services.drafting
    return drafting.most(await drafting.draft(asker.requester, Change.NEW, Wishes(prompt=reply.words)), [])


async def is_taken(client: AtelierClient, reply: Reply) -> bool:
    """Whether this reply was understood before; by now it might be understood otherwise, which would be a conflict."""
    return await client.services.requests.get(str(reply.message.id)) is not None


def _prompt(words: str, *, may_be_drawn: bool) -> str:
    """What is to be done: the words, or what was drawn."""
    if not words and not may_be_drawn:
        raise RequestRefused(SAY_WHAT)
    return words or DRAWN


def _refuse_left_out(reply: Reply) -> None:
    """What cannot be sent is told before anything is paid for: the words may have meant it."""
    if reply.left_out:
        names = ", ".join(shown_name(name) for name in reply.left_out)
        raise RequestRefused(
            plural(
                "{names} is no picture, so I changed nothing. Say it once more, with pictures only.",
                "{names} are no pictures, so I changed nothing. Say it once more, with pictures only.",
                len(reply.left_out),
                names=names,
            )
        )


async def _context(
    client: AtelierClient, reply: Reply, asker: Asker, first: Callable[[], Awaitable[None]] | None
) -> RequestContext | None:
    """What a reply's request comes by; None if that is taken already.

    Raises:
        UserFacingError: something that the reply refers to cannot be sent along.
    """
    if await is_taken(client, reply):
        return None
    _refuse_left_out(reply)
    context = by_reply(reply.message, asker, lambda: client.buttons.of_progress(str(reply.message.id)))
    return context if first is None else _preceded(context, first)


def _preceded(context: RequestContext, first: Callable[[], Awaitable[None]]) -> RequestContext:
    async def acknowledge() -> int | None:
        await first()
        return await context.acknowledge()

    return replace(context, acknowledge=acknowledge, answer_in_time=first)
