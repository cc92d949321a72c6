"""What the next turn goes on from, and when it has to be told anew."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import ConfigurationError
from bot.services.catalog import Catalog
from bot.services.conversations import (
    LONGEST_SILENCE,
    OFF,
    Conversation,
    ConversationRecords,
    Conversations,
    Spent,
    leading,
    open_conversations,
)
from bot.services.conversations.conversations import KEPT_FOR, MOST_CONTEXT
from bot.services.ledger import Order, TurnAnswer
from bot.services.requests import Talk
from tests.examples import NOW, REQUEST, job, order, picture, settings_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.catalog import MainModel

MAIN = Catalog.load().models[0].main_model("gpt-6-luna")
ANSWER = TurnAnswer("resp_1", "Here.", "told", "", 4_000, 2)
TURN = replace(REQUEST, talk=Talk("gpt-6-luna", "7"))
HERE = Conversation(7, 1, 33, None, NOW, NOW)


@dataclass
class Records(ConversationRecords):
    """Conversations in memory."""

    kept: dict[int, Conversation] = field(default_factory=dict[int, Conversation])
    newest: Order | None = None

    async def add(self, conversation: Conversation) -> None:
        self.kept[conversation.thread_id] = conversation

    async def going_on(self) -> Sequence[Conversation]:
        return list(self.kept.values())

    async def touch(self, thread_id: int, at: int) -> None:
        self.kept[thread_id] = replace(self.kept[thread_id], touched_at=at)

    async def end(self, thread_id: int, at: int) -> None:
        assert at
        self.kept.pop(thread_id, None)

    async def latest(self, thread_id: int, since: int) -> Order | None:
        assert (thread_id, since) == (7, NOW)
        return self.newest

    async def pending(self, thread_id: int, since: int) -> Sequence[str]:
        assert (thread_id, since) == (7, NOW)
        return ["a"]

    async def spent(self, thread_id: int, since: int) -> Spent:
        assert (thread_id, since) == (7, NOW)
        return Spent(2, 1, 9)


@dataclass
class Orders:
    """The orders behind pictures, by number."""

    by_picture: dict[int, Order] = field(default_factory=dict[int, Order])

    async def of_picture(self, number: int, server_id: int) -> Order | None:
        assert server_id
        return self.by_picture.get(number)


def conversations(*, main: MainModel | None = MAIN, stored: bool = True, now: int = NOW) -> Conversations:
    requests: Any = Orders()
    return Conversations(Records(), requests, main, stored, lambda: now)


def answered(answer: TurnAnswer | None = ANSWER, talk: Talk | None = TURN.talk) -> Order:
    """A turn that was made at `NOW`."""
    made = replace(job(1, picture()), answer=answer)
    return replace(order(made), request=replace(TURN, talk=talk), created_at=NOW)


def test_a_turn_goes_on_from_what_the_provider_keeps() -> None:
    talk = conversations().talk(HERE, answered(), has_picture=True)

    assert talk == Talk(
        "gpt-6-luna", "7", previous="resp_1", kept_inputs=1, said=("a red fox in snow",), context_tokens=4_000,
        context_pictures=2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("point", "stored", "later"),
    [
        (None, True, 0),
        (answered(), False, 0),
        (answered(), True, KEPT_FOR),
        (answered(None), True, 0),
        (answered(replace(ANSWER, response_id=None)), True, 0),
        (answered(replace(ANSWER, context_tokens=MOST_CONTEXT)), True, 0),
        (answered(talk=None), True, 0),
        (answered(talk=Talk("gpt-5.5", "7")), True, 0),
        (answered(talk=Talk("gpt-6-luna", "8")), True, 0),
    ],
)
def test_else_all_is_told_anew(point: Order | None, *, stored: bool, later: int) -> None:
    talk = conversations(stored=stored, now=NOW + later).talk(HERE, point, has_picture=True)

    assert talk is not None
    assert (talk.previous, talk.kept_inputs, talk.context_tokens, talk.is_stored) == (None, 0, 0, stored)
    assert talk.said == (() if point is None else ("a red fox in snow",))


CATALOG = Catalog.load()


@pytest.mark.parametrize(
    ("name", "official", "main"),
    [(None, True, "gpt-6-luna"), (None, False, None), (OFF, True, None), ("gpt-5.5", False, "gpt-5.5")],
)
def test_the_first_main_model_leads_at_the_provider_itself_unless_another_is_set(
    name: str | None, main: str | None, *, official: bool
) -> None:
    found = leading(CATALOG, name, date(2026, 11, 29), official=official)

    assert (found and found.id) == main


def test_conversations_are_opened_as_they_are_set() -> None:
    settings = settings_for(Path(), ATELIER_CONVERSATIONS="gpt-6-sol", ATELIER_CONVERSATIONS_STORED=False)
    below: Any = SimpleNamespace(requests=Orders(), catalog=CATALOG, settings=settings, clock=lambda: NOW)
    here = open_conversations(Records(), below)

    assert here.main is not None
    assert (here.main.id, here.is_stored) == ("gpt-6-sol", False)


def test_a_main_model_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match=r"gpt-9 cannot lead conversations. Use off, or gpt-6-luna, "):
        leading(CATALOG, "gpt-9", date(2026, 11, 29), official=True)


def test_without_a_main_model_nothing_is_a_turn() -> None:
    assert conversations(main=None).talk(HERE, answered(), has_picture=True) is None


async def test_the_newest_is_gone_on_from_else_what_it_began_with() -> None:
    here = conversations()
    records, requests = here.records, here.requests
    assert isinstance(records, Records)
    assert isinstance(requests, Orders)
    began = requests.by_picture[5] = answered()

    assert await here.point(HERE) is None
    assert await here.point(replace(HERE, picture=5)) is began
    records.newest = answered()
    assert await here.point(replace(HERE, picture=5)) is records.newest


async def test_the_picture_of_a_point_is_its_last_or_the_one_that_its_words_were_about() -> None:
    here, before = conversations(), order(job(1, picture(4)), job(2, picture(5)))
    assert isinstance(here.requests, Orders)
    here.requests.by_picture[4] = before
    words = replace(order(replace(job(1, picture()), picture=None, answer=ANSWER)), request=replace(TURN, parent=4))
    gone = replace(words, request=replace(TURN, parent=9))
    deleted = replace(words, request=replace(TURN, parent=4))

    assert await here.picture_at(None) is None
    assert await here.picture_at(before) == (before, before.pictures[-1])
    assert await here.picture_at(words) == (before, before.pictures[0])
    assert await here.picture_at(gone) is None
    assert await here.picture_at(replace(words, request=TURN)) is None
    here.requests.by_picture[4] = order(job(1, picture(4, deleted=True)), job(2, picture(5)))
    assert await here.picture_at(deleted) is None


async def test_what_begins_goes_on_after_a_restart_until_it_ends() -> None:
    here = conversations()
    begun = await here.begin(7, 1, 33, 5)
    later = conversations(now=NOW + LONGEST_SILENCE + 1)
    later.records = here.records
    assert later.of(7) is None
    await later.open()

    assert begun == later.of(7) == Conversation(7, 1, 33, 5, NOW, NOW)
    assert await here.silent() == []
    assert await later.silent() == [begun]
    await later.touch(begun)
    assert await later.silent() == []
    assert await later.pending(begun) == ["a"]
    assert await later.end(begun) == Spent(2, 1, 9)
    assert later.of(7) is None
    assert await later.records.going_on() == []
