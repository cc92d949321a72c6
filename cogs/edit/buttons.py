"""✏️ Edit, 🔀 Vary and ⬆️ Finish under a result, for whoever presses them, at their expense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.buttons import PictureButton
from bot.services.changes import Change
from bot.services.pricing import format_usd
from cogs.edit.changing import change_ours
from cogs.edit.dialog import open_for_picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.interactions import Interaction
    from bot.services.delivery import Result
    from bot.services.drafting import Drafting
    from bot.services.ledger import OpenRequest, Picture


class EditButton(PictureButton, action="edit"):
    """Asks in a dialog how to change a picture."""

    label = "Edit"
    emoji = "✏️"

    @override
    async def act(self, interaction: Interaction, order: OpenRequest, picture: Picture) -> None:
        """Open the dialog."""
        await open_for_picture(interaction, order, picture)

    @classmethod
    def of(cls, result: Result) -> EditButton:
        """The button of a result."""
        return cls(result.files[0][0].number)


class VaryButton(PictureButton, action="vary"):
    """Makes the same picture otherwise."""

    label = "Vary"
    emoji = "🔀"

    @override
    async def act(self, interaction: Interaction, order: OpenRequest, picture: Picture) -> None:
        """Ask the studio for a variation."""
        await change_ours(interaction, Change.VARY, order, picture)

    @classmethod
    def of(cls, result: Result) -> VaryButton:
        """The button of a result."""
        return cls(result.files[0][0].number)


class FinishButton(PictureButton, action="finish"):
    """Makes the same picture in a higher quality; the price stands on the button."""

    label = "Finish"
    emoji = "⬆️"

    @override
    async def act(self, interaction: Interaction, order: OpenRequest, picture: Picture) -> None:
        """Ask the studio for the same in the next quality."""
        await change_ours(interaction, Change.FINISH, order, picture)

    @classmethod
    def priced(cls, drafting: Drafting) -> Callable[[Result], FinishButton | None]:
        """What makes the button of a result; None where there is no higher quality."""

        def make(result: Result) -> FinishButton | None:
            picture, _ = result.files[0]
            nano = drafting.finish_price(result.request, picture)
            return None if nano is None else cls(picture.number, f"{cls.label} · {format_usd(nano)}")

        return make
