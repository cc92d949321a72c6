"""The provider's images-per-minute limit: a sliding window of pictures."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from bot.sandbox.images.refusals import too_many

if TYPE_CHECKING:
    from collections.abc import Callable

UNLIMITED = 250  # what the headers say then: the highest published tier


class RateLimit:
    """Counts the pictures asked for within the last window; refused calls do not count."""

    def __init__(self, limit: int | None, window: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._window = window
        self._clock = clock
        self._taken: deque[float] = deque()

    def admit(self, model: str, pictures: int) -> None:
        """Count these pictures.

        Raises:
            Refusal: 429, when they do not fit into the window.
        """
        now = self._forget()
        if self._limit is not None and len(self._taken) + pictures > self._limit:
            oldest = self._taken[0] if self._taken else now
            raise too_many(model, self._limit, oldest + self._window - now)
        self._taken.extend([now] * pictures)

    def headers(self) -> dict[str, str]:
        """The ``x-ratelimit-`` headers as they stand now."""
        now = self._forget()
        limit = self._limit or UNLIMITED
        reset = self._taken[0] + self._window - now if self._taken else 0.0
        return {
            "x-ratelimit-limit-requests": str(limit),
            "x-ratelimit-remaining-requests": str(max(0, limit - len(self._taken))),
            "x-ratelimit-reset-requests": f"{reset:.3g}s",
            "x-ratelimit-limit-tokens": "8000000",
            "x-ratelimit-remaining-tokens": "7999000",
            "x-ratelimit-reset-tokens": "7ms",
        }

    def _forget(self) -> float:
        now = self._clock()
        while self._taken and self._taken[0] <= now - self._window:
            self._taken.popleft()
        return now
