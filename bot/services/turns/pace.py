"""How fast the provider is asked."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.errors import ProviderBusyError

SECONDS_IN_MINUTE = 60
IMAGES, INPUTS = "images", "input-images"  # name the limit of pictures made, and the one that only edits meet
RATE_LIMITS = (IMAGES, INPUTS)
SHORTEST, LONGEST = 0.05, 60.0  # seconds to the next unit, where the provider says less or nothing


class Standing(NamedTuple):
    """How a rate limit of the provider stands, as an answer of its tells.

    Attributes:
        limit: what is limited: `IMAGES` or `INPUTS`.
        per_minute: units that come back in a minute, and that the bucket holds; at least 1.
        remaining: units that are there.
        reset: seconds until all are.
    """

    limit: str
    per_minute: int
    remaining: int
    reset: float


@dataclass
class Bucket:
    """One rate limit: a bucket that holds some units, of which one comes back at a time. Times are the pace's clock's.

    Attributes:
        interval: seconds in which one comes back.
        size: units that it holds; unknown is 1.
        full_at: when all would have come back.
        is_measured: whether the interval was seen, or follows from the limit.
        waiting: calls that were refused and wait for one, before any other.
        line: who of those waits first goes first.
    """

    interval: float
    size: float = 1.0
    full_at: float = 0.0
    is_measured: bool = False
    waiting: int = 0
    line: asyncio.Lock = field(default_factory=asyncio.Lock)

    def opens_at(self, ahead: int = 0) -> float:
        """When a unit is there once so many others have gone to those ahead."""
        return self.full_at - (self.size - 1 - ahead) * self.interval

    def take(self, now: float) -> None:
        """Use a unit."""
        self.full_at = max(self.full_at, now) + self.interval

    def give_back(self) -> None:
        """A unit was not used after all."""
        self.full_at -= self.interval

    def refused(self, busy: ProviderBusyError, now: float, tries: int) -> float:
        """It was empty when a job was refused for the so manieth time: seconds until it is not.

        The provider's hint is the time until one unit is back, so that a unit takes no less; and no more than its
        limit says. A job whose hints were in vain waits twice as long each time.
        """
        hint = busy.retry_after or 0.0
        nominal = SECONDS_IN_MINUTE / busy.per_minute if busy.per_minute else LONGEST
        self.interval, self.is_measured = max(self.interval, min(hint, nominal)), True
        self.size = busy.per_minute or max(1.0, SECONDS_IN_MINUTE / self.interval)
        wait = max(hint, min(SHORTEST * 2**tries, LONGEST))
        self.full_at = max(self.opens_at(), now + wait) + (self.size - 1) * self.interval
        return self.opens_at() - now

    def told(self, standing: Standing, now: float) -> None:
        """An answer says how it stands. Others may use the same key: it is never fuller than the provider says."""
        used = max(0.0, self.full_at - now) / self.interval  # what was sent since may not be counted there yet
        missing = standing.per_minute - standing.remaining  # parts of a unit count as missing
        self.size = float(standing.per_minute)
        nominal = SECONDS_IN_MINUTE / standing.per_minute
        if missing > 0 and standing.reset > 0:
            seen = standing.reset / missing
            self.interval = min(nominal, max(self.interval, seen) if self.is_measured else seen)
            self.is_measured = True
        elif not self.is_measured:
            self.interval = nominal
        self.full_at = now + max(used * self.interval, standing.reset)


class Pace:
    """Lets paid calls leave no faster than the provider takes them, one after the other where it is at its limit.

    Args:
        images_per_minute: the provider's limit for this key, or None to rely on its own answers.
        clock: seconds, as of `time.monotonic`.
    """

    def __init__(self, images_per_minute: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, bool], Bucket] = {}
        self._configured: list[Bucket] = []
        if images_per_minute is not None:
            self._configured.append(Bucket(SECONDS_IN_MINUTE / images_per_minute, images_per_minute))

    def refused(self, busy: ProviderBusyError, model: str, *, edits: bool, tries: int = 1) -> float:
        """A call met a rate limit of its model: its kind of calls now leaves one by one. Seconds until the next may.

        Args:
            busy: the refusal.
            model: of the call.
            edits: whether it brought pictures.
            tries: how often this job was refused so.
        """
        return self._bucket(model, edits=edits and busy.limit == INPUTS).refused(busy, self._clock(), tries)

    def told(self, model: str, standings: list[Standing]) -> None:
        """An answer of the provider says how the limits of its model stand."""
        for standing in standings:
            self._bucket(model, edits=standing.limit == INPUTS).told(standing, self._clock())

    def wait(self, model: str, *, edits: bool) -> float:
        """Seconds until a call that comes now may leave, for all that is known."""
        return max(0.0, self.opens_at(model, edits=edits) - self._clock())

    def opens_at(self, model: str, *, edits: bool) -> float:
        """When its buckets have a unit for a call that has not been asked yet: after all that wait here for theirs."""
        return max((bucket.opens_at(bucket.waiting) for bucket in self._met(model, edits=edits)), default=0.0)

    def take(self, model: str, at: float, *, edits: bool) -> None:
        """Such a call leaves now, or at a foretold time: it uses a unit of each of its buckets."""
        for bucket in self._met(model, edits=edits):
            bucket.take(at)

    def give_back(self, model: str, *, edits: bool) -> None:
        """A call did not leave after all."""
        for bucket in self._met(model, edits=edits):
            bucket.give_back()

    def twin(self) -> Pace:
        """The same, to foretell with."""
        twin = Pace(clock=self._clock)
        twin._buckets = {key: replace(bucket) for key, bucket in self._buckets.items()}
        twin._configured = [replace(bucket) for bucket in self._configured]
        return twin

    async def turn(self, model: str = "", *, edits: bool = False) -> None:
        """Return when a call that was refused may be asked for once more: before any that has not been asked yet."""
        for bucket in self._met(model, edits=edits):
            bucket.waiting += 1
            try:
                async with bucket.line:
                    await self._until(bucket)
                    bucket.take(self._clock())
            finally:
                bucket.waiting -= 1

    async def _until(self, bucket: Bucket) -> None:
        while (seconds := bucket.opens_at() - self._clock()) > 0:  # noqa: ASYNC110 - a later refusal may prolong it
            await asyncio.sleep(seconds)

    def _bucket(self, model: str, *, edits: bool) -> Bucket:
        return self._buckets.setdefault((model, edits), Bucket(SHORTEST))

    def _met(self, model: str, *, edits: bool) -> list[Bucket]:
        """The limits that such a call meets, the one that only edits meet first."""
        keys = [(model, True), (model, False)] if edits else [(model, False)]
        return [*(self._buckets[key] for key in keys if key in self._buckets), *self._configured]
