"""What an answer is wrapped in: server-sent events, JSON, or nothing, whatever was asked for and its type says.

Gateways answer a stream with JSON, and JSON with a stream; the first byte tells them apart. The bytes are read as they
come: pictures are decoded on the way, and of all else only the message that is being read is kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol, cast

from typing_extensions import override

from bot.openai_images.http_hooks import LARGEST_ANSWER
from bot.openai_images.picture_texts import PictureText

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator

MOST_LINES = 20_000  # of a stream; a picture takes a dozen, and a sign of life every few seconds
LONGEST_LINE = 1024  # bytes of a line that holds no data, of which more is forgotten
SHORT = 8 * 1024  # characters of a picture's text, or of its address, that stay in its JSON
LONGEST_REST = 256 * 1024  # bytes of JSON beside its pictures, which are read on the event loop

_BLANK = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"  # begins text of some origins
_FIELDS = re.compile(rb"(?:data|event|id|retry)?:")  # of server-sent events; a line of none is a comment
_SURE = len(b"retry:")  # bytes that tell what an answer is
_DATA = b"data:"
_FILES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8")
# Of the Image API, then of conversations, which may also send back what they were sent.
_PICTURE = re.compile(rb'"(?:b64_json|url|result|partial_image_b64|image_url)"\s{0,9}:\s{0,9}"')
_LONGEST_KEY = len(b'"partial_image_b64":"') + 9 + 9
_UNQUOTED = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)  # a string of JSON up to its end
_QUOTE, _FEED, _RETURN = b'"', b"\n", b"\r"


@dataclass(frozen=True, slots=True)
class Message:
    """One event, or an answer that came whole.

    Attributes:
        fields: of its JSON; of a picture's long text there is only a sign, see `text`.
        texts: those long texts.
        is_whole: it is the whole answer, and no event.
    """

    fields: dict[str, Any]
    texts: tuple[PictureText, ...] = ()
    is_whole: bool = False

    def text(self, holder: dict[str, Any], name: str) -> str | PictureText | None:
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
    start = await _start(pieces)
    if not start:
        return
    reader = _reader_of(start)
    async for piece in _following(start, pieces):
        for message in reader.feed(piece):
            yield message
            del message  # its pictures would be kept until the next has come
        if reader.is_over:
            break
    for message in reader.end():
        yield message


async def _start(pieces: AsyncIterator[bytes]) -> bytes:
    """As many bytes as tell what it is, or all."""
    start = b""
    async for piece in pieces:
        start = (start + piece).lstrip(_BLANK).removeprefix(_MARK).lstrip(_BLANK)
        if len(start) >= _SURE:
            break
    return start


async def _following(start: bytes, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    yield start
    async for piece in pieces:
        yield piece


def _reader_of(start: bytes) -> Reader:
    """Raises ValueError: it begins like no answer."""
    if _FIELDS.match(start):
        return EventReader()
    if start.startswith(_FILES):
        return _FileReader()
    if start.startswith((b"{", b"[")):
        return _WholeReader()
    raise ValueError("the answer is neither JSON nor a stream of events")


class Reader(Protocol):
    """Reads one answer as it comes.

    Attributes:
        is_over: what follows is of no interest.
    """

    is_over: bool

    def feed(self, piece: bytes) -> Iterator[Message | bytes]:
        """The messages that are whole with this piece. Raises ValueError: it is too large, or no answer."""
        ...

    def end(self) -> Iterator[Message | bytes]:
        """What is whole only now that nothing follows. Raises ValueError: it is no answer."""
        ...


class JsonReader:
    """Reads JSON as it comes, apart from its pictures."""

    def __init__(self) -> None:
        self._size = 0
        self._rest = bytearray()  # the JSON, with a sign instead of each long text
        self._looked = 0  # bytes of the rest in which no picture's text begins
        self._is_too_long = False
        self._is_inside = False  # a picture's text
        self._start = bytearray()  # of that, while it may be a short one
        self._backslash = b""  # where a piece of that ended
        self._text: PictureText | None = None
        self._texts: list[PictureText] = []

    def feed(self, piece: bytes) -> None:
        """Take in what follows.

        Raises:
            ValueError: it is larger than any picture.
        """
        self._size += len(piece)
        if self._size > LARGEST_ANSWER:
            raise ValueError("the answer is too large to be read")
        while piece and not self._is_too_long:
            piece = self._inside(piece) if self._is_inside else self._outside(piece)

    def message(self) -> Message:
        """What has come.

        Raises:
            ValueError: it is no JSON, or too long.
        """
        if self._is_too_long or self._is_inside:
            raise ValueError("the JSON is too long, or cut off in a picture")
        try:
            fields: object = json.loads(self._rest)
        except RecursionError:
            raise ValueError("the JSON is nested too deeply") from None
        return Message(cast("dict[str, Any]", fields) if isinstance(fields, dict) else {}, tuple(self._texts))

    @property
    def is_last(self) -> bool:
        """It is the sign with which some streams end."""
        return self._rest.startswith(b"[DONE]")

    def _outside(self, piece: bytes) -> bytes:
        """Add to the rest until a picture's text begins; what follows there."""
        self._rest += piece
        found = _PICTURE.search(self._rest, self._looked)
        end = found.end() if found else len(self._rest)
        self._is_too_long = end > LONGEST_REST
        if found is None:
            self._looked = max(self._looked, end - _LONGEST_KEY)
            return b""
        following = bytes(self._rest[end:])
        del self._rest[end:]
        self._is_inside = True
        return following

    def _inside(self, piece: bytes) -> bytes:
        """Add to a picture's text until it ends; what follows there."""
        piece, self._backslash = self._backslash + piece, b""
        end = piece.find(_QUOTE)
        if b"\\" in piece:  # hardly any has, and to look for both at once is slow
            end = cast("re.Match[bytes]", _UNQUOTED.match(piece)).end()
            if piece[end:] == b"\\":
                piece, self._backslash = piece[:end], b"\\"
            end = end if end < len(piece) else -1
        part = piece if end < 0 else piece[:end]
        if self._text is not None:
            self._text.feed(part)
        else:
            self._start += part
            if len(self._start) > SHORT:
                self._text = PictureText(bytes(self._start))
                self._start.clear()
        if end < 0:
            return b""
        self._rest += self._start
        if self._text is not None:
            self._rest += b"@%d" % len(self._texts)
            self._texts.append(self._text)
        self._start.clear()
        self._text, self._is_inside, self._looked = None, False, len(self._rest)
        return piece[end:]


