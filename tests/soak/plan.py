"""What happens in a soak and when: drawn from its seed alone, so that the same seed plays the same again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

STORM = 0.6  # of the time, in which bots are killed and restarted; the rest is one long life
WARM = 0.7  # of the time, when the long life is weighed for the first time
END = 3.0  # seconds before the end in which nothing new is asked


class Kind(StrEnum):
    """What a step is."""

    ACT = "act"  # somebody does something
    IMAGES = "image API"  # gets a trouble
    DISCORD = "Discord"  # gets a trouble
    BOOKS = "books"  # are locked by another program
    KILL = "kill"
    STOP = "stop"  # by SIGTERM, which ends well unless patience is short
    WEIGH = "weigh"  # at rest: what the process holds


# Seconds between two of a kind, on average.
RATES = {Kind.ACT: 0.22, Kind.IMAGES: 2.0, Kind.DISCORD: 6.0, Kind.BOOKS: 45.0}
DEATHS = {Kind.KILL: 15.0, Kind.STOP: 25.0}


@dataclass(frozen=True, order=True)
class Step:
    """One thing that happens; whatever is left open in it is drawn from its own dice.

    Attributes:
        at: seconds from the beginning; while the bot is weighed, the clock stands.
        number: of the step.
    """

    at: float
    number: int
    kind: Kind
    seed: str

    @property
    def dice(self) -> Random:
        """The same for every call."""
        return Random(f"{self.seed} {self.number}")  # noqa: S311 - a test that can be repeated


def plan(seed: int, seconds: float) -> list[Step]:
    """All steps, in their order."""
    dice = Random(seed)  # noqa: S311 - the same
    storm = seconds * STORM
    times = [(at, kind) for kind, pause in RATES.items() for at in _times(dice, pause, seconds - END)]
    times += [(at, kind) for kind, pause in DEATHS.items() for at in _times(dice, pause, storm)]
    times += [(seconds * WARM, Kind.WEIGH), (seconds, Kind.WEIGH)]
    return [Step(at, number, kind, str(seed)) for number, (at, kind) in enumerate(sorted(times))]


def _times(dice: Random, pause: float, end: float) -> list[float]:
    """Moments without memory, so many seconds apart on average."""
    found, at = list[float](), dice.expovariate(1 / pause)
    while at < end:
        found.append(at)
        at += dice.expovariate(1 / pause)
    return found
