from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.calendar import Window
from bot.services.policy import BucketKey, Scope, buckets_touched
from tests.storage.examples import BERLIN, MEMBER, NOON, image, order, settlement

if TYPE_CHECKING:
    from tests.storage.examples import Books

MONTH = next(
    key
    for key in buckets_touched(MEMBER, NOON, BERLIN)
    if key.scope is Scope.INSTALLATION and key.window is Window.MONTH
)


async def test_the_standing_of_a_month_tells_settled_held_and_unknown(books: Books) -> None:
    await books.ledger.reserve(order(count=3))
    await books.ledger.dispatch("1:1", NOON)
    await books.ledger.settle("1:1", settlement(cost=60), NOON)
    await books.ledger.dispatch("1:2", NOON)
    await books.ledger.mark_unknown("1:2", "lost", "timeout", NOON, NOON + 10)

    month_totals = await books.ledger.month_totals(MONTH)

    assert (month_totals.settled_nano, month_totals.held_nano, month_totals.unknown_nano) == (60, 200, 100)


async def test_a_month_without_jobs_stands_at_nothing(books: Books) -> None:
    later = BucketKey(Scope.INSTALLATION, 0, 0, Window.MONTH, MONTH.end_at, MONTH.end_at + 1)

    month_totals = await books.ledger.month_totals(later)

    assert (month_totals.settled_nano, month_totals.held_nano, month_totals.unknown_nano) == (0, 0, 0)


async def test_an_input_is_unused_unless_a_request_at_work_needs_it(books: Books) -> None:
    await books.ledger.reserve(order("1", references=(image("b"),)))

    assert await books.requests.unused([letter * 64 for letter in "bc"]) == ["c" * 64]


async def test_an_input_is_unused_once_its_request_ended_without_a_picture(books: Books) -> None:
    await books.ledger.reserve(order("1", references=(image("b"),)))
    await books.ledger.release("1:1", "no", "blocked", NOON)
    await books.requests.delivered("1", NOON, None, ())

    assert await books.requests.unused(["b" * 64]) == ["b" * 64]


async def test_a_picture_of_ones_own_is_found_without_its_server(books: Books) -> None:
    await books.ledger.reserve(order("1"))
    await books.ledger.dispatch("1:1", NOON)
    picture = await books.ledger.settle("1:1", settlement(), NOON)

    own = await books.requests.of_own_picture(picture.number, MEMBER.user_id)
    anothers = await books.requests.of_own_picture(picture.number, MEMBER.user_id + 1)

    assert own is not None
    assert own.id == "1"
    assert anothers is None
