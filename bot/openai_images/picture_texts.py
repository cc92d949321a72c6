"""The text of a picture inside JSON, decoded while it arrives."""

from __future__ import annotations

import binascii
import json
import re
from io import BytesIO

from pybase64 import b64decode

LONGEST_HEAD = 100  # characters of ``data:image/png;base64,``

_URL_ALPHABET = bytes.maketrans(b"-_", b"+/")
_BLANKS = b" \t\r\n"
_GROUP = 4  # characters that stand for three bytes
_HALF_AN_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{0,3})?\Z")  # of JSON, where a piece ends
_LONGEST_HALF = len(b"\\u002")


class PictureText:
    """Base64 of either alphabet, with or without an address's head, line breaks and padding, as JSON writes it.

    Of the text nothing is kept but its last few characters. It is decoded on the event loop: a piece of 64 KiB takes
    20 microseconds, a tenth of what the standard library needs and far less than a thread is worth.

    Args:
        start: its first characters, `LONGEST_HEAD` of them or all.
    """

    def __init__(self, start: bytes) -> None:
        self._content = BytesIO()  # grows in place, and gives its bytes away without a copy
        self._escape = b""  # the beginning of one
        self._group = b""  # the same
        self._is_over = False  # by its padding
        self._is_spoilt = False
        head, comma, _ = start[:LONGEST_HEAD].partition(b",")
        self.feed(start[len(head) + 1 :] if comma and head.lstrip().startswith(b"data:") else start)

    def feed(self, piece: bytes) -> None:
        """Take in what follows. What is no base64 spoils it for good."""
        if self._is_spoilt:
            return
        try:
            self._decode(self._group + self._unescaped(self._escape + piece))
        except ValueError:  # binascii.Error is one, and so is what is no ASCII, or no escape
            self._is_spoilt = True

    def content(self) -> bytes | None:
        """The file, once all has come; None if it is no base64, or empty."""
        self.feed(b"=" * (-len(self._group) % _GROUP))
        if self._is_spoilt or self._escape or self._group:
            return None
        return self._content.getvalue() or None

    def _unescaped(self, text: bytes) -> bytes:
        self._escape = b""
        if b"\\" not in text:
            return text
        half = _HALF_AN_ESCAPE.search(text, max(0, len(text) - _LONGEST_HALF))
        if half is not None:
            text, self._escape = text[: half.start()], half[0]
        unescaped: str = json.loads(f'"{text.decode("ascii")}"', strict=False)
        return unescaped.encode("ascii")

    def _decode(self, text: bytes) -> None:
        """Keep what whole groups stand for, and the beginning of the next. Raises ValueError: it is no base64."""
        whole = len(text) // _GROUP * _GROUP
        try:
            content = b64decode(text[:whole], validate=True)
        except binascii.Error:
            text = text.translate(_URL_ALPHABET, _BLANKS)
            whole = len(text) // _GROUP * _GROUP
            content = b64decode(text[:whole], validate=True)
        if content and self._is_over:
            raise ValueError("the text goes on after its padding")
        self._content.write(content)
        self._group = text[whole:].translate(_URL_ALPHABET, _BLANKS)
        self._is_over |= len(content) * _GROUP < whole * (_GROUP - 1)
