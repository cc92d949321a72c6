"""One preset, shown to whoever looks at it, and what can be done with it: used, changed, copied, deleted, hidden."""

from __future__ import annotations

import io
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self

import discord
from typing_extensions import override

from bot.delivery.languages import for_reader, language_of_reader
from bot.discord_retries import steadily
from bot.discord_ui.buttons import LastingButton, with_price
from bot.discord_ui.presets import PresetUse, use_preset, viewer_of
from bot.discord_ui.questions import DEARER
from bot.discord_ui.request_context import take_press, think
from bot.discord_ui.rows import view_of
from bot.errors import UserFacingError
from bot.language import joined, phrase
from bot.pictures import Tile
from bot.services.presets import Preset, Shelf, Viewer
from bot.services.text import number_of, shown
from cogs.presets.dialog import open_for_change
from cogs.presets.panel_text import delete_text, preset_embed, sheet_alt_text
from cogs.presets.saving import check_for_all

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from bot.discord_ui.interactions import Interaction

SHEET = "atelier-preset.jpg"
COPIED = phrase("Copied: this one is yours.")
COPIED_FOR_ALL = phrase("Copied: all members of this server can use this one.")


class PresetButton(LastingButton, template=r"(?!)"):
    """A button about one preset, whose id or starter's name stands in its own."""

    label: ClassVar[str]
    emoji: ClassVar[str | None] = None
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary
    _action: ClassVar[str]

    def __init_subclass__(cls, *, action: str) -> None:
        """Give the class the pattern by which discord.py finds it."""
        cls._action = action
        super().__init_subclass__(template=rf"preset-{action}:(?P<ref>[a-z0-9-]{{1,40}})(?::(?P<nano>[0-9]{{1,18}}))?")

    def __init__(self, ref: str, nano: int | None = None) -> None:
        """Args: `nano` is the price that the button tells, in nano-dollars; None where it tells none."""
        price = "" if nano is None else f":{nano}"
        super().__init__(
            discord.ui.Button[Any](
                label=with_price(self.label, nano),
                emoji=self.emoji,
                style=self.style,
                custom_id=f"preset-{self._action}:{ref}{price}",
            )
        )
        self.ref = ref
        self.nano = nano

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(match["ref"], None if match["nano"] is None else number_of(match["nano"]))

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Do it, with the preset as it is now, for whoever may see it."""
        viewer = await viewer_of(interaction)
        await self.act(interaction, viewer, await interaction.client.services.presets.get(viewer, self.ref))

    @abstractmethod
    async def act(self, interaction: Interaction, viewer: Viewer, preset: Preset) -> None:
        """What the button is for; the interaction is not answered yet."""


class UseButton(PresetButton, action="use"):
    """Makes a picture with it, as /preset use does; the price stands on the button."""

    label = phrase("Use")
    emoji = "🎨"
    style = discord.ButtonStyle.primary

    @override
    async def act(self, interaction: Interaction, viewer: Viewer, preset: Preset) -> None:
        """In the channel, though the preset is shown privately; but never for more than the button says."""
        use = PresetUse(preset)
        if self.nano is not None and await use.price(interaction) > self.nano:
            await take_press(interaction)
            await show_preset(interaction, viewer, preset, DEARER)
            return
        await use_preset(interaction, use, private=None)


class ChangeButton(PresetButton, action="change"):
    """Opens the dialog in which it is changed."""

    label = phrase("Change")
    emoji = "✏️"

    @override
    async def act(self, interaction: Interaction, viewer: Viewer, preset: Preset) -> None:
        """Open it, for whoever may."""
        interaction.client.services.presets.check_keeper(viewer, preset)
        await open_for_change(interaction, preset)


class CopyButton(PresetButton, action="copy"):
    """Copies it for whoever presses."""

    label = phrase("Copy for me")
    shelf = Shelf.MINE
    said = COPIED

    @override
    async def act(self, interaction: Interaction, viewer: Viewer, preset: Preset) -> None:
        """Show the copy, privately."""
        await think(interaction)
        await check_for_all(interaction, self.shelf, (file.number for file in preset.present))
        copied = await interaction.client.services.presets.copy(viewer, preset, self.shelf, interaction.id)
        await show_preset(interaction, viewer, copied, self.said)


class ShareButton(CopyButton, action="share"):
    """Copies it for the whole server."""

    label = phrase("Copy for the server")
    shelf = Shelf.SERVER
    said = COPIED_FOR_ALL


class DeleteButton(PresetButton, action="delete"):
    """Asks whether to delete it."""

    label = phrase("Delete")
    emoji = "🗑️"

    @override
    async def act(self, interaction: Interaction, viewer: Viewer, preset: Preset) -> None:
        """Ask."""
        await ask_deletion(interaction, viewer, preset)


class ReallyDeleteButton(PresetButton, action="really-delete"):
    """Deletes it."""

    label = phrase("Delete for good")
    style = discord.ButtonStyle.danger

    @override
    async def act(self, interaction: Interaction, viewer: Viewer, preset: Preset) -> None:
        """Say that it is gone in place of the question."""
        presets = interaction.client.services.presets
        presets.check_keeper(viewer, preset)
        await take_press(interaction)
        await presets.delete(viewer, preset)
        text = phrase("Deleted the preset “{name}”.", name=shown(preset.name, len(preset.name)))
        told = for_reader(interaction, content=text, embed=None, view=None)
        await steadily(lambda: interaction.edit_original_response(attachments=[], **told))


class HideButton(PresetButton, action="hide"):
    """Hides a starter from a server, for leads."""

    label = phrase("Hide on this server")
    hides = True

    @override
    async def act(self, interaction: Interaction, viewer: Viewer, preset: Preset) -> None:
        """Show it as it is now."""
        presets = interaction.client.services.presets
        await presets.hide(viewer, preset, hidden=self.hides)
        await take_press(interaction)
        await show_preset(interaction, viewer, await presets.get(viewer, preset.ref))


class UnhideButton(HideButton, action="unhide"):
    """Shows a hidden starter again, for leads."""

    label = phrase("Show on this server")
    hides = False


BUTTONS = (
    UseButton,
    ChangeButton,
    CopyButton,
    ShareButton,
    DeleteButton,
    ReallyDeleteButton,
    HideButton,
    UnhideButton,
)


async def show_preset(interaction: Interaction, viewer: Viewer, preset: Preset, *said: str) -> None:
    """Let the interaction's answer, which was promised before, show a preset; `said` are sentences above it."""
    use, nano, notes = PresetUse(preset), None, list[str]()
    try:
        nano = await use.price(interaction)
        notes += (await use.request(interaction)).notes
    except UserFacingError as refused:  # it can be looked at all the same
        notes.append(refused.sentence)
    embed = preset_embed(preset, notes)
    sheets = await _sheet(interaction, preset)  # beside the embed and not in it, where its alt text would not be read
    alt = language_of_reader(interaction).translate(sheet_alt_text(preset))
    buttons = _buttons_for(viewer, preset, nano)
    await steadily(
        lambda: interaction.edit_original_response(
            **for_reader(interaction, content=joined(" ", said) if said else None, embed=embed, view=view_of(buttons)),
            attachments=[discord.File(io.BytesIO(each), SHEET, description=alt) for each in sheets],
        )
    )


