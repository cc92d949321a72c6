"""What a request came by: an interaction that wants an answer within seconds, or a member's reply to a picture."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog

from bot.services.ledger import Destination, Requester

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ALREADY_ACKNOWLEDGED = 40060  # Discord's code

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what the leads' rules want to know of them.

    Attributes:
        joined_at: when they joined the server, in seconds since 1970 (UTC); None if Discord does not say.
    """

    requester: Requester
    joined_at: int | None


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a request came by.

    Attributes:
        id: of the interaction or the message; the request's id, so that the same one again does nothing new.
        asker: whoever acts.
        destination: where it is answered.
        acknowledge: shows that it begins, once, and returns the id of the message that will show progress.
    """

    id: str
    asker: Asker
    destination: Destination
    acknowledge: Callable[[], Awaitable[int | None]]


def by_interaction(interaction: discord.Interaction, *, private: bool, asker: Asker | None = None) -> Occasion:
    """A command, a button, a menu or a dialog. The asker is whoever acts, unless given."""
    destination = Destination(
        application_id=interaction.application_id,
        interaction_token=interaction.token,
        expires_at=int(interaction.expires_at.timestamp()),
        message_id=None,
        private=private,
    )
    acknowledge = Acknowledgement(interaction, private=private)
    return Occasion(str(interaction.id), asker or asker_of(interaction), destination, acknowledge)


class Acknowledgement:
    """Defers an interaction once, whoever comes first."""

    def __init__(self, interaction: discord.Interaction, *, private: bool) -> None:
        self._interaction = interaction
        self._private = private
        self._lock = asyncio.Lock()
        self._given = False
        self._message_id: int | None = None

    async def __call__(self) -> int | None:
        """Defer, if that has not been done, and return the id of the response."""
        async with self._lock:
            if not self._given:
                self._message_id = await self._defer()
                self._given = True
            return self._message_id

    async def _defer(self) -> int | None:
        try:
            return await self._defer_once()
        except (aiohttp.ClientError, OSError):
            _log.info("connection lost while deferring", interaction=self._interaction.id)
        try:
            return await self._defer_once()
        except discord.HTTPException as error:
            if error.code != ALREADY_ACKNOWLEDGED:
                raise
        # The first attempt had arrived; only its receipt was lost.
        return (await self._interaction.original_response()).id

    async def _defer_once(self) -> int | None:
        response = await self._interaction.response.defer(ephemeral=self._private, thinking=True)
        return None if response is None else response.message_id


def requester_of(interaction: discord.Interaction) -> Requester:
    """Who pressed or typed, where, with which roles."""
    channel = interaction.channel
    return Requester(
        server_id=interaction.guild_id or 0,
        channel_id=interaction.channel_id or 0,
        user_id=interaction.user.id,
        role_ids=role_ids_of(interaction.user) if isinstance(interaction.user, discord.Member) else (),
        parent_id=channel.parent_id if isinstance(channel, discord.Thread) else 0,
    )


def asker_of(interaction: discord.Interaction) -> Asker:
    """Who pressed or typed, as the leads' rules see them."""
    member = interaction.user
    return Asker(requester_of(interaction), joined_at_of(member) if isinstance(member, discord.Member) else None)


def role_ids_of(member: discord.Member) -> tuple[int, ...]:
    """The roles that count: all but the one that everybody has."""
    return tuple(role.id for role in member.roles if not role.is_default())


def joined_at_of(member: discord.Member) -> int | None:
    """When a member joined their server, in seconds since 1970 (UTC); None for guests."""
    return None if member.joined_at is None else int(member.joined_at.timestamp())
