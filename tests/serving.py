"""A server of a test's own, where the sandbox would not answer so."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.http_server import LOOPBACK, HttpServer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from aiohttp import web


@asynccontextmanager
async def serving(application: web.Application) -> AsyncGenerator[str]:
    """The address at which this application answers meanwhile: ``http://127.0.0.1:PORT``."""
    server = HttpServer()
    port = await server.open(application)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        await server.close()
