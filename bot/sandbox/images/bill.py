"""What the sandbox would have charged: one line per call, so that a test can hold a ledger against it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import OperatorError
from bot.sandbox.images.tokens import AuthorUsage, Usage, WordUsage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class BillLine:
    """One call.

    Attributes:
        call_id: the ``x-request-id`` that the client was given.
        outcome: ``completed``, ``refused`` (with the code in `code`), ``disconnected``, ``stopped``, or a fault's kind.
        code: the error's code, where there is one.
        model: as asked for; empty when the call did not say.
        size: ``WIDTHxHEIGHT`` in pixels; empty when the call was refused before.
        quality: never ``auto``; empty when the call was refused before.
        prompt: as sent.
        pictures: pictures charged for.
        partials: previews that were sent.
        input_bytes: bytes of all uploaded files.
        usage: the image model's tokens charged for; None when none are.
        cost_nano: nano-dollars, those of all models together.
        words: the tokens charged for of a conversation's main model; None when none are.
    """

    call_id: str
    endpoint: str
    outcome: str
    code: str | None
    model: str
    size: str
    quality: str
    prompt: str
    pictures: int
    partials: int
    input_bytes: int
    usage: Usage | None
    cost_nano: int
    words: WordUsage | None = None


class Bill:
    """All lines so far, and their sums.

    Args:
        path: a file to which every line is written, and from which a bill goes on; None keeps none.

    Raises:
        OperatorError: the file cannot be read.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lines: list[BillLine] = []
        if path is not None and path.exists():
            try:
                self._lines.extend(_lines_in(path))
            except (LookupError, TypeError, ValueError) as error:
                words = f"The bill in {path} is damaged ({error}). Nothing was changed. Put a copy back."
                raise OperatorError(words) from error

    def book(self, line: BillLine) -> None:
        """Add a call."""
        self._lines.append(line)
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(json.dumps(asdict(line)).encode() + b"\n")

    @property
    def lines(self) -> tuple[BillLine, ...]:
        """Every call in the order in which they ended, also those that cost nothing."""
        return tuple(self._lines)

    @property
    def charged(self) -> tuple[BillLine, ...]:
        """The calls that cost something."""
        return tuple(line for line in self._lines if line.cost_nano)

    @property
    def pictures(self) -> int:
        """Pictures charged for."""
        return sum(line.pictures for line in self._lines)

    @property
    def tokens(self) -> int:
        """Tokens of image models charged for, of every kind."""
        return sum(line.usage.total for line in self._lines if line.usage is not None)

    @property
    def nano(self) -> int:
        """The whole bill in nano-dollars."""
        return sum(line.cost_nano for line in self._lines)


def _lines_in(path: Path) -> Iterator[BillLine]:
    """The lines of a file. One without its end was being written when the process was killed: it is cut off."""
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    for line in whole.splitlines():
        told: dict[str, Any] = json.loads(line)
        usage: dict[str, Any] | None = told["usage"]
        if usage is not None:
            usage["author"] = usage["author"] and AuthorUsage(**usage["author"])
            told["usage"] = Usage(**usage)
        if told.get("words") is not None:
            told["words"] = WordUsage(**told["words"])
        yield BillLine(**told)
    if whole != content:
        with path.open("r+b") as file:
            file.truncate(len(whole))
