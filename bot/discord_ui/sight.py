"""What a member can see of their server: its channels, as Discord tells their permissions, and its threads."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord
from typing_extensions import override

from bot.discord_retries import PROBLEMS, steadily
from bot.discord_ui.readership import is_for_adults
from bot.services.gallery import Places, Sight, ThreadSight

if TYPE_CHECKING:
    from collections.abc import Sequence


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
