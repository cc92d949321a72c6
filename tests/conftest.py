"""What tests of several rooms share. Values to begin with are in `tests/examples.py`."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections import Counter
from contextlib import closing, suppress
from functools import partial
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import stamina
import structlog
from coverage import Coverage
from hypothesis import settings

from bot.storage.database import opening, schema
from bot.storage.database.sqlite import sqlite3

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractAsyncContextManager

    from tests.cogs.house import House

OURS = ("ATELIER_", "DISCORD_", "OPENAI_")
DEATHS = "kill -9"  # how a test's property begins that counts them
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux keeps files in memory; pytest makes its own folder there
ENOUGH = 2_000_000_000  # bytes for what tests leave behind
WHOLE = tuple(Path(__file__).parent / name for name in ("page", "wire"))
MEASURED_CHILDREN = "COVERAGE_PROCESS_CONFIG"  # in the environment of processes that coverage is to measure
BYTECODE = Path(__file__).parents[1] / ".pytest_cache" / "bytecode"


QUICK = "quick"
# The same for everybody, and few: the gate makes others, as many as hypothesis makes by itself. No test fails because
# a machine is slow.
settings.register_profile(QUICK, deadline=None, max_examples=15, derandomize=True)
settings.register_profile("thorough", settings.get_profile("default"), deadline=None, print_blob=True)


def pytest_configure(config: pytest.Config) -> None:
    """Work in memory where that is possible, and keep bytecode here where none may be written elsewhere.

    Some thousand databases are opened, each made durable step by step: on a disk that is most of what a test waits
    for, and hundreds of starts of the bot would each compile all.
    """
    if os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(BYTECODE)
        os.environ["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    settings.load_profile(config.getoption("--hypothesis-profile") or QUICK)


def pytest_collection(session: pytest.Session) -> None:
    """The collector rests while tests are collected: nothing of what is made then is garbage."""
    gc.disable()
    worker = getattr(session.config, "workerinput", None)
    if worker is not None:
        _compile_a_share(session.config, int(worker["workerid"].removeprefix("gw")) / worker["workercount"])


def _compile_a_share(config: pytest.Config, place: float) -> None:
    """Import first what no worker has compiled yet, each from its own place on: else all compile the same at a time."""
    roots = [config.invocation_params.dir / argument.partition("::")[0] for argument in config.args]
    paths = sorted(path for root in roots for path in ([root] if root.is_file() else root.rglob("test_*.py")))
    first = int(len(paths) * place)
    tail = f".{sys.implementation.cache_tag}-pytest-{pytest.__version__}.pyc"
    for path in paths[first:] + paths[:first]:
        if not Path(cache_from_source(path)).with_name(path.stem + tail).exists():
            with suppress(Exception):  # is told when it is collected
                import_module(".".join(path.relative_to(config.rootpath).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """Afterwards it passes over all that was collected, and comes more seldom: it was an eighth of a test's work."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where coverage is measured, what plays the whole comes last."""
    if Coverage.current() is not None:
        items.sort(key=_plays_the_whole)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Coverage is of the tests that show a rule at the lowest place: what plays the whole is not traced, it is slow.

    Nothing is traced afterwards: threads that have begun untraced stay so.
    This is so in one process; what runs in xdist's workers is traced to the end, by a second `Coverage` there.
    """
    measured = Coverage.current()
    if measured is not None and MEASURED_CHILDREN in os.environ and _plays_the_whole(item):
        measured.stop()
        del os.environ[MEASURED_CHILDREN]


def _plays_the_whole(item: pytest.Item) -> bool:
    return any(item.path.is_relative_to(place) for place in WHOLE)


def pytest_xdist_auto_num_workers() -> int:
    """Two for each processor: half of the tests wait for a process, a disk or a clock."""
    return 2 * (os.cpu_count() or 1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how often a process was killed, and survived it."""
    deaths: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        for name, count in report.user_properties:
            if name.startswith(DEATHS):
                deaths[name] += count
    if deaths:
        told = ", ".join(f"{count} × {name}" for name, count in deaths.items())
        terminalreporter.write_line(f"{deaths.total()} deaths survived: {told}")


@pytest.fixture(autouse=True, scope="session")
def _schema_from_a_copy() -> Generator[None]:
    """A new database is a copy of one that the migrations have made: each test that opens books needs one."""
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as made, pytest.MonkeyPatch.context() as patch:
        schema.migrate(made)

        def migrate(connection: sqlite3.Connection) -> None:
            if schema.version_of(connection):
                schema.migrate(connection)
            else:
                made.backup(connection)

        patch.setattr(opening, "migrate", migrate)
        yield


@pytest.fixture(autouse=True, scope="session")
def _plain_log() -> Generator[None]:
    """Log lines as text on standard output; what is not configured would draw boxes around every variable."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting of ours in the environment, and an empty working directory, which is returned: no `.env` is read."""
    for name in tuple(os.environ):
        if name.upper().startswith(OURS):
            monkeypatch.delenv(name)
    directory = tmp_path / "empty"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def impatient() -> Generator[None]:
    """Retries happen at once, and only three times."""
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


class OpenHouse(Protocol):
    """Opens the bot in SimCord's Discord, with settings by their names in the environment."""

    def __call__(self, **settings: Any) -> AbstractAsyncContextManager[House]: ...  # noqa: ANN401 - values of any type


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenHouse:
    """``async with opened() as house:`` in the test itself.

    An asynchronous fixture would not do: SimCord's clock and connections live in the context of the task that opens it.
    """
    from tests.cogs.house import open_house  # noqa: PLC0415 - SimCord patches discord.py: only where it is wanted

    return partial(open_house, tmp_path, monkeypatch)
