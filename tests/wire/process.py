"""The bot as a process of its own: started, signalled, killed, and what it printed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).parents[2]
PATIENCE = 300.0  # seconds for a process to end by itself


class BotProcess:
    """`python -m bot …`, with these environment variables and nothing else of ours."""

    def __init__(self, environment: Mapping[str, str], folder: Path, *command: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "COVERAGE_PROCESS_CONFIG") if name in os.environ}
        self._environment = {**kept, "PYTHONPATH": str(PROJECT), "COLUMNS": "200", **environment}
        self._folder = folder
        self._command = command or ("run",)
        self._process: asyncio.subprocess.Process | None = None
        self.output = ""
        self.errors = ""

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *self._command,
            env=self._environment,
            cwd=self._folder,  # where there is no .env
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._process.communicate())
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._reading.done():
            self.signal(signal.SIGKILL)
        await self.ended()

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process is not None
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing if the process has ended."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait for the end; the exit code, negative for the signal that killed it."""
        assert self._process is not None
        output, errors = await asyncio.wait_for(asyncio.shield(self._reading), PATIENCE)
        self.output, self.errors = output.decode(), errors.decode()
        code = self._process.returncode
        assert code is not None
        return code

    async def killed(self) -> None:
        """Kill it as the kernel would: at once, without a word."""
        self.signal(signal.SIGKILL)
        assert await self.ended() == -signal.SIGKILL
