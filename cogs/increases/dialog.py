"""The dialog in which a lead writes how much to grant instead; it can be sent after any number of restarts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import discord

from bot.discord_ui.interactions import Interaction, answer_failure
from bot.services.policy import Metric, amount_text
from bot.services.quotas import parse_more
from bot.services.text import number_of
from cogs.increases.leads import look, roles_now, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.services.quotas import IncreaseRequest

LONGEST_AMOUNT = 40  # characters
AMOUNT = "amount"  # the field's id
DIALOG = re.compile(r"plea-amount:(?P<id>[0-9]+)")


class AmountDialog(discord.ui.Modal):
    """How much to grant instead."""

    def __init__(self, increase: IncreaseRequest) -> None:
        super().__init__(title="Grant another amount", timeout=None, custom_id=f"plea-amount:{increase.id}")
        counts_pictures = increase.metric is Metric.IMAGES
        missing = amount_text(increase.metric, increase.needed)
        self.add_item(
            discord.ui.Label(
                text="How many pictures?" if counts_pictures else "How many dollars?",
                description=f"{missing} missing. Granted once, until the limit resets.",
                component=discord.ui.TextInput(
                    custom_id=AMOUNT, placeholder="4" if counts_pictures else "0.50", max_length=LONGEST_AMOUNT
                ),
            )
        )
        self.stop()  # discord.py would wait for it in this process only, and for one lead: see `answer_dialog`


async def answer_dialog(interaction: discord.Interaction[Any]) -> None:
    """Grant what a lead wrote, if this interaction is such a dialog."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    match = DIALOG.fullmatch(str(data.get("custom_id", "")))
    if match is None or interaction.type is not discord.InteractionType.modal_submit:
        return
    if not await interaction.client.desk.takes(interaction):
        return
    try:
        await _grant(cast("Interaction", interaction), number_of(match["id"]), _written(data))
    except Exception as error:  # noqa: BLE001 - it is spoken and logged
        await answer_failure(interaction, error)


async def _grant(interaction: Interaction, increase_id: int, written: str) -> None:
    verdict = await look(interaction, increase_id)
    if verdict.is_open:
        amount = parse_more(verdict.increase.metric, written)
        roles = await roles_now(interaction, verdict.increase)
        desk = interaction.client.services.increases
        verdict = await desk.grant(verdict.increase, interaction.user.id, amount, roles, at_least=False)
    await show(interaction, verdict)


def _written(data: Mapping[str, Any]) -> str:
    """What stands in the field; nothing if Discord sends another shape than it does today."""
    fields = [row.get("component", {}) for row in data.get("components", ())]
    return next((str(field.get("value", "")) for field in fields if field.get("custom_id") == AMOUNT), "")
