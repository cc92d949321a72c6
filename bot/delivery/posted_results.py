"""Results that are shown already: taken away, or reduced to the pictures that are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import structlog
from typing_extensions import override

from bot.discord_retries import PROBLEMS, remove_quietly, steadily
from bot.presentation.result import number_in, without
from bot.services.gallery import Screen

if TYPE_CHECKING:
    from collections.abc import Collection

_log = structlog.stdlib.get_logger(__name__)


class ShownResults(Screen):
    """Fulfils `Screen` by the bot's own right."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    @override
    async def remove(self, channel_id: int, message_id: int) -> bool:
        return await remove_quietly(self._message(channel_id, message_id))

    @override
    async def reduce(self, channel_id: int, message_id: int, gone: Collection[int]) -> bool:
        """Let the message show only what is left; the rest of it stays as it is, its rows too."""
        message = self._message(channel_id, message_id)
        try:
            shown = await steadily(message.fetch)
            files = [each for each in shown.attachments if number_in(each.filename) not in gone]
            if not files:  # it showed nothing else
                return await self.remove(channel_id, message_id)
            content = without(shown.content, gone)
            if content != shown.content or len(files) < len(shown.attachments):
                await steadily(lambda: message.edit(content=content, attachments=files))
        except discord.NotFound:
            return True
        except PROBLEMS as problem:
            _log.info("picture not taken out of its message", message=message_id, reason=repr(problem))
            return False
        return True

    def _message(self, channel_id: int, message_id: int) -> discord.PartialMessage:
        return self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
