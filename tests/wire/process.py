"""The bot as a process of its own: started, signalled, killed, and what it printed."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Self

from tests.wire.forked import fork

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.wire.forked import ForkedProcess

WIDE = {"COLUMNS": "200"}  # so that no line of a table is broken


class BotProcess:
    """`python -m bot …`, with these environment variables and nothing else of ours; forked, so that it starts at once.

    `ways` are `afresh` and `hasty` of `tests.wire.forked.fork`.

    Attributes:
        output: what it printed, once it has ended.
        errors: what it printed there, once it has ended.
    """

    def __init__(
        self, environment: Mapping[str, str], folder: Path, *command: str, afresh: bool = False, hasty: bool = False
    ) -> None:
        self._environment = {**WIDE, **environment}
        self._folder = folder
        self._command = command or ("run",)
        self._afresh, self._hasty = afresh, hasty
        self._process: ForkedProcess | None = None
        self.output = ""
        self.errors = ""

    async def __aenter__(self) -> Self:
        for file in self._files:
            await asyncio.to_thread(file.unlink, missing_ok=True)
        command, output = self._command, self._files
        self._process = await fork(
            self._environment, self._folder, *output, *command, afresh=self._afresh, hasty=self._hasty
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self.signal(signal.SIGKILL)
        await self.ended()

    @property
    def _files(self) -> tuple[Path, Path]:
        return self._folder.with_suffix(".out"), self._folder.with_suffix(".err")

    @property
    def _alive(self) -> ForkedProcess:
        assert self._process is not None
        return self._process

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._alive.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing if the process has ended."""
        self._alive.signal(number)

    async def ended(self) -> int:
        """Wait for the end; the exit code, negative for the signal that killed it."""
        code = await self._alive.ended()
        self.output, self.errors = await asyncio.gather(*(asyncio.to_thread(file.read_text) for file in self._files))
        return code

    async def killed(self) -> None:
        """Kill it as the kernel would: at once, without a word."""
        self.signal(signal.SIGKILL)
        assert await self.ended() == -signal.SIGKILL
