"""The dialog in which a picture is changed: words, size, quality, count, files. It can be sent after any restart."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import discord

from bot.buttons import CHOSEN, CHOSEN_IN_PRIVATE, asker_for, is_private
from bot.occasions import asker_of
from bot.options import shape_of
from bot.presentation.choices import LONGEST_CHOICE, MOST_CHOICES, Asked
from bot.services.building import Wishes
from bot.services.changes import DRAWN, Change
from bot.services.drafting import Start
from cogs.edit.offer import SAME_SIZE, Offer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.interactions import Interaction
    from bot.occasions import Asker
    from bot.services.ledger import OpenRequest, Picture
    from bot.services.requests import ImageRequest
    from cogs.edit.offer import Choices

PROMPT, SIZE, QUALITY, COUNT, FILES = "prompt", "size", "quality", "count", "files"  # the fields' ids
LONGEST_WORDS = 4000  # characters of a field; Discord's limit
MOST_FILES = 10  # the same
DIALOG = re.compile(r"dialog:(?P<about>picture|reference|message):(?P<id>[0-9]{1,20})!{1,2}")

WORDS_TO_CHANGE = "What to change; as you would tell a colleague"
WORDS_TO_DRAW = "What to draw: subject, setting, style, light, details"
TOO_LONG_TO_SHOW = "The picture's own words are too long to stand here. Say what to change."


class About(StrEnum):
    """What a dialog is about; the values are in the ids of open dialogs: never change them."""

    PICTURE = "picture"  # one of ours, to be changed; the id is its number
    REFERENCE = "reference"  # one of ours, for a new picture; the same
    MESSAGE = "message"  # other people's, to be changed; the id is that of their message


class EditDialog(discord.ui.Modal):
    """Asks how to change a picture."""

    def __init__(self, title: str, custom_id: str, offer: Offer, words: str, about: About) -> None:
        """Args: `words` are what is written there already; see `open_dialog` for the rest."""
        super().__init__(title=title, timeout=None, custom_id=custom_id)
        is_new = about is About.REFERENCE
        hint = "" if is_new else "Or leave it empty, and add the picture with your drawing on it."
        self.add_item(
            discord.ui.Label(text="In words", description=hint or None, component=_words(words, is_new=is_new))
        )
        self.add_item(discord.ui.Label(text="Size", component=_select(SIZE, offer.sizes, SAME_SIZE)))
        self.add_item(
            discord.ui.Label(text="Quality", component=_select(QUALITY, offer.qualities, offer.request.quality))
        )
        self.add_item(discord.ui.Label(text="How many", component=_select(COUNT, offer.counts, "1")))
        kinds = "More references" if is_new else "References, a mask, or the picture with your drawing on it"
        self.add_item(
            discord.ui.Label(
                text="Pictures",
                description=f"{kinds}. Each adds up to {offer.file_price}.",
                component=discord.ui.FileUpload(custom_id=FILES, required=False, min_values=0, max_values=MOST_FILES),
            )
        )
        self.stop()  # discord.py would wait for it in this process only: see `cogs.edit.submitting`


async def open_for_picture(interaction: Interaction, order: OpenRequest, picture: Picture) -> None:
    """Ask how to change a picture of ours; its own words stand there already.

    Raises:
        UserFacingError: whoever acts may not change it.
    """
    title, shapes = f"Edit #{picture.number}", [(picture.image.width, picture.image.height)]
    asker = await asker_for(interaction, order) or asker_of(interaction)
    offer = await _offer(interaction, Change.EDIT, Start(order, picture), asker, shapes)
    custom_id = _custom_id(interaction, About.PICTURE, picture.number)
    dialog = EditDialog(title, custom_id, offer, own_words(order.request), About.PICTURE)
    await interaction.response.send_modal(dialog)


async def open_for_reference(interaction: Interaction, order: OpenRequest, picture: Picture) -> None:
    """Ask what to draw with a picture of ours as reference. Raises as `open_for_picture` does."""
    title, shape = f"New picture with #{picture.number} as reference", (picture.image.width, picture.image.height)
    asker = await asker_for(interaction, order) or asker_of(interaction)
    offer = await _offer(interaction, Change.NEW, Start(shape=shape), asker, [shape])
    custom_id = _custom_id(interaction, About.REFERENCE, picture.number)
    await interaction.response.send_modal(EditDialog(title, custom_id, offer, "", About.REFERENCE))


async def open_for_message(interaction: Interaction, message_id: int, pictures: Sequence[discord.Attachment]) -> None:
    """Ask how to change other people's pictures. Raises as `open_for_picture` does."""
    shapes = [shape_of(picture) for picture in pictures]
    offer = await _offer(interaction, Change.EDIT, Start(shape=shapes[0]), asker_of(interaction), shapes)
    custom_id = _custom_id(interaction, About.MESSAGE, message_id)
    await interaction.response.send_modal(EditDialog("Edit this picture", custom_id, offer, "", About.MESSAGE))


def own_words(request: ImageRequest) -> str:
    """What was last said of a picture; empty if it was only drawn upon."""
    return next((words for words in reversed(request.whole_story) if words != DRAWN), "")


async def _offer(
    interaction: Interaction, change: Change, start: Start, asker: Asker, shapes: Sequence[tuple[int, int] | None]
) -> Offer:
    """What this member may choose; whoever may not change pictures hears it before they write."""
    services = interaction.client.services
    request = await services.drafting.draft(asker.requester, change, Wishes(prompt=DRAWN), start)
    await services.admission.check(request, asker.requester, references=len(shapes), joined_at=asker.joined_at)
    return Offer(
        request,
        services.catalog.model(request.model),
        await services.admission.permit(asker.requester),
        Asked(services.drafting.partial_images, inputs=tuple(shapes)),
    )


def _custom_id(interaction: Interaction, about: About, subject: int) -> str:
    """From which `DIALOG` reads everything again; the ending is for `bot.buttons.is_private`."""
    return f"dialog:{about}:{subject}{CHOSEN_IN_PRIVATE if is_private(interaction) else CHOSEN}"


def _words(words: str, *, is_new: bool) -> discord.ui.TextInput[Any]:
    fits = len(words) <= LONGEST_WORDS
    return discord.ui.TextInput(
        custom_id=PROMPT,
        style=discord.TextStyle.paragraph,
        default=words if words and fits else None,
        placeholder=(WORDS_TO_DRAW if is_new else WORDS_TO_CHANGE) if fits else TOO_LONG_TO_SHOW,
        required=is_new,
        max_length=LONGEST_WORDS,
    )


def _select(custom_id: str, choices: Choices, chosen: str) -> discord.ui.Select[Any]:
    options = [
        discord.SelectOption(label=label[:LONGEST_CHOICE], value=value, default=value == chosen)
        for label, value in choices[:MOST_CHOICES]
    ]
    return discord.ui.Select(custom_id=custom_id, options=options, required=False)
