"""Turns of conversations as jobs: answered in pictures or in words, booked, found again after a restart."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError, NoConversationsError, OutcomeUnknownError, PromptBlockedError
from bot.services.catalog import MainTokens, ToolTokens, Usage
from bot.services.jobs import NAMED, TURN, Begun, PartialImage
from bot.services.jobs.outcomes import CUT, CUT_OFF, DECLINED, SILENT, answer_of
from bot.services.jobs.turn_calls import NO_WORDS
from bot.services.ledger import ChargeConflictError, ChargeState, TurnAnswer
from bot.services.requests import Talk, Task
from bot.storage.database.state import State
from tests.services.fakes import CATALOG, NOON, UNREADABLE, a_house, a_request, finished, reply
from tests.services.jobs.bench import FULL_DISK, a_bench, settled

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.jobs import Reply
    from bot.services.requests import ImageRequest
    from tests.services.fakes import House

pytestmark = pytest.mark.usefixtures("without_waiting")

WORDS_COST = 1_000 * 100 + 50 * 500  # of gpt-6-luna, by `MAIN`
NOT_HERE = NoConversationsError("Not here.", code="http_404")


def a_turn(words: str = "a fox", talk: Talk | None = None) -> ImageRequest:
    return replace(a_request(), prompt=words, talk=talk or Talk("gpt-6-luna", "key"))


async def test_words_alone_are_booked_at_what_they_cost_and_told(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1", a_turn())
        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        await settled(house, "r1")
        (job,) = (await house.kept("r1")).jobs
        (result,) = house.reopened["r1"].results

    assert (job.state, job.actual_nano, job.picture) == (ChargeState.SETTLED, WORDS_COST, None)
    assert job.answer == TurnAnswer("resp_1", "Which one?", context_tokens=1_050)
    assert (result.files, result.answers, result.cost_nano) == ((), (job.answer,), WORDS_COST)


async def test_a_picture_is_booked_with_both_models_tokens_and_its_words(tmp_path: Path) -> None:
    async with a_bench(tmp_path, request=a_turn()) as bench:
        bench.house.talker.acts.append((Begun("resp_1"), PartialImage(0, b"half"), reply("Here.", b"a fox")))
        made = await bench.make()
        job = await bench.job()

    prices = CATALOG.model(bench.order.request.model).priced()
    assert job.actual_nano == WORDS_COST + 12 * prices.text_input + 400 * prices.image_output
    assert job.picture is not None
    assert job.answer == made.job.answer == TurnAnswer("resp_1", "Here.", "a fox, told", "", 1_050, 1)
    assert bench.frames == [b"half"]
    assert bench.house.provider.asked == []


async def test_what_is_not_stored_is_not_gone_on_from() -> None:
    request = a_turn(talk=Talk("gpt-6-luna", "key", is_stored=False))

    assert answer_of(request, reply()).response_id is None


async def test_without_a_report_the_next_turn_is_bounded_by_the_estimate() -> None:
    assert answer_of(a_turn(), reply(main=None)).context_tokens > 1_050


def test_a_request_that_is_no_turn_has_no_answer() -> None:
    with pytest.raises(ValueError, match="without a talk"):
        answer_of(a_request(), reply())


@pytest.mark.parametrize("main", [None, MainTokens(10**12, 10**12)], ids=["no report", "a report that cannot be right"])
@pytest.mark.parametrize("pictures", [(), (b"a fox",)], ids=["words", "a picture"])
async def test_what_is_not_known_is_charged_at_the_hold(
    tmp_path: Path, main: MainTokens | None, pictures: tuple[bytes, ...]
) -> None:
    async with a_bench(tmp_path, request=a_turn()) as bench:
        bench.house.talker.acts.append((reply("Here.", *pictures, main=main),))
        await bench.make()
        job = await bench.job()

    assert (job.state, job.actual_nano) == (ChargeState.SETTLED, job.hold_nano)


async def test_a_picture_that_is_none_is_unknown(tmp_path: Path) -> None:
    async with a_bench(tmp_path, request=a_turn()) as bench:
        bench.house.talker.acts.append((reply("Here.", UNREADABLE),))
        await bench.make()

        assert (await bench.job()).state is ChargeState.UNKNOWN


async def test_a_block_gives_the_hold_back(tmp_path: Path) -> None:
    async with a_bench(tmp_path, request=a_turn()) as bench:
        bench.house.talker.acts.append((PromptBlockedError("Blocked.", code="moderation_blocked"),))
        await bench.make()

        assert (await bench.job()).state is ChargeState.RELEASED


async def test_where_there_are_no_conversations_the_picture_is_changed_and_nobody_is_asked_again(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path, (PartialImage(0, b"half"), finished()), (finished(),)) as house:
        house.talker.acts.append((NOT_HERE,))
        for name in ("r1", "r2"):
            await house.reserved(name, a_turn())
        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        for name in ("r1", "r2"):
            await settled(house, name)
        jobs = [(await house.kept(name)).jobs[0] for name in ("r1", "r2")]

    assert [(job.picture is not None, job.answer) for job in jobs] == [(True, None)] * 2
    assert len(house.talker.asked) == 1
    assert [asked.request.talk for asked in house.provider.asked] == [None, None]


async def test_what_comes_is_passed_on_to_its_end(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (finished(),), request=a_turn()) as bench:
        turns, house = bench.house.generation.turns, bench.house
        house.talker.acts.extend([(Begun("resp_1"), reply()), (NOT_HERE,)])
        came = [[item async for item in turns.ask(bench.order, (), "someone")] for _ in range(2)]

    assert came == [[reply()], [finished()]]


async def test_books_that_cannot_be_written_yet_are_owed_the_words(tmp_path: Path) -> None:
    async with a_bench(tmp_path, request=a_turn(), patience=0.0) as bench:
        full = bench.house.ledger.trouble["settle_words"] = deque([FULL_DISK] * 100_000)
        made = await bench.make()
        full.clear()
        await bench.house.stores.well()

        assert await bench.job() == made.job
        assert made.job.actual_nano == WORDS_COST


async def test_words_that_the_books_refuse_are_booked_at_the_hold(tmp_path: Path) -> None:
    async with a_bench(tmp_path, request=a_turn()) as bench:
        bench.house.ledger.trouble["settle_words"] = deque([ValueError("odd")])
        await bench.make()
        job = await bench.job()

    assert (job.state, job.actual_nano) == (ChargeState.SETTLED, job.hold_nano)


@pytest.mark.parametrize(
    ("trouble", "kept"),
    [
        ([ChargeConflictError("it is released")], ChargeState.DISPATCHED),
        ([ValueError("odd"), ValueError("odd")], ChargeState.UNKNOWN),
    ],
)
async def test_words_that_the_books_do_not_take_are_shown_and_unknown(
    tmp_path: Path, trouble: list[Exception], kept: ChargeState
) -> None:
    async with a_bench(tmp_path, request=a_turn()) as bench:
        bench.house.ledger.trouble["settle_words"] = deque(trouble)
        made = await bench.make()

        assert (made.job.state, (await bench.job()).state) == (ChargeState.UNKNOWN, kept)
    assert made.job.answer is not None


async def test_words_are_shown_even_if_booking_breaks(tmp_path: Path) -> None:
    async with a_bench(tmp_path, request=a_turn()) as bench:
        bench.house.ledger.trouble["settle_words"] = deque([ValueError("odd"), ValueError("odd")])
        bench.house.ledger.trouble["mark_unknown"] = deque([ValueError("odd")])
        made = await bench.make()

    assert (made.job.state, made.job.answer is not None) == (ChargeState.UNKNOWN, True)


async def test_a_turn_whose_name_cannot_be_noted_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_bench(tmp_path, request=a_turn()) as bench:

        async def full(key: str, value: str) -> None:
            raise DatabaseError(f"{key} {value}")

        monkeypatch.setattr(bench.house.generation.turns.notes, "put", full)
        bench.house.talker.acts.append((Begun("resp_1"), reply()))
        await bench.make()

        assert (await bench.job()).state is ChargeState.SETTLED


# After a restart


@pytest.mark.parametrize("pictures", [(), (b"a fox",)], ids=["words", "a picture"])
async def test_a_turn_that_a_crash_cut_is_found_booked_and_told(tmp_path: Path, pictures: tuple[bytes, ...]) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1", a_turn())
        await house.ledger.dispatch("r1:1", NOON)
        await house.generation.turns.notes.put(f"{TURN}r1", "resp_1")
        house.talker.found["resp_1"] = reply("Here.", *pictures)

        await house.recovery.settle()
        assert await house.states("r1") == ["dispatched"]
        await house.recovery.resume(house.reopen)
        await settled(house, "r1")
        (job,) = (await house.kept("r1")).jobs
        (result,) = house.reopened["r1"].results

    assert job.state is ChargeState.SETTLED
    assert job.answer is not None
    assert len(result.files) == len(pictures)
    assert house.talker.asked == []


async def test_a_turn_of_which_the_provider_says_nothing_stays_unknown(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1", a_turn())
        await house.ledger.dispatch("r1:1", NOON)
        await house.generation.turns.notes.put(f"{TURN}r1", "resp_1")
        house.talker.found["resp_1"] = OutcomeUnknownError("Lost.", code="lost")

        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        await settled(house, "r1")

        assert await house.states("r1") == ["unknown"]
        assert house.reopened["r1"].errors[0].sentence.startswith("Lost.")


async def test_a_turn_that_was_sent_and_has_no_name_is_lost(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1", a_turn())
        await house.ledger.dispatch("r1:1", NOON)
        await house.recovery.settle()

        assert await house.states("r1") == ["unknown"]


def test_usage_of_the_tool_alone_is_no_usage() -> None:
    assert reply("", b"x", main=None).tool == ToolTokens(Usage(12, 0, 400))


def a_wording(words: str = "a fox") -> ImageRequest:
    return a_turn(words, Talk("gpt-6-luna", "enhance", task=Task.ENHANCE, is_stored=False))


@pytest.mark.parametrize(
    ("came", "words", "why"),
    [
        (reply(' "A red fox in snow." '), "A red fox in snow.", ""),
        (reply("I would rather not.", is_declined=True), "I would rather not.", DECLINED),
        (reply("CANNOT: It would hurt somebody."), "It would hurt somebody.", DECLINED),
        (reply("A red fox in", is_cut=True), "A red fox in", CUT),
        (reply("", is_cut=True), "", CUT_OFF),
        (reply(" "), "", SILENT),
        (reply("", refusal="Blocked."), "", "Blocked."),
    ],
)
def test_of_words_about_a_prompt_those_are_kept_or_why_there_are_none(came: Reply, words: str, why: str) -> None:
    assert answer_of(a_wording(), came) == TurnAnswer(None, words, refusal=why)


async def test_where_nobody_writes_words_it_is_said_and_no_picture_is_made_instead(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.talker.acts.extend([(NOT_HERE,), (NOT_HERE,)])
        for name in ("r1", "r2"):
            await house.reserved(name, a_wording())
        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        for name in ("r1", "r2"):
            await settled(house, name)
        jobs = [(await house.kept(name)).jobs[0] for name in ("r1", "r2")]

    assert [(job.state, job.failure) for job in jobs] == [(ChargeState.RELEASED, NO_WORDS)] * 2
    assert (len(house.talker.asked), house.provider.asked) == (2, [])


async def named(house: House, request_id: str) -> str | None:
    """To what the safety check said no, as it is kept for who asked."""
    return await house.generation.outcomes.notes.get(f"{NAMED}{request_id}")


async def test_what_a_safety_check_named_is_kept_for_who_asked(tmp_path: Path) -> None:
    blocked = PromptBlockedError("Blocked.", code="moderation_blocked")
    blocked.named = ("violence", "sexual")
    async with a_bench(tmp_path, request=a_turn()) as bench:
        bench.house.talker.acts.append((blocked,))
        await bench.make()

        assert await named(bench.house, "r1") == "violence, sexual"


async def test_what_a_safety_check_named_in_a_turn_is_kept_too_and_need_not_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise FULL_DISK

    async with a_house(tmp_path) as house:
        for number, name in enumerate(("r1", "r2")):
            if number:
                monkeypatch.setattr(State, "put", broken)
            order = await house.reserved(name, a_turn())
            await house.ledger.dispatch(f"{name}:1", NOON)
            came = reply("", refusal="Blocked.", named=("violence",))
            made = await house.generation.outcomes.replied(order, order.jobs[0], came, 1.0)
            assert made.job.state is ChargeState.SETTLED

        assert await named(house, "r1") == "violence"
        assert await named(house, "r2") is None
