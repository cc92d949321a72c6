"""One WebSocket: frames in and out, heartbeats, and what the client asks for.

Opcodes and close codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway
"""

from __future__ import annotations

import asyncio
import json
import zlib
from contextlib import suppress
from enum import IntEnum
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from bot.sandbox.discord.wire.json_values import Json, as_object, dumps

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.discord.gateway.sessions import Session

API_VERSION = "10"
_PATIENCE = 1.5  # heartbeat intervals of silence after which a client counts as gone


class Op(IntEnum):
    """Gateway opcodes."""

    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11
    REQUEST_SOUNDS = 31
    REQUEST_CHANNELS = 43


class CloseCode(IntEnum):
    """Why the gateway closes a connection."""

    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    SESSION_TIMED_OUT = 4009
    INVALID_API_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class Connection:
    """Speaks with one client until either side ends it.

    Attributes:
        session: what it belongs to, once identified or resumed.
        client_code: the close code that the client sent; 1006 when it just went, None while it is there or when
            the server ended it.
    """

    def __init__(
        self,
        request: web.Request,
        heartbeat_seconds: float,
        receive: Callable[[Connection, Op, object], CloseCode | None],
    ) -> None:
        self.session: Session | None = None
        self.client_code: int | None = None
        self._request = request
        self._interval = heartbeat_seconds
        self._receive = receive
        self._socket = web.WebSocketResponse(timeout=1.0, max_msg_size=1 << 20)
        self._outgoing: asyncio.Queue[Json] = asyncio.Queue()
        self._ended_by_us = False
        compresses = request.query.get("compress") == "zlib-stream"
        # One context for the whole connection: later messages are compressed against earlier ones.
        self._deflate = zlib.compressobj() if compresses else None

    def send(self, payload: Json) -> None:
        """Queue a payload; nothing is sent any more once the connection ended."""
        self._outgoing.put_nowait(payload)

    async def serve(self) -> web.WebSocketResponse:
        """Speak until the end."""
        await self._socket.prepare(self._request)
        if self._request.query.get("v", API_VERSION) != API_VERSION:
            await self.close(CloseCode.INVALID_API_VERSION)
            return self._socket
        self.send({"op": Op.HELLO, "t": None, "s": None, "d": {"heartbeat_interval": int(self._interval * 1000)}})
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
        return self._socket

    async def close(self, code: int) -> None:
        """Close properly, with a code."""
        self._ended_by_us = True
        await self._socket.close(code=code)

    def cut(self) -> None:
        """Cut the connection without a word, as a broken network does."""
        self._ended_by_us = True
        if self._request.transport is not None:
            self._request.transport.abort()

    async def _write(self) -> None:
        while True:
            text = dumps(await self._outgoing.get())
            with suppress(ConnectionError):  # the reader notices the end
                if self._deflate is None:
                    await self._socket.send_str(text)
                else:
                    frame = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                    await self._socket.send_bytes(frame)

    async def _read(self) -> None:
        while True:
            try:
                frame = await self._socket.receive(timeout=self._interval * _PATIENCE)
            except TimeoutError:
                await self.close(CloseCode.SESSION_TIMED_OUT)
                return
            if frame.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                if not self._ended_by_us:
                    self.client_code = self._socket.close_code or 1006
                return
            if code := self._understand(frame.data):
                await self.close(code)
                return

    def _understand(self, data: str | bytes) -> CloseCode | None:
        try:
            payload = as_object(json.loads(data))
        except ValueError:
            return CloseCode.DECODE_ERROR
        op = payload.get("op")
        if op not in list(Op):
            return CloseCode.UNKNOWN_OPCODE
        return self._receive(self, Op(op), payload.get("d"))
