"""How far a request has come before its answer: of one that has not left the tunnel's mouth, nothing is billed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpx2

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

STAGE = "atelier_stage"  # names the entry in a request's extensions
KNOCKING = "knocking"  # a proxy is asked for the way; the request itself has not been written
WRITTEN = "written"


async def budget_alerts(request: httpx2.Request) -> None:
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
