"""The dialog in which a lead writes how much to grant instead; it can be sent after any number of restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.discord_ui.buttons import LastingDialog
from bot.discord_ui.request_context import written_in
from bot.language import phrase
from bot.services.policy import Metric, amount_text
from bot.services.quotas import parse_more
from bot.services.text import number_of
from cogs.increases.leads import look, roles_now, show

if TYPE_CHECKING:
    import re

    from bot.discord_ui.interactions import Interaction
    from bot.services.quotas import IncreaseRequest

LONGEST_AMOUNT = 40  # characters
AMOUNT = "amount"  # the field's id


class AmountDialog(LastingDialog, template=r"plea-amount:(?P<id>[0-9]+)"):
    """How much to grant instead."""

    def __init__(self, increase: IncreaseRequest) -> None:
        super().__init__(phrase("Grant another amount"), f"plea-amount:{increase.id}")
        counts_pictures = increase.metric is Metric.IMAGES
        missing = amount_text(increase.metric, increase.needed)
        self.add_item(
            discord.ui.Label(
                text=phrase("How many pictures?") if counts_pictures else phrase("How many dollars?"),
                description=phrase("{amount} missing. Granted once, until the limit resets.", amount=missing),
                component=discord.ui.TextInput(
                    custom_id=AMOUNT, placeholder="4" if counts_pictures else "0.50", max_length=LONGEST_AMOUNT
                ),
            )
        )


async def grant_amount(interaction: Interaction, match: re.Match[str]) -> None:
    """Grant what a lead wrote."""
    verdict = await look(interaction, number_of(match["id"]))
    if verdict.is_open:
        amount = parse_more(verdict.increase.metric, written_in(interaction, AMOUNT))
        roles = await roles_now(interaction, verdict.increase)
        desk = interaction.client.services.increases
        verdict = await desk.grant(verdict.increase, interaction.user.id, amount, roles, at_least=False)
    await show(interaction, verdict)
