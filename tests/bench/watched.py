"""The bot under a profiler; at its end it prints the files of ours that it entered between SIGUSR1 and SIGUSR2."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import threading
from inspect import CO_OPTIMIZED
from typing import TYPE_CHECKING

from bot.config import read_settings
from bot.logs import configure_logging
from bot.running import run
from tests.bench.playing import ROOT
from tests.bench.ticker import wait_for_settings

if TYPE_CHECKING:
    from types import FrameType

OURS = (f"{ROOT}/bot/", f"{ROOT}/cogs/")


class Watch:
    """Notes files while it is told to."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self._is_on = False
        signal.signal(signal.SIGUSR1, self._switch)
        signal.signal(signal.SIGUSR2, self._switch)

    def _switch(self, number: int, _frame: FrameType | None) -> None:
        self._is_on = number == signal.SIGUSR1
        sys.setprofile(self if self._is_on else None)  # of this thread, which so loads at its usual speed

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        """A profile function, see `sys.setprofile`. What is only loaded (modules, classes) is not gone through."""
        if self._is_on and event == "call" and frame.f_code.co_flags & CO_OPTIMIZED:
            self.files.add(frame.f_code.co_filename)


async def _main() -> None:
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    await run(settings)


if __name__ == "__main__":
    wait_for_settings()
    watch = Watch()
    threading.setprofile(watch)
    asyncio.run(_main())
    entered = sorted(file.removeprefix(f"{ROOT}/") for file in watch.files if file.startswith(OURS))
    sys.stdout.write(json.dumps({"files": entered}) + "\n")
