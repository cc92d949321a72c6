from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from bot.errors import HELD, LimitReachedError
from bot.language import Language
from bot.services.ledger import ChargeConflictError, ChargeState
from bot.services.policy import Requester
from bot.storage.database.sqlite import sqlite3

from .examples import MEMBER, NOON, PRICES, SERVER, budget, daily_images, order, settlement
from .invariants import faults

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .examples import Books


async def state_of(books: Books, job_id: str = "1:1") -> ChargeState:
    kept = await books.requests.get(job_id.split(":", maxsplit=1)[0])
    assert kept is not None
    return kept.jobs[int(job_id.split(":")[1]) - 1].state


async def in_state(books: Books, state: ChargeState) -> None:
    """Bring the only job of request 1 into a state."""
    await books.ledger.reserve(order())
    if state is ChargeState.RELEASED:
        await books.ledger.release("1:1", "no", "blocked", NOON)
    elif state is not ChargeState.RESERVED:
        await books.ledger.dispatch("1:1", NOON)
        if state is ChargeState.UNKNOWN:
            await books.ledger.mark_unknown("1:1", "lost", "timeout", NOON, NOON + 10)
        elif state is ChargeState.SETTLED:
            await books.ledger.settle("1:1", settlement(), NOON)


STEPS: dict[str, Callable[[Books], Awaitable[object]]] = {
    "dispatch": lambda books: books.ledger.dispatch("1:1", NOON + 1),
    "retract": lambda books: books.ledger.retract("1:1", "unreachable", NOON + 1),
    "settle": lambda books: books.ledger.settle("1:1", settlement(), NOON + 1),
    "release": lambda books: books.ledger.release("1:1", "no", "blocked", NOON + 1),
    "unknown": lambda books: books.ledger.mark_unknown("1:1", "lost", "timeout", NOON + 1, NOON + 10),
}


async def test_a_reservation_holds_in_every_counter_of_every_window(books: Books) -> None:
    kept = await books.ledger.reserve(order(count=3, hold=100))

    assert await books.held_and_settled() == {(300, 3, 0, 0)}
    assert await books.rows("SELECT count(*) FROM buckets") == [(4 * (4 + len(MEMBER.role_ids)),)]
    assert [job.id for job in kept.jobs] == ["1:1", "1:2", "1:3"]
    assert {job.state for job in kept.jobs} == {ChargeState.RESERVED}
    assert kept == await books.requests.get("1")


async def test_what_was_asked_is_returned_as_it_was(books: Books) -> None:
    asked = order(count=2)

    kept = await books.ledger.reserve(asked)

    assert (kept.request, kept.requester, kept.destination) == (asked.request, asked.requester, asked.destination)
    assert (kept.created_at, kept.delivered_at) == (NOON, None)
    assert {(job.hold_nano, job.prices, job.actual_nano, job.failure, job.picture) for job in kept.jobs} == {
        (100, PRICES, None, None, None)
    }


async def test_a_settlement_books_the_cost_and_frees_the_rest(books: Books) -> None:
    await in_state(books, ChargeState.DISPATCHED)

    picture = await books.ledger.settle("1:1", settlement(60), NOON + 5)

    assert await books.held_and_settled() == {(0, 0, 60, 1)}
    assert (picture.number, picture.cost_nano, picture.created_at, picture.seconds) == (1, 60, NOON + 5, 12.5)
    kept = await books.requests.get("1")
    assert kept is not None
    assert kept.jobs[0].picture == picture
    assert (kept.jobs[0].actual_nano, kept.jobs[0].failure) == (60, None)


async def test_a_cost_above_the_hold_is_booked_in_full_and_recorded(books: Books) -> None:
    await in_state(books, ChargeState.DISPATCHED)

    await books.ledger.settle("1:1", settlement(130), NOON)

    assert await books.held_and_settled() == {(0, 0, 130, 1)}
    assert await books.rows("SELECT nano, overshoot_nano FROM events WHERE kind = 'settle'") == [(130, 30)]
    assert await books.rows("SELECT overshoot_nano FROM jobs") == [(30,)]


@pytest.mark.parametrize("state", [ChargeState.RESERVED, ChargeState.DISPATCHED, ChargeState.UNKNOWN])
async def test_the_hold_is_freed_when_the_job_is_released(books: Books, state: ChargeState) -> None:
    await in_state(books, state)

    await books.ledger.release("1:1", "The prompt was blocked.", "blocked", NOON + 1)

    assert await books.held_and_settled() == {(0, 0, 0, 0)}
    kept = await books.requests.get("1")
    assert kept is not None
    assert (kept.jobs[0].state, kept.jobs[0].failure) == (ChargeState.RELEASED, "The prompt was blocked.")


