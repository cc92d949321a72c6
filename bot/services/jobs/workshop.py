"""Where queued jobs are made: turns are handed out, frames shown, and the last job of a request has it answered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.services.background import Background
from bot.services.jobs.delivery import Preview
from bot.services.jobs.durations import GenerationProgress, Kind
from bot.services.jobs.queue import FairQueue, Member
from bot.services.jobs.recall import HeldUpError, Recall, RecalledError
from bot.services.ledger import ChargeState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.services.jobs.arrears import Stores
    from bot.services.jobs.delivery import Answers, Delivery
    from bot.services.jobs.durations import Measurements
    from bot.services.jobs.generation import Generation
    from bot.services.jobs.outcomes import JobOutcome
    from bot.services.jobs.queue import Foretold
    from bot.services.ledger import Job, Order
    from bot.services.policy import Pause

RESTARTING = "I am about to restart"  # why nothing is begun
UNFIT = "Something in my books does not fit. Tell whoever runs me; the price stays held until all is clear."
REFRESH = 10.0  # seconds between looks whether those in line are to be told another time
OVERTIME = 0.1  # of what a picture has taken by now: so much more is expected once it takes longer than usual

_log = structlog.stdlib.get_logger(__name__)


@dataclass(eq=False)
class Live:
    """A request that this process is at work on.

    Attributes:
        left: the ids of the jobs that have not ended.
        sent_at: when the jobs that are being made were sent, by id, by the clock of `time.monotonic`.
        ended: the jobs that have ended here, by id, as they stand: the books may not know it yet.
        is_broken: whether the end of a job of it could not be booked, nor ever will be by this process.
    """

    request: Order
    delivery: Delivery
    frames: list[bytes | None]
    left: set[str] = field(default_factory=set[str])
    sent_at: dict[str, float] = field(default_factory=dict[str, float])
    ended: dict[str, Job] = field(default_factory=dict[str, "Job"])
    is_broken: bool = False

    @property
    def seen(self) -> Order:
        """The request with its jobs as they stand, whatever could be written."""
        return replace(self.request, jobs=tuple(self.ended.get(job.id, job) for job in self.request.jobs))

    @property
    def member(self) -> Member:
        """Whose turn it is when this request's is."""
        return Member(self.request.requester.server_id, self.request.requester.user_id)

    @property
    def kind(self) -> Kind:
        """What each of its jobs makes."""
        return Kind.of(self.request.request)


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


def line_of(slots: int, measured: Measurements) -> Line:
    """A line for jobs, in which each counts as long as its kind usually keeps a slot."""
    return FairQueue(slots, lambda waiting: measured.kept.usual(waiting[0].kind).seconds)


@dataclass(frozen=True, slots=True)
class Load:
    """How many jobs are being made, and how many wait."""

    running: int
    waiting: int


