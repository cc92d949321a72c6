"""Whom a limit is about: at most one of a member, a role and a channel; otherwise the whole server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.discord_ui.request_context import role_ids_of
from bot.errors import RequestRefused
from bot.language import phrase
from bot.services.policy import Scope

if TYPE_CHECKING:
    from bot.discord_ui.interactions import Interaction
    from bot.discord_ui.options import AnyChannel

Person = discord.User | discord.Member | discord.Object
AnyRole = discord.Role | discord.Object


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a limit is about.

    Attributes:
        role_ids: of a member, the roles that count; none if they have left.
        is_here: whether a member is one still.
    """

    scope: Scope
    scope_id: int
    role_ids: tuple[int, ...] = ()
    is_here: bool = True


def server_of(interaction: Interaction) -> discord.Guild:
    """The server on which a command of the group is used.

    Raises:
        RequestRefused: it is none that the bot is in.
    """
    if interaction.guild is None:
        raise RequestRefused(phrase("Limits belong to a server. Use this command on one."))
    return interaction.guild


def subject_of(
    interaction: Interaction, member: Person | None, role: AnyRole | None, channel: AnyChannel | None
) -> Subject:
    """Whom the options name; @everyone is the whole server.

    Raises:
        RequestRefused: they name several, or something that is gone or has no limits.
    """
    if sum(option is not None for option in (member, role, channel)) > 1:
        raise RequestRefused(phrase("Name only one: a member, a role or a channel. Name none for the whole server."))
    if member is not None:
        roles = role_ids_of(member) if isinstance(member, discord.Member) else ()
        return Subject(Scope.MEMBER, member.id, roles, is_here=isinstance(member, discord.Member))
    if role is not None:
        return _of_role(interaction, role)
    if channel is not None:
        return _of_channel(interaction, channel)
    return Subject(Scope.SERVER, server_of(interaction).id)


def must_be_here(subject: Subject) -> Subject:
    """The same subject.

    Raises:
        RequestRefused: it is somebody who has left.
    """
    if not subject.is_here:
        raise RequestRefused(
            phrase(
                "{who} is not a member of this server, so that nothing was changed. What is set for who has left can "
                "be taken back with /quota clear.",
                who=f"<@{subject.scope_id}>",
            )
        )
    return subject


def _of_role(interaction: Interaction, role: AnyRole) -> Subject:
    server = server_of(interaction)
    if role.id == server.id:
        return Subject(Scope.SERVER, server.id)
    if not isinstance(role, discord.Role) or server.get_role(role.id) is None:
        raise RequestRefused(phrase("This role was removed. What is set for it can be taken back with /quota clear."))
    return Subject(Scope.ROLE, role.id)


def _of_channel(interaction: Interaction, channel: AnyChannel) -> Subject:
    if isinstance(channel, app_commands.AppCommandThread):
        raise RequestRefused(
            phrase(
                "A thread has no budget of its own: it draws on that of {channel}. Name that channel.",
                channel=f"<#{channel.parent_id}>",
            )
        )
    if isinstance(channel, discord.Object) or server_of(interaction).get_channel(channel.id) is None:
        raise RequestRefused(
            phrase("This channel was deleted. What is set for it can be taken back with /quota clear.")
        )
    return Subject(Scope.CHANNEL, channel.id)
