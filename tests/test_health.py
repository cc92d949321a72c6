"""Alive, ready and in figures, over real HTTP."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from bot import health as room
from bot.errors import ConfigurationError
from bot.health import Health

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

FIGURES = {
    "held_nano": 12_500_000,
    "settled_nano": 3_141_592_653,
    "unknown_nano": 0,
    "queue_depth": 3,
    "running": 1,
    "free_disk_bytes": 9_000_000_000,
}


class Bot:
    """What the health room asks, with answers that a test may change."""

    def __init__(self) -> None:
        self.checks = {"gateway": True, "database": True}
        self.figures: dict[str, float] = dict(FIGURES)
        self.fault: Exception | None = None
        self.delay = 0.0
        self.health = Health(ready=self.ready, figures=self.read_figures)
        self.port = 0

    async def ready(self) -> dict[str, bool]:
        await self._answer()
        return self.checks

    async def read_figures(self) -> dict[str, float]:
        await self._answer()
        return self.figures

    async def _answer(self) -> None:
        await asyncio.sleep(self.delay)
        if self.fault:
            raise self.fault

    async def get(self, path: str, **headers: str) -> tuple[int, str, str]:
        """Status, content type and body of an answer."""
        url = f"http://127.0.0.1:{self.port}{path}"
        async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
            return answer.status, answer.headers["Content-Type"], await answer.text()

    async def get_json(self, path: str) -> tuple[int, Any]:
        url = f"http://127.0.0.1:{self.port}{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status, await answer.json()

    async def samples(self) -> dict[str, float]:
        """The metrics as Prometheus reads them: `name{label}` to value."""
        _, _, text = await self.get("/metrics")
        return {
            sample.name + "".join(f"{{{label}}}" for label in sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
async def bot() -> AsyncGenerator[Bot]:
    asked = Bot()
    asked.port = await asked.health.start()
    yield asked
    await asked.health.close()


async def test_a_process_that_answers_is_alive_whatever_else_is_broken(bot: Bot) -> None:
    bot.fault = RuntimeError("no database")

    status, answer = await bot.get_json("/healthz")

    assert status == 200
    assert answer["status"] == "alive"
    assert answer["event_loop_lag_seconds"] >= 0


async def test_ready_is_who_has_everything(bot: Bot) -> None:
    assert await bot.get_json("/readyz") == (200, {"ready": True, "checks": {"gateway": True, "database": True}})


async def test_one_thing_missing_is_not_ready_and_is_named(bot: Bot) -> None:
    bot.checks = {"gateway": False, "database": True}

    assert await bot.get_json("/readyz") == (503, {"ready": False, "checks": {"gateway": False, "database": True}})


async def test_nothing_known_is_not_ready(bot: Bot) -> None:
    bot.checks = {}

    assert await bot.get_json("/readyz") == (503, {"ready": False, "checks": {}})


async def test_a_check_that_breaks_is_not_ready_and_tells_no_details(bot: Bot) -> None:
    bot.fault = RuntimeError("secret details")

    with capture_logs() as logs:
        status, answer = await bot.get_json("/readyz")

    assert (status, answer) == (503, {"ready": False, "checks": {}})
    assert logs[0]["event"] == "readiness could not be found out"


async def test_a_check_that_hangs_is_not_ready(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_PATIENCE", 0.01)
    bot.delay = 30

    status, _ = await bot.get_json("/readyz")

    assert status == 503


async def test_the_figures_are_metrics_and_money_is_in_dollars(bot: Bot) -> None:
    samples = await bot.samples()

    assert samples["atelier_dollars{held}"] == 0.0125
    assert samples["atelier_dollars{settled}"] == 3.141592653
    assert samples["atelier_dollars{unknown}"] == 0
    assert samples["atelier_queue_depth"] == 3
    assert samples["atelier_running"] == 1
    assert samples["atelier_free_disk_bytes"] == 9e9
    assert samples["atelier_figures_up"] == 1
    assert samples["atelier_event_loop_lag_seconds"] >= 0


async def test_pictures_are_counted_by_their_seconds(bot: Bot) -> None:
    for seconds in (4, 12, 12, 400):
        bot.health.observe_picture(seconds, "delivered")
    bot.health.observe_picture(1, "failed")

    samples = await bot.samples()

    assert samples["atelier_picture_seconds_bucket{5.0}{delivered}"] == 1
    assert samples["atelier_picture_seconds_bucket{15.0}{delivered}"] == 3
    assert samples["atelier_picture_seconds_count{delivered}"] == 4
    assert samples["atelier_picture_seconds_sum{failed}"] == 1
    assert samples["atelier_jobs_total{delivered}"] == 4
    assert samples["atelier_jobs_total{failed}"] == 1


async def test_figures_that_cannot_be_read_leave_the_other_metrics(bot: Bot) -> None:
    bot.fault = RuntimeError("no database")
    bot.health.observe_picture(3, "delivered")

    with capture_logs() as logs:
        samples = await bot.samples()

    assert samples["atelier_figures_up"] == 0
    assert samples["atelier_picture_seconds_count{delivered}"] == 1
    assert samples["atelier_jobs_total{delivered}"] == 1
    assert "atelier_queue_depth" not in samples
    assert logs[0]["event"] == "the figures could not be read"


async def test_a_figure_that_has_no_metric_is_logged(bot: Bot) -> None:
    bot.figures["surprise"] = 1

    with capture_logs() as logs:
        samples = await bot.samples()

    assert not any("surprise" in name for name in samples)
    assert logs[0]["figure"] == "surprise"


async def test_prometheus_gets_the_format_it_asks_for(bot: Bot) -> None:
    _, plain, _ = await bot.get("/metrics")
    _, modern, text = await bot.get("/metrics", Accept="application/openmetrics-text; version=1.0.0")

    assert plain.startswith("text/plain; version=0.0.4")
    assert modern.startswith("application/openmetrics-text")
    assert text.endswith("# EOF\n")


async def test_a_loop_that_was_blocked_shows_its_lag(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    await bot.health.close()
    monkeypatch.setattr(room, "_BEAT", 0.001)
    bot.port = await bot.health.start()
    await asyncio.sleep(0)

    time.sleep(0.2)  # noqa: ASYNC251 - blocking is what the test is about
    await asyncio.sleep(0.01)

    assert (await bot.samples())["atelier_event_loop_lag_seconds"] > 0.1


async def test_an_unknown_page_is_not_there(bot: Bot) -> None:
    assert (await bot.get("/"))[0] == 404


async def test_a_port_in_use_is_a_sentence_for_the_operator(bot: Bot) -> None:
    second = Bot().health

    with pytest.raises(ConfigurationError, match=f"ATELIER_HTTP_PORT: 127.0.0.1:{bot.port} cannot be opened"):
        await second.start(port=bot.port)


async def test_after_a_close_nobody_answers_and_a_second_close_is_fine() -> None:
    asked = Bot()
    asked.port = await asked.health.start()

    await asked.health.close()
    await asked.health.close()

    with pytest.raises(aiohttp.ClientConnectorError):
        await asked.get("/healthz")
