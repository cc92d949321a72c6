"""How a member hears of a decision: by direct message, or where they asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import structlog
from typing_extensions import override

from bot.discord_retries import PROBLEMS, steadily
from bot.services.quotas import Notifier
from cogs.increases.text import notice, public_notice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.services.quotas import IncreaseOutcome, IncreaseRequest

_log = structlog.stdlib.get_logger(__name__)


class MemberNotifier(Notifier):
    """Fulfils `Notifier`. The same nonce everywhere: if a first message arrived after all, Discord drops this."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    @override
    async def __call__(self, news: IncreaseOutcome, /) -> bool:
        """By direct message; where that is closed, in the channel where they asked, without saying what. Never raises.

        False if neither is possible now.
        """
        increase, client = news.increase, self._client
        server = client.get_guild(increase.server_id)
        nonce = f"told-{increase.id}"

        async def directly() -> None:
            channel = await client.create_dm(discord.Object(increase.user_id))
            await channel.send(notice(news, None if server is None else server.name), nonce=nonce)

        async def where_they_asked() -> None:
            channel = client.get_partial_messageable(increase.channel_id, guild_id=increase.server_id)
            alone = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(increase.user_id)])
            await channel.send(public_notice(increase), allowed_mentions=alone, nonce=nonce)

        told = await attempt("member not told directly", increase, directly)
        return told or await attempt("member not told", increase, where_they_asked)


async def attempt(otherwise: str, increase: IncreaseRequest, call: Callable[[], Awaitable[object]]) -> bool:
    """Whether Discord took it."""
    try:
        await steadily(call)
    except PROBLEMS as error:
        _log.info(otherwise, increase=increase.id, reason=repr(error))
        return False
    return True
