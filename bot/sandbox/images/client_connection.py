"""The connection to one client: waiting while it is there, writing, and dropping it."""

from __future__ import annotations

import asyncio
import itertools
import json
import zlib
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping

GLANCE = 0.05  # seconds between two looks whether the client is still there
DROPS = 40  # pieces of a slow answer


PIECE = 64 * 1024  # bytes of an endless answer at a time


class ClientGoneError(Exception):
    """The client closed the connection."""


class Line:
    """One request's connection, and the answer that goes over it."""

    def __init__(self, request: web.Request, headers: Mapping[str, str]) -> None:
        self._request = request
        self._headers = dict(headers)
        self.response: web.StreamResponse = web.Response(headers=self._headers)

    async def wait(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            ClientGoneError: as soon as the client has hung up.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            self._look()
            await asyncio.sleep(min(GLANCE, left))
        self._look()

    async def open(
        self, content_type: str, length: int | None = None, *, status: int = 200, encoding: str | None = None
    ) -> None:
        """Send the status and the headers; `length` is the body's in bytes, None for a stream of unknown length."""
        self._look()
        self.response = web.StreamResponse(status=status, headers=self._headers)
        if encoding is not None:
            self.response.headers["Content-Encoding"] = encoding
        self.response.headers["Content-Type"] = content_type
        if length is None:
            self.response.headers["Cache-Control"] = "no-cache"
            self.response.enable_chunked_encoding()
        else:
            self.response.content_length = length
        await self.response.prepare(self._request)

    async def write(self, data: bytes) -> None:
        """Send bytes of the body.

        Raises:
            ClientGoneError: nobody takes them any more.
        """
        try:
            await self.response.write(data)
        except ConnectionError as error:
            raise ClientGoneError from error

    async def drip(self, data: bytes, seconds: float) -> None:
        """Send bytes of the body in small pieces, spread over `seconds`."""
        size = max(1, -(-len(data) // DROPS))
        for start in range(0, len(data), size):
            await self.write(data[start : start + size])
            await self.wait(seconds / DROPS)

    async def flood(self, start: bytes, again: bytes, times: int | None) -> None:
        """Send `start`, and `again` so many times, or for as long as the client takes it.

        Raises:
            ClientGoneError: it takes no more.
        """
        await self.write(start)
        for _ in itertools.count() if times is None else range(times):
            self._look()
            await self.write(again)

    def drop(self) -> None:
        """Close the connection without ending the answer; what was written still arrives."""
        if self._request.transport is not None:
            self._request.transport.close()

    def _look(self) -> None:
        transport = self._request.transport
        if transport is None or transport.is_closing():
            raise ClientGoneError


def event(data: Mapping[str, object], name: str | None = None) -> bytes:
    """A server-sent event, named by its ``type`` unless told otherwise."""
    text = json.dumps(data, separators=(",", ":"))
    return f"event: {name or data['type']}\ndata: {text}\n\n".encode()


def bomb(start: bytes, again: bytes) -> tuple[bytes, bytes]:
    """`start` in gzip, and what unfolds, each time that it is sent, to a megabyte of `again`."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    return head, packer.compress(again * (1024 * 1024 // len(again))) + packer.flush(zlib.Z_FULL_FLUSH)
