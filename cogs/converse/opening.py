"""How a conversation begins: /converse, or ⋯ under a result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.languages import for_reader, language_of_server, translated
from bot.discord_retries import is_refusal, steadily
from bot.discord_ui.interactions import Interaction
from bot.discord_ui.mentions import Names
from bot.discord_ui.request_context import asker_of, by_reply, think
from bot.discord_ui.rows import view_of
from bot.errors import RequestRefused
from bot.language import joined, phrase
from bot.services.requests import format_price
from bot.services.text import one_line, shown
from cogs.converse.ending import EndButton

if TYPE_CHECKING:
    from bot.discord_ui.rows import More
    from bot.services.conversations import Conversation
    from bot.services.ledger import Order, Picture
    from cogs.converse.turns import Turns

LONGEST_NAME = 60  # characters of a thread's name; Discord allows 100
THREAD_EXISTS = 160004  # https://discord.com/developers/docs/topics/opcodes-and-status-codes
ONLY_IN_CHANNELS = phrase("I can open a thread only in a channel of a server. Here, reply to a picture to change it.")
PRIVATE = phrase("This result is private, and a thread would show it to others. Press ✏️ Edit to change it.")
MAY_NOT = phrase(
    "I may not open threads here: I need the permissions Create Public Threads and Send Messages in Threads."
)
HOW = phrase(
    "each message here is the next instruction, also with pictures, a mask, or a drawing on the picture. "
    "Reply to an earlier picture to go on from there."
)


class Converse(commands.Cog):
    """The command."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    @app_commands.command(description="Open a thread in which each message is the next instruction")
    @app_commands.describe(prompt="What to begin with")
    @app_commands.guild_only()
    async def converse(self, interaction: Interaction, prompt: app_commands.Range[str, 1, 4000]) -> None:
        """Open a thread, and make the first picture in it."""
        channel = channel_of(interaction)
        await think(interaction)
        policy = await interaction.client.services.policies.of(interaction.guild_id or 0)
        names = Names.of_interaction(interaction, policy.time_zone)
        words = names.read(prompt).text.strip()
        await self._turns.check_first(asker_of(interaction), words)
        begun = phrase("💬 {who} begins a conversation:", who=f"<@{interaction.user.id}>")
        first = await send(channel, begun + f"\n> {shown(words, 800)}")
        thread = await _thread_below(first, words)
        conversation = await interaction.client.services.conversations.begin(
            thread.id, interaction.guild_id or 0, interaction.user.id, None
        )
        opened = await _greet(
            interaction.client.user, thread, conversation, await self._turns.price_of(interaction, None)
        )
        where = phrase("Your conversation is in {thread}.", thread=f"<#{thread.id}>")
        await interaction.edit_original_response(**for_reader(interaction, content=where))
        asker = asker_of(interaction)
        here = replace(asker.requester, channel_id=thread.id, parent_id=channel.id)
        client = interaction.client
        context = by_reply(opened, replace(asker, requester=here), lambda: client.buttons.of_progress(str(opened.id)))
        await self._turns.take_first(conversation, context, words)


def offer_thread(more: More, turns: Turns) -> None:
    """Offer to go on with a picture in a thread."""

    async def act(interaction: discord.Interaction[Any], order: Order, picture: Picture) -> None:
        await open_below(interaction, order, picture, turns)

    more.add(
        40,
        "converse",
        phrase("Continue in a thread"),
        "🧵",
        act,
        about=phrase("Each message there is the next instruction"),
    )


async def open_below(interaction: Interaction, order: Order, picture: Picture, turns: Turns) -> None:
    """Open a thread below the result, where the picture is changed by what is said."""
    if order.hides(picture):
        raise RequestRefused(PRIVATE)
    channel = channel_of(interaction)
    await think(interaction)
    client = interaction.client
    posted = await client.services.requests.messages(order.id)
    message_id = next((message for place, message in posted if place == channel.id), None)
    if message_id is not None and client.services.conversations.of(message_id) is not None:  # a thread has its id
        where = phrase("It goes on already, in {thread}.", thread=f"<#{message_id}>")
        await interaction.edit_original_response(**for_reader(interaction, content=where))
        return
    name = f"#{picture.number} {order.request.prompt}"
    if message_id is None:
        thread = await _thread_beside(channel, name)
    else:
        thread = await _thread_below(channel.get_partial_message(message_id), name, channel)
    conversation = await client.services.conversations.begin(
        thread.id, interaction.guild_id or 0, interaction.user.id, picture.number
    )
    await _greet(client.user, thread, conversation, await turns.price_of(interaction, (order, picture)))
    where = phrase("Say what to change next in {thread}.", thread=f"<#{thread.id}>")
    await interaction.edit_original_response(**for_reader(interaction, content=where))


def channel_of(interaction: discord.Interaction[Any]) -> discord.TextChannel:
    """The channel in which a thread can be opened.

    Raises:
        RequestRefused: there is none.
    """
    channel = interaction.channel
    if not isinstance(channel, discord.TextChannel):
        raise RequestRefused(ONLY_IN_CHANNELS)
    return channel


async def send(channel: discord.TextChannel, text: str) -> discord.Message:
    """Say it there in the server's language, pinging nobody. Raises RequestRefused where we may not."""
    told = language_of_server(channel.guild).translate(text)
    try:
        return await steadily(lambda: channel.send(told, allowed_mentions=discord.AllowedMentions.none()))
    except discord.HTTPException as error:
        if not is_refusal(error):
            raise
        raise RequestRefused(MAY_NOT) from error


async def _thread_below(
    message: discord.Message | discord.PartialMessage, name: str, channel: discord.TextChannel | None = None
) -> discord.Thread:
    """A thread below a message; beside it, if it has one already."""
    try:
        return await steadily(
            lambda: message.create_thread(name=_named(name, message.guild), auto_archive_duration=1440)
        )
    except discord.HTTPException as error:
        if error.code == THREAD_EXISTS and channel is not None:
            return await _thread_beside(channel, name)
        if not is_refusal(error):
            raise
        raise RequestRefused(MAY_NOT) from error


async def _thread_beside(channel: discord.TextChannel, name: str) -> discord.Thread:
    try:
        named, kind = _named(name, channel.guild), discord.ChannelType.public_thread
        return await steadily(lambda: channel.create_thread(name=named, type=kind, auto_archive_duration=1440))
    except discord.HTTPException as error:
        if not is_refusal(error):
            raise
        raise RequestRefused(MAY_NOT) from error


def _named(words: str, guild: discord.Guild | None) -> str:
    return one_line(words, LONGEST_NAME) or language_of_server(guild).translate(phrase("Conversation"))


async def _greet(
    bot: discord.abc.User | None, thread: discord.Thread, conversation: Conversation, most: int | None
) -> discord.Message:
    """The first message, in the server's language: how it goes, what it costs, and the button that ends it."""
    told: list[str] = [
        phrase("🧵 Say what to do next:")
        if conversation.picture is None
        else phrase("🧵 Say what to do next to {number}:", number=f"#{conversation.picture}"),
        HOW,
    ]
    if bot is not None:
        told.append(phrase("Mention {me}, or reply with @ ON, if I do not answer.", me=f"<@{bot.id}>"))
    if most is not None:
        told.append(phrase("A turn costs {price} at most, paid by who speaks.", price=format_price(most)))
    language = language_of_server(thread.guild)
    text = language.translate(joined(" ", told))
    view = translated(view_of([EndButton(conversation.thread_id)]), language)
    return await steadily(lambda: thread.send(text, view=view, allowed_mentions=discord.AllowedMentions.none()))
