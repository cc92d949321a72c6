"""How a member hears of a decision: by direct message, or where they asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import structlog
from typing_extensions import override

from bot.delivery.languages import language_of_server
from bot.discord_retries import PROBLEMS, steadily
from bot.language import language_of
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
        nonce, member = f"told-{increase.id}", language_of(increase.locale)

        async def directly() -> None:
            channel = await client.create_dm(discord.Object(increase.user_id))
            text = notice(news, None if server is None else server.name)
            await channel.send(member.translate(text), nonce=nonce)

        async def where_they_asked() -> None:
            channel = client.get_partial_messageable(increase.channel_id, guild_id=increase.server_id)
            alone = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(increase.user_id)])
            text = language_of_server(server).translate(public_notice(increase))
            await channel.send(text, allowed_mentions=alone, nonce=nonce)

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
