"""The answer to a request as messages: the result, why there is none, and where they go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

from bot.delivery import progress
from bot.delivery.message import MessageDelivery
from bot.delivery.replies import BEGUN
from bot.errors import UserFacingError
from bot.presentation.result import BUTTONLESS, late_text
from bot.services.jobs import DeliveryError, Posted
from tests.delivery.errors import refused
from tests.delivery.recording import PAUSE, RecordingResponder, Row, delivery_by, private, shown
from tests.examples import DESTINATION, REQUEST, failed_job, job, noisy_png, order, picture, png, result

if TYPE_CHECKING:
    from bot.services.ledger import Destination

pytestmark = pytest.mark.usefixtures("no_waiting")


def replying(*, private: bool = False) -> Destination:
    """Where a member's message asked: there is no interaction."""
    return replace(DESTINATION, interaction_token="", expires_at=0, private=private, reply_to=77)


async def test_a_public_result_is_a_message_of_its_own_and_then_the_progress_goes() -> None:
    responder = RecordingResponder()

    posted = await delivery_by(responder).done(result())

    assert responder.ways == ["send", "remove"]
    assert posted == Posted(22, (55,))
    _, text, (upload,), buttons = responder.shown[0]
    assert text.startswith("**#4821** for <@33>")
    assert (upload.name, upload.content, buttons) == ("atelier-4821.png", png(), True)


async def test_what_happened_to_the_inputs_stands_under_the_result() -> None:
    responder = RecordingResponder()

    await delivery_by(responder, notes=["fox.png was scaled down."]).done(result())

    assert "-# fox.png was scaled down." in responder.shown[0][1].splitlines()


async def test_what_was_asked_for_otherwise_stands_under_the_result_as_under_its_progress() -> None:
    request = replace(REQUEST, notes=("1920x1080 became 1920x1088: why.",))
    responder = RecordingResponder()
    delivery = delivery_by(responder, request=request)

    delivery.queued(0, 0)
    await shown(responder, 1)
    await delivery.done(result())

    assert [text.count("-# 1920x1080 became 1920x1088: why.") for _, text, _, _ in responder.shown[:2]] == [1, 1]


async def test_a_private_result_stands_in_the_response() -> None:
    responder = RecordingResponder(private())

    posted = await delivery_by(responder).done(result())

    assert responder.ways == ["edit"]
    assert posted == Posted()


@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        (refused(403, 50001), "I may not post it in <#22>"),
        (refused(403, 50013), "I may not post it in <#22>"),
        (refused(404, 10003), "the place where you asked is gone, or hidden from me"),
        (refused(403, 50083), "the thread is archived or locked"),
        (refused(400, 50083), "the thread is archived or locked"),
        (refused(400, 20009), "Discord's filter for explicit content stopped it"),
        (refused(400, 99999), "Discord refused it (code 99999)"),
        (refused(401), "Discord refused it (code 401)"),
        (refused(410), "Discord refused it (code 410)"),
    ],
    ids=repr,
)
async def test_what_the_channel_refuses_for_good_the_response_shows_at_once_and_says_why(
    refusal: Exception, why: str
) -> None:
    responder = RecordingResponder()
    responder.problems["send"] = [refusal, refusal]

    posted = await delivery_by(responder).done(result())

    assert responder.ways == ["edit"]
    assert posted == Posted(22, (44,))
    _, text, files, buttons = responder.shown[0]
    assert (len(files), buttons) == (1, True)
    assert f"-# This is no message of its own, because {why}." in text.splitlines()


async def test_what_is_refused_with_buttons_goes_without_them_and_says_so() -> None:
    responder = RecordingResponder()
    responder.takes_no_buttons = True

    posted = await delivery_by(responder).done(result())

    assert responder.ways == ["send", "remove"]
    assert posted == Posted(22, (55,))
    _, text, files, buttons = responder.shown[0]
    assert (len(files), buttons) == (1, False)
    assert f"-# {BUTTONLESS}" in text.splitlines()


@pytest.mark.parametrize("destination", [DESTINATION, private()])
async def test_what_no_place_there_takes_comes_by_direct_message(destination: Destination) -> None:
    responder = RecordingResponder(destination)
    responder.problems = {"send": [refused(403)], "edit": [False]}

    posted = await delivery_by(responder).done(result())

    assert responder.ways[0] == "direct"
    assert posted == Posted(77, (66,))
    assert "-# You asked in <#22>. The answer comes here, because " in responder.shown[0][1]


async def test_progress_says_that_the_answer_went_by_direct_message() -> None:
    responder = RecordingResponder()
    responder.problems = {"send": [refused(403, 50013)], "edit": [refused(403, 50013)]}

    posted = await delivery_by(responder).done(result())

    assert responder.ways == ["direct", "edit"]
    assert responder.shown[1][1] == ("✅ #4821: sent to <@33> as a direct message, because I may not post it in <#22>.")
    assert not posted.progress_left


