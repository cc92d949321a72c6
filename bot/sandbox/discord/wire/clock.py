"""Time and ids. Ids carry the real time; ages are measured on a clock that tests may put forward.

Clients compute expiry and cool-downs from ids, so ids must be real. Whoever wants to see a token die after 15 minutes
calls `Clock.advance(900)`: everything that exists becomes 900 seconds older for the *server's* decisions (first answer
within 3 s, tokens, signed links, rate limit windows), while new ids still carry the real time. A client that asks its
own clock therefore believes the token alive and learns otherwise from the server's answer: the case worth testing.

`Clock.travel(seconds)` takes everybody along: new ids and the `Date` of answers are later too, so that a client which
goes by Discord's time lives in the next day, or month.
"""

from __future__ import annotations

import time

DISCORD_EPOCH = 1_420_070_400_000  # milliseconds; https://discord.com/developers/docs/reference#snowflakes
_TIME_SHIFT = 22
WAIT = 300.0  # seconds after which nobody waits for a change any more, however slow the machine is


class Clock:
    """The server's clock, in seconds.

    Attributes:
        travelled: by how much the time was put forward for everybody.
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        self.travelled = 0.0

    def now(self) -> float:
        """Seconds since 1970, with everything that was advanced."""
        return time.time() + self._ahead

    def told(self) -> float:
        """Seconds since 1970 as everybody is told them."""
        return time.time() + self.travelled

    def travel(self, seconds: float) -> None:
        """Put the time forward for everybody."""
        self.travelled += seconds
        self._ahead += seconds

    @property
    def advanced(self) -> float:
        """By how much what exists was made older, travelling counted too."""
        return self._ahead

    def set(self, advanced: float, travelled: float) -> None:
        """Go on from where a clock stood."""
        self._ahead, self.travelled = advanced, travelled

    def advance(self, seconds: float) -> None:
        """Make everything that exists older by so many seconds."""
        self._ahead += seconds


class Snowflakes:
    """Unique, rising ids that carry the time that everybody is told."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._last = 0

    @property
    def last(self) -> int:
        """The latest id that was given."""
        return self._last

    def go_on_after(self, last: int) -> None:
        """Give no id that is not above this one, whatever the clock says."""
        self._last = max(self._last, last)

    def next(self) -> int:
        """A new id."""
        fresh = (int(self._clock.told() * 1000) - DISCORD_EPOCH) << _TIME_SHIFT
        self._last = max(fresh, self._last + 1)
        return self._last
