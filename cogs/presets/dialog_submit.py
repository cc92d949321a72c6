"""What becomes of a dialog in which a preset was written; where it cannot be so, nothing that was typed is lost."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from typing_extensions import override

from bot.delivery.ladder import Sentences
from bot.delivery.languages import ask_in
from bot.discord_ui.buttons import AtelierButton, ask_privately, picture_of
from bot.discord_ui.intake import DRAFT
from bot.discord_ui.interactions import Interaction, order_behind, read_words
from bot.discord_ui.presets import viewer_of
from bot.discord_ui.request_context import fields_of, think, uploaded_in, written_in
from bot.discord_ui.rows import view_of
from bot.errors import PictureGoneError, PresetRefusedError, UserFacingError
from bot.inputs import Sources
from bot.language import joined, phrase
from bot.services.presets import Preset, Shelf
from bot.services.text import number_of
from cogs.presets.dialog import (
    ASK,
    CHANGE,
    FILES,
    ITSELF,
    KEPT,
    NAME,
    PICTURES,
    PROMPT,
    SAVE,
    SHELF,
    Form,
    KeepDialog,
    form_for_change,
    form_for_result,
    has_own_references,
)
from cogs.presets.panels import show_preset
from cogs.presets.saving import check_for_all, keep_preset, options_of

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    import discord

    from bot.services.ledger import Order
    from bot.services.presets import Viewer
    from bot.services.requests import StoredImage

SAVED, CHANGED = phrase("Saved."), phrase("Changed.")
TRY_AGAIN = phrase("What you wrote is kept: open it again and change that.")
FILES_LOST = phrase("Add the pictures once more.")
FORGOTTEN = phrase("I do not remember what you wrote there any more. Begin anew with /preset save.")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed and chosen in a dialog.

    Attributes:
        about: what the dialog is for.
        subject: the number of the picture, or the id of the preset.
    """

    about: str
    subject: int
    user_id: int
    name: str
    words: str
    shelf: str
    pictures: tuple[str, ...]

    @classmethod
    def of(cls, interaction: Interaction, match: re.Match[str]) -> Self:
        """Read a submission; what Discord leaves out was not chosen."""
        fields = fields_of(interaction)
        shelf = (fields.get(SHELF, {}).get("values") or [Shelf.MINE.value])[0]
        pictures = tuple(map(str, fields.get(PICTURES, {}).get("values") or ()))
        return cls(
            match["about"],
            number_of(match["id"]),
            interaction.user.id,
            written_in(interaction, NAME),
            written_in(interaction, PROMPT),
            str(shelf),
            pictures,
        )


class AgainButton(AtelierButton, action="preset-again"):
    """Opens a dialog once more, with what was typed in it."""

    label = phrase("Open it again")
    emoji = "✏️"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Open it."""
        kept = await interaction.client.services.state.get(f"{DRAFT}{self.subject}")
        if kept is None:
            raise PresetRefusedError(FORGOTTEN)
        fields: dict[str, Any] = json.loads(kept)
        fields["pictures"] = tuple(fields["pictures"])
        typed = Typed(**fields)
        if typed.user_id != interaction.user.id:
            raise PresetRefusedError(FORGOTTEN)
        await ask_in(interaction, KeepDialog(await _form_again(interaction, typed)))


async def keep_filled(interaction: Interaction, match: re.Match[str]) -> None:
    """Keep what was written in the dialog, and show it."""
    typed = Typed.of(interaction, match)
    files = uploaded_in(interaction, FILES)
    await think(interaction)
    try:
        viewer = await viewer_of(interaction)
        read = replace(typed, words=await read_words(interaction, typed.words))
        keep = _change if typed.about == CHANGE else _save
        preset, notes = await keep(interaction, viewer, read, files)
    except UserFacingError as refused:
        await _give_back(interaction, typed, refused, has_files=bool(files))
        return
    await show_preset(interaction, viewer, preset, CHANGED if typed.about == CHANGE else SAVED, *notes)


async def _save(
    interaction: Interaction, viewer: Viewer, typed: Typed, files: Sequence[discord.Attachment]
) -> tuple[Preset, Sequence[str]]:
    order = await order_behind(interaction, typed.subject)
    picture = picture_of(order, typed.subject)
    wants_kept = KEPT in typed.pictures and has_own_references(interaction, order)
    kept = order.request.references if wants_kept else ()
    preset = Preset(
        interaction.id,
        Shelf(typed.shelf),
        typed.name,
        typed.words,
        options_of(order.request),
        takes_picture=ASK in typed.pictures,
        private=order.hides(picture) or await _any_private(interaction, kept),
    )
    # What it started from has no number of ours where it was attached there.
    await check_for_all(interaction, preset.shelf, [picture.number] if kept or ITSELF in typed.pictures else [])
    sources = Sources(attachments=tuple(files))
    if ITSELF in typed.pictures:
        sources = replace(sources, order=order, picture=picture)
    return await keep_preset(interaction, viewer, preset, sources, kept)


async def _change(
    interaction: Interaction, viewer: Viewer, typed: Typed, files: Sequence[discord.Attachment]
) -> tuple[Preset, Sequence[str]]:
    before = await interaction.client.services.presets.get(viewer, str(typed.subject))
    kept = before.present if KEPT in typed.pictures else ()
    after = replace(
        before, name=typed.name, words=typed.words, takes_picture=ASK in typed.pictures, references=(), lost=()
    )
    return await keep_preset(interaction, viewer, after, Sources(attachments=tuple(files)), kept, before)


async def _any_private(interaction: Interaction, files: Sequence[StoredImage]) -> bool:
    """Whether one of these is a picture of ours that only its owner sees.

    Raises:
        PictureGoneError: one was deleted.
    """
    requests, server_id = interaction.client.services.requests, interaction.guild_id or 0
    private = False
    for number in {file.number for file in files if file.number is not None}:
        order = await requests.of_picture(number, server_id)
        picture = None if order is None else next((each for each in order.pictures if each.number == number), None)
        if order is None or picture is None:
            raise PictureGoneError(
                phrase("{number}, which it started from, was deleted. Leave those pictures out.", number=f"#{number}")
            )
        private = private or order.hides(picture)
    return private


async def _give_back(interaction: Interaction, typed: Typed, refused: UserFacingError, *, has_files: bool) -> None:
    """Say why it cannot be so, with the way back to what was typed."""
    await interaction.client.services.state.put(f"{DRAFT}{interaction.id}", json.dumps(asdict(typed)))
    said = joined(" ", ["❌", refused.sentence, TRY_AGAIN, *([FILES_LOST] if has_files else [])])
    question = Sentences(said, lambda: view_of([AgainButton(interaction.id)]), "❌ " + refused.sentence)
    await ask_privately(interaction, question, phrase("I could not tell you why"), closes=False)


async def _form_again(interaction: Interaction, typed: Typed) -> Form:
    """The dialog, as it was when it was sent."""
    if typed.about == SAVE:
        order: Order = await order_behind(interaction, typed.subject)
        form = await form_for_result(interaction, order, picture_of(order, typed.subject))
    else:
        viewer = await viewer_of(interaction)
        form = form_for_change(await interaction.client.services.presets.get(viewer, str(typed.subject)))
    shelves = tuple(sorted(form.shelves, key=lambda shelf: shelf != typed.shelf))  # what was chosen stands first
    return replace(form, name=typed.name, words=typed.words, shelves=shelves, chosen=typed.pictures)
