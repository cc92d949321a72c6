"""An HTTP server of ours: open on a port, and closed together with everybody who is connected."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import cast

from aiohttp import web

LOOPBACK = "127.0.0.1"
_ROUNDS = 2  # of the event loop, from a connection that it takes to one that the server's protocol knows of


async def stop_listening(server: asyncio.Server) -> None:
    """Close a server, but not before those who were taken in this moment are served, so that they can be cut off.

    asyncio forgets a connection between whose taking and whose transport the server is closed: it stays open until
    its garbage is collected, and whoever connected waits.
    """
    loop = asyncio.get_running_loop()
    try:
        with suppress(NotImplementedError):  # Windows' loop watches no sockets
            for listener in server.sockets:
                loop.remove_reader(listener.fileno())
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
    finally:
        server.close()


class HttpServer:
    """Serves an application from `open` to `close`; it can be opened again then.

    Args:
        grace: seconds that running requests get at the close, before they are cut off.
    """

    def __init__(self, *, grace: float = 0.1) -> None:
        self._grace = grace
        self._open: tuple[asyncio.Server, web.AppRunner] | None = None

    async def open(
        self, application: web.Application, host: str = LOOPBACK, port: int = 0, *, backlog: int = 128
    ) -> int:
        """Serve this application, which serves once only.

        Args:
            application: what answers.
            host: the address to listen at.
            port: 0 takes a free one.
            backlog: connections that the system keeps until they are taken.

        Returns:
            the port.

        Raises:
            OSError: the port cannot be opened; nothing stays open.
        """
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=self._grace)
        await runner.setup()
        protocol_of = cast("web.Server", runner.server)  # which `setup` made
        try:
            loop = asyncio.get_running_loop()
            server = await loop.create_server(protocol_of, host, port, backlog=backlog)
        except BaseException:
            await runner.cleanup()
            raise
        self._open = server, runner
        bound: int = server.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Cut everybody off and free the port. May be called twice, and without an opening."""
        opened, self._open = self._open, None
        if opened is not None:
            server, runner = opened
            try:
                await stop_listening(server)
            finally:
                await runner.cleanup()
