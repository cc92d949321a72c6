"""What an answer is wrapped in: server-sent events, JSON, or nothing, whatever was asked for and its type says.

Gateways answer a stream with JSON, and JSON with a stream; the first byte tells them apart.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from bot.openai_images.bounds import LARGEST_ANSWER

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

MOST_LINES = 20_000  # of a stream; a picture takes a dozen, and a sign of life every few seconds
SHORT = 64 * 1024  # bytes that are read as JSON at once
LONGEST_REST = 1_000_000  # bytes of JSON beside its pictures

_BLANK = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"  # begins text of some origins
_FIELDS = re.compile(rb"(?:data|event|id|retry)?:")  # of server-sent events; a line of none is a comment
_FILES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8")
_PICTURE = re.compile(rb'"(?:b64_json|url)"\s*:\s*"')


@dataclass(frozen=True, slots=True)
class Message:
    """One event, or an answer that came whole.

    Attributes:
        fields: of its JSON; of a picture's long text there is only a sign, see `text`.
        texts: those long texts, as they came: JSON's escapes are still in them.
        is_whole: it is the whole answer, and no event.
    """

    fields: dict[str, Any]
    texts: tuple[memoryview, ...] = ()
    is_whole: bool = False

    def text(self, holder: dict[str, Any], name: str) -> str | memoryview | None:
        """The text of a picture in one of the objects of `fields`; None if there is none."""
        value = holder.get(name)
        if not isinstance(value, str) or not value:
            return None
        sign = re.fullmatch(r"@([0-9]{1,4})", value)
        return self.texts[int(sign[1])] if sign and int(sign[1]) < len(self.texts) else value


async def messages(pieces: AsyncIterator[bytes]) -> AsyncGenerator[Message | bytes]:
    """Cut an answer into its messages; bytes are the picture's file itself.

    Raises:
        ValueError: it is nothing of all that, or too large. Events that cannot be read are passed over until the end.
    """
    body = bytearray()
    async for piece in pieces:
        body += piece.lstrip(_BLANK) if not body else piece
        if len(body) >= len(b"retry:"):
            break
    start = bytes(body.removeprefix(_MARK).lstrip(_BLANK))
    if _FIELDS.match(start):
        async for event in _events(start, pieces):
            yield event
    elif start.startswith((b"{", b"[", *_FILES)):
        whole = await _whole(start, pieces)
        yield whole if whole.startswith(_FILES) else replace(await message_of(whole), is_whole=True)
    elif start:
        raise ValueError("the answer is neither JSON nor a stream of events")


async def message_of(body: bytes) -> Message:
    """Read JSON, without its pictures, which would hold the interpreter's lock for a millisecond a megabyte.

    Raises:
        ValueError: it is no JSON, or too large.
    """
    return _read(body) if len(body) <= SHORT else await asyncio.to_thread(_read, body)


def _read(body: bytes) -> Message:
    rest, texts = _lifted(body)
    if len(rest) > LONGEST_REST:
        raise ValueError("the answer is too large to be read")
    try:
        fields: object = json.loads(rest)
    except RecursionError:
        raise ValueError("the answer is nested too deeply") from None
    return Message(cast("dict[str, Any]", fields) if isinstance(fields, dict) else {}, texts)


def _lifted(body: bytes) -> tuple[bytes, tuple[memoryview, ...]]:
    """The JSON with a sign instead of each long text of a picture, and these texts."""
    rest: list[bytes] = []
    texts: list[memoryview] = []
    begin = look = 0
    while len(body) - begin > SHORT and (found := _PICTURE.search(body, look, look + LONGEST_REST)):
        place = found.end()
        end = body.find(b'"', place)
        if end < 0:
            break
        look = end + 1
        if end - place > SHORT:
            rest += [body[begin:place], b"@%d" % len(texts)]
            texts.append(memoryview(body)[place:end])
            begin = end
    return b"".join([*rest, body[begin:]]), tuple(texts)


async def _whole(start: bytes, pieces: AsyncIterator[bytes]) -> bytes:
    body = bytearray(start)
    async for piece in pieces:
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise ValueError("the answer is too large to be read")
    return bytes(body)


async def _events(start: bytes, pieces: AsyncIterator[bytes]) -> AsyncGenerator[Message]:
    is_spoilt = False
    async for name, data in _blocks(start, pieces):
        if data.startswith(b"[DONE]"):
            break
        try:
            event = await message_of(data)
        except ValueError:
            is_spoilt = True
        else:
            event.fields.setdefault("type", name)
            yield event
    if is_spoilt:
        raise ValueError("an event could not be read")


async def _blocks(start: bytes, pieces: AsyncIterator[bytes]) -> AsyncGenerator[tuple[str, bytes]]:
    """The name and the data of each event."""
    name, data = "", list[bytes]()
    async for line in _lines(start, pieces):
        field, _, value = line.partition(b":")
        if field == b"event":
            name = value.decode("utf-8", "replace").strip()
        elif field == b"data":
            data.append(value.removeprefix(b" "))
        elif not line:
            if data:
                yield name, b"\n".join(data)
            name, data = "", []


async def _lines(start: bytes, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The lines of a stream, and an empty one at its end: not everybody closes the last event."""
    held, seen, count = bytearray(start), 0, 0
    more = True
    while more:
        while (end := held.find(b"\n", seen)) >= 0:
            count += 1
            if count > MOST_LINES:
                raise ValueError("the stream has too many lines")
            yield bytes(held[:end]).removesuffix(b"\r")
            del held[: end + 1]
            seen = 0
        seen = len(held)
        if seen > LARGEST_ANSWER:
            raise ValueError("an event is too large to be read")
        piece = await anext(pieces, None)
        more = piece is not None
        held += piece or b""
    if held:
        yield bytes(held).removesuffix(b"\r")
    yield b""
