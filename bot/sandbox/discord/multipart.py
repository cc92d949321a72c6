"""Reading a request's body: JSON, or a form with ``payload_json`` and ``files[n]``.

Source: https://discord.com/developers/docs/reference#uploading-files
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.sandbox.discord.refusals import Refusal, too_large
from bot.sandbox.discord.traffic import SentFile

if TYPE_CHECKING:
    from aiohttp import web

LARGEST_REQUEST = 25 * 1024 * 1024  # bytes, all together
_FILE_FIELD = re.compile(r"files\[(\d{1,3})\]$")


@dataclass(frozen=True)
class Body:
    """A request's JSON and files."""

    data: Any = None
    files: tuple[SentFile, ...] = ()


class _Allowance:
    """Counts the bytes of a request; what is over the limit is read, so that the client can hear the answer."""

    def __init__(self) -> None:
        self._left = LARGEST_REQUEST

    @property
    def is_spent(self) -> bool:
        return self._left < 0

    def take(self, chunk: bytes) -> bytes:
        self._left -= len(chunk)
        return b"" if self.is_spent else chunk


async def read_body(request: web.Request, oversize_code: int) -> Body:
    """Read all of it.

    Raises:
        Refusal: 413 over 25 MiB, 400/50109 when it is not JSON.
    """
    allowance = _Allowance()
    if request.content_type.startswith("multipart/"):
        body = await _read_form(request, allowance)
    else:
        content = b"".join([allowance.take(chunk) async for chunk in request.content.iter_chunked(65536)])
        body = Body(None if allowance.is_spent else _parse(content))
    if allowance.is_spent:
        raise too_large(oversize_code)
    return body


async def _read_form(request: web.Request, allowance: _Allowance) -> Body:
    data: Any = None
    files: list[SentFile] = []
    reader = aiohttp.MultipartReader(request.headers, request.content)
    async for part in reader:
        if not isinstance(part, aiohttp.BodyPartReader):
            raise Refusal(400, 50035, "Invalid Form Body")
        chunks: list[bytes] = []
        while chunk := await part.read_chunk(65536):
            chunks.append(allowance.take(chunk))
        content = b"".join(chunks)
        if allowance.is_spent:
            continue
        if part.name == "payload_json":
            data = _parse(content)
        elif found := _FILE_FIELD.match(part.name or ""):
            media_type = part.headers.get("Content-Type", "application/octet-stream")
            files.append(SentFile(int(found[1]), part.filename or "unknown", content, media_type))
    return Body(data, tuple(sorted(files, key=lambda file: file.index)))


def _parse(content: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        raise Refusal(400, 50109, "The request body contains invalid JSON.") from None
