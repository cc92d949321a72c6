"""From the first line to the last: open, run until told to stop, drain, close the gateway, then the database."""

from __future__ import annotations

import asyncio
import shutil
import signal
import threading
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import KeepAliveHandler
from discord.http import Route

from bot.client import AtelierBot, point_at
from bot.config import is_loopback, proxy_of
from bot.errors import OperatorError
from bot.memory import give_back
from bot.pictures import close_pools
from bot.services.background import Background
from bot.wiring import open_services

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from bot.config import Settings
    from bot.wiring import Services

GRACE = 105.0  # seconds after a signal to stop in which what was sent may come
FAREWELL_WITHIN = 2.0  # seconds in which the gateway is to take and answer our goodbye
CLOSING_CONNECTION = 8.0  # seconds that the end of the connection may take then
LAST_HEARTBEAT = 2.0  # seconds that its thread may take to end
ENDING = 44.0  # seconds at most that the end takes then; a supervisor should wait 150 in all before it kills

_log = structlog.stdlib.get_logger(__name__)


async def run(settings: Settings, stop: asyncio.Event | None = None, grace: float = GRACE) -> None:
    """Run the bot until SIGTERM or SIGINT, or until `stop` is set.

    Raises:
        OperatorError: it cannot run as it is set up; the sentence says what to change.
    """
    give_back()
    stop = stop or asyncio.Event()
    _stop_at_signals(stop)
    point_at(settings)
    logged_in = asyncio.Event()
    async with (
        _pictures(),
        open_services(settings) as services,
        _looking_at_the_account(services, settings, logged_in),
    ):
        _warn_of_plain_connections(settings)
        bot = AtelierBot(services)
        async with _heartbeats(), bot, _health(bot, settings):
            await _until_stopped(bot, settings, stop, grace, logged_in)
    _log.info("stopped")


@asynccontextmanager
async def _looking_at_the_account(
    services: Services, settings: Settings, logged_in: asyncio.Event
) -> AsyncGenerator[None]:
    """Ask the image API what it thinks of us, while the gateway greets us: neither need wait for the other."""
    background = Background()
    background.begin(_look_at_the_account(services, settings, logged_in), "first look at the account")
    try:
        yield
    finally:
        await background.close()


async def _look_at_the_account(services: Services, settings: Settings, logged_in: asyncio.Event) -> None:
    await logged_in.wait()  # its library is a third of all that is loaded: cogs and commands come before it
    try:
        _log_shutdown_dates(await services.account.open(), settings)
    except Exception:  # noqa: BLE001 - nobody waits for it; whoever asks for a picture is told
        _log.exception("the image API could not be asked")


@asynccontextmanager
async def _health(bot: AtelierBot, settings: Settings) -> AsyncGenerator[None]:
    """Tell how it is over HTTP, where a port is set."""
    if settings.http_port is None:
        yield
        return
    from bot.health import Health  # noqa: PLC0415 - a server and Prometheus, for those who asked for them

    health = Health(ready=lambda: _readiness(bot), figures=lambda: _figures(bot.services))
    bot.services.studio.observers.append(health.observe_picture)
    await health.start(settings.http_host, settings.http_port)
    try:
        yield
    finally:
        await health.close()


@asynccontextmanager
async def _pictures() -> AsyncGenerator[None]:
    """Let go of the threads that decode pictures, last of all."""
    try:
        yield
    finally:
        close_pools()


async def _connect(bot: AtelierBot, settings: Settings, logged_in: asyncio.Event) -> None:
    """As `start` of discord.py."""
    await bot.login(settings.discord_token.get_secret_value())
    logged_in.set()
    await bot.connect()


