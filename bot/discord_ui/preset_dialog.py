"""The dialog that asks for what a preset still needs: its variables, a picture. It can be sent after any restart."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord

from bot.delivery.languages import ask_in
from bot.discord_limits import LONGEST_CHOICE
from bot.discord_ui.buttons import CHOSEN, CHOSEN_IN_PRIVATE, LastingDialog, is_private, offer_of
from bot.discord_ui.intake import SAID_BEFORE
from bot.discord_ui.interactions import Interaction, read_words
from bot.discord_ui.occasions import attachment_of, fields_of, requester_of, uploaded_in
from bot.discord_ui.presets import PresetUse, viewer_of
from bot.errors import PresetRefusedError
from bot.language import beginning, composed, joined, phrase
from bot.services.presets import LONGEST_VALUE, MOST_VARIABLES
from bot.services.requests import Wishes, format_price
from bot.services.text import listed, number_of, one_line, shown

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from bot.services.presets import Variable

VALUE, FILES = "value:", "files"  # begins the id of a variable's field; the id of that for pictures
LONGEST_FIELD_ID = 100  # characters; Discord's limit
MOST_FILES = 10  # of a field; Discord's limit
LONGEST_TITLE = 45  # characters; Discord's limit
SHORT_VALUE = 60  # characters that are written in one line
LONGEST_SHOWN = 40  # characters of a variable's name
OPTIONAL = phrase("May be left empty")
CHANGED = phrase("This preset was changed meanwhile, and asks for other things. Use it once more. Nothing was charged.")
DEARER = phrase(
    "This preset costs more by now than the dialog said. Use it once more to see the price. Nothing was charged."
)
NO_ROOM = phrase("This preset asks for a picture: attach one as image1. Nothing was charged.")


_TEMPLATE = r"preset:(?P<ref>[a-z0-9-]{1,40})(?::(?P<nano>[0-9]{1,18}))?:(?P<by>[0-9]{1,20})!{1,2}"


class UseDialog(LastingDialog, template=_TEMPLATE):
    """Asks for what a preset needs."""

    def __init__(self, use: PresetUse, custom_id: str, price: str, file_price: str | None) -> None:
        """As it is opened.

        Args:
            use: with the values that are known already.
            custom_id: see `use_preset`.
            price: a sentence.
            file_price: what each picture that is added costs more, as people read it; None if none can be added.
        """
        super().__init__(one_line(use.preset.name, LONGEST_TITLE), custom_id)
        template, values = use.template
        for place, variable in enumerate(template.variables):
            told = [price] if place == 0 else []
            if variable.default == "":
                told.append(OPTIONAL)
            self._ask(
                beginning(variable.name), joined(". ", told) if told else "", _field(variable, values.get(variable.key))
            )
        if file_price is not None:
            is_needed = use.lacks_picture
            files = discord.ui.FileUpload[Any](
                custom_id=FILES, required=is_needed, min_values=int(is_needed), max_values=MOST_FILES
            )
            each = phrase("Each costs up to {price} more", price=file_price)
            about = each if template.variables else joined(". ", [price, each])
            title = phrase("Picture to start from") if is_needed else phrase("Pictures to start from")
            self._ask(title, about, files)

    def _ask(self, text: str, description: str, field: discord.ui.Item[Any]) -> None:
        title = composed(lambda told: one_line(told[0], LONGEST_TITLE), [text])
        label = discord.ui.Label[Any](text=title, description=description or None, component=field)
        self.add_item(label)


async def use_preset(interaction: Interaction, use: PresetUse, *, private: bool | None) -> None:
    """Make what a preset says, or ask for what it takes, with its defaults, where no words were said beside it.

    Words beside it are the quick way: only what is missing still is asked for.

    Args:
        interaction: not answered yet; a command, or a button.
        use: what was said so far.
        private: None leaves it to the preset, for what is made from a private picture is private, and to the defaults.

    Raises:
        UserFacingError: nothing was reserved.
    """
    said = True if private is None and use.preset.private else private
    is_hidden = await interaction.client.services.drafting.is_private(requester_of(interaction), said=said)
    variables = use.preset.template.variables
    asks = use.missing or use.lacks_picture or (variables and not use.beside.prompt.strip())
    if not asks:
        await use.take(interaction, private=is_hidden)
        return
    has_room = len(variables) < MOST_VARIABLES
    if use.lacks_picture and not has_room:
        raise PresetRefusedError(NO_ROOM)
    await use.check(interaction)
    nano = await use.price(interaction)
    takes_files = has_room and not use.attachments
    custom_id = f"preset:{use.preset.ref}:{nano}:{interaction.id}{CHOSEN_IN_PRIVATE if is_hidden else CHOSEN}"
    file_price = format_price(await use.price(interaction, 1) - nano) if takes_files else None
    await _remember(interaction, use)
    price = phrase("Price: {price}", price=format_price(nano))
    await ask_in(interaction, UseDialog(use, custom_id, price, file_price))


async def use_filled(interaction: Interaction, match: re.Match[str]) -> None:
    """Make what a dialog was filled in with."""
    client = interaction.client
    preset = await client.services.presets.get(await viewer_of(interaction), match["ref"])
    asked = {_field_id(variable.key): variable.key for variable in preset.template.variables}
    fields = fields_of(interaction)
    filled = {name: _value(each) for name, each in fields.items() if name.startswith(VALUE)}
    if asked.keys() != filled.keys():
        raise PresetRefusedError(CHANGED)
    opened = await _remembered(interaction, PresetUse(preset), match["by"])
    if match["nano"] is not None and await opened.price(interaction) > number_of(match["nano"]):
        raise PresetRefusedError(DEARER)
    values = {asked[name]: await read_words(interaction, text) for name, text in filled.items()}
    use = replace(opened, values=values)
    use = replace(use, attachments=(*use.attachments, *uploaded_in(interaction, FILES)))
    if missing := use.missing:
        names = listed(tuple(phrase("“{text}”", text=shown(each.name, LONGEST_SHOWN)) for each in missing), "and")
        raise PresetRefusedError(phrase("Write something for {names}. Nothing was charged.", names=names))
    await use.take(interaction, private=is_private(interaction), offer=offer_of(interaction))


def _field_id(key: str) -> str:
    """The id of a variable's field; a key that is too long for one (ﬃ counts three) is told by its digest.

    No key begins with the sign that stands before a digest.
    """
    told = f"{VALUE}{key}"
    return told if len(told) <= LONGEST_FIELD_ID else f"{VALUE}#{hashlib.sha256(key.encode()).hexdigest()}"


def _field(variable: Variable, said: str | None) -> discord.ui.Item[Any]:
    """Where its value is chosen or written; what was said, or else its default, stands there already."""
    custom_id = _field_id(variable.key)
    text = (said or variable.default or "")[:LONGEST_VALUE]
    if variable.choices:
        chosen = text if text in variable.choices else variable.choices[0]
        options = [
            discord.SelectOption(label=choice[:LONGEST_CHOICE], value=choice, default=choice == chosen)
            for choice in variable.choices
        ]
        return discord.ui.Select[Any](custom_id=custom_id, options=options)
    is_long = len(text) > SHORT_VALUE or "\n" in text
    return discord.ui.TextInput[Any](
        custom_id=custom_id,
        style=discord.TextStyle.paragraph if is_long else discord.TextStyle.short,
        default=text or None,
        required=variable.default is None,
        max_length=LONGEST_VALUE,
    )


def _value(field: Mapping[str, Any]) -> str:
    values: Sequence[str] = field.get("values") or ()
    return str(values[0] if values else field.get("value") or "")


async def _remember(interaction: Interaction, use: PresetUse) -> None:
    """Keep what was said beside the preset, over restarts, for whoever sends the dialog."""
    said: dict[str, Any] = {
        "prompt": use.beside.prompt,
        "options": use.beside.said,
        "attachments": [file.to_dict() for file in use.attachments],
    }
    if any(said.values()):
        said["user_id"] = interaction.user.id
        await interaction.client.services.state.put(f"{SAID_BEFORE}{interaction.id}", json.dumps(said))


async def _remembered(interaction: Interaction, use: PresetUse, opened_by: str) -> PresetUse:
    kept = await interaction.client.services.state.get(f"{SAID_BEFORE}{opened_by}")
    if kept is None:
        return use
    said: dict[str, Any] = json.loads(kept)
    if said["user_id"] != interaction.user.id:  # an id that somebody made up
        return use
    attachments = tuple(attachment_of(interaction, file) for file in said["attachments"])
    return replace(use, beside=Wishes(prompt=said["prompt"], **said["options"]), attachments=attachments)
