"""What is shown of presets: one, a page of them, and what is said when one goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.discord_ui.presets import WHOSE
from bot.language import beginning
from bot.presentation.story import rows_of
from bot.services.presets import Shelf, option_facts
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.presets import Preset, Variable

WORDS_SHOWN = 1500  # characters; an embed's description holds 4096, and escaping may double them
VALUES_SHOWN = 150  # characters of a variable's default or choices
WORDS_LISTED = 60  # characters of each preset's words in a page, at most
LONGEST_LINE = 200  # of a page, in UTF-16 units, as Discord may count: twenty are fewer than its 4096
NAME_SHOWN = 60  # characters; more than any has
LONGEST_FIELD = 1024  # characters; Discord's limit
ONLY_YOU = "Only you see and use it, on this server."
ALL_HERE = "All members of this server see and use it; leads change it."
COMES_ALONG = "It comes with me. Copy it to change it."
IS_PRIVATE = (
    "Made from a private picture, so it stays yours, and so does what it makes, unless you say `private:False`."
)
IS_HIDDEN = "Hidden on this server: only leads see it here."
NOTHING = "There are no presets here yet. /preset save keeps one, and so does ⋯ Save as preset under a picture."
LIST_HINT = "Choose one below to look at it; /preset use makes a picture with it."
DELETE = "Delete {} for good? {}It cannot be brought back; pictures that were made with it stay."
FOR_ALL = "Nobody on this server can use it any more. "


def preset_embed(preset: Preset, notes: Sequence[str] = ()) -> discord.Embed:
    """All about a preset; its pictures are shown beside it.

    Args:
        preset: to whoever may see it.
        notes: what is said of options that the model of today does not have.
    """
    embed = discord.Embed(title=shown(preset.name, NAME_SHOWN), description=shown(preset.words, WORDS_SHOWN))
    if preset.about:
        embed.add_field(name="For", value=shown(preset.about, LONGEST_FIELD // 2), inline=False)
    asks = [_asked(variable) for variable in preset.template.variables]
    if preset.takes_picture:
        asks.append("a picture to start from")
    _add_lines(embed, "Asks for", asks)
    facts = option_facts(preset.options)
    embed.add_field(name="Options", value=" · ".join(facts) if facts else "the usual ones", inline=False)
    _add_lines(embed, "Pictures", _pictures(preset))
    _add_lines(embed, "Today", notes)
    _add_lines(embed, "Whose", _whose(preset))
    return embed


def list_embed(page: Sequence[Preset], number: int, pages: int) -> discord.Embed:
    """A page of presets; `number` counts from 0."""
    lines = [_line(preset) for preset in page]
    title = "Presets" if pages == 1 else f"Presets · page {number + 1} of {pages}"
    embed = discord.Embed(title=title, description="\n".join(lines) if lines else NOTHING)
    if lines:
        embed.set_footer(text=LIST_HINT)
    return embed


def option_label(preset: Preset) -> str:
    """How the select names a preset."""
    return one_line(f"{preset.name} · {WHOSE[preset.shelf]}", 100)


def sheet_alt_text(preset: Preset) -> str:
    """What a screen reader says of the pictures that a preset starts from."""
    count = len(preset.references)
    return (
        "One picture, from which the preset starts."
        if count == 1
        else f"{count} numbered pictures in {rows_of(count)}."
    )


def delete_text(preset: Preset) -> str:
    """Asked before one is deleted."""
    whose = f"{WHOSE[preset.shelf].replace('yours', 'your')} preset"
    name = f"{whose} “{shown(preset.name, NAME_SHOWN)}”"
    return DELETE.format(name, FOR_ALL if preset.shelf is Shelf.SERVER else "")


def _line(preset: Preset) -> str:
    marks = [*(["🔒 private"] if preset.private else []), *(["hidden here"] if preset.hidden else [])]
    begun = f"**{shown(preset.name, NAME_SHOWN)}** · {WHOSE[preset.shelf]}"
    lines = (
        " · ".join([begun, shown(preset.about or preset.words, most), *marks]) for most in range(WORDS_LISTED, 0, -1)
    )
    return next(line for line in lines if len(line.encode("utf-16-le")) <= 2 * LONGEST_LINE)


def _asked(variable: Variable) -> str:
    name = shown(variable.name, NAME_SHOWN)
    if variable.choices:
        return f"{name}: {shown(', '.join(variable.choices), VALUES_SHOWN)}"
    if variable.default is None:
        return f"{name}: always"
    return f"{name}: usually {shown(variable.default, VALUES_SHOWN)}" if variable.default else f"{name}: if you like"


def _pictures(preset: Preset) -> list[str]:
    count, lost = len(preset.references), preset.lost
    if not count:
        return []
    lines = ["one, shown here" if count == 1 else f"{count}, shown here in their order"]
    lines += [f"#{number} was deleted, or is private by now: change the preset to go without it" for number in lost]
    return lines


def _whose(preset: Preset) -> list[str]:
    said = {Shelf.MINE: ONLY_YOU, Shelf.SERVER: ALL_HERE, Shelf.STARTER: COMES_ALONG}[preset.shelf]
    made = [f"Made by <@{preset.maker_id}>, <t:{preset.created_at}:d>."] if preset.shelf is Shelf.SERVER else []
    marks = [*([IS_PRIVATE] if preset.private else []), *([IS_HIDDEN] if preset.hidden else [])]
    return [said, *made, *marks]


def _add_lines(embed: discord.Embed, name: str, lines: Sequence[str]) -> None:
    if lines:
        embed.add_field(name=name, value="\n".join(map(beginning, lines))[:LONGEST_FIELD], inline=False)