class Workshop:
    """Makes what is queued, as turns and slots allow, and has each request answered when its last job has ended.

    Attributes:
        observers: told of every job that ended: seconds, and ``settled``, ``released`` or ``unknown``.
        at_work: ids of the requests that were taken here and have not ended.
        lives: those of them that wait or are being made, by id.
    """

    def __init__(
        self, queue: Line, generation: Generation, answers: Answers, stores: Stores, measured: Measurements
    ) -> None:
        self.observers: list[Callable[[float, str], None]] = []
        self.at_work: set[str] = set()
        self.lives: dict[str, Live] = {}
        self._queue = queue
        self._generation = generation
        self._answers = answers
        self._stores = stores
        self._measured = measured
        self._background = Background()
        self._turns = Background()
        self._pauses: dict[int, Pause] = {}  # of the servers whose queue is paused
        self._out: dict[Turn, None] = {}  # in the order in which they were taken

    def start(self) -> None:
        """Begin to hand out turns."""
        for place in (self._stores.files, self._stores.books):
            place.changed.append(self._tell_everybody)
        self._turns.begin(self._hand_out_turns(), "turns")
        self._turns.begin(self._keep_telling(), "telling")

    def answer(self, request: Order, delivery: Delivery) -> None:
        """Tell the outcome of a request whose jobs have all ended, in the background."""
        self._background.begin(self._answers.answer(request.id, delivery), f"answer {request.id}")

    def let_go(self) -> None:
        """Send nothing from now on: what has not been sent waits for the next start, or ends."""
        self._turns.cancel()
        for turn in tuple(self._out):
            turn.recall.stop()

    async def close(self, grace: float) -> None:
        """Let what was sent come for `grace` seconds, forget what waits."""
        self.let_go()
        await self._turns.close()
        self._queue.clear()
        await self._background.wait(grace)
        self._generation.outcomes.receiver.hurry()
        await self._background.close()  # what was sent becomes unknown
        for live in self.lives.values():
            live.delivery.leave()
        self.lives.clear()
        await self._answers.close()

    def enqueue(self, request: Order, delivery: Delivery) -> None:
        """Let the reserved jobs of a request wait for their turns, and tell its place in line."""
        jobs = [job for job in request.jobs if job.state is ChargeState.RESERVED]
        live = Live(request, delivery, [None] * len(request.jobs), {job.id for job in jobs})
        self.at_work.add(request.id)
        self.lives[request.id] = live
        for job in jobs:
            self._queue.put(live.member, (live, job))
        self._tell_places([live])

    def pause(self, server_id: int, pause: Pause) -> None:
        """Let no further job of a server be sent; those that are sent already go on. Tell those who wait why."""
        self._pauses[server_id] = pause
        self._queue.pause(server_id)
        for turn in reversed(tuple(self._out)):
            member = turn.live.member
            if member.server_id == server_id and turn.recall.call_back():
                del self._out[turn]
                self._queue.put_back(member, (turn.live, turn.job))
        self._tell_places(self._waiting_of(server_id))

    def resume(self, server_id: int) -> None:
        """Let jobs of a server be sent again, and tell those who wait."""
        if self._queue.is_paused(server_id):
            self._queue.resume(server_id)
            del self._pauses[server_id]
            self._tell_places(self._waiting_of(server_id))

    def load(self, server_id: int) -> Load:
        """What a server has in the workshop."""
        running = sum(turn.live.member.server_id == server_id for turn in self._out)
        return Load(running, len(self._queue.waiting_of(server_id)))

    async def _keep_telling(self) -> None:
        """Tell those in line once more, now and then: what is out may take longer than was expected."""
        while True:
            await asyncio.sleep(REFRESH)
            self._tell_everybody()

    def _tell_everybody(self) -> None:
        """Tell everybody who waits where they stand by now, or what keeps us from beginning."""
        self._tell_places(live for server_id in self._queue.servers_waiting for live in self._waiting_of(server_id))

    def _waiting_of(self, server_id: int) -> Iterable[Live]:
        """The requests of a server of which a job waits, each once."""
        return dict.fromkeys(live for live, _ in self._queue.waiting_of(server_id))

    def _tell_places(self, lives: Iterable[Live]) -> None:
        """Tell these requests when the next of their jobs begins, or why none does."""
        now = time.monotonic()
        firsts: dict[Live, Foretold[tuple[Live, Job]]] = {}
        for foretold in self._queue.foresee([(self._time_left(turn, now), turn.live.member) for turn in self._out]):
            firsts.setdefault(foretold.item[0], foretold)
        for live in lives:
            self._tell_place(live, firsts.get(live))

    def _time_left(self, turn: Turn, now: float) -> float:
        """Seconds until what is out will be done, as far as anybody knows."""
        taken = now - turn.began
        return max(self._measured.kept.usual(turn.live.kind).seconds - taken, OVERTIME * taken)

    def _tell_place(self, live: Live, first: Foretold[tuple[Live, Job]] | None) -> None:
        server_id = live.member.server_id
        keeps_back = self._stores.trouble or (self._pauses[server_id] if self._queue.is_paused(server_id) else None)
        if keeps_back:
            if all(turn.live is not live for turn in self._out):
                live.delivery.paused(keeps_back)
        elif first is not None and first.position:
            live.delivery.queued(first.position, first.wait)

    async def _hand_out_turns(self) -> None:
        while True:
            await self._stores.well()
            member, (live, job) = await self._queue.take()
            if self._stores.trouble:  # since it began to wait for somebody's turn
                self._queue.put_back(member, (live, job))
                self._queue.done(member)
                continue
            paused = partial(self._queue.is_paused, member.server_id)
            turn = Turn(live, job, Recall(paused, partial(self._sent, live, job)))
            self._out[turn] = None
            self._background.begin(self._run(turn), f"job {job.id}")
            self._tell_everybody()

    async def _run(self, turn: Turn) -> None:
        live, job = turn.live, turn.job

        try:
            self._tell_progress(live)
            live.delivery.queued(0, 0.0)
            made = await self._generation.make(live.request, job, partial(_show, live, job), turn.recall)
            ended = made.job
            self._observe(turn, made)
        except RecalledError:  # it waits again, perhaps for the next start
            if turn.recall.stopping and all(other.live is not live for other in self._out if other is not turn):
                live.delivery.paused(RESTARTING)
            return
        except HeldUpError:
            self._queue.put_back(live.member, (live, job))  # before its slot is free, so that nobody overtakes it
            self._out.pop(turn, None)
            self._tell_places([live])
            return
        except Exception:  # noqa: BLE001 - one job's trouble must not stop the others
            _log.exception("job could not be booked; the next start will", job=job.id)
            ended, live.is_broken = replace(job, failure=UNFIT), True
        finally:
            self._out.pop(turn, None)
            live.sent_at.pop(job.id, None)
            self._queue.done(live.member)
        await self._ended(live, ended)

    async def _ended(self, live: Live, job: Job) -> None:
        """A job of a request has ended: with the last of them, the request is answered."""
        live.left.discard(job.id)
        live.ended[job.id] = job
        self._tell_progress(live)
        if live.left:
            if self._queue.is_paused(live.member.server_id):
                self._tell_places([live])
            return
        del self.lives[live.request.id]
        if live.is_broken:
            await self._answers.tell(live.seen, live.delivery)
            return
        await self._answers.answer(live.request.id, live.delivery, live.seen)
        self.at_work.discard(live.request.id)

    def _sent(self, live: Live, job: Job) -> None:
        live.sent_at[job.id] = time.monotonic()
        self._tell_progress(live)

    def _tell_progress(self, live: Live) -> None:
        jobs = [job for job in live.seen.jobs if job.state is not ChargeState.RELEASED]
        done = sum(job.picture is not None for job in jobs)
        usual = self._measured.drawn.usual(live.kind)
        live.delivery.generating(GenerationProgress(len(jobs), done, tuple(live.sent_at.values()), usual))

    def _observe(self, turn: Turn, made: JobOutcome) -> None:
        """What failed tells nothing of how long a picture takes."""
        if made.job.picture is not None:
            self._measured.add(turn.live.kind, drawn=made.seconds, kept=time.monotonic() - turn.began)
        for observe in self.observers:
            try:
                observe(made.seconds, made.outcome)
            except Exception:  # noqa: BLE001 - the job is booked; who counts it must not keep its answer back
                _log.exception("observer failed")


def _show(live: Live, job: Job, frame: bytes) -> None:
    """A preview that cannot be shown must not end a call that is paid for."""
    live.frames[job.index - 1] = frame
    try:
        live.delivery.preview(Preview(tuple(live.frames)))
    except Exception:  # noqa: BLE001 - whatever it was
        _log.exception("preview not shown", job=job.id)
