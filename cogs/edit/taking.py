"""From a member's reply to a request: what is changed, by which words, below them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import RequestRefused
from bot.inputs import Sources
from bot.occasions import by_reply
from bot.options import shape_of
from bot.pictures import shown_name
from bot.services.building import Wishes
from bot.services.changes import DRAWN, Change
from bot.services.drafting import Start

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

    from bot.interactions import AtelierClient
    from bot.occasions import Asker, Occasion
    from bot.services.ledger import OpenRequest, Picture
    from cogs.edit.words import Reply

SAY_WHAT = "Say in your reply what to change, like: make it snowy."


async def edit_ours(
    client: AtelierClient,
    reply: Reply,
    asker: Asker,
    order: OpenRequest,
    picture: Picture,
    first: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Change a picture of ours as a reply says; `first` is awaited before anything is shown below the reply.

    Raises:
        UserFacingError: nothing was reserved.
    """
    if await _is_taken(client, reply):
        return
    _refuse_left_out(reply)
    occasion = by_reply(reply.message, asker)
    if first is not None:
        occasion = _preceded(occasion, first)
    wishes = Wishes(prompt=_prompt(reply.words, may_be_drawn=bool(reply.files)))
    request = await client.services.drafting.draft(asker.requester, Change.EDIT, wishes, Start(order, picture))
    sources = Sources(order, picture, attachments=reply.files, sorts=bool(reply.files))
    await client.intake.take_by(occasion, request, sources)


async def edit_others(client: AtelierClient, reply: Reply, shown: tuple[discord.Attachment, ...]) -> None:
    """Change the first of the pictures that a message shows or, if it shows none, of those that the reply brings.

    Raises:
        UserFacingError: nothing was reserved.
    """
    if await _is_taken(client, reply):
        return
    _refuse_left_out(reply)
    occasion = by_reply(reply.message)
    wishes = Wishes(prompt=_prompt(reply.words, may_be_drawn=bool(shown and reply.files)))
    files = (*shown, *reply.files)
    start = Start(shape=shape_of(files[0]))
    request = await client.services.drafting.draft(occasion.asker.requester, Change.EDIT, wishes, start)
    sources = Sources(attachments=files, sorts=bool(reply.files), follows=True)
    await client.intake.take_by(occasion, request, sources)


async def _is_taken(client: AtelierClient, reply: Reply) -> bool:
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
            f"{names} {'is no picture' if len(reply.left_out) == 1 else 'are no pictures'}, so I changed nothing. "
            "Reply once more, with pictures only."
        )


def _preceded(occasion: Occasion, first: Callable[[], Awaitable[None]]) -> Occasion:
    async def acknowledge() -> int | None:
        await first()
        return await occasion.acknowledge()

    return replace(occasion, acknowledge=acknowledge, answer_in_time=first)
