"""Pleas as they are kept: at most one open, decided once, together with the grant and the audit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.governing import Decision
from bot.services.limits import Metric, Scope
from bot.services.pleas import Plea, PleaState
from bot.services.policy import Grant
from bot.services.windows import Window
from bot.storage.pleas import SqlitePleas

from .examples import MEMBER, NOON, SERVER

if TYPE_CHECKING:
    from .examples import Books

END = NOON + 3600
PLEA = Plea(
    0, NOON, SERVER, SERVER + 1, MEMBER.user_id, Scope.MEMBER, MEMBER.user_id, Metric.IMAGES, Window.DAY, 4, END
)
GRANT = Grant(Scope.MEMBER, MEMBER.user_id, Metric.IMAGES, Window.DAY, 4, NOON + 60, END)


def decision(action: str, at: int = NOON + 60) -> Decision:
    return Decision(50, at, action, "their daily allowance", "4 pictures missing", "…")


async def opened(pleas: SqlitePleas, plea: Plea = PLEA) -> Plea:
    kept = await pleas.open(plea)
    assert kept is not None
    return kept


async def test_a_plea_is_kept_as_it_was_opened(books: Books) -> None:
    pleas = SqlitePleas(books.database)
    kept = await opened(pleas)

    assert kept.id > 0
    assert kept == replace(PLEA, id=kept.id)
    assert await pleas.get(SERVER, kept.id) == kept
    assert await pleas.get(SERVER + 1, kept.id) is None


@pytest.mark.parametrize(
    ("changes", "is_another"),
    [
        ({}, False),
        ({"needed": 5, "at": NOON + 1, "channel_id": 9}, False),
        ({"user_id": 9}, True),
        ({"ends_at": END + 1}, True),
        ({"window": Window.WEEK}, True),
        ({"metric": Metric.USD}, True),
        ({"server_id": SERVER + 1}, True),
    ],
)
async def test_one_plea_is_open_per_member_limit_and_window(
    books: Books, changes: dict[str, object], *, is_another: bool
) -> None:
    pleas = SqlitePleas(books.database)
    await opened(pleas)

    second = await pleas.open(replace(PLEA, **changes))  # type: ignore[arg-type]  # fields by name

    assert (second is not None) is is_another


async def test_after_an_answer_it_may_be_asked_again(books: Books) -> None:
    pleas = SqlitePleas(books.database)
    first = await opened(pleas)
    await pleas.decide(first, decision("quota decline"), None)

    assert (await opened(pleas)).id > first.id


async def test_a_grant_is_written_with_the_state_and_the_audit(books: Books) -> None:
    pleas = SqlitePleas(books.database)
    kept = await opened(pleas)

    assert await pleas.decide(kept, decision("quota grant"), GRANT)

    assert await pleas.get(SERVER, kept.id) == replace(
        kept, state=PleaState.GRANTED, decided_at=NOON + 60, decided_by=50, granted=4
    )
    assert await books.rows("SELECT amount, start_at, end_at FROM grants") == [(4, NOON + 60, END)]
    assert await books.rows("SELECT action FROM audit") == [("quota grant",)]
    assert await books.rows("SELECT version FROM policies") == [(1,)]


async def test_what_is_decided_is_not_decided_again(books: Books) -> None:
    pleas = SqlitePleas(books.database)
    kept = await opened(pleas)
    await pleas.decide(kept, decision("quota decline"), None)

    assert not await pleas.decide(kept, decision("quota grant"), GRANT)

    assert await books.rows("SELECT count(*) FROM grants") == [(0,)]
    assert await books.rows("SELECT action FROM audit") == [("quota decline",)]


async def test_a_grant_that_cannot_be_written_leaves_the_plea_open(books: Books) -> None:
    pleas = SqlitePleas(books.database)
    kept = await opened(pleas)

    with pytest.raises(Exception, match="CHECK constraint failed"):
        await pleas.decide(kept, decision("quota grant"), replace(GRANT, amount=0))

    assert await pleas.get(SERVER, kept.id) == kept
    assert await books.rows("SELECT count(*) FROM audit") == [(0,)]


async def test_only_what_is_open_is_withdrawn(books: Books) -> None:
    pleas = SqlitePleas(books.database)
    decided = await opened(pleas)
    await pleas.decide(decided, decision("quota decline"), None)
    waiting = await opened(pleas)

    await pleas.withdraw(decided.id)
    await pleas.withdraw(waiting.id)

    assert await books.rows("SELECT id FROM pleas") == [(decided.id,)]


async def test_grants_from_elsewhere_are_not_taken_for_the_pleas_own(books: Books) -> None:
    pleas = SqlitePleas(books.database)
    kept = await opened(pleas)
    await pleas.decide(kept, decision("quota grant"), GRANT)
    other = await opened(pleas, replace(PLEA, user_id=8))
    await pleas.decide(other, decision("quota decline"), None)

    found = await pleas.get(SERVER, other.id)

    assert found is not None
    assert found.granted is None


@pytest.mark.parametrize(("told", "seconds", "again"), [(False, 61, True), (False, 60, False), (True, 9999, False)])
async def test_a_plea_that_a_crash_kept_from_the_leads_can_be_made_again(
    books: Books, *, told: bool, seconds: int, again: bool
) -> None:
    pleas = SqlitePleas(books.database)
    first = await opened(pleas)
    if told:
        await pleas.told(first.id, NOON + 1)

    second = await pleas.open(replace(PLEA, at=NOON + seconds))

    assert (second is not None) is again
    assert (await pleas.get(SERVER, first.id) is None) is again
