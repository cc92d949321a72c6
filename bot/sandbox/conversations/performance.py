"""One response from its first event to its line on the bill, with whatever is to go wrong on the way."""

from __future__ import annotations

import asyncio
import base64
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.sandbox.conversations.bodies import message_item, text_part, tool_usage
from bot.sandbox.conversations.content import Entry
from bot.sandbox.conversations.memory import Break
from bot.sandbox.conversations.simulated_model import BLOCKED, CLAIMED, THOUGHT
from bot.sandbox.conversations.tokens import Reading, word_price
from bot.sandbox.images.bill import BillLine
from bot.sandbox.images.client_connection import event
from bot.sandbox.images.faults import FaultKind
from bot.sandbox.images.inputs import InputPicture
from bot.sandbox.images.refusals import blocked
from bot.sandbox.images.tokens import (
    PER_PARTIAL,
    Usage,
    WordUsage,
    input_tokens,
    output_tokens,
    picture_tokens,
    text_tokens,
)

if TYPE_CHECKING:
    from bot.sandbox.conversations.memory import Response
    from bot.sandbox.conversations.response_request import ResponseRequest
    from bot.sandbox.conversations.simulated_model import Plan
    from bot.sandbox.images.checks import CheckedCall
    from bot.sandbox.images.faults import Fault
    from bot.sandbox.images.painters import PainterPool, Painting

HOUR = 3600.0
K = FaultKind
ENDS_BADLY = frozenset({K.ERROR_EVENT, K.FLAT_ERROR_EVENT, K.OUTPUT_BLOCKED, K.RESPONSE_FAILED})
SERVER_ERROR = {"code": "server_error", "message": "The server had an error while processing your request."}


class EndedError(Exception):
    """The response has come to its end before its time."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a performance is given.

    Attributes:
        checked: the call of the tool, as it is painted; None makes no picture.
        sizes: width and height in pixels of every picture that the image model is sent.
        cached: tokens of them that its cache gives.
        known: tokens with which the context begins that the main model's cache knows.
        seconds: that a picture takes.
        number: makes it different from others of equal calls.
    """

    asked: ResponseRequest
    plan: Plan
    checked: CheckedCall | None
    sizes: tuple[tuple[int, int], ...]
    cached: int
    known: int
    fault: Fault | None
    seconds: float
    number: int


