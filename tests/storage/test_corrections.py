from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.services.ledger import ChargeConflictError, ChargeState, Corrected, Correction
from bot.services.policy import Defaults, limits_for
from bot.services.quotas import Accounts
from bot.services.quotas.accounts import MOST_TIMES_THE_ESTIMATE, OVERSHOOT_MEMORY
from bot.storage import SqliteAudit, SqlitePolicies

from .examples import MEMBER, NOON, SERVER, order, settlement

if TYPE_CHECKING:
    from .examples import Books

LEAD = 5


def says(nano: int, job_id: str = "1:1") -> Correction:
    return Correction(job_id, nano, LEAD, "seen on the bill")


async def unknown(books: Books) -> None:
    """A job of 100 nano-dollars whose outcome is not known."""
    await books.ledger.reserve(order(hold=100))
    await books.ledger.dispatch("1:1", NOON)
    await books.ledger.mark_unknown("1:1", "lost", "timeout", NOON, NOON + 1000)


async def beside_the_installation(books: Books) -> set[tuple[int | str | None, ...]]:
    """The distinct figures of the counters of one server."""
    return set(
        await books.rows(
            "SELECT held_nano, held_images, settled_nano, settled_images FROM buckets WHERE scope <> 'installation'"
        )
    )


async def decisions(books: Books) -> list[tuple[str, str, str]]:
    found = await SqliteAudit(books.database).entries(SERVER)
    return [(entry.decision.subject, entry.decision.before, entry.decision.after) for entry in found]


@pytest.mark.parametrize(
    ("nano", "state", "counters", "event"),
    [
        (0, ChargeState.RELEASED, (0, 0, 0, 0), ("release", 100, 0)),
        (60, ChargeState.SETTLED, (0, 0, 60, 1), ("settle", 60, 0)),
        (100, ChargeState.SETTLED, (0, 0, 100, 1), ("settle", 100, 0)),
    ],
)
async def test_an_unknown_job_is_closed_at_what_the_lead_knows(
    books: Books, nano: int, state: ChargeState, counters: tuple[int, ...], event: tuple[str, int, int]
) -> None:
    await unknown(books)

    corrected = await books.ledger.correct(SERVER, says(nano), NOON + 9)

    assert corrected == Corrected("1:1", ChargeState.UNKNOWN, 100, state, nano)
    assert await books.held_and_settled() == {counters}
    (last,) = await books.rows(
        "SELECT kind, nano, overshoot_nano, note, actor_id, at FROM events ORDER BY seq DESC LIMIT 1"
    )
    assert last == (*event, "seen on the bill", LEAD, NOON + 9)
    ((subject, before, after),) = await decisions(books)
    assert (subject, before) == (f"job 1:1 of <@{MEMBER.user_id}>", "unknown ($0.0000001 held)")
    assert after == {0: "not charged", 60: "charged $0.00000006", 100: "charged $0.0000001"}[nano]
    assert await books.ledger.charge_overdue(NOON + 2000) == ()


@pytest.mark.parametrize(
    ("nano", "counters", "rows"),
    [
        (0, (0, 0, 0, 1), [(-60, 0)]),
        (45, (0, 0, 45, 1), [(-15, 0)]),
        (90, (0, 0, 90, 1), [(30, 0)]),
        (60, (0, 0, 60, 1), []),
    ],
)
async def test_a_settled_job_is_adjusted_by_a_line_of_its_own(
    books: Books, nano: int, counters: tuple[int, ...], rows: list[tuple[int, int]]
) -> None:
    await books.ledger.reserve(order(hold=100))
    await books.ledger.dispatch("1:1", NOON)
    picture = await books.ledger.settle("1:1", settlement(60), NOON)

    corrected = await books.ledger.correct(SERVER, says(nano), NOON + 9)

    assert corrected == Corrected("1:1", ChargeState.SETTLED, 60, ChargeState.SETTLED, nano)
    assert await beside_the_installation(books) == {counters}
    assert await books.rows("SELECT nano, images FROM adjustments") == rows
    told = (f"picture #1 of <@{MEMBER.user_id}>", "charged $0.00000006")
    assert [entry[:2] for entry in await decisions(books)] == [told] * len(rows)
    assert await books.rows("SELECT actual_nano FROM jobs") == [(60,)]
    assert await books.ledger.settle("1:1", settlement(60), NOON) == picture


async def test_what_was_charged_without_a_picture_is_given_back_with_its_picture(books: Books) -> None:
    await unknown(books)
    await books.ledger.charge_overdue(NOON + 1000)

    await books.ledger.correct(SERVER, says(0), NOON + 1001)

    assert await books.held_and_settled() == {(0, 0, 0, 0)}
    assert await books.rows("SELECT nano, images FROM adjustments") == [(-100, -1)]


async def test_a_released_job_that_was_billed_after_all_is_charged(books: Books) -> None:
    await unknown(books)
    await books.ledger.correct(SERVER, says(0), NOON + 1)

    again = await books.ledger.correct(SERVER, says(40), NOON + 2)

    assert again == Corrected("1:1", ChargeState.RELEASED, 0, ChargeState.RELEASED, 40)
    assert await books.held_and_settled() == {(0, 0, 40, 1)}


@pytest.mark.parametrize("settled", [False, True])
async def test_no_lead_can_say_that_more_was_billed_than_was_held_or_reported(books: Books, *, settled: bool) -> None:
    await unknown(books)
    most = 100
    if settled:
        await books.ledger.settle("1:1", settlement(130), NOON)
        most = 130
    await books.ledger.correct(SERVER, says(most), NOON)
    before = await books.held_and_settled()

    with pytest.raises(ValueError, match="cannot have cost"):
        await books.ledger.correct(SERVER, says(most + 1), NOON)

    assert await books.held_and_settled() == before


