"""What the sandbox would have charged: one line per call, so that a test can hold a ledger against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.images.tokens import Usage


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
        usage: the tokens charged for; None when nothing is.
        cost_nano: nano-dollars, those of an SVG's author among them.
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


class Bill:
    """All lines so far, and their sums."""

    def __init__(self) -> None:
        self._lines: list[BillLine] = []

    def book(self, line: BillLine) -> None:
        """Add a call."""
        self._lines.append(line)

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
        """Tokens charged for, of every kind."""
        return sum(line.usage.total for line in self._lines if line.usage is not None)

    @property
    def nano(self) -> int:
        """The whole bill in nano-dollars."""
        return sum(line.cost_nano for line in self._lines)
