"""The server of our own pages: it can be opened again, and closes with everybody who is connected."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import pytest
from aiohttp import ClientConnectionError, ClientSession, web

from bot.http_server import LOOPBACK, HttpServer


def answering(text: str) -> web.Application:
    """Answers every GET with this."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=text)

    application = web.Application()
    application.router.add_get("/", answer)
    return application


async def read(port: int) -> str:
    async with ClientSession() as session, session.get(f"http://{LOOPBACK}:{port}/") as response:
        return await response.text()


async def test_it_is_opened_again_at_the_same_port() -> None:
    server = HttpServer()

    port = await server.open(answering("one"))
    assert await read(port) == "one"
    await server.close()

    assert await server.open(answering("two"), port=port) == port
    assert await read(port) == "two"
    await server.close()


async def test_it_may_be_closed_twice_and_without_an_opening() -> None:
    server = HttpServer()
    await server.close()

    port = await server.open(answering("one"))
    await server.close()
    await server.close()

    with pytest.raises(OSError, match=str(port)):
        await read(port)


async def test_a_port_that_is_taken_leaves_nothing_open() -> None:
    first, second = HttpServer(), HttpServer()
    port = await first.open(answering("one"))

    with pytest.raises(OSError, match="address already in use"):
        await second.open(answering("two"), port=port)
    with pytest.raises(OverflowError):
        await second.open(answering("two"), port=65_536)

    await second.close()
    assert await read(port) == "one"
    await first.close()


@pytest.mark.parametrize("rounds", range(7))
async def test_who_connects_in_the_moment_of_the_close_is_cut_off_too(rounds: int) -> None:
    server = HttpServer()
    port = await server.open(answering("one"))

    with socket.create_connection((LOOPBACK, port)) as client:
        for _ in range(rounds):
            await asyncio.sleep(0)
        await server.close()

        client.settimeout(60.0)
        with suppress(ConnectionResetError):  # it had not been taken yet
            assert await asyncio.to_thread(client.recv, 1) == b""


@pytest.mark.parametrize("rounds", range(7))
async def test_a_close_that_is_cancelled_frees_the_port_all_the_same(rounds: int) -> None:
    server = HttpServer()
    port = await server.open(answering("one"))

    closing = asyncio.create_task(server.close())
    for _ in range(rounds):
        await asyncio.sleep(0)
    closing.cancel()
    with suppress(asyncio.CancelledError):
        await closing
    await server.close()

    with pytest.raises(OSError, match=str(port)):
        await read(port)


async def test_it_closes_where_the_loop_watches_no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """As that of Windows, which has another way to be told of connections."""

    def unknown(_: int) -> None:
        raise NotImplementedError

    server = HttpServer()
    port = await server.open(answering("one"))
    monkeypatch.setattr(asyncio.get_running_loop(), "remove_reader", unknown)
    await server.close()

    with pytest.raises(OSError, match=str(port)):
        await read(port)


async def test_a_request_that_runs_gets_its_grace_and_no_more() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def linger(_: web.Request) -> web.Response:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    application = web.Application()
    application.router.add_get("/", linger)
    server = HttpServer(grace=0.01)
    port = await server.open(application)

    reading = asyncio.create_task(read(port))
    await begun.wait()
    await server.close()

    assert ended.is_set()
    with pytest.raises(ClientConnectionError):
        await reading
