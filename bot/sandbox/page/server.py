"""The page's server: its files, the WebSocket of each window, and what people do, on 127.0.0.1 only."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from aiohttp import BodyPartReader, web

from bot.http_server import LOOPBACK, HttpServer
from bot.sandbox.discord import HARMLESS, CannotDoThatError, SandboxDiscord, Upload
from bot.sandbox.discord.wire.json_values import Json, as_id, as_object, as_text
from bot.sandbox.page.actions import Actions
from bot.sandbox.page.behind_the_scenes import BotBehindError, Troubles
from bot.sandbox.page.calls import CallLog
from bot.sandbox.page.files import Files
from bot.sandbox.page.guard import Guard
from bot.sandbox.page.live import BEAT, Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.sandbox.discord import User
    from bot.sandbox.images import SandboxImages
    from bot.sandbox.page.behind_the_scenes import BotBehind

STATIC = Path(__file__).parent / "static"
LARGEST_DEED = 600 * 1024 * 1024  # bytes: ten files of a boosted server
GREETING_SECONDS = 30.0
UNAUTHORIZED = 4001
MEDIA_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Person:
    """Somebody whom a window may show, and what they are to the bot, in a few words."""

    user: User
    note: str


class ChatPage:
    """Serves the page. Use it as an async context manager, while both sandboxes run.

    Args:
        discord: the Discord that it shows.
        images: the image API, for the panel behind the scenes.
        people: whom a window may show; the first is shown at first.
        bot: the one behind it.
        port: on 127.0.0.1; 0 takes a free one.
        seconds: that a first answer may take, until the page says that none came.
        token: what the page's address has to carry; a new one if None.
    """

    def __init__(
        self,
        discord: SandboxDiscord,
        images: SandboxImages,
        people: Sequence[Person],
        bot: BotBehind,
        *,
        port: int = 0,
        seconds: float = 3.0,
        token: str | None = None,
    ) -> None:
        self._discord = discord
        self._images = images
        self._people = {str(person.user.id): person for person in people}
        self._bot = bot
        self._port = port
        self._guard = Guard(token or secrets.token_urlsafe(24))
        self._files = Files(discord.url)
        self._deeds = Actions(discord, seconds)
        self._troubles = Troubles(discord, images)
        self._calls = CallLog(images, self._files)
        self._http = HttpServer(grace=1.0)
        self._windows: set[Window] = set()

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://{LOOPBACK}:{self._guard.port}"

    @property
    def url(self) -> str:
        """The address to open. The token stands in its fragment, which no browser sends anywhere."""
        return f"{self.origin}/#token={self._guard.token}"

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._guard.middleware], client_max_size=LARGEST_DEED)
        app.router.add_get("/", self._static)
        app.router.add_get("/static/{path:.+}", self._static)
        app.router.add_get("/files/{key}/{name}", self._files.serve)
        app.router.add_get(r"/emojis/{number:[0-9]{1,20}}", self._emoji)
        app.router.add_get("/live", self._live)
        app.router.add_post("/deed", self._deed)
        app.router.add_post("/behind", self._behind)
        self._guard.port = await self._http.open(app, LOOPBACK, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        for window in list(self._windows):
            await window.close()
        await self._http.close()

    async def _static(self, request: web.Request) -> web.Response:
        wanted = (STATIC / request.match_info.get("path", "index.html")).resolve()
        media_type = MEDIA_TYPES.get(wanted.suffix)
        if STATIC not in wanted.parents or media_type is None or not wanted.is_file():
            raise web.HTTPNotFound(text="There is no such file.")
        return web.Response(body=wanted.read_bytes(), content_type=media_type, charset="utf-8")

    async def _emoji(self, request: web.Request) -> web.Response:
        """Its picture, which anybody may see, as on Discord."""
        emoji = self._discord.emoji(int(request.match_info["number"]))
        if emoji is None or emoji.picture is None:
            raise web.HTTPNotFound(text="There is no picture of this emoji.")
        content = await asyncio.to_thread(emoji.picture.read)
        return web.Response(body=content, headers={**HARMLESS, "Content-Type": "image/png"})

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=BEAT)
        await socket.prepare(request)
        window: Window | None = None
        try:
            greeting = as_object(json.loads(await socket.receive_str(timeout=GREETING_SECONDS)))
            person = self._people.get(as_text(greeting.get("person"))) or next(iter(self._people.values()))
            if not self._guard.knows(greeting.get("token")):
                await socket.close(code=UNAUTHORIZED, message=b"wrong token")
                return socket
            people = [{"id": key, "name": one.user.name, "note": one.note} for key, one in self._people.items()]
            await socket.send_json({"t": "people", "people": people, "bot": str(self._discord.bot.id)})
            sight = self._discord.sight(person.user)
            window = Window(socket, self._discord, sight, self._files, self._scenes)
            self._windows.add(window)
            await window.serve()
        except (TypeError, ValueError, TimeoutError):  # no text, no JSON, nothing: no window of ours
            await socket.close(code=UNAUTHORIZED)
        finally:
            if window is not None:
                self._windows.discard(window)
        return socket

    async def _deed(self, request: web.Request) -> web.Response:
        self._guard.require_token(request)
        deed, files = await _read(request)
        person = self._people.get(as_text(deed.get("person")))
        if person is None:
            return _refused("Nobody does this.")
        try:
            done = await self._deeds.do(self._discord.sight(person.user), deed, files)
        except CannotDoThatError as refusal:
            return _refused(str(refusal))
        return web.json_response(done)

    async def _behind(self, request: web.Request) -> web.Response:
        self._guard.require_token(request)
        deed, _ = await _read(request)
        try:
            if "switch" in deed:
                self._troubles.turn(as_text(deed["switch"]), on=deed.get("on") is True)
            elif "travel" in deed:
                self._travel(float(as_id(deed["travel"]) or 0))
            else:
                await self._bot.act(as_text(deed.get("act")))
        except BotBehindError as refusal:
            return _refused(str(refusal))
        finally:
            for window in self._windows:
                window.look_again()
        return web.json_response({})

    def _travel(self, seconds: float) -> None:
        self._discord.clock.travel(seconds)
        self._images.travel(seconds)

    async def _scenes(self) -> Json:
        return {
            "switches": self._troubles.listed(),
            "calls": self._calls.listed(),
            "clock": {"ahead": self._discord.clock.travelled},
            **await self._bot.standing(),
        }


async def _read(request: web.Request) -> tuple[Json, Mapping[str, Upload]]:
    """The deed and the files of a form."""
    deed: Json = {}
    files: dict[str, Upload] = {}
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType(text="A form is expected.")
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "deed":
            try:
                deed = as_object(json.loads(await part.text()))
            except ValueError:
                raise web.HTTPBadRequest(text="The deed is no JSON.") from None
        else:
            files[part.name or ""] = Upload(part.filename or "unknown", bytes(await part.read()))
    return deed, files


def _refused(sentence: str) -> web.Response:
    """What cannot be done is an answer like another: a browser's console is for faults of the page."""
    return web.json_response({"refused": sentence})
