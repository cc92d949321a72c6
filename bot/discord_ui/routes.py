"""What is done with dialogs that are sent, and with buttons that stand under no message of ours: by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord

if TYPE_CHECKING:
    import re
    from collections.abc import Awaitable, Callable, Mapping

    Act = Callable[[discord.Interaction[Any], re.Match[str]], Awaitable[None]]
    Deed = Callable[[discord.Interaction[Any]], Awaitable[None]]


class Routes:
    """Where interactions go whose `custom_id` says all that there is to know. One listener, however many there are.

    Args:
        once: does what an interaction is for, unless that was done; says why not if it fails.
    """

    def __init__(self, once: Callable[[discord.Interaction[Any], Deed], Awaitable[None]]) -> None:
        self._once = once
        self._routes: list[tuple[discord.InteractionType, re.Pattern[str], Act]] = []

    def add(
        self,
        template: re.Pattern[str],
        act: Act,
        kind: discord.InteractionType = discord.InteractionType.modal_submit,
    ) -> None:
        """Let `act` be called for dialogs that are sent, or another `kind`.

        It is given the interaction, not answered yet, and what the template found in its `custom_id`.
        """
        self._routes.append((kind, template, act))

    async def follow(self, interaction: discord.Interaction[Any]) -> None:
        """Do what an interaction is for, if it is for any of these."""
        found = self._found(interaction)
        if found is not None:
            act, match = found
            await self._once(interaction, lambda interaction: act(interaction, match))

    def _found(self, interaction: discord.Interaction[Any]) -> tuple[Act, re.Match[str]] | None:
        data = cast("Mapping[str, object]", interaction.data or {})
        custom_id = str(data.get("custom_id", ""))
        for kind, template, act in self._routes:
            if interaction.type is kind and (match := template.fullmatch(custom_id)) is not None:
                return act, match
        return None
