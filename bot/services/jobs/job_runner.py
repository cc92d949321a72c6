"""Where queued jobs are made: turns are handed out, frames shown, and the last job of a request has it answered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.language import phrase
from bot.services.background import Background
from bot.services.jobs.delivery import Preview
from bot.services.jobs.live_requests import Live, Load, Recall, RecalledError, Turn, Withdrawal, cancelled
from bot.services.jobs.outage import HeldUpError
from bot.services.ledger import ChargeState
from bot.services.turns import GenerationProgress

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from bot.errors import ImageFailure
    from bot.services.jobs.delivery import Answers, Delivery
    from bot.services.jobs.generation import Generation
    from bot.services.jobs.live_requests import Line
    from bot.services.jobs.outcomes import JobOutcome
    from bot.services.jobs.pending_writes import Stores
    from bot.services.ledger import Job, Order
    from bot.services.policy import Pause
    from bot.services.turns import Foretold, Measurements, Member

RESTARTING = phrase("I am about to restart")  # why nothing is begun
UNFIT = phrase("Something in my books does not fit. Tell whoever runs me; the price stays held until all is clear.")
MOST_REFUSALS = 12  # of one job whose calls certainly did not start
REFRESH = 10.0  # seconds between looks whether those in line are to be told another time
OVERTIME = 0.1  # of what a picture has taken by now: so much more is expected once it takes longer than usual

_log = structlog.stdlib.get_logger(__name__)


class JobRunner:
    """Makes what is queued, as turns and slots allow, and has each request answered when its last job has ended.

    Attributes:
        observers: told of every job that ended: seconds, and ``settled``, ``released`` or ``unknown``.
        at_work: ids of the requests that were taken here and have not ended.
        lives: those of them that wait or are being made, by id.
    """

    def __init__(
        self,
        queue: Line,
        generation: Generation,
        answers: Answers,
        stores: Stores,
        measured: Measurements,
        forget_discarded: Callable[[Order], Awaitable[Order]],
    ) -> None:
        self.observers: list[Callable[[float, str], None]] = []
        self.at_work: set[str] = set()
        self.lives: dict[str, Live] = {}
        self._queue = queue
        self._generation = generation
        self._answers = answers
        self._stores = stores
        self._measured = measured
        self._forget_discarded = forget_discarded
        self._outage = generation.outage
        self._forestalled: dict[str, str] = {}  # requests that are cancelled before they are in line, and why
        self._endings: dict[str, asyncio.Event] = {}  # of requests for whose end somebody waits
        self._background = Background()
        self._turns = Background()
        self._pauses: dict[int, Pause] = {}  # of the servers whose queue is paused
        self._out: dict[Turn, None] = {}  # in the order in which they were taken

    def start(self) -> None:
        """Begin to hand out turns."""
        self._queue.ends = self._ends
        for place in (self._stores.files, self._stores.books):
            place.changed.append(self._tell_everybody)
        self._outage.changed.append(self._tell_everybody)
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
        why = self._forestalled.pop(request.id, None)
        if why is not None:
            self.withdraw(request.id, why)
        else:
            self._tell_places([live])

    def forestall(self, request_id: str, why: str) -> None:
        """Withdraw a request that is not in line yet, as soon as it is."""
        self._forestalled[request_id] = why

    def forget(self, request_id: str) -> None:
        """A request that was taken does not come into line."""
        self.at_work.discard(request_id)
        self._forestalled.pop(request_id, None)
        self._left(request_id)

    async def ended(self, request_id: str) -> None:
        """Wait until a request that was taken here has been answered, or does not come into line."""
        if request_id in self.at_work:
            await self._endings.setdefault(request_id, asyncio.Event()).wait()

    def _left(self, request_id: str) -> None:
        """Let go whoever waits for the end of a request."""
        if (ending := self._endings.pop(request_id, None)) is not None:
            ending.set()

    def withdraw(self, request_id: str, why: str) -> Withdrawal | None:
        """Let go what of a request is not paid for; what is goes on. None if it is not at work here any more.

        Args:
            request_id: whose.
            why: is told of each picture that is not made for it, as a sentence.
        """
        live = self.lives.get(request_id)
        if live is None:
            return None
        waiting = self._out_of_line(live, cancelled(why))
        out = [turn for turn in self._out if turn.live is live and not turn.recall.withdrawn]
        paid = [turn.job for turn in out if not turn.recall.withdraw(why)]
        free = (*waiting, *(turn.job.id for turn in out if turn.job not in paid))
        there = [job for job in live.ended.values() if job.picture is not None]
        paid_nano = sum(job.hold_nano for job in paid) + sum(job.actual_nano or 0 for job in there)
        return Withdrawal(len(free), len(paid) + len(there), paid_nano, free)

    def discard(self, request_id: str, why: str) -> bool:
        """Let go all of a request, and show nothing of what comes; False if it is not at work here any more.

        Args:
            request_id: whose.
            why: as for `withdraw`.
        """
        live = self.lives.get(request_id)
        if live is None:
            return False
        self.withdraw(request_id, why)
        live.is_discarded = True
        for turn in self._out:
            if turn.live is live:
                turn.recall.abandon(why)
        live.delivery.discarded()
        return True

    def _out_of_line(self, live: Live, why: ImageFailure) -> tuple[str, ...]:
        """Let all that waits of a request end; the ids of those jobs."""
        jobs = [job for _, job in self._queue.withdraw(live.member, lambda each: each[0] is live)]
        if jobs:
            self._background.begin(self._let_end(live, jobs, why), f"withdraw {live.request.id}")
            self._tell_everybody()
        return tuple(job.id for job in jobs)

    async def _let_end(self, live: Live, jobs: list[Job], why: ImageFailure) -> None:
        """Jobs that were withdrawn from the line."""
        for job in jobs:
            await self._ended(live, await self._released(live, job, why))

    async def _released(self, live: Live, job: Job, why: ImageFailure) -> Job:
        """A job that ends before it was sent, as it stands then."""
        try:
            return await self._generation.outcomes.failed(job, why)
        except Exception:  # noqa: BLE001 - the others of the request must end
            _log.exception("withdrawn job not released; the next start looks at it", job=job.id)
            live.is_broken = True
            return replace(job, failure=UNFIT)

    def pause(self, server_id: int, pause: Pause) -> None:
        """Let no further job of a server be sent; those that are sent already go on. Tell those who wait why."""
        self._pauses[server_id] = pause
        self._queue.pause(server_id)
        for turn in reversed(tuple(self._out)):
            member = turn.live.member
            if member.server_id == server_id and not turn.recall.withdrawn and turn.recall.call_back():
                del self._out[turn]
                self._queue.put_back(member, (turn.live, turn.job))
        self._tell_places(self._waiting_of(server_id))

    def resume(self, server_id: int) -> None:
        """Let jobs of a server be sent again, and tell those who wait."""
        if self._queue.is_paused(server_id):
            self._queue.resume(server_id)
            del self._pauses[server_id]
            for live in self._waiting_of(server_id):
                live.since = time.monotonic()  # the time of a pause is not waited for the image API
                live.refused.clear()
            self._tell_places(self._waiting_of(server_id))

    def load(self, server_id: int) -> Load:
        """What a server has waiting and being made."""
        running = sum(turn.live.member.server_id == server_id for turn in self._out)
        return Load(running, len(self._queue.waiting_of(server_id)))

    async def _keep_telling(self) -> None:
        """Tell those in line once more, now and then: what is out may take longer than was expected."""
        while True:
            await asyncio.sleep(REFRESH)
            waiting = [each for each in self._queue.servers_waiting if not self._queue.is_paused(each)]
            self._give_up(waiting)
            self._outage.concerns(waiting)
            self._tell_everybody()

    def _give_up(self, waiting: Iterable[int]) -> None:
        """Whoever waits for the image API longer than a job may take waits no more; a lead's pause takes no time."""
        began, patience = self._outage.began, self._generation.timeout
        latest = time.monotonic() - patience
        if began is None or began > latest:
            return
        lives = [live for server_id in waiting for live in self._waiting_of(server_id)]
        for live in [live for live in lives if live.since <= latest]:
            self._out_of_line(live, self._outage.failure(patience))

    def _tell_everybody(self) -> None:
        """Tell everybody who waits where they stand by now, or what keeps us from beginning."""
        self._tell_places(live for server_id in self._queue.servers_waiting for live in self._waiting_of(server_id))

    def _waiting_of(self, server_id: int) -> Iterable[Live]:
        """The requests of a server of which a job waits, each once."""
        return dict.fromkeys(live for live, _ in self._queue.waiting_of(server_id))

    def _tell_places(self, lives: Iterable[Live]) -> None:
        """Tell these requests when the next of their jobs begins, or why none does."""
        firsts: dict[Live, Foretold[tuple[Live, Job]]] = {}
        for foretold in self._queue.foresee():
            firsts.setdefault(foretold.item[0], foretold)
        for live in lives:
            self._tell_place(live, firsts.get(live))

    def _ends(self) -> list[tuple[float, Member]]:
        """When what is out will be done, as far as anybody knows, in seconds from now, and whose it is."""
        now = time.monotonic()
        return [(self._time_left(turn, now), turn.live.member) for turn in self._out]

    def _time_left(self, turn: Turn, now: float) -> float:
        """Seconds until what is out will be done, as far as anybody knows."""
        taken = now - turn.began
        return max(self._measured.kept.usual(turn.live.kind).seconds - taken, OVERTIME * taken)

    def _tell_place(self, live: Live, first: Foretold[tuple[Live, Job]] | None) -> None:
        server_id = live.member.server_id
        pause = self._pauses[server_id] if self._queue.is_paused(server_id) else None
        keeps_back = self._stores.trouble or pause or self._outage.downtime
        if keeps_back:
            if all(turn.live is not live for turn in self._out):
                live.delivery.paused(keeps_back)
        elif first is not None and first.position:
            live.delivery.queued(first.position, first.wait)

    async def _hand_out_turns(self) -> None:
        while True:
            await self._stores.well()
            await self._outage.passes()
            member, (live, job) = await self._queue.take()
            if self._stores.trouble or self._outage.keeps_back:  # since it began to wait for somebody's turn
                self._queue.put_back(member, (live, job))
                self._queue.done(member)
                continue
            paused = partial(self._queue.is_paused, member.server_id)
            turn = Turn(live, job, Recall(paused, partial(self._sent, live, job)))
            self._out[turn] = None
            self._outage.let_out(turn)
            self._background.begin(self._run(turn), f"job {job.id}")
            self._tell_everybody()

    async def _run(self, turn: Turn) -> None:
        live, job = turn.live, turn.job
        try:
            ended = await self._made(turn)
        finally:
            self._out.pop(turn, None)
            live.sent_at.pop(job.id, None)
            self._outage.returned(turn)
            self._queue.done(live.member)
        if ended is not None:
            await self._ended(live, ended)

    async def _made(self, turn: Turn) -> Job | None:
        """A job as it stands at its end; None if it waits again, perhaps for the next start."""
        live, job = turn.live, turn.job
        try:
            self._tell_progress(live)
            live.delivery.queued(0, 0.0)
            made = await self._generation.make(live.request, job, partial(_show, live, job), turn.recall)
            self._observe(turn, made)
        except (RecalledError, HeldUpError) as again:
            if turn.recall.withdrawn:
                return await self._released(live, job, cancelled(turn.recall.withdrawn))
            if isinstance(again, HeldUpError) and again.failure is not None and self._is_refused_too_long(turn):
                return await self._released(live, job, again.failure)
            self._wait_again(turn, is_held_up=isinstance(again, HeldUpError))
            return None
        except Exception:  # noqa: BLE001 - one job's trouble must not stop the others
            _log.exception("job could not be booked; the next start will", job=job.id)
            live.is_broken = True
            return replace(job, failure=UNFIT)
        return made.job

    def _is_refused_too_long(self, turn: Turn) -> bool:
        """Whether its calls did not start for as long as a job may take, or very often while others' did."""
        now = time.monotonic()
        before, first = turn.live.refused.get(turn.job.id, (0, now))
        turn.live.refused[turn.job.id] = before + 1, first
        return before + 1 >= MOST_REFUSALS or now - first >= self._generation.timeout

    def _wait_again(self, turn: Turn, *, is_held_up: bool) -> None:
        """A job that was called back is in line, or waits for the next start; one that was held up is put in line."""
        live = turn.live
        if is_held_up:
            self._queue.put_back(live.member, (live, turn.job))  # before its slot is free, so that nobody overtakes it
            self._out.pop(turn, None)
            self._tell_places([live])
        elif turn.recall.stopping and all(other.live is not live for other in self._out if other is not turn):
            live.delivery.paused(RESTARTING)

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
        seen = await self._forget_discarded(live.seen) if live.is_discarded else live.seen
        if live.is_broken:
            await self._answers.tell(seen, live.delivery)
            self._left(live.request.id)
            return
        await self._answers.answer(live.request.id, live.delivery, seen)
        self.at_work.discard(live.request.id)
        self._left(live.request.id)

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
