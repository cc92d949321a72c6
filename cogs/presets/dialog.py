"""The dialog in which a preset is made from a result, or changed. It can be sent after any restart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.discord_ui.buttons import LastingDialog
from bot.discord_ui.presets import viewer_of
from bot.services.presets import LONGEST_NAME, LONGEST_TEMPLATE, MOST_REFERENCES, Shelf, escaped, suggested_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.discord_ui.interactions import Interaction
    from bot.services.ledger import Order, Picture
    from bot.services.presets import Preset

NAME, PROMPT, SHELF, PICTURES, FILES = "name", "prompt", "shelf", "pictures", "files"  # the fields' ids
SAVE, CHANGE = "save", "change"  # what a dialog is for; kept in ids
ITSELF, KEPT, ASK = "itself", "kept", "ask"  # which pictures a preset starts from; kept in notes
HOW = "{subject} is filled in at each use; {subject=a fox} has a default, {style=oil|ink} choices."
TOO_LONG = "The words are too long for a preset. Write shorter ones."
FOR_WHOM = {Shelf.MINE: "Only me", Shelf.SERVER: "All members of this server"}
SHARED = "Then every member sees its words and pictures, and leads change it."


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the dialog when it opens.

    Attributes:
        shelves: whose the preset can be; the first is chosen. With one there is nothing to choose.
        pictures: what it can start from, as people read it and as it is kept.
        chosen: of those, what is chosen already.
    """

    title: str
    custom_id: str
    name: str
    words: str
    shelves: tuple[Shelf, ...] = (Shelf.MINE,)
    pictures: tuple[tuple[str, str], ...] = ()
    chosen: tuple[str, ...] = ()


class KeepDialog(LastingDialog, template=rf"preset-(?P<about>{SAVE}|{CHANGE}):(?P<id>[0-9]+)"):
    """Asks for a preset's name, words and pictures, and whose it is."""

    def __init__(self, form: Form) -> None:
        super().__init__(form.title, form.custom_id)
        name = discord.ui.TextInput[Any](
            custom_id=NAME, default=form.name[:LONGEST_NAME] or None, max_length=LONGEST_NAME
        )
        fits = len(form.words) <= LONGEST_TEMPLATE
        words = discord.ui.TextInput[Any](
            custom_id=PROMPT,
            style=discord.TextStyle.paragraph,
            default=form.words if fits and form.words else None,
            placeholder=None if fits else TOO_LONG,
            max_length=LONGEST_TEMPLATE,
        )
        self._ask("Name", "", name)
        self._ask("Words", HOW, words)
        if len(form.shelves) > 1:
            shelves = [(FOR_WHOM[shelf], shelf.value) for shelf in form.shelves]
            self._ask("For whom", SHARED, _select(SHELF, shelves, (form.shelves[0],), most=1))
        least = "Which of these; more can be added below"
        self._ask("Pictures to start from", least, _select(PICTURES, form.pictures, form.chosen))
        files = discord.ui.FileUpload[Any](custom_id=FILES, required=False, min_values=0, max_values=MOST_REFERENCES)
        self._ask("More pictures", "A logo, a palette, a figure: kept with the preset, and sent with each use", files)

    def _ask(self, text: str, description: str, field: discord.ui.Item[Any]) -> None:
        self.add_item(discord.ui.Label[Any](text=text, description=description or None, component=field))


async def open_for_result(interaction: Interaction, order: Order, picture: Picture) -> None:
    """Behind ⋯: keep how a picture was made. Its own words stand there already, with their braces as braces."""
    await interaction.response.send_modal(KeepDialog(await form_for_result(interaction, order, picture)))


async def open_for_change(interaction: Interaction, preset: Preset) -> None:
    """Ask how a preset shall be; it stands there as it is."""
    await interaction.response.send_modal(KeepDialog(form_for_change(preset)))


async def form_for_result(interaction: Interaction, order: Order, picture: Picture) -> Form:
    """How a picture was made, as far as whoever acts may keep it."""
    viewer = await viewer_of(interaction)
    is_shared = viewer.leads and not order.hides(picture)
    words = order.request.own_words.strip()
    pictures = [(f"#{picture.number} itself", ITSELF)]
    if has_own_references(interaction, order):
        count = len(order.request.references)
        pictures.append(
            ("The picture that it started from" if count == 1 else f"The {count} that it started from", KEPT)
        )
    return Form(
        f"Save #{picture.number} as preset",
        f"preset-{SAVE}:{picture.number}",
        suggested_name(words) or f"Preset {picture.number}",
        escaped(words),
        (Shelf.MINE, Shelf.SERVER) if is_shared else (Shelf.MINE,),
        (*pictures, ("Ask whoever uses it for a picture", ASK)),
    )


def form_for_change(preset: Preset) -> Form:
    """A preset as it is."""
    count = len(preset.present)
    kept = [("Keep its picture" if count == 1 else f"Keep its {count} pictures", KEPT)] if count else []
    chosen = (*([KEPT] if count else []), *([ASK] if preset.takes_picture else []))
    return Form(
        "Change a preset",
        f"preset-{CHANGE}:{preset.id}",
        preset.name,
        preset.words,
        (preset.shelf,),
        (*kept, ("Ask whoever uses it for a picture", ASK)),
        chosen,
    )


def has_own_references(interaction: Interaction, order: Order) -> bool:
    """Whether it started from pictures that whoever acts brought: nobody else gets to see those."""
    return bool(order.request.references) and order.requester.user_id == interaction.user.id


def _select(
    custom_id: str, choices: Sequence[tuple[str, str]], chosen: Sequence[str], most: int | None = None
) -> discord.ui.Select[Any]:
    options = [discord.SelectOption(label=label, value=value, default=value in chosen) for label, value in choices]
    least = 0 if most is None else 1
    return discord.ui.Select[Any](
        custom_id=custom_id, options=options, min_values=least, max_values=most or len(options), required=bool(least)
    )
