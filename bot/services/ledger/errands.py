"""What people want of us, from the moment it arrives until it is answered: known once, and not forgotten in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger.ledger import Destination, Requester


@dataclass(frozen=True, slots=True)
class Errand:
    """A command, a button, a dialog, or a member's reply.

    Attributes:
        id: of the interaction or the message, as text.
        at: when it arrived, in seconds since 1970 (UTC).
        words: what was asked for, so that it can be said back; empty where nothing was written.
    """

    id: str
    requester: Requester
    destination: Destination
    at: int
    words: str = ""


class Errands(Protocol):
    """Keeps errands."""

    async def begin(self, errand: Errand) -> bool:
        """Write it down; False, and nothing is written, if it was before."""
        ...

    async def answered(self, errand_id: str, at: int) -> None:
        """Somebody was told, or a request is kept that sees to it: its words and its token are forgotten."""
        ...

    async def unanswered(self) -> Sequence[Errand]:
        """Those that nobody was told of and of which no request is kept, oldest first."""
        ...

    async def forget(self, before: int) -> None:
        """Forget what arrived before: Discord does not repeat it any more."""
        ...
