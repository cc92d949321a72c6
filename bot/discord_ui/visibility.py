"""Who sees what: of a server one member, as Discord tells their permissions; of a channel everybody who reads it.

The bot does not know who is a member, only what roles may.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import discord
from typing_extensions import override

from bot.discord_retries import PROBLEMS, steadily
from bot.services.gallery import Places, Sight, ThreadSight

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

SEEN, READ, HEARD = "view_channel", "read_message_history", "connect"
MOST_AT_ONCE = 10  # threads that Discord is asked about


class MemberSight(Sight):
    """What whoever acts can see now.

    Args:
        asks: whether Discord is asked about threads that are archived or private; else those are hidden.
    """

    def __init__(self, interaction: discord.Interaction[Any], *, asks: bool = True) -> None:
        self._interaction = interaction
        self._asks = asks

    @property
    @override
    def places(self) -> Places:
        guild, member = self._interaction.guild, self._interaction.user
        if guild is None or not isinstance(member, discord.Member):
            return Places(frozenset(), frozenset())
        channels = guild.channels
        seen = frozenset(channel.id for channel in channels if _is_read(channel, member))
        return Places(seen, frozenset(channel.id for channel in channels))

    @override
    async def of_threads(self, thread_ids: Sequence[int]) -> dict[int, ThreadSight]:
        some = asyncio.Semaphore(MOST_AT_ONCE)
        found = await asyncio.gather(*(self._of_thread(thread_id, some) for thread_id in thread_ids))
        return dict(zip(thread_ids, found, strict=True))

    async def _of_thread(self, thread_id: int, some: asyncio.Semaphore) -> ThreadSight:
        try:
            async with some:
                return await self._looked_at(thread_id)
        except discord.NotFound:
            return ThreadSight.GONE
        except PROBLEMS:
            return ThreadSight.HIDDEN

    async def _looked_at(self, thread_id: int) -> ThreadSight:
        guild, member = self._interaction.guild, self._interaction.user
        thread: object = None if guild is None else guild.get_thread(thread_id)
        if thread is None and self._asks:  # an archived one
            thread = await steadily(lambda: self._interaction.client.fetch_channel(thread_id))
        if not isinstance(thread, discord.Thread) or not isinstance(member, discord.Member):
            return ThreadSight.HIDDEN
        if not thread.is_private() or thread.permissions_for(member).manage_threads:
            return ThreadSight.SEEN
        return await self._as_member_of(thread, member) if self._asks else ThreadSight.HIDDEN

    async def _as_member_of(self, thread: discord.Thread, member: discord.Member) -> ThreadSight:
        """A private thread is seen by whoever was added to it."""
        try:
            await steadily(lambda: thread.fetch_member(member.id))
        except discord.NotFound:
            return ThreadSight.HIDDEN
        return ThreadSight.SEEN


def _is_read(channel: discord.abc.GuildChannel, member: discord.Member) -> bool:
    """Whether the member sees a channel and what was said in it before."""
    allowed = channel.permissions_for(member)
    is_voice = isinstance(channel, discord.VoiceChannel | discord.StageChannel)
    return allowed.view_channel and allowed.read_message_history and (allowed.connect or not is_voice)


def is_for_adults_elsewhere(guild: discord.Guild | None, place_id: int, shown_in: object) -> bool:
    """Whether what was made in that channel was made where only adults see it, and would be shown where all do."""
    made_in = None if guild is None else guild.get_channel(place_id)
    return is_for_adults(made_in) and not is_for_adults(shown_in)


def is_for_adults(channel: object) -> bool:
    """Whether Discord shows a channel or thread only to those who have said that they are of age."""
    if isinstance(channel, discord.Thread | discord.TextChannel | discord.ForumChannel):
        return channel.is_nsfw()
    return isinstance(channel, discord.VoiceChannel | discord.StageChannel) and channel.is_nsfw()


def all_readers_see(shown_in: discord.abc.GuildChannel, made_in: discord.abc.GuildChannel) -> bool:
    """Whether everybody who sees one channel can read another, and what was said in it before.

    It is so for members with any roles, by the roles' permissions and both channels' overwrites; where it cannot be
    known of a member whom an overwrite names, it is not so. Whoever may do everything sees both, and roles that only
    a bot has count for nobody. https://discord.com/developers/docs/topics/permissions#permission-overwrites
    """
    if shown_in.guild.default_role.permissions.administrator:
        return True
    needed = [SEEN, READ, *([HEARD] if isinstance(made_in, discord.VoiceChannel | discord.StageChannel) else [])]
    return all(_follows(_Door(shown_in, SEEN), _Door(made_in, permission)) for permission in needed)


@dataclass(frozen=True, slots=True)
class _Stance:
    """What a channel says of a role, None for nothing; and whether the role opens it where nothing is said."""

    said: bool | None
    usual: bool


class _Door:
    """A permission in a channel."""

    def __init__(self, channel: discord.abc.GuildChannel, permission: str) -> None:
        self.guild = channel.guild
        self._permission = permission
        self._overwrites: dict[int, bool | None] = {
            target.id: getattr(overwrite, permission) for target, overwrite in channel.overwrites.items()
        }

    def stance_to(self, role: discord.Role) -> _Stance:
        """How it stands to a role."""
        return _Stance(self._overwrites.get(role.id), bool(getattr(role.permissions, self._permission)))

    def said_of_members(self) -> dict[int, bool]:
        """What it says of members, by their ids; those of whom it says nothing are left out, and the bot itself."""
        others = {role.id for role in self.guild.roles} | {self.guild.me.id}
        return {target: said for target, said in self._overwrites.items() if said is not None and target not in others}

    def opens(self, roles: Collection[_Stance]) -> bool:
        """Whether it opens for a member who has these roles, beside the one that everybody has."""
        said = {role.said for role in roles}
        if True in said or False in said:
            return True in said
        everybody = self.stance_to(self.guild.default_role)
        if everybody.said is not None:
            return everybody.said
        return everybody.usual or any(role.usual for role in roles)


def _follows(first: _Door, second: _Door) -> bool:
    """Whether the second opens for everybody for whom the first does.

    Two roles are enough to look at: one that opens the first door, and one that closes the second.
    """
    kinds = {(first.stance_to(role), second.stance_to(role)) for role in _roles_of_people(first.guild)}
    sets: list[tuple[tuple[_Stance, _Stance], ...]] = [(), *combinations_with_replacement(kinds, 2)]
    closed = [one for one in sets if not second.opens([there for _, there in one])]
    if any(first.opens([here for here, _ in one]) for one in closed):
        return False
    invited, named = first.said_of_members(), second.said_of_members()
    return all(
        _is_let_in(invited.get(member), named.get(member), is_open=not closed)
        for member in invited.keys() | named.keys()
    )


def _is_let_in(here: bool | None, there: bool | None, *, is_open: bool) -> bool:  # noqa: FBT001 - what is said, or None
    """Whether a member, whose roles nobody knows, surely passes the second door if the first is open to them."""
    if here is False or there is True:
        return True
    return there is None and (here is None or is_open)  # of whom neither says anything, their roles have told already


def _roles_of_people(guild: discord.Guild) -> list[discord.Role]:
    return [
        role
        for role in guild.roles
        if not (role.is_default() or role.is_bot_managed() or role.permissions.administrator)
    ]