async def test_why_there_is_no_picture_is_told_in_any_language_when_it_is_read_again(books: Books) -> None:
    await in_state(books, ChargeState.DISPATCHED)

    await books.ledger.mark_unknown("1:1", HELD, "timeout", NOON + 1, NOON + 100)

    kept = await books.requests.get("1")
    assert kept is not None
    failure = kept.jobs[0].failure or ""
    assert failure == HELD
    assert Language("de").translate(failure) == Language("de").translate(HELD) != HELD


async def test_an_unknown_outcome_keeps_its_hold(books: Books) -> None:
    await in_state(books, ChargeState.UNKNOWN)

    assert await books.held_and_settled() == {(100, 1, 0, 0)}
    assert await books.ledger.charge_overdue(NOON + 9) == ()
    assert await books.held_and_settled() == {(100, 1, 0, 0)}


async def test_an_unknown_outcome_is_charged_at_its_hold_when_its_deadline_has_come(books: Books) -> None:
    await in_state(books, ChargeState.UNKNOWN)

    charged = await books.ledger.charge_overdue(NOON + 10)

    assert charged == ("1:1",)
    assert await books.held_and_settled() == {(0, 0, 100, 1)}
    assert await books.ledger.charge_overdue(NOON + 11) == ()
    kept = await books.requests.get("1")
    assert kept is not None
    assert (kept.jobs[0].actual_nano, kept.jobs[0].failure, kept.jobs[0].picture) == (100, "lost", None)


async def test_a_result_that_turns_up_late_settles_an_unknown_job(books: Books) -> None:
    await in_state(books, ChargeState.UNKNOWN)

    picture = await books.ledger.settle("1:1", settlement(60), NOON + 20)

    assert await books.held_and_settled() == {(0, 0, 60, 1)}
    kept = await books.requests.get("1")
    assert kept is not None
    assert (kept.jobs[0].picture, kept.jobs[0].failure) == (picture, None)
    assert await books.rows("SELECT note FROM events WHERE kind = 'settle'") == [("the outcome was unknown before",)]


async def test_a_result_that_comes_after_the_deadline_was_charged_is_a_conflict(books: Books) -> None:
    await in_state(books, ChargeState.UNKNOWN)
    await books.ledger.charge_overdue(NOON + 10)

    with pytest.raises(ChargeConflictError, match="settled already"):
        await books.ledger.settle("1:1", settlement(100), NOON + 20)


ALLOWED = {
    ("reserved", "dispatch"),
    ("reserved", "release"),
    ("dispatched", "retract"),
    ("dispatched", "settle"),
    ("dispatched", "release"),
    ("dispatched", "unknown"),
    ("unknown", "settle"),
    ("unknown", "release"),
}
REPEATED = {("unknown", "unknown"), ("settled", "settle"), ("released", "release")}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", list(ChargeState))
async def test_a_charge_goes_only_where_it_may(books: Books, state: ChargeState, step: str) -> None:
    await in_state(books, state)
    before = await books.rows("SELECT * FROM jobs"), await books.rows("SELECT * FROM events")

    if (state, step) in ALLOWED:
        await STEPS[step](books)

        assert (await state_of(books)) is not state
    elif (state, step) in REPEATED:
        await STEPS[step](books)

        assert (await books.rows("SELECT * FROM jobs"), await books.rows("SELECT * FROM events")) == before
    else:
        with pytest.raises(ChargeConflictError):
            await STEPS[step](books)
        assert (await books.rows("SELECT * FROM jobs"), await books.rows("SELECT * FROM events")) == before


async def test_a_call_that_did_not_start_is_taken_back_and_may_be_made_again(books: Books) -> None:
    await in_state(books, ChargeState.DISPATCHED)

    for _ in range(2):  # a second time changes nothing
        await books.ledger.retract("1:1", "unreachable", NOON + 1)
    waiting = await state_of(books), await books.held_and_settled()
    await books.ledger.dispatch("1:1", NOON + 2)
    await books.ledger.settle("1:1", settlement(), NOON + 3)

    assert waiting == (ChargeState.RESERVED, {(100, 1, 0, 0)})
    assert [kind for (kind,) in await books.rows("SELECT kind FROM events ORDER BY seq")] == [
        "reserve", "dispatch", "retract", "dispatch", "settle"
    ]  # fmt: skip
    assert await books.database.read(faults) == {}


