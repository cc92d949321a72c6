"""How the bot is, over HTTP: alive, ready, and its figures for Prometheus. Knows no services: it is given callables."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from bot.errors import ConfigurationError
from bot.http_server import HttpServer
from bot.services.background import Background

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from prometheus_client import Metric

_NANO = 1_000_000_000  # nano-dollars in a dollar
_PATIENCE = 5.0  # seconds; what has not answered by then is not ready
_BEAT = 0.5  # seconds between two looks at the event loop's punctuality
_REMEMBERED = 120  # beats: one minute
_PICTURE_SECONDS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300)

_MONEY = ("held_nano", "settled_nano", "unknown_nano")
_GAUGES = {
    "queue_depth": "Jobs that wait for their turn.",
    "running": "Jobs whose pictures are being made.",
    "free_disk_bytes": "Bytes left on the disk of the data directory.",
}

_log = structlog.stdlib.get_logger(__name__)


class Health:
    """A small server: `/healthz` (the process answers), `/readyz` (it can work), `/metrics` (Prometheus).

    Args:
        ready: names what the bot needs and whether it has it (``{"gateway": True, "database": True}``).
        figures: the numbers of `/metrics`, all optional: ``held_nano``, ``settled_nano``, ``unknown_nano``
            (nano-dollars), ``queue_depth``, ``running``, ``free_disk_bytes``. Others are left out and logged.
    """

    def __init__(
        self, *, ready: Callable[[], Awaitable[dict[str, bool]]], figures: Callable[[], Awaitable[Mapping[str, float]]]
    ) -> None:
        self._ready = ready
        self._figures = figures
        self._lags: deque[float] = deque(maxlen=_REMEMBERED)
        self._server = HttpServer(grace=1.0)
        self._watch = Background()
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "atelier_picture_seconds",
            "Seconds from the request to the picture or its failure.",
            ("outcome",),
            buckets=_PICTURE_SECONDS,
            registry=self._registry,
        )
        lag = Gauge(
            "atelier_event_loop_lag_seconds", "The event loop's longest delay in a minute.", registry=self._registry
        )
        lag.set_function(self._lag)
        self._up = Gauge("atelier_figures_up", "1 if the figures could be read.", registry=self._registry)

    def observe_picture(self, seconds: float, outcome: str) -> None:
        """Count a picture: how long it took and how it ended (``delivered``, ``failed`` …; few different words)."""
        self._seconds.labels(outcome).observe(seconds)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Begin to answer. Whoever reaches the port can read everything: keep it on loopback or a private network.

        Returns:
            the port, which the system chose if it was 0.

        Raises:
            ConfigurationError: the port cannot be opened.
        """
        app = web.Application()
        app.add_routes(
            [web.get("/healthz", self._healthz), web.get("/readyz", self._readyz), web.get("/metrics", self._metrics)]
        )
        try:
            bound = await self._server.open(app, host, port)
        except OSError as error:
            fault = f"ATELIER_HTTP_PORT: {host}:{port} cannot be opened ({error.strerror}). Choose another port."
            raise ConfigurationError([fault]) from error
        self._watch.begin(self._watch_the_loop(), "event loop lag")
        return bound

    async def close(self) -> None:
        """Answer no more. May be called twice, and without a start."""
        await self._watch.close()
        await self._server.close()

    async def _watch_the_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(_BEAT)
            self._lags.append(max(0.0, loop.time() - before - _BEAT))

    def _lag(self) -> float:
        return max(self._lags, default=0.0)

    def _jobs(self) -> Metric:
        """How many ended how: the histogram has counted them already."""
        jobs = CounterMetricFamily("atelier_jobs", "Jobs by how they ended.", labels=("outcome",))
        for sample in (sample for metric in self._seconds.collect() for sample in metric.samples):
            if sample.name.endswith("_count"):
                jobs.add_metric((sample.labels["outcome"],), sample.value)
        return jobs

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "alive", "event_loop_lag_seconds": round(self._lag(), 4)})

    async def _readyz(self, _request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_PATIENCE):
                checks = await self._ready()
        except Exception:  # noqa: BLE001 - whatever is broken, the answer is "not ready"
            _log.exception("readiness could not be found out")
            checks = {}
        ready = bool(checks) and all(checks.values())
        return web.json_response({"ready": ready, "checks": checks}, status=200 if ready else 503)

    async def _metrics(self, request: web.Request) -> web.Response:
        figures: Mapping[str, float] = {}
        try:
            async with asyncio.timeout(_PATIENCE):
                figures = await self._figures()
            self._up.set(1)
        except Exception:  # noqa: BLE001 - the other metrics are wanted most when something is broken
            _log.exception("the figures could not be read")
            self._up.set(0)
        encode, media_type = choose_encoder(request.headers.get("Accept", ""))
        body = encode(_Both(self._registry, [self._jobs(), *_families(figures)]))
        return web.Response(body=body, headers={"Content-Type": media_type})


class _Both(Collector):
    """The registry's metrics and those of one reading of the figures."""

    def __init__(self, registry: CollectorRegistry, families: Iterable[Metric]) -> None:
        self._registry = registry
        self._families = families

    def collect(self) -> Iterable[Metric]:
        yield from self._registry.collect()
        yield from self._families


def _families(figures: Mapping[str, float]) -> list[Metric]:
    """The figures in Prometheus' words; money in dollars, its base unit."""
    dollars = GaugeMetricFamily("atelier_dollars", "Money in the ledger, by its state.", labels=("state",))
    families: list[Metric] = [dollars]
    for name, value in figures.items():
        if name in _MONEY:
            dollars.add_metric((name.removesuffix("_nano"),), value / _NANO)
        elif name in _GAUGES:
            families.append(GaugeMetricFamily(f"atelier_{name}", _GAUGES[name], value=value))
        else:
            _log.warning("a figure without a metric", figure=name)
    return families
