"""Servers, their channels, roles and members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.rest.routes import Call, Reply, Route
from bot.sandbox.discord.wire.refusals import unknown_member
from bot.sandbox.discord.world.views import channel_view, guild_view, member_view, role_view

if TYPE_CHECKING:
    from bot.sandbox.discord.world.world import World


class GuildRoutes:
    """``/guilds``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("GET", "/guilds/{guild}", self._guild),
            Route("GET", "/guilds/{guild}/channels", self._channels),
            Route("GET", "/guilds/{guild}/roles", self._roles),
            Route("GET", "/guilds/{guild}/members/{user}", self._member),
        ]

    async def _guild(self, call: Call) -> Reply:
        guild = self._world.guild(call.id("guild"))
        view = guild_view(guild)
        if call.query.get("with_counts", "").lower() in {"1", "true"}:
            view |= {"approximate_member_count": len(guild.members), "approximate_presence_count": len(guild.members)}
        return Reply(view)

    async def _channels(self, call: Call) -> Reply:
        guild = self._world.guild(call.id("guild"))
        return Reply([channel_view(channel) for channel in guild.channels])

    async def _roles(self, call: Call) -> Reply:
        guild = self._world.guild(call.id("guild"))
        return Reply([role_view(role) for role in guild.roles])

    async def _member(self, call: Call) -> Reply:
        guild = self._world.guild(call.id("guild"))
        member = guild.members.get(call.id("user") or 0)
        if member is None:
            raise unknown_member()
        return Reply(member_view(member))
