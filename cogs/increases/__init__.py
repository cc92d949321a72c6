"""*Ask for more* under a refusal, and what leads answer to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.increases.asking import AskButton
from cogs.increases.deciding import DeclineButton, GrantButton, OtherAmountButton
from cogs.increases.dialog import AmountDialog, grant_amount
from cogs.increases.notifier import MemberNotifier

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient
    from bot.errors import Shortfall


async def setup(bot: AtelierClient) -> None:
    """Add the buttons and their dialog, and let members be told what was decided."""
    desk = bot.services.increases

    async def way_out(server_id: int, shortfall: Shortfall) -> AskButton | None:
        need = await desk.need_of(server_id, shortfall)
        return None if need is None else AskButton(need)

    bot.add_dynamic_items(AskButton, GrantButton, OtherAmountButton, DeclineButton)
    bot.routes.add(AmountDialog.template, grant_amount)
    bot.buttons.set_refusal(way_out)
    bot.services.increase_notices.notifier = MemberNotifier(bot)
