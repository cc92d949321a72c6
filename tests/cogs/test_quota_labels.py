"""Names for charts, when Discord does not answer as it should."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest
from typing_extensions import override

from cogs.quota import labels


class Unreachable(discord.Guild):
    """A server that knows nobody, on a Discord that fails as told; without a failure it never answers."""

    def __init__(self, failure: Exception | None) -> None:
        self._failure = failure

    @override
    def get_member(self, user_id: int, /) -> discord.Member | None:
        return None

    @override
    async def fetch_member(self, member_id: int, /) -> discord.Member:
        if self._failure is None:
            await asyncio.Event().wait()
        raise self._failure or AssertionError


@pytest.mark.parametrize("failure", [aiohttp.ClientError("gone"), OSError("gone"), None])
async def test_of_whom_discord_tells_nothing_is_a_member(
    failure: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "PATIENCE", 0.01)

    assert await labels.labels_of(Unreachable(failure), [1, 2], of_members=True) == {"1": "a member", "2": "a member"}


async def test_nobody_needs_no_names() -> None:
    assert await labels.labels_of(Unreachable(None), [], of_members=True) == {}
