"""Options that commands of several cogs take, where discord.py's own would not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from typing_extensions import override

from bot.presentation.choices import LONGEST_CHOICE, MOST_CHOICES

if TYPE_CHECKING:
    from collections.abc import Iterable

AnyChannel = app_commands.AppCommandChannel | app_commands.AppCommandThread | discord.Object

TALKED_IN = (  # channels of media are not in Discord's own description of this option
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
)
THREADS = (discord.ChannelType.public_thread, discord.ChannelType.private_thread, discord.ChannelType.news_thread)


def choices(offered: Iterable[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    """Names with their values, as many and as long as Discord shows."""
    return [app_commands.Choice(name=name[:LONGEST_CHOICE], value=value) for name, value in offered][:MOST_CHOICES]


class ChannelOption(app_commands.Transformer):
    """A channel or thread; also one that is gone, for discord.py's own would raise something that nobody can read."""

    @property
    @override
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    @override
    def channel_types(self) -> list[discord.ChannelType]:
        return [*TALKED_IN, *THREADS]

    @override
    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> AnyChannel:
        """As Discord sent it."""
        channel: AnyChannel = value
        return channel
