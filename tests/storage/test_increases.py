"""Pleas as they are kept: at most one open, decided once, together with the grant and the audit, and told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.calendar import Window
from bot.services.policy import Decision, Grant, Metric, Scope
from bot.services.quotas import IncreaseRequest, IncreaseState
from bot.storage.increases import SqliteIncreases

from .examples import MEMBER, NOON, SERVER

if TYPE_CHECKING:
    from .examples import Books

END = NOON + 3600
INCREASE = IncreaseRequest(
    0,
    NOON,
    SERVER,
    SERVER + 1,
    MEMBER.user_id,
    Scope.MEMBER,
    MEMBER.user_id,
    Metric.IMAGES,
    Window.DAY,
    5,
    4,
    END,
    (7, 8),
    SERVER + 3,
)
GRANT = Grant(Scope.MEMBER, MEMBER.user_id, Metric.IMAGES, Window.DAY, 4, NOON + 60, END)


def decision(action: str, at: int = NOON + 60) -> Decision:
    return Decision(50, at, action, "their daily allowance", "4 pictures missing", "…")


async def opened(increases: SqliteIncreases, increase: IncreaseRequest = INCREASE) -> IncreaseRequest:
    """A plea that leads were told of."""
    opening = await increases.open(increase)
    assert opening.fresh
    await increases.told(opening.increase.id, increase.at)
    return opening.increase


async def test_an_increase_is_kept_as_it_was_opened(books: Books) -> None:
    increases = SqliteIncreases(books.database)
    kept = await opened(increases)

    assert kept.id > 0
    assert kept == replace(INCREASE, id=kept.id)
    assert await increases.get(SERVER, kept.id) == kept
    assert await increases.get(SERVER + 1, kept.id) is None


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
async def test_one_increase_is_open_per_member_limit_and_window(
    books: Books, changes: dict[str, object], *, is_another: bool
) -> None:
    increases = SqliteIncreases(books.database)
    first = await opened(increases)

    second = await increases.open(replace(INCREASE, **changes))  # type: ignore[arg-type]  # fields by name

    assert second.fresh is is_another
    assert (second.increase != first) is is_another


async def test_after_a_grant_it_may_be_asked_again(books: Books) -> None:
    increases = SqliteIncreases(books.database)
    first = await opened(increases)
    await increases.decide(first, decision("quota grant"), GRANT)

    assert (await opened(increases)).id > first.id


@pytest.mark.parametrize(
    ("changes", "may_ask"),
    [
        ({}, False),
        ({"at": END - 1}, False),
        ({"at": END - 1, "ends_at": END + 900}, False),
        ({"at": END, "ends_at": END + 3600}, True),
        ({"user_id": 9}, True),
        ({"window": Window.WEEK}, True),
        ({"scope": Scope.SERVER, "scope_id": SERVER}, True),
    ],
)
async def test_what_was_declined_is_not_asked_again_until_its_window_ends(
    books: Books, changes: dict[str, object], *, may_ask: bool
) -> None:
    increases = SqliteIncreases(books.database)
    first = await opened(increases)
    await increases.decide(first, decision("quota decline"), None)

    opening = await increases.open(replace(INCREASE, **changes))  # type: ignore[arg-type]  # fields by name

    assert opening.fresh is may_ask
    assert (opening.increase.state is IncreaseState.DECLINED) is not may_ask
    assert await books.rows("SELECT count(*) FROM pleas") == [(1 + may_ask,)]


async def test_a_grant_is_written_with_the_state_and_the_audit(books: Books) -> None:
    increases = SqliteIncreases(books.database)
    kept = await opened(increases)

    assert await increases.decide(kept, decision("quota grant"), GRANT)

    assert await increases.get(SERVER, kept.id) == replace(
        kept, state=IncreaseState.GRANTED, decided_at=NOON + 60, decided_by=50, granted=4
    )
    assert await books.rows("SELECT amount, start_at, end_at FROM grants") == [(4, NOON + 60, END)]
    assert await books.rows("SELECT action FROM audit") == [("quota grant",)]
    assert await books.rows("SELECT version FROM policies") == [(1,)]


async def test_what_is_decided_is_not_decided_again(books: Books) -> None:
    increases = SqliteIncreases(books.database)
    kept = await opened(increases)
    await increases.decide(kept, decision("quota decline"), None)

    assert not await increases.decide(kept, decision("quota grant"), GRANT)

    assert await books.rows("SELECT count(*) FROM grants") == [(0,)]
    assert await books.rows("SELECT action FROM audit") == [("quota decline",)]


async def test_a_grant_that_cannot_be_written_leaves_the_increase_open(books: Books) -> None:
    increases = SqliteIncreases(books.database)
    kept = await opened(increases)

    with pytest.raises(Exception, match="CHECK constraint failed"):
        await increases.decide(kept, decision("quota grant"), replace(GRANT, amount=0))

    assert await increases.get(SERVER, kept.id) == kept
    assert await books.rows("SELECT count(*) FROM audit") == [(0,)]


async def test_only_what_is_open_is_needless(books: Books) -> None:
    increases = SqliteIncreases(books.database)
    kept = await opened(increases)

    assert await increases.drop(kept, 50, NOON + 60)
    assert not await increases.drop(kept, 51, NOON + 61)
    assert await increases.get(SERVER, kept.id) == replace(
        kept, state=IncreaseState.NEEDLESS, decided_at=NOON + 60, decided_by=50
    )
    assert await books.rows("SELECT count(*) FROM audit") == [(0,)]


async def test_what_is_missing_changes_only_while_it_is_open(books: Books) -> None:
    increases = SqliteIncreases(books.database)
    kept = await opened(increases)
    await increases.renew(kept.id, 6)
    renewed = await increases.get(SERVER, kept.id)
    await increases.decide(kept, decision("quota decline"), None)
    await increases.renew(kept.id, 7)

    assert renewed == replace(kept, needed=6)
    assert await books.rows("SELECT needed FROM pleas") == [(6,)]


async def test_two_grants_of_one_second_are_told_apart(books: Books) -> None:
    increases = SqliteIncreases(books.database)
    pool = replace(INCREASE, scope=Scope.SERVER, scope_id=SERVER)
    first, second = await opened(increases, pool), await opened(increases, replace(pool, user_id=9))
    grant = replace(GRANT, scope=Scope.SERVER, scope_id=SERVER)
    await increases.decide(first, decision("quota grant"), grant)
    await increases.decide(second, decision("quota grant"), replace(grant, amount=9))

    assert [increase.granted for increase in await increases.untold(NOON, NOON)] == [4, 9]


async def test_grants_from_elsewhere_are_not_taken_for_the_increases_own(books: Books) -> None:
    increases = SqliteIncreases(books.database)
    kept = await opened(increases)
    await increases.decide(kept, decision("quota grant"), GRANT)
    other = await opened(increases, replace(INCREASE, user_id=8))
    await increases.decide(other, decision("quota decline"), None)

    found = await increases.get(SERVER, other.id)

    assert found is not None
    assert found.granted is None


@pytest.mark.parametrize("seconds", [0, 61, 3000])
async def test_an_increase_that_a_crash_kept_from_the_leads_is_asked_again_as_the_same(
    books: Books, seconds: int
) -> None:
    increases = SqliteIncreases(books.database)
    first = (await increases.open(INCREASE)).increase
    changed = replace(INCREASE, at=NOON + seconds, channel_id=9, parent_id=0, role_ids=(6,), wanted=6, needed=5)

    second = await increases.open(changed)

    assert second.fresh
    assert second.increase == replace(changed, id=first.id)
    assert await increases.get(SERVER, first.id) == second.increase


async def test_members_who_were_not_told_are_found_while_it_is_of_use(books: Books) -> None:
    increases = SqliteIncreases(books.database)
    kept = [await opened(increases, replace(INCREASE, user_id=number)) for number in range(4)]
    for number, increase in enumerate(kept[:3]):
        await increases.decide(increase, decision("quota decline", NOON + 60 - number), None)
    await increases.member_told(kept[1].id, NOON + 70)

    assert [increase.id for increase in await increases.untold(NOON, END - 1)] == [kept[2].id, kept[0].id]
    assert [increase.id for increase in await increases.untold(NOON + 60, END - 1)] == [kept[0].id]
    assert await increases.untold(NOON, END) == ()
    told = await increases.get(SERVER, kept[1].id)
    assert told is not None
    assert told.member_told_at == NOON + 70
