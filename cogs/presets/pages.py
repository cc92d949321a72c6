"""The presets that somebody can use, page by page, and the select that shows one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import discord
from typing_extensions import override

from bot.delivery.languages import for_reader
from bot.discord_retries import steadily
from bot.discord_ui.buttons import LastingButton, LastingSelect
from bot.discord_ui.presets import viewer_of
from bot.discord_ui.request_context import take_press, think
from bot.discord_ui.rows import view_of
from bot.language import phrase
from bot.services.text import number_of
from cogs.presets.panel_text import list_embed, option_label
from cogs.presets.panels import show_preset

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from bot.discord_ui.interactions import Interaction
    from bot.services.presets import Preset

PER_PAGE = 20


class PageButton(LastingButton, template=r"presets-page:(?P<page>[0-9]+):(?P<way>back|next)"):
    """Turns to another page; its number counts from 0."""

    def __init__(self, page: int, way: str) -> None:
        label = phrase("Back") if way == "back" else phrase("Next")
        super().__init__(discord.ui.Button[Any](label=label, custom_id=f"presets-page:{page}:{way}"))
        self._page = page

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(number_of(match["page"]), match["way"])

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Show it in place of this one."""
        await take_press(interaction)
        await show_page(interaction, self._page)


class OpenSelect(LastingSelect, template=r"presets-open"):
    """Shows one of the presets of a page."""

    def __init__(self, presets: Sequence[Preset] = ()) -> None:
        options = [discord.SelectOption(label=option_label(preset), value=preset.ref) for preset in presets]
        super().__init__("presets-open", phrase("Look at a preset"), options)

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls()

    @override
    async def chosen(self, interaction: Interaction, value: str) -> None:
        """Show it to whoever chose it."""
        await think(interaction)
        viewer = await viewer_of(interaction)
        preset = await interaction.client.services.presets.get(viewer, value)
        await show_preset(interaction, viewer, preset)


async def show_page(interaction: Interaction, number: int) -> None:
    """Let the interaction's answer, which was promised before, show a page; the last there is, if not so many."""
    viewer = await viewer_of(interaction)
    presets = interaction.client.services.presets
    found = [*await presets.shown_to(viewer), *(await presets.hidden_from(viewer))]
    pages = max(1, -(-len(found) // PER_PAGE))
    number = min(number, pages - 1)
    page = found[number * PER_PAGE : (number + 1) * PER_PAGE]
    items: list[discord.ui.DynamicItem[Any]] = [OpenSelect(page)] if page else []
    items += [PageButton(number - 1, "back")] if number else []
    items += [PageButton(number + 1, "next")] if number + 1 < pages else []
    told = for_reader(interaction, embed=list_embed(page, number, pages), view=view_of(items) if items else None)
    await steadily(lambda: interaction.edit_original_response(**told))
