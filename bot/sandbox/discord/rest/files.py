"""Downloads: the bytes behind a signed link, as long as it lives and something still holds the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.rest.routes import Call, Reply, Route

if TYPE_CHECKING:
    from bot.sandbox.discord.world.records import Attachment
    from bot.sandbox.discord.world.world import World

# Whatever a member sent, opened in a browser nothing in it runs, and nothing is fetched: HTML and SVG would run in our
# own origin, and could speak to whatever else is served there. Styles and pictures inside an SVG are shown.
HARMLESS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "X-Content-Type-Options": "nosniff",
}
_GONE = b"This content is no longer available."


class FileRoutes:
    """``/attachments`` and ``/ephemeral-attachments``, which stand at the root and ask for no token."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """The routes."""
        folders = ("attachments", "ephemeral-attachments")
        return [
            Route("GET", f"/{folder}/{{owner}}/{{file}}/{{name}}", self._file, needs_token=False) for folder in folders
        ]

    async def _file(self, call: Call) -> Reply:
        """403 for a link that is dead or not ours, 404 for a file that is gone."""
        if not self._world.links.allows(call.path, call.query):
            return Reply(_GONE, 403, "text/plain", HARMLESS)
        attachment = self._find(call.id("file"))
        if attachment is None:
            return Reply(_GONE, 404, "text/plain", HARMLESS)
        media_type = attachment.content_type or "application/octet-stream"
        return Reply(attachment.content, media_type=media_type, headers=HARMLESS)

    def _find(self, attachment_id: int | None) -> Attachment | None:
        if loose := self._world.loose_files.get(attachment_id or 0):
            return loose
        for channel in self._world.channels.values():
            for message in channel.history:
                for attachment in () if message.deleted else message.attachments:
                    if attachment.id == attachment_id:
                        return attachment
        return None
