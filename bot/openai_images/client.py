"""One picture by one streamed call of the openai library."""

from __future__ import annotations

import asyncio
import binascii
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Self, cast

import httpx2
import openai
import structlog

from bot.errors import OutcomeUnknownError
from bot.openai_images.failures import from_body, from_connection, from_status, not_known
from bot.services.images import FinishedImage, InputImage, PartialImage
from bot.services.pricing import Usage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from bot.services.requests import ImageRequest

CONNECT_TIMEOUT = 10.0  # seconds
IDLE_CONNECTION = 300.0  # seconds that an unused connection is kept, so that the next picture need not open one
DRAIN = 0.5  # seconds to read a finished stream to its end, which keeps its connection
DECODE_STEP = 1 << 20  # base64 characters decoded at a time; the interpreter's lock is free in between

_log = structlog.stdlib.get_logger(__name__)


class OpenAIImages:
    """Makes pictures by OpenAI's Image API, or another endpoint that speaks like it.

    Args:
        api_key: the secret key.
        base_url: ends in ``/v1`` as a rule.
        timeout: seconds between two bytes of an answer; the job's own deadline stands above it.
    """

    def __init__(self, api_key: str, base_url: str, timeout: float) -> None:
        # max_retries=0: the library would send a paid call again, and bill it again.
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=httpx2.Timeout(timeout, connect=CONNECT_TIMEOUT),
            http_client=openai.DefaultAsyncHttpxClient(
                limits=httpx2.Limits(
                    max_connections=200, max_keepalive_connections=100, keepalive_expiry=IDLE_CONNECTION
                )
            ),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def warm_up(self) -> Mapping[str, str | None]:
        """Open a connection by a free call, so that the first picture does not wait for it.

        Returns:
            The date on which each model of this key shuts down (YYYY-MM-DD), or None; empty if nobody answered.
        """
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                models = await self._client.models.list()
            return {model.id: cast("str | None", getattr(model, "shutdown_date", None)) for model in models.data}
        except Exception as error:  # noqa: BLE001 - other endpoints answer anything; a warm-up must not stop the start
            _log.warning("image API not reached yet", reason=type(error).__name__)
            return {}

    async def make(
        self, request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[PartialImage | FinishedImage]:
        """One picture by one streamed call; see `bot.services.images.ImageProvider`."""
        options = _options(request, safety_identifier)
        sent, request_id = False, None
        try:
            async with self._open(options, inputs) as stream:
                sent, request_id = True, stream.response.headers.get("x-request-id")
                async for event in stream:
                    image = await _image(event, request_id)
                    if isinstance(image, FinishedImage):
                        await _drain(stream)
                        yield image
                        return
                    if image is not None:
                        yield image
        except openai.APIStatusError as error:
            raise from_status(error) from error
        except openai.APIConnectionError as error:
            raise from_connection(error, request_id, sent=sent) from error
        except openai.APIError as error:
            raise from_body(error.body, request_id) from error
        except ValueError as error:
            garbled = not_known("the image API's answer was garbled")
            raise OutcomeUnknownError(garbled, code="garbled", request_id=request_id) from error
        cut_off = not_known("the image API's answer was cut off")
        raise OutcomeUnknownError(cut_off, code="incomplete", request_id=request_id)

    @asynccontextmanager
    async def _open(self, options: dict[str, Any], inputs: Sequence[InputImage]) -> AsyncGenerator[Any]:
        """The event stream of an edit if there are inputs, else of a generation."""
        # The library's overloads want literals for what our catalog holds as data.
        images = cast("Any", self._client.images)
        if inputs:
            files = [(picture.name, picture.content, picture.media_type) for picture in inputs]
            # images.edit has no such argument, but the API takes it.
            body = {"moderation": options.pop("moderation")}
            stream = await images.edit(image=files, extra_body=body, **options)
        else:
            stream = await images.generate(**options)
        async with stream:
            yield stream


def _options(request: ImageRequest, safety_identifier: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "model": request.model,
        "prompt": request.prompt,
        "size": request.size,
        "quality": request.quality,
        "output_format": request.output_format,
        "n": 1,
        "stream": True,
        "partial_images": request.partial_images,
        "moderation": "auto",
        "safety_identifier": safety_identifier,
    }
    if request.background != "auto":
        options["background"] = request.background
    return options


async def _image(event: Any, request_id: str | None) -> PartialImage | FinishedImage | None:  # noqa: ANN401 - of many kinds
    """The picture in an event; None if there is none. Raises ImageFailure for an error, and for a spoilt result."""
    kind = str(getattr(event, "type", ""))
    if kind == "error":
        raise from_body(event.model_dump(warnings=False), request_id)
    if not kind.endswith((".partial_image", ".completed")):
        return None
    text = getattr(event, "b64_json", None)
    content = await _decoded(text) if isinstance(text, str) else None
    if kind.endswith(".partial_image"):
        # A spoilt preview is left out: the result that is paid for comes after it.
        return PartialImage(int(getattr(event, "partial_image_index", None) or 0), content) if content else None
    if content is None:
        spoilt = not_known("the image API sent a damaged picture, or none")
        raise OutcomeUnknownError(spoilt, code="damaged", request_id=request_id)
    return FinishedImage(content, _usage(event), request_id)


async def _decoded(text: str) -> bytes | None:
    """Base64 to bytes, off the event loop and in steps, since one long step holds the interpreter's lock."""

    def decode() -> bytes:
        return b"".join(
            binascii.a2b_base64(text[start : start + DECODE_STEP], strict_mode=False)
            for start in range(0, len(text), DECODE_STEP)
        )

    try:
        return await asyncio.to_thread(decode)
    except ValueError:  # binascii.Error is one
        return None


def _usage(event: Any) -> Usage | None:  # noqa: ANN401 - the library's types do not cover what may be missing
    """The tokens of a completed event; None unless they are all there and make sense."""
    reported: dict[str, Any] = event.model_dump(warnings=False).get("usage") or {}
    try:
        details: dict[str, Any] = reported["input_tokens_details"]
        extra: dict[str, Any] = reported.get("output_tokens_details") or {}
        text_output = int(extra.get("text_tokens") or 0)
        return Usage(
            text_input=int(details["text_tokens"]),
            image_input=int(details["image_tokens"]),
            image_output=int(reported["output_tokens"]) - text_output,
            text_output=text_output,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):  # the last: int(inf)
        _log.warning("usage not understood", usage=reported)
        return None


async def _drain(stream: Any) -> None:  # noqa: ANN401 - the library's stream of any event
    """Read to the end: only then is the connection kept for the next call."""
    with suppress(TimeoutError, openai.OpenAIError, ValueError):  # whatever follows, the picture is there
        async with asyncio.timeout(DRAIN):
            async for _ in stream:
                pass
