"""Both sides go through the proxy that the environment names: Discord, its gateway and files, and the image API."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from bot.errors import ConfigurationError
from bot.http_server import LOOPBACK, stop_listening

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Callable, Coroutine

    from tests.wire.house import House, OpenHouse

    Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
    finally:
        sink.close()


@asynccontextmanager
async def listening(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
    """The port at which every connection is served so, and closed then; at the end all of them are cut off."""
    running: set[asyncio.Task[None]] = set()

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        task.add_done_callback(lambda _: writer.close())
        running.add(task)

    server = await asyncio.start_server(take, LOOPBACK, 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await stop_listening(server)
        for task in running:
            task.cancel()
        ends = await asyncio.gather(*running, return_exceptions=True)
        assert not [end for end in ends if isinstance(end, Exception)]


class Proxy:
    """An HTTP proxy: whatever host is asked for, it finds the port on this machine.

    Attributes:
        hosts: those that were asked for.
    """

    def __init__(self) -> None:
        self.hosts: set[str] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target = head.decode("latin-1").split(" ", 2)[:2]
        host, _, port = (target.partition("://")[2] or target).partition("/")[0].rpartition(":")
        self.hosts.add(host)
        there, back = await asyncio.open_connection("127.0.0.1", int(port))
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            back.write(head)
        await asyncio.gather(pipe(reader, back), pipe(there, writer))


@asynccontextmanager
async def a_proxy() -> AsyncGenerator[tuple[Proxy, str]]:
    proxy = Proxy()
    async with listening(proxy.serve) as port:
        yield proxy, f"http://{LOOPBACK}:{port}"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def elsewhere(house: House) -> dict[str, str]:
    """The house's addresses under names that only the proxy knows."""
    return {
        "DISCORD_API_URL": house.discord.api_url.replace("127.0.0.1", "discord.test"),
        "DISCORD_GATEWAY_URL": house.discord.gateway_url.replace("127.0.0.1", "gateway.test"),
        "OPENAI_BASE_URL": house.images.base_url.replace("127.0.0.1", "images.test"),
    }


async def test_both_sides_go_through_the_proxy(open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await open_house()
    async with a_proxy() as (proxy, address):
        monkeypatch.setenv("HTTP_PROXY", address)
        await house.start_bot(**elsewhere(house))
        mia = house.discord.server.add_member("Mia")

        message = await house.imagine(mia)
        await house.stop_bot()

    assert message.attachments
    assert {"discord.test", "images.test"} <= proxy.hosts
    assert proxy.hosts & {"gateway.test", "127.0.0.1"}


async def test_this_machine_is_reached_without_the_proxy(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await open_house()
    async with a_proxy() as (proxy, address):
        monkeypatch.setenv("HTTP_PROXY", address)
        monkeypatch.setenv("ALL_PROXY", address)
        await house.start_bot()
        mia = house.discord.server.add_member("Mia")

        await house.imagine(mia)

    assert proxy.hosts == set()


async def test_what_no_proxy_names_is_reached_without_it(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await open_house()
    async with a_proxy() as (proxy, address):
        monkeypatch.setenv("HTTP_PROXY", address)
        monkeypatch.setenv("NO_PROXY", "images.test,127.0.0.1")
        await house.start_bot(**{**elsewhere(house), "OPENAI_BASE_URL": house.images.base_url})
        mia = house.discord.server.add_member("Mia")

        await house.imagine(mia)
        await house.stop_bot()

    assert "discord.test" in proxy.hosts
    assert "images.test" not in proxy.hosts


async def test_a_proxy_that_cannot_be_used_is_told_at_the_start(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await open_house()
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")

    with pytest.raises(ConfigurationError, match="ALL_PROXY"):
        await house.start_bot()
