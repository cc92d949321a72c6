"""What is done with dialogs that are sent, and with buttons that stand under no message of ours: by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

import discord

from bot.discord_ui.interactions import answer_failure

if TYPE_CHECKING:
    import re
    from collections.abc import Awaitable, Callable, Mapping

    from bot.discord_ui.interactions import Interaction

    Act = Callable[[Interaction, re.Match[str]], Awaitable[None]]

P = ParamSpec("P")


class Routes:
    """Where interactions go whose `custom_id` says all that there is to know. One listener, however many there are."""

    def __init__(self) -> None:
        self._routes: list[tuple[discord.InteractionType, re.Pattern[str], Act]] = []

    def add(
        self,
        template: re.Pattern[str],
        act: Act,
        kind: discord.InteractionType = discord.InteractionType.modal_submit,
    ) -> None:
        """Let `act` be called for dialogs that are sent, or another `kind`, once each; it says why not if it fails.

        It is given the interaction, not answered yet, and what the template found in its `custom_id`.
        """
        self._routes.append((kind, template, act))

    async def follow(self, interaction: discord.Interaction[Any]) -> None:
        """Do what an interaction is for, if it is for any of these."""
        data = cast("Mapping[str, object]", interaction.data or {})
        custom_id = str(data.get("custom_id", ""))
        for kind, template, act in self._routes:
            if interaction.type is kind and (match := template.fullmatch(custom_id)) is not None:
                await once(interaction, act, match)
                return


async def once(
    interaction: discord.Interaction[Any],
    act: Callable[Concatenate[Interaction, P], Awaitable[None]],
    *about: P.args,
    **named: P.kwargs,
) -> None:
    """Do what an interaction is for, unless that was done; say so if it fails."""
    if not await interaction.client.desk.takes(interaction):
        return
    try:
        await act(interaction, *about, **named)
    except Exception as error:  # noqa: BLE001 - it is spoken and logged
        await answer_failure(interaction, error)
