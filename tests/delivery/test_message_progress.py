"""Progress in a message: the place in line, previews, pauses and how far a picture is."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.delivery import message as room
from bot.delivery import progress
from bot.errors import UserFacingError
from bot.presentation.result import discarded_text, late_text
from bot.services.jobs import Downtime, Preview
from bot.services.turns import GenerationProgress, Usual
from tests.delivery.errors import refused
from tests.delivery.recording import PAUSE, RecordingResponder, Row, delivery_by, private, shown
from tests.examples import DESTINATION, png, result

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pytestmark = pytest.mark.usefixtures("no_waiting")


async def test_people_see_their_place_in_line_then_drawing_then_previews() -> None:
    responder = RecordingResponder()
    delivery = delivery_by(responder)

    delivery.queued(2, 30)
    await shown(responder, 1)
    delivery.queued(0, 15)
    await shown(responder, 2)
    delivery.preview(Preview((png(),)))
    await shown(responder, 3)
    await delivery.done(result())

    assert responder.ways == ["progress", "progress", "progress", "send", "remove"]
    assert "You are number 2 in line" in responder.shown[0][1]
    assert responder.shown[1][1] == "🎨 Drawing your picture…"
    (preview,) = responder.shown[2][2]
    assert preview.name == "preview.jpg"
    assert Image.open(BytesIO(preview.content)).format == "JPEG"


async def test_a_turn_is_told_by_the_clock_that_is_right() -> None:
    responder = RecordingResponder()
    delivery = delivery_by(responder, clock=lambda: 1_000_000.0)

    delivery.queued(2, 30)
    await shown(responder, 1)
    await delivery.done(result())

    assert responder.shown[0][1].endswith("Your turn comes about <t:1000030:R>.")


async def test_a_pause_is_told_in_place_of_whatever_stood_there() -> None:
    responder = RecordingResponder()
    delivery = delivery_by(responder)

    delivery.preview(Preview((png(),)))
    await shown(responder, 1)
    delivery.paused(PAUSE)
    await shown(responder, 2)
    delivery.queued(1, 30)
    await shown(responder, 3)
    await delivery.done(result())

    assert responder.shown[1] == (
        "progress",
        "⏸️ Paused by <@5>: the \\*bill\\*. Your place in line is kept.",
        (),
        False,
    )
    assert "You are next in line" in responder.shown[2][1]


async def test_a_private_request_that_a_pause_keeps_beyond_its_token_offers_show() -> None:
    responder = RecordingResponder(private(expires_in=room.LATE_RESERVE))
    delivery = delivery_by(responder)

    delivery.paused(PAUSE)
    await shown(responder, 2)
    await delivery.failed(UserFacingError("Too late."))

    assert responder.shown[1][1] == late_text()


async def test_a_frame_that_another_overtakes_while_it_waits_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    responder, begun, turn = RecordingResponder(), asyncio.Event(), asyncio.Event()
    decoded: list[Sequence[bytes | None]] = []

    async def preview_of(frames: Callable[[], Sequence[bytes | None]]) -> bytes:
        begun.set()
        await turn.wait()
        decoded.append(frames())
        return png()

    monkeypatch.setattr(room, "preview_of", preview_of)
    delivery = delivery_by(responder)
    delivery.preview(Preview((b"older",)))
    await begun.wait()
    delivery.preview(Preview((b"newer",)))
    turn.set()
    await shown(responder, 1)
    for _ in range(20):
        await asyncio.sleep(0)
    await delivery.done(result())

    assert decoded == [(b"newer",)]
    assert responder.ways == ["progress", "send", "remove"]


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("My disk is full", "⏳ My disk is full, so nothing is begun just now. Your"),
        (
            Downtime("The image API cannot be reached", 1, 7),
            "⏳ The image API cannot be reached, so nothing is begun just now. I try again <t:7:R>. Your",
        ),
        (
            Downtime("The image API is overloaded", 1, None),
            "⏳ The image API is overloaded, so nothing is begun just now. Your",
        ),
    ],
)
async def test_what_keeps_everybody_waiting_is_told_with_what_it_costs(why: Downtime | str, text: str) -> None:
    responder = RecordingResponder()
    delivery = delivery_by(responder)

    delivery.paused(why)
    await shown(responder, 1)
    await delivery.done(result())

    assert responder.shown[0][1] == f"{text} place in line is kept; nothing is charged for it yet."


async def test_the_previews_of_several_pictures_are_one_sheet() -> None:
    responder = RecordingResponder()
    delivery = delivery_by(responder, count=4)

    delivery.preview(Preview((None, png(64, 64), None, None)))
    await shown(responder, 1)
    await delivery.done(result())

    (sheet,) = responder.shown[0][2]
    width, height = Image.open(BytesIO(sheet.content)).size
    assert (width > 64, height > 64) == (True, True)
    assert responder.shown[0][1].startswith("🎨 Drawing your 4 pictures…")


async def test_a_preview_that_is_no_picture_does_not_keep_the_result_away() -> None:
    responder = RecordingResponder()
    delivery = delivery_by(responder)

    delivery.preview(Preview((b"not a picture",)))
    await delivery.done(result())

    assert responder.ways == ["send", "remove"]


async def test_no_progress_is_shown_after_the_result() -> None:
    responder = RecordingResponder()
    delivery = delivery_by(responder)

    await delivery.done(result())
    delivery.preview(Preview((png(),)))
    delivery.queued(0, 1)
    await asyncio.sleep(0.02)

    assert responder.ways == ["send", "remove"]


async def test_a_private_request_that_outlives_its_token_offers_show() -> None:
    responder = RecordingResponder(private(expires_in=room.LATE_RESERVE))
    delivery = delivery_by(responder)

    delivery.queued(0, 15)
    await shown(responder, 2)
    delivery.preview(Preview((png(),)))
    await shown(responder, 3)
    await delivery.failed(UserFacingError("Too late."))

    late = [(text, buttons) for way, text, _, buttons in responder.shown if way == "progress"][-1]
    assert late == (late_text(), True)


async def test_a_public_request_needs_no_such_button() -> None:
    responder = RecordingResponder(replace(DESTINATION, expires_at=int(time.time())))
    delivery = delivery_by(responder)

    delivery.queued(0, 15)
    await shown(responder, 1)
    await delivery.done(result())

    assert not any(buttons for way, _, _, buttons in responder.shown if way == "progress")


USUAL = Usual(40.0, 60.0, is_measured=True)


def generated(*ago: float, total: int = 1, done: int = 0) -> GenerationProgress:
    """Pictures that were sent so many seconds ago."""
    return GenerationProgress(total, done, tuple(time.monotonic() - seconds for seconds in ago), USUAL)


async def test_how_far_a_drawing_is_follows_the_time_without_a_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "REFRESH", 0.0)
    responder = RecordingResponder()
    delivery = delivery_by(responder)

    delivery.generating(generated())
    delivery.queued(0, 0)
    await shown(responder, 1)
    delivery.generating(generated(20))
    await shown(responder, 2)
    delivery.generating(generated(70))
    await shown(responder, 3)
    await delivery.done(result())

    assert responder.ways[:3] == ["progress", "reword", "reword"]
    assert [text.removeprefix("🎨 Drawing your picture… ") for _, text, *_ in responder.shown[:3]] == [
        "Usually 40 s.",
        "▰▰▱▱▱ About 50%: usually 40 s.",
        "Longer than usual: 70 s so far, usually 40 s.",
    ]


async def test_what_is_said_already_is_not_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "REFRESH", 0.0)
    responder = RecordingResponder()
    delivery = delivery_by(responder)

    delivery.generating(generated())
    delivery.queued(0, 0)
    await shown(responder, 1)
    await asyncio.sleep(0.02)
    delivery.leave()
    await asyncio.sleep(0.02)

    assert responder.ways == ["progress"]


async def test_a_preview_that_stands_there_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    responder = RecordingResponder()
    delivery = delivery_by(responder)

    delivery.generating(generated(20))
    delivery.preview(Preview((png(),)))
    await shown(responder, 1)
    monkeypatch.setattr(progress, "REFRESH", 0.0)
    delivery.generating(generated(30))
    delivery.preview(Preview((png(),)))
    await shown(responder, 2)
    await delivery.done(result())

    assert responder.ways[:2] == ["progress", "reword"]
    assert responder.shown[1][1].endswith("▰▰▰▱▱ About 75%: usually 40 s. What you see is an unfinished preview.")


async def test_what_waits_or_is_made_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Row, "offers_cancel", True)
    responder = RecordingResponder()
    delivery = delivery_by(responder)

    delivery.queued(2, 30)
    await shown(responder, 1)
    delivery.paused(PAUSE)
    await shown(responder, 2)
    delivery.queued(0, 0)
    await shown(responder, 3)
    delivery.preview(Preview((png(),)))
    await shown(responder, 4)
    await delivery.done(result())

    assert [buttons for way, _, _, buttons in responder.shown if way == "progress"] == [True] * 4


async def test_progress_is_shown_also_where_its_button_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Row, "offers_cancel", True)
    responder = RecordingResponder()
    responder.takes_no_buttons = True
    delivery = delivery_by(responder)

    delivery.queued(2, 30)
    await shown(responder, 1)
    delivery.preview(Preview((png(),)))
    await shown(responder, 2)
    responder.problems["progress"] = [refused(403)]
    delivery.paused(PAUSE)
    await asyncio.sleep(0.02)

    assert [buttons for *_, buttons in responder.shown] == [False, False]
    await delivery.done(result())


async def test_what_is_discarded_says_so_and_shows_nothing_more() -> None:
    responder = RecordingResponder()
    delivery = delivery_by(responder)

    delivery.generating(generated())
    delivery.queued(0, 0)
    await shown(responder, 1)
    delivery.discarded()
    await shown(responder, 2)
    delivery.discarded()
    delivery.preview(Preview((png(),)))
    await shown(responder, 3)

    assert {shown[1:] for shown in responder.shown[1:]} == {(discarded_text(), (), False)}
    await delivery.failed(UserFacingError("It was discarded."))


async def test_a_late_answer_is_not_refreshed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "REFRESH", 0.0)
    responder = RecordingResponder(private(expires_in=room.LATE_RESERVE))
    delivery = delivery_by(responder)

    delivery.generating(generated())
    delivery.paused(PAUSE)
    await shown(responder, 2)
    await asyncio.sleep(0.02)

    assert responder.ways == ["progress", "progress"]
    delivery.leave()
