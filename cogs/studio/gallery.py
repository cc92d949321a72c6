"""/studio gallery: where pictures are shown that members have starred."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.delivery.languages import language_of_reader
from bot.discord_ui.interactions import Interaction, lead_of
from bot.discord_ui.options import AnyChannel, ChannelOption
from bot.discord_ui.request_context import think
from bot.errors import DecisionRefusedError
from bot.language import joined, phrase
from bot.services.policy import GalleryChannel, unchanged
from cogs.studio.posting_places import begin_posting, fault_of, find_place
from cogs.studio.rule_panels import changed_text, first_gallery_line, gallery_panel, gallery_warning

if TYPE_CHECKING:
    from bot.services.gallery import GalleryPosts
    from bot.services.policy import ServerSettings

NEEDED = ("attach_files", "embed_links", "read_message_history")
USUAL, MOST = 3, 100  # stars

Stars = app_commands.Range[int, 1, MOST]


class StarredPictures(commands.Cog):
    """The command about the gallery; a part of the group."""

    _server_settings: ServerSettings
    _gallery_posts: GalleryPosts

    @app_commands.command()
    @app_commands.describe(
        channel="Where",
        stars=f"How many members' stars bring a picture there; {USUAL} if you say nothing",
        off="Show them nowhere; what is shown stays",
    )
    async def gallery(
        self,
        interaction: Interaction,
        channel: app_commands.Transform[AnyChannel, ChannelOption] | None = None,
        stars: Stars | None = None,
        off: bool = False,  # noqa: FBT001, FBT002 - an option, given by name
    ) -> None:
        """Choose a channel in which pictures are shown that members have starred."""
        lead = lead_of(interaction)
        chosen = channel is not None or stars is not None
        if chosen and off:
            raise DecisionRefusedError(unchanged(phrase("Choose a channel and stars, or off, not both.")))
        await think(interaction)
        kept = (await self._server_settings.decisions.of(lead.server_id)).gallery
        if not (chosen or off):
            text = gallery_panel(await self._server_settings.decisions.of(lead.server_id))
        else:
            kept = None if off else await self._chosen(interaction, kept, channel, stars)
            text = changed_text(await self._server_settings.set_gallery(lead, kept))
            self._gallery_posts.post_all_soon()
        fault = await gallery_fault(interaction, kept)
        if fault:
            text = joined(" ", [text, gallery_warning(fault)])
        await interaction.edit_original_response(content=language_of_reader(interaction).translate(text))

    async def _chosen(
        self, interaction: Interaction, kept: GalleryChannel | None, channel: AnyChannel | None, stars: int | None
    ) -> GalleryChannel:
        """What is chosen, with what was before; a channel that is new has its first line then."""
        before = kept or GalleryChannel(0, USUAL)
        gallery = GalleryChannel(before.channel_id if channel is None else channel.id, stars or before.stars)
        if not gallery.channel_id:
            raise DecisionRefusedError(unchanged(phrase("Choose the channel too: there is no gallery yet.")))
        if gallery.channel_id != before.channel_id:
            line = first_gallery_line(gallery.stars, interaction.user.id)
            await begin_posting(interaction, gallery.channel_id, line, NEEDED)
        return gallery


async def gallery_fault(interaction: Interaction, gallery: GalleryChannel | None) -> str:
    """Why nothing can be posted in the gallery, as a sentence; empty if something can, or there is none."""
    if gallery is None:
        return ""
    place = await find_place(interaction, gallery.channel_id)
    return fault_of(interaction, gallery.channel_id, place, NEEDED)
