"""How fast the provider is asked, and the pauses that it demands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiolimiter import AsyncLimiter

if TYPE_CHECKING:
    from bot.errors import ProviderBusyError

SECONDS_IN_MINUTE = 60
INPUTS = "input-images"  # names the limit that only requests with pictures meet
SHORTEST, LONGEST = 0.05, 60.0  # seconds to the next unit, where the provider says less or nothing


@dataclass
class Bucket:
    """What was learned of one rate limit: a bucket that holds some units, of which one comes back at a time.

    Attributes:
        interval: seconds in which one comes back.
        size: units that it holds; unknown is 1.
        full_at: when all would have come back, by the loop's clock.
        line: who waits first goes first.
    """

    interval: float
    size: float = 1.0
    full_at: float = 0.0
    line: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def opens_at(self) -> float:
        """When the next unit is there."""
        return self.full_at - (self.size - 1) * self.interval

    def take(self, now: float) -> None:
        """Use a unit."""
        self.full_at = max(self.full_at, now) + self.interval

    def learn(self, busy: ProviderBusyError, now: float, tries: int) -> float:
        """It was empty when a job was refused for the so manieth time: seconds until it is not.

        The provider's hint is the time until one unit is back, so that a unit takes no less; and no more than its
        limit says. A job whose hints were in vain waits twice as long each time.
        """
        hint = busy.retry_after or 0.0
        nominal = SECONDS_IN_MINUTE / busy.per_minute if busy.per_minute else LONGEST
        self.interval = max(self.interval, min(hint, nominal))
        self.size = busy.per_minute or max(1.0, SECONDS_IN_MINUTE / self.interval)
        wait = max(hint, min(SHORTEST * 2**tries, LONGEST))
        self.full_at = max(self.opens_at, now + wait) + (self.size - 1) * self.interval
        return self.opens_at - now


class Pace:
    """Lets paid calls leave no faster than the provider takes them, one after the other where it is at its limit.

    Args:
        images_per_minute: the provider's limit for this key, or None to rely on its own answers.
    """

    def __init__(self, images_per_minute: int | None) -> None:
        self._limiter = None if images_per_minute is None else AsyncLimiter(images_per_minute, SECONDS_IN_MINUTE)
        self._held_until = 0.0
        self._buckets: dict[tuple[str, bool], Bucket] = {}

    def hold(self, seconds: float) -> None:
        """The provider asked everybody to wait: no call leaves for so many seconds."""
        self._held_until = max(self._held_until, _now() + seconds)

    @property
    def held_for(self) -> float:
        """Seconds for which calls are held back; 0 when they are not."""
        return max(0.0, self._held_until - _now())

    def refused(self, busy: ProviderBusyError, model: str, *, edits: bool, tries: int = 1) -> float:
        """A call met a rate limit of its model: its kind of calls now leaves one by one. Seconds until the next may.

        Args:
            busy: the refusal.
            model: of the call.
            edits: whether it brought pictures.
            tries: how often this job was refused so.
        """
        key = (model, edits and busy.limit == INPUTS)
        bucket = self._buckets.setdefault(key, Bucket(SHORTEST))
        return bucket.learn(busy, _now(), tries)

    def wait(self, model: str, *, edits: bool) -> float:
        """Seconds until a call that comes now may leave, for all that is known."""
        return max([self.held_for, *(bucket.opens_at - _now() for bucket in self._met(model, edits=edits))])

    async def turn(self, model: str = "", *, edits: bool = False) -> None:
        """Return when one more picture of this model may be asked for, from words or (`edits`) from pictures."""
        if self._limiter is not None:
            await self._limiter.acquire()
        for bucket in self._met(model, edits=edits):
            async with bucket.line:
                await self._until(bucket)
                bucket.take(_now())
        # Last: a pause may be demanded while we wait for our minute.
        while (seconds := self.held_for) > 0:  # noqa: ASYNC110 - a later answer may prolong it
            await asyncio.sleep(seconds)

    async def _until(self, bucket: Bucket) -> None:
        while (seconds := bucket.opens_at - _now()) > 0:  # noqa: ASYNC110 - a later refusal may prolong it
            await asyncio.sleep(seconds)

    def _met(self, model: str, *, edits: bool) -> list[Bucket]:
        """The limits that such a call meets, the one that only edits meet first."""
        keys = [(model, True), (model, False)] if edits else [(model, False)]
        return [self._buckets[key] for key in keys if key in self._buckets]


def _now() -> float:
    return asyncio.get_running_loop().time()
