"""The files that messages show, under addresses of the page's own, which only who was told them can guess.

The page's own origin, for a picture of another one cannot be drawn upon; and one lasting address for a file, where
Discord signs a new one with every look, so that a picture that is shown already is not fetched again.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from bot.sandbox.discord import HARMLESS
from bot.sandbox.discord.wire.json_values import Json, is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.discord import Message

FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_PATH = re.compile(r"/(?:ephemeral-)?attachments/\d+/(?P<id>\d+)/")


class Files:
    """Tells and serves files. They stay where they are: of what is told, only where to find it is kept here."""

    def __init__(self, discord_origin: str) -> None:
        self._discord_origin = discord_origin
        self._secret = secrets.token_bytes(16)
        self._told: dict[str, tuple[Callable[[], bytes], str]] = {}

    def tell(self, number: str, name: str, read: Callable[[], bytes], media_type: str | None) -> str:
        """The address of a file. The number names it among all."""
        key = self._key(number)
        self._told.setdefault(key, (read, media_type or "application/octet-stream"))
        return f"/files/{key}/{quote(name)}"

    def forget(self, number: str) -> None:
        """Serve a file no longer."""
        self._told.pop(self._key(number), None)

    def _key(self, number: str) -> str:
        return hmac.new(self._secret, number.encode(), hashlib.sha256).hexdigest()[:24]

    def shown(self, view: Json, message: Message) -> Json:
        """A message as Discord shows it, with its files under addresses of ours."""
        told = {
            str(file.id): self.tell(str(file.id), file.filename, file.kept.read, file.content_type)
            for one in (message, message.reply_to, message.forwarded)
            if one is not None
            for file in one.attachments
        }
        return self._moved(view, told)

    def _moved(self, value: Json, told: dict[str, str]) -> Json:
        def moved(inner: object) -> object:
            if is_object(inner):
                return {key: moved(each) for key, each in inner.items()}
            if is_list(inner):
                return [moved(each) for each in inner]
            if isinstance(inner, str) and inner.startswith(self._discord_origin):
                found = _PATH.match(inner, len(self._discord_origin))
                return told.get(found["id"], inner) if found else inner
            return inner

        return {key: moved(each) for key, each in value.items()}

    async def serve(self, request: web.Request) -> web.Response:
        """Answer a GET for a file."""
        found = self._told.get(request.match_info["key"])
        if found is None:
            raise web.HTTPNotFound(text="This file is not here.")
        read, media_type = found
        content = await asyncio.to_thread(read)
        return web.Response(body=content, headers={**HARMLESS, **FOREVER, "Content-Type": media_type})
