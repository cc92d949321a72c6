"""The entrance of every request: recorded, troubled by faults, read, checked for its token, counted and answered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.discord.rest.routes import Call, Reply
from bot.sandbox.discord.wire.json_values import dumps
from bot.sandbox.discord.wire.multipart import Body, read_body
from bot.sandbox.discord.wire.rate_limits import slow_down_body, slow_down_headers
from bot.sandbox.discord.wire.refusals import Refusal, no_such_route, unauthorized
from bot.sandbox.discord.wire.traffic import Exchange, Traffic
from bot.sandbox.discord.world.changes import ChangeKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.sandbox.discord.faults import Fault, Faults
    from bot.sandbox.discord.rest.routes import Route
    from bot.sandbox.discord.wire.clock import Clock
    from bot.sandbox.discord.world.world import World

PREFIX = "/api/v10"
TOO_MANY_REQUESTS = 429


@dataclass(frozen=True)
class _Outcome:
    reply: Reply
    headers: Mapping[str, str]


class RequestPipeline:
    """Turns routes into aiohttp handlers."""

    def __init__(self, world: World, faults: Faults, traffic: Traffic) -> None:
        self._world = world
        self._faults = faults
        self._traffic = traffic

    def handler(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The aiohttp handler of a route."""

        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, route)

        return serve

    async def unknown(self, request: web.Request) -> web.StreamResponse:
        """Answer a path that no route has; it is recorded too, so that tests notice."""
        return await self._serve(request, None)

    async def _serve(self, request: web.Request, route: Route | None) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        exchange = Exchange(request.method, path, dict(request.query), dict(request.headers), time.monotonic())
        self._traffic.add(exchange)
        body = await self._read(request)
        if isinstance(body, Body):
            exchange.body, exchange.files = body.data, body.files
        fault = self._faults.take(request.method, path, exchange.body, exchange.files)
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        outcome = await self._outcome(request, route, body, fault)
        if fault and fault.spoils_the_answer:
            outcome = _spoiled(fault)
        if fault and fault.drop:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        exchange.status = outcome.reply.status
        exchange.answer = None if isinstance(outcome.reply.body, bytes) else outcome.reply.body
        self._world.announce(ChangeKind.REQUEST_SERVED)
        return _response(outcome, self._world.clock)

    async def _read(self, request: web.Request) -> Body | Refusal:
        try:
            return await read_body(request, self._world.options.oversize_code)
        except Refusal as refusal:
            return refusal

    async def _outcome(
        self, request: web.Request, route: Route | None, body: Body | Refusal, fault: Fault | None
    ) -> _Outcome:
        try:
            if isinstance(body, Refusal):
                raise body
            if fault and fault.spoils_the_answer and not fault.after_effect:
                return _spoiled(fault)
            if route is None:
                raise no_such_route()
            if route.needs_token and request.headers.get("Authorization") != f"Bot {self._world.token}":
                raise unauthorized()
            return await _answered(route, Call(request.path, request.match_info, request.query, body.data, body.files))
        except Refusal as refusal:
            return _Outcome(Reply(refusal.to_json(), refusal.status), {})


async def _answered(route: Route, call: Call) -> _Outcome:
    turn = route.bucket(call) if route.bucket else None
    headers: Mapping[str, str] = turn.headers() if turn else {}
    if turn and not turn.allowed:
        return _Outcome(Reply(turn.body(), TOO_MANY_REQUESTS), headers)
    try:
        return _Outcome(await route.answer(call), headers)
    except Refusal as refusal:
        return _Outcome(Reply(refusal.to_json(), refusal.status), headers)


def _spoiled(fault: Fault) -> _Outcome:
    if fault.status == TOO_MANY_REQUESTS:
        wait = fault.retry_after or 0.0
        return _Outcome(Reply(slow_down_body(wait, code=fault.code), TOO_MANY_REQUESTS), slow_down_headers(wait))
    return _Outcome(Reply(fault.to_json(), fault.status or 500), {})


def _response(outcome: _Outcome, clock: Clock) -> web.Response:
    # Exactly "application/json": with a charset beside it, discord.py does not read the answer as JSON.
    headers = {**outcome.headers, **outcome.reply.headers, "Date": formatdate(clock.told(), usegmt=True)}
    if outcome.reply.status == web.HTTPNoContent.status_code:
        return web.Response(status=outcome.reply.status, headers=headers)
    headers["Content-Type"] = outcome.reply.media_type
    body = outcome.reply.body
    content = body if isinstance(body, bytes) else dumps(body).encode()
    return web.Response(body=content, status=outcome.reply.status, headers=headers)
