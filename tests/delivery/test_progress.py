"""The progress message: never two edits at a time, the newest stage wins, none after the end."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.delivery import progress as room
from bot.delivery.progress import Progress, Stage
from bot.services.policy import Pause

FOREVER = 3600.0


class Screen:
    """Where edits go. Each waits until the test lets it finish.

    Attributes:
        begun: the stages whose edits began, in order.
        most_at_once: how many edits were ever in flight together.
    """

    def __init__(self, *, held: bool = False) -> None:
        self.begun: list[Stage] = []
        self.finished = 0
        self.cancelled = 0
        self.most_at_once = 0
        self.fault: Exception | None = None
        self.free = asyncio.Event()
        if not held:
            self.free.set()
        self._in_flight = 0

    async def edit(self, stage: Stage) -> None:
        self.begun.append(stage)
        self._in_flight += 1
        self.most_at_once = max(self.most_at_once, self._in_flight)
        try:
            await self.free.wait()
            if self.fault is not None:
                raise self.fault
            self.finished += 1
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self._in_flight -= 1


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "INTERVAL", 0.0)
    monkeypatch.setattr(room, "SHARED_INTERVAL", 0.0)


def generating(*frames: bytes | None) -> Stage:
    return Stage(0, frames=frames)


async def turns(count: int = 20) -> None:
    """Let everything that can go on do so."""
    for _ in range(count):
        await asyncio.sleep(0.001)


async def test_the_newest_frame_wins_and_those_before_it_are_skipped() -> None:
    screen = Screen(held=True)
    progress = Progress(screen.edit)
    progress.show(generating(b"1"))
    await turns()
    for frame in (b"2", b"3", b"4"):
        progress.show(generating(frame))
    screen.free.set()
    await turns()

    assert screen.begun == [generating(b"1"), generating(b"4")]
    assert screen.most_at_once == 1
    await progress.end()


async def test_edits_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "INTERVAL", FOREVER)
    screen = Screen()
    progress = Progress(screen.edit)
    progress.show(generating(b"1"))
    await turns()
    progress.show(generating(b"2"))
    await turns()

    assert screen.begun == [generating(b"1")]
    await progress.end()


async def test_edits_that_count_together_with_others_are_kept_further_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SHARED_INTERVAL", FOREVER)
    screen = Screen()
    shared = False
    progress = Progress(screen.edit, lambda: shared)
    progress.show(generating(b"1"))
    await turns()
    progress.show(generating(b"2"))
    shared = True  # the interaction's token dies
    await turns()
    progress.show(generating(b"3"))
    await turns()

    assert screen.begun == [generating(b"1"), generating(b"2")]
    await progress.end()


async def test_nothing_is_shown_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "INTERVAL", FOREVER)
    screen = Screen()
    progress = Progress(screen.edit)
    progress.show(generating(b"1"))
    await turns()
    progress.show(generating(b"2"))  # is due only after the interval
    await progress.end()
    progress.show(generating(b"3"))
    await turns()

    assert screen.begun == [generating(b"1")]


async def test_the_end_waits_for_the_edit_in_flight() -> None:
    screen = Screen(held=True)
    progress = Progress(screen.edit)
    progress.show(generating(b"1"))
    await turns()
    ending = asyncio.create_task(progress.end())
    await turns()
    waited = not ending.done()
    screen.free.set()
    await ending

    assert waited
    assert screen.finished == 1


async def test_an_edit_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE", 0.01)
    monkeypatch.setattr(room, "LINGERING", 0.01)
    screen = Screen(held=True)
    progress = Progress(screen.edit)
    progress.show(generating(b"1"))
    await turns()
    await progress.end()
    waited_for = screen.cancelled == 0
    outlasted = await progress.outlast()

    assert waited_for
    assert outlasted
    assert screen.cancelled == 1


async def test_an_edit_that_was_in_flight_beyond_the_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE", 0.01)
    screen = Screen(held=True)
    progress = Progress(screen.edit)
    progress.show(generating(b"1"))
    await turns()
    await progress.end()
    outlasting = asyncio.create_task(progress.outlast())
    await turns()
    screen.free.set()

    assert await outlasting
    assert screen.finished == 1
    assert not await progress.outlast()


async def test_stopping_begins_no_edit_and_waits_for_none() -> None:
    screen = Screen(held=True)
    progress = Progress(screen.edit)
    progress.show(generating(b"1"))
    await turns()
    progress.show(generating(b"2"))
    progress.stop()
    screen.free.set()
    await progress.end()

    assert screen.begun == [generating(b"1")]


async def test_ending_twice_or_before_the_beginning_is_no_fault() -> None:
    screen = Screen()
    progress = Progress(screen.edit)
    await progress.end()
    await progress.end()
    progress.show(generating(b"1"))
    await turns()

    assert screen.begun == []


async def test_an_edit_that_fails_does_not_stop_the_next() -> None:
    screen = Screen()
    screen.fault = ConnectionError("dropped")
    progress = Progress(screen.edit)
    with capture_logs() as lines:
        progress.show(generating(b"1"))
        await turns()
    screen.fault = None
    progress.show(generating(b"2"))
    await turns()

    assert [line["event"] for line in lines] == ["progress not shown"]
    assert screen.begun == [generating(b"1"), generating(b"2")]
    await progress.end()


async def test_the_place_in_line_is_told_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    progress = Progress(screen.edit)
    progress.show(Stage(3, 60))
    await turns()
    progress.show(Stage(2, 40))
    await turns()
    monkeypatch.setattr(room, "LINE_INTERVAL", 0.0)
    progress.show(Stage(1, 20))
    await turns()

    assert [stage.position for stage in screen.begun] == [3, 1]
    await progress.end()


async def test_the_place_in_line_is_not_told_once_drawing_has_begun() -> None:
    screen = Screen()
    progress = Progress(screen.edit)
    progress.show(Stage(0))
    await turns()
    progress.show(Stage(1, 20))
    await turns()

    assert screen.begun == [Stage(0)]
    await progress.end()


async def test_that_drawing_begins_is_told_once_for_all_pictures() -> None:
    screen = Screen()
    progress = Progress(screen.edit)
    for stage in (Stage(2, 9), Stage(0), Stage(0), generating(b"1", None), Stage(0)):
        progress.show(stage)
        await turns()

    assert screen.begun == [Stage(2, 9), Stage(0), generating(b"1", None)]
    await progress.end()


PAUSE = Stage(0, pause=Pause(1, 5, "lunch"))
ANOTHER = Stage(0, pause=Pause(2, 6, ""))


async def test_a_pause_is_told_at_once_and_so_is_the_place_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LINE_INTERVAL", FOREVER)
    screen = Screen()
    progress = Progress(screen.edit)
    for stage in (Stage(3, 60), PAUSE, PAUSE, ANOTHER, Stage(3, 60), Stage(2, 40)):
        progress.show(stage)
        await turns()

    assert screen.begun == [Stage(3, 60), PAUSE, ANOTHER, Stage(3, 60)]
    await progress.end()


async def test_a_job_that_was_called_back_is_told_that_it_waits_and_then_its_place() -> None:
    screen = Screen()
    progress = Progress(screen.edit)
    for stage in (Stage(0), PAUSE, Stage(1, 20), Stage(0), generating(b"1")):
        progress.show(stage)
        await turns()

    assert screen.begun == [Stage(0), PAUSE, Stage(1, 20), Stage(0), generating(b"1")]
    await progress.end()


async def test_that_drawing_begins_is_told_after_a_pause_also_without_a_place() -> None:
    screen = Screen()
    progress = Progress(screen.edit)
    for stage in (generating(b"1", None), PAUSE, Stage(0), Stage(0)):
        progress.show(stage)
        await turns()

    assert screen.begun == [generating(b"1", None), PAUSE, Stage(0)]
    await progress.end()


async def test_between_edits_nothing_is_left_to_wait_for() -> None:
    screen = Screen()
    progress = Progress(screen.edit)
    before = asyncio.all_tasks()
    progress.show(Stage(3, 60))
    await turns()

    assert asyncio.all_tasks() == before


async def test_the_newest_place_in_line_is_told_once_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    progress = Progress(screen.edit)
    monkeypatch.setattr(room, "LINE_INTERVAL", 0.05)
    for place in (5, 4, 3):
        progress.show(Stage(place, 60))
        await turns(1)
    async with asyncio.timeout(60):
        while len(screen.begun) < 2:
            await turns()

    assert [stage.position for stage in screen.begun][:2] == [5, 3]
    await progress.end()


async def test_a_place_in_line_that_stands_there_is_not_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LINE_INTERVAL", 0.0)
    screen = Screen()
    progress = Progress(screen.edit)
    for turn_at in (60, 60 + room.SLACK / 2, 60 + 2 * room.SLACK):
        progress.show(Stage(3, turn_at))
        await turns()

    assert [stage.turn_at for stage in screen.begun] == [60, 60 + 2 * room.SLACK]
    await progress.end()


async def test_a_place_that_was_to_be_told_is_not_told_once_drawing_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    progress = Progress(screen.edit)
    for stage in (Stage(3, 60), Stage(2, 40), Stage(0)):
        progress.show(stage)
        await turns()
    monkeypatch.setattr(room, "LINE_INTERVAL", 0.0)
    await turns()

    assert screen.begun == [Stage(3, 60), Stage(0)]
    await progress.end()


async def test_what_goes_on_is_shown_anew_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "REFRESH", 0.0)
    screen = Screen()
    progress = Progress(screen.edit)
    going_on = Stage(0, goes_on=True)
    progress.show(going_on)
    async with asyncio.timeout(60):
        while len(screen.begun) < 3:
            await turns()
    await progress.end()
    begun = len(screen.begun)
    await turns()

    assert screen.begun == [going_on] * begun


async def test_news_come_between_two_refreshes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "REFRESH", FOREVER)
    screen = Screen()
    progress = Progress(screen.edit)
    progress.show(Stage(0, goes_on=True))
    await turns()
    progress.show(generating(b"1"))
    await turns()

    assert screen.begun == [Stage(0, goes_on=True), generating(b"1")]
    await progress.end()
