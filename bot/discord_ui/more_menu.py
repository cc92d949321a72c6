"""⋯ under a result: a select of what else can be done, and which picture is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import discord
from typing_extensions import override

from bot.discord_ui.buttons import ALONE, LastingButton, LastingSelect, ask_which, ending_of, picture_of
from bot.discord_ui.interactions import AtelierClient, Interaction, order_behind
from bot.errors import UserFacingError
from bot.language import phrase
from bot.services.text import number_of

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from bot.discord_ui.rows import Choice, More
    from bot.services.jobs import Result

OFFERED_NO_MORE = phrase("I do not offer this any more. Under a newer picture you see what I can do.")


class MoreSelect(LastingSelect, template=rf"more:(?P<id>[0-9]+)(?P<ending>{ALONE}?)"):
    """⋯: what else can be done with a result."""

    def __init__(self, subject: int, options: list[discord.SelectOption], ending: str = "") -> None:
        """Args: `subject` is the number of the result's first picture; `ending` as of `ending_of`."""
        super().__init__(f"more:{subject}{ending}", phrase("⋯ More"), options)
        self.subject = subject
        self._ending = ending

    @classmethod
    def of(cls, more: More) -> Callable[[Result], MoreSelect | None]:
        """What makes the select of a result; None while there is nothing more."""

        def make(result: Result) -> MoreSelect | None:
            first = result.files[0][0]
            options = [
                discord.SelectOption(
                    label=choice.label,
                    value=choice.value,
                    emoji=choice.emoji,
                    description=choice.described(result.request, first),
                )
                for choice in more.choices
                if choice.offered is None or choice.offered(result.request)
            ]
            return cls(first.number, options, ending_of(result)) if options else None

        return make

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        # the options stand in the message, and what was chosen of them in the interaction
        return cls(number_of(match["id"]), [], match["ending"])

    @override
    async def chosen(self, interaction: Interaction, value: str) -> None:
        """Do it, or ask to which picture."""
        choice = _offered(interaction.client, value)
        order = await order_behind(interaction, self.subject)
        if self._ending and not choice.whole:
            await choice.act(interaction, order, picture_of(order, self.subject))
        elif choice.whole or len(order.pictures) == 1:
            await choice.act(interaction, order, order.pictures[0])
        else:
            title, makes = choice.label, choice.makes
            await ask_which(
                interaction,
                order,
                lambda number, label, ending: MoreButton(choice.value, number, ending, label),
                title,
                makes=makes,
                price=choice.price,
            )


class MoreButton(LastingButton, template=r"more:(?P<value>[a-z0-9.-]{1,40}):(?P<id>[0-9]+)(?P<chosen>!{1,2})"):
    """Means one picture of a result, for what was chosen behind ⋯."""

    def __init__(self, value: str, number: int, ending: str, label: str | None = None) -> None:
        super().__init__(discord.ui.Button(label=label or f"#{number}", custom_id=f"more:{value}:{number}{ending}"))
        self._value = value
        self._number = number

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(match["value"], number_of(match["id"]), match["chosen"])

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Do it."""
        choice = _offered(interaction.client, self._value)
        order = await order_behind(interaction, self._number)
        picture = picture_of(order, self._number)
        await choice.act(interaction, order, picture)
        if choice.makes:
            chosen = phrase("You chose {number}.", number=f"#{self._number}")
            await interaction.client.questions.close(interaction, chosen)


def _offered(client: AtelierClient, value: str) -> Choice:
    choice = client.more.find(value)
    if choice is None:
        raise UserFacingError(OFFERED_NO_MORE)
    return choice
