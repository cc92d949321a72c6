"""What an earlier process did not live to do with pictures and their messages: done after the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from discord.ext import commands
from typing_extensions import override

from bot.delivery.posted_results import ShownResults
from bot.services.background import Background
from cogs.gallery.channel_poster import ChannelPoster

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient

_log = structlog.stdlib.get_logger(__name__)


class UnfinishedChanges(commands.Cog):
    """Goes on once, when Discord has told which servers and channels there are."""

    def __init__(self, client: AtelierClient) -> None:
        self._client = client
        self._has_begun = False
        self._background = Background()

    @override
    async def cog_unload(self) -> None:
        """Stop; the next start goes on."""
        await self._background.close()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Begin, but not again after a reconnection."""
        if not self._has_begun:
            self._has_begun = True
            self._background.begin(self._go_on(), "left over of the gallery")

    async def _go_on(self) -> None:
        try:
            await self._client.services.publications.go_on(ChannelPoster(self._client))
            await self._client.services.upkeep.bring_all_up(ShownResults(self._client))
        except Exception:  # noqa: BLE001 - nobody waits for it
            _log.exception("not all was done that was left over; the next start tries again")
