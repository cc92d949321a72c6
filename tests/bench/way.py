"""The way of a picture: how many files of ours `/imagine` goes through. `python -m tests.bench.way` prints them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.bench.figures import NUMBER, Figure
from tests.bench.playing import perform

if TYPE_CHECKING:
    from collections.abc import Sequence

SPEC = {"picture_bytes": 200_000, "partials": 2, "settle": 2.0}  # seconds: what the start still does is no part of it
MOST, MOST_SERVICES = 45, 20  # files; the aims
SERVICES = "bot/services/"


def entered() -> Sequence[str]:
    """The files, from the project's root.

    Raises:
        BrokenRunError: a process failed.
    """
    return perform("starting", SPEC, ours=True, watched=True).files


def measure(*, quick: bool) -> list[Figure]:
    """Their number, and how many of them are services; the same either way."""
    del quick
    files = entered()
    services = [file for file in files if file.startswith(SERVICES)]
    return [
        Figure("way.files", "files that /imagine goes through", len(files), None, NUMBER, at_most=MOST),
        Figure("way.services", "… of them services", len(services), None, NUMBER, at_most=MOST_SERVICES),
    ]


if __name__ == "__main__":
    sys.stdout.write("".join(f"{file}\n" for file in entered()))
