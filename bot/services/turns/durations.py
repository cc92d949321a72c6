"""How long pictures take: as the latest of their kind did or, until some of it were seen, as those most like them."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

from bot.services.requests import UNSTREAMED_FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.requests import ImageRequest

WINDOW = 20  # of the latest pictures: what the provider did last month tells nothing of today
ENOUGH = 3  # pictures from which it is said what is usual
MOST_KINDS = 500  # that are remembered
MOST_PAST = 200  # pictures that are looked up at the start
SHORTEST = 0.1  # seconds; what took no time tells nothing of its kind

# Seconds. Measured were 8 to 12 for 1024 x 1024 on the fast model; OpenAI's image-generation guide says that complex
# ones take up to two minutes (November 2026).
WORDS = "words"  # in place of a quality, where no picture is made
FIRST_GUESSES = {WORDS: 5.0, "low": 10.0, "medium": 20.0, "high": 45.0, "xhigh": 80.0, "max": 120.0}
FIRST_GUESS = 20.0  # of any other quality


class Kind(NamedTuple):
    """What pictures have in common that take about as long.

    Attributes:
        form: ``gif`` or ``svg``, which are made in another way; empty for all others.
    """

    model: str
    size: str
    quality: str
    form: str = ""

    @classmethod
    def of(cls, request: ImageRequest) -> Self:
        """What this request makes."""
        if request.is_wording:
            return cls(request.billed_model, "", WORDS)
        form = request.output_format if request.output_format in UNSTREAMED_FORMATS else ""
        return cls(request.model, request.size, request.quality, form)

    @property
    def likenesses(self) -> tuple[tuple[str, ...], ...]:
        """By what others are like it: those most like it first."""
        like = (self.model, self.form)
        return ((*like, self.quality, self.size), (*like, self.quality), like)

    @property
    def first_guess(self) -> float:
        """Seconds, before any picture was seen."""
        return FIRST_GUESSES.get(self.quality, FIRST_GUESS)


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for a kind of pictures.

    Attributes:
        seconds: half of them took no longer.
        longest: seconds; nine of ten took no longer.
        is_measured: whether enough were seen; else both are guessed.
    """

    seconds: float
    longest: float
    is_measured: bool


MOST_TOLD = 0.95  # of a picture that is not there, whatever the time says


@dataclass(frozen=True, slots=True)
class GenerationProgress:
    """How far a request is. Times are those of `time.monotonic`.

    Attributes:
        total: pictures that are there or to come.
        done: those that are there.
        sent_at: when each that is being drawn was sent.
        usual: of each.
    """

    total: int
    done: int
    sent_at: tuple[float, ...]
    usual: Usual

    def share(self, now: float) -> float:
        """Which part of it is done, by the time that is usual; 1 once all are there."""
        drawn = (min((now - sent) / self.usual.seconds, MOST_TOLD) for sent in self.sent_at)
        return (self.done + sum(drawn)) / max(1, self.total)

    def overtime(self, now: float) -> float | None:
        """Seconds that the slowest has taken by now, if that is longer than usual."""
        slowest = max((now - sent for sent in self.sent_at), default=0.0)
        return slowest if slowest > self.usual.longest else None


class Past(Protocol):
    """Looks up what was made in earlier lives of this process."""

    async def latest(self, most: int) -> Sequence[tuple[Kind, float]]:
        """The latest pictures, the oldest first: what kind, and in how many seconds each was made."""
        ...


class Durations:
    """The latest durations of each kind, in memory.

    They are kept as multiples of the first guess, so that of a kind that nobody has seen yet the pictures of other
    qualities tell at least by how much we are wrong.
    """

    def __init__(self) -> None:
        self._latest: OrderedDict[tuple[str, ...], deque[float]] = OrderedDict()
        self._usual: dict[Kind, Usual] = {}  # what was asked for since the last picture: a line asks very often

    def add(self, kind: Kind, seconds: float) -> None:
        """A picture was made in so many seconds."""
        self._usual.clear()
        multiple = max(seconds, SHORTEST) / kind.first_guess
        for likeness in kind.likenesses:
            self._latest.setdefault(likeness, deque(maxlen=WINDOW)).append(multiple)
            self._latest.move_to_end(likeness)
        while len(self._latest) > MOST_KINDS:
            self._latest.popitem(last=False)

    def usual(self, kind: Kind) -> Usual:
        """What is usual, by the pictures most like it of which enough were seen."""
        known = self._usual.get(kind)
        if known is None:
            known = self._usual[kind] = self._seen(kind)
        return known

    def _seen(self, kind: Kind) -> Usual:
        for likeness in kind.likenesses:
            seen = sorted(self._latest.get(likeness, ()))
            if len(seen) >= ENOUGH:
                guess = kind.first_guess
                return Usual(median(seen) * guess, seen[-(-len(seen) * 9 // 10) - 1] * guess, is_measured=True)
        return Usual(kind.first_guess, 2 * kind.first_guess, is_measured=False)


class Measurements:
    """How long pictures keep their slots, and how long they are drawn.

    Attributes:
        kept: from a turn to its end: what the provider's rate limits add is in it, since others wait for that too.
        drawn: from the dispatch to the picture.
    """

    def __init__(self) -> None:
        self.kept = Durations()
        self.drawn = Durations()

    async def look_back(self, past: Past) -> None:
        """Begin with what was made in earlier lives of this process."""
        for kind, seconds in await past.latest(MOST_PAST):
            self.add(kind, drawn=seconds, kept=seconds)

    def add(self, kind: Kind, *, drawn: float, kept: float) -> None:
        """A picture was made, in so many seconds."""
        self.drawn.add(kind, drawn)
        self.kept.add(kind, kept)
