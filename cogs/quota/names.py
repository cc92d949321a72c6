"""Members, roles and channels by name: where a mention is not drawn, and to tell what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.discord_retries import PROBLEMS
from bot.language import Translatable, phrase
from bot.services.background import Background
from bot.services.policy import Scope
from bot.services.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_NAME = 40  # characters
AT_ONCE = 30  # members that are looked up at a time
REMEMBERED = 2000  # names

Whose = tuple[Scope, int]


class Names:
    """Names of roles and channels, which the bot knows, and of members, whom it has to ask Discord for."""

    def __init__(self) -> None:
        self._members: dict[tuple[int, int], str | None] = {}  # None: was no member when last asked for

    async def of(self, server: discord.Guild, whose: Iterable[Whose], patience: float) -> dict[Whose, str]:
        """Each by its name; what is gone, or not found within `patience` seconds, by its id, and called so."""
        wanted = dict.fromkeys(whose)
        members = [each for scope, each in wanted if scope is Scope.MEMBER]
        unnamed = [each for each in members if self._members.get((server.id, each)) is None]
        # Who has left may have come back, but they do not keep others from being asked for.
        await self._look_up(server, sorted(unnamed, key=lambda each: (server.id, each) in self._members), patience)
        return {
            (scope, each): self._member(server, each) if scope is Scope.MEMBER else _name(server, scope, each)
            for scope, each in wanted
        }

    async def gone(self, server: discord.Guild, whose: Iterable[Whose], patience: float) -> frozenset[Whose]:
        """Removed roles, deleted channels and, as far as can be found out within `patience` seconds, who has left."""
        wanted = dict.fromkeys(whose)
        members = await self._look_up(server, [each for scope, each in wanted if scope is Scope.MEMBER], patience)
        return frozenset(
            (scope, each)
            for scope, each in wanted
            if (scope is Scope.MEMBER and members.get(each, "") is None)
            or (scope is Scope.ROLE and server.get_role(each) is None)
            or (scope is Scope.CHANNEL and server.get_channel_or_thread(each) is None)
        )

    async def _look_up(self, server: discord.Guild, user_ids: list[int], patience: float) -> dict[int, str | None]:
        found = await _found(server, user_ids, patience)
        if len(self._members) + len(found) > REMEMBERED:
            self._members.clear()  # they are asked for again when they are needed
        self._members |= {(server.id, each): name for each, name in found.items()}
        return found

    def _member(self, server: discord.Guild, user_id: int) -> str:
        name = self._members.get((server.id, user_id), phrase("member {id}", id=str(user_id)))
        if name is None:
            return phrase("former member {id}", id=str(user_id))
        return name if isinstance(name, Translatable) else one_line(name, LONGEST_NAME)


async def _found(server: discord.Guild, user_ids: list[int], patience: float) -> dict[int, str | None]:
    """The names of the first of these members; None for who is none; nobody of whom Discord tells nothing in time."""
    found: dict[int, str | None] = {}

    async def ask(user_id: int) -> None:
        try:
            found[user_id] = (await server.fetch_member(user_id)).display_name
        except discord.NotFound:
            found[user_id] = None
        except PROBLEMS:
            return

    asking = Background()
    for user_id in user_ids[:AT_ONCE]:
        asking.begin(ask(user_id), f"name of {user_id}")
    await asking.finish(patience)
    return found


def _name(server: discord.Guild, scope: Scope, each: int) -> str:
    if scope is Scope.ROLE:
        role = server.get_role(each)
        return phrase("removed role {id}", id=str(each)) if role is None else "@" + one_line(role.name, LONGEST_NAME)
    channel = server.get_channel_or_thread(each)
    if channel is None:
        return phrase("deleted channel {id}", id=str(each))
    return "#" + one_line(channel.name, LONGEST_NAME)