class EventReader(Reader):
    """Reads server-sent events, by the rules of https://html.spec.whatwg.org/multipage/server-sent-events.html.

    An event that nobody closes before the end counts too.
    """

    def __init__(self) -> None:
        self.is_over = False
        self._lines = 0
        self._line = bytearray()  # one of which it is not known that it holds data
        self._is_data = False  # the line
        self._is_after_return = False  # a line feed here would belong to it
        self._name = ""
        self._json: JsonReader | None = None  # the data of the event, if any has come
        self._is_spoilt = False

    @override
    def feed(self, piece: bytes) -> Iterator[Message]:
        has_ends = _FEED in piece or _RETURN in piece  # hardly any has, and to look for both at once is slow
        for part in piece.splitlines(keepends=True) if has_ends else [piece]:
            if self.is_over or not part:
                return
            is_half = part == _FEED and self._is_after_return
            self._is_after_return = part.endswith(_RETURN)
            if is_half:
                continue
            text = part.rstrip(_FEED + _RETURN)
            self._take(text)
            message = self._line_ends() if len(text) < len(part) else None
            if message is not None:
                yield message

    @override
    def end(self) -> Iterator[Message]:
        for message in (self._line_ends(), self._event_ends()):
            if message is not None:
                yield message
        if self._is_spoilt:
            raise ValueError("an event could not be read")

    def _take(self, text: bytes) -> None:
        """A part of a line, or all of it."""
        if self._is_data:
            self._data(text)
        elif len(self._line) < LONGEST_LINE:
            self._line += text
            if len(self._line) > len(_DATA) and self._line.startswith(_DATA):
                self._begin_data()

    def _begin_data(self) -> None:
        value = bytes(self._line.removeprefix(_DATA).removeprefix(b" "))
        self._line.clear()
        self._is_data = True
        if self._json is None:
            self._json = JsonReader()
        else:
            self._data(_FEED)
        self._data(value)

    def _data(self, value: bytes) -> None:
        if self._json is not None:
            self._json.feed(value)

    def _line_ends(self) -> Message | None:
        """The event that ends with it, if one does."""
        self._lines += 1
        if self._lines > MOST_LINES:
            raise ValueError("the stream has too many lines")
        if bytes(self._line) in (_DATA, _DATA[:-1]):
            self._begin_data()
        is_data, line = self._is_data, bytes(self._line)
        self._is_data = False
        self._line.clear()
        field, _, value = line.partition(b":")
        if field == b"event":
            self._name = value.decode("utf-8", "replace").strip()
        return None if line or is_data else self._event_ends()

    def _event_ends(self) -> Message | None:
        data, name = self._json, self._name
        self._json, self._name = None, ""
        if data is None:
            return None
        if data.is_last:
            self.is_over = True
            return None
        try:
            message = data.message()
        except ValueError:
            self._is_spoilt = True
            return None
        message.fields.setdefault("type", name)
        return message


class _WholeReader(Reader):
    """Reads an answer that is JSON."""

    def __init__(self) -> None:
        self.is_over = False
        self._json = JsonReader()

    @override
    def feed(self, piece: bytes) -> Iterator[Message]:
        self._json.feed(piece)
        return iter(())

    @override
    def end(self) -> Iterator[Message]:
        return iter([replace(self._json.message(), is_whole=True)])


class _FileReader(Reader):
    """Reads an answer that is the picture's file."""

    def __init__(self) -> None:
        self.is_over = False
        self._content = BytesIO()

    @override
    def feed(self, piece: bytes) -> Iterator[bytes]:
        self._content.write(piece)
        if self._content.tell() > LARGEST_ANSWER:
            raise ValueError("the answer is too large to be read")
        return iter(())

    @override
    def end(self) -> Iterator[bytes]:
        return iter([self._content.getvalue()])
