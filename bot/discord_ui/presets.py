"""Presets on their way to a picture: who asks, what it costs, the dialog for what is missing, what becomes of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import discord

from bot.delivery.languages import ask_in, language_of_reader
from bot.discord_limits import LONGEST_CHOICE, MOST_CHOICES
from bot.discord_ui.buttons import CHOSEN, CHOSEN_IN_PRIVATE, LastingDialog, is_private, offer_of
from bot.discord_ui.intake import SAID_BEFORE
from bot.discord_ui.interactions import Interaction, is_lead, read_words
from bot.discord_ui.options import choices, shape_of, typed_wishes
from bot.discord_ui.request_context import asker_of, attachment_of, fields_of, requester_of, uploaded_in
from bot.errors import PresetRefusedError, UserFacingError
from bot.inputs import Sources
from bot.language import beginning, composed, joined, phrase
from bot.services.admission import Start
from bot.services.presets import LONGEST_VALUE, MOST_VARIABLES, Shelf, Succession, Viewer, fitted, left_beside
from bot.services.requests import Change, Wishes, format_price
from bot.services.text import listed, number_of, one_line, shown

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from discord import app_commands

    from bot.services.presets import Preset, Template, Variable
    from bot.services.requests import ImageRequest

WHOSE = {Shelf.MINE: phrase("yours"), Shelf.SERVER: phrase("this server's"), Shelf.STARTER: phrase("starter")}
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


async def viewer_of(interaction: Interaction) -> Viewer:
    """Who looks at presets, and where."""
    return Viewer(interaction.guild_id or 0, interaction.user.id, await is_lead(interaction))


async def offered_presets(
    interaction: Interaction, typed: str, beside: Wishes | None = None
) -> list[app_commands.Choice[str]]:
    """What to offer for a preset's name, each with whose it is and, beside these wishes, with its price."""
    presets = interaction.client.services.presets
    wanted = typed.strip().casefold()
    viewer = await viewer_of(interaction)
    shown = await presets.shown_to(viewer)
    hidden = await presets.hidden_from(viewer) if beside is None else ()  # those can be looked at, not used
    matching = (
        each for each in (*shown, *hidden) if wanted in each.name.casefold() or each.handle.casefold() == wanted
    )
    found = [*islice(matching, MOST_CHOICES)]
    labels = [await _label(interaction, each, beside) for each in found]
    return choices(zip(labels, (each.handle for each in found), strict=True), language_of_reader(interaction))


async def named_preset(interaction: Interaction) -> ImageRequest | None:
    """What the preset would make that is filled in as ``preset`` while another option is being typed; None without."""
    name = str(getattr(interaction.namespace, "preset", None) or "")
    if not name:
        return None
    try:
        preset = await interaction.client.services.presets.find(await viewer_of(interaction), name)
        return await PresetUse(preset, Wishes(model=typed_wishes(interaction).model)).request(interaction)
    except UserFacingError:  # not typed to its end, or not to be had
        return None


async def _label(interaction: Interaction, preset: Preset, beside: Wishes | None) -> str:
    label = joined(" · ", [preset.name, WHOSE[preset.shelf]])
    if beside is None:
        return label
    try:
        nano = await PresetUse(preset, beside).price(interaction)
    except UserFacingError:  # which is said to who chooses it
        return label
    return joined(" · ", [label, format_price(nano)])


def _lost(preset: Preset) -> str:
    return phrase(
        "The preset “{name}” has lost a picture that it starts from: {lost} was deleted, or is private by now. Whoever "
        "keeps the preset can change it (/preset show). Nothing was charged.",
        name=shown(preset.name, len(preset.name)),
        lost=listed(tuple(f"#{number}" for number in preset.lost), "and"),
    )


@dataclass(frozen=True, slots=True)
class PresetUse:
    """A preset that is to be used, and what was said beside it.

    Attributes:
        beside: the options chosen by whoever uses it, which win; and words, for its first open variable or its end.
        values: by the keys of its variables, what was filled in.
        attachments: what it starts from, before its own pictures.
    """

    preset: Preset
    beside: Wishes = field(default_factory=Wishes)
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    attachments: tuple[discord.Attachment, ...] = ()

    @property
    def template(self) -> tuple[Template, Mapping[str, str]]:
        """Its words and their values, with what was said beside it. Raises PresetRefusedError for words of old."""
        return self.preset.template.with_prompt(self.beside.prompt, self.values)

    @property
    def missing(self) -> Sequence[Variable]:
        """What has to be said still. Raises PresetRefusedError where something that was said cannot be."""
        template, values = self.template
        return template.missing(values)

    @property
    def lacks_picture(self) -> bool:
        """Whether it asks for a picture, and has none."""
        return self.preset.takes_picture and not self.attachments

    async def take(self, interaction: Interaction, *, private: bool, offer: int | None = None) -> None:
        """Ask for it, at the expense of whoever acts.

        Args:
            interaction: not answered yet.
            private: only they see what comes of it.
            offer: see `Intake.take`.

        Raises:
            UserFacingError: nothing was reserved.
        """
        request = await self.request(interaction)
        sources = Sources(attachments=self.attachments, follows=self._follows)
        await interaction.client.intake.take(interaction, request, sources, private=private, offer=offer)

    async def check(self, interaction: Interaction) -> None:
        """Refuse now what would be refused anyway, before somebody fills in a dialog: Discord keeps no words.

        Raises:
            UserFacingError: it cannot be made.
        """
        services, asker = interaction.client.services, asker_of(interaction)
        request = await self.request(interaction)
        count = len(self.attachments) + len(request.references)
        await services.admission.check(request, asker.requester, references=count, joined_at=asker.joined_at)
        await services.studio.check(request, asker.requester)  # without what is attached: at its cheapest

    async def price(self, interaction: Interaction, more: int = 0) -> int:
        """What it holds at most, in nano-dollars, with so many pictures more. Raises as `take`."""
        request = await self.request(interaction)
        known = [shape_of(file) for file in self.attachments]
        own = [(file.width, file.height) for file in request.references]
        return interaction.client.services.drafting.most(request, [*known, *own, *[None] * more])

    async def request(self, interaction: Interaction) -> ImageRequest:
        """What is asked for, without what is attached; its notes say what became of the preset's options.

        Raises:
            UserFacingError: it cannot be made.
        """
        if self.preset.lost:
            raise PresetRefusedError(_lost(self.preset))
        services, requester = interaction.client.services, requester_of(interaction)
        drafting, admission = services.drafting, services.admission
        options, notes = self.preset.options, list[str]()
        if self.beside.model is None:
            options, gone = Succession(services.catalog, admission.today, admission.allow_retired).model(options)
            notes += gone
        template, values = self.template
        words = template.filled(values).strip()
        # Which model it will be by whatever stands below: what the preset chose for another is fitted to that.
        drawn_by = Wishes(prompt=words, model=self.beside.model or options.model)
        model = services.catalog.model((await drafting.draft(requester, Change.NEW, drawn_by)).model)
        options, changes = fitted(left_beside(options, self.beside), model)
        wishes = replace(self.beside, prompt=words).over(options)
        start = Start(shape=shape_of(self.attachments[0])) if self._follows else None
        request = await drafting.draft(requester, Change.NEW, wishes, start)
        return replace(request, references=self.preset.present, notes=(*notes, *changes, *request.notes))

    @property
    def _follows(self) -> bool:
        """Whether the picture that was brought says how large the result is: nobody else does."""
        is_said = self.beside.size is not None or self.preset.options.size is not None
        return self.preset.takes_picture and bool(self.attachments) and not is_said


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
