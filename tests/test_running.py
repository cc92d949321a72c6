"""What an operator reads when the bot cannot run, or soon will not. The way of a whole run is in `tests/wire`."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import discord
import pytest
from structlog.testing import capture_logs

from bot import running, wiring
from bot.client import AtelierBot
from bot.discord_ui import front_desk, intake
from bot.errors import OperatorError
from bot.services.gallery import Sweeping
from bot.services.jobs import delivery, pending_writes
from bot.storage import FileBlobs
from tests.delivery.errors import refused
from tests.examples import settings_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.services.gallery.file_holds import Swept

pytestmark = pytest.mark.usefixtures("bare_environment")


class SilentImages:
    """Stands in for the image API's client: knows one date, makes nothing."""

    def __init__(self, *_: object) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def models(self) -> Mapping[str, str | None]:
        return {"gpt-image-2": "2027-03-01", "gpt-image-2.5-flare": None}


@pytest.fixture(autouse=True)
def silent_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "OpenAIImages", SilentImages)


def starts_with(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
    """The connection to Discord ends at once: with this error, or just so."""

    async def connect(_: AtelierBot) -> None:
        if error is not None:
            raise error

    connects_by(monkeypatch, connect)


def connects_by(monkeypatch: pytest.MonkeyPatch, connect: Callable[[AtelierBot], Awaitable[None]]) -> None:
    """The bot is logged in at once; its connection is this."""

    async def login(_: AtelierBot, token: str) -> None:
        assert token == "token"

    monkeypatch.setattr(AtelierBot, "login", login)
    monkeypatch.setattr(AtelierBot, "connect", connect)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (discord.LoginFailure("Improper token has been passed."), "Discord refuses DISCORD_TOKEN."),
        (discord.PrivilegedIntentsRequired(None), "Switch it on in the developer portal"),
        (refused(503), "Discord cannot be reached"),
        (ConnectionRefusedError("no route"), "Discord cannot be reached: no route"),
    ],
    ids=repr,
)
async def test_why_discord_cannot_be_used_is_said_in_a_sentence(
    error: Exception, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts_with(monkeypatch, error)

    with pytest.raises(OperatorError) as told:
        await running.run(settings_for(tmp_path))

    assert sentence in str(told.value)


async def test_a_fault_of_ours_is_not_disguised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    starts_with(monkeypatch, ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await running.run(settings_for(tmp_path))


async def test_a_connection_that_just_ends_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    starts_with(monkeypatch, None)

    with capture_logs() as lines:
        await running.run(settings_for(tmp_path))

    assert lines[-1]["event"] == "stopped"


async def test_a_default_model_that_will_be_shut_down_is_told_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts_with(monkeypatch, None)

    with capture_logs() as lines:
        await running.run(settings_for(tmp_path / "one", ATELIER_MODEL="gpt-image-2"))
        await running.run(settings_for(tmp_path / "two"))

    warnings = [(line["model"], line["date"]) for line in lines if line["log_level"] == "warning"]
    assert warnings == [("gpt-image-2", "2027-03-01")]


async def test_an_image_api_that_cannot_even_be_asked_is_in_the_log_and_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: SilentImages) -> Mapping[str, str | None]:
        raise ImportError("no such library")

    monkeypatch.setattr(SilentImages, "models", fail)
    starts_with(monkeypatch, None)

    with capture_logs() as lines:
        await running.run(settings_for(tmp_path))

    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["the image API could not be asked"]
    assert lines[-1]["event"] == "stopped"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_bot_in_good_order(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect(_: AtelierBot) -> None:
        signal.raise_signal(number)
        await asyncio.Event().wait()

    connects_by(monkeypatch, connect)

    with capture_logs() as lines:
        await running.run(settings_for(tmp_path))

    assert [line["event"] for line in lines] == ["stopping", "stopped"]


async def test_files_that_nobody_needs_are_swept_while_the_bot_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, swept = settings_for(tmp_path), asyncio.Event()
    digest = await FileBlobs(settings.images_dir).put(b"nobody's")
    os.utime(settings.images_dir / digest[:2] / f"{digest}.bin", (0, 0))
    sweep = Sweeping.sweep

    async def told(sweeping: Sweeping) -> Swept:
        try:
            return await sweep(sweeping)
        finally:
            swept.set()

    async def connect(_: AtelierBot) -> None:
        await swept.wait()

    monkeypatch.setattr(Sweeping, "sweep", told)
    connects_by(monkeypatch, connect)

    await running.run(settings)

    assert [path for path in settings.images_dir.rglob("*") if path.is_file()] == []


async def test_figures_and_readiness_are_read_from_the_running_bot(tmp_path: Path) -> None:
    room: Any = running
    async with wiring.open_services(settings_for(tmp_path)) as services:
        bot = AtelierBot(services)

        assert await room._readiness(bot) == {"gateway": False, "image_api": True, "database": True}
        figures = await room._figures(services)
        assert figures["free_disk_bytes"] > 0
        assert (figures["queue_depth"], figures["running"]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("address", "warned"),
    [
        ("http://proxy.example/v1", True),
        ("http://10.0.0.5:8000/v1", True),
        ("https://proxy.example/v1", False),
        ("http://127.0.0.1:8000/v1", False),
        ("http://[::1]:8000/v1", False),
        ("http://localhost:8000/v1", False),
        ("http://images.localhost/v1", False),
    ],
)
async def test_an_unencrypted_way_to_another_machine_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, *, warned: bool
) -> None:
    starts_with(monkeypatch, None)

    with capture_logs() as lines:
        await running.run(settings_for(tmp_path, OPENAI_BASE_URL=address))

    assert [line["setting"] for line in lines if "setting" in line] == (["OPENAI_BASE_URL"] if warned else [])


def test_all_that_a_stop_waits_for_ends_before_a_supervisor_kills() -> None:
    deploy = Path(__file__).parents[1] / "deploy"
    unit = re.search(r"^TimeoutStopSec=(\d+)$", (deploy / "atelier.service").read_text(), re.MULTILINE)
    compose = re.search(r"stop_grace_period: (\d+)s$", (deploy / "compose.yaml").read_text(), re.MULTILINE)
    said = re.search(r"Give a stop at least (\d+) seconds: .* get (\d+) to come", (deploy / "RUNBOOK.md").read_text())
    parts = (
        2 * pending_writes.LAST_ATTEMPT,  # the files, the books
        delivery.LAST_NUMBERS,
        1.5 * front_desk.CLOSING,
        front_desk.LEAVING,
        running.FAREWELL_WITHIN,
        running.CLOSING_CONNECTION,
        running.LAST_HEARTBEAT,
    )

    assert unit is not None
    assert compose is not None
    assert said is not None
    assert sum(parts) <= running.ENDING
    assert intake.CLOSING + front_desk.CLOSING <= running.GRACE  # they are a part of it
    assert running.GRACE + running.ENDING < min(int(unit[1]), int(compose[1])) == int(said[1])
    assert int(said[2]) == running.GRACE