async def test_progress_that_can_be_changed_no_more_is_removed() -> None:
    responder = RecordingResponder()
    responder.problems = {"send": [refused(403)], "edit": [refused(403), refused(403)]}

    posted = await delivery_by(responder).done(result())

    assert responder.ways == ["direct", "remove"]
    assert not posted.progress_left


async def test_progress_that_cannot_be_removed_says_that_it_is_over() -> None:
    responder = RecordingResponder()
    responder.problems = {"remove": [False]}

    posted = await delivery_by(responder).done(result())

    assert responder.ways == ["send", "edit"]
    assert responder.shown[1][1] == "✅ #4821: shown in a message of its own."
    assert not posted.progress_left


@pytest.mark.parametrize("ending", ["failed", "done"])
async def test_the_last_word_stands_over_progress_that_discord_took_after_it(
    ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    responder = RecordingResponder()
    responder.quick.clear()
    responder.problems = {"remove": [False]}
    delivery = delivery_by(responder)
    delivery.queued(0, 0.0)
    await asyncio.sleep(0)
    if ending == "done":
        await delivery.done(result())
    else:
        await delivery.failed(UserFacingError("It was blocked."))

    edits = [(way, text) for way, text, *_ in responder.shown if way in {"edit", "progress"}]
    assert [way for way, _ in edits] == ["edit", "progress", "edit"]
    assert edits[0] == edits[2]


async def test_progress_that_stays_is_tidied_up_later() -> None:
    responder = RecordingResponder()
    responder.problems = {"remove": [False, False], "edit": [refused(403), aiohttp.ServerDisconnectedError()]}
    delivery = delivery_by(responder)

    posted = await delivery.done(result())
    first, second = await delivery.tidy(), await delivery.tidy()

    assert posted.progress_left
    assert (first, second) == (False, True)
    assert responder.ways == ["send", "remove"]


async def test_a_private_response_out_of_reach_is_no_progress_that_is_left() -> None:
    responder = RecordingResponder(private())
    responder.problems = {"edit": [False, False], "remove": [False]}

    posted = await delivery_by(responder).done(result())

    assert responder.ways == ["direct"]
    assert not posted.progress_left


@pytest.mark.parametrize(
    ("destination", "problems", "way"),
    [
        (DESTINATION, {"send": [refused(400, 20009)] * 2, "edit": [refused(400, 20009)] * 2}, "edit"),
        (DESTINATION, {"send": [refused(400, 20009)] * 2, "edit": [False] * 2}, "send"),
        (private(), {"edit": [refused(400, 20009)] * 2}, "edit"),
        (replying(), {"send": [refused(400, 20009)] * 2, "edit": [False] * 2}, "send"),
    ],
)
async def test_a_result_that_is_taken_nowhere_is_kept_behind_a_button(
    destination: Destination, problems: dict[str, list[Exception | bool]], way: str
) -> None:
    responder = RecordingResponder(destination)
    responder.problems = {**problems, "direct": [refused(400, 20009)] * 2}

    posted = await delivery_by(responder).done(result())

    assert (posted.kept, posted.message_ids) == (True, ())
    shown_way, text, files, buttons = responder.shown[0]
    assert (shown_way, files, buttons) == (way, (), True)
    assert "#4821 for <@33>: made and kept, but not shown, because" in text
    assert "press Show" in text


async def test_what_is_kept_is_offered_at_the_next_command_where_no_button_can_stand() -> None:
    responder = RecordingResponder(private())
    responder.takes_no_buttons = True
    responder.problems = {"edit": [refused(403)], "direct": [refused(403)]}

    posted = await delivery_by(responder).done(result())

    assert posted.kept
    assert "use any command of mine" in responder.shown[0][1]


async def test_nothing_private_goes_to_the_channel() -> None:
    responder = RecordingResponder(private())
    responder.problems = {"edit": [refused(403)] * 9, "direct": [refused(403)] * 9}

    with pytest.raises(DeliveryError) as of_done:
        await delivery_by(responder).done(result())
    with pytest.raises(DeliveryError) as of_failed:
        await delivery_by(responder).failed(UserFacingError("No."))

    assert responder.shown == []
    assert of_done.value.permanent
    assert of_failed.value.permanent


async def test_a_result_that_is_refused_as_too_large_is_sent_smaller() -> None:
    responder = RecordingResponder()
    responder.most_bytes = 600_000
    content = noisy_png(640)
    assert len(content) > 1_000_000

    await delivery_by(responder).done(result(content=content))

    _, text, (upload,), _ = responder.shown[0]
    assert len(upload.content) <= 600_000
    assert "shown as a smaller copy" in text
    assert responder.ways == ["send", "remove"]


async def test_what_is_too_large_though_it_is_small_is_kept() -> None:
    responder = RecordingResponder()
    responder.most_bytes = 10

    posted = await delivery_by(responder).done(result())

    assert posted.kept
    assert "because Discord finds its files too large" in responder.shown[0][1]


@pytest.mark.parametrize(
    "problem",
    [
        refused(429),
        refused(500),
        refused(503),
        aiohttp.ServerDisconnectedError(),
        TimeoutError(),
        discord.ClientException("closed"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("way", ["edit", "direct"])
async def test_what_passes_is_waited_for_at_every_way(problem: Exception, way: str) -> None:
    responder = RecordingResponder(private())
    responder.problems = {"edit": [False, False], way: [problem, problem]}

    with pytest.raises(DeliveryError) as of_done:
        await delivery_by(responder).done(result())
    with pytest.raises(DeliveryError) as of_failed:
        await delivery_by(responder).failed(UserFacingError("No."))

    assert (of_done.value.permanent, of_failed.value.permanent) == (False, False)
    assert responder.shown == []


async def test_a_result_that_could_not_be_shown_can_be_shown_later() -> None:
    responder = RecordingResponder()
    responder.problems["send"] = [aiohttp.ServerDisconnectedError()]
    delivery = delivery_by(responder)

    with pytest.raises(DeliveryError):
        await delivery.done(result())
    posted = await delivery.done(result())

    assert posted == Posted(22, (55,))


async def test_some_pictures_of_several_are_shown_with_the_reason_for_the_rest() -> None:
    responder = RecordingResponder()
    kept = order(job(1, picture(7)), failed_job(2, "It was blocked."))

    await delivery_by(responder, count=2).done(result(kept))

    assert "1 of 2 pictures not made: It was blocked." in responder.shown[0][1]


@pytest.mark.parametrize("destination", [DESTINATION, private()])
async def test_why_there_is_no_result_stands_where_the_progress_was(destination: Destination) -> None:
    responder = RecordingResponder(destination)

    await delivery_by(responder).failed(UserFacingError("It was blocked."))

    assert responder.shown == [("edit", "❌ It was blocked.\n> a red fox in snow", (), True)]


@pytest.mark.parametrize(
    ("destination", "problems", "way"),
    [
        (DESTINATION, {"edit": [False]}, "send"),
        (DESTINATION, {"edit": [False], "send": [refused(403)]}, "direct"),
        (private(), {"edit": [False]}, "direct"),
    ],
)
async def test_a_failure_is_told_wherever_it_can_be(
    destination: Destination, problems: dict[str, list[Exception | bool]], way: str
) -> None:
    responder = RecordingResponder(destination)
    responder.problems = problems

    await delivery_by(responder).failed(UserFacingError("It was blocked."))

    told, text, files, buttons = responder.shown[0]
    assert (told, text.splitlines()[0], files, buttons) == (way, "❌ It was blocked.", (), True)
    assert ", because my first message about it is gone or out of my reach." in text


async def test_the_response_is_known_once_it_is_acknowledged() -> None:
    async def acknowledge() -> int | None:
        return 77

    responder = RecordingResponder(replace(DESTINATION, message_id=None))
    delivery = MessageDelivery(
        responder, "81", request=REQUEST, model_title="Flare", buttons=Row(), acknowledge=acknowledge
    )

    assert (await delivery.accepted()).message_id == 77
    assert delivery.destination.message_id == 77


async def test_after_a_restart_there_is_nothing_to_acknowledge() -> None:
    responder = RecordingResponder()

    assert await delivery_by(responder).accepted() == DESTINATION


@pytest.mark.parametrize("private", [False, True])
async def test_the_result_of_a_reply_is_a_message_also_in_direct_messages(private: bool) -> None:  # noqa: FBT001 - a table's column
    responder = RecordingResponder(replying(private=private))

    posted = await delivery_by(responder).done(result())

    assert responder.ways == ["send", "remove"]
    assert posted == Posted(22, (55,))


@pytest.mark.parametrize("private", [False, True])
async def test_the_answer_to_a_reply_is_never_late(private: bool) -> None:  # noqa: FBT001 - a table's column
    responder = RecordingResponder(replying(private=private))
    delivery = delivery_by(responder)

    delivery.queued(3, 60)
    await shown(responder, 1)
    delivery.paused(PAUSE)
    await shown(responder, 2)
    await delivery.failed(UserFacingError("No."))

    assert responder.ways == ["progress", "progress", "edit"]
    assert late_text() not in [text for _, text, *_ in responder.shown]


async def test_a_failure_whose_progress_is_gone_is_sent_below_the_reply() -> None:
    responder = RecordingResponder(replying(private=True))
    responder.problems["edit"] = [False]

    await delivery_by(responder).failed(UserFacingError("No."))

    assert responder.ways == ["send", "remove"]


async def test_what_the_acknowledgement_has_said_costs_no_edit() -> None:
    async def acknowledge() -> int | None:
        return 44

    responder = RecordingResponder(replying())
    delivery = MessageDelivery(
        responder, "81", request=REQUEST, model_title="Flare", buttons=Row(), acknowledge=acknowledge
    )

    delivery.queued(0, 15)
    await asyncio.sleep(0.02)
    before = list(responder.ways)
    delivery.paused(PAUSE)
    await shown(responder, 1)
    delivery.queued(0, 15)
    await shown(responder, 2)
    await delivery.done(result())

    assert before == []
    assert [text for _, text, *_ in responder.shown][1] == BEGUN
