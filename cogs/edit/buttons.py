"""✏️ Edit, 🎲 Again, 🔀 Vary, ⬆️ Finish, and what changes a picture behind ⋯: for whoever presses, at their expense."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from typing_extensions import override

from bot.delivery.ladder import Sentences
from bot.discord_ui.buttons import (
    CHOSEN,
    CHOSEN_IN_PRIVATE,
    AtelierButton,
    PictureButton,
    ask_privately,
    asker_for,
    ending_of,
    makes_privately,
    with_price,
)
from bot.discord_ui.interactions import Interaction, order_behind
from bot.discord_ui.rows import view_of
from bot.language import joined, phrase
from bot.services.requests import TITLES, Change
from cogs.edit.dialog import open_for_picture, open_for_reference
from cogs.edit.dialog_choices import foretold, foretold_of
from cogs.edit.edits import change_ours

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.discord_ui.rows import Act, More, Price
    from bot.services.admission import Drafting
    from bot.services.jobs import Result
    from bot.services.ledger import Order, Picture

VARY = phrase("The same picture otherwise: press, and you pay.")
NOT_OFFERED = phrase(
    "Discord refused the button with the price, so nothing is made. In the same menu, Edit image shows prices too."
)
VARIED = phrase("You pressed Vary.")  # what the question says then
VARY_OTHERS = re.compile(rf"vary-others:(?P<id>[0-9]{{1,20}}){CHOSEN}")  # a button's id, with that of a message
EMOJI = {
    Change.ZOOM_OUT: "🔭",
    Change.ZOOM_OUT_TWICE: "🌍",
    Change.PAN_LEFT: "⬅️",
    Change.PAN_RIGHT: "➡️",
    Change.PAN_UP: "⬆️",
    Change.PAN_DOWN: "⬇️",
    Change.SQUARE: "⏹️",
    Change.PORTRAIT: "↕️",
    Change.LANDSCAPE: "↔️",
    Change.CUT_OUT: "✂️",
}
REFERENCE = "reference"  # kept in the ids of buttons


async def offer_variation(interaction: Interaction, order: Order) -> None:
    """Show privately what a variation of a result's only picture costs, with a button that makes it."""
    (picture,) = order.pictures
    nano = interaction.client.services.drafting.price_of(order, picture, Change.VARY)
    ending = CHOSEN_IN_PRIVATE if order.hides(picture) else CHOSEN
    label = with_price(VaryButton.label, nano)
    await _offer(interaction, lambda: view_of([VaryButton(picture.number, label, ending)]), foretold_of(picture))


async def offer_others_variation(
    interaction: Interaction, message_id: int, nano: int, pictures: Sequence[discord.Attachment]
) -> None:
    """The same for other people's pictures; `cogs.edit.dialog_submit` makes it."""
    label, custom_id = with_price(VaryButton.label, nano), f"vary-others:{message_id}{CHOSEN}"
    button = partial(discord.ui.Button[Any], label=label, emoji=VaryButton.emoji, custom_id=custom_id)
    await _offer(interaction, lambda: view_of([button()]), foretold(pictures))


async def _offer(interaction: Interaction, make: Callable[[], discord.ui.View], told: str) -> None:
    await ask_privately(
        interaction,
        Sentences(joined(" ", [VARY, told]) if told else VARY, make, NOT_OFFERED),
        phrase("I could not offer you that"),
        closes=True,
    )


class EditButton(PictureButton, action="edit"):
    """Asks in a dialog how to change a picture."""

    label = phrase("Edit")
    emoji = "✏️"

    @override
    async def act(self, interaction: Interaction, order: Order, picture: Picture) -> None:
        """Open the dialog."""
        await open_for_picture(interaction, order, picture)

    @classmethod
    def of(cls, result: Result) -> EditButton:
        """The button of a result."""
        return cls(result.files[0][0].number, ending=ending_of(result))


class AgainButton(AtelierButton, action="again"):
    """Makes a new result from the request behind a picture: all of its pictures, from the same beginnings."""

    label = phrase("Again")
    emoji = "🎲"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Ask the studio for the same once more."""
        order = await order_behind(interaction, self.subject)
        asker = await asker_for(interaction, order)
        request = await interaction.client.services.drafting.again(asker.requester, order.request)
        private = await makes_privately(interaction, asker)
        await interaction.client.intake.take(interaction, request, private=private, asker=asker)

    @classmethod
    def priced(cls, drafting: Drafting) -> Callable[[Result], AgainButton]:
        """What makes the button of a result, with the price of all of its pictures."""

        def make(result: Result) -> AgainButton:
            nano = drafting.again_price(result.request.request)
            return cls(result.files[0][0].number, with_price(cls.label, nano))

        return make


class VaryButton(PictureButton, action="vary"):
    """Makes the same picture otherwise; the price stands on the button."""

    label = phrase("Vary")
    emoji = "🔀"
    makes = True

    @override
    async def act(self, interaction: Interaction, order: Order, picture: Picture) -> None:
        """Ask the studio for a variation."""
        await change_ours(interaction, Change.VARY, order, picture)

    @override
    def price(self, drafting: Drafting, order: Order, picture: Picture) -> int | None:
        """The price of one picture."""
        return drafting.price_of(order, picture, Change.VARY)

    @classmethod
    def priced(cls, drafting: Drafting) -> Callable[[Result], VaryButton]:
        """What makes the button of a result, with the price of one picture."""

        def make(result: Result) -> VaryButton:
            picture, _ = result.files[0]
            nano = drafting.price_of(result.request, picture, Change.VARY)
            return cls(picture.number, with_price(cls.label, nano), ending_of(result))

        return make


class FinishButton(PictureButton, action="finish"):
    """Makes the same picture in a higher quality; the price stands on the button."""

    label = phrase("Finish")
    emoji = "⬆️"
    makes = True

    @override
    async def act(self, interaction: Interaction, order: Order, picture: Picture) -> None:
        """Ask the studio for the same in the next quality."""
        await change_ours(interaction, Change.FINISH, order, picture)

    @override
    def price(self, drafting: Drafting, order: Order, picture: Picture) -> int | None:
        """The price of one picture."""
        return drafting.price_of(order, picture, Change.FINISH)

    @classmethod
    def priced(cls, drafting: Drafting) -> Callable[[Result], FinishButton | None]:
        """What makes the button of a result; None where there is no higher quality."""

        def make(result: Result) -> FinishButton | None:
            picture, _ = result.files[0]
            nano = drafting.price_of(result.request, picture, Change.FINISH)
            return None if nano is None else cls(picture.number, with_price(cls.label, nano), ending_of(result))

        return make


def offer_changes(more: More, drafting: Drafting) -> None:
    """Put the changes that need no words behind ⋯, and the use as reference."""
    for place, (change, emoji) in enumerate(EMOJI.items(), start=10):
        more.add(
            place, change.value, TITLES[change], emoji, _maker(change), makes=True, price=_pricer(drafting, change)
        )
    more.add(
        30, REFERENCE, phrase("Use as reference"), "🖼️", open_for_reference, about=phrase("A dialog shows the prices")
    )


def _pricer(drafting: Drafting, change: Change) -> Price:
    def price(order: Order, picture: Picture) -> int | None:
        return drafting.price_of(order, picture, change)

    return price


def _maker(change: Change) -> Act:
    async def act(interaction: Interaction, order: Order, picture: Picture) -> None:
        await change_ours(interaction, change, order, picture)

    return act
