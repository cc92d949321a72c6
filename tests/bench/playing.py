"""One run: the stand-ins in one process, the bot or the floor in another, and what came of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from tests.bench.ticker import TOLD, Stall

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT = Path(__file__).parents[2]
CONCURRENCY = 8
GLANCE = 0.02  # seconds between two looks at the memory
LONGEST_RUN = 90.0  # seconds after which the processes are ended: the run is broken then
PATIENCE = 20.0  # seconds that the bot has to stop
SETTINGS = {
    "ATELIER_MONTHLY_BUDGET": "unlimited",
    "ATELIER_MEMBER_DAILY_IMAGES": "unlimited", "ATELIER_LOG_LEVEL": "WARNING",
}  # fmt: skip
OTHERS = ("ATELIER_", "DISCORD_", "OPENAI_", "PYTHONDONTWRITEBYTECODE")  # the last: nobody compiles at every start


class BrokenRunError(Exception):
    """A process ended, or did not end, as it should not."""


@dataclass(frozen=True)
class Performed:
    """What came of a run.

    Attributes:
        seen: what the play saw.
        executed_at: when the bot's process was begun, in seconds since 1970.
        idle: the bot's resident memory before its first picture, in bytes.
        peak: the most that it had, in bytes.
        computed: seconds of processor time that the bot's process took from then on until all was seen.
        stalls: when its loop stood still; empty for `python -m bot run`.
        files: of ours that the pictures went through, from the project's root; where that was watched.
    """

    seen: dict[str, Any]
    executed_at: float
    idle: int
    peak: int
    computed: float
    stalls: list[Stall]
    files: tuple[str, ...] = ()


class _MemoryWatch(threading.Thread):
    """Looks at a process' resident memory: before its first picture, and at its highest."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()
        self.peak = 0

    def run(self) -> None:
        with suppress(psutil.Error):
            while not self._stopped.wait(GLANCE):
                self.peak = max(self.peak, self.now())

    def now(self) -> int:
        """Bytes."""
        return self._process.memory_info().rss

    def computed(self) -> float:
        """Seconds of processor time, since it began."""
        times = self._process.cpu_times()
        return times.user + times.system

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def perform(play: str, spec: dict[str, Any], *, ours: bool, bare: bool = False, watched: bool = False) -> Performed:
    """Perform a play with our bot, or with the floor.

    Args:
        play: its name in `tests.bench.theatre`.
        spec: what it is told.
        ours: our bot rather than the floor.
        bare: begun as in life, our bot by its own command line, without a clock in its loop.
        watched: our bot with a profiler that notes the files it enters.

    Raises:
        BrokenRunError: a process failed; what it said is in the message.
    """
    module = ["bot", "run"] if ours and bare else ["tests.bench.ours" if ours else "tests.bench.floor"]
    module = ["tests.bench.watched"] if watched else module
    with tempfile.TemporaryDirectory(prefix="atelier-bench-") as directory, ExitStack() as stack:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(OTHERS)}
        environment |= {**SETTINGS, "PYTHONPATH": str(ROOT), "ATELIER_PARTIAL_IMAGES": str(spec["partials"])}
        environment["ATELIER_CONCURRENCY"] = str(spec.get("concurrency", CONCURRENCY))
        environment["ATELIER_DATA_DIR"] = str(Path(directory, "data"))
        command = ["tests.bench.theatre", play, json.dumps({**spec, "ours": ours})]
        stage = stack.enter_context(_process(command, environment, directory))
        if bare:
            environment |= _line(stage)
            executed_at = time.time()
            bot = stack.enter_context(_process(module, environment, directory))
        else:  # it loads what it needs beside the stage, then waits for the addresses
            executed_at = time.time()
            bot = stack.enter_context(_process([*module, TOLD], environment, directory))
            _tell(bot, _line(stage))
        return _watch(stage, bot, executed_at, watched=watched)


def _watch(stage: subprocess.Popen[str], bot: subprocess.Popen[str], executed_at: float, *, watched: bool) -> Performed:
    memory = _MemoryWatch(bot.pid)
    memory.start()
    _line(stage, bot)
    idle, computed = memory.now(), memory.computed()
    if watched:
        bot.send_signal(signal.SIGUSR1)
    seen = _line(stage, bot)
    if watched:
        bot.send_signal(signal.SIGUSR2)
    computed = memory.computed() - computed
    memory.stop()
    told = _end(bot)
    stalls = [Stall(*stall) for stall in told.get("stalls", ())]
    return Performed(seen, executed_at, idle, memory.peak, computed, stalls, tuple(told.get("files", ())))


@contextmanager
def _process(module: list[str], environment: dict[str, str], directory: str) -> Generator[subprocess.Popen[str]]:
    with (
        Path(directory, f"{module[0]}.log").open("w+") as log,
        subprocess.Popen(  # noqa: S603 - modules of ours
            [sys.executable, "-m", *module], env=environment, cwd=directory, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        ) as process,
    ):  # fmt: skip
        timer = threading.Timer(LONGEST_RUN, process.kill)
        timer.start()
        try:
            yield process
        except BrokenRunError as error:
            log.seek(0)
            raise BrokenRunError(f"{error}\n{module[0]} said:\n{log.read()[-3000:]}") from None
        finally:
            timer.cancel()
            process.kill()


def _line(stage: subprocess.Popen[str], bot: subprocess.Popen[str] | None = None) -> dict[str, Any]:
    """The next thing that the stage tells."""
    assert stage.stdout is not None
    text = stage.stdout.readline()
    if not text:
        raise BrokenRunError(f"The stage ended; the bot's code is {bot.poll() if bot else None}.")
    told: dict[str, Any] = json.loads(text)
    return told


def _tell(bot: subprocess.Popen[str], settings: dict[str, str]) -> None:
    assert bot.stdin is not None
    bot.stdin.write(json.dumps(settings) + "\n")
    bot.stdin.flush()


def _end(bot: subprocess.Popen[str]) -> dict[str, Any]:
    """Stop the bot as a supervisor does; what it tells at its end, if anything."""
    bot.terminate()
    try:
        said, _ = bot.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise BrokenRunError(f"The bot did not end within {PATIENCE:.0f} seconds.") from None
    if bot.returncode:
        raise BrokenRunError(f"The bot ended with code {bot.returncode}.")
    last = said.strip().splitlines()[-1:]
    told: dict[str, Any] = json.loads(last[0]) if last else {}
    return told