@pytest.mark.parametrize("composed", [False, True])
async def test_a_picture_remembers_whether_its_file_was_written_by_us(books: Books, composed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    await in_state(books, ChargeState.DISPATCHED)
    settled = await books.ledger.settle("1:1", dataclasses.replace(settlement(), composed=composed), NOON)
    again = await books.ledger.settle("1:1", dataclasses.replace(settlement(), composed=composed), NOON)

    assert settled.composed == again.composed == composed
    kept = await books.requests.get("1")
    assert kept is not None
    assert kept.jobs[0].picture == settled


async def test_the_same_settlement_again_returns_the_same_picture(books: Books) -> None:
    await in_state(books, ChargeState.DISPATCHED)
    first = await books.ledger.settle("1:1", settlement(), NOON)

    again = await books.ledger.settle("1:1", settlement(), NOON + 100)

    assert again == first


@pytest.mark.parametrize(
    "other",
    [settlement(61), settlement(60, "b"), dataclasses.replace(settlement(), composed=True)],
    ids=["another cost", "another file", "another origin"],
)
async def test_another_settlement_of_a_settled_job_is_a_conflict(books: Books, other: object) -> None:
    await in_state(books, ChargeState.SETTLED)

    with pytest.raises(ChargeConflictError, match="settled already"):
        await books.ledger.settle("1:1", other, NOON)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - a parameter of the test


@pytest.mark.parametrize("step", STEPS)
async def test_a_job_that_is_not_kept_is_a_conflict(books: Books, step: str) -> None:
    with pytest.raises(ChargeConflictError, match="there is no job"):
        await STEPS[step](books)


async def test_the_same_order_again_changes_nothing(books: Books) -> None:
    await books.ledger.reserve(order(count=2))
    await books.ledger.dispatch("1:1", NOON)

    again = await books.ledger.reserve(order(count=2, at=NOON + 60))

    assert again == await books.requests.get("1")
    assert [job.state for job in again.jobs] == [ChargeState.DISPATCHED, ChargeState.RESERVED]
    assert await books.held_and_settled() == {(200, 2, 0, 0)}


@pytest.mark.parametrize(
    "other",
    [
        order(count=2),
        order(requester=Requester(SERVER, SERVER + 1, SERVER + 3)),
        dataclasses.replace(order(), prices=dataclasses.replace(PRICES, text_input=1)),
    ],
    ids=["count", "requester", "prices"],
)
async def test_another_order_with_the_same_id_is_a_conflict(books: Books, other: object) -> None:
    await books.ledger.reserve(order())

    with pytest.raises(ChargeConflictError, match="other parameters"):
        await books.ledger.reserve(other)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - a parameter of the test


async def test_the_budget_admits_what_fits_to_the_last_nano_dollar(books: Books) -> None:
    await books.ledger.reserve(order("1", hold=60, limits=(budget(100),)))
    await books.ledger.reserve(order("2", hold=40, limits=(budget(100),)))

    with pytest.raises(LimitReachedError) as refused:
        await books.ledger.reserve(order("3", hold=1, limits=(budget(100),)))

    assert (refused.value.shortfall.left, refused.value.shortfall.needed) == (0, 1)


async def test_an_order_is_reserved_whole_or_not_at_all(books: Books) -> None:
    limits = (budget(100),)

    with pytest.raises(LimitReachedError) as refused:
        await books.ledger.reserve(order(count=3, hold=40, limits=limits))

    assert (refused.value.shortfall.left, refused.value.shortfall.needed) == (100, 120)
    assert await books.rows("SELECT key FROM state WHERE key = 'clock'") == []
    for table in ("requests", "jobs", "buckets", "job_buckets", "events"):
        assert await books.rows(f"SELECT count(*) FROM {table}") == [(0,)], table  # noqa: S608 - our own names
    await books.ledger.reserve(order(count=2, hold=40, limits=limits))


async def test_the_first_limit_that_does_not_allow_it_is_named(books: Books) -> None:
    limits = (budget(10**9), daily_images(1), budget(0))

    with pytest.raises(LimitReachedError, match="your daily allowance") as refused:
        await books.ledger.reserve(order(count=2, limits=limits))

    assert refused.value.shortfall.resets_at == 1_794_351_600  # midnight in Berlin


async def test_unknown_and_settled_count_against_the_budget_and_released_do_not(books: Books) -> None:
    limits = (budget(100),)
    await books.ledger.reserve(order("1", hold=40, limits=limits))
    await books.ledger.dispatch("1:1", NOON)
    await books.ledger.mark_unknown("1:1", "lost", "timeout", NOON, NOON + 10)
    await books.ledger.reserve(order("2", hold=40, limits=limits))
    await books.ledger.dispatch("2:1", NOON)
    await books.ledger.settle("2:1", settlement(10), NOON)
    await books.ledger.reserve(order("3", hold=50, limits=limits))
    with pytest.raises(LimitReachedError):
        await books.ledger.reserve(order("4", hold=1, limits=limits))

    await books.ledger.release("3:1", "no", "blocked", NOON)

    await books.ledger.reserve(order("5", hold=50, limits=limits))
    with pytest.raises(LimitReachedError):
        await books.ledger.reserve(order("6", hold=1, limits=limits))


async def test_a_job_is_counted_in_the_window_of_its_reservation_whenever_it_ends(books: Books) -> None:
    await books.ledger.reserve(order(at=NOON))
    in_a_month = NOON + 40 * 86_400
    await books.ledger.dispatch("1:1", in_a_month)

    await books.ledger.settle("1:1", settlement(60), in_a_month)

    assert await books.held_and_settled() == {(0, 0, 60, 1)}
    assert await books.rows("SELECT count(*) FROM buckets WHERE start_at > 1794312000") == [(0,)]


async def test_a_new_window_begins_with_nothing_used(books: Books) -> None:
    limits = (daily_images(1),)
    await books.ledger.reserve(order("1", limits=limits))
    with pytest.raises(LimitReachedError):
        await books.ledger.reserve(order("2", limits=limits))

    await books.ledger.reserve(order("3", at=NOON + 86_400, limits=limits))

    assert await books.rows("SELECT count(*) FROM requests") == [(2,)]


async def test_two_zones_share_the_month_of_the_installation(books: Books) -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only here

    elsewhere = Requester(SERVER * 2, 5, 6)
    await books.ledger.reserve(order("1", hold=60, limits=(budget(100),)))

    with pytest.raises(LimitReachedError):
        await books.ledger.reserve(
            order("2", hold=60, limits=(budget(100),), requester=elsewhere, zone=ZoneInfo("Asia/Tokyo"))
        )


async def test_a_small_step_back_of_the_clock_is_waited_out_in_the_ledger(books: Books) -> None:
    await books.ledger.reserve(order("1", at=NOON + 500))
    await books.ledger.dispatch("1:1", NOON)
    await books.ledger.settle("1:1", settlement(), NOON - 90)

    await books.ledger.reserve(order("2", at=NOON + 30))

    assert await books.rows("SELECT DISTINCT at FROM events") == [(NOON + 500,)]
    assert await books.rows("SELECT DISTINCT reserved_at FROM jobs") == [(NOON + 500,)]


async def test_a_reservation_stays_inside_its_windows_though_another_came_first(books: Books) -> None:
    end_of_hour = NOON + 3600
    await books.ledger.reserve(order("1", at=end_of_hour))

    await books.ledger.reserve(order("2", at=end_of_hour - 1))

    assert await books.rows("SELECT reserved_at FROM jobs WHERE id = '2:1'") == [(end_of_hour - 1,)]


async def test_an_order_outside_its_windows_is_a_fault(books: Books) -> None:
    late = dataclasses.replace(order(), at=NOON + 86_400)

    with pytest.raises(ValueError, match="not inside the window"):
        await books.ledger.reserve(late)


async def test_a_limit_that_nothing_counts_is_a_fault(books: Books) -> None:
    bare = dataclasses.replace(order(limits=(budget(100),)), buckets=())

    with pytest.raises(ValueError, match="no counter for the limit"):
        await books.ledger.reserve(bare)


async def test_the_status_of_a_limit_counts_what_is_held_and_settled(books: Books) -> None:
    limits = (budget(1000), daily_images(5))
    await in_state(books, ChargeState.SETTLED)
    await books.ledger.reserve(order("2", count=2, hold=100))

    status = await books.ledger.limit_status(limits, order().buckets, NOON)

    assert [(found.limit, found.used) for found in status] == [(limits[0], 260), (limits[1], 3)]
    assert [found.resets_at for found in status] == [1_796_083_200, 1_794_351_600]


async def test_the_status_of_an_unused_limit_is_zero(books: Books) -> None:
    status = await books.ledger.limit_status((budget(1000),), order().buckets, NOON)

    assert [found.used for found in status] == [0]


async def test_a_settled_job_remembers_what_the_author_of_a_drawing_has_cost(books: Books) -> None:
    await in_state(books, ChargeState.DISPATCHED)
    made = settlement()
    drawn = dataclasses.replace(made, usage=dataclasses.replace(made.usage, author_nano=17))
    first = await books.ledger.settle("1:1", drawn, NOON)

    assert await books.ledger.settle("1:1", drawn, NOON) == first
    assert await books.rows("SELECT usage_author_nano FROM jobs") == [(17,)]
    with pytest.raises(ChargeConflictError, match="settled already"):
        await books.ledger.settle("1:1", made, NOON)


async def test_a_settled_job_remembers_what_the_provider_reported(books: Books) -> None:
    await in_state(books, ChargeState.SETTLED)

    assert await books.rows(
        "SELECT usage_text_input, usage_image_input, usage_image_output, usage_text_output, provider_request_id, "
        "attempt, outcome FROM jobs"
    ) == [(10, 20, 30, 40, "req_1", 1, "completed")]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE jobs SET failure = 'x' WHERE id = '1:1'",
        "UPDATE jobs SET state = 'reserved', closed_at = NULL, actual_nano = NULL WHERE id = '1:1'",
        "DELETE FROM jobs WHERE id = '2:1'",
        "UPDATE jobs SET hold_nano = 1 WHERE id = '2:1'",
        "UPDATE jobs SET state = 'settled', actual_nano = 1, actual_images = 1, closed_at = 1 WHERE id = '2:1'",
        "UPDATE jobs SET state = 'unknown', dispatched_at = 1, deadline_at = 1 WHERE id = '2:1'",
        "UPDATE jobs SET state = 'released' WHERE id = '2:1'",
        "UPDATE events SET nano = 1",
        "DELETE FROM events",
        "INSERT INTO events (at, job_id, kind, nano, images) VALUES (1, '1:1', 'settle', 1, 1)",
        "INSERT INTO events (at, job_id, kind, nano, images) VALUES (1, '1:1', 'release', 1, 1)",
        "INSERT INTO events (at, job_id, kind, nano, images) VALUES (1, '2:1', 'reserve', 1, 1)",
        "UPDATE buckets SET held_nano = -1",
        "UPDATE buckets SET held_nano = 0.5",
    ],
)
async def test_the_tables_themselves_refuse_what_must_not_be(books: Books, sql: str) -> None:
    """I5 and I7."""
    await in_state(books, ChargeState.SETTLED)
    await books.ledger.reserve(order("2"))

    with pytest.raises(sqlite3.IntegrityError):
        await books.database.transaction(lambda connection: connection.execute(sql))


