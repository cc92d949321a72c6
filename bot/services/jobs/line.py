"""What waits in line, and what is out: the requests that this process is at work on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.turns import FairQueue, Gate, Kind, Member

if TYPE_CHECKING:
    from bot.services.jobs.delivery import Delivery
    from bot.services.jobs.recall import Recall
    from bot.services.ledger import Job, Order
    from bot.services.turns import Measurements, Pace


@dataclass(eq=False)
class Live:
    """A request that this process is at work on.

    Attributes:
        left: the ids of the jobs that have not ended.
        sent_at: when the jobs that are being made were sent, by id, by the clock of `time.monotonic`.
        ended: the jobs that have ended here, by id, as they stand: the books may not know it yet.
        is_broken: whether the end of a job of it could not be booked, nor ever will be by this process.
        is_discarded: whether nobody is to see what comes of it.
        since: when it came into line, or the latest pause ended, by that clock.
        refused: how often calls for its jobs certainly did not start since then, and when the first did not, by id.
    """

    request: Order
    delivery: Delivery
    frames: list[bytes | None]
    left: set[str] = field(default_factory=set[str])
    sent_at: dict[str, float] = field(default_factory=dict[str, float])
    ended: dict[str, Job] = field(default_factory=dict[str, "Job"])
    is_broken: bool = False
    is_discarded: bool = False
    since: float = field(default_factory=time.monotonic)
    refused: dict[str, tuple[int, float]] = field(default_factory=dict[str, tuple[int, float]])

    @property
    def seen(self) -> Order:
        """The request with its jobs as they stand, whatever could be written."""
        return replace(self.request, jobs=tuple(self.ended.get(job.id, job) for job in self.request.jobs))

    @property
    def member(self) -> Member:
        """Whose turn it is when this request's is."""
        return Member(self.request.requester.server_id, self.request.requester.user_id)

    @cached_property
    def kind(self) -> Kind:
        """What each of its jobs makes."""
        return Kind.of(self.request.request)

    @cached_property
    def edits(self) -> bool:
        """Whether its jobs bring pictures."""
        return bool(self.request.request.files)


@dataclass(eq=False, frozen=True)
class Turn:
    """A job that is out: about to be sent, or being made.

    Attributes:
        began: when it was taken from the line, by the clock of `time.monotonic`.
    """

    live: Live
    job: Job
    recall: Recall
    began: float = field(default_factory=time.monotonic)


Line = FairQueue[tuple[Live, "Job"]]


@dataclass(frozen=True)
class PacedGate(Gate[tuple[Live, "Job"]]):
    """Lets jobs out as the provider's rate limits allow."""

    pace: Pace

    @override
    def kind(self, item: tuple[Live, Job]) -> tuple[str, bool]:
        return item[0].kind.model, item[0].edits

    @override
    def opens_at(self, item: tuple[Live, Job]) -> float:
        return self.pace.opens_at(item[0].kind.model, edits=item[0].edits)

    @override
    def take(self, item: tuple[Live, Job], at: float) -> None:
        self.pace.take(item[0].kind.model, at, edits=item[0].edits)

    @override
    def give_back(self, item: tuple[Live, Job]) -> None:
        self.pace.give_back(item[0].kind.model, edits=item[0].edits)

    @override
    def twin(self) -> PacedGate:
        return PacedGate(self.pace.twin())


def line_of(slots: int, measured: Measurements, pace: Pace) -> Line:
    """A line for jobs, in which each counts as long as its kind usually keeps a slot, and leaves at the pace."""
    return FairQueue(slots, lambda waiting: measured.kept.usual(waiting[0].kind).seconds, PacedGate(pace))


@dataclass(frozen=True, slots=True)
class Load:
    """How many jobs are being made, and how many wait."""

    running: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What became of a request that somebody cancels.

    Attributes:
        free: pictures that are not made, and cost nothing.
        paid: pictures that the image API has been sent, and that nobody has been shown.
        paid_nano: what is held for those, or what they cost, in nano-dollars.
        jobs: the ids of those that are free.
        of_words: it is for words about a prompt, and for no pictures.
    """

    free: int = 0
    paid: int = 0
    paid_nano: int = 0
    jobs: tuple[str, ...] = field(default=(), compare=False)
    of_words: bool = False
