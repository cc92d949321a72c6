"""Names of members, when Discord does not answer as it should."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest
from typing_extensions import override

from bot.services.policy import Scope
from cogs.quota.names import Names


class Unreachable(discord.Guild):
    """A server that knows nobody, on a Discord that fails as told; without a failure it never answers."""

    def __init__(self, failure: Exception | None) -> None:
        self.id = 1
        self._failure = failure

    @override
    async def fetch_member(self, member_id: int, /) -> discord.Member:
        if self._failure is None:
            await asyncio.Event().wait()
        raise self._failure or AssertionError


@pytest.mark.parametrize("failure", [aiohttp.ClientError("gone"), OSError("gone"), None])
async def test_of_whom_discord_tells_nothing_is_called_by_their_id(failure: Exception | None) -> None:
    names, whose = Names(), [(Scope.MEMBER, 1), (Scope.MEMBER, 2)]

    found = await names.of(Unreachable(failure), whose, 0.01)

    assert found == {(Scope.MEMBER, 1): "member 1", (Scope.MEMBER, 2): "member 2"}
    assert await names.gone(Unreachable(failure), whose, 0.01) == frozenset()


async def test_nobody_needs_no_names() -> None:
    assert await Names().of(Unreachable(None), [], 0.01) == {}
