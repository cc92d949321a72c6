"""A session: what a bot asked for, and every event it was sent, so that it can resume after a cut."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.discord.world.intents import Intent

DISPATCH = 0
_KEPT_EVENTS = 2000  # more would have been missed in hours of silence


@dataclass(eq=False)
class Session:
    """One IDENTIFY and what followed.

    Attributes:
        intents: what was asked for.
        identify: the whole IDENTIFY payload.
        sequence: the number of the last event.
        send: writes a payload to the connection; None while there is none (events wait for the resume).
    """

    intents: Intent
    identify: Json
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    send: Callable[[Json], None] | None = None
    _events: deque[Json] = field(default_factory=lambda: deque[dict[str, object]](maxlen=_KEPT_EVENTS))

    def dispatch(self, name: str, data: Json) -> None:
        """Send an event, now or upon resuming."""
        self.sequence += 1
        event: Json = {"op": DISPATCH, "t": name, "s": self.sequence, "d": data}
        self._events.append(event)
        if self.send is not None:
            self.send(event)

    def missed_since(self, sequence: int) -> list[Json]:
        """The events after this number."""
        return [event for event in self._events if event["s"] > sequence]
