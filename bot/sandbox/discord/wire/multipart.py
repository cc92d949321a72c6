"""Reading a request's body: JSON, or a form with ``payload_json`` and ``files[n]``.

Source: https://discord.com/developers/docs/reference#uploading-files
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import aiohttp

from bot.sandbox.discord.wire.json_values import as_object
from bot.sandbox.discord.wire.refusals import Refusal, invalid_form, too_large
from bot.sandbox.discord.wire.traffic import SentFile

if TYPE_CHECKING:
    from aiohttp import web

MEDIA_TYPES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
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
        Refusal: 413 over 25 MiB, 400/50109 when it is not JSON, 400/50035 when its media type is none that Discord
            reads.
    """
    allowance = _Allowance()
    if request.content_type.startswith("multipart/"):
        body = await _read_form(request, allowance)
    else:
        content = b"".join([allowance.take(chunk) async for chunk in request.content.iter_chunked(65536)])
        body = Body(None if allowance.is_spent or not content else _read_as(request.content_type, content))
    if allowance.is_spent:
        raise too_large(oversize_code)
    return body


def _read_as(media_type: str, content: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    if media_type == "application/json":
        return _parse(content)
    if media_type == "application/x-www-form-urlencoded":
        return _fields(content)
    told = f'Expected "Content-Type" header to be one of {set(MEDIA_TYPES)}.'
    raise invalid_form("", "CONTENT_TYPE_INVALID", told)


def _fields(content: bytes) -> dict[str, Any]:
    """A form's fields; `payload_json` holds all of them, and what looks like a number or truth is one."""
    try:
        given = dict(parse_qsl(content.decode(), keep_blank_values=True, strict_parsing=True))
    except ValueError:
        raise invalid_form("", "CONTENT_TYPE_INVALID", "The body is no form.") from None
    if "payload_json" in given:
        return as_object(_parse(given["payload_json"].encode()))
    truths = {"true": True, "false": False}
    return {key: truths.get(value.lower(), value) for key, value in given.items()}


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
