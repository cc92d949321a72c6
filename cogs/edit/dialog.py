"""The dialog in which a picture is changed: words, size, quality, count, files. It can be sent after any restart."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import discord

from bot.delivery.languages import ask_in
from bot.discord_limits import LONGEST_CHOICE, LONGEST_INPUT, MOST_CHOICES
from bot.discord_ui.buttons import LastingDialog, asker_for, opened_by
from bot.discord_ui.options import shape_of
from bot.discord_ui.request_context import asker_of
from bot.language import composed, joined, phrase, plural
from bot.presentation.choices import Asked
from bot.services.admission import Start
from bot.services.requests import DRAWN, Change, Wishes
from cogs.edit.dialog_choices import SAME_SIZE, Offer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.discord_ui.interactions import Interaction
    from bot.discord_ui.request_context import Asker
    from bot.services.ledger import Order, Picture
    from cogs.edit.dialog_choices import Choices

PROMPT, SIZE, QUALITY, COUNT, FILES = "prompt", "size", "quality", "count", "files"  # the fields' ids
MOST_FILES = 10  # Discord's limit
TEMPLATE = r"dialog:(?P<about>picture|reference|message):(?P<id>[0-9]+)(?::[0-9]+)?!{1,2}"

WORDS_TO_CHANGE = phrase("What to change; as you would tell a colleague")
WORDS_TO_DRAW = phrase("What to draw: subject, setting, style, light, details")
SAME = phrase("Same size")
NO_ROOM = phrase("Your words are too long to stand here. Write new ones.")
TOO_LONG_TO_SHOW = phrase("The picture's own words are too long to stand here. Say what to change.")

PRICE_AS_NOW = phrase("Price for one picture of the size it has now")


class About(StrEnum):
    """What a dialog is about; the values are in the ids of open dialogs: never change them."""

    PICTURE = "picture"  # one of ours, to be changed; the id is its number
    REFERENCE = "reference"  # one of ours, for a new picture; the same
    MESSAGE = "message"  # other people's, to be changed; the id is that of their message


class EditDialog(LastingDialog, template=TEMPLATE):
    """Asks how to change a picture."""

    def __init__(self, title: str, custom_id: str, offer: Offer, words: str, about: About, others: int = 0) -> None:
        """Args: `words` are what is written there already; `others` are sent along; see `open_dialog` for the rest."""
        super().__init__(title, custom_id)
        is_new = about is About.REFERENCE
        hint = "" if is_new else _hint(words, others, may_be_drawn=offer.model.markup)
        quality = offer.request.quality
        price = phrase("Price for one picture in the first size above") if is_new else PRICE_AS_NOW
        files = discord.ui.FileUpload[Any](custom_id=FILES, required=False, min_values=0, max_values=MOST_FILES)
        kind = WORDS_TO_DRAW if is_new else WORDS_TO_CHANGE
        field = words_field(words, kind, TOO_LONG_TO_SHOW, required=is_new)
        self._ask(phrase("What to draw") if is_new else phrase("What to change"), hint, field)
        self._ask(phrase("Size"), "", select_of(SIZE, offer.sizes, SAME_SIZE))
        self._ask(phrase("Quality"), price, select_of(QUALITY, offer.qualities, quality))
        each = phrase("Price at {quality}; a higher quality costs more for each", quality=quality)
        self._ask(phrase("How many"), each, select_of(COUNT, offer.counts, str(offer.request.count)))
        kinds = phrase("More references") if is_new else phrase("References, mask, or the picture drawn upon")
        self._ask(
            kinds,
            phrase(
                "Each costs up to {price} more per picture made; of an animation, the first is used.",
                price=offer.file_price,
            ),
            files,
        )

    def _ask(self, text: str, description: str, field: discord.ui.Item[Any]) -> None:
        self.add_item(discord.ui.Label(text=text, description=description or None, component=field))


async def open_for_picture(interaction: Interaction, order: Order, picture: Picture) -> None:
    """Ask how to change a picture of ours; its own words stand there already.

    Raises:
        UserFacingError: whoever acts may not change it.
    """
    title, shapes = phrase("Edit {number}", number=f"#{picture.number}"), [(picture.image.width, picture.image.height)]
    asker = await asker_for(interaction, order)
    offer = await _offer(interaction, Change.EDIT, Start(order, picture), asker, shapes)
    custom_id = _custom_id(interaction, About.PICTURE, picture.number)
    dialog = EditDialog(title, custom_id, offer, order.request.own_words, About.PICTURE)
    await ask_in(interaction, dialog)


async def open_for_reference(interaction: Interaction, order: Order, picture: Picture) -> None:
    """Ask what to draw with a picture of ours as reference. Raises as `open_for_picture` does."""
    number, shape = f"#{picture.number}", (picture.image.width, picture.image.height)
    title = phrase("New picture with {number} as reference", number=number)
    asker = await asker_for(interaction, order)
    offer = await _offer(interaction, Change.NEW, Start(shape=shape), asker, [shape])
    if offer.same == SAME:
        offer = replace(offer, same=phrase("Size of {number}", number=number))
    custom_id = _custom_id(interaction, About.REFERENCE, picture.number)
    await ask_in(interaction, EditDialog(title, custom_id, offer, "", About.REFERENCE))


async def open_for_message(interaction: Interaction, message_id: int, pictures: Sequence[discord.Attachment]) -> None:
    """Ask how to change other people's pictures. Raises as `open_for_picture` does."""
    shapes = [shape_of(picture) for picture in pictures]
    offer = await _offer(interaction, Change.EDIT, Start(shape=shapes[0]), asker_of(interaction), shapes)
    custom_id = _custom_id(interaction, About.MESSAGE, message_id)
    title = plural("Edit this picture", "Edit the first of {count} pictures", len(pictures))
    dialog = EditDialog(title, custom_id, offer, "", About.MESSAGE, len(pictures) - 1)
    await ask_in(interaction, dialog)