class Performance:
    """Plays one response into its transcript. Afterwards, `bill_line` tells what it cost."""

    def __init__(self, part: Part, response: Response, painters: PainterPool) -> None:
        self._part = part
        self._asked = part.asked
        self._response = response
        self._painters = painters
        self._kind = part.fault.kind if part.fault else None
        self._reading = Reading(part.asked.model, part.known)
        self._written = self._thought = self._partials = self._pictures = 0
        self._outcome = "stopped"
        self._code: str | None = None
        self._said: list[Entry] = []

    async def play(self) -> None:
        """Make the response; cancelled, it ends where it is."""
        try:
            await self._go()
        except EndedError:
            pass
        except asyncio.CancelledError:
            self._outcome = self._kind.value if self._kind else "disconnected"
            self._response.body["status"] = "cancelled"
            raise
        finally:
            self._response.context = (*self._asked.context, *self._said)
            self._response.known = self._reading.known
            self._response.transcript.end()
        self._outcome = self._kind.value if self._kind else str(self._response.body["status"])

    def bill_line(self) -> BillLine:
        """The response on the bill."""
        asked, checked, fault = self._asked, self._part.checked, self._part.fault
        is_charged = fault is None or fault.charged
        words = self._words_usage() if is_charged else None
        usage = self._usage() if is_charged else None
        cost = 0 if words is None else word_price(asked.model, words)
        if usage is not None and checked is not None:
            cost += usage.nano_dollars(checked.model.family)
        return BillLine(
            call_id=asked.id,
            endpoint="responses",
            outcome=self._outcome,
            code=self._code,
            model=asked.model.id if checked is None else checked.model.id,
            size="" if checked is None else checked.size,
            quality="" if checked is None else checked.quality,
            prompt=asked.words,
            pictures=self._pictures if is_charged else 0,
            partials=self._partials,
            input_bytes=sum(len(entry.picture.content) for entry in asked.new if entry.picture is not None),
            usage=usage,
            cost_nano=cost,
            words=words,
        )

    def _words_usage(self) -> WordUsage:
        reading = self._reading
        return WordUsage(self._asked.model.id, reading.read, reading.cached, reading.kept, self._written, self._thought)

    def _usage(self) -> Usage | None:
        """The image model's tokens for all that it has begun."""
        checked, part = self._part.checked, self._part
        if checked is None or not self._pictures:
            return None
        times = self._pictures
        text, image = input_tokens(checked.model, checked.prompt, part.sizes, checked.fidelity, times)
        output = output_tokens(checked.model, checked.quality, checked.width, checked.height, 1, str(part.number))
        return Usage(text, image, times * output + PER_PARTIAL * self._partials, cached_image=times * part.cached)

    async def _go(self) -> None:
        asked, plan = self._asked, self._part.plan
        self._tell("created", response=self._shown())
        if asked.background:
            self._tell("queued", response=self._shown())
            if self._kind is K.STUCK:
                await asyncio.sleep(self._lasting(HOUR))
        self._response.body["status"] = "in_progress"
        self._tell("in_progress", response=self._shown())
        self._reading.of(asked.tokens)
        self._think()
        if self._kind is K.CONTENT_FILTER:
            self._stop_short("content_filter")
        words = plan.words
        if self._kind is K.ONLY_CLAIMED:
            words = CLAIMED
        elif self._part.checked is not None:
            words = await self._call_the_tool(self._part.checked) or words
        else:
            await self._go_wrong()
        self._say(words)
        self._finish("completed")

    def _think(self) -> None:
        self._thought = THOUGHT[self._asked.effort]
        self._written = self._thought
        if self._thought:
            item: dict[str, Any] = {"id": self._name("rs"), "type": "reasoning", "summary": []}
            self._tell("output_item.added", output_index=self._place, item=item)
            self._add(item)
        if self._asked.most_output is not None and self._written > self._asked.most_output:
            self._written = self._thought = self._asked.most_output
            self._stop_short("max_output_tokens")

    async def _call_the_tool(self, checked: CheckedCall) -> str:
        """The pictures; what the main model says instead of its usual words, or nothing."""
        for _ in range(2 if self._kind is K.SECOND_CALL else 1):
            self._written += self._part.plan.call_tokens
            if self._asked.most_output is not None and self._written > self._asked.most_output:
                self._written = self._asked.most_output
                self._stop_short("max_output_tokens")
            if not await self._paint(checked):
                self._reading.of(self._asked.tokens + self._written - self._thought)
                return BLOCKED
        made = sum(entry.tokens for entry in self._said)
        self._reading.of(self._asked.tokens + self._written - self._thought + made)
        return ""

    async def _paint(self, checked: CheckedCall) -> bool:
        """One picture; False if the tool's safety check says no."""
        item: dict[str, Any] = {"id": self._name("ig"), "type": "image_generation_call", "status": "in_progress"}
        place = {"output_index": self._place, "item_id": item["id"]}
        self._tell("output_item.added", output_index=self._place, item=dict(item))
        for stage in ("in_progress", "generating"):
            self._tell(f"image_generation_call.{stage}", **place)
        if self._kind is K.CALL_FAILED:
            error = blocked(self._asked.id, "input").error
            self._add({**item, "status": "failed", "result": None, "error": error})
            return False
        self._pictures += 1
        painting = asyncio.create_task(self._painters.paint(self._drawn(checked), self._part.number + self._pictures))
        try:
            await self._preview(checked, painting, place)
            content = await self._painters.run(lambda: self._content(painting.result(), checked))
        finally:
            painting.cancel()
        self._tell("image_generation_call.completed", **place)
        self._add(item | self._result(checked, content))
        picture = InputPicture(content, checked.width, checked.height)
        self._said.append(Entry("assistant", picture=picture, media_type=_media_type(checked), made_by=item["id"]))
        return True

    async def _preview(self, checked: CheckedCall, painting: asyncio.Task[Painting], place: dict[str, Any]) -> None:
        """All that comes before the picture is done."""
        count, fault = checked.partial_images, self._part.fault
        for index in range(count + 1):
            await asyncio.sleep(self._part.seconds / (count + 1))
            made = await painting
            if fault is not None and index == min(fault.after, count):
                await self._go_wrong()
            if self._kind is K.UNKNOWN_EVENTS:
                self._tell("keepalive.odd", note="unknown")
            if index < count:
                content = await self._painters.run(partial(made.preview, index, count))
                self._tell(
                    "image_generation_call.partial_image",
                    **place,
                    partial_image_index=index,
                    partial_image_b64=base64.b64encode(content).decode(),
                    **_settings(checked),
                )
                self._partials += 1

    async def _go_wrong(self) -> None:
        """Whatever comes instead of the next event."""
        transcript = self._response.transcript
        if self._kind in {K.CUT, K.END_WITHOUT_COMPLETED}:
            transcript.tell(Break.CUT if self._kind is K.CUT else Break.END)
            await asyncio.sleep(0)
        elif self._kind is K.SILENCE:
            await asyncio.sleep(self._lasting(HOUR))
        elif self._kind in ENDS_BADLY:
            self._fail()

    def _fail(self) -> None:
        body, number = self._response.body, len(self._response.transcript)
        error: dict[str, Any] = dict(SERVER_ERROR)
        if self._kind is K.OUTPUT_BLOCKED:
            error = blocked(self._asked.id, "output").error
        self._code = error["code"]
        body["status"] = "failed"
        body["error"] = {"code": error["code"], "message": error["message"]}
        if self._kind is K.RESPONSE_FAILED:
            self._tell("failed", response=self._shown())
        elif self._kind is K.FLAT_ERROR_EVENT:
            self._tell_raw({"type": "error", **error, "param": None, "sequence_number": number})
        else:
            self._tell_raw({"type": "error", "error": {"type": "server_error", "param": None, **error}})
        raise EndedError

    def _say(self, words: str) -> None:
        """The message at the end; cut where the output's bound is reached."""
        if not words:
            return
        left = None if self._asked.most_output is None else self._asked.most_output - self._written
        pieces = words.split(" ")
        if left is not None:
            fits = bisect_right(range(len(pieces) + 1), left, key=lambda count: text_tokens(" ".join(pieces[:count])))
            pieces = pieces[: max(fits - 1, 0)]
        said, name, place = " ".join(pieces), self._name("msg"), self._place
        self._written += text_tokens(said)
        self._tell("output_item.added", output_index=place, item=message_item(name, "", "in_progress"))
        where = {"item_id": name, "output_index": place, "content_index": 0}
        no = self._part.plan.declines
        event, field, more = ("refusal", "refusal", {}) if no else ("output_text", "text", {"logprobs": list[Any]()})
        self._tell("content_part.added", **where, part=text_part("", declines=no))
        for number, piece in enumerate(pieces):
            self._tell(f"{event}.delta", **where, delta=piece if number == 0 else f" {piece}", **more)
        self._tell(f"{event}.done", **where, **{field: said}, **more)
        self._tell("content_part.done", **where, part=text_part(said, declines=no))
        is_whole = said == words
        self._add(message_item(name, said, "completed" if is_whole else "incomplete", declines=no))
        self._said.append(Entry("assistant", said))
        if not is_whole:
            self._stop_short("max_output_tokens")

    def _stop_short(self, reason: str) -> None:
        self._response.body["incomplete_details"] = {"reason": reason}
        self._finish("incomplete")
        raise EndedError

    def _finish(self, status: str) -> None:
        body = self._response.body
        body["status"] = status
        if self._kind is not K.NO_USAGE:
            body["usage"] = self._words_usage().wire()
            if self._kind is not K.NO_TOOL_USAGE:
                body["tool_usage"] = tool_usage(None if self._kind is K.ZERO_TOOL_USAGE else self._usage())
        self._tell(status, response=self._shown())

    def _shown(self) -> dict[str, Any]:
        return {**self._response.body, "output": []} if self._kind is K.EMPTY_OUTPUT else dict(self._response.body)

    def _add(self, item: dict[str, Any]) -> None:
        """An item of the output is done."""
        place = self._place
        self._response.body["output"] = [*self._response.body["output"], item]
        self._tell("output_item.done", output_index=place, item=item)

    @property
    def _place(self) -> int:
        return len(self._response.body["output"])

    def _name(self, kind: str) -> str:
        return f"{kind}_{self._response.id.removeprefix('resp_')}{self._place}"

    def _tell(self, name: str, **fields: object) -> None:
        number = len(self._response.transcript)
        self._tell_raw({"type": f"response.{name}", "sequence_number": number, **fields})

    def _tell_raw(self, data: dict[str, Any]) -> None:
        self._response.transcript.tell(event(data))

    def _lasting(self, usual: float) -> float:
        fault = self._part.fault
        return usual if fault is None or fault.seconds is None else fault.seconds

    def _drawn(self, checked: CheckedCall) -> CheckedCall:
        return replace(checked, width=1254, height=1254) if self._kind is K.OTHER_SIZE else checked

    def _content(self, painting: Painting, checked: CheckedCall) -> bytes:
        output_format = checked.output_format
        if self._kind is K.WRONG_FORMAT:
            output_format = "jpeg" if output_format == "png" else "png"
        return painting.file(output_format)

    def _result(self, checked: CheckedCall, content: bytes) -> dict[str, Any]:
        """What the item of a call has once the picture is there, spoilt where the fault wants it."""
        if self._kind is K.BROKEN_PICTURE:
            content = content[: len(content) // 2]
        text = base64.b64encode(content).decode()
        return {
            "status": "generating" if self._kind is K.STILL_GENERATING else "completed",
            "action": self._part.plan.action,
            "result": f"!{text[:-3]}" if self._kind is K.INVALID_BASE64 else text,
            "revised_prompt": self._part.plan.prompt,
            **_settings(checked),
        }


def cached_tokens(checked: CheckedCall, seen: tuple[InputPicture, ...], sent: tuple[InputPicture, ...]) -> int:
    """Tokens of the pictures that the image model was sent in the turn before, too."""
    again = [picture for picture in sent if any(picture is before for before in seen)]
    return sum(picture_tokens(checked.model.family, each.width, each.height, checked.fidelity) for each in again)


def _settings(checked: CheckedCall) -> dict[str, str]:
    background = "transparent" if checked.background == "transparent" else "opaque"
    return {
        "size": checked.size, "quality": checked.quality, "background": background,
        "output_format": checked.output_format,
    }  # fmt: skip


def _media_type(checked: CheckedCall) -> str:
    return f"image/{checked.output_format}"
