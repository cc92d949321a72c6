"""Where charts are drawn: a child process each, few at once and not for long.

Importing matplotlib blocks for most of a second and costs some 50 MB for good. In a child it costs the bot neither.
"""

from __future__ import annotations

import asyncio
import atexit
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

import bot
from bot.charts.chart import Chart, ChartError, to_json
from bot.child_process import Places, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AT_ONCE = 2  # children at the same time; each takes some 80 MB for a second
PATIENCE = 60.0  # seconds for a chart, its waiting for the others included
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LOGGED = 2000  # characters of what a child that failed said last
_HOME = Path(bot.__file__).parents[1]  # where the packages are: neither a folder of secrets nor one of strangers
COMMAND = (sys.executable, "-P", "-s", "-m", "bot.charts")
# All that a child is told. It has no use for the token, the key, or an operator's own matplotlibrc.
ENVIRONMENT = {
    "PYTHONPATH": str(_HOME),
    "MPLBACKEND": "agg",
    "OPENBLAS_NUM_THREADS": "1",  # numpy's threads would only be started and stopped
}

_log = structlog.stdlib.get_logger(__name__)


class RendererProcess:
    """Draws charts in children.

    Args:
        command: reads a chart as JSON and writes a PNG.
        environment: all of the child's environment but where it may keep its list of fonts.
        patience: seconds for a chart.
    """

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] = ENVIRONMENT,
        patience: float = PATIENCE,
    ) -> None:
        self._command = command
        self._environment = environment
        self._patience = patience
        self._places = Places(AT_ONCE)
        self._cache: Path | None = None

    async def draw(self, chart: Chart) -> bytes:
        """A PNG of 1000 x 420 pixels, far below 100 kB.

        Raises:
            ChartError: it could not be drawn, or not in time; the log says why.
        """
        try:
            async with asyncio.timeout(self._patience), self._places.here():
                return await self._drawn(to_json(chart))
        except TimeoutError as error:
            _log.warning("chart_took_too_long", seconds=self._patience)
            raise ChartError(f"no chart within {self._patience} seconds") from error
        except OSError as error:
            _log.warning("chart_not_started", error=str(error))
            raise ChartError("the drawing process could not be started") from error

    async def _drawn(self, chart: bytes) -> bytes:
        cache = str(self._cache_folder())
        environment = {**self._environment, "MPLCONFIGDIR": cache, "HOME": cache}
        ended = await run(self._command, chart, seconds=self._patience, environment=environment, folder=_HOME)
        if ended.code or not ended.written.startswith(_SIGNATURE):
            last_words = ended.said.decode(errors="replace")[-_LOGGED:]
            _log.warning("chart_failed", code=ended.code, last_words=last_words)
            raise ChartError(f"the drawing process ended with {ended.code}")
        return ended.written

    def _cache_folder(self) -> Path:
        """Where matplotlib may write, also on a read-only disk; made anew when a cleaning of old files took it."""
        if self._cache is None or not self._cache.is_dir():
            self._cache = Path(tempfile.mkdtemp(prefix="atelier-charts-"))
            atexit.register(shutil.rmtree, self._cache, ignore_errors=True)
        return self._cache


_EASEL = RendererProcess()


async def draw(chart: Chart) -> bytes:
    """As `RendererProcess.draw`, where the library that draws is installed: it is an extra, for no picture needs it.

    Raises:
        ChartError: it is not installed, or as `RendererProcess.draw`.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise ChartError("matplotlib is not installed; deploy/requirements-charts.lock has it")
    return await _EASEL.draw(chart)
