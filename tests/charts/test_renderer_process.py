"""A chart is drawn in a child, which may fail, hang or be given up without harm to the bot."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import structlog

from bot.charts import ChartError, draw
from bot.charts.chart import to_json
from bot.charts.renderer_process import AT_ONCE, COMMAND, RendererProcess
from tests.charts.examples import HOSTILE, MEASURED, days

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHART = days(1, 2, 3)
SAYS_A_PICTURE = "import sys; sys.stdin.read(); sys.stdout.buffer.write(b'\\x89PNG\\r\\n\\x1a\\n')"
# Leaves a sign of life named by its process, waits for the file `go`, and says a picture.
WAITS = f"""
import os, pathlib, time
pathlib.Path(f"{{os.getpid()}}.child").touch()
while not pathlib.Path("go").exists(): time.sleep(0.01)
{SAYS_A_PICTURE}
"""


def renderer(script: str, folder: Path | None = None, patience: float = 60) -> RendererProcess:
    """Its children run this script, in this folder."""
    moved = f"import os; os.chdir({str(folder)!r})\n" if folder else ""
    return RendererProcess(command=(sys.executable, "-c", moved + script), patience=patience)


def children(folder: Path) -> list[int]:
    """The processes that have said they live."""
    return [int(path.stem) for path in folder.glob("*.child")]


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - another process makes it true
        await asyncio.sleep(0.01)


async def test_a_chart_comes_back_as_a_picture() -> None:
    picture = await draw(HOSTILE)

    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 100_000


async def test_without_the_library_that_draws_there_is_no_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", dict[str, object]().get)

    with pytest.raises(ChartError, match="requirements-charts"):
        await draw(HOSTILE)


def test_names_that_no_font_has_are_drawn_without_a_word(tmp_path: Path) -> None:
    """Also where neither the home nor the working directory can be written, and without any environment."""
    child = subprocess.run(  # noqa: S603 - our own command
        COMMAND,
        input=to_json(HOSTILE),
        capture_output=True,
        check=True,
        cwd="/",
        env={**MEASURED, "MPLCONFIGDIR": str(tmp_path), "HOME": "/no/such/home"},
    )

    assert child.stderr == b""
    assert child.stdout.startswith(b"\x89PNG")


def test_the_bot_itself_never_imports_matplotlib() -> None:
    script = """
import importlib, pkgutil, sys
import bot.cli, bot.client, bot.running, bot.charts, cogs
for found in pkgutil.walk_packages(cogs.__path__, "cogs."):
    importlib.import_module(found.name)
print(sorted({"matplotlib", "numpy"} & sys.modules.keys()), "bot.charts.renderer_process" in sys.modules)
"""
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)  # noqa: S603 - the script above

    assert child.stdout == "[] True\n"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("raise SystemExit('the reason')", 1),
        (f"{SAYS_A_PICTURE}; sys.stderr.write('the reason'); raise SystemExit(3)", 3),
        ("import sys; sys.stderr.write('the reason'); print('no picture')", 0),
        ("import os, sys; sys.stderr.write('the reason'); sys.stderr.flush(); os.kill(os.getpid(), 9)", -9),
    ],
)
async def test_a_child_that_fails_is_an_error_with_its_last_words_in_the_log(script: str, code: int) -> None:
    with structlog.testing.capture_logs() as logs, pytest.raises(ChartError):
        await renderer(script).draw(CHART)

    assert [(line["event"], line["code"], line["last_words"].strip()) for line in logs] == [
        ("chart_failed", code, "the reason")
    ]


async def test_a_chart_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs, pytest.raises(ChartError):
        await renderer(WAITS, tmp_path, patience=0.1).draw(CHART)

    assert [line["event"] for line in logs] == ["chart_took_too_long"]


async def test_a_child_that_is_not_wanted_any_more_is_ended(tmp_path: Path) -> None:
    drawing = asyncio.create_task(renderer(WAITS, tmp_path).draw(CHART))
    await until(lambda: len(children(tmp_path)) == 1)
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing

    (child,) = children(tmp_path)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


async def test_a_program_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ChartError):
        await RendererProcess(command=("/no/such/program",)).draw(CHART)


async def test_only_a_few_are_drawn_at_once(tmp_path: Path) -> None:
    one = renderer(WAITS, tmp_path)
    drawings = [asyncio.create_task(one.draw(CHART)) for _ in range(2 * AT_ONCE)]
    await until(lambda: len(children(tmp_path)) >= AT_ONCE)
    for _ in range(2):  # as long as it takes to start and end a child, others would have had time to come
        await renderer(SAYS_A_PICTURE).draw(CHART)
    started = len(children(tmp_path))
    (tmp_path / "go").touch()
    pictures = await asyncio.gather(*drawings)

    assert started == AT_ONCE
    assert len(pictures) == len(children(tmp_path)) == 2 * AT_ONCE


async def test_a_child_is_told_no_secrets_and_where_it_may_write(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    script = f"import os, pathlib; pathlib.Path('told').write_text(repr(dict(os.environ))); {SAYS_A_PICTURE}"
    await renderer(script, tmp_path).draw(CHART)

    told = (tmp_path / "told").read_text()
    assert "sk-secret" not in told
    assert "MPLCONFIGDIR" in told


async def test_a_folder_that_was_cleaned_away_is_made_anew() -> None:
    one = renderer(f"import os; os.rmdir(os.environ['MPLCONFIGDIR']); {SAYS_A_PICTURE}")
    await one.draw(CHART)

    assert (await one.draw(CHART)).startswith(b"\x89PNG")


def test_one_renderer_serves_one_loop_after_another() -> None:
    one = renderer(SAYS_A_PICTURE)

    async def many() -> list[bytes]:
        return await asyncio.gather(*(one.draw(CHART) for _ in range(AT_ONCE + 1)))

    assert len(asyncio.run(many())) == len(asyncio.run(many())) == AT_ONCE + 1
