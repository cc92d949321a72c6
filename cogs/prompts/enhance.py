"""/enhance, and ⋯ under a result: a prompt written anew, with more of the picture in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.languages import ask_in
from bot.discord_limits import LONGEST_INPUT
from bot.discord_ui.buttons import LastingDialog, asker_for, offer_of, opened_by
from bot.discord_ui.interactions import Interaction, read_words
from bot.discord_ui.request_context import asker_of, written_in
from bot.language import phrase
from bot.services.requests import Change, Task, Wishes, check_prompt, format_price
from bot.services.text import number_of
from cogs.edit.dialog import PROMPT, words_field
from cogs.imagine.retry import request_behind

if TYPE_CHECKING:
    import re

    from bot.discord_ui.request_context import Asker
    from bot.discord_ui.rows import More
    from bot.services.ledger import Order, Picture
    from bot.services.requests import ImageRequest

NEW = 0  # in a dialog's id, where the words are of no request so far


class EnhanceDialog(LastingDialog, template=r"enhance:(?P<id>[0-9]{1,20})(?::[0-9]+)?!{1,2}"):
    """Asks for the words that are written anew, beside the price of that."""

    def __init__(self, words: str, nano: int | None, custom_id: str) -> None:
        """Args: `words` stand there already; `nano` is what they cost at most, in nano-dollars."""
        super().__init__(phrase("Have your words written anew"), custom_id)
        price = (
            None if nano is None else phrase("At most {price} for the words; no picture yet", price=format_price(nano))
        )
        self.add_item(discord.ui.Label(text=phrase("Your words"), description=price, component=words_field(words)))


class Enhance(commands.Cog):
    """The command."""

    @app_commands.command(description="Have your prompt written anew, with more of the picture in it")
    @app_commands.describe(prompt="Your words; the price is shown before anything is asked")
    @app_commands.guild_only()
    async def enhance(self, interaction: Interaction, prompt: app_commands.Range[str, 1, LONGEST_INPUT]) -> None:
        """Show the price first."""
        await open_dialog(interaction, await read_words(interaction, prompt))


def offer_enhancing(more: More) -> None:
    """Offer the words of a result to be written anew."""

    async def act(interaction: Interaction, order: Order, _: Picture) -> None:
        await open_dialog(interaction, order.request.prompt.strip(), order)

    more.add(
        42,
        "enhance",
        phrase("Enhance the words"),
        "✨",
        act,
        whole=True,
        about=phrase("A dialog shows the price"),
        offered=lambda order: order.request.change.needs_words and bool(order.request.prompt.strip()),
    )


async def open_dialog(interaction: Interaction, words: str, order: Order | None = None) -> None:
    """Show what stands there and what it costs.

    Args:
        interaction: not answered yet.
        words: to be written anew.
        order: the request whose words they are, and whose options are kept; None for new ones.

    Raises:
        UserFacingError: it would be refused.
    """
    services = interaction.client.services
    asker, request = await _enhancing(interaction, words, order)
    await services.admission.check(
        request, asker.requester, references=len(request.references), joined_at=asker.joined_at
    )
    await services.studio.check(request, asker.requester)
    custom_id = f"enhance:{NEW if order is None else order.id}{opened_by(interaction)}"
    dialog = EnhanceDialog(words, services.drafting.again_price(request), custom_id)
    await ask_in(interaction, dialog)


async def take_enhancing(interaction: Interaction, match: re.Match[str]) -> None:
    """Have the dialog's words written anew."""
    number = number_of(match["id"])
    order = None if number == NEW else await request_behind(interaction, number)
    words = await read_words(interaction, written_in(interaction, PROMPT))
    asker, request = await _enhancing(interaction, words, order)
    await interaction.client.intake.take(interaction, request, private=True, asker=asker, offer=offer_of(interaction))


async def _enhancing(interaction: Interaction, words: str, order: Order | None) -> tuple[Asker, ImageRequest]:
    """Who asks, and the request: that for the picture, with what asks for words in its stead."""
    services = interaction.client.services
    check_prompt(words, Change.NEW)
    if order is None:
        asker = asker_of(interaction)
        is_private = await services.drafting.is_private(asker.requester)
        talk = services.conversations.wording(Task.ENHANCE, is_private=is_private)
        wishes = Wishes(prompt=words, count=1)
        return asker, replace(await services.drafting.draft(asker.requester, Change.NEW, wishes), talk=talk, notes=())
    talk = services.conversations.wording(Task.ENHANCE, is_private=order.destination.private)
    request = replace(order.request, prompt=words, count=1, talk=talk, notes=())
    return await asker_for(interaction, order), request
