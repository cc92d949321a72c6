"""The dialog in which a preset is made from a result, or changed. It can be sent after any restart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.delivery.languages import ask_in, language_of_reader
from bot.discord_ui.buttons import LastingDialog
from bot.discord_ui.presets import viewer_of
from bot.language import phrase, plural
from bot.services.presets import LONGEST_NAME, LONGEST_TEMPLATE, MOST_REFERENCES, Shelf, escaped, suggested_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.discord_ui.interactions import Interaction
    from bot.services.ledger import Order, Picture
    from bot.services.presets import Preset

NAME, PROMPT, SHELF, PICTURES, FILES = "name", "prompt", "shelf", "pictures", "files"  # the fields' ids
SAVE, CHANGE = "save", "change"  # what a dialog is for; kept in ids
ITSELF, KEPT, ASK = "itself", "kept", "ask"  # which pictures a preset starts from; kept in notes
HOW = phrase("{subject} is filled in at each use; {subject=a fox} has a default, {style=oil|ink} choices.")
TOO_LONG = phrase("The words are too long for a preset. Write shorter ones.")
FOR_WHOM = {Shelf.MINE: phrase("Only me"), Shelf.SERVER: phrase("All members of this server")}
ASK_FOR_PICTURE = phrase("Ask whoever uses it for a picture")
SHARED = phrase("Then every member sees its words and pictures, and leads change it.")


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
        self._ask(phrase("Name"), "", name)
        self._ask(phrase("Words"), HOW, words)
        if len(form.shelves) > 1:
            shelves = [(FOR_WHOM[shelf], shelf.value) for shelf in form.shelves]
            self._ask(phrase("For whom"), SHARED, _select(SHELF, shelves, (form.shelves[0],), most=1))
        least = phrase("Which of these; more can be added below")
        self._ask(phrase("Pictures to start from"), least, _select(PICTURES, form.pictures, form.chosen))
        files = discord.ui.FileUpload[Any](custom_id=FILES, required=False, min_values=0, max_values=MOST_REFERENCES)
        about = phrase("A logo, a palette, a figure: kept with the preset, and sent with each use")
        self._ask(phrase("More pictures"), about, files)

    def _ask(self, text: str, description: str, field: discord.ui.Item[Any]) -> None:
        self.add_item(discord.ui.Label[Any](text=text, description=description or None, component=field))


async def open_for_result(interaction: Interaction, order: Order, picture: Picture) -> None:
    """Behind ⋯: keep how a picture was made. Its own words stand there already, with their braces as braces."""
    await ask_in(interaction, KeepDialog(await form_for_result(interaction, order, picture)))


async def open_for_change(interaction: Interaction, preset: Preset) -> None:
    """Ask how a preset shall be; it stands there as it is."""
    await ask_in(interaction, KeepDialog(form_for_change(preset)))


async def form_for_result(interaction: Interaction, order: Order, picture: Picture) -> Form:
    """How a picture was made, as far as whoever acts may keep it."""
    viewer = await viewer_of(interaction)
    is_shared = viewer.leads and not order.hides(picture)
    words = order.request.own_words.strip()
    nameless = phrase("Preset {number}", number=str(picture.number))
    pictures: list[tuple[str, str]] = [(phrase("{number} itself", number=f"#{picture.number}"), ITSELF)]
    if has_own_references(interaction, order):
        count = len(order.request.references)
        pictures.append((plural("The picture that it started from", "The {count} that it started from", count), KEPT))
    return Form(
        phrase("Save {number} as preset", number=f"#{picture.number}"),
        f"preset-{SAVE}:{picture.number}",
        suggested_name(words) or language_of_reader(interaction).translate(nameless),
        escaped(words),
        (Shelf.MINE, Shelf.SERVER) if is_shared else (Shelf.MINE,),
        (*pictures, (ASK_FOR_PICTURE, ASK)),
    )


def form_for_change(preset: Preset) -> Form:
    """A preset as it is."""
    count = len(preset.present)
    kept = [(plural("Keep its picture", "Keep its {count} pictures", count), KEPT)] if count else []
    chosen = (*([KEPT] if count else []), *([ASK] if preset.takes_picture else []))
    return Form(
        phrase("Change a preset"),
        f"preset-{CHANGE}:{preset.id}",
        preset.name,
        preset.words,
        (preset.shelf,),
        (*kept, (ASK_FOR_PICTURE, ASK)),
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
