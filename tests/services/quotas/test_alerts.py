from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.errors import LimitReachedError
from bot.services.calendar import Window
from bot.services.policy import Decision, Defaults, LimitRule, Metric, Requester, Scope, ServerPolicy, limits_for
from bot.services.quotas import SHORT, WHOLLY, Accounts, Alert, BudgetAlerts
from bot.services.quotas.alerts import NEARLY
from bot.storage import Database, SqliteLedger, SqlitePolicies
from bot.storage.alerts import SqliteAlerts
from tests.services.fakes import a_request
from tests.storage.examples import DESTINATION, NOON, PRICES, settlement

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

from bot.services.ledger import Reservation

MIA = Requester(1, 11, 21, (31,))
BEN = Requester(2, 12, 22)
LOG = 77
MONTH = 30 * 86_400


class Leads:
    """Fulfils `AlertSink`: what leads were told, in which channel; `deaf` refuses."""

    def __init__(self) -> None:
        self.told: list[tuple[int, Alert]] = []
        self.deaf = False
        self.twice = asyncio.Event()

    async def __call__(self, channel_id: int, alert: Alert) -> bool:
        if not self.deaf:
            self.told.append((channel_id, alert))
        if len(self.told) == 2:
            self.twice.set()
        return not self.deaf

    @property
    def levels(self) -> list[tuple[Scope, int]]:
        return [(alert.scope, alert.level) for _, alert in self.told]


class Office:
    """Budgets of two servers, a ledger, and leads who read the log channel."""

    def __init__(self, database: Database) -> None:
        self.now = NOON
        self.asked = 0
        self.ledger = SqliteLedger(database)
        self.policies = SqlitePolicies(database)
        defaults = Defaults(monthly_budget_nano=1000, member_daily_images=None)
        self.accounts = Accounts(self.ledger, self.policies, partial(limits_for, defaults=defaults), lambda: self.now)
        self.alerts = SqliteAlerts(database)
        self.leads = Leads()
        self.budget_alerts = self.new_alerts()

    def new_alerts(self) -> BudgetAlerts:
        """As after a restart."""
        budget_alerts = BudgetAlerts(self.accounts, self.alerts, lambda: self.now)
        budget_alerts.speaker = self.leads
        return budget_alerts

    async def decide(self, server_id: int = 1, **changes: object) -> None:
        """Change a server's policy."""
        self.asked += 1
        decision = Decision(5, self.now, "x", "", "", str(self.asked))
        await self.policies.change(server_id, lambda before: (replace(before, **changes), decision))  # type: ignore[arg-type]  # fields by name

    async def reserve(self, name: str, nano: int, who: Requester = MIA) -> None:
        """A picture is asked for that may cost so much."""
        terms = await self.accounts.terms(who)
        await self.ledger.reserve(
            Reservation(
                name,
                a_request(),
                who,
                DESTINATION,
                nano,
                PRICES,
                terms.at,
                terms.buckets,
                terms.limits,
                policy_version=terms.policy.version,
            )
        )

    async def settle(self, name: str, nano: int, who: Requester = MIA) -> None:
        """It is made, and its request ends."""
        await self.ledger.dispatch(f"{name}:1", self.now)
        await self.ledger.settle(f"{name}:1", settlement(nano), self.now)
        await self.budget_alerts.look(who)

    async def spend(self, nano: int, who: Requester = MIA) -> None:
        """A picture is asked for and made at this cost."""
        self.asked += 1
        name = str(100 + self.asked)
        await self.reserve(name, nano, who)
        await self.settle(name, nano, who)


def budget(scope: Scope, scope_id: int, maximum: int) -> LimitRule:
    return LimitRule(
        shared=True, scope=scope, scope_id=scope_id, metric=Metric.USD, window=Window.MONTH, maximum=maximum
    )


SERVER_BUDGET = budget(Scope.SERVER, 1, 100)


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncGenerator[Office]:
    """With a log channel on the first server, and a budget of 100 nano-dollars."""
    database = await Database.open(tmp_path / "atelier.sqlite3")
    try:
        opened = Office(database)
        await opened.decide(log_channel_id=LOG, limits=(SERVER_BUDGET,))
        yield opened
    finally:
        await database.close()


