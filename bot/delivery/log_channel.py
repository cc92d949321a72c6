"""The channel in which a server's leads are told of budgets, of the account that pays, of outages."""

from __future__ import annotations

import random
import zlib
from typing import TYPE_CHECKING

import structlog
from typing_extensions import override

from bot.delivery.languages import language_of_server
from bot.discord_retries import PROBLEMS, steadily
from bot.presentation.log_channel import account_text, alert_text, month_text, outage_text
from bot.services.quotas import AlertSink

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.services.accounting import MonthlyReport
    from bot.services.jobs import Downtime
    from bot.services.quotas import Alert

_log = structlog.stdlib.get_logger(__name__)


class LogChannel(AlertSink):
    """Fulfils `AlertSink`."""

    def __init__(self, client: discord.Client, clock: Callable[[], float]) -> None:
        """Args: `clock` gives seconds since 1970 (UTC)."""
        self._client = client
        self._clock = clock

    @override
    async def __call__(self, channel_id: int, alert: Alert, /) -> bool:
        nonce = zlib.crc32(repr(alert).encode())  # drops at Discord what is repeated because an answer was lost
        return await self._post(alert.server_id, channel_id, alert_text(alert, int(self._clock())), nonce)

    async def tell_of_account(self, server_id: int, channel_id: int, words: str | None) -> bool:
        """Fulfils `AccountSpeaker`."""
        return await self._post(server_id, channel_id, account_text(words), random.getrandbits(32))

    async def tell_of_outage(self, server_id: int, channel_id: int, downtime: Downtime) -> bool:
        """Fulfils `OutageSpeaker`."""
        return await self.say(server_id, channel_id, outage_text(downtime))

    async def tell_of_month(self, server_id: int, channel_id: int, month: MonthlyReport) -> bool:
        """Fulfils `MonthSpeaker`."""
        return await self.say(server_id, channel_id, month_text(month))

    async def say(self, server_id: int, channel_id: int, text: str) -> bool:
        """Post whatever leads have to know, once; False if that is not possible now. Never raises."""
        return await self._post(server_id, channel_id, text, zlib.crc32(text.encode()))

    async def _post(self, server_id: int, channel_id: int, text: str, nonce: int) -> bool:
        channel = self._client.get_partial_messageable(channel_id, guild_id=server_id)
        told = language_of_server(self._client.get_guild(server_id)).translate(text)
        try:
            await steadily(lambda: channel.send(told, nonce=nonce))
        except PROBLEMS as error:
            _log.warning("log channel not told", server=server_id, channel=channel_id, reason=str(error))
            return False
        return True
