"""What was sent is known by its id, whatever can be written; who was left waiting is told what is true."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.discord_ui import front_desk as room
from bot.discord_ui.front_desk import PASSING, REMEMBERED_FOR, FrontDesk
from bot.errors import DatabaseError
from bot.presentation.restart import stopping_text, unanswered_text
from bot.services.jobs import PendingWrites
from bot.services.ledger import Errand
from tests.delivery.errors import refused
from tests.examples import DESTINATION, REQUESTER

if TYPE_CHECKING:
    from collections.abc import Sequence

    import discord


class Ledger:
    """Fulfils `Errands`; `trouble` is raised by whatever writes."""

    def __init__(self, left_over: Sequence[Errand] = ()) -> None:
        self.left_over = left_over
        self.begun: list[str] = []
        self.words: list[str] = []
        self.closed: list[str] = []
        self.forgotten: list[int] = []
        self.trouble: DatabaseError | None = None

    async def begin(self, errand: Errand) -> bool:
        self._write()
        self.begun.append(errand.id)
        self.words.append(errand.words)
        return True

    async def answered(self, errand_id: str, at: int) -> None:
        assert at
        self._write()
        self.closed.append(errand_id)

    async def unanswered(self) -> Sequence[Errand]:
        return self.left_over

    async def forget(self, before: int) -> None:
        assert before
        self._write()
        self.forgotten.append(before)

    def _write(self) -> None:
        if self.trouble is not None:
            raise self.trouble


async def nothing() -> None:
    """A place that takes everything."""


class Memory:
    """Fulfils `Notes`; nothing is looked up in it."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    async def get(self, key: str) -> str | None:
        raise NotImplementedError(key)

    async def put(self, key: str, value: str) -> None:
        raise NotImplementedError(key, value)

    async def forget(self, beginning: str, before: int) -> None:
        assert before
        self.forgotten.append(beginning)


def desk_of(errands: Ledger) -> FrontDesk:
    client: Any = None  # nothing is sent
    return FrontDesk(client, errands, Memory(), PendingWrites("books", nothing, pauses=(0.0,)), lambda: 1_000_000.0)


def test_an_event_is_new_once() -> None:
    desk = desk_of(Ledger())

    assert [desk.is_new(1), desk.is_new(1), desk.is_new(2)] == [True, False, True]


def test_events_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_REMEMBERED", 2)
    desk = desk_of(Ledger())

    assert [desk.is_new(number) for number in (1, 2, 3, 1)] == [True] * 4


async def test_a_start_with_books_that_cannot_be_written_goes_on() -> None:
    errands = Ledger()
    errands.trouble = DatabaseError("full", "My disk is full")
    desk = desk_of(errands)

    await desk.open()
    desk.tell_left_over()
    await desk.close()


async def test_what_is_still_done_as_the_connections_close_is_given_up_and_is_the_next_starts() -> None:
    errands, begun = Ledger(), asyncio.Event()
    desk = desk_of(errands)
    message: Any = SimpleNamespace(
        id=1, guild=None, channel=SimpleNamespace(id=1), author=SimpleNamespace(id=2), content="a fox"
    )

    async def answer_slowly() -> None:
        await desk.takes_message(message)
        begun.set()
        await asyncio.sleep(3600)

    answering = asyncio.create_task(answer_slowly())
    await begun.wait()
    await desk.leave()
    await desk.leave()

    assert answering.cancelled()
    assert errands.closed == []


async def test_who_comes_as_the_books_are_slow_is_not_overlooked_when_the_connections_close() -> None:
    written, begun = asyncio.Event(), asyncio.Event()

    class Slow(Ledger):
        async def begin(self, errand: Errand) -> bool:
            begun.set()
            await written.wait()
            return await super().begin(errand)

    errands = Slow()
    desk = desk_of(errands)
    message: Any = SimpleNamespace(
        id=1, guild=None, channel=SimpleNamespace(id=1), author=SimpleNamespace(id=2), content="a fox"
    )
    coming = asyncio.create_task(desk.takes_message(message))
    await begun.wait()

    leaving = asyncio.create_task(desk.leave())
    await asyncio.wait({coming})
    assert not leaving.done()
    written.set()
    await leaving

    assert coming.cancelled()
    assert (errands.begun, errands.closed) == (["1"], [])


async def test_what_is_long_past_is_forgotten_once_a_day() -> None:
    now, client, errands = [1_000_000], None, Ledger()
    notes = Memory()
    desk = FrontDesk(cast("Any", client), errands, notes, PendingWrites("books", nothing), lambda: now[0])
    await desk.open()
    for number, later in enumerate((10, 10, REMEMBERED_FOR, 10)):
        now[0] += later
        message: Any = SimpleNamespace(
            id=number, guild=None, channel=SimpleNamespace(id=1), author=SimpleNamespace(id=2), content="a fox"
        )
        await asyncio.create_task(desk.takes_message(message))
    await desk.close()

    assert errands.forgotten == [1_000_000 - REMEMBERED_FOR, 1_000_020]
    assert notes.forgotten == list(PASSING) * 2


@pytest.mark.parametrize("problem", [None, refused(403, 50007)])
async def test_after_the_tokens_end_the_words_are_given_back_by_direct_message(
    monkeypatch: pytest.MonkeyPatch, problem: discord.HTTPException | None
) -> None:
    said: list[str] = []

    async def send_direct(_responder: object, text: str, *_: object) -> None:
        said.append(text)
        if problem is not None:
            raise problem

    monkeypatch.setattr("bot.delivery.responder.Responder.send_direct", send_direct)
    written = Errand("1", REQUESTER, DESTINATION, 1, "a fox")
    pressed = Errand("2", REQUESTER, DESTINATION, 1)
    errands = Ledger([written, pressed])
    desk = desk_of(errands)
    monkeypatch.setattr("bot.delivery.responder.Responder.token_lives", False)

    await desk.open()
    desk.tell_left_over()
    desk.tell_left_over()
    await desk.close()

    assert said == [unanswered_text("a fox")]
    assert sorted(errands.closed) == ["1", "2"]


@pytest.mark.parametrize(
    "data",
    [
        {"name": "imagine", "options": [{"name": "size", "value": "wide"}, {"name": "prompt", "value": "a fox"}]},
        {"name": "preset", "options": [{"name": "save", "options": [{"name": "prompt", "value": "a fox"}]}]},
        {"components": [{"component": {"custom_id": "prompt", "value": "a fox"}}]},
    ],
)
async def test_what_was_written_in_a_command_a_group_or_a_dialog_is_kept_until_it_is_answered(
    data: dict[str, Any],
) -> None:
    errands = Ledger()
    user = SimpleNamespace(id=2)
    sent: Any = SimpleNamespace(
        id=1, locale="ja", data=data, application_id=1, token="", user=user, guild_id=None, channel_id=1, channel=None
    )

    assert await asyncio.create_task(desk_of(errands).takes(sent))
    assert errands.words == ["a fox"]


def test_words_are_given_back_as_they_can_do_no_harm() -> None:
    assert unanswered_text("@everyone *now*").endswith("Ask again:\n> @\u200beveryone \\*now\\*") or unanswered_text(
        "@everyone *now*"
    ).endswith("\\*now\\*")
    assert stopping_text(" ").endswith("Ask again in a minute.")
    assert stopping_text("a fox").endswith("Ask again in a minute:\n> a fox")
