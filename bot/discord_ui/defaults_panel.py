"""The panel of defaults, of a member or a server: what is set is changed at once, also after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord

from bot.delivery.languages import ask_in, for_reader
from bot.discord_ui.buttons import LastingDialog
from bot.discord_ui.interactions import Interaction, LeadsOnlyError, is_lead
from bot.discord_ui.request_context import requester_of, written_in
from bot.discord_ui.rows import panel_of
from bot.errors import UserFacingError
from bot.language import joined, phrase
from bot.presentation.defaults import TITLES, shown_defaults
from bot.services.policy import Aspect, Whose

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from bot.presentation.defaults import DefaultsShown, ShownDefault

PRESSED = r"defaults:(?P<whose>own|server):(?P<what>[a-z_]+)"  # the id of a button or a menu; kept for ever
WRITE, RESET = "write", "reset"
SCOPES = {"own": Whose.OWN, "server": Whose.SERVER}
NAMES = {whose: name for name, whose in SCOPES.items()}
SIZE = "size"  # the field's id
LONGEST_SIZE = 60  # characters
COLOUR = discord.Colour(0x2E5F8A)
NOT_THERE = phrase("I do not offer that any more. Use the command once more to see what there is.")


class SizeDialog(LastingDialog, template=r"defaults-size:(?P<whose>own|server)"):
    """Asks for a size in words."""

    def __init__(self, whose: Whose) -> None:
        super().__init__(phrase("Default size"), f"defaults-size:{NAMES[whose]}")
        field = discord.ui.TextInput[Any](custom_id=SIZE, required=False, max_length=LONGEST_SIZE)
        about = phrase("Such as 1920x1080, 16:9, 4k, story or a4 landscape; leave it empty for no default")
        self.add_item(discord.ui.Label(text=phrase("Size"), description=about, component=field))


async def show_defaults(interaction: Interaction, whose: Whose) -> None:
    """Answer a command with the panel, for who used it alone."""
    view = await _panel(interaction, whose)
    await interaction.response.send_message(**for_reader(interaction, view=view), ephemeral=True)


async def change_default(interaction: Interaction, match: re.Match[str]) -> None:
    """Do what was pressed or chosen in a panel, and show it as it is then.

    Raises:
        UserFacingError: it cannot be.
        LeadsOnlyError: it is for leads, and who acts is none any more.
    """
    whose, what = await _scope(interaction, match), match["what"]
    services = interaction.client.services
    if what == WRITE:
        await ask_in(interaction, SizeDialog(whose))
    elif what == RESET:
        await services.default_desk.reset(requester_of(interaction), whose)
        await _show_again(interaction, whose, phrase("✅ All of them are taken back."))
    elif what in {aspect.value for aspect in Aspect}:
        data = cast("Mapping[str, Any]", interaction.data or {})
        chosen = [str(value) for value in data.get("values") or ()]
        await _choose(interaction, whose, Aspect(what), next(iter(chosen), ""))
    else:
        raise UserFacingError(NOT_THERE)


async def write_size(interaction: Interaction, match: re.Match[str]) -> None:
    """Let the size that was written be the default. Raises as `change_default`."""
    await _choose(interaction, await _scope(interaction, match), Aspect.SIZE, written_in(interaction, SIZE))


async def _scope(interaction: Interaction, match: re.Match[str]) -> Whose:
    whose = SCOPES[match["whose"]]
    if whose is Whose.SERVER and not await is_lead(interaction):
        raise LeadsOnlyError
    return whose


async def _choose(interaction: Interaction, whose: Whose, aspect: Aspect, text: str) -> None:
    note = await interaction.client.services.default_desk.choose(requester_of(interaction), whose, aspect, text)
    changed = phrase("✅ {title}: changed.", title=TITLES[aspect])
    await _show_again(interaction, whose, joined(" ", [changed, note]) if note else changed)


async def _show_again(interaction: Interaction, whose: Whose, notice: str) -> None:
    view = await _panel(interaction, whose, notice)
    await interaction.response.edit_message(**for_reader(interaction, view=view))


async def _panel(interaction: Interaction, whose: Whose, notice: str = "") -> discord.ui.LayoutView:
    services = interaction.client.services
    usual = await services.default_desk.usual(requester_of(interaction), whose)
    return defaults_panel(shown_defaults(services.drafting, usual, whose), whose, notice)


def defaults_panel(shown: DefaultsShown, whose: Whose, notice: str = "") -> discord.ui.LayoutView:
    """The panel."""
    begin = f"defaults:{NAMES[whose]}"
    head = joined("\n", [shown.head, notice]) if notice else shown.head
    parts: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay(head)]
    for default in shown.defaults:
        parts += _rows(default, begin)
    reset = discord.ui.Button[Any](
        label=phrase("Reset all"),
        style=discord.ButtonStyle.danger,
        custom_id=f"{begin}:{RESET}",
        disabled=not shown.is_set,
    )
    parts.append(discord.ui.ActionRow(reset))
    return panel_of(discord.ui.Container(*parts, accent_colour=COLOUR))


def _rows(default: ShownDefault, begin: str) -> list[discord.ui.Item[Any]]:
    """One default: its line, beside that of the size a button, and its menu."""
    text = discord.ui.TextDisplay[Any](default.text)
    line: discord.ui.Item[Any] = text
    if default.aspect is Aspect.SIZE:
        button = discord.ui.Button[Any](label=phrase("Write a size"), custom_id=f"{begin}:{WRITE}")
        line = discord.ui.Section(text, accessory=button)
    options = [
        discord.SelectOption(
            label=option.label, value=option.value, description=option.about or None, default=option.is_chosen
        )
        for option in default.options
    ]
    select = discord.ui.Select[Any](placeholder=default.title, options=options, custom_id=f"{begin}:{default.aspect}")
    return [line, discord.ui.ActionRow(select)]