async def _until_stopped(
    bot: AtelierBot, settings: Settings, stop: asyncio.Event, grace: float, logged_in: asyncio.Event
) -> None:
    connection = asyncio.create_task(_connect(bot, settings, logged_in), name="gateway")
    stopping = asyncio.create_task(stop.wait())
    bot.services.sweeping.begin()
    try:
        await asyncio.wait({connection, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if connection.done():
            _raise_refusal(connection)
        _log.info("stopping", running=bot.services.studio.running, waiting=bot.services.studio.waiting)
    finally:
        began = time.monotonic()
        stopping.cancel()
        bot.services.studio.stop_taking()
        await bot.services.sweeping.close()
        await bot.stop_news()
        await bot.intake.close()
        await bot.desk.settle()  # whoever waits for an answer is told, as long as Discord can be reached
        await bot.services.studio.drain(max(0.0, grace - (time.monotonic() - began)))
        await bot.desk.close()
        await bot.services.stars.close()  # nobody votes any more; what is not shown yet, the next start shows
        bot.stop_waiting_for_servers()
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_WITHIN):
                if await bot.say_goodbye():
                    await asyncio.wait({connection})
        connection.cancel()
        with suppress(asyncio.CancelledError, Exception):
            async with asyncio.timeout(CLOSING_CONNECTION):
                await connection
        await bot.desk.leave()  # nobody else can come by now


@asynccontextmanager
async def _heartbeats() -> AsyncGenerator[None]:
    """At the end stop discord.py's threads: one that is left by a broken reconnection speaks to a closed loop."""
    try:
        yield
    finally:
        for thread in threading.enumerate():
            if isinstance(thread, KeepAliveHandler):
                thread.stop()
                await asyncio.to_thread(thread.join, LAST_HEARTBEAT)


def _raise_refusal(connection: asyncio.Task[None]) -> None:
    error = connection.exception()
    if isinstance(error, discord.LoginFailure):
        raise OperatorError("Discord refuses DISCORD_TOKEN. Copy the token anew from the developer portal, page Bot.")
    if isinstance(error, discord.PrivilegedIntentsRequired):
        raise OperatorError(
            "ATELIER_MESSAGE_CONTENT is on, but the application lacks the Message Content intent. "
            "Switch it on in the developer portal, page Bot, or unset ATELIER_MESSAGE_CONTENT."
        )
    if isinstance(error, (discord.HTTPException, aiohttp.ClientError, OSError)):
        raise OperatorError(_not_reached(error)) from error
    if error is not None:
        raise error


def _not_reached(error: Exception) -> str:
    """Why Discord is not reached. What the library says of a proxy is left out: its password stands in it."""
    proxy = yarl.URL(proxy_of(Route.BASE) or "")
    if not proxy.host:
        return f"Discord cannot be reached: {str(error) or type(error).__name__}"
    reason = "it does not answer as a proxy does, or not at all"
    if isinstance(error, aiohttp.ClientResponseError):
        reason = f"{error.status} {error.message}"
    elif isinstance(error, discord.HTTPException):
        reason = f"{error.status} {error.response.reason}"
    return (
        f"Discord cannot be reached through the proxy {proxy.host}:{proxy.port} ({reason}). "
        "See HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, which hold its name and password too, and NO_PROXY."
    )


def _stop_at_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Not available outside a main thread, nor on Windows; then the caller's own event stops it.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.set)


def _log_shutdown_dates(dates: Mapping[str, str | None], settings: Settings) -> None:
    date = dates.get(settings.model)
    if date is not None:
        _log.warning("the default model will be shut down", model=settings.model, date=date)


def _warn_of_plain_connections(settings: Settings) -> None:
    """Say, once, which addresses of other machines would get the token, the key, words and pictures unencrypted."""
    addresses = {
        "OPENAI_BASE_URL": settings.openai_base_url,
        "DISCORD_API_URL": settings.discord_api_url,
        "DISCORD_GATEWAY_URL": settings.discord_gateway_url,
    }
    for setting, address in addresses.items():
        url = yarl.URL(address or "")
        if url.scheme in {"http", "ws"} and not is_loopback(url.host or ""):
            _log.warning(
                "secrets and pictures go over the network unencrypted: use https or wss", setting=setting, host=url.host
            )


async def _readiness(bot: AtelierBot) -> dict[str, bool]:
    database = bot.services.database
    return {
        "gateway": bot.is_ready() and not bot.is_closed(),
        "image_api": bot.services.account.refusal is None and bot.services.studio.outage.standing is None,
        "database": await database.read(lambda connection: connection.execute("SELECT 1").fetchone() is not None),
    }


async def _figures(services: Services) -> Mapping[str, float]:
    standing = await services.accounts.month_totals()
    return {
        "settled_nano": float(standing.settled_nano),
        "held_nano": float(standing.held_nano),
        "unknown_nano": float(standing.unknown_nano),
        "queue_depth": float(services.studio.waiting),
        "running": float(services.studio.running),
        "free_disk_bytes": float(shutil.disk_usage(services.settings.data_dir).free),
    }
