"""Results that are shown already: taken away, or reduced to the pictures that are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import structlog
from typing_extensions import override

from bot.discord_retries import PROBLEMS, remove_quietly, steadily
from bot.presentation.result import headline, number_in
from bot.services.gallery import Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger import Picture

_log = structlog.stdlib.get_logger(__name__)


class ShownResults(Screen):
    """Fulfils `Screen` by the bot's own right."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    @override
    async def remove(self, channel_id: int, message_id: int) -> bool:
        return await remove_quietly(self._message(channel_id, message_id))

    @override
    async def reduce(self, channel_id: int, message_id: int, gone: Sequence[Picture], kept: Sequence[Picture]) -> bool:
        """Let the message show only what is kept; the rest of it stays as it is, its rows too."""
        message = self._message(channel_id, message_id)
        try:
            shown = await steadily(message.fetch)
            before = headline(sorted([*gone, *kept], key=lambda picture: picture.number))
            numbers = {picture.number for picture in gone}
            files = [each for each in shown.attachments if number_in(each.filename) not in numbers]
            if not files:  # a message that showed just this one
                return await self.remove(channel_id, message_id)
            content = shown.content.replace(before, headline(kept), 1)
            await steadily(lambda: message.edit(content=content, attachments=files))
        except discord.NotFound:
            return True
        except PROBLEMS as problem:
            _log.info("picture not taken out of its message", message=message_id, reason=repr(problem))
            return False
        return True

    def _message(self, channel_id: int, message_id: int) -> discord.PartialMessage:
        return self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
