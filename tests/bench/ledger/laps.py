"""What was measured of cycles: how many there were, and how long every step of theirs took."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

RESERVE, DISPATCH, SETTLE, CYCLE = "reserve", "dispatch", "settle", "cycle"
STEPS = (RESERVE, DISPATCH, SETTLE)


@dataclass
class Laps:
    """The clock of one run, which counts what ends inside its time.

    Attributes:
        begin: when it starts to count, in seconds of `time.monotonic`; what was before warmed up.
        end: when nothing new is begun.
    """

    begin: float
    end: float
    took: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in (*STEPS, CYCLE)})
    _computed: list[float] = field(default_factory=list[float])  # processor time of the process, at every step's end

    @classmethod
    def starting(cls, seconds: float) -> Laps:
        """From after a warm-up of a quarter of that time."""
        begin = time.monotonic() + seconds / 4
        return cls(begin, begin + seconds)

    def note(self, step: str, asked: float) -> float:
        """A step is done that was asked for at this time; the time now."""
        done = time.monotonic()
        if self.begin <= done < self.end:
            self.took[step].append(done - asked)
            if step != CYCLE:
                self._computed.append(time.process_time())
        return done

    @property
    def rate(self) -> float:
        """Cycles a second, by their steps: many tasks come in waves, and few of their cycles may end in this time.

        Not a number where no step did.
        """
        return sum(len(self.took[step]) for step in STEPS) / len(STEPS) / (self.end - self.begin) or math.nan

    @property
    def computing(self) -> float:
        """Seconds of processor time for one cycle, of all threads: what waiting for the disk or others is not in."""
        steps = len(self._computed) - 1
        return len(STEPS) * (self._computed[-1] - self._computed[0]) / steps if steps > 0 else math.nan


def quantile(values: list[float], part: float) -> float:
    """The smallest value that at least this part of them does not pass; not a number without any."""
    return sorted(values)[math.ceil(part * len(values)) - 1] if values else math.nan