async def test_what_the_provider_reported_stands_for_the_installation(books: Books) -> None:
    await books.ledger.reserve(order(hold=100))
    await books.ledger.dispatch("1:1", NOON)
    await books.ledger.settle("1:1", settlement(60), NOON)

    await books.ledger.correct(SERVER, says(0), NOON + 1)

    found = await books.rows(
        "SELECT DISTINCT scope, settled_nano FROM buckets WHERE scope IN ('installation', 'server')"
    )
    assert found == [("installation", 60), ("server", 0)]
    assert await books.rows("SELECT installation FROM adjustments") == [(0,)]


async def test_what_was_only_estimated_can_be_given_back_to_all_servers(books: Books) -> None:
    await books.ledger.reserve(order(hold=100))
    await books.ledger.dispatch("1:1", NOON)
    estimated = replace(settlement(100), is_estimated=True)
    picture = await books.ledger.settle("1:1", estimated, NOON)

    await books.ledger.correct(SERVER, says(40), NOON + 1)

    assert await books.held_and_settled() == {(0, 0, 40, 1)}
    assert await books.ledger.settle("1:1", estimated, NOON) == picture


async def test_the_same_correction_again_changes_nothing(books: Books) -> None:
    await unknown(books)
    await books.ledger.correct(SERVER, says(70), NOON + 1)

    again = await books.ledger.correct(SERVER, says(70), NOON + 2)

    assert again == Corrected("1:1", ChargeState.SETTLED, 70, ChargeState.SETTLED, 70)
    assert len(await decisions(books)) == 1
    assert await books.rows("SELECT * FROM adjustments") == []


@pytest.mark.parametrize("dispatched", [False, True])
async def test_a_job_that_waits_or_runs_is_left_alone(books: Books, *, dispatched: bool) -> None:
    await books.ledger.reserve(order())
    if dispatched:
        await books.ledger.dispatch("1:1", NOON)

    with pytest.raises(ChargeConflictError):
        await books.ledger.correct(SERVER, says(0), NOON)

    assert await books.held_and_settled() == {(100, 1, 0, 0)}


@pytest.mark.parametrize(("server_id", "job_id"), [(SERVER + 1, "1:1"), (SERVER, "2:1")])
async def test_only_jobs_of_the_leads_own_server_are_found(books: Books, server_id: int, job_id: str) -> None:
    await unknown(books)

    with pytest.raises(LookupError):
        await books.ledger.correct(server_id, says(0, job_id), NOON)

    assert await books.held_and_settled() == {(100, 1, 0, 0)}


async def test_corrections_change_the_windows_of_the_reservation(books: Books) -> None:
    await unknown(books)
    next_month = NOON + 40 * 86_400

    await books.ledger.correct(SERVER, says(90), next_month)
    await books.ledger.correct(SERVER, says(50), next_month)

    assert await books.rows("SELECT count(*) FROM buckets WHERE start_at > 1795000000") == [(0,)]
    assert await books.held_and_settled() == {(0, 0, 50, 1)}


async def settled_at(books: Books, name: str, cost: int, estimate: int, at: int = NOON) -> None:
    await books.ledger.reserve(replace(order(name, hold=estimate, at=at), estimate_nano=estimate))
    await books.ledger.dispatch(f"{name}:1", at)
    await books.ledger.settle(f"{name}:1", settlement(cost), at)


async def test_a_cost_above_the_estimate_raises_the_models_next_holds_for_a_month(books: Books) -> None:
    now = NOON
    no_limits = partial(limits_for, defaults=Defaults(None, None))
    accounts = Accounts(books.ledger, SqlitePolicies(books.database), no_limits, lambda: now)
    before = await accounts.hold("gpt-image-2", 1000)
    await settled_at(books, "1", 130, 100)
    await settled_at(books, "2", 110, 100)
    await settled_at(books, "3", 9, 100)

    raised = await accounts.hold("gpt-image-2", 1000), await accounts.hold("gpt-image-2", 7)
    other = await accounts.hold("gpt-image-2.5-flare", 1000)
    now = NOON + OVERSHOOT_MEMORY

    assert (before, raised, other) == (1000, (1300, 10), 1000)
    assert await accounts.hold("gpt-image-2", 1000) == 1000


async def test_a_raised_hold_is_measured_against_the_estimate_not_against_itself(books: Books) -> None:
    await books.ledger.reserve(replace(order(hold=130), estimate_nano=100))
    await books.ledger.dispatch("1:1", NOON)
    await books.ledger.settle("1:1", settlement(140), NOON)

    assert await books.ledger.highest_overshoot("gpt-image-2", NOON - 1) == (140, 100)


async def test_one_strange_report_does_not_make_a_model_unaffordable(books: Books) -> None:
    no_limits = partial(limits_for, defaults=Defaults(None, None))
    accounts = Accounts(books.ledger, SqlitePolicies(books.database), no_limits, lambda: NOON)
    await settled_at(books, "1", 99_000, 100)

    assert await accounts.hold("gpt-image-2", 1000) == 1000 * MOST_TIMES_THE_ESTIMATE


async def test_what_a_lead_says_raises_no_hold(books: Books) -> None:
    await books.ledger.reserve(replace(order(hold=300), estimate_nano=100))
    await books.ledger.dispatch("1:1", NOON)
    await books.ledger.mark_unknown("1:1", "lost", "timeout", NOON, NOON + 1000)
    await books.ledger.correct(SERVER, says(300), NOON)

    assert await books.ledger.highest_overshoot("gpt-image-2", NOON - 1) is None