async def test_leads_are_told_at_eighty_per_cent_and_at_a_hundred_and_each_once(office: Office) -> None:
    seen: list[int] = []
    for nano in (79, 1, 10, 10):
        await office.spend(nano)
        seen.append(len(office.leads.told))

    assert seen == [0, 1, 1, 2]
    (channel, first), (_, last) = office.leads.told
    assert (channel, first.level, first.used, first.maximum) == (LOG, 80, 80, 100)
    assert (last.level, last.used, last.name) == (100, 100, "this server's monthly budget")
    assert first.start_at <= NOON < first.end_at


async def test_only_the_highest_level_is_told_when_one_request_passes_both(office: Office) -> None:
    await office.spend(100)

    assert office.leads.levels == [(Scope.SERVER, WHOLLY)]


async def test_what_is_only_held_raises_no_alert(office: Office) -> None:
    for name in ("8", "9"):
        await office.reserve(name, 45)
    await office.budget_alerts.look(MIA)
    before = office.leads.levels

    await office.settle("8", 45)
    await office.settle("9", 36)

    assert (before, office.leads.levels) == ([], [(Scope.SERVER, NEARLY)])


async def test_a_budget_that_is_raised_is_watched_anew(office: Office) -> None:
    await office.spend(100)
    await office.decide(limits=(budget(Scope.SERVER, 1, 200),))

    await office.spend(70)
    await office.spend(30)

    assert [(alert.level, alert.maximum) for _, alert in office.leads.told] == [(100, 100), (80, 200), (100, 200)]


async def test_a_restart_does_not_repeat_an_alert(office: Office) -> None:
    await office.spend(85)
    office.budget_alerts = office.new_alerts()

    await office.spend(1)
    await office.budget_alerts.tell_all()

    assert office.leads.levels == [(Scope.SERVER, 80)]


async def test_the_next_window_has_alerts_of_its_own(office: Office) -> None:
    await office.spend(85)
    office.now += MONTH

    await office.spend(85)

    assert office.leads.levels == [(Scope.SERVER, 80)] * 2


async def test_every_budget_is_watched_but_no_members_allowance(office: Office) -> None:
    own = LimitRule(shared=False, scope=Scope.MEMBER, scope_id=21, metric=Metric.IMAGES, window=Window.DAY, maximum=1)
    await office.decide(
        limits=(own, budget(Scope.CHANNEL, 11, 10), budget(Scope.ROLE, 31, 12), budget(Scope.SERVER, 1, 1000))
    )

    await office.spend(10)

    assert sorted(office.leads.levels) == [(Scope.CHANNEL, 100), (Scope.ROLE, 80)]


async def test_the_installations_budget_is_told_where_it_was_reached(office: Office) -> None:
    await office.decide(limits=())
    await office.decide(2, log_channel_id=88)
    await office.spend(500)

    await office.spend(400, BEN)

    assert [(channel, alert.server_id, alert.scope) for channel, alert in office.leads.told] == [
        (88, 2, Scope.INSTALLATION)
    ]


async def test_a_refusal_for_a_budget_that_is_nearly_used_up_is_told_and_its_end_is_told_too(office: Office) -> None:
    await office.spend(90)
    with pytest.raises(LimitReachedError) as refused:
        await office.spend(20)

    await office.budget_alerts.refused(MIA, refused.value.shortfall)
    await office.budget_alerts.refused(MIA, refused.value.shortfall)
    await office.spend(10)

    assert [(alert.level, alert.used) for _, alert in office.leads.told] == [(NEARLY, 90), (SHORT, 90), (WHOLLY, 100)]


async def test_a_refusal_while_all_the_rest_is_held_says_that_it_is_used_up(office: Office) -> None:
    await office.spend(85)
    await office.reserve("9", 15)
    with pytest.raises(LimitReachedError) as refused:
        await office.spend(1)

    await office.budget_alerts.refused(MIA, refused.value.shortfall)

    assert office.leads.levels == [(Scope.SERVER, NEARLY), (Scope.SERVER, WHOLLY)]


async def test_one_request_that_is_too_large_does_not_make_a_budget_used_up(office: Office) -> None:
    await office.spend(50)
    with pytest.raises(LimitReachedError) as refused:
        await office.spend(60)

    await office.budget_alerts.refused(MIA, refused.value.shortfall)

    assert office.leads.told == []


