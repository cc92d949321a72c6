"""A page of the history: its contact sheet, the select that opens a picture, and the buttons that turn it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Self

import discord
from typing_extensions import override

from bot.delivery.languages import language_of_reader, translated
from bot.discord_retries import steadily
from bot.discord_ui.buttons import LastingButton, LastingSelect, picture_of
from bot.discord_ui.interactions import Interaction, order_behind
from bot.discord_ui.request_context import take_press, think
from bot.discord_ui.rows import view_of
from bot.discord_ui.shown_pictures import show_privately
from bot.discord_ui.visibility import MemberSight
from bot.errors import NotYoursError, PictureGoneError
from bot.language import phrase
from bot.pictures import Tile
from bot.services.gallery import HistoryPage, HistoryQuery
from bot.services.text import number_of
from cogs.history.page_text import NO_MORE, NOTHING_YET, nothing_text, option_label, page_text, sheet_alt_text

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from bot.services.gallery import Entry

KEPT_UNDER = "search:"  # begins the key under which a search is kept for its buttons
SHEET = "atelier-history.jpg"
TOO_OLD = phrase("I do not remember this search any more. Use /history once more.")
NOT_YOURS = phrase("This search is somebody else's. Use /history to look for yourself.")
OLDER, NEWER = "older", "newer"
LABELS = {NEWER: ("◀️", phrase("Newer")), OLDER: ("▶️", phrase("Older"))}


class TurnButton(LastingButton, template=rf"history:(?P<search>[0-9]+):(?P<way>{OLDER}|{NEWER}):(?P<number>[0-9]+)"):
    """Turns to the pictures before or after one, of a search that is kept."""

    def __init__(self, search_id: int, way: str, number: int) -> None:
        emoji, label = LABELS[way]
        super().__init__(discord.ui.Button(label=label, emoji=emoji, custom_id=f"history:{search_id}:{way}:{number}"))
        self._search_id = search_id
        self._way = way
        self._number = number

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(number_of(match["search"]), match["way"], number_of(match["number"]))

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Show the other page in place of this one."""
        services = interaction.client.services
        kept = await services.state.get(f"{KEPT_UNDER}{self._search_id}")
        if kept is None:
            raise PictureGoneError(TOO_OLD)
        query = HistoryQuery.from_json(kept)
        if (query.asker_id, query.server_id) != (interaction.user.id, interaction.guild_id):
            raise NotYoursError(NOT_YOURS)
        await take_press(interaction)
        turn = services.history.older_than if self._way == OLDER else services.history.newer_than
        page = await turn(query, MemberSight(interaction), self._number)
        await show_page(interaction, self._search_id, query, page, nothing=NO_MORE)


class OpenSelect(LastingSelect, template=r"history-open"):
    """Opens one of the pictures of a page."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        options = [discord.SelectOption(label=option_label(entry), value=str(entry.number)) for entry in entries]
        super().__init__("history-open", phrase("Open a picture"), options)

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls()

    @override
    async def chosen(self, interaction: Interaction, value: str) -> None:
        """Show the picture, with its buttons, to whoever chose it."""
        number = number_of(value)
        await think(interaction)
        history = interaction.client.services.history
        entry = await history.one(interaction.guild_id or 0, interaction.user.id, number, MemberSight(interaction))
        order = await order_behind(interaction, entry.number)
        await show_privately(interaction, order, picture_of(order, entry.number))


async def show_page(
    interaction: Interaction, search_id: int, query: HistoryQuery, page: HistoryPage, *, nothing: str | None = None
) -> None:
    """Let the interaction's answer, which was promised before, show a page.

    `nothing` is what an empty page says; None for what a search says that found nothing.
    """
    services = interaction.client.services
    title_of, language = services.catalog.title_of, language_of_reader(interaction)
    turns = [(way, number) for way, number in ((NEWER, page.newer), (OLDER, page.older)) if number is not None]
    if not page.entries:
        text = language.translate(NOTHING_YET if turns else nothing or nothing_text(query, title_of))
        view = translated(view_of([TurnButton(search_id, *turn) for turn in turns]), language) if turns else None
        await steadily(lambda: interaction.edit_original_response(content=text, attachments=[], view=view))
        return
    tiles = [Tile(f"#{entry.number}", entry.digest, entry.media_type) for entry in page.entries]
    sheet = await services.contact_sheets.draw(tiles, services.blobs.get)
    text = language.translate(page_text(query, page.entries, title_of))
    alt = language.translate(sheet_alt_text(page.entries))
    await steadily(
        lambda: interaction.edit_original_response(
            content=text,
            attachments=[discord.File(io.BytesIO(sheet), SHEET, description=alt)],
            view=translated(
                view_of([OpenSelect(page.entries), *(TurnButton(search_id, *turn) for turn in turns)]), language
            ),
        )
    )
