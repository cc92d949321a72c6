from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import discord
import discord.http
import discord.webhook.async_
import pytest
import stamina
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import charts
from bot.client import AtelierBot
from bot.sandbox.conversations.performance import Performance
from bot.sandbox.images.painters import PainterPool
from tests.examples import png
from tests.starting import start_quickly
from tests.wire import house as wire_house
from tests.wire.hasty import HASTY
from tests.wire.house import FAST, FIRST_ANSWER, PATIENCE, House, OpenHouse
from tests.wire.openapi import OfficialDescription
from tests.wire.traffic_check import misfits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator, Sequence
    from pathlib import Path

    from bot.charts import Chart
    from bot.sandbox.discord import Member, Message, Options
    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.images import ImageOptions
    from bot.sandbox.images.checks import CheckedCall
    from bot.sandbox.images.painters import Painting

PAINTED = replace(FAST, canned_bytes=None, seed=3)
_registered: list[Json] = []  # our commands as the first Discord of this process had them
HOUSES = pytest.StashKey[list[House]]()


def _houses_of(item: pytest.Item) -> list[House]:
    return item.stash.get(HOUSES, list[House]())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beside a failure stands the conversation."""
    report = yield
    if report.when in {"call", "teardown"} and report.failed:
        for house in _houses_of(item):
            report.sections.append(("the conversation", house.conversation()))
    if report.when == "teardown" and HOUSES in item.stash:
        del item.stash[HOUSES]  # items live as long as the run
    return report


@pytest.fixture(autouse=True)
def _discord_py_as_it_was() -> Iterator[None]:
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Retries and progress as in life, without the pauses in between."""
    monkeypatch.setattr("bot.delivery.progress.INTERVAL", 0.02)
    monkeypatch.setattr("bot.delivery.progress.SHARED_INTERVAL", 0.02)
    monkeypatch.setattr("bot.delivery.progress.PATIENCE", 0.2)
    monkeypatch.setattr("bot.discord_ui.intake.GRACE", FIRST_ANSWER / 4)  # refusals stay private on a slow machine too
    monkeypatch.setattr("bot.client.GUILD_READY_TIMEOUT", 0.05)
    monkeypatch.setattr(discord.Client, "before_identify_hook", _identify_at_once)
    start_quickly(monkeypatch)
    stamina.set_testing(True, attempts=3, cap=True)
    yield
    stamina.set_testing(False)


async def _identify_at_once(*_: object, initial: bool) -> None:
    """discord.py by itself waits five seconds before it does so again."""


@pytest.fixture(autouse=True)
def _without_matplotlib(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts are drawn in a second's work of another process: a square does where a test is not marked `charted`."""

    async def square(_chart: Chart) -> bytes:
        return png()

    if not request.node.get_closest_marker("charted"):
        monkeypatch.setattr(charts, "draw", square)


@pytest.fixture
def hasty_discord_py(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py tries again at once where Discord has an internal error; by itself it waits up to 25 seconds."""
    monkeypatch.setattr(discord.http, "asyncio", HASTY)
    monkeypatch.setattr(discord.webhook.async_, "asyncio", HASTY)


@pytest.fixture
def impatient_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot that is stopped waits for nothing that still runs."""
    monkeypatch.setattr(wire_house, "GRACE", 0.0)


@pytest.fixture(scope="session")
def description() -> OfficialDescription | None:
    """Discord's OpenAPI description; None where it is not."""
    return OfficialDescription.load()


def _stop_at_gates(houses: Sequence[House], monkeypatch: pytest.MonkeyPatch) -> None:
    """While the gate of a house is closed, nothing is painted and nothing is said."""
    paint, go_wrong = PainterPool.paint, Performance._go_wrong  # pyright: ignore[reportPrivateUsage] - where words begin

    async def paint_when_the_gate_is_open(painters: PainterPool, order: CheckedCall, number: int) -> Painting:
        for house in houses:
            await house.gate.wait()
        return await paint(painters, order, number)

    async def say_when_the_gate_is_open(performance: Performance) -> None:
        for house in houses:
            await house.gate.wait()
        await go_wrong(performance)

    monkeypatch.setattr(PainterPool, "paint", paint_when_the_gate_is_open)
    monkeypatch.setattr(Performance, "_go_wrong", say_when_the_gate_is_open)


def _know_commands(houses: Sequence[House], monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord knows our commands as from an earlier start: to tell it was half of what a start costs."""
    sync = AtelierBot._sync_commands  # pyright: ignore[reportPrivateUsage] - a start's step

    async def sync_once_a_process(bot: AtelierBot) -> None:
        (discord,) = (house.discord for house in houses if house.discord.token == bot.http.token)
        if bot.services.settings.sync_guild is not None or not _registered:
            await sync(bot)
            _registered[:] = discord.commands[None]
        else:
            ours = {"application_id": str(discord.bot.id)}
            discord.commands.restore({None: [command | ours for command in _registered]})

    monkeypatch.setattr(AtelierBot, "_sync_commands", sync_once_a_process)


@pytest.fixture
async def open_house(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    description: OfficialDescription | None,
) -> AsyncIterator[OpenHouse]:
    """Opens a house without the bot; at the end its traffic is held against the description."""
    houses: list[House] = []
    request.node.stash[HOUSES] = houses
    _stop_at_gates(houses, monkeypatch)
    if not request.node.get_closest_marker("unregistered"):
        _know_commands(houses, monkeypatch)
    on_ready = AtelierBot.on_ready

    async def say_that_it_is_ready(bot: AtelierBot) -> None:
        await on_ready(bot)
        await bot.news.finish(PATIENCE)
        for house in houses:
            house.ready.set()

    monkeypatch.setattr(AtelierBot, "on_ready", say_that_it_is_ready)

    async def open_one(discord: Options | None = None, images: ImageOptions | None = None) -> House:
        house = House(discord, images, tmp_path / f"data-{len(houses)}")
        await house.__aenter__()
        houses.append(house)
        return house

    yield open_one
    for house in reversed(houses):
        await house.__aexit__()
    for house in houses:
        assert not house.complaints
        assert description is None or not misfits(description, house.discord.traffic)


@pytest.fixture
async def house(request: pytest.FixtureRequest, open_house: OpenHouse) -> House:
    """A house with the bot at work, fast; its image API paints where the test is marked so."""
    opened = await open_house(images=PAINTED if request.node.get_closest_marker("painted") else None)
    await opened.start_bot()
    await opened.until(lambda: opened.images.requests)  # it has looked at the account: what a test changes comes later
    return opened


@pytest.fixture
def mia(house: House) -> Member:
    return house.discord.server.add_member("Mia")


@pytest.fixture
async def lighthouse(house: House, mia: Member) -> Message:
    """Picture #1, with its message."""
    return await house.imagine(mia, "a lighthouse at dusk", size="1024x1024", quality="low")
