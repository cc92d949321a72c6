"""One picture by one call of the openai library."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self, cast

import httpx2
import openai
import structlog

from bot.errors import OutcomeUnknownError
from bot.openai_images.answers import decoded, finished_of, picture_of, usage_of
from bot.openai_images.failures import from_body, from_connection, from_status, not_known
from bot.openai_images.orders import order_of
from bot.services.images import FinishedImage, PartialImage
from bot.services.requests import UNSTREAMED_FORMATS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
    from typing import TypeAlias

    from bot.services.images import InputImage
    from bot.services.requests import ImageRequest

    Call: TypeAlias = Callable[[Any], Awaitable[Any]]  # one call, of the library's images or their raw answers

CONNECT_TIMEOUT = 10.0  # seconds
IDLE_CONNECTION = 300.0  # seconds that an unused connection is kept, so that the next picture need not open one
DRAIN = 0.5  # seconds to read a finished stream to its end, which keeps its connection

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
        """One picture by one call, streamed where the format can be; see `bot.services.images.ImageProvider`."""
        call = partial(self._call, order_of(request, inputs, safety_identifier), edit=bool(inputs))
        ask = self._whole if request.output_format in UNSTREAMED_FORMATS else self._stream
        sent = _Sent()
        try:
            async with aclosing(ask(call, sent)) as images:
                async for image in images:
                    yield image
        except openai.APIStatusError as error:
            raise from_status(error) from error
        except openai.APIConnectionError as error:
            raise from_connection(error, sent.request_id, sent=sent.answered) from error
        except openai.APIError as error:
            raise from_body(error.body, sent.request_id) from error
        except ValueError as error:
            garbled = not_known("the image API's answer was garbled")
            raise OutcomeUnknownError(garbled, code="garbled", request_id=sent.request_id) from error

    async def _stream(self, call: Call, sent: _Sent) -> AsyncGenerator[PartialImage | FinishedImage]:
        """The previews and the picture of an event stream."""
        async with await call(self._client.images) as stream:
            sent.answered, sent.request_id = True, stream.response.headers.get("x-request-id")
            async for event in stream:
                image = await _image(event, sent.request_id)
                if isinstance(image, FinishedImage):
                    await _drain(stream)
                    yield image
                    return
                if image is not None:
                    yield image
        cut_off = not_known("the image API's answer was cut off")
        raise OutcomeUnknownError(cut_off, code="incomplete", request_id=sent.request_id)

    async def _whole(self, call: Call, sent: _Sent) -> AsyncGenerator[PartialImage | FinishedImage]:
        """The picture of an answer that comes whole. As it came: the library would unfold it on the event loop."""
        answer = await call(self._client.images.with_raw_response)
        sent.answered, sent.request_id = True, answer.headers.get("x-request-id")
        yield await finished_of(answer.content, sent.request_id)

    @staticmethod
    async def _call(order: dict[str, Any], images: Any, *, edit: bool) -> Any:  # noqa: ANN401 - see below
        # The library's overloads want literals for what our catalog holds as data.
        return await (images.edit if edit else images.generate)(**order)


@dataclass
class _Sent:
    """How far a call has come: whether an answer has begun, and the provider's id of it."""

    answered: bool = False
    request_id: str | None = None


async def _image(event: Any, request_id: str | None) -> PartialImage | FinishedImage | None:  # noqa: ANN401 - of many kinds
    """The picture in an event; None if there is none. Raises ImageFailure for an error, and for a spoilt result."""
    kind = str(getattr(event, "type", ""))
    if kind == "error":
        raise from_body(event.model_dump(warnings=False), request_id)
    if not kind.endswith((".partial_image", ".completed")):
        return None
    text = getattr(event, "b64_json", None)
    if kind.endswith(".partial_image"):
        content = await decoded(text) if isinstance(text, str) else None
        # A spoilt preview is left out: the result that is paid for comes after it.
        return PartialImage(int(getattr(event, "partial_image_index", None) or 0), content) if content else None
    return FinishedImage(await picture_of(text, request_id), usage_of(event.model_dump(warnings=False)), request_id)


async def _drain(stream: Any) -> None:  # noqa: ANN401 - the library's stream of any event
    """Read to the end: only then is the connection kept for the next call."""
    with suppress(TimeoutError, openai.OpenAIError, ValueError):  # whatever follows, the picture is there
        async with asyncio.timeout(DRAIN):
            async for _ in stream:
                pass
