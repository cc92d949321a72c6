"""The image API with conversations at the same address: responses are made, streamed, asked for again, forgotten."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bot.sandbox.conversations.bodies import body_of
from bot.sandbox.conversations.memory import Break, Memory, Response, forgotten
from bot.sandbox.conversations.options import ConversationOptions
from bot.sandbox.conversations.performance import Part, Performance, cached_tokens
from bot.sandbox.conversations.response_request import last_words, read_model, read_response_request
from bot.sandbox.conversations.simulated_model import plan
from bot.sandbox.images.bill import BillLine
from bot.sandbox.images.client_connection import ClientGoneError, Line
from bot.sandbox.images.faults import FaultKind, refusal_of
from bot.sandbox.images.received import Call, headers_of, read_object
from bot.sandbox.images.refusals import Refusal, too_many
from bot.sandbox.images.server import SandboxImages, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp import web

    from bot.sandbox.conversations.content import Entry
    from bot.sandbox.conversations.response_request import ResponseRequest
    from bot.sandbox.conversations.simulated_model import Plan
    from bot.sandbox.images.checks import CheckedCall
    from bot.sandbox.images.faults import Fault
    from bot.sandbox.images.options import ImageOptions

EVENT_STREAM = "text/event-stream; charset=utf-8"
MOST_INPUTS = 16  # pictures that the tool is sent


class SandboxOpenAI(SandboxImages):
    """The sandbox's image API, and conversations."""

    def __init__(self, options: ImageOptions | None = None, talk: ConversationOptions | None = None) -> None:
        super().__init__(options)
        self.talk = talk or ConversationOptions()
        self._turns: list[Call] = []
        self._weights: list[int] = []  # of those, in bytes
        self._memory = Memory(self._now, self.talk.kept_days)

    @property
    def turns(self) -> list[Mapping[str, Any]]:
        """The fields of every request for a response that could be read, as it came, as far as they are remembered."""
        return [call.fields for call in self._turns]

    @property
    @override
    def asked(self) -> Sequence[Call]:
        return sorted((*self.calls, *self._turns), key=lambda call: call.id)  # a request's id tells its place

    @override
    def _add_routes(self, router: web.UrlDispatcher) -> None:
        super()._add_routes(router)
        if self.talk.offered:
            router.add_post("/v1/responses", self._responses)
            router.add_get("/v1/responses/{id}", self._retrieve)
            router.add_post("/v1/responses/{id}/cancel", self._cancel)
            router.add_delete("/v1/responses/{id}", self._delete)

    def _remember_turn(self, call: Call, weight: int) -> None:
        self._turns.append(call)
        self._weights.append(weight)
        most = self.options.remembered_bytes
        while most is not None and len(self._turns) > 1 and sum(self._weights) > most:
            del self._turns[0], self._weights[0]

    async def _responses(self, request: web.Request) -> web.StreamResponse:
        return await self._answered(request, self._respond)

    async def _respond(self, request: web.Request, request_id: str) -> web.StreamResponse:
        self._let_in(request, request_id)
        fields = await read_object(request)
        call = Call(request_id, "responses", headers_of(request), fields, ())
        self._remember_turn(call, len(await request.read()))
        try:
            part = await self._part(fields, request_id)
            fault = part.fault
            if fault is not None and (refusal := self._refusal(fault, part)) is not None:
                raise refusal
        except Refusal as refusal:
            self.bill.book(_refused_line(request_id, fields, refusal))
            raise
        line = Line(request, self._headers(request_id, part.asked.model.id))
        response = self._begin(part)
        if fault is not None and fault.kind in {FaultKind.CLOSE_BEFORE_HEADERS, FaultKind.HANG_BEFORE_HEADERS}:
            return await self._hang(line, response, fault)
        return await self._told(line, response, part)

    def _refusal(self, fault: Fault, part: Part) -> Refusal | None:
        if fault.kind is FaultKind.FORGOTTEN and part.asked.previous is not None:
            return forgotten(part.asked.previous.id)
        if fault.kind is FaultKind.ERROR_BODY:
            refusal = too_many(part.asked.model.id, "tokens", 100_000, 100_000, 1, 1.0)
            refusal.status = 200
            return refusal
        return refusal_of(fault, part.asked.model.id, part.asked.id)

    async def _part(self, fields: dict[str, Any], request_id: str) -> Part:
        """Everything that has to be right before a response begins."""
        model = read_model(fields, self._today())
        asked = await self._painters.run(
            lambda: read_response_request(request_id, fields, model, self._memory, self._today(), self.options.previews)
        )
        self.account.check(asked.model.id)
        words = asked.words
        planned = await self._painters.run(lambda: plan(asked, words_of(words), self.talk))
        checked = await self._painters.run(lambda: self._order(asked, planned))
        sent = asked.pictures[:MOST_INPUTS] if planned.action == "edit" else ()
        if checked is not None:
            self.account.check(checked.model.id)
            self._rate.admit(checked.model.id, 1, len(asked.pictures))
        fault = self._blocked(words, request_id)
        fault = fault or self.faults.take(words, stream=asked.stream, in_conversation=True)
        before = asked.previous
        is_warm = before is not None and self._now() - before.touched <= timedelta(seconds=self.talk.cached_seconds)
        pictures = tuple(entry.picture for entry in sent if entry.picture is not None)
        number = self._pictures
        self._pictures += checked is not None
        return Part(
            asked=asked,
            plan=planned,
            checked=checked and self._made_early(checked, fault),
            sizes=tuple((picture.width, picture.height) for picture in pictures),
            cached=cached_tokens(checked, before.seen, pictures) if checked and before and is_warm else 0,
            known=before.known if before and is_warm and before.body["model"] == asked.model.id else 0,
            fault=fault,
            seconds=0.0 if checked is None else self.options.seconds_per_picture[checked.quality] * self.options.pace,
            number=number,
        )

    def _order(self, asked: ResponseRequest, planned: Plan) -> CheckedCall | None:
        """What the tool is asked; it paints from the newest picture, and from those that came with the words."""
        if planned.action is None or asked.tool is None:
            return None
        newest, *others = asked.pictures or (None,)
        shown: list[Entry] = [entry for entry in (newest, *others) if entry and (entry is newest or entry.is_new)]
        return asked.tool.asked(asked.id, planned.prompt, shown, planned.action)

    def _begin(self, part: Part) -> Response:
        """A response that is being made."""
        asked, now = part.asked, self._now()
        name = f"resp_{asked.id.removeprefix('req_')}"
        response = Response(name, body_of(asked, name, int(now.timestamp())), now, now)
        if part.plan.action == "edit":
            response.seen = tuple(entry.picture for entry in asked.pictures[:MOST_INPUTS] if entry.picture is not None)
        if asked.background:
            self._memory.keep(response)
        response.task = asyncio.create_task(self._perform(part, response))
        return response

    async def _perform(self, part: Part, response: Response) -> None:
        performance = Performance(part, response, self._painters)
        with self._working():
            try:
                await performance.play()
                if part.asked.store and not self.talk.zero_retention and response.body["status"] != "failed":
                    self._memory.keep(response)
            finally:
                response.touched = self._now()
                self.bill.book(performance.bill_line())

    async def _hang(self, line: Line, response: Response, fault: Fault) -> web.StreamResponse:
        if fault.kind is FaultKind.HANG_BEFORE_HEADERS:
            with suppress(ClientGoneError):
                await line.wait(3600.0 if fault.seconds is None else fault.seconds)
        line.drop()
        await self._left(response)
        return line.response

    async def _told(self, line: Line, response: Response, part: Part) -> web.StreamResponse:
        """Answer with the events or with the body. Who hangs up ends what is not in the background."""
        as_json = not part.asked.stream or (part.fault is not None and part.fault.kind is FaultKind.PLAIN_JSON)
        try:
            if as_json:
                while response.is_open and not part.asked.background:
                    await line.wait(0.01)
                return self._json(response.body, part.asked.id)
            await line.open(EVENT_STREAM)
            await self._stream(line, response, None)
        except ClientGoneError:
            await self._left(response)
        return line.response

    async def _stream(self, line: Line, response: Response, after: int | None) -> None:
        """The events, until they end or the client is gone. Raises ClientGoneError."""
        events = response.transcript.follow(after)
        following = asyncio.ensure_future(anext(events, None))
        try:
            while True:
                while not following.done():
                    await line.wait(0.0)
                    await asyncio.wait([following], timeout=0.05)
                told = following.result()
                if told is None or told is Break.END:
                    break
                if told is Break.CUT:
                    await line.write(b'event: response.image_generation_call.partial_image\ndata: {"type":"resp')
                    line.drop()
                    raise ClientGoneError
                await line.write(told)
                following = asyncio.ensure_future(anext(events, None))
        finally:
            following.cancel()
        if told is Break.END and not response.body["background"]:
            await self._left(response)

    async def _left(self, response: Response) -> None:
        """Whoever asked is gone: nothing goes on but in the background."""
        if not response.body["background"] and response.task is not None:
            response.task.cancel()
            with suppress(asyncio.CancelledError):
                await response.task

    async def _retrieve(self, request: web.Request) -> web.StreamResponse:
        return await self._answered(request, self._show)

    async def _show(self, request: web.Request, request_id: str) -> web.StreamResponse:
        self._let_in(request, request_id)
        response = self._memory.get(request.match_info["id"])
        if request.query.get("stream") != "true":
            return self._json(response.body, request_id)
        line = Line(request, self._headers(request_id))
        if not response.body["background"]:
            raise Refusal(400, "Only background responses can be streamed again.", param="stream")
        await line.open(EVENT_STREAM)
        with suppress(ClientGoneError):
            await self._stream(line, response, int(request.query.get("starting_after", "-1")))
        return line.response

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        return await self._answered(request, self._end)

    async def _end(self, request: web.Request, request_id: str) -> web.StreamResponse:
        self._let_in(request, request_id)
        response = self._memory.get(request.match_info["id"])
        if not response.body["background"]:
            raise Refusal(400, "Only background responses can be cancelled.")
        if response.task is not None and response.is_open:
            response.task.cancel()
            with suppress(asyncio.CancelledError):
                await response.task
        return self._json(response.body, request_id)

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        return await self._answered(request, self._forget)

    async def _forget(self, request: web.Request, request_id: str) -> web.StreamResponse:
        self._let_in(request, request_id)
        response = self._memory.get(request.match_info["id"])
        self._memory.forget(response.id)
        return self._json({"id": response.id, "object": "response", "deleted": True}, request_id)


def _refused_line(request_id: str, fields: dict[str, Any], refusal: Refusal) -> BillLine:
    """A request that was refused: free."""
    given = fields.get("input")
    words = given if isinstance(given, str) else last_words(())
    return BillLine(
        call_id=request_id,
        endpoint="responses",
        outcome="refused",
        code=refusal.error["code"],
        model=str(fields.get("model", "")),
        size="",
        quality="",
        prompt=words,
        pictures=0,
        partials=0,
        input_bytes=0,
        usage=None,
        cost_nano=0,
    )