async def ask_deletion(interaction: Interaction, viewer: Viewer, preset: Preset) -> None:
    """Ask whether a preset is really to be deleted. Raises PresetRefusedError where who acts may not."""
    interaction.client.services.presets.check_keeper(viewer, preset)
    view = view_of([ReallyDeleteButton(preset.ref)])
    told = for_reader(interaction, content=delete_text(preset), view=view)
    await interaction.response.send_message(**told, ephemeral=True)


def _buttons_for(viewer: Viewer, preset: Preset, nano: int | None) -> Sequence[PresetButton]:
    """What whoever looks may do with it; `nano` is the price of a picture, None where none can be made."""
    ref = preset.ref
    buttons: list[PresetButton] = [] if preset.hidden else [UseButton(ref, nano)]
    is_keeper = preset.shelf is Shelf.MINE or (preset.shelf is Shelf.SERVER and viewer.leads)
    if is_keeper:
        buttons.append(ChangeButton(ref))
    if preset.shelf is not Shelf.MINE:
        buttons.append(CopyButton(ref))
    if viewer.leads and preset.shelf is not Shelf.SERVER and not preset.private:
        buttons.append(ShareButton(ref))
    if is_keeper:
        buttons.append(DeleteButton(ref))
    if viewer.leads and preset.shelf is Shelf.STARTER:
        buttons.append(UnhideButton(ref) if preset.hidden else HideButton(ref))
    return buttons


async def _sheet(interaction: Interaction, preset: Preset) -> Sequence[bytes]:
    """The pictures that it starts from, on one sheet; of one that was deleted, the number alone."""
    services = interaction.client.services
    if not preset.references:
        return ()
    tiles = [
        Tile(str(place), "" if file.number in preset.lost else file.digest, file.media_type)
        for place, file in enumerate(preset.references, start=1)
    ]

    async def read(digest: str) -> bytes | None:
        return await services.blobs.get(digest) if digest else None

    return [await services.contact_sheets.draw(tiles, read)]