async def test_no_step_scans_a_table_that_grows(books: Books) -> None:
    statements: list[str] = []
    await books.database.read(lambda connection: connection.set_trace_callback(statements.append))
    await books.ledger.reserve(order(count=2, limits=(budget(10**9), daily_images(5))))
    await books.ledger.dispatch("1:1", NOON)
    await books.ledger.mark_unknown("1:1", "lost", "timeout", NOON, NOON + 10)
    await books.ledger.charge_overdue(NOON + 10)
    await books.ledger.dispatch("1:2", NOON)
    await books.ledger.settle("1:2", settlement(), NOON)
    await books.ledger.settle("1:2", settlement(), NOON)
    await books.ledger.reserve(order("2"))
    await books.ledger.release("2:1", "no", "blocked", NOON)
    await books.requests.delivered("1", NOON, 5, [6])
    await books.requests.undelivered()
    await books.requests.of_picture(1, SERVER)
    await books.requests.messages("1")
    await books.requests.delete_pictures("1", NOON)
    await books.database.read(lambda connection: connection.set_trace_callback(None))

    def plans(connection: sqlite3.Connection) -> set[tuple[str, str]]:
        # Not INSERT: its plan lists a scan for foreign keys that SQLite runs only while one is violated.
        asked = {text for text in statements if text.lstrip().startswith(("SELECT", "UPDATE", "WITH"))}
        assert len(asked) > 20
        return {(row[3], text) for text in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")}

    allowed = {
        "SCAN requests USING INDEX requests_undelivered",  # the few that are not answered yet
        "SCAN candidates VIRTUAL TABLE INDEX 1:",  # the files of one request
        "SCAN wanted",  # the counters of one request
        "SCAN 24 CONSTANT ROWS",  # the same
        "SCAN CONSTANT ROW",  # no table at all
        "SCAN sqlite_sequence",  # a row for each table that numbers its rows
    }
    found = await books.database.read(plans)
    assert {(plan, text) for plan, text in found if "SCAN" in plan and plan not in allowed} == set()
