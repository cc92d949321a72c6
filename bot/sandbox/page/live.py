"""One open window: the person whom it shows, and everything that this person sees, as it happens."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType

from bot.sandbox.discord import CannotDoThatError, ChangeKind
from bot.sandbox.discord.wire.json_values import Json, as_id, as_object, dumps
from bot.sandbox.discord.world.views import user_view

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from bot.sandbox.discord import Change, ChangeStream, Channel, Message, SandboxDiscord, Sight
    from bot.sandbox.page.files import Files

PAGE = 60  # messages that are told at once when a channel is opened, or scrolled up in
BEAT = 20.0  # seconds between two signs of life
BEHIND_THE_SCENES = 0.7  # seconds between two looks
BEHIND = "behind "  # begins the names of what is told of it
_MESSAGES = {ChangeKind.MESSAGE_CREATED, ChangeKind.MESSAGE_EDITED, ChangeKind.ANSWERED}
_BOT = {ChangeKind.BOT_CONNECTED, ChangeKind.BOT_DISCONNECTED}


class Window:
    """Tells one window what its person sees, and nothing else.

    Args:
        socket: to the window; open.
        discord: what it is a window on.
        sight: its person's.
        files: where the files of messages can be had.
        scenes: what stands behind the scenes, asked while the window looks there.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        discord: SandboxDiscord,
        sight: Sight,
        files: Files,
        scenes: Callable[[], Awaitable[Json]],
    ) -> None:
        self._socket = socket
        self._discord = discord
        self._sight = sight
        self._files = files
        self._scenes = scenes
        self._said: dict[str, str] = {}
        self._looks_behind = asyncio.Event()
        self._looks_again = asyncio.Event()

    async def serve(self) -> None:
        """Tell of everything until the window closes."""
        changes = self._discord.changes()
        await self._refresh()
        await self._say({"t": "bot", "connected": self._discord.gateway.connected})
        tasks = [asyncio.create_task(self._follow(changes)), asyncio.create_task(self._look_behind())]
        try:
            async for asked in self._socket:
                if asked.type is WSMsgType.TEXT:
                    await self._answer(as_object(json.loads(asked.data)))
        finally:
            changes.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def look_again(self) -> None:
        """Tell at once all that stands behind the scenes, also what is as it was: the window may believe otherwise."""
        for name in [name for name in self._said if name.startswith(BEHIND)]:
            del self._said[name]
        self._looks_again.set()

    async def close(self) -> None:
        """Say goodbye: the sandbox ends."""
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def _answer(self, asked: Json) -> None:
        with suppress(CannotDoThatError):
            if "open" in asked:
                await self._tell_history(self._sight.channel(asked["open"]), as_id(asked.get("before")))
        if "behind" in asked:
            (self._looks_behind.set if asked["behind"] else self._looks_behind.clear)()

    async def _tell_history(self, channel: Channel, before: int | None) -> None:
        messages, more = self._sight.history(channel, before, PAGE)
        told = [view for message in messages if (view := self._view(message)) is not None]
        await self._say(
            {
                "t": "history",
                "channel": str(channel.id),
                "before": None if before is None else str(before),
                "messages": told,
                "more": more,
            }
        )

    async def _follow(self, changes: ChangeStream) -> None:
        async for change in changes:
            await self._tell(change)

    async def _tell(self, change: Change) -> None:
        if change.kind is ChangeKind.REQUEST_SERVED:
            return
        message = change.message
        if change.kind in _BOT:
            await self._say({"t": "bot", "connected": self._discord.gateway.connected})
        elif change.kind is ChangeKind.TYPING and change.channel is not None and change.by is not None:
            if change.channel.shows_itself_to(self._sight.user):
                typing: Json = {"t": "typing", "channel": str(change.channel.id), "by": user_view(change.by)}
                await self._say(typing)
            return
        elif message is not None and change.kind is ChangeKind.MESSAGE_DELETED:
            await self._tell_gone(message)
        elif message is not None and change.kind in _MESSAGES:
            await self._tell_message(message)
        await self._refresh()

    async def _tell_gone(self, message: Message) -> None:
        if message.only_for in {None, self._sight.user} and message.channel.shows_itself_to(self._sight.user):
            await self._say({"t": "gone", "channel": str(message.channel.id), "id": str(message.id)})

    async def _tell_message(self, message: Message) -> None:
        view = self._view(message)
        if view is not None:
            await self._say({"t": "message", "message": view})

    def _view(self, message: Message) -> Json | None:
        view = self._sight.message(message)
        return None if view is None else self._files.shown(view, message)

    async def _refresh(self) -> None:
        """Tell what stands around the messages, where it has changed."""
        await self._say_news("outline", {"t": "outline", "outline": self._sight.outline()})
        await self._say_news("commands", {"t": "commands", "commands": self._sight.commands()})

    async def _look_behind(self) -> None:
        while True:
            await self._looks_behind.wait()
            self._looks_again.clear()
            for key, part in (await self._scenes()).items():
                await self._say_news(f"{BEHIND}{key}", {"t": "behind", "part": key, "value": part})
            with suppress(TimeoutError):
                async with asyncio.timeout(BEHIND_THE_SCENES):
                    await self._looks_again.wait()

    async def _say_news(self, name: str, said: Json) -> None:
        text = dumps(said)
        if self._said.get(name) != text:
            self._said[name] = text
            await self._send(text)

    async def _say(self, said: Json) -> None:
        await self._send(dumps(said))

    async def _send(self, text: str) -> None:
        with suppress(ConnectionResetError):
            await self._socket.send_str(text)
