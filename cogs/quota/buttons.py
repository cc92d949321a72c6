"""The overview of `/quota show`, and the buttons that turn its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.delivery.languages import language_of_reader, translated, translated_embed
from bot.discord_ui.buttons import AtelierButton
from bot.discord_ui.interactions import Interaction, check_lead
from bot.discord_ui.request_context import take_press
from bot.discord_ui.rows import view_of
from bot.language import phrase
from cogs.quota.embeds import overview_embed, overview_pages
from cogs.quota.limit_subjects import server_of
from cogs.quota.names import Names

if TYPE_CHECKING:
    from bot.services.quotas import LimitStatuses

PATIENCE = 4.0  # seconds to find out who has left


class PageButton(AtelierButton, action="quota-page"):
    """Turns to the page that it names."""

    label = phrase("Page")

    def __init__(self, subject: int) -> None:
        super().__init__(subject)
        self.item.label = phrase("Page {number}", number=subject)

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Show that page as things are now."""
        await check_lead(interaction)
        await take_press(interaction)
        await show_overview(interaction, interaction.client.services.quotas.limit_statuses, self.subject)


async def show_overview(interaction: Interaction, limit_statuses: LimitStatuses, number: int) -> None:
    """Put a page of the overview, counted from 1, in the place of the response; the last one if there are fewer."""
    server = server_of(interaction)
    overview = await limit_statuses.overview(server.id)
    pages = overview_pages(overview)
    number = min(max(number, 1), len(pages))
    gone = await Names().gone(server, pages[number - 1].whose, PATIENCE)
    view = view_of([PageButton(other) for other in (number - 1, number + 1) if 1 <= other <= len(pages)])
    language = language_of_reader(interaction)
    embed = translated_embed(overview_embed(overview_pages(overview, gone), number), language)
    await interaction.edit_original_response(embed=embed, view=translated(view, language))
