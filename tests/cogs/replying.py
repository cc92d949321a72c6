"""How members write replies in SimCord, and what the bot says below them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from simcord.backend.models.message import AllowedMentions

from bot.services.policy import Lead, ReplyMode
from tests.cogs.house import shows_pictures
from tests.examples import png

if TYPE_CHECKING:
    from collections.abc import Sequence

    import discord
    from simcord import MemberActor

    from tests.cogs.house import House

HAT = ("hat.png", png(64, 48, "blue"))


async def picture(house: House, **options: Any) -> discord.Message:  # noqa: ANN401 - the command's options
    """A result of Mia's."""
    await house.imagine(**options)
    return house.posted[-1]


async def reply(
    house: House,
    message: discord.Message,
    words: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    by: MemberActor | None = None,
) -> discord.Message:
    """A reply, by Mia unless it is said, with the ping on."""
    return await (by or house.mia).send(house.channel, words, reply_to=message, attachments=files)


async def reply_silently(
    house: House,
    message: discord.Message,
    words: str = "",
    by: MemberActor | None = None,
    **more: Any,  # noqa: ANN401 - what SimCord takes
) -> None:
    """A reply with the ping off."""
    reference = {"channel_id": str(message.channel.id), "message_id": str(message.id)}
    allowed = AllowedMentions(replied_user=False)
    author = by or house.mia
    house.env.backend.create_message(
        house.channel.id, author.id, words, reference=reference, allowed_mentions=allowed, **more
    )
    await house.env.settle()


async def hear(house: House, message: discord.Message) -> None:
    """Discord tells the bot of a message."""
    cog: Any = house.bot.get_cog("Listener")
    await asyncio.create_task(cog.on_message(message))  # as discord.py: a stop waits for the task that hears
    await house.env.settle()


def said(house: House) -> list[discord.Message]:
    """What the bot says in the channel beside results, oldest first."""
    shown = house.channel.history(viewer=house.lead)
    return [each for each in shown if each.author.id == house.bot.bot_id and not shows_pictures(each)]


def answer(house: House, message: discord.Message) -> str:
    """The one thing that the bot says beside results: below a message, and nobody is pinged."""
    (told,) = said(house)
    assert told.reference is not None
    assert told.reference.message_id == message.id
    assert told.mentions == []
    return told.content


def labels(message: Any) -> list[str]:  # noqa: ANN401 - SimCord's messages and discord.py's
    """What stands on the buttons of a message."""
    return [item.get("label") or item["placeholder"] for item in _items(message)]


def custom_ids(message: Any) -> list[str]:  # noqa: ANN401 - SimCord's messages and discord.py's
    """The ids of the buttons of a message."""
    return [item["custom_id"] for item in _items(message)]


def _items(message: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as above
    rows: list[dict[str, Any]] = [getattr(row, "to_dict", lambda row=row: row)() for row in message.components]
    return [item for row in rows for item in row["components"]]


async def agree(house: House, by: MemberActor | None = None) -> None:
    """Press the button below what the bot has asked last."""
    await (by or house.mia).click(said(house)[-1], label="Change it")


async def switch_off(house: House) -> None:
    await house.services.server_settings.set_replies(Lead(house.server.id, house.lead.id), ReplyMode.NEVER)
