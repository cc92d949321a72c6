"""One accepted call from its first byte to its line on the bill, with whatever is to go wrong on the way."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.sandbox.images.bill import BillLine
from bot.sandbox.images.checks import AUTO_PIXELS
from bot.sandbox.images.client_connection import PIECE, ClientGoneError, Line, bomb, event
from bot.sandbox.images.faults import Fault, FaultKind, refusal_of
from bot.sandbox.images.refusals import Refusal, blocked
from bot.sandbox.images.tokens import PER_PARTIAL, Usage, author_usage, input_tokens, output_tokens, sheet_tokens

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.images.checks import CheckedCall
    from bot.sandbox.images.hosted_files import HostedFiles
    from bot.sandbox.images.painters import PainterPool, Painting

HOUR = 3600.0
OK = 200
EVENT_STREAM, JSON = "text/event-stream; charset=utf-8", "application/json"
DRIP = 5.0
ENDINGS = frozenset(
    {
        FaultKind.CUT, FaultKind.END_WITHOUT_COMPLETED, FaultKind.ERROR_EVENT, FaultKind.FLAT_ERROR_EVENT,
        FaultKind.OUTPUT_BLOCKED,
    }
)  # fmt: skip


class Performance:
    """Plays one call. After `play`, `bill_line` tells how it went."""

    def __init__(
        self,
        checked: CheckedCall,
        line: Line,
        painters: PainterPool,
        shelf: HostedFiles,
        *,
        fault: Fault | None,
        seconds: float,
        number: int,
    ) -> None:
        self._checked = checked
        edge = round(AUTO_PIXELS**0.5)
        other = fault is not None and fault.kind is FaultKind.OTHER_SIZE
        self._drawn = replace(checked, width=edge, height=edge) if other else checked
        self._line = line
        self._painters = painters
        self._shelf = shelf
        self._fault = fault
        self._kind = fault.kind if fault else None
        self._seconds = seconds
        self._number = number
        self._partials = 0
        self._drawing_bytes = 0
        self._outcome = "stopped"
        self._code: str | None = None
        self._subject = "image_generation" if checked.call.endpoint == "generations" else "image_edit"

    async def play(self) -> web.StreamResponse:
        """Answer the call.

        Raises:
            Refusal: the fault is an answer with a status.
        """
        try:
            await self._go()
        except Refusal as refusal:
            self._code = refusal.error["code"]
            self._outcome = self._kind.value if self._kind else "refused"
            raise
        except ClientGoneError:
            self._outcome = "disconnected"
        else:
            self._outcome = self._kind.value if self._kind else "completed"
        return self._line.response

    def bill_line(self) -> BillLine:
        """The call on the bill. A client that hung up pays like any other."""
        checked = self._checked
        charged = self._fault is None or self._fault.charged
        usage = self._usage() if charged else None
        return BillLine(
            call_id=checked.call.id,
            endpoint=checked.call.endpoint,
            outcome=self._outcome,
            code=self._code,
            model=checked.model.id,
            size=checked.size,
            quality=checked.quality,
            prompt=checked.prompt,
            pictures=checked.n if charged else 0,
            partials=self._partials,
            input_bytes=sum(len(file.content) for file in checked.call.files),
            usage=usage,
            cost_nano=usage.nano_dollars(checked.model.family) if usage else 0,
        )

    def _usage(self) -> Usage:
        checked = self._checked
        sizes = [(picture.width, picture.height) for picture in checked.inputs.pictures]
        text, image = input_tokens(checked.model, checked.prompt, sizes, checked.fidelity, checked.n)
        key = f"{self._number}:{checked.prompt}"
        drawn = (checked.model, checked.quality, checked.width, checked.height)
        if checked.output_format == "gif":
            output = checked.n * sheet_tokens(*drawn, checked.extras.frames, key)
        else:
            output = output_tokens(*drawn, checked.n, key)
        author = checked.extras.author and author_usage(checked.extras.author, checked.prompt, self._drawing_bytes)
        return Usage(text, image, output + PER_PARTIAL * self._partials, author or None)

    async def _go(self) -> None:
        fault, checked = self._fault, self._checked
        if fault is not None and (refusal := refusal_of(fault, checked.model.id, checked.call.id)):
            raise refusal
        if self._kind is FaultKind.CLOSE_BEFORE_HEADERS:
            self._line.drop()
        elif self._kind is FaultKind.HANG_BEFORE_HEADERS:
            await self._line.wait(self._lasting(HOUR))
            self._line.drop()
        elif self._kind in {FaultKind.ENDLESS, FaultKind.GZIP_BOMB}:
            await self._overflow()
        elif checked.stream and self._kind not in {FaultKind.PLAIN_JSON, FaultKind.BARE_FILE}:
            await self._stream()
        else:
            await self._answer()

    async def _overflow(self) -> None:
        """An answer that begins as one should, and has no end."""
        status = (self._fault and self._fault.status) or 200
        is_stream = status == OK and self._checked.stream
        start = b"event: image_generation.completed\ndata: " if is_stream else b""
        start += b'{"b64_json": "' if status == OK else b'{"error": {"message": "Try again in '
        again = b"A" if status == OK else b"9"
        is_bomb = self._kind is FaultKind.GZIP_BOMB
        start, again = bomb(start, again) if is_bomb else (start, again * PIECE)
        await self._line.open(EVENT_STREAM if is_stream else JSON, status=status, encoding="gzip" if is_bomb else None)
        await self._line.flood(start, again, 1024 if is_bomb else None)

    def _lasting(self, usual: float) -> float:
        return usual if self._fault is None or self._fault.seconds is None else self._fault.seconds

    async def _stream(self) -> None:
        count = self._checked.partial_images
        painting = asyncio.create_task(self._painters.paint(self._drawn, self._number))
        try:
            await self._line.open("text/plain" if self._kind is FaultKind.ODD_TYPE else EVENT_STREAM)
            for index in range(count + 1):
                await self._line.wait(self._seconds / (count + 1))
                if self._fault is not None and index == min(self._fault.after, count):
                    if self._kind in ENDINGS:
                        await self._end_badly()
                        return
                    if self._kind is FaultKind.SILENCE:
                        await self._line.wait(self._lasting(HOUR))
                    if self._kind is FaultKind.EARLY_FINAL:
                        break
                if self._kind is FaultKind.UNKNOWN_EVENTS:
                    await self._make_noise(index)
                if index < count:
                    await self._send_preview(await painting, index)
            await self._send_result(await painting)
        finally:
            painting.cancel()

    async def _send_preview(self, painting: Painting, index: int) -> None:
        await self._line.write(await self._painters.run(lambda: self._preview_event(painting, index)))
        self._partials += 1

    def _preview_event(self, painting: Painting, index: int) -> bytes:
        content = painting.preview(index, self._checked.partial_images)
        data = self._data("partial_image", {"b64_json": base64.b64encode(content).decode()})
        return event({**data, "partial_image_index": index})

    async def _send_result(self, painting: Painting) -> None:
        data = self._data("completed", await self._picture(painting))
        data.update(self._usage_and_identifier(detailed=False))
        await self._write_last(await self._painters.run(lambda: event(data)))

    async def _end_badly(self) -> None:
        """Whatever comes instead of the next event."""
        identity = {"code": "server_error", "message": "The server had an error while processing your request."}
        if self._kind is FaultKind.CUT:
            whole = event(self._data("partial_image", {"b64_json": base64.b64encode(bytes(3000)).decode()}))
            await self._line.write(whole[: len(whole) // 2])
            self._line.drop()
        elif self._kind is FaultKind.ERROR_EVENT:
            error = {**identity, "type": "server_error", "param": None}
            await self._line.write(event({"type": "error", "error": error}))
        elif self._kind is FaultKind.FLAT_ERROR_EVENT:
            await self._line.write(event({"type": "error", **identity, "param": None}))
        elif self._kind is FaultKind.OUTPUT_BLOCKED:
            refusal = blocked(self._checked.call.id, "output")
            self._code = refusal.error["code"]
            await self._line.write(event({"type": "error", "error": refusal.error}))

    async def _make_noise(self, index: int) -> None:
        await self._line.write(b": ping\n\n")
        await self._line.write(event({"type": "keepalive", "sequence_number": index}))
        await self._line.write(event({"type": f"{self._subject}.in_progress", "item": {"id": f"ig_{index}"}}))

    async def _answer(self) -> None:
        """The JSON answer with all pictures in it."""
        await self._line.wait(self._seconds)
        if self._kind is FaultKind.OUTPUT_BLOCKED:
            raise blocked(self._checked.call.id, "output")
        first = self._number
        paintings = [await self._painters.paint(self._drawn, first + offset) for offset in range(self._checked.n)]
        if self._kind is FaultKind.SILENCE:
            await self._line.wait(self._lasting(HOUR))
        if self._kind is FaultKind.BARE_FILE:
            content = await self._painters.run(lambda: paintings[0].file(self._checked.output_format))
            await self._line.open(f"image/{self._checked.output_format}", len(content))
            await self._line.write(content)
            return
        body = {
            "created": int(time.time()),
            **self._settings(),
            "data": [await self._picture(painting) for painting in paintings],
            **self._usage_and_identifier(detailed=True),
        }
        encoded = await self._painters.run(lambda: json.dumps(body).encode())
        await self._line.open("text/plain" if self._kind is FaultKind.ODD_TYPE else JSON, len(encoded))
        if self._kind is FaultKind.CUT:
            await self._line.write(encoded[: len(encoded) // 2])
            self._line.drop()
        else:
            await self._write_last(encoded)

    async def _write_last(self, data: bytes) -> None:
        if self._kind is FaultKind.SLOW_DRIP:
            await self._line.drip(data, self._lasting(DRIP))
        else:
            await self._line.write(data)

    async def _picture(self, painting: Painting) -> dict[str, str]:
        """The result as the wire holds it."""
        text = await self._result(painting)
        if self._kind is FaultKind.LINK:
            location = self._fault and self._fault.location
            return {"url": location or self._shelf.put(base64.b64decode(text), self._checked.output_format)}
        head = f"data:image/{self._checked.output_format};base64," if self._kind is FaultKind.DATA_ADDRESS else ""
        return {"b64_json": head + text}

    async def _result(self, painting: Painting) -> str:
        """The result in base64, spoilt where the fault wants it."""
        output_format = self._checked.output_format
        if self._kind is FaultKind.WRONG_FORMAT:
            output_format = "jpeg" if output_format == "png" else "png"
        broken = self._kind is FaultKind.BROKEN_PICTURE

        def encoded() -> str:
            content = painting.file(output_format)
            self._drawing_bytes = len(content)
            return base64.b64encode(content[: len(content) // 2] if broken else content).decode()

        text = await self._painters.run(encoded)
        return f"!{text[:-3]}" if self._kind is FaultKind.INVALID_BASE64 else text

    def _settings(self) -> dict[str, Any]:
        checked = self._checked
        background = "transparent" if checked.background == "transparent" else "opaque"
        return {
            "size": checked.size, "quality": checked.quality, "background": background,
            "output_format": checked.output_format,
        }  # fmt: skip

    def _data(self, name: str, picture: dict[str, str]) -> dict[str, Any]:
        return {
            "type": f"{self._subject}.{name}", **picture, "created_at": int(time.time()),
            **self._settings(),
        }  # fmt: skip

    def _usage_and_identifier(self, *, detailed: bool) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        if self._fault is not None and self._kind is FaultKind.ODD_USAGE:
            extra["usage"] = self._fault.usage
        elif self._kind is not FaultKind.NO_USAGE:
            usage = self._usage()
            extra["usage"] = usage.wire(detailed=detailed)
            if usage.author is not None:
                extra["svg_usage"] = usage.author.wire()
        if self._checked.safety_identifier is not None:
            extra["safety_identifier"] = self._checked.safety_identifier
        return extra
