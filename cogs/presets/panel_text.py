"""What is shown of presets: one, a page of them, and what is said when one goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.discord_limits import LONGEST_FIELD
from bot.discord_ui.presets import WHOSE
from bot.language import beginning, composed, joined, phrase, plural
from bot.presentation.picture_descriptions import rows_of
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
ONLY_YOU = phrase("Only you see and use it, on this server.")
ALL_HERE = phrase("All members of this server see and use it; leads change it.")
COMES_ALONG = phrase("It comes with me. Copy it to change it.")
IS_PRIVATE = phrase(
    "Made from a private picture, so it stays yours, and so does what it makes, unless you say `private:False`."
)
IS_HIDDEN = phrase("Hidden on this server: only leads see it here.")
NOTHING = phrase("There are no presets here yet. /preset save keeps one, and so does ⋯ Save as preset under a picture.")
LIST_HINT = phrase("Choose one below to look at it; /preset use makes a picture with it.")


def preset_embed(preset: Preset, notes: Sequence[str] = ()) -> discord.Embed:
    """All about a preset; its pictures are shown beside it.

    Args:
        preset: to whoever may see it.
        notes: what is said of options that the model of today does not have.
    """
    embed = discord.Embed(title=shown(preset.name, NAME_SHOWN), description=shown(preset.words, WORDS_SHOWN))
    if preset.about:
        about = composed(lambda told: shown(told[0], LONGEST_FIELD // 2), [preset.about])
        embed.add_field(name=phrase("For"), value=about, inline=False)
    asks = [_asked(variable) for variable in preset.template.variables]
    if preset.takes_picture:
        asks.append(phrase("a picture to start from"))
    _add_lines(embed, phrase("Asks for"), asks)
    facts = option_facts(preset.options)
    told = joined(" · ", facts) if facts else phrase("the usual ones")
    embed.add_field(name=phrase("Options"), value=told, inline=False)
    _add_lines(embed, phrase("Pictures"), _pictures(preset))
    _add_lines(embed, phrase("Today"), notes)
    _add_lines(embed, phrase("Whose"), _whose(preset))
    return embed


def list_embed(page: Sequence[Preset], number: int, pages: int) -> discord.Embed:
    """A page of presets; `number` counts from 0."""
    lines = [_line(preset) for preset in page]
    title = phrase("Presets")
    if pages > 1:
        title = phrase("Presets · page {number} of {pages}", number=number + 1, pages=pages)
    embed = discord.Embed(title=title, description=joined("\n", lines) if lines else NOTHING)
    if lines:
        embed.set_footer(text=LIST_HINT)
    return embed


def option_label(preset: Preset) -> str:
    """How the select names a preset."""
    return composed(lambda told: one_line(" · ".join(told), 100), [preset.name, WHOSE[preset.shelf]])


def sheet_alt_text(preset: Preset) -> str:
    """What a screen reader says of the pictures that a preset starts from."""
    count = len(preset.references)
    if count == 1:
        return phrase("One picture, from which the preset starts.")
    return phrase("{count} numbered pictures in {rows}.", count=count, rows=rows_of(count))


def delete_text(preset: Preset) -> str:
    """Asked before one is deleted."""
    name = shown(preset.name, NAME_SHOWN)
    if preset.shelf is Shelf.SERVER:
        return phrase(
            "Delete this server's preset “{name}” for good? Nobody on this server can use it any more. It cannot be "
            "brought back; pictures that were made with it stay.",
            name=name,
        )
    return phrase(
        "Delete your preset “{name}” for good? It cannot be brought back; pictures that were made with it stay.",
        name=name,
    )


def _line(preset: Preset) -> str:
    marks = [
        *([phrase("🔒 private")] if preset.private else []),
        *([phrase("hidden here")] if preset.hidden else []),
    ]
    name = f"**{shown(preset.name, NAME_SHOWN)}**"

    def fitting(told: Sequence[str]) -> str:
        whose, about, *others = told
        lines = (" · ".join([name, whose, shown(about, most), *others]) for most in range(WORDS_LISTED, 0, -1))
        return next(line for line in lines if len(line.encode("utf-16-le")) <= 2 * LONGEST_LINE)

    return composed(fitting, [WHOSE[preset.shelf], preset.about or preset.words, *marks])


def _asked(variable: Variable) -> str:
    name = shown(variable.name, NAME_SHOWN)
    if variable.choices:
        return f"{name}: {shown(', '.join(variable.choices), VALUES_SHOWN)}"
    if variable.default is None:
        return phrase("{name}: always", name=name)
    if not variable.default:
        return phrase("{name}: if you like", name=name)
    return phrase("{name}: usually {value}", name=name, value=shown(variable.default, VALUES_SHOWN))


def _pictures(preset: Preset) -> list[str]:
    count, lost = len(preset.references), preset.lost
    if not count:
        return []
    gone = [
        phrase("{number} was deleted, or is private by now: change the preset to go without it", number=f"#{number}")
        for number in lost
    ]
    return [plural("one, shown here", "{count}, shown here in their order", count), *gone]


def _whose(preset: Preset) -> list[str]:
    said = {Shelf.MINE: ONLY_YOU, Shelf.SERVER: ALL_HERE, Shelf.STARTER: COMES_ALONG}[preset.shelf]
    made: list[str] = []
    if preset.shelf is Shelf.SERVER:
        by, day = f"<@{preset.maker_id}>", f"<t:{preset.created_at}:d>"
        made = [phrase("Made by {member}, {day}.", member=by, day=day)]
    marks = [*([IS_PRIVATE] if preset.private else []), *([IS_HIDDEN] if preset.hidden else [])]
    return [said, *made, *marks]


def _add_lines(embed: discord.Embed, name: str, lines: Sequence[str]) -> None:
    if lines:
        told = composed(lambda parts: "\n".join(parts)[:LONGEST_FIELD], map(beginning, lines))
        embed.add_field(name=name, value=told, inline=False)
