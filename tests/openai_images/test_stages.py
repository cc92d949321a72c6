"""How far a request has come: only one that a proxy did not let through is certain not to have left."""

from __future__ import annotations

import httpx2
import pytest

from bot.openai_images.failures import from_connection
from bot.openai_images.http_hooks import note_stage, refused_on_the_way

ADDRESS = "https://images.test/v1/images/generations"


async def sent(*methods: bytes) -> httpx2.Request:
    """A request for which these were written to the wire."""
    request = httpx2.Request("POST", ADDRESS)
    await note_stage(request)
    for method in methods:
        about = {"request": httpx2.Request(method.decode(), ADDRESS)}
        about["request"].method = method  # type: ignore[assignment]  # as httpcore has it
        await request.extensions["trace"]("connection.connect_tcp.started", {})
        await request.extensions["trace"]("http11.send_request_headers.started", about)
    return request


@pytest.mark.parametrize(
    ("methods", "charged"),
    [((b"CONNECT",), "no"), ((b"CONNECT", b"POST"), "unknown"), ((b"POST",), "unknown"), ((), "unknown")],
)
async def test_only_what_stayed_before_the_tunnel_is_certainly_free(methods: tuple[bytes, ...], charged: str) -> None:
    lost = httpx2.RemoteProtocolError("closed", request=await sent(*methods))

    assert from_connection(lost, None, sent=False).charged == charged


def test_an_error_of_no_request_tells_nothing() -> None:
    assert not refused_on_the_way(httpx2.ReadError("lost"))
    assert not refused_on_the_way(ValueError())
    assert not refused_on_the_way(None)
