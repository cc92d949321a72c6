"""Rate limits: buckets with a number of uses per window, and the headers that tell of them.

Discord publishes no numbers; these are what third parties observed (per interaction token, per channel).
Headers: https://discord.com/developers/docs/topics/rate-limits
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.discord.wire.clock import Clock
    from bot.sandbox.discord.wire.json_values import Json

OLD_EDITS_CODE = 30046  # "Maximum number of edits to messages older than 1 hour reached"
OLD_AFTER_SECONDS = 3600.0


@dataclass(frozen=True)
class Limit:
    """So many uses in so many seconds."""

    uses: int
    seconds: float


@dataclass(frozen=True)
class RateLimits:
    """The buckets; None switches one off.

    Attributes:
        per_token: follow-ups and edits on one interaction token.
        channel_sends: messages posted with the bot token, per channel.
        channel_edits: edits with the bot token, per channel, all messages together.
        old_edits: edits of messages older than an hour, per channel (429 with code 30046).
    """

    per_token: Limit | None = Limit(5, 5.0)
    channel_sends: Limit | None = Limit(5, 5.0)
    channel_edits: Limit | None = Limit(5, 5.0)
    old_edits: Limit | None = None

    @classmethod
    def off(cls) -> Self:
        """No limits at all."""
        return cls(per_token=None, channel_sends=None, channel_edits=None)


@dataclass(frozen=True)
class Turn:
    """What a request learned about its bucket.

    Attributes:
        allowed: False means 429.
        retry_after: seconds until the window ends.
    """

    allowed: bool
    name: str
    limit: Limit
    remaining: int
    retry_after: float
    resets_at: float
    code: int = 0

    def headers(self) -> Mapping[str, str]:
        """The headers for the answer."""
        told = {
            "X-RateLimit-Limit": str(self.limit.uses),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{self.resets_at:.3f}",
            "X-RateLimit-Reset-After": f"{self.retry_after:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(self.name.encode()).hexdigest()[:32],
        }
        return told if self.allowed else told | slow_down_headers(self.retry_after)

    def body(self) -> Json:
        """The body of a 429."""
        return slow_down_body(self.retry_after, code=self.code)


@dataclass
class _Window:
    ends_at: float
    used: int = 0


class Buckets:
    """Counts the uses of every bucket in fixed windows that begin with the first use."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, str], _Window] = {}

    def take(self, name: str, owner: str, limit: Limit | None, code: int = 0) -> Turn | None:
        """Use a bucket once; None when it is switched off.

        Args:
            name: the kind of bucket, which all owners share (the header's hash is made of it).
            owner: the channel or token that it counts for.
            limit: uses and seconds.
            code: Discord's code in the body of a refusal.
        """
        if limit is None:
            return None
        now = self._clock.now()
        window = self._windows.get((name, owner))
        if window is None or window.ends_at <= now:
            window = self._windows[name, owner] = _Window(now + limit.seconds)
        allowed = window.used < limit.uses
        window.used += allowed
        turn = Turn(allowed, name, limit, limit.uses - window.used, window.ends_at - now, window.ends_at)
        return turn if allowed else replace(turn, code=code)


def slow_down_headers(retry_after: float) -> dict[str, str]:
    """The headers of a 429. Without `Via`, discord.py takes it for a ban and gives up."""
    return {"Retry-After": str(math.ceil(retry_after)), "Via": "1.1 sandbox", "X-RateLimit-Scope": "user"}


def slow_down_body(retry_after: float, *, code: int = 0) -> Json:
    """The body of a 429; `retry_after` in seconds."""
    return {
        "message": "You are being rate limited.",
        "retry_after": round(retry_after, 3),
        "global": False,
        "code": code,
    }
