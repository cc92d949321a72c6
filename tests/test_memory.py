from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import platform
import subprocess
import sys

import psutil
import pytest

from bot.memory import collect_little, give_back, keep_all, loading, without


class Ring:
    """Garbage that only the collector finds."""

    freed = 0

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        Ring.freed += 1


@pytest.fixture(autouse=True)
def _counted_anew() -> None:
    Ring.freed = 0


def test_nothing_is_collected_while_modules_load() -> None:
    with loading():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_a_later_collection_passes_over_what_was_loaded() -> None:
    with loading():
        loaded = Ring()
    del loaded
    gc.collect()

    assert Ring.freed == 0


def test_the_collector_goes_on_after_a_module_that_cannot_be_loaded() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError("no such module")

    assert gc.isenabled()


def test_garbage_of_the_start_is_collected_before_the_rest_is_kept() -> None:
    Ring()
    kept = Ring()

    keep_all()

    assert Ring.freed == 1
    del kept
    gc.collect()
    assert Ring.freed == 1


def test_garbage_of_few_pictures_is_collected_together() -> None:
    """By the usual thresholds nothing of this would be freed by then."""
    usual = gc.get_threshold()
    gc.freeze()  # what the suite has loaded does not count
    try:
        collect_little()
        kept: list[list[object]] = []
        for _ in range(60):  # what lives for a second, then is garbage
            kept.append([Ring() for _ in range(1000)])
            kept = kept[-10:]

        assert Ring.freed > 10_000
    finally:
        gc.set_threshold(*usual)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is known to keep what is free")
def test_what_is_free_goes_back_to_the_system() -> None:
    blocks = [bytes(3000) for _ in range(10_000)]
    last = bytes(3000)  # keeps what is below it from going by itself
    del blocks
    before = psutil.Process().memory_info().rss

    keep_all()

    assert before - psutil.Process().memory_info().rss > 20_000_000
    assert last


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is known to keep what is free")
def test_what_many_threads_had_goes_back_as_soon_as_it_is_freed() -> None:
    program = """
import psutil
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from bot.memory import give_back
give_back()
together = Barrier(6)
def work(number):
    together.wait()
    for size in (16_000_000, *[1_000_000] * 20):
        pieces = [b"x" * size for _ in range(3)]
        del pieces
    together.wait()
before = psutil.Process().memory_info().rss
with ThreadPoolExecutor(6) as pool:
    list(pool.map(work, range(6)))
    print(psutil.Process().memory_info().rss - before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own program

    assert int(done.stdout) < 8_000_000  # some 60 million where nothing is asked for


def test_a_c_library_that_gives_nothing_back_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(_: None) -> object:
        return object()

    monkeypatch.setattr("bot.memory.ctypes.CDLL", other)

    give_back()
    keep_all()


def test_a_library_is_done_without_and_is_there_again_afterwards() -> None:
    assert "antigravity" not in sys.modules

    with without("antigravity"), pytest.raises(ImportError):
        importlib.import_module("antigravity")

    assert importlib.util.find_spec("antigravity") is not None


def test_the_bot_loads_nothing_that_only_tables_and_colours_need() -> None:
    """Four megabytes and sixty milliseconds, on every start."""
    program = (
        "import sys; from bot import __main__ as main; sys.argv[1:] = ['--help']\n"
        "try: main.main()\n"
        "except SystemExit: print(sorted({'rich', 'bot.sandbox', 'matplotlib', 'openai'} & {*sys.modules}))"
    )
    environment = {"PATH": os.environ["PATH"], "TYPER_USE_RICH": "0"}  # its help is the one that likes colours
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)  # noqa: S603 - our own program

    assert done.stdout.splitlines()[-1] == "[]"