async def test_a_refusal_for_an_allowance_is_between_the_bot_and_the_member(office: Office) -> None:
    own = LimitRule(shared=False, scope=Scope.MEMBER, scope_id=21, metric=Metric.USD, window=Window.DAY, maximum=0)
    await office.decide(limits=(own,))
    with pytest.raises(LimitReachedError) as refused:
        await office.spend(60)

    await office.budget_alerts.refused(MIA, refused.value.shortfall)

    assert office.leads.told == []


async def test_a_budget_of_nothing_is_used_up_when_somebody_asks(office: Office) -> None:
    await office.decide(limits=(budget(Scope.SERVER, 1, 0),))
    await office.budget_alerts.look(MIA)
    before = office.leads.levels
    with pytest.raises(LimitReachedError) as refused:
        await office.spend(1)

    await office.budget_alerts.refused(MIA, refused.value.shortfall)

    assert (before, office.leads.levels) == ([], [(Scope.SERVER, 100)])


async def test_what_could_not_be_told_is_told_later(office: Office) -> None:
    office.leads.deaf = True
    await office.spend(100)
    office.leads.deaf = False

    await office.budget_alerts.tell_all()
    await office.budget_alerts.tell_all()

    assert office.leads.levels == [(Scope.SERVER, 100)]


@pytest.mark.parametrize("missing", ["speaker", "channel"])
async def test_an_alert_waits_for_someone_to_speak_and_a_place_to_speak_in(office: Office, missing: str) -> None:
    if missing == "speaker":
        office.budget_alerts.speaker = None
    else:
        await office.decide(log_channel_id=None)
    await office.spend(100)
    before = len(office.leads.told)

    office.budget_alerts.speaker = office.leads
    await office.decide(log_channel_id=LOG)
    await office.budget_alerts.tell(1)

    assert (before, len(office.leads.told)) == (0, 1)


async def test_an_alert_of_a_window_that_has_ended_is_not_told_any_more(office: Office) -> None:
    office.leads.deaf = True
    await office.spend(100)
    office.leads.deaf = False
    office.now += MONTH

    await office.budget_alerts.tell_all()

    assert office.leads.told == []


async def test_trouble_with_an_alert_is_nobody_elses_trouble(office: Office) -> None:
    async def broken(_channel: int, _alert: Alert) -> bool:
        raise RuntimeError("discord.py says something new")

    office.budget_alerts.speaker = broken
    await office.spend(90)
    with pytest.raises(LimitReachedError) as refused:
        await office.spend(20)
    await office.budget_alerts.refused(MIA, refused.value.shortfall)
    await office.budget_alerts.tell_all()
    office.budget_alerts.speaker = office.leads

    await office.budget_alerts.tell_all()

    assert office.leads.levels == [(Scope.SERVER, NEARLY), (Scope.SERVER, SHORT)]


async def test_in_the_background_nobody_waits_and_the_end_is_clean(office: Office) -> None:
    await office.decide(log_channel_id=None)
    await office.spend(90)
    with pytest.raises(LimitReachedError) as refused:
        await office.spend(20)
    await office.decide(log_channel_id=LOG)

    office.budget_alerts.request_ended(MIA)
    office.budget_alerts.request_refused(MIA, refused.value.shortfall)
    office.budget_alerts.tell_soon()
    await asyncio.wait_for(office.leads.twice.wait(), 300)
    await office.budget_alerts.close()

    assert office.leads.levels == [(Scope.SERVER, NEARLY), (Scope.SERVER, SHORT)]


async def test_the_end_does_not_wait_for_discord(office: Office) -> None:
    async def never(_channel: int, _alert: Alert) -> bool:
        return await asyncio.Event().wait()

    office.budget_alerts.speaker = never
    await office.decide(log_channel_id=None)
    await office.spend(100)
    await office.decide(log_channel_id=LOG)
    office.budget_alerts.tell_soon()
    await asyncio.sleep(0)

    await office.budget_alerts.close()

    office.budget_alerts.speaker = office.leads
    await office.budget_alerts.tell_all()
    assert len(office.leads.told) == 1


def test_a_policy_of_nothing_bounds_nothing() -> None:
    assert limits_for(ServerPolicy(), MIA, NOON, defaults=Defaults(None, None)) == ()
