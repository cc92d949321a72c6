"""What can be done about pictures that were not made: the same again, or in other words; nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import discord
from typing_extensions import override

from bot.delivery.languages import ask_in
from bot.discord_ui.buttons import (
    AtelierButton,
    LastingDialog,
    asker_for,
    makes_privately,
    offer_of,
    opened_by,
    with_price,
)
from bot.discord_ui.interactions import Interaction, read_words
from bot.discord_ui.more_menu import OFFERED_NO_MORE
from bot.discord_ui.request_context import written_in
from bot.errors import PictureGoneError, UserFacingError
from bot.language import phrase
from bot.services.jobs import NAMED
from bot.services.requests import Task, check_prompt, format_price
from bot.services.text import number_of
from cogs.edit.dialog import PROMPT, words_field

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from bot.discord_ui.rows import More
    from bot.services.admission import Drafting
    from bot.services.ledger import Order, Picture
    from bot.services.requests import ImageRequest


class RetryButton(AtelierButton, action="retry"):
    """Asks for the same once more, at the expense of whoever presses it; the price stands on the button."""

    label = phrase("Try again")
    emoji = "🎲"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Ask the studio for the same request."""
        order = await request_behind(interaction, self.subject)
        await _take(interaction, order, order.request, None if interaction.message is None else interaction.message.id)


class RewordButton(AtelierButton, action="reword"):
    """Asks in a dialog for other words; those so far stand there already."""

    label = phrase("Change the words")
    emoji = "✏️"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Open the dialog."""
        await _open_dialog(interaction, await request_behind(interaction, self.subject))


class RewordDialog(LastingDialog, template=r"reword:(?P<id>[0-9]{1,20})(?::[0-9]+)?!{1,2}"):
    """Asks for other words for what was not made of a request, all of it or some pictures."""

    def __init__(self, order: Order, nano: int | None, ends_with: str, named: str | None = None) -> None:
        """As it is asked for.

        Args:
            order: whose words stand there already.
            nano: its price, in nano-dollars; None where it is not to be had.
            ends_with: ends the `custom_id`: see `bot.discord_ui.buttons.opened_by`.
            named: to what a safety check said no; None where that is not known, or not for who opens it.
        """
        super().__init__(phrase("Other words"), f"reword:{order.id}{ends_with}")
        field = words_field(order.request.prompt.strip())
        about = None if nano is None else phrase("Price with the words so far: {price}", price=format_price(nano))
        if named is not None:
            self.add_item(discord.ui.TextDisplay(phrase("The safety check named: {categories}.", categories=named)))
        self.add_item(discord.ui.Label(text=phrase("What to make"), description=about, component=field))


def offer_rewording(more: More) -> None:
    """Offer other words behind ⋯ for those pictures of a result that were not made."""

    async def act(interaction: Interaction, order: Order, _: Picture) -> None:
        if not _failed(order):  # its message is older than what came of it since, or somebody made it up
            raise UserFacingError(OFFERED_NO_MORE)
        await _open_dialog(interaction, order)

    more.add(
        35,
        "reword",
        RewordButton.label,
        RewordButton.emoji,
        act,
        whole=True,
        about=phrase("What was not made, once more in other words"),
        offered=lambda order: bool(order.request.prompt.strip()) and _failed(order) > 0,
    )


async def _open_dialog(interaction: Interaction, order: Order) -> None:
    """Ask for other words; what the safety check named, who asked reads there alone."""
    nano = interaction.client.services.drafting.again_price(_unmade(order))
    is_own = order.requester.user_id == interaction.user.id
    named = await interaction.client.services.state.get(f"{NAMED}{order.id}") if is_own else None
    await ask_in(interaction, RewordDialog(order, nano, opened_by(interaction), named))


def _failed(order: Order) -> int:
    """How many of its pictures were not made; those that are only not shown (`Order.showing`) are none of them."""
    return sum(job.picture is None and job.failure is not None for job in order.jobs)


def _unmade(order: Order) -> ImageRequest:
    """What of a request was not made."""
    return replace(order.request, count=_failed(order) or order.request.count)


async def make_reworded(interaction: Interaction, match: re.Match[str]) -> None:
    """Ask for what the dialog says."""
    order = await request_behind(interaction, number_of(match["id"]))
    words = await read_words(interaction, written_in(interaction, PROMPT))
    check_prompt(words, order.request.change)
    await _take(interaction, order, replace(_unmade(order), prompt=words), offer_of(interaction))


def offered(drafting: Drafting) -> Callable[[int, ImageRequest], Sequence[AtelierButton]]:
    """What makes the buttons under a failure, from the request's id and what was asked for."""
    return partial(failure_buttons, drafting)


def failure_buttons(drafting: Drafting, request_id: int, request: ImageRequest) -> Sequence[AtelierButton]:
    """The same once more, at its price, and where there are words, with others."""
    retry = RetryButton(request_id, with_price(RetryButton.label, drafting.again_price(request)))
    is_description = request.talk is not None and request.talk.task is Task.DESCRIBE
    return (retry,) if is_description else (retry, RewordButton(request_id))


async def _take(interaction: Interaction, order: Order, request: ImageRequest, offer: int | None) -> None:
    asker = await asker_for(interaction, order)
    private = await makes_privately(interaction, asker)
    await interaction.client.intake.take(interaction, request, private=private, asker=asker, offer=offer)


async def request_behind(interaction: Interaction, request_id: int) -> Order:
    """The request of this server, or in direct messages the member's own.

    Raises:
        UserFacingError: there is none for whoever acts.
    """
    order = await interaction.client.services.requests.get(str(request_id))
    if order is None:
        raise UserFacingError(phrase("I do not know what was asked for here any more. Please ask anew."))
    is_own = order.requester.user_id == interaction.user.id
    is_here = is_own if interaction.guild_id is None else order.requester.server_id == interaction.guild_id
    if not is_here or (order.destination.private and not is_own):
        raise PictureGoneError
    return order