async def _offer(
    interaction: Interaction, change: Change, start: Start, asker: Asker, shapes: Sequence[tuple[int, int] | None]
) -> Offer:
    """What this member may choose; what is refused anyway is refused before they write: Discord keeps no words."""
    services = interaction.client.services
    request = await services.drafting.draft(asker.requester, change, Wishes(prompt=DRAWN), start)
    usual = await services.drafting.usual(asker.requester)
    await services.admission.check(request, asker.requester, references=len(shapes), joined_at=asker.joined_at)
    await services.studio.check(request, asker.requester)  # without its files: at its cheapest
    width, height = start.measured or (0, 0)
    return Offer(
        request,
        services.catalog.model(request.model),
        usual.permit,
        Asked(
            usual.previews(services.drafting.most_partials).value,
            inputs=tuple(shapes),
            output_format=request.output_format,
            frames=request.frames,
            fidelity=request.input_fidelity,
        ),
        SAME if request.size == f"{width}x{height}" else phrase("Same shape"),
    )


def _custom_id(interaction: Interaction, about: About, subject: int) -> str:
    """From which `TEMPLATE` reads everything again."""
    return f"dialog:{about}:{subject}{opened_by(interaction)}"


def _hint(words: str, others: int, *, may_be_drawn: bool) -> str:
    """What is said of the field for words."""
    hints: list[str] = []
    if others:
        hints.append(
            plural("The other is sent along as reference.", "The other {count} are sent along as references.", others)
        )
    elif words and len(words) <= LONGEST_INPUT:
        hints.append(phrase("The words so far stand here: replace them."))
    if may_be_drawn:
        hints.append(phrase("With a drawing you may leave it empty."))
    return joined(" ", hints) if hints else ""


def words_field(
    words: str, hint: str | None = None, too_long: str = NO_ROOM, *, required: bool = True
) -> discord.ui.TextInput[Any]:
    """Asks for words; those so far stand there already where they fit, else it says that they are too long."""
    fits = len(words) <= LONGEST_INPUT
    return discord.ui.TextInput(
        custom_id=PROMPT,
        style=discord.TextStyle.paragraph,
        default=words if words and fits else None,
        placeholder=hint if fits else too_long,
        required=required,
        max_length=LONGEST_INPUT,
    )


def _cut(told: Sequence[str]) -> str:
    return told[0][:LONGEST_CHOICE]


def select_of(custom_id: str, choices: Choices, chosen: str) -> discord.ui.Select[Any]:
    """Offers the choices in a dialog, as many as Discord takes; what is `chosen` stands there already."""
    options = [
        discord.SelectOption(label=composed(_cut, [label]), value=value, default=value == chosen)
        for label, value in choices[:MOST_CHOICES]
    ]
    return discord.ui.Select(custom_id=custom_id, options=options, required=False)
