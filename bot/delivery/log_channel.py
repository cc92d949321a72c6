"""The channel in which a server's leads are told of budgets."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import structlog

from bot.delivery.patience import PROBLEMS, steadily
from bot.presentation.alerts import alert_text

if TYPE_CHECKING:
    import discord

    from bot.services.alerts import Alert

_log = structlog.stdlib.get_logger(__name__)


class LogChannel:
    """Fulfils `Speaker`."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def __call__(self, channel_id: int, alert: Alert) -> bool:
        """Post to a log channel; False if that is not possible now. Never raises."""
        channel = self._client.get_partial_messageable(channel_id, guild_id=alert.server_id)
        nonce = zlib.crc32(repr(alert).encode())  # drops at Discord what is repeated because an answer was lost
        try:
            await steadily(lambda: channel.send(alert_text(alert), nonce=nonce))
        except PROBLEMS as error:
            _log.warning("alert not posted", server=alert.server_id, channel=channel_id, reason=str(error))
            return False
        return True
