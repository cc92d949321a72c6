"""Files that are sent as an address: for gateways that answer with ``url``."""

from __future__ import annotations

from aiohttp import web


class HostedFiles:
    """Finished files by the path under which they can be had, for as long as the server runs.

    Attributes:
        address: where they are served, without a slash at the end.
        asked: the paths that were asked for, in order.
    """

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[str] = []
        self._files: dict[str, bytes] = {}

    def put(self, content: bytes, ending: str) -> str:
        """Keep a file; its address."""
        path = f"/files/{len(self._files)}.{ending}"
        self._files[path] = content
        return self.address + path

    async def serve(self, request: web.Request) -> web.Response:
        """Answer a GET for a file."""
        self.asked.append(request.path)
        content = self._files.get(request.path)
        if content is None:
            return web.Response(status=404)
        headers = {"X-Content-Type-Options": "nosniff"}
        return web.Response(body=content, content_type="application/octet-stream", headers=headers)
