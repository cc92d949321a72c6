"""One picture by one call of the openai library."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing, suppress
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpcore2
import httpx2
import openai
from typing_extensions import override

from bot.config import is_loopback
from bot.errors import ProviderAccountError, ProviderUnreachableError
from bot.openai_images.answers import AnswerReader
from bot.openai_images.calls import Sent, cut_off
from bot.openai_images.conversations import Conversations
from bot.openai_images.failures import from_status
from bot.openai_images.http_hooks import bound, note_stage, refused_on_the_way
from bot.openai_images.links import Links
from bot.openai_images.rate_limit_headers import Tell, nobody
from bot.services.catalog import GIF, SVG
from bot.services.jobs import FinishedImage, ImageProvider
from bot.services.requests import UNSTREAMED_FORMATS

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence

    from bot.services.jobs import InputImage, PartialImage
    from bot.services.requests import ImageRequest

CONNECT_TIMEOUT = 10.0  # seconds
IDLE_CONNECTION = 300.0  # seconds that an unused connection is kept, so that the next picture need not open one
DRAIN = 0.5  # seconds to read a finished stream to its end, which keeps its connection

# Bytes taken at a time of what a socket has. By 64 KiB, as httpcore does, the rounds take longer than the decoding.
httpcore2.AsyncHTTP11Connection.READ_NUM_BYTES = 128 * 1024  # pyright: ignore[reportAttributeAccessIssue] - 64 KiB is all of its type


class ImagesClient(ImageProvider):
    """The library's client, and what it is asked. Its arguments are those of `bot.openai_images.OpenAIImages`.

    The proxies of the environment are used, though not to reach this machine.

    Attributes:
        conversations: turns by the same connections.
    """

    def __init__(
        self, api_key: str, base_url: str, timeout: float, names: Mapping[str, str] | None = None, tell: Tell = nobody
    ) -> None:
        self._names = names or {}
        self._tell = tell
        host = httpx2.URL(base_url).host
        # No redirects: the library would send prompt and pictures elsewhere, and a paid call up to twenty times.
        http = openai.DefaultAsyncHttpxClient(
            verify=_authorities(),
            follow_redirects=False,
            event_hooks={"request": [note_stage], "response": [bound]},
            mounts={f"all://[{host}]" if ":" in host else f"all://{host}": None} if is_loopback(host) else None,
            limits=httpx2.Limits(max_connections=200, max_keepalive_connections=100, keepalive_expiry=IDLE_CONNECTION),
        )
        # max_retries=0: the library would send a paid call again, and bill it again.
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=httpx2.Timeout(timeout, connect=CONNECT_TIMEOUT),
            http_client=http,
        )
        self.conversations = Conversations(self._client, self._names, tell, timeout)
        self._links = Links(http, httpx2.URL(base_url), f"Bearer {api_key}")

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def models(self) -> Mapping[str, str | None]:
        """Ask for the models: a free call, which also opens a connection, so that the first picture need not wait.

        Returns:
            The date on which each model of this key shuts down (YYYY-MM-DD), or None.

        Raises:
            ProviderAccountError: the account is refused. A key that may not list models is no such thing.
            ImageFailure: nobody knows: not reached, or an endpoint that has no such list.
        """
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT), self._client.models.with_streaming_response.list() as answer:
                listed: Any = await asyncio.to_thread(json.loads, await answer.read())
            dates = {model["id"]: model.get("shutdown_date") for model in listed["data"]}
            return dates | {model: dates[name] for model, name in self._names.items() if name in dates}
        except openai.APIStatusError as error:
            failure = from_status(error)
            if isinstance(failure, ProviderAccountError) and error.status_code != HTTPStatus.FORBIDDEN:
                raise failure from error
            raise _unseen(failure.code, outage=error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR) from error
        except Exception as error:
            reason = type(error).__name__
            if refused_on_the_way(error.__cause__):
                reason = f"the proxy did not let me through: {error.__cause__}"
            raise _unseen(reason, outage=isinstance(error, (openai.APIConnectionError, OSError))) from error

    @override
    async def make(
        self, request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[PartialImage | FinishedImage]:
        """One picture by one call, streamed where the format can be."""
        sent = Sent(request.model, self._tell)
        order = order_of(request, inputs, safety_identifier) | {"model": self._names.get(request.model, request.model)}
        with sent.understood():
            async with aclosing(self._ask(order, sent, is_edit=bool(inputs))) as images:
                async for image in images:
                    yield image
                    del image  # as in `AnswerReader`

    async def _ask(
        self, order: dict[str, Any], sent: Sent, *, is_edit: bool
    ) -> AsyncGenerator[PartialImage | FinishedImage]:
        """The previews and the picture, out of bytes: the library reads on the event loop, and only what it expects."""
        images: Any = self._client.images.with_streaming_response  # its overloads want literals; our catalog holds data
        async with (images.edit if is_edit else images.generate)(**order) as answer:
            sent.begins(answer.headers)
            pieces: AsyncIterator[bytes] = answer.iter_bytes()
            async for image in AnswerReader(self._links.fetch, sent.request_id).pictures(pieces):
                try:
                    yield image
                finally:
                    if isinstance(image, FinishedImage):
                        await _drain(pieces)
                if isinstance(image, FinishedImage):
                    return
                del image  # as in `AnswerReader`
        raise cut_off(sent.request_id)


@cache
def _authorities() -> ssl.SSLContext:
    """Who may vouch for the other side: read once, for every transport of the client, which takes a while."""
    return httpx2.create_ssl_context()


def _unseen(code: str, *, outage: bool) -> ProviderUnreachableError:
    failure = ProviderUnreachableError("The image API does not list its models to me.", code=code)
    failure.outage = outage
    return failure


async def _drain(pieces: AsyncIterator[bytes]) -> None:
    """Read to the end: only then is the connection kept for the next call."""
    with suppress(Exception):  # whatever follows, the picture is there
        async with asyncio.timeout(DRAIN):
            async for _ in pieces:
                pass


def order_of(request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str) -> dict[str, Any]:
    """The arguments of ``images.edit`` if there are inputs, else of ``images.generate``, for one picture."""
    order: dict[str, Any] = {
        "model": request.model,
        "prompt": request.sent_prompt,
        "size": request.size,
        "quality": request.quality,
        "output_format": request.output_format,
        "n": 1,
        "safety_identifier": safety_identifier,
        **_of_format(request),
    }
    if request.background != "auto":
        order["background"] = request.background
    if request.complexity is not None:
        order["complexity"] = request.complexity
    if not inputs:
        return order | {"moderation": request.moderation}
    if request.input_fidelity is not None:
        order["input_fidelity"] = request.input_fidelity
    # images.edit has no argument for it, but the API takes it.
    return order | _files(inputs) | {"extra_body": {"moderation": request.moderation}}


def _of_format(request: ImageRequest) -> dict[str, Any]:
    """What only some formats have."""
    order: dict[str, Any] = {}
    if request.output_format not in UNSTREAMED_FORMATS:
        order |= {"stream": True, "partial_images": request.partial_images}
    if request.compression is not None:
        order["output_compression"] = request.compression
    if request.output_format == GIF:
        order |= {"frame_count": request.frames, "frame_duration_ms": request.frame_ms}
    if request.output_format == SVG:
        order["svg"] = {"model": request.svg_author}
    return order


def _files(inputs: Sequence[InputImage]) -> dict[str, Any]:
    """The input pictures in their order, and the mask or the markup. Without a type the API would refuse them."""
    files: dict[str, Any] = {
        "image": [(file.name, file.content, file.media_type) for file in inputs if file.role == "image"]
    }
    overlays = [file for file in inputs if file.role != "image"]
    return files | {file.role: (file.name, file.content, file.media_type) for file in overlays}
