"""The server of the sandbox image API: routes, keys, limits, and who answers what."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from aiohttp import web

from bot.http_server import LOOPBACK, HttpServer
from bot.sandbox.images.account import IMAGES, INPUTS, Account, RateLimit
from bot.sandbox.images.bill import Bill, BillLine
from bot.sandbox.images.checks import CheckedCall, check
from bot.sandbox.images.client_connection import Line
from bot.sandbox.images.faults import Fault, FaultKind, Faults, refusal_of
from bot.sandbox.images.hosted_files import HostedFiles
from bot.sandbox.images.models import MODELS
from bot.sandbox.images.options import ImageOptions
from bot.sandbox.images.painters import PainterPool
from bot.sandbox.images.performance import Performance
from bot.sandbox.images.received import Call, receive
from bot.sandbox.images.refusals import Refusal, bad_key, blocked, no_model

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
    from datetime import date

LARGEST_REQUEST = 17 * 50 * 1024 * 1024  # bytes: sixteen pictures and a mask
ALL_PARTIALS = 3


class SandboxImages:
    """An image API on 127.0.0.1 that costs nothing. Use it as an async context manager.

    Attributes:
        calls: every request for pictures that could be read, as it came, as far as they are remembered.
        bill: what the provider would have charged.
        faults: what is to go wrong.
        account: the account behind the key, and its troubles.
        down: how everything is answered while it is set, free calls too; a fault that comes with a status.
        shelf: the files that were sent as an address.
    """

    def __init__(self, options: ImageOptions | None = None) -> None:
        self.options = options or ImageOptions()
        self.calls: list[Call] = []
        self.bill = Bill(self.options.bill)
        self.faults = Faults()
        self.shelf = HostedFiles()
        self.account = Account()
        self.down: Fault | None = None
        self._rate = RateLimit(
            {IMAGES: self.options.images_per_minute, INPUTS: self.options.input_images_per_minute},
            self.options.rate_window,
        )
        self._painters = PainterPool(self.options)
        self._port = self.options.port
        self._http = HttpServer()
        self._requests = _last_request(self.bill)
        self._pictures = self.bill.pictures
        self._running = 0
        self._ahead = timedelta()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def asked(self) -> Sequence[Call]:
        """What costs something: `calls`, and between them whatever else is offered, oldest first."""
        return self.calls

    @property
    def api_key(self) -> str:
        """The key that is accepted."""
        return self.options.api_key

    @property
    def base_url(self) -> str:
        """What the openai client takes as ``base_url``; valid while the sandbox is open."""
        return f"http://{LOOPBACK}:{self._port}/v1"

    @property
    def requests(self) -> int:
        """How many requests were made so far, free ones among them; the ids count on where the bill ends."""
        return self._requests

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()
        await self._painters.close()

    async def idle(self) -> None:
        """Wait until no call is running, so that the bill is complete."""
        await self._idle.wait()

    @asynccontextmanager
    async def unreachable(self) -> AsyncGenerator[None]:
        """Refuse every connection meanwhile; running calls are cut off. The address stays the same."""
        await self._http.close()
        try:
            yield
        finally:
            await self._listen()

    async def _listen(self) -> None:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        self._add_routes(app.router)
        app.router.add_route("*", "/{path:.*}", self._unknown)
        self._port = await self._http.open(app, port=self._port)
        self.shelf.address = f"http://{LOOPBACK}:{self._port}"

    def _add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/images/{endpoint:generations|edits}", self._images)
        router.add_get("/v1/models", self._models)
        router.add_get("/v1/models/{id}", self._model)
        router.add_get("/files/{name}", self.shelf.serve)

    def travel(self, seconds: float) -> None:
        """Put the time forward, past the days on which models are retired."""
        self._ahead += timedelta(seconds=seconds)

    def _now(self) -> datetime:
        today = self.options.today
        now = datetime.now(UTC) if today is None else datetime.combine(today, datetime.min.time(), UTC)
        return now + self._ahead

    def _today(self) -> date:
        return self._now().date()

    def _headers(self, request_id: str, model: str = "") -> dict[str, str]:
        return {
            "x-request-id": request_id,
            "openai-version": "2020-10-01",
            "openai-organization": "org-sandbox",
            **self._rate.headers(model),
        }

    def _next_id(self) -> str:
        self._requests += 1
        return f"req_{self._requests:032x}"

    def _let_in(self, request: web.Request, request_id: str) -> None:
        if self.down is not None and (refusal := refusal_of(self.down, "", request_id)) is not None:
            raise refusal
        if request.headers.get("authorization") != f"Bearer {self.options.api_key}":
            raise bad_key()

    @contextmanager
    def _working(self) -> Generator[None]:
        self._running += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def _images(self, request: web.Request) -> web.StreamResponse:
        return await self._answered(request, self._serve)

    async def _answered(
        self, request: web.Request, serve: Callable[[web.Request, str], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """What this way of serving answers, or its refusal."""
        request_id = self._next_id()
        with self._working():
            try:
                return await serve(request, request_id)
            except Refusal as refusal:
                return self._refused(refusal, request_id)

    async def _serve(self, request: web.Request, request_id: str) -> web.StreamResponse:
        self._let_in(request, request_id)
        call = await receive(request, request_id, request.match_info["endpoint"])
        self._remember(call)
        try:
            checked = await self._painters.run(lambda: check(call, self._today(), self.options.previews))
            self.account.check(checked.model.id)
            self._rate.admit(checked.model.id, checked.n, len(checked.inputs.pictures))
            fault = self._fault_of(checked)
            checked = self._made_early(checked, fault)
        except Refusal as refusal:
            self.bill.book(_refused_line(call, refusal.error["code"]))
            raise
        performance = Performance(
            checked,
            Line(request, self._headers(request_id, checked.model.id)),
            self._painters,
            self.shelf,
            fault=fault,
            seconds=self.options.seconds_per_picture[checked.quality] * self.options.pace,
            number=self._pictures,
        )
        self._pictures += checked.n
        try:
            return await performance.play()
        finally:
            self.bill.book(performance.bill_line())

    def _remember(self, call: Call) -> None:
        self.calls.append(call)
        most = self.options.remembered_bytes
        while most is not None and len(self.calls) > 1 and sum(map(_weight, self.calls)) > most:
            del self.calls[0]

    def _made_early(self, checked: CheckedCall, fault: Fault | None) -> CheckedCall:
        """The call with no more previews than come before the picture."""
        if fault is not None:
            return checked
        return replace(checked, partial_images=min(checked.partial_images, self.options.most_partials))

    def _fault_of(self, checked: CheckedCall) -> Fault | None:
        """What is to go wrong with this call: a word that is blocked, or a fault that waits.

        Raises:
            Refusal: a word of the prompt is blocked before anything is made.
        """
        fault = self._blocked(checked.prompt, checked.call.id)
        return fault or self.faults.take(checked.prompt, stream=checked.stream)

    def _blocked(self, prompt: str, request_id: str) -> Fault | None:
        words = words_of(prompt)
        if words & self.options.blocked_words:
            raise blocked(request_id, "input")
        return (
            Fault(FaultKind.OUTPUT_BLOCKED, after=ALL_PARTIALS) if words & self.options.blocked_output_words else None
        )

    async def _models(self, request: web.Request) -> web.Response:
        request_id = self._next_id()
        try:
            self._let_in(request, request_id)
            self.account.check(None)
        except Refusal as refusal:
            return self._refused(refusal, request_id)
        listed = [model.listing() for model in MODELS.values() if not model.retired(self._today())]
        return self._json({"object": "list", "data": listed}, request_id)

    async def _model(self, request: web.Request) -> web.Response:
        request_id, name = self._next_id(), request.match_info["id"]
        try:
            self._let_in(request, request_id)
            self.account.check(None)
            model = MODELS.get(name)
            if model is None or model.retired(self._today()):
                raise no_model(name, retired=model is not None)
        except Refusal as refusal:
            return self._refused(refusal, request_id)
        return self._json(model.listing(), request_id)

    async def _unknown(self, request: web.Request) -> web.Response:
        return self._refused(Refusal(404, f"Invalid URL ({request.method} {request.path})"), self._next_id())

    def _refused(self, refusal: Refusal, request_id: str) -> web.Response:
        if refusal.html is not None:
            headers = {**self._headers(request_id), **refusal.headers}
            return web.Response(status=refusal.status, text=refusal.html, content_type="text/html", headers=headers)
        return self._json({"error": refusal.error}, request_id, status=refusal.status, more=refusal.headers)

    def _json(
        self, body: Mapping[str, object], request_id: str, *, status: int = 200, more: Mapping[str, str] | None = None
    ) -> web.Response:
        """JSON as the API sends it: its media type names no charset."""
        headers = {**self._headers(request_id), **(more or {})}
        return web.Response(
            status=status, body=json.dumps(body).encode(), content_type="application/json", headers=headers
        )


def words_of(prompt: str) -> set[str]:
    """Its words in lower case."""
    return set(re.findall(r"[\w-]+", prompt.lower()))


def _last_request(bill: Bill) -> int:
    """The number of the latest call on it: no id is given twice."""
    return max((int(line.call_id.removeprefix("req_"), 16) for line in bill.lines), default=0)


def _weight(call: Call) -> int:
    """Bytes that a remembered call takes, about."""
    return 1000 + len(call.prompt) + sum(len(file.content) for file in call.files)


def _refused_line(call: Call, code: str | None) -> BillLine:
    """A call that was refused: free."""
    return BillLine(
        call_id=call.id,
        endpoint=call.endpoint,
        outcome="refused",
        code=code,
        model=str(call.fields.get("model", "")),
        size="",
        quality="",
        prompt=call.prompt,
        pictures=0,
        partials=0,
        input_bytes=sum(len(file.content) for file in call.files),
        usage=None,
        cost_nano=0,
    )
