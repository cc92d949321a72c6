"""What the client for HTTP does at every call: it notes how far a request came, and bounds the answer.

Of a request that has not left the tunnel's mouth, nothing is billed. The library reads what it is sent to the end, and
unfolds it all: 200 kB of gzip can be a gigabyte. So bodies are bounded in bytes and seconds before anybody reads them.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import httpx2
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping

STAGE = "atelier_stage"  # names the entry in a request's extensions
KNOCKING = "knocking"  # a proxy is asked for the way; the request itself has not been written
WRITTEN = "written"
LARGEST_ANSWER = 48_000_000  # bytes: a file of 36 MB in base64, more than three times what Discord takes
LARGEST_STREAM = 4 * LARGEST_ANSWER  # three previews and the picture
LARGEST_LIST = 4_000_000  # bytes of the answer to a free call
LARGEST_REFUSAL = 64 * 1024  # bytes of the provider's words; what is longer is cut
REFUSAL_TIME = 10.0  # seconds for them: the status has come already
STEP = 64 * 1024  # unfolded bytes handed on at a time; the event loop goes round in between


async def note_stage(request: httpx2.Request) -> None:
    """Let a request note how far it comes: an event hook of the client for HTTP.

    The words of the trace are httpcore's: https://www.encode.io/httpcore/extensions/#trace
    """
    extensions: dict[str, Any] = cast("Any", request).extensions

    async def note(event: str, about: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            extensions[STAGE] = KNOCKING if about["request"].method == b"CONNECT" else WRITTEN

    trace: Callable[[str, Mapping[str, Any]], Awaitable[None]] = note
    extensions["trace"] = trace


def refused_on_the_way(cause: BaseException | None) -> bool:
    """Whether a proxy did not let it through: it is certain that the request was not written."""
    if not isinstance(cause, httpx2.RequestError):
        return False
    try:
        return cause.request.extensions.get(STAGE) == KNOCKING
    except RuntimeError:  # it belongs to no request
        return False


async def bound(response: httpx2.Response) -> None:
    """Bound the body of an answer that has just begun: an event hook of the client for HTTP.

    What is too long raises DecodingError when it is read. The words of a refusal are cut instead, whatever is wrong
    with them, since its status says what matters.
    """
    limit = LARGEST_STREAM
    if response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
        limit = LARGEST_REFUSAL
    elif response.request.url.path.endswith("/models"):
        limit = LARGEST_LIST
    is_refusal = limit == LARGEST_REFUSAL
    response.stream = _Counted(cast("httpx2.AsyncByteStream", response.stream), limit)
    if is_refusal or "content-encoding" in response.headers:
        inner = httpx2.Response(
            response.status_code, headers=response.headers, stream=response.stream, request=response.request
        )
        response.stream = _Refusal(inner, limit) if is_refusal else _Unfolded(inner, limit)
        response.headers.pop("content-encoding", None)


class _Counted(httpx2.AsyncByteStream):
    """Bytes as they come over the wire, up to a limit: what follows the end of compressed data would not be seen."""

    def __init__(self, inner: httpx2.AsyncByteStream, limit: int) -> None:
        self._inner = inner
        self._limit = limit

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for piece in self._inner:
            taken += len(piece)
            if taken > self._limit:
                raise httpx2.DecodingError("the answer is too large")
            yield piece

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


class _Unfolded(httpx2.AsyncByteStream):
    """A body without its compression, in small pieces, up to a limit."""

    def __init__(self, inner: httpx2.Response, limit: int) -> None:
        self._inner = inner
        self._limit = limit

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        if "," in self._inner.headers.get("content-encoding", ""):
            raise httpx2.DecodingError("the answer is compressed more than once")
        taken = 0
        async with aclosing(self._inner.aiter_bytes()) as unfolded:  # by a megabyte at most
            async for piece in unfolded:
                taken += len(piece)
                if taken > self._limit:
                    raise httpx2.DecodingError("the answer is too large")
                for start in range(0, len(piece), STEP):
                    yield piece[start : start + STEP]
                    await asyncio.sleep(0)

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


class _Refusal(_Unfolded):
    """The words of a refusal, as far as they come."""

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        until = asyncio.get_running_loop().time() + REFUSAL_TIME
        async with aclosing(self._words()) as words:
            try:
                while True:
                    yield await asyncio.wait_for(anext(words), until - asyncio.get_running_loop().time())
            except (StopAsyncIteration, TimeoutError, httpx2.RequestError):
                return

    async def _words(self) -> AsyncGenerator[bytes]:
        async for piece in super().__aiter__():
            yield piece
