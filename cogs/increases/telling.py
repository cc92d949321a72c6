"""How a member hears of a decision: by direct message, or where they asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import structlog

from bot.discord_retries import PROBLEMS, steadily
from cogs.increases.text import notice, public_notice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.services.quotas import News, Plea

_log = structlog.stdlib.get_logger(__name__)


class MemberVoice:
    """Fulfils `Voice`. The same nonce everywhere: should a first message have arrived after all, Discord drops this."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def __call__(self, news: News) -> bool:
        """By direct message; where that is closed, in the channel where they asked, without saying what. Never raises.

        False if neither is possible now.
        """
        plea, client = news.plea, self._client
        server = client.get_guild(plea.server_id)
        nonce = f"told-{plea.id}"

        async def directly() -> None:
            channel = await client.create_dm(discord.Object(plea.user_id))
            await channel.send(notice(news, None if server is None else server.name), nonce=nonce)

        async def where_they_asked() -> None:
            channel = client.get_partial_messageable(plea.channel_id, guild_id=plea.server_id)
            alone = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(plea.user_id)])
            await channel.send(public_notice(plea), allowed_mentions=alone, nonce=nonce)

        told = await attempt("member not told directly", plea, directly)
        return told or await attempt("member not told", plea, where_they_asked)


async def attempt(otherwise: str, plea: Plea, call: Callable[[], Awaitable[object]]) -> bool:
    """Whether Discord took it."""
    try:
        await steadily(call)
    except PROBLEMS as error:
        _log.info(otherwise, plea=plea.id, reason=repr(error))
        return False
    return True
