"""What this process is at work on: requests that wait in line, jobs that are out, and how these are called back."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.errors import RequestRejectedError
from bot.services.turns import FairQueue, Gate, Kind, Member

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from bot.errors import ImageFailure
    from bot.services.jobs.delivery import Delivery
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


class RecalledError(Exception):
    """The job was called back before anything was sent: it is reserved still, and waits in line again."""


class StoppedError(Exception):
    """The bot stops, and waits no longer for a call to be taken."""


def cancelled(why: str) -> ImageFailure:
    """How a job ends that was withdrawn before anything was paid."""
    return RequestRejectedError(why, code="cancelled")


def _nobody_asks() -> None:
    """Nothing is to be told."""


class Recall:
    """One job's way out; it belongs to one event loop.

    Until its paid call is committed, a pause takes the job back. Here alone a member who cancels and the paid call
    meet: either no call is out, and the job ends free, or one is.

    Args:
        paused: whether no call of the job's server may begin now.
        left: told once nobody calls the job back any more.

    Attributes:
        stopping: whether no call at all may begin any more.
        withdrawn: why nobody wants the job any more, as a sentence; empty while somebody does.
    """

    def __init__(self, paused: Callable[[], bool], left: Callable[[], None] = _nobody_asks) -> None:
        self.paused = paused
        self._tell_left = left
        self._called_back = False
        self._getting_ready: asyncio.Timeout | None = None
        self._left = False
        self._over = False
        self.stopping = False
        self.withdrawn = ""
        self._sending: asyncio.Timeout | None = None
        self._is_out: Callable[[], bool] | None = None

    def stop(self) -> None:
        """Let the job go, unless a call is out: before the dispatch it is called back, between two calls it ends."""
        self.stopping = True
        if not self.call_back() and self._sending is not None and self._is_out is not None and not self._is_out():
            self._sending.reschedule(asyncio.get_running_loop().time())

    def withdraw(self, why: str) -> bool:
        """Let the job end without a further call; whether it is sure that it ends without any being paid.

        A call that is out goes on, as it would have.
        """
        has_come = self._over or (self._is_out is not None and self._is_out())
        if not has_come:
            self.withdrawn = why
            self.stop()
        return not has_come

    def abandon(self, why: str) -> None:
        """The same, and whatever comes of a call that is out, no other follows it."""
        if not self.withdraw(why):
            self.withdrawn, self.stopping = why, True

    @asynccontextmanager
    async def sending(self, is_out: Callable[[], bool]) -> AsyncGenerator[None]:
        """Call the provider, as often as it takes; `is_out` tells whether a call is out.

        Raises:
            StoppedError: the bot stopped between two calls.
        """
        stopped = asyncio.timeout(None)
        try:
            async with stopped:
                self._sending, self._is_out = stopped, is_out
                yield
        except TimeoutError:
            if not stopped.expired():
                raise
            raise StoppedError from None
        finally:
            self._sending, self._over = None, True

    def call_back(self) -> bool:
        """Give up what is being done before the dispatch; False if the job has left already."""
        if self._left:
            return False
        self._called_back = True
        if self._getting_ready is not None:
            self._getting_ready.reschedule(asyncio.get_running_loop().time())
        return True

    @asynccontextmanager
    async def getting_ready(self) -> AsyncGenerator[None]:
        """Do what comes before the dispatch. Once this is left without an exception, nobody calls the job back.

        Raises:
            RecalledError: it was called back.
        """
        if self._called_back:
            raise RecalledError
        try:
            async with asyncio.timeout(None) as self._getting_ready:
                yield
        except Exception:
            if not self._called_back:
                raise  # otherwise whatever it was, the job waits in line again, and must not end twice
        finally:
            self._getting_ready = None
        if self._called_back:
            raise RecalledError
        self._left = True
        self._tell_left()
