"""A program of ours is run apart, told only what it needs, and never outlives whoever waits for it."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import pytest

from bot.child_process import Ended, Places, run

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 120.0
STAYS = "import os, pathlib, time; pathlib.Path('new').write_text(str(os.getpid())); os.rename('new', 'child')"


def program(script: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-c", script)


async def test_what_it_wrote_what_it_said_and_how_it_ended_come_back() -> None:
    script = "import sys; sys.stdout.write(sys.stdin.read()[::-1]); sys.stderr.write('ouch'); raise SystemExit(3)"
    ended = await run(program(script), b"abc", seconds=PATIENCE, environment={})

    assert ended == Ended(3, b"cba", b"ouch")


async def test_what_nobody_listens_to_is_not_kept() -> None:
    script = "import sys; sys.stderr.write('ouch')"

    assert await run(program(script), b"", seconds=PATIENCE, environment={}, is_heard=False) == Ended(0, b"")


async def test_it_is_told_its_environment_and_its_folder_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    script = "import os; print(os.getcwd(), os.environ.get('OPENAI_API_KEY'), os.environ['TOLD'], os.getsid(0))"
    ended = await run(program(script), b"", seconds=PATIENCE, environment={"TOLD": "x"}, folder=tmp_path)

    *told, session = ended.written.decode().split()
    assert told == [str(tmp_path), "None", "x"]
    assert int(session) != os.getsid(0)


async def test_one_that_does_not_read_what_it_is_given_is_no_fault() -> None:
    ended = await run(program("print('done')"), bytes(1 << 20), seconds=PATIENCE, environment={})

    assert ended == Ended(0, b"done\n")


async def test_one_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TimeoutError):
        await run(program("import time; time.sleep(600)"), b"", seconds=0.2, environment={})


async def test_one_that_is_not_wanted_any_more_is_ended(tmp_path: Path) -> None:
    script = f"{STAYS}; time.sleep(600)"
    running = asyncio.create_task(run(program(script), b"", seconds=600, environment={}, folder=tmp_path))
    while not (tmp_path / "child").exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "child").read_text()), 0)


async def test_a_program_that_is_not_there_is_an_error() -> None:
    with pytest.raises(OSError, match="no/such"):
        await run(("/no/such/program",), b"", seconds=PATIENCE, environment={})


def test_a_thread_without_a_loop_may_run_one_too() -> None:
    assert asyncio.run(run(program("print(1)"), b"", seconds=PATIENCE, environment={})) == Ended(0, b"1\n")


def test_each_loop_has_its_own_places() -> None:
    places = Places(2)

    async def mine() -> asyncio.Semaphore:
        assert places.here() is places.here()
        return places.here()

    assert asyncio.run(mine()) is not asyncio.run(mine())
