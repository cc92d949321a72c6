"""Policies, grants, corrections, moves to other zones and the ledger against a model that knows no counters at all.

The model keeps a list of jobs and adds up those whose window still lasts: no bucket, no SQL, no cache.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from bot.errors import LimitReachedError
from bot.services.calendar import Window, window_edges
from bot.services.ledger import ChargeConflictError, ChargeState, Correction, Reservation
from bot.services.policy import (
    Decision,
    Defaults,
    Grant,
    LimitRule,
    Metric,
    Requester,
    Scope,
    ServerPolicy,
    StalePolicyError,
    limits_for,
)
from bot.services.quotas import Accounts
from bot.services.requests import ImageRequest
from bot.storage import SqlitePolicies
from tests.examples import examples

from .examples import DESTINATION, NOON, PRICES, Books, settlement
from .invariants import faults

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

SERVERS = (1, 2)
CHANNELS, MEMBERS, ROLES = (11, 12), (21, 22), (31, 32)
ZONES = ("UTC", "Europe/Berlin", "Pacific/Auckland", "America/St_Johns")
DEFAULTS = Defaults(monthly_budget_nano=900, member_daily_images=8)
LEAD = 99
BUSY = {ChargeState.RESERVED, ChargeState.DISPATCHED}
OPEN = {ChargeState.RESERVED, ChargeState.DISPATCHED, ChargeState.UNKNOWN}

people = st.builds(
    Requester,
    server_id=st.sampled_from(SERVERS),
    channel_id=st.sampled_from(CHANNELS),
    user_id=st.sampled_from(MEMBERS),
    role_ids=st.sampled_from([(), (31,), (31, 32)]),
    parent_id=st.sampled_from([0, 0, 11]),
)
metrics = st.sampled_from(Metric)
windows = st.sampled_from(Window)
subjects = st.sampled_from(
    [
        (shared, scope, number)
        for shared in (True, False)
        for scope, numbers in (
            (Scope.SERVER, SERVERS),
            (Scope.ROLE, ROLES),
            (Scope.CHANNEL if shared else Scope.MEMBER, CHANNELS if shared else MEMBERS),
        )
        for number in numbers
    ]
)
ANY = st.integers(min_value=0, max_value=10**6)


@dataclass
class Kept:
    """What the model knows of a job: who asked, when its windows end, and what counts for it."""

    id: str
    who: Requester
    hold: int
    spans: dict[tuple[bool, Window], tuple[int, int]]  # by "of the installation" and window
    state: ChargeState = ChargeState.RESERVED
    actual: int = 0
    adjusted: int = 0
    pictured: bool = False
    extra_image: bool = False

    def counted(self, metric: Metric, *, everywhere: bool) -> int:
        if self.state in OPEN:
            return self.hold if metric is Metric.USD else 1
        if metric is Metric.USD:  # what the provider reported stands for the installation
            return self.actual if everywhere and self.pictured else self.actual + self.adjusted
        return 1 if self.pictured or self.actual + self.adjusted or self.extra_image else 0

    def belongs(self, scope: Scope, server_id: int, number: int) -> bool:
        who = self.who
        if scope is Scope.INSTALLATION:
            return True
        mine = {
            Scope.SERVER: (who.server_id,),
            Scope.CHANNEL: (who.parent_id or who.channel_id,),
            Scope.ROLE: who.role_ids,
            Scope.MEMBER: (who.user_id,),
        }[scope]
        return who.server_id == server_id and number in mine


@dataclass
class Rules:
    """What the model knows of a server's decisions."""

    zone: str = "UTC"
    week_start: int = 0
    limits: dict[tuple[bool, Scope, int, Metric, Window], int | None] = field(
        default_factory=dict[tuple[bool, Scope, int, Metric, Window], "int | None"]
    )
    grants: list[Grant] = field(default_factory=list[Grant])

    def allowance(self, who: Requester, metric: Metric, window: Window) -> int | None:
        def of(scope: Scope, numbers: Iterable[int]) -> list[int | None]:
            keys = [(False, scope, number, metric, window) for number in numbers]
            return [self.limits[key] for key in keys if key in self.limits]

        for found in (of(Scope.MEMBER, [who.user_id]), of(Scope.ROLE, who.role_ids), of(Scope.SERVER, [who.server_id])):
            if found:
                return None if None in found else max(number for number in found if number is not None)
        return DEFAULTS.member_daily_images if (metric, window) == (Metric.IMAGES, Window.DAY) else None

    def bounds(self, who: Requester, at: int) -> list[tuple[Scope, int, Metric, Window, int]]:
        """Every (scope, id, metric, window, maximum) that holds for a requester."""
        found: list[tuple[Scope, int, Metric, Window, int]] = []
        for metric in Metric:
            for window in Window:
                own = self.allowance(who, metric, window)
                if own is not None:
                    found.append((Scope.MEMBER, who.user_id, metric, window, own))
        for (shared, scope, number, metric, window), maximum in self.limits.items():
            mine = {
                Scope.SERVER: (who.server_id,),
                Scope.CHANNEL: (who.parent_id or who.channel_id,),
                Scope.ROLE: who.role_ids,
            }.get(scope, ())
            if shared and maximum is not None and number in mine:
                found.append((scope, number, metric, window, maximum))
        with_grants = [
            (scope, number, metric, window, maximum + self.granted((scope, number, metric, window), at))
            for scope, number, metric, window, maximum in found
        ]
        assert DEFAULTS.monthly_budget_nano is not None
        return [*with_grants, (Scope.INSTALLATION, 0, Metric.USD, Window.MONTH, DEFAULTS.monthly_budget_nano)]

    def granted(self, key: tuple[Scope, int, Metric, Window], at: int) -> int:
        return sum(
            grant.amount
            for grant in self.grants
            if (grant.scope, grant.scope_id, grant.metric, grant.window) == key and grant.start_at <= at < grant.end_at
        )


class PoliciesAndModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.path = self.directory / "atelier.sqlite3"
        self.now = NOON
        self.jobs: list[Kept] = []
        self.decided = {server: Rules() for server in SERVERS}
        self.asked = 0
        self.open()

    def open(self) -> None:
        self.books: Books = self.run(Books.open(self.path))
        self.policies = SqlitePolicies(self.books.database)
        self.accounts = Accounts(
            self.books.ledger, self.policies, partial(limits_for, defaults=DEFAULTS), lambda: self.now
        )

    def run(self, step: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever the step returns
        return self.runner.run(step)

    def decision(self) -> Decision:
        self.asked += 1  # so that no two are the same
        return Decision(LEAD, self.now, "quota set", "", "", str(self.asked))

    @initialize(seconds=st.integers(min_value=0, max_value=40 * 86_400))
    def an_ordinary_day(self, seconds: int) -> None:
        """Something of everything, so that no run is without it."""
        self.now = NOON + seconds
        who, everybody = Requester(1, 11, 21, (31, 32)), (True, Scope.SERVER, 1)
        self.a_lead_sets_a_limit(1, everybody, Metric.USD, Window.MONTH, 250)
        self.reserve(who, 2, 90)
        self.reserve(who, 1, 90)  # what is held leaves no room for it
        self.a_lead_grants_more(1, everybody, Metric.USD, Window.MONTH, 150)
        self.restart()
        self.reserve(who, 1, 90)
        self.all_agree()
        self.a_job_goes_on(0, 40, "settle")
        self.a_job_goes_on(0, 0, "unknown")
        self.all_agree()
        self.a_lead_corrects(1, 30, elsewhere=False)
        self.a_lead_corrects(4, 0, elsewhere=False)
        self.all_agree()
        self.reserve(who, 1, 1, stale=True)
        self.a_server_moves(1, "Pacific/Auckland", 3)
        self.all_agree()
        self.time_passes(90_000)
        self.a_job_goes_on(0, 40, "settle")

    def all_agree(self) -> None:
        self.the_tables_agree_with_themselves()
        self.what_is_used_of_every_limit_is_what_the_jobs_in_its_windows_count()

    @rule(seconds=st.sampled_from([1, 600, 1800, 3600, 30_000, 90_000, 400_000, 2_600_000]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule(
        server=st.sampled_from(SERVERS),
        subject=subjects,
        metric=metrics,
        window=windows,
        maximum=st.sampled_from([0, 1, 3, 5, 100, 250, 600, None]),
    )
    def a_lead_sets_a_limit(
        self, server: int, subject: tuple[bool, Scope, int], metric: Metric, window: Window, maximum: int | None
    ) -> None:
        """I20: no job ends by it, and the next reservation is checked against it."""
        shared, scope, number = subject
        number = server if scope is Scope.SERVER else number
        limit = LimitRule(shared, scope, number, metric, window, 0 if shared and maximum is None else maximum)

        def alter(before: ServerPolicy) -> tuple[ServerPolicy, Decision]:
            kept = tuple(each for each in before.limits if each.key != limit.key)
            return replace(before, limits=(*kept, limit)), decision

        decision = self.decision()
        self.run(self.policies.change(server, alter))
        self.decided[server].limits[limit.key] = limit.maximum

    @precondition(lambda self: any(rules.limits for rules in self.decided.values()))
    @rule(which=ANY)
    def a_lead_clears_a_limit(self, which: int) -> None:
        there = [(server, key) for server, rules in self.decided.items() for key in rules.limits]
        server, key = there[which % len(there)]
        decision = self.decision()
        self.run(
            self.policies.change(
                server,
                lambda before: (
                    replace(before, limits=tuple(each for each in before.limits if each.key != key)),
                    decision,
                ),
            )
        )
        del self.decided[server].limits[key]

    @rule(
        server=st.sampled_from(SERVERS),
        subject=subjects,
        metric=metrics,
        window=windows,
        amount=st.sampled_from([1, 4, 150]),
    )
    def a_lead_grants_more(
        self, server: int, subject: tuple[bool, Scope, int], metric: Metric, window: Window, amount: int
    ) -> None:
        _, scope, number = subject
        edges = window_edges(window, self.now, ZoneInfo(self.decided[server].zone), self.decided[server].week_start)
        grant = Grant(scope, server if scope is Scope.SERVER else number, metric, window, amount, *edges)
        self.run(self.policies.grant(server, grant, self.decision()))
        self.decided[server].grants.append(grant)

    @rule(server=st.sampled_from(SERVERS), zone=st.sampled_from(ZONES), week_start=st.integers(0, 6))
    def a_server_moves(self, server: int, zone: str, week_start: int) -> None:
        decision = self.decision()
        self.run(
            self.policies.change(server, lambda before: (replace(before, zone=zone, week_start=week_start), decision))
        )
        if (self.decided[server].zone, self.decided[server].week_start) != (zone, week_start):
            self.decided[server].zone, self.decided[server].week_start = zone, week_start

    @rule(who=people, count=st.integers(1, 3), hold=st.sampled_from([0, 1, 40, 90]), stale=st.booleans())
    def reserve(self, who: Requester, count: int, hold: int, *, stale: bool = False) -> None:
        self.asked += 1
        terms = self.run(self.accounts.terms(who))
        request = ImageRequest("a fox", "gpt-image-2", "1024x768", "low", count)
        order = Reservation(
            str(self.asked),
            request,
            who,
            DESTINATION,
            hold,
            PRICES,
            terms.at,
            terms.buckets,
            terms.limits,
            policy_version=terms.policy.version,
        )
        if stale:
            self.a_lead_sets_a_limit(who.server_id, (False, Scope.MEMBER, who.user_id), Metric.USD, Window.HOUR, 0)
            if self.run(self.policies.of(who.server_id)).version != terms.policy.version:
                with pytest.raises(StalePolicyError):
                    self.run(self.books.ledger.reserve(order))
                return
        needs = {Metric.USD: hold * count, Metric.IMAGES: count}
        refused = [
            bound
            for bound in self.decided[who.server_id].bounds(who, self.now)
            if self.used(bound, who.server_id) + needs[bound[2]] > bound[4]
        ]
        before = self.dump()
        if refused:
            with pytest.raises(LimitReachedError) as error:
                self.run(self.books.ledger.reserve(order))
            told = error.value.shortfall
            assert (told.scope, told.scope_id, told.metric, told.window, told.maximum) in refused
            assert told.resets_at > self.now
            assert self.dump() == before
            return
        kept = self.run(self.books.ledger.reserve(order))
        rules = self.decided[who.server_id]
        spans = {
            (everywhere, window): window_edges(
                window, self.now, ZoneInfo("UTC" if everywhere else rules.zone), 0 if everywhere else rules.week_start
            )
            for everywhere in (True, False)
            for window in Window
        }
        self.jobs += [Kept(job.id, who, hold, spans) for job in kept.jobs]

    @rule(who=people)
    def a_crowd_asks_at_once(self, who: Requester) -> None:
        for _ in range(4):
            self.reserve(who, 3, 90)

    @precondition(lambda self: self.jobs)
    @rule(
        which=ANY,
        cost=st.sampled_from([0, 1, 40, 120]),
        end=st.sampled_from(["settle", "release", "unknown", "unknown", "stay"]),
    )
    def a_job_goes_on(self, which: int, cost: int, end: str) -> None:
        job = self.pick(which, {ChargeState.RESERVED, ChargeState.DISPATCHED})
        if job is None:
            return
        ledger = self.books.ledger
        if job.state is ChargeState.RESERVED:
            self.run(ledger.dispatch(job.id, self.now))
            job.state = ChargeState.DISPATCHED
        if end == "stay":
            return
        if end == "settle":
            self.run(ledger.settle(job.id, settlement(cost), self.now))
            job.state, job.actual, job.pictured = ChargeState.SETTLED, cost, True
            job.extra_image = True
        elif end == "release":
            self.run(ledger.release(job.id, "no", "blocked", self.now))
            job.state = ChargeState.RELEASED
        else:
            self.run(ledger.mark_unknown(job.id, "lost", "timeout", self.now, self.now + 1000))
            job.state = ChargeState.UNKNOWN

    @precondition(lambda self: self.jobs)
    @rule(
        which=ANY, nano=st.sampled_from([0, 0, 1, 30, 90, 200]), elsewhere=st.sampled_from([False, False, False, True])
    )
    def a_lead_corrects(self, which: int, nano: int, *, elsewhere: bool) -> None:
        job = (self.pick(which, set(ChargeState) - BUSY) if which % 4 else None) or self.jobs[which % len(self.jobs)]
        correction = Correction(job.id, nano, LEAD, "the bill")
        before = self.dump()
        if nano > max(job.hold, job.actual) and job.state not in BUSY and not elsewhere:
            with pytest.raises(ValueError, match="cannot have cost"):
                self.run(self.books.ledger.correct(job.who.server_id, correction, self.now))
            assert self.dump() == before
            return
        if elsewhere:
            with pytest.raises(LookupError):
                self.run(self.books.ledger.correct(3 - job.who.server_id, correction, self.now))
            assert self.dump() == before
            return
        if job.state in BUSY:
            with pytest.raises(ChargeConflictError):
                self.run(self.books.ledger.correct(job.who.server_id, correction, self.now))
            assert self.dump() == before
            return
        self.run(self.books.ledger.correct(job.who.server_id, correction, self.now))
        if job.state is ChargeState.UNKNOWN:
            job.state = ChargeState.SETTLED if nano else ChargeState.RELEASED
            job.actual = nano
        else:
            job.adjusted = nano - job.actual
            job.extra_image = bool(nano) or job.pictured

    @rule(later=st.sampled_from([0, 2000]))
    def charge_overdue(self, later: int) -> None:
        self.now += later
        self.run(self.books.ledger.charge_overdue(self.now))
        overdue = dict(self.run(self.books.rows("SELECT id, actual_nano FROM jobs WHERE state = 'settled'")))
        for job in self.jobs:
            if job.state is ChargeState.UNKNOWN and job.id in overdue:
                job.state, job.actual, job.extra_image = ChargeState.SETTLED, job.hold, True
                assert overdue[job.id] == job.hold

    @rule()
    def restart(self) -> None:
        self.run(self.books.database.close())
        self.open()

    @invariant()
    def the_tables_agree_with_themselves(self) -> None:
        assert self.run(self.books.database.read(faults)) == {}

    @invariant()
    def what_is_used_of_every_limit_is_what_the_jobs_in_its_windows_count(self) -> None:
        for who in (Requester(1, 11, 21, (31, 32)), Requester(2, 12, 22)):
            told = {
                (status.limit.scope, status.limit.scope_id, status.limit.metric, status.limit.window): status
                for status in self.run(self.accounts.status(who))
            }
            bounds = self.decided[who.server_id].bounds(who, self.now)
            assert set(told) == {bound[:4] for bound in bounds}
            for bound in bounds:
                status = told[bound[:4]]
                assert (status.limit.maximum, status.used) == (bound[4], self.used(bound, who.server_id))
                assert status.resets_at > self.now

    def teardown(self) -> None:
        """I12: whatever was open, nothing is held for ever."""
        try:
            for job in self.jobs:
                if job.state is ChargeState.RESERVED:
                    self.run(self.books.ledger.dispatch(job.id, self.now))
                if job.state in {ChargeState.RESERVED, ChargeState.DISPATCHED}:
                    self.run(self.books.ledger.mark_unknown(job.id, "lost", "timeout", self.now, self.now))
            self.run(self.books.ledger.charge_overdue(self.now + 10**9))
            assert self.run(self.books.rows("SELECT id FROM buckets WHERE held_nano > 0 OR held_images > 0")) == []
            self.the_tables_agree_with_themselves()
        finally:
            self.run(self.books.database.close())
            self.runner.close()
            shutil.rmtree(self.directory)

    def pick(self, which: int, states: set[ChargeState]) -> Kept | None:
        fitting = [job for job in self.jobs if job.state in states]
        return fitting[which % len(fitting)] if fitting else None

    def used(self, bound: tuple[Scope, int, Metric, Window, int], server_id: int) -> int:
        scope, number, metric, window, _ = bound
        everywhere = scope is Scope.INSTALLATION
        place = self.decided[server_id]
        zone, week_start = (ZoneInfo("UTC"), 0) if everywhere else (ZoneInfo(place.zone), place.week_start)
        start, end = window_edges(window, self.now, zone, week_start)

        def still_counts(began: int, ended: int) -> bool:
            shared = min(end, ended) - max(start, began)
            return began <= self.now and (self.now < ended or 2 * shared >= end - start)

        return sum(
            job.counted(metric, everywhere=everywhere)
            for job in self.jobs
            if job.belongs(scope, server_id, number) and still_counts(*job.spans[everywhere, window])
        )

    def dump(self) -> list[list[tuple[int | str | None, ...]]]:
        tables = ("buckets", "jobs", "events", "adjustments", "audit", "policies", "grants")
        return [self.run(self.books.rows(f"SELECT * FROM {table}")) for table in tables]  # noqa: S608 - our own names


SETTINGS = settings(
    max_examples=examples(60),
    stateful_step_count=40,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
PoliciesAndModel.TestCase.settings = SETTINGS
TestPoliciesAndModel = PoliciesAndModel.TestCase
