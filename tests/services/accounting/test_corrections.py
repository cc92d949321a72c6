"""What a lead's word does to a charge: on the real ledger, whose invariants are checked after each test."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import DecisionRefusedError, RequestRefused
from bot.services.accounting import NO_CHARGE, Billing, Corrector
from bot.services.accounting.corrections import NONE_UNKNOWN, NOT_FOUND
from bot.services.calendar import Window
from bot.services.catalog import Usage
from bot.services.ledger import ChargeState, Reservation, Settlement
from bot.services.policy import Decision, Defaults, Lead, LimitRule, Metric, Scope, ServerPolicy, limits_for
from bot.services.quotas import Accounts
from bot.storage import Database, SqliteAudit, SqliteLedger, SqlitePolicies
from bot.storage.ledger.charge_lookup import SqliteCharges
from tests.examples import DESTINATION, MODEL, REQUEST, STORED, examples
from tests.services.fakes import BEN, MIA, NOON, Clock
from tests.storage.invariants import faults

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from bot.services.accounting import Resolved
    from bot.services.policy import AuditEntry, Requester

CENT = 10_000_000  # nano-dollars
HOLD = 2 * CENT
LEAD = Lead(MIA.server_id, 50)
DAY = 86_400
STATES = ["unknown", "charged", "given back", "overdue", "refused"]


@dataclass
class Desk:
    """The corrector, and the books behind it."""

    clock: Clock
    database: Database
    ledger: SqliteLedger
    policies: SqlitePolicies
    corrector: Corrector

    async def asked(self, name: str, requester: Requester = MIA) -> str:
        """A job that was sent; its id."""
        terms = await self.corrector.accounts.terms(requester)
        order = Reservation(
            name,
            replace(REQUEST, count=1),
            requester,
            DESTINATION,
            HOLD,
            MODEL.priced(),
            terms.at,
            terms.buckets,
            terms.limits,
            policy_version=terms.policy.version,
        )
        await self.ledger.reserve(order)
        await self.ledger.dispatch(f"{name}:1", terms.at)
        return f"{name}:1"

    async def in_state(self, state: str, name: str = "1", requester: Requester = MIA) -> str:
        """A job in one of `STATES`, or ``made``, whose picture cost half of its hold."""
        job_id, now = await self.asked(name, requester), int(self.clock())
        if state == "made":
            await self.ledger.settle(job_id, Settlement(CENT, Usage(1, 2, 3), STORED, 1.0, None), now)
        elif state == "refused":
            await self.ledger.release(job_id, "No.", "moderation_blocked", now)
        else:
            await self.ledger.mark_unknown(job_id, "No picture came.", "timeout", now, now + 3 * DAY)
        if state == "overdue":
            await self.ledger.charge_overdue(now + 3 * DAY)
        if state in {"charged", "given back"}:
            await self.resolve(Billing.AT_HOLD if state == "charged" else Billing.NOT, job_id)
        return job_id

    async def resolve(self, billing: Billing, reference: str = "1:1", amount: str | None = None) -> Resolved:
        return await self.corrector.resolve(LEAD, reference, billing, amount, "seen on the bill")

    async def used(self, requester: Requester = MIA) -> dict[str, int]:
        """What is used of each limit of the member, by its name."""
        return {each.limit.name: each.used for each in await self.corrector.accounts.status(requester)}

    async def audited(self) -> list[AuditEntry]:
        entries = await SqliteAudit(self.database).entries(LEAD.server_id, most=1000)
        return [entry for entry in entries if entry.decision.action == "quota resolve"]

    async def budget(self, window: Window, maximum: int = 10**10) -> None:
        rule = LimitRule(
            shared=True, scope=Scope.SERVER, scope_id=MIA.server_id, metric=Metric.USD, window=window, maximum=maximum
        )

        def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
            limits = (*policy.limits, rule)
            return replace(policy, limits=limits), Decision(50, NOON, "quota set", "", "not set", f"{window}")

        await self.policies.change(MIA.server_id, alter)


@asynccontextmanager
async def a_desk(folder: Path | str) -> AsyncGenerator[Desk]:
    """Every member may have 25 pictures a day, all together $20 a month; the invariants hold at the end."""
    from pathlib import Path  # noqa: PLC0415 - at the top it is for types only

    database = await Database.open(Path(folder) / "atelier.sqlite3")
    try:
        clock, ledger, policies = Clock(), SqliteLedger(database), SqlitePolicies(database)
        limits = partial(limits_for, defaults=Defaults(20 * 10**9, 25))
        corrector = Corrector(Accounts(ledger, policies, limits, clock), SqliteCharges(database))
        yield Desk(clock, database, ledger, policies, corrector)
        assert await database.read(faults) == {}
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("billing", "amount", "state", "nano", "used"),
    [
        (Billing.NOT, None, ChargeState.RELEASED, 0, (0, 0)),
        (Billing.AT_HOLD, None, ChargeState.SETTLED, HOLD, (1, HOLD)),
        (Billing.AT_AMOUNT, "$0.0123", ChargeState.SETTLED, 12_300_000, (1, 12_300_000)),
        (Billing.AT_AMOUNT, "0.005", ChargeState.SETTLED, CENT // 2, (1, CENT // 2)),
        (Billing.AT_AMOUNT, " 0.02 dollars ", ChargeState.SETTLED, HOLD, (1, HOLD)),
    ],
)
async def test_an_unknown_charge_becomes_what_the_lead_says(
    tmp_path: Path, billing: Billing, amount: str | None, state: ChargeState, nano: int, used: tuple[int, int]
) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.in_state("unknown")

        resolved = await desk.resolve(billing, amount=amount)

        corrected = resolved.corrected
        assert (corrected.state_before, corrected.nano_before) == (ChargeState.UNKNOWN, HOLD)
        assert (corrected.state_after, corrected.nano_after) == (state, nano)
        assert resolved.is_changed
        assert await desk.used() == {"your daily allowance": used[0], "this bot's monthly budget": used[1]}
        (entry,) = await desk.audited()
        assert (entry.decision.actor_id, entry.decision.why) == (50, "seen on the bill")


@pytest.mark.parametrize(
    ("state", "billing", "change"),  # of the daily allowance, the server's budget, and that of all servers
    [
        ("unknown", Billing.NOT, (-1, -HOLD, -HOLD)),
        ("unknown", Billing.AT_HOLD, (0, 0, 0)),
        ("given back", Billing.AT_HOLD, (1, HOLD, HOLD)),
        ("refused", Billing.AT_HOLD, (1, HOLD, HOLD)),
        ("charged", Billing.NOT, (-1, -HOLD, -HOLD)),
        ("overdue", Billing.NOT, (-1, -HOLD, -HOLD)),
        ("made", Billing.NOT, (0, -CENT, 0)),
        ("made", Billing.AT_HOLD, (0, CENT, 0)),
    ],
)
async def test_the_effects_are_what_the_limits_count(
    tmp_path: Path, state: str, billing: Billing, change: tuple[int, int, int]
) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.budget(Window.MONTH)
        await desk.in_state(state)
        before = await desk.used()

        resolved = await desk.resolve(billing)

        after = await desk.used()
        told = {effect.limit.name: effect.change for effect in resolved.effects}
        names = ("your daily allowance", "this server's monthly budget", "this bot's monthly budget")
        assert tuple(told.get(name, 0) for name in names) == change
        assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == told


async def test_limits_of_windows_that_have_ended_are_not_told(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.budget(Window.DAY)
        await desk.budget(Window.MONTH)
        await desk.in_state("unknown")
        desk.clock.now = NOON + DAY

        resolved = await desk.resolve(Billing.NOT)

        assert [effect.limit.name for effect in resolved.effects] == [
            "this server's monthly budget",
            "this bot's monthly budget",
        ]


@pytest.mark.parametrize("state", STATES)
async def test_what_is_so_already_is_not_written_again(tmp_path: Path, state: str) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.in_state(state)
        first = await desk.resolve(Billing.AT_AMOUNT, amount="$0.003")
        count = len(await desk.audited())

        again = await desk.resolve(Billing.AT_AMOUNT, amount="$0.003")

        assert (first.is_changed, again.is_changed) == (True, False)
        assert again.effects == ()
        assert len(await desk.audited()) == count


words = st.tuples(st.integers(0, len(STATES)), st.sampled_from(Billing), st.integers(1, HOLD), st.integers(0, 40 * DAY))


@settings(max_examples=examples(25))
@given(st.lists(words, min_size=1, max_size=12))
def test_whatever_leads_say_the_counters_agree_and_each_change_is_audited_once(
    said: list[tuple[int, Billing, int, int]],
) -> None:
    async def play(folder: str) -> None:
        async with a_desk(folder) as desk:
            jobs = [await desk.in_state(state, str(number)) for number, state in enumerate([*STATES, "made"], start=1)]
            for job, billing, nano, later in said:
                desk.clock.now += later
                before = len(await desk.audited())
                amount = f"${nano / 10**9:.9f}" if billing is Billing.AT_AMOUNT else None

                resolved = await desk.resolve(billing, jobs[job], amount)

                assert len(await desk.audited()) - before == resolved.is_changed
                assert await desk.database.read(faults) == {}

    with TemporaryDirectory() as folder:
        asyncio.run(play(folder))


@pytest.mark.parametrize("reference", ["#1", "1", " # 1 ", "1:1"])
async def test_a_picture_is_found_by_its_number_or_its_job(tmp_path: Path, reference: str) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.in_state("made")

        resolved = await desk.resolve(Billing.NOT, reference)

        assert (resolved.charge.picture, resolved.charge.counted_nano) == (1, CENT)
        assert resolved.corrected.nano_after == 0


@pytest.mark.parametrize(
    "reference", ["2", "#2", "2:1", "1:2", "0", "9" * 18, "9" * 40, "fox", "#", "", "1:1; DROP TABLE jobs", "\u0661"]
)
async def test_what_is_no_charge_of_this_server_is_not_found(tmp_path: Path, reference: str) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.in_state("made", "1")
        await desk.in_state("made", "2", replace(MIA, server_id=777))

        with pytest.raises(RequestRefused) as refusal:
            await desk.resolve(Billing.NOT, reference)

        assert refusal.value.sentence == NOT_FOUND
        assert await desk.audited() == []


async def test_the_choice_that_there_is_none_explains_itself(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        with pytest.raises(RequestRefused) as refusal:
            await desk.resolve(Billing.NOT, NO_CHARGE)

        assert refusal.value.sentence == NONE_UNKNOWN


async def test_the_unknown_charges_of_the_server_are_listed_oldest_first(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.in_state("unknown", "1", BEN)
        desk.clock.now += 60
        await desk.in_state("unknown", "2")
        await desk.in_state("made", "3")
        await desk.in_state("unknown", "4", replace(MIA, server_id=777))

        found = await desk.corrector.unknown(MIA.server_id, 25)

        assert [(each.job_id, each.requester) for each in found] == [("1:1", BEN), ("2:1", MIA)]
        assert (found[0].model, found[0].quality, found[0].hold_nano) == (MODEL.id, REQUEST.quality, HOLD)
        assert (found[0].reserved_at, found[0].deadline_at) == (NOON, NOON + 3 * DAY)
        assert [each.job_id for each in await desk.corrector.unknown(MIA.server_id, 1)] == ["1:1"]


@pytest.mark.parametrize(
    ("billing", "amount", "words"),
    [
        (Billing.NOT, "$1", "An amount goes with “billed at this amount” only."),
        (Billing.AT_HOLD, "", "An amount goes with “billed at this amount” only."),
        (Billing.AT_AMOUNT, None, "Say what was billed: add the amount in dollars"),
        (Billing.AT_AMOUNT, "  ", "Say what was billed"),
        (Billing.AT_AMOUNT, "-$1", "A charge cannot be less than nothing."),
        (Billing.AT_AMOUNT, "$-0.01", "A charge cannot be less than nothing."),
        (Billing.AT_AMOUNT, "−5", "A charge cannot be less than nothing."),  # noqa: RUF001 - a sign that people write
        (Billing.AT_AMOUNT, "0", "If nothing was billed, choose “not billed” without an amount."),
        (Billing.AT_AMOUNT, "$0.00", "If nothing was billed, choose “not billed” without an amount."),
        (Billing.AT_AMOUNT, "5 pictures", "A charge is in dollars"),
        (Billing.AT_AMOUNT, "unlimited", "A charge is in dollars"),
        (Billing.AT_AMOUNT, "a fox", "is not an amount of dollars"),
        (Billing.AT_AMOUNT, "NaN", "“NaN” is not an amount of dollars that I understand. Write it like $0.05."),
        (Billing.AT_AMOUNT, "5 €", "I count in US dollars"),
        (Billing.AT_AMOUNT, "1,5", "Decimals are written with a point: did you mean $1.50?"),
        (Billing.AT_AMOUNT, "$0.0000000001", "nine decimals"),
        (Billing.AT_AMOUNT, "$0.020000001", "is more than this picture can have cost by our price table, $0.02."),
        (Billing.AT_AMOUNT, "9" * 30, "That is too much"),
    ],
)
async def test_an_amount_that_makes_no_sense_is_refused_and_nothing_is_changed(
    tmp_path: Path, billing: Billing, amount: str | None, words: str
) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.in_state("unknown")
        before = await desk.used()

        with pytest.raises((RequestRefused, DecisionRefusedError)) as refusal:
            await desk.resolve(billing, amount=amount)

        assert words in refusal.value.sentence
        assert await desk.used() == before
        assert await desk.audited() == []


@pytest.mark.parametrize("why", [" ", "\u200b\u200b"])
async def test_a_reason_must_say_something(tmp_path: Path, why: str) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.in_state("unknown")

        with pytest.raises(RequestRefused, match="how you know"):
            await desk.corrector.resolve(LEAD, "1:1", Billing.NOT, None, why)


async def test_a_picture_that_is_not_done_is_left_alone(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.asked("1")
        terms = await desk.corrector.accounts.terms(MIA)
        order = Reservation("2", REQUEST, MIA, DESTINATION, HOLD, MODEL.priced(), terms.at, terms.buckets, terms.limits)
        await desk.ledger.reserve(order)

        with pytest.raises(DecisionRefusedError, match="still being made; wait until it ends"):
            await desk.resolve(Billing.NOT)
        with pytest.raises(DecisionRefusedError, match="still waits for its turn"):
            await desk.resolve(Billing.NOT, "2:1")


async def test_a_ledger_that_thinks_otherwise_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking and writing, the ledger is asked again: it decides."""
    async with a_desk(tmp_path) as desk:
        job_id = await desk.in_state("unknown")
        stale = await desk.corrector.charges.of_job(MIA.server_id, job_id)
        await desk.asked("2")
        assert stale is not None

        async def find(*_: object) -> object:
            return replace(stale, job_id="2:1")

        monkeypatch.setattr(SqliteCharges, "of_job", find)

        with pytest.raises(DecisionRefusedError, match="has changed meanwhile"):
            await desk.resolve(Billing.NOT)
