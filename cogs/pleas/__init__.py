"""*Ask for more* under a refusal, and what leads answer to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.pleas.asking import AskButton
from cogs.pleas.deciding import DeclineButton, GrantButton, OtherAmountButton
from cogs.pleas.dialog import answer_dialog
from cogs.pleas.telling import MemberVoice

if TYPE_CHECKING:
    from bot.errors import Shortfall
    from bot.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the buttons and their dialog, and let members be told what was decided."""
    desk = bot.services.pleas

    async def way_out(server_id: int, shortfall: Shortfall) -> AskButton | None:
        need = await desk.need_of(server_id, shortfall)
        return None if need is None else AskButton(need)

    bot.add_dynamic_items(AskButton, GrantButton, OtherAmountButton, DeclineButton)
    bot.add_listener(answer_dialog, "on_interaction")
    bot.buttons.set_refusal(way_out)
    bot.services.plea_telling.voice = MemberVoice(bot)
