"""The gateway: lets bots in, tells them what happens, and troubles them when a test asks for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.sandbox.discord.gateway.connection import CloseCode, Connection, Op
from bot.sandbox.discord.gateway.sessions import Session
from bot.sandbox.discord.wire.json_values import Json, as_id, as_int, as_list, as_object, as_text
from bot.sandbox.discord.world.changes import ChangeKind
from bot.sandbox.discord.world.intents import LARGEST, PRIVILEGED, Intent
from bot.sandbox.discord.world.views import guild_create_view, member_view, own_account_view

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.discord.world.events import Event
    from bot.sandbox.discord.world.world import World

FROM_SERVER = {Op.RECONNECT, Op.INVALID_SESSION, Op.HELLO, Op.HEARTBEAT_ACK}
# As over a network. discord.py writes down when it sent a heartbeat after it did; to an answer at once it says that it
# cannot keep up.
ACK_SECONDS = 0.05
NORMAL_CODES = {1000, 1001}  # a client that closes with one of these gives its session up


class Gateway:
    """The WebSocket server.

    Attributes:
        url: where clients connect.
        identifies: the payload of every accepted IDENTIFY, oldest first.
        resumes: how many sessions were resumed.
        close_codes: the code with which each client went (1006: cut off), oldest first.
        acknowledges: whether heartbeats are answered; a client that hears nothing reconnects.
    """

    def __init__(self, world: World) -> None:
        self.url = ""
        self.identifies: list[Json] = []
        self.resumes = 0
        self.close_codes: list[int] = []
        self.acknowledges = True
        self._world = world
        self._sessions: dict[str, Session] = {}
        self._connections: list[Connection] = []
        world.dispatch = self.dispatch

    @property
    def connected(self) -> bool:
        """Whether a bot is there, identified."""
        return any(connection.session for connection in self._connections)

    @property
    def sessions(self) -> list[Session]:
        """Sessions that are connected or may be resumed, oldest first."""
        return list(self._sessions.values())

    def dispatch(self, event: Event) -> None:
        """Send an event to every session that asked for its kind."""
        for session in self._sessions.values():
            if event.needs is None or event.needs & session.intents:
                session.dispatch(event.name, event.payload(session.intents))

    async def drop(self) -> None:
        """Cut every connection without a close frame. Sessions stay and may be resumed."""
        for connection in list(self._connections):
            connection.cut()
        await self._wait_until_gone()

    async def ask_reconnect(self) -> None:
        """Ask every client to reconnect and resume (op 7)."""
        self._say({"op": Op.RECONNECT, "t": None, "s": None, "d": None})
        await asyncio.sleep(0)

    async def invalidate_session(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is invalid (op 9); unless resumable, it is forgotten."""
        self._say({"op": Op.INVALID_SESSION, "t": None, "s": None, "d": resumable})
        if not resumable:
            self._sessions.clear()
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Go away (1001)."""
        for connection in list(self._connections):
            await connection.close(1001)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Take a connection: the aiohttp handler."""
        connection = Connection(request, self._world.options.heartbeat_seconds, self._receive)
        self._connections.append(connection)
        try:
            return await connection.serve()
        finally:
            self._connections.remove(connection)
            self._leave(connection)

    def _leave(self, connection: Connection) -> None:
        session, code = connection.session, connection.client_code
        if code is not None:
            self.close_codes.append(code)
        if session is not None and session.send == connection.send:
            session.send = None
            if code in NORMAL_CODES:
                self._sessions.pop(session.id, None)
        self._world.announce(ChangeKind.BOT_DISCONNECTED, by=self._world.bot)

    def _receive(self, connection: Connection, op: Op, data: object) -> CloseCode | None:
        if op is Op.HEARTBEAT:
            if self.acknowledges:
                ack = {"op": Op.HEARTBEAT_ACK, "t": None, "s": None, "d": None}
                asyncio.get_running_loop().call_later(ACK_SECONDS, connection.send, ack)
            return None
        if op is Op.IDENTIFY:
            return self._identify(connection, as_object(data))
        if op is Op.RESUME:
            return self._resume(connection, as_object(data))
        if connection.session is None:
            return CloseCode.NOT_AUTHENTICATED
        if op is Op.REQUEST_MEMBERS:
            self._send_members(connection.session, as_object(data))
        # Presence, voice and sounds change nothing that a bot like ours could see.
        return CloseCode.UNKNOWN_OPCODE if op in FROM_SERVER else None

    def _send_members(self, session: Session, data: Json) -> None:
        """Tell of the members that were asked for; of all of them only with the intent for members."""
        guild = self._world.guilds.get(as_id(data.get("guild_id")) or 0)
        if guild is None or not guild.has_bot:
            return
        named = data.get("user_ids")
        wanted = [as_id(one) for one in (as_list(named) or [named])] if named is not None else []
        query, most = as_text(data.get("query")).lower(), as_int(data.get("limit"))
        if named is not None:
            found = [guild.members[one] for one in wanted if one in guild.members]
        elif query or most or session.intents & Intent.GUILD_MEMBERS:
            found = [one for one in guild.members.values() if one.user.name.lower().startswith(query)][: most or None]
        else:
            found = []
        chunk: Json = {
            "guild_id": str(guild.id),
            "members": [member_view(member) for member in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(one) for one in wanted if one not in guild.members],
        }
        nonce = {"nonce": data["nonce"]} if data.get("nonce") is not None else {}
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk | nonce)

    def _identify(self, connection: Connection, data: Json) -> CloseCode | None:
        if connection.session is not None:
            return CloseCode.ALREADY_AUTHENTICATED
        if not self._knows(data):
            return CloseCode.AUTHENTICATION_FAILED
        asked = data.get("intents")
        if not isinstance(asked, int) or not 0 <= asked <= LARGEST:
            return CloseCode.INVALID_INTENTS
        if Intent(asked) & PRIVILEGED & ~self._world.options.privileged_intents:
            return CloseCode.DISALLOWED_INTENTS
        session = Session(Intent(asked), data)
        self._sessions[session.id] = session
        self.identifies.append(data)
        self._attach(connection, session)
        self._welcome(session)
        self._world.announce(ChangeKind.BOT_CONNECTED, by=self._world.bot)
        return None

    def _knows(self, data: Json) -> bool:
        """Whether the token is the bot's; some libraries write "Bot" before it, as in HTTP."""
        return as_text(data.get("token")).removeprefix("Bot ") == self._world.token

    def _resume(self, connection: Connection, data: Json) -> CloseCode | None:
        if not self._knows(data):
            return CloseCode.AUTHENTICATION_FAILED
        session = self._sessions.get(str(data.get("session_id")))
        sequence = data.get("seq")
        if session is None:
            connection.send({"op": Op.INVALID_SESSION, "t": None, "s": None, "d": False})
            return None
        if not isinstance(sequence, int) or not 0 <= sequence <= session.sequence:
            return CloseCode.INVALID_SEQUENCE
        self.resumes += 1
        for event in session.missed_since(sequence):
            connection.send(event)
        self._attach(connection, session)
        session.dispatch("RESUMED", {})
        self._world.announce(ChangeKind.BOT_CONNECTED, by=self._world.bot)
        return None

    def _attach(self, connection: Connection, session: Session) -> None:
        connection.session = session
        session.send = connection.send

    def _welcome(self, session: Session) -> None:
        world = self._world
        present = [guild for guild in world.guilds.values() if guild.has_bot]
        ready: Json = {
            "v": 10,
            "user": own_account_view(world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in present],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "application": {"id": str(world.bot.id), "flags": 0},
            "private_channels": [],
        }
        if shard := session.identify.get("shard"):
            ready["shard"] = shard
        session.dispatch("READY", ready)
        if session.intents & Intent.GUILDS:
            for guild in present:
                session.dispatch("GUILD_CREATE", guild_create_view(guild, world.bot))

    def _say(self, payload: Json) -> None:
        for connection in self._connections:
            if connection.session is not None:
                connection.send(payload)

    async def _wait_until_gone(self) -> None:
        cut = list(self._connections)
        await self._world.changes.until(lambda: not any(old in self._connections for old in cut), 5.0)
