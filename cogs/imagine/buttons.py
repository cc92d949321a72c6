"""🎲 Again: the same request once more, for whoever presses it, at their expense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.discord_ui.buttons import AtelierButton, asker_for, is_private, with_price
from bot.discord_ui.interactions import Interaction, order_behind

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.admission import Drafting
    from bot.services.jobs import Result


class AgainButton(AtelierButton, action="again"):
    """Makes a new result from the request behind a picture: all of its pictures, from the same beginnings."""

    label = "Again"
    emoji = "🎲"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Ask the studio for the same once more."""
        order = await order_behind(interaction, self.subject)
        asker = await asker_for(interaction, order)
        await interaction.client.intake.take(interaction, order.request, private=is_private(interaction), asker=asker)

    @classmethod
    def priced(cls, drafting: Drafting) -> Callable[[Result], AgainButton]:
        """What makes the button of a result, with the price of all of its pictures."""

        def make(result: Result) -> AgainButton:
            nano = drafting.again_price(result.request.request)
            return cls(result.files[0][0].number, with_price(cls.label, nano))

        return make
