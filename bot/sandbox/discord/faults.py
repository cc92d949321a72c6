"""Faults on demand: the next requests of a kind fail, are cut off, or take their time."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass
class Fault:
    """What should go wrong, and how often.

    Attributes:
        method: ``GET``, ``POST`` …; None for any.
        path: a regular expression, searched in the path below ``/api/v10``, such as ``/messages/@original$``.
        status: answer with this status; with 429, `retry_after` goes with it.
        retry_after: seconds that a 429 names.
        code: Discord's code in the answer.
        drop: cut the connection instead of answering.
        delay: seconds to wait first.
        after_effect: do what was asked before failing, so that only the answer is lost.
        times: how many requests it meets; None for all.
    """

    path: str = ""
    method: str | None = None
    status: int | None = None
    retry_after: float | None = None
    code: int = 0
    drop: bool = False
    delay: float = 0.0
    after_effect: bool = False
    times: int | None = 1

    @property
    def spoils_the_answer(self) -> bool:
        """Whether the client gets no proper answer (a mere delay does not spoil it)."""
        return self.drop or self.status is not None

    def matches(self, method: str, path: str) -> bool:
        """Whether it is meant for this request."""
        return self.method in {None, method} and re.search(self.path, path) is not None


class Faults:
    """The faults that are still to happen."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Let it happen; the first one added that matches is used."""
        self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that meets this request, used once."""
        for fault in self._waiting:
            if fault.matches(method, path):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                return fault
        return None
