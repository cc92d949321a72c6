"""The record of every HTTP request, for tests to search."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class SentFile:
    """A file of a multipart request; `known_as` is the media type that Discord tells of it, None for its own choice."""

    index: int
    filename: str
    content: bytes = field(repr=False)
    content_type: str
    known_as: str | None = None


@dataclass
class Exchange:
    """A request and its answer.

    Attributes:
        path: below ``/api/v10``, or as it is for file downloads.
        body: the parsed JSON (also of ``payload_json``); None without one.
        status: of the answer; None while it is being made, and when the connection was cut.
        answer: the parsed JSON of the answer; None for 204, for files and for cut connections.
        at: seconds on the monotonic clock when it came in.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float
    body: Any = None
    files: tuple[SentFile, ...] = ()
    status: int | None = None
    answer: Any = None


class Traffic:
    """Every request since the start, or the latest ones (`most`), oldest first."""

    def __init__(self, most: int | None = None) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=most)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(list(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)

    def add(self, exchange: Exchange) -> None:
        """Note a request."""
        self._exchanges.append(exchange)

    def search(self, path: str = "", method: str | None = None, status: int | None = None) -> list[Exchange]:
        """The requests whose path the regular expression finds.

        Args:
            path: a regular expression, searched in the path.
            method: ``GET``, ``POST`` …; None for any.
            status: of the answer; None for any.
        """
        return [
            exchange
            for exchange in self._exchanges
            if re.search(path, exchange.path)
            and method in {None, exchange.method}
            and status in {None, exchange.status}
        ]

    def clear(self) -> None:
        """Forget what was recorded."""
        self._exchanges.clear()
