"""The provider's limits per minute and model: a bucket of units for pictures made, and one for pictures sent.

A unit comes back every 60 seconds ÷ limit, and the words say so ("Please try again in 12s", "240ms").
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.images.refusals import too_many

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

IMAGES, INPUTS = "images", "input-images"
UNLIMITED = 250  # what the headers say then: the highest published tier


@dataclass
class _Bucket:
    units: float
    at: float


@dataclass
class RateLimit:
    """Counts what was asked for. Refused calls do not count.

    Attributes:
        limits: units per `window` and model by kind, `IMAGES` and `INPUTS`; None is no limit.
        window: seconds in which as many units come back as the limit says; the words call it a minute.
    """

    limits: Mapping[str, int | None]
    window: float
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict[tuple[str, str], _Bucket])

    def admit(self, model: str, pictures: int, inputs: int = 0) -> None:
        """Count these pictures, or an edit, which takes one unit more of its own kind.

        Raises:
            Refusal: 429, when one of the buckets does not hold so many.
        """
        asked = {IMAGES: pictures, INPUTS: min(inputs, 1)}
        for kind, units in asked.items():
            limit, bucket = self.limits.get(kind), self._bucket(model, kind)
            if limit is not None and units and bucket.units < units:
                seconds = (units - bucket.units) * self.window / limit
                used = limit - math.floor(bucket.units)
                raise too_many(model, kind, limit, used, units, seconds, self.headers(model))
        for kind, units in asked.items():
            self._bucket(model, kind).units -= units

    def headers(self, model: str) -> dict[str, str]:
        """The ``x-ratelimit-`` headers as they stand now."""
        headers = {
            "x-ratelimit-limit-requests": str(UNLIMITED),
            "x-ratelimit-remaining-requests": str(UNLIMITED - 1),
            "x-ratelimit-reset-requests": "240ms",
            "x-ratelimit-limit-tokens": "8000000",
            "x-ratelimit-remaining-tokens": "7999000",
            "x-ratelimit-reset-tokens": "7ms",
        }
        for kind in (IMAGES, INPUTS):
            limit = self.limits.get(kind)
            left = UNLIMITED if limit is None else self._bucket(model, kind).units
            missing = 0.0 if limit is None else (limit - left) * self.window / limit
            headers[f"x-ratelimit-limit-{kind}"] = str(limit or UNLIMITED)
            headers[f"x-ratelimit-remaining-{kind}"] = str(max(0, math.floor(left)))
            headers[f"x-ratelimit-reset-{kind}"] = f"{missing:.3f}s"
        return headers

    def _bucket(self, model: str, kind: str) -> _Bucket:
        now, limit = self.clock(), self.limits.get(kind) or math.inf
        bucket = self._buckets.setdefault((model, kind), _Bucket(limit, now))
        if math.isfinite(limit):
            bucket.units = min(limit, bucket.units + (now - bucket.at) * limit / self.window)
        bucket.at = now
        return bucket
