"""How the sandbox's conversations are set up: one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class ConversationOptions:
    """What the sandbox's conversations do differently from their defaults.

    Attributes:
        offered: whether the endpoint has responses at all; gateways often have none.
        declined_words: words (lower case) to which the main model says in words why it makes no picture.
        endless_words: words to which it writes for as long as it may, where it is to write and not to draw.
        unclear_words: words (lower case) to which it asks back, and makes no picture.
        kept_days: days for which a stored response can be gone on from; by the sandbox's clock.
        cached_seconds: for which the cache remembers what a conversation began with; the same.
        zero_retention: the organization keeps nothing: whatever asks for it, no response is stored.
    """

    offered: bool = True
    declined_words: frozenset[str] = frozenset({"unkind"})
    endless_words: frozenset[str] = frozenset({"endless"})
    unclear_words: frozenset[str] = frozenset({"something"})
    kept_days: float = 30.0
    cached_seconds: float = 30 * 60.0
    zero_retention: bool = False
