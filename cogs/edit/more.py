"""Behind ⋯: zoom out, pan, other shapes, no background, as reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.requests import TITLES, Change
from cogs.edit.dialog import open_for_reference
from cogs.edit.edits import change_ours

if TYPE_CHECKING:
    from bot.discord_ui.interactions import Interaction
    from bot.discord_ui.rows import Act, More, Price
    from bot.services.admission import Drafting
    from bot.services.ledger import Order, Picture

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


def offer_changes(more: More, drafting: Drafting) -> None:
    """Put the changes that need no words behind ⋯, and the use as reference."""
    for place, (change, emoji) in enumerate(EMOJI.items(), start=10):
        more.add(
            place, change.value, TITLES[change], emoji, _maker(change), makes=True, price=_pricer(drafting, change)
        )
    more.add(30, REFERENCE, "Use as reference", "🖼️", open_for_reference, about="A dialog shows the prices")


def _pricer(drafting: Drafting, change: Change) -> Price:
    def price(order: Order, picture: Picture) -> int | None:
        return drafting.price_of(order, picture, change)

    return price


def _maker(change: Change) -> Act:
    async def act(interaction: Interaction, order: Order, picture: Picture) -> None:
        await change_ours(interaction, change, order, picture)

    return act
