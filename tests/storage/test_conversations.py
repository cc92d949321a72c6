"""Conversations in the database: which go on, what is newest in a thread, what it cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.services.conversations import Conversation, Spent
from bot.services.requests import Talk, Task
from bot.storage.conversations import SqliteConversations

from .examples import MEMBER, NOON, SERVER, opened, order, settlement, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.services.ledger import Reservation

HERE = Conversation(SERVER + 1, SERVER, 5, None, NOON, NOON)  # where the examples are asked for


def turn(name: str, at: int, task: Task = Task.TURN) -> Reservation:
    asked = order(name, at=at)
    return replace(asked, request=replace(asked.request, talk=Talk("gpt-6-luna", "key", task=task)))


async def test_a_conversation_goes_on_until_it_ends_and_may_begin_again(tmp_path: Path) -> None:
    async with opened(tmp_path / "books") as books:
        records = SqliteConversations(books.database)
        await records.add(HERE)
        await records.touch(HERE.thread_id, NOON + 5)
        await records.touch(HERE.thread_id, NOON + 3)
        (going_on,) = await records.going_on()
        await records.end(HERE.thread_id, NOON + 9)
        ended = await records.going_on()
        again = replace(HERE, picture=3, opened_at=NOON + 10, touched_at=NOON + 10)
        await records.add(again)

        assert going_on == replace(HERE, touched_at=NOON + 5)
        assert ended == []
        assert await records.going_on() == [again]


async def test_the_newest_that_shows_or_says_something_is_found_and_all_is_counted(tmp_path: Path) -> None:
    async with opened(tmp_path / "books") as books:
        records, thread = SqliteConversations(books.database), MEMBER.channel_id
        none = await records.latest(thread, NOON)
        pending: list[Sequence[str]] = []
        for number, (cost, speaks) in enumerate(((60, False), (20, True), (0, False), (0, False)), start=1):
            name = str(number)
            await books.ledger.reserve(turn(name, NOON + number))
            await books.ledger.dispatch(f"{name}:1", NOON + number)
            pending.append(await records.pending(thread, NOON))
            if speaks:
                await books.ledger.settle_words(f"{name}:1", words(cost), NOON + number)
            elif cost:
                await books.ledger.settle(f"{name}:1", settlement(cost), NOON + number)
        await books.ledger.release("3:1", "no", "blocked", NOON + 9)
        spoken = await records.latest(thread, NOON)
        earlier = await records.latest(thread, NOON + 3)
        spent = await records.spent(thread, NOON)
        await books.requests.delete_picture(1, NOON + 10)

        assert pending == [["1"], ["2"], ["3"], ["3", "4"]]
        assert (await records.pending(thread, NOON), await records.pending(thread, NOON + 5)) == (["4"], [])
        assert (none, earlier) == (None, None)
        assert spoken is not None
        assert spoken.id == "2"
        assert spent == Spent(3, 1, 60 + 20 + 100)
        assert await records.spent(thread, NOON + 50) == Spent(0, 0, 0)
        assert await records.latest(thread + 1, NOON) is None


async def test_words_about_a_prompt_are_no_part_of_what_is_said_in_the_thread(tmp_path: Path) -> None:
    async with opened(tmp_path / "books") as books:
        records, thread = SqliteConversations(books.database), MEMBER.channel_id
        for name, task in (("1", Task.TURN), ("2", Task.ENHANCE)):
            await books.ledger.reserve(turn(name, NOON, task))
            await books.ledger.dispatch(f"{name}:1", NOON)
            await books.ledger.settle_words(f"{name}:1", words(20), NOON)
        latest = await records.latest(thread, NOON)

        assert latest is not None
        assert latest.id == "1"
        assert await records.spent(thread, NOON) == Spent(1, 0, 20)
