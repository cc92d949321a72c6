"""An event on its way to the sessions that asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.discord.world.intents import Intent


@dataclass(frozen=True)
class Event:
    """A dispatch.

    Attributes:
        name: such as ``MESSAGE_CREATE``.
        payload: the data as a session with these intents sees it.
        needs: the intent without which it is not sent; None sends it to everyone.
    """

    name: str
    payload: Callable[[Intent], Json]
    needs: Intent | None = None
