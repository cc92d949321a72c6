"""The ledger against a model in plain Python, step by step, with every invariant checked after each step."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.errors import LimitReachedError
from bot.services.ledger import ChargeConflictError, ChargeState
from bot.services.policy import Metric, Requester, bucket_of
from tests.examples import examples

from .examples import NOON, SERVER, Books, budget, daily_images, order, settlement, words
from .invariants import faults

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.services.ledger import Reservation
    from bot.services.policy import Limit

BUDGET = 500
DAILY = 6
OPEN = {ChargeState.RESERVED, ChargeState.DISPATCHED, ChargeState.UNKNOWN}
IN_FLIGHT = {ChargeState.DISPATCHED, ChargeState.UNKNOWN}
FOREVER = NOON + 10**9
PEOPLE = st.builds(
    Requester,
    server_id=st.sampled_from([SERVER, SERVER + 1]),
    channel_id=st.sampled_from([11, 12]),
    user_id=st.sampled_from([21, 22, 23]),
    role_ids=st.sampled_from([(), (31,), (31, 32)]),
)
ANY = st.integers(min_value=0, max_value=10**6)  # picks one of what there is
MOSTLY = st.sampled_from([True, True, True, False])  # pick a job that may take the step


@dataclass
class Modelled:
    """What the model knows of a job."""

    id: str
    order: Reservation
    state: ChargeState = ChargeState.RESERVED
    actual: int | None = None
    deadline: int = 0
    has_picture: bool = False
    was_dispatched: bool = False
    has_words: bool = False

    def counted(self, metric: Metric) -> int:
        if self.state is ChargeState.RELEASED:
            return 0
        if metric is Metric.IMAGES:
            return 0 if self.has_words else 1
        return self.order.hold_nano if self.actual is None else self.actual


class LedgerAndModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.path = self.directory / "atelier.sqlite3"
        self.books: Books = self.run(Books.open(self.path))
        self.jobs: list[Modelled] = []
        self.orders: list[Reservation] = []
        self.now = NOON
        self.asked = 0

    def run(self, step: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever the step returns
        return self.runner.run(step)

    @initialize(seconds=st.integers(min_value=0, max_value=86_400))
    def begin(self, seconds: int) -> None:
        self.now = NOON + seconds
        self.reserve(Requester(SERVER, 11, 21, (31, 32)), 3, 90)
        self.dispatch(0, fits=True)

    @rule(seconds=st.sampled_from([-4000, -3, 1, 1800, 30_000, 400_000, 2_600_000]))
    def time_passes_or_the_clock_is_set_back(self, seconds: int) -> None:
        self.now = max(self.now + seconds, NOON)

    @rule(requester=PEOPLE, count=st.integers(1, 4), hold=st.sampled_from([0, 1, 40, 90, 120]))
    def reserve(self, requester: Requester, count: int, hold: int) -> None:
        self.asked += 1
        limits = (budget(BUDGET), daily_images(DAILY, requester))
        asked = order(str(self.asked), count=count, hold=hold, at=self.now, requester=requester, limits=limits)
        needs = {Metric.USD: hold * count, Metric.IMAGES: count}
        short = [limit for limit in limits if self.used(limit, asked) + needs[limit.metric] > limit.maximum]
        if short:
            before = self.dump()
            with pytest.raises(LimitReachedError) as refused:
                self.run(self.books.ledger.reserve(asked))
            shortfall = refused.value.shortfall
            assert (shortfall.limit, shortfall.needed) == (short[0].name, needs[short[0].metric])
            assert shortfall.left == max(short[0].maximum - self.used(short[0], asked), 0)
            assert self.dump() == before
        else:
            request = self.run(self.books.ledger.reserve(asked))
            self.orders.append(asked)
            self.jobs += [Modelled(job.id, asked) for job in request.jobs]
            assert len(request.jobs) == count

    @precondition(lambda self: self.orders)
    @rule(which=ANY, prompt=st.sampled_from(["", "", "another"]), hold=st.sampled_from([0, 1]))
    def the_same_order_comes_again(self, which: int, prompt: str, hold: int) -> None:
        """I6."""
        asked = self.orders[which % len(self.orders)]
        before = self.dump()
        if prompt:
            with pytest.raises(ChargeConflictError):
                self.run(self.books.ledger.reserve(replace(asked, request=replace(asked.request, prompt=prompt))))
        else:
            again = self.run(self.books.ledger.reserve(replace(asked, hold_nano=asked.hold_nano + hold)))
            assert again == self.run(self.books.requests.get(asked.id))
        assert self.dump() == before

    @precondition(lambda self: self.jobs)
    @rule(which=ANY, fits=MOSTLY)
    def dispatch(self, which: int, *, fits: bool) -> None:
        job = self.pick(which, {ChargeState.RESERVED}, fits=fits)
        if self.does(self.books.ledger.dispatch(job.id, self.now), allowed=job.state is ChargeState.RESERVED):
            job.state, job.was_dispatched = ChargeState.DISPATCHED, True

    @precondition(lambda self: self.jobs)
    @rule(which=ANY, fits=MOSTLY)
    def retract(self, which: int, *, fits: bool) -> None:
        job = self.pick(which, {ChargeState.DISPATCHED}, fits=fits)
        step = self.books.ledger.retract(job.id, "unreachable", self.now)
        repeated = job.state is ChargeState.RESERVED and job.was_dispatched
        if self.does(step, allowed=job.state is ChargeState.DISPATCHED, repeated=repeated):
            job.state = ChargeState.RESERVED

    @precondition(lambda self: self.jobs)
    @rule(which=ANY, cost=st.sampled_from([0, 1, 40, 120, 300]), fits=MOSTLY)
    def settle(self, which: int, cost: int, *, fits: bool) -> None:
        job = self.pick(which, IN_FLIGHT, fits=fits)
        same = job.has_picture and job.actual == cost
        step = self.books.ledger.settle(job.id, settlement(cost), self.now)
        if self.does(step, allowed=job.state in IN_FLIGHT, repeated=same):
            job.state, job.actual, job.has_picture = ChargeState.SETTLED, cost, True

    @precondition(lambda self: self.jobs)
    @rule(which=ANY, cost=st.sampled_from([0, 1, 40, 120, 300]), fits=MOSTLY)
    def settle_words(self, which: int, cost: int, *, fits: bool) -> None:
        job = self.pick(which, IN_FLIGHT, fits=fits)
        same = job.has_words and job.actual == cost
        step = self.books.ledger.settle_words(job.id, words(cost), self.now)
        if self.does(step, allowed=job.state in IN_FLIGHT, repeated=same):
            job.state, job.actual, job.has_words = ChargeState.SETTLED, cost, True

    @precondition(lambda self: self.jobs)
    @rule(which=ANY, fits=MOSTLY)
    def release(self, which: int, *, fits: bool) -> None:
        job = self.pick(which, OPEN, fits=fits)
        step = self.books.ledger.release(job.id, "no", "blocked", self.now)
        if self.does(step, allowed=job.state in OPEN, repeated=job.state is ChargeState.RELEASED):
            job.state = ChargeState.RELEASED

    @precondition(lambda self: self.jobs)
    @rule(which=ANY, patience=st.sampled_from([0, 0, 1000, 100_000]), fits=MOSTLY)
    def mark_unknown(self, which: int, patience: int, *, fits: bool) -> None:
        job = self.pick(which, {ChargeState.DISPATCHED}, fits=fits)
        step = self.books.ledger.mark_unknown(job.id, "lost", "timeout", self.now, self.now + patience)
        repeated = job.state is ChargeState.UNKNOWN
        if self.does(step, allowed=job.state is ChargeState.DISPATCHED, repeated=repeated):
            job.state, job.deadline = ChargeState.UNKNOWN, self.now + patience

    @rule()
    def charge_overdue(self) -> None:
        due = [job for job in self.jobs if job.state is ChargeState.UNKNOWN and job.deadline <= self.now]
        charged = self.run(self.books.ledger.charge_overdue(self.now))
        assert sorted(charged) == sorted(job.id for job in due)
        for job in due:
            job.state, job.actual = ChargeState.SETTLED, job.order.hold_nano

    @rule()
    def restart(self) -> None:
        self.run(self.books.database.close())
        self.books = self.run(Books.open(self.path))

    @invariant()
    def the_tables_agree_with_themselves(self) -> None:
        assert self.run(self.books.database.read(faults)) == {}

    @invariant()
    def the_jobs_agree_with_the_model(self) -> None:
        found = self.run(self.books.rows("SELECT id, state, actual_nano FROM jobs ORDER BY seq"))
        assert found == [(job.id, job.state.value, job.actual) for job in self.jobs]

    @invariant()
    def no_limit_is_passed_but_by_recorded_overshoot(self) -> None:
        """I2 and I3."""
        overshoot = sum(max((job.actual or 0) - job.order.hold_nano, 0) for job in self.jobs)
        for asked in self.orders:
            for limit, status in zip(
                asked.limits,
                self.run(self.books.ledger.limit_status(asked.limits, asked.buckets, asked.at)),
                strict=True,
            ):
                assert status.used == self.used(limit, asked)
                assert status.used <= limit.maximum + (overshoot if limit.metric is Metric.USD else 0)

    def teardown(self) -> None:
        """I12: whatever was open, nothing is held for ever."""
        try:
            while any(job.state is ChargeState.RESERVED for job in self.jobs):
                self.dispatch(0, fits=True)
            while any(job.state is ChargeState.DISPATCHED for job in self.jobs):
                self.mark_unknown(0, 1000, fits=True)
            self.now = FOREVER
            self.charge_overdue()
            assert self.run(self.books.rows("SELECT id FROM buckets WHERE held_nano > 0 OR held_images > 0")) == []
            self.the_jobs_agree_with_the_model()
            self.the_tables_agree_with_themselves()
        finally:
            self.run(self.books.database.close())
            self.runner.close()
            shutil.rmtree(self.directory)

    def does(self, step: Coroutine[Any, Any, object], *, allowed: bool, repeated: bool = False) -> bool:
        """Take a step that must be done, do nothing, or be refused, as the model says; whether it was done."""
        before = self.dump()
        if allowed:
            self.run(step)
            return True
        if repeated:
            self.run(step)
        else:
            with pytest.raises(ChargeConflictError):
                self.run(step)
        assert self.dump() == before
        return False

    def pick(self, which: int, states: set[ChargeState], *, fits: bool) -> Modelled:
        fitting = [job for job in self.jobs if job.state in states] if fits else []
        return (fitting or self.jobs)[which % len(fitting or self.jobs)]

    def used(self, limit: Limit, asked: Reservation) -> int:
        key = bucket_of(limit, asked.buckets)
        return sum(job.counted(limit.metric) for job in self.jobs if key in job.order.buckets)

    def dump(self) -> list[list[tuple[int | str | None, ...]]]:
        tables = ("buckets", "jobs", "events", "turn_answers")
        return [self.run(self.books.rows(f"SELECT * FROM {table}")) for table in tables]  # noqa: S608 - our own names


LedgerAndModel.TestCase.settings = settings(
    max_examples=examples(60),
    stateful_step_count=35,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestLedgerAndModel = LedgerAndModel.TestCase
