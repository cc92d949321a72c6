"""What stands between us and the image API answers in its own ways; a picture that was paid for is taken from each."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import socket
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from bot.errors import ImageFailure, OutcomeUnknownError, ProviderAccountError, RequestRejectedError
from bot.openai_images import OpenAIImages
from bot.openai_images.answers import AnswerReader, decoded
from bot.openai_images.http_hooks import LARGEST_REFUSAL
from bot.openai_images.links import LinkError, Links
from bot.sandbox.images import Fault, FaultKind, ImageOptions, SandboxImages
from bot.services.jobs import FinishedImage, PartialImage
from bot.services.requests import ImageRequest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

FOX = ImageRequest(prompt="a fox", model="gpt-image-2.5-flare", size="1024x1024", quality="low", partial_images=1)
PICTURE = b"the fox" * 100
LARGE = bytes(range(256)) * 2000
TEXT, LARGE_TEXT = base64.b64encode(PICTURE).decode(), base64.b64encode(LARGE).decode()


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxImages]:
    async with SandboxImages(ImageOptions(pace=0, seed=1, canned_bytes=50_000)) as opened:
        yield opened


@pytest.fixture
async def images(sandbox: SandboxImages) -> AsyncIterator[OpenAIImages]:
    async with OpenAIImages(sandbox.api_key, sandbox.base_url, 60.0) as opened:
        yield opened


async def made(images: OpenAIImages) -> list[PartialImage | FinishedImage]:
    return [image async for image in images.make(FOX, (), "someone")]


async def read(body: bytes, size: int = 64 * 1024) -> list[PartialImage | FinishedImage]:
    """What is in an answer that comes in pieces of this size."""

    async def pieces() -> AsyncGenerator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    async def fetch(address: str) -> bytes:
        return address.encode()

    return [image async for image in AnswerReader(fetch, "req_1").pictures(pieces())]


def event(data: object, name: str = "", ending: str = "\n") -> bytes:
    head = f"event: {name}{ending}" if name else ""
    return f"{head}data: {json.dumps(data)}{ending}{ending}".encode()


# Wrappings


@pytest.mark.parametrize("size", [1, 7, 64 * 1024])
@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"data": [{"b64_json": TEXT}]}).encode(),
        b"\xef\xbb\xbf \n" + json.dumps({"data": [{"b64_json": TEXT}]}).encode(),
        json.dumps({"data": [{"b64_json": None, "url": f"data:image/png;base64,{TEXT}"}]}).encode(),
        json.dumps({"data": {"b64_json": TEXT}}).encode(),
        json.dumps({"b64_json": TEXT, "type": "image_generation.completed"}).encode(),
        json.dumps({"error": None, "data": [{"b64_json": TEXT.replace("/", "\\/")}]}).replace("\\\\", "\\").encode(),
        json.dumps({"data": [{"b64_json": "\n".join(TEXT[i : i + 76] for i in range(0, len(TEXT), 76))}]}).encode(),
        json.dumps({"data": [{"b64_json": TEXT.rstrip("=").replace("+", "-").replace("/", "_")}]}).encode(),
        event({"type": "image_generation.completed", "b64_json": TEXT}),
        event({"type": "image_edit.completed", "url": f"data:image/webp;base64,{TEXT}"}),
        event({"b64_json": TEXT}, "image_generation.completed", "\r\n"),
        event({"data": [{"b64_json": TEXT}]}) + b"data: [DONE]\n\n",
        b": hello\nretry: 5\n\ndata: ping\n\n" + event({"type": "image_generation.completed", "b64_json": TEXT}),
        event({"type": "image_generation.completed", "b64_json": TEXT}).rstrip(),
        event({"type": "image_generation.completed", "b64_json": TEXT}).replace(b": ", b":").replace(b"{", b"{\ndata:"),
    ],
)
async def test_a_picture_is_found_in_every_wrapping(body: bytes, size: int) -> None:
    (image,) = await read(body, size)

    assert isinstance(image, FinishedImage)
    assert image.content == PICTURE


@pytest.mark.parametrize("magic", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\x00\x00\x00\x00WEBP", b"GIF89a"])
async def test_an_answer_may_be_the_file_itself(magic: bytes) -> None:
    assert await read(magic + PICTURE, 3) == [FinishedImage(magic + PICTURE, None, "req_1")]


@pytest.mark.parametrize("size", [11, 64 * 1024])
@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"data": [{"b64_json": LARGE_TEXT}], "usage": None}).encode(),
        json.dumps({"data": [{"b64_json": LARGE_TEXT}]}).replace("/", "\\/").encode(),
        json.dumps({"data": [{"b64_json": LARGE_TEXT[:76] + "\r\n" + LARGE_TEXT[76:]}]}).encode(),
        event({"type": "image_generation.completed", "b64_json": LARGE_TEXT}),
        event({"type": "image_generation.completed", "url": f"data:image/png;base64,{LARGE_TEXT}"}),
    ],
)
async def test_a_large_picture_is_taken_out_before_its_json_is_read(
    body: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.openai_images.event_stream.LONGEST_REST", 65_536)

    (image,) = await read(body, size)

    assert isinstance(image, FinishedImage)
    assert image.content == LARGE


async def test_an_address_is_fetched_and_not_decoded() -> None:
    address = "https://pictures.example/a.png"

    assert await read(json.dumps({"data": [{"url": address}]}).encode()) == [
        FinishedImage(address.encode(), None, "req_1")
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"hello",
        b'{"data": [',
        b'{"a":' * 5000,
        b'{"junk": "' + b"x" * 2_000_000 + b'"}',
        b'{"data": [{"b64_json": "' + b"A" * 100_000,
        b"data: {\n\n",
        b"\n" * 10 + b":\n" + b"\n" * 30_000,
    ],
)
async def test_what_is_no_answer_is_garbled(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        await read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b": ping\n\n",
        event({"type": "response.created", "item": {"url": "x"}}),
        event({"n": 1}),
        event([]),
    ],
)
async def test_an_answer_may_hold_nothing(body: bytes) -> None:
    assert await read(body) == []


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"error": {"message": "no", "type": "invalid_request_error"}}).encode(),
        event({"error": {"message": "no", "type": "invalid_request_error"}}),
        event({"message": "no", "type": "error", "code": "x"}),
        event({"message": "no"}, "error"),
        json.dumps({"error": "no"}).encode(),
    ],
)
async def test_an_error_is_found_in_every_wrapping(body: bytes) -> None:
    with pytest.raises(ImageFailure):
        await read(body)


async def test_a_stream_that_only_begins_to_be_too_large_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.openai_images.event_stream.LARGEST_ANSWER", 1000)

    with pytest.raises(ValueError, match="too large"):
        await read(b"data: " + b"x" * 2000)


@pytest.mark.parametrize("text", ["ü", "A", "AAAAA", "!!!"])
def test_what_is_no_base64_is_no_picture(text: str) -> None:
    assert not decoded(text)


# Over the wire


@pytest.mark.parametrize("kind", [FaultKind.PLAIN_JSON, FaultKind.DATA_ADDRESS, FaultKind.LINK, FaultKind.BARE_FILE])
async def test_a_gateways_answer_gives_the_same_file(
    sandbox: SandboxImages, images: OpenAIImages, kind: FaultKind
) -> None:
    sandbox.faults.add(Fault(kind))

    odd, usual = (await made(images))[-1], (await made(images))[-1]

    assert isinstance(odd, FinishedImage)
    assert isinstance(usual, FinishedImage)
    assert odd.content == usual.content
    assert len(sandbox.shelf.asked) == (kind is FaultKind.LINK)


# Redirects


@pytest.mark.parametrize("location", [None, "http://127.0.0.1:9/elsewhere", "http://[", ""])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (300, OutcomeUnknownError),
        (301, RequestRejectedError),
        (302, OutcomeUnknownError),
        (303, OutcomeUnknownError),
        (304, OutcomeUnknownError),
        (307, RequestRejectedError),
        (308, RequestRejectedError),
    ],
)
async def test_a_paid_call_follows_no_redirect(
    sandbox: SandboxImages, images: OpenAIImages, status: int, kind: type[ImageFailure], location: str | None
) -> None:
    sandbox.faults.add(Fault(FaultKind.REDIRECT, times=50, status=status, location=location))

    with pytest.raises(ImageFailure) as caught:
        await made(images)

    assert type(caught.value) is kind
    assert "sent me to another address" in caught.value.sentence
    assert len(sandbox.calls) == 1


# Bodies


@pytest.mark.parametrize("status", [200, 400, 401, 500])
@pytest.mark.parametrize("kind", [FaultKind.ENDLESS, FaultKind.GZIP_BOMB])
@pytest.mark.parametrize("is_json", [True, False], ids=["json", "stream"])
async def test_no_body_is_read_without_bound(
    sandbox: SandboxImages,
    images: OpenAIImages,
    monkeypatch: pytest.MonkeyPatch,
    kind: FaultKind,
    status: int,
    is_json: bool,  # noqa: FBT001 - a column of the table
) -> None:
    monkeypatch.setattr("bot.openai_images.http_hooks.LARGEST_STREAM", 3_000_000)
    sandbox.faults.add(Fault(kind, status=status))
    request = ImageRequest("a fox", "gpt-image-2.5-flare", "1024x1024", "low", output_format="gif") if is_json else FOX
    if is_json:
        monkeypatch.setattr("bot.openai_images.event_stream.LARGEST_ANSWER", 2_000_000)
        monkeypatch.setattr(sandbox, "options", ImageOptions(pace=0, previews=("gif",)))
        request = ImageRequest("a", "gpt-image-2.6-flare", "816x816", "low", output_format="gif", frames=2)

    with pytest.raises(ImageFailure) as caught:
        async for _ in images.make(request, (), "someone"):
            pass
    await sandbox.idle()

    expected = {
        200: OutcomeUnknownError,
        400: RequestRejectedError,
        401: ProviderAccountError,
        500: OutcomeUnknownError,
    }
    assert type(caught.value) is expected[status]
    assert len(caught.value.sentence) < 400


def served(monkeypatch: pytest.MonkeyPatch, answer: httpx2.Response) -> OpenAIImages:
    """A client that is answered so."""
    transport = httpx2.MockTransport(lambda _: answer)
    monkeypatch.setattr("openai.DefaultAsyncHttpxClient", partial(httpx2.AsyncClient, transport=transport))
    return OpenAIImages("key", "http://gateway.test/v1", 5.0)


class Slowly(httpx2.AsyncByteStream):
    """A body that begins, and then breaks or stays silent."""

    def __init__(self, *steps: bytes | Exception | float) -> None:
        self._steps = steps

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._steps:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, bytes):
                yield step
            else:
                await asyncio.sleep(step)


@pytest.mark.parametrize(
    ("headers", "stream"),
    [
        ({}, Slowly(b"{", httpx2.ReadError("cut"))),
        ({}, Slowly(b'{"error"', 60.0)),
        ({"content-encoding": "gzip"}, Slowly(b"no gzip at all")),
        ({"content-encoding": "gzip, gzip"}, Slowly(gzip.compress(gzip.compress(b"{}")))),
        ({}, Slowly(b"x" * (LARGEST_REFUSAL + 1))),
    ],
    ids=["cut", "silent", "no gzip", "twice", "long"],
)
async def test_a_refusals_status_counts_whatever_becomes_of_its_words(
    monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], stream: Slowly
) -> None:
    monkeypatch.setattr("bot.openai_images.http_hooks.REFUSAL_TIME", 0.2)
    async with served(monkeypatch, httpx2.Response(401, headers=headers, stream=stream)) as images:
        with pytest.raises(ProviderAccountError):
            await made(images)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "deflate,gzip"])
async def test_what_is_compressed_twice_is_not_unfolded(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    body = Slowly(gzip.compress(b"{}"))
    async with served(monkeypatch, httpx2.Response(200, headers={"content-encoding": encoding}, stream=body)) as images:
        with pytest.raises(OutcomeUnknownError, match="garbled"):
            await made(images)


async def test_a_compressed_answer_is_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    body = gzip.compress(json.dumps({"data": [{"b64_json": TEXT}]}).encode())
    headers = {"content-encoding": "gzip"}
    async with served(monkeypatch, httpx2.Response(200, headers=headers, stream=Slowly(body))) as images:
        (image,) = await made(images)

    assert isinstance(image, FinishedImage)
    assert image.content == PICTURE


# Addresses instead of pictures


def answering(
    asked: list[httpx2.Request], status: int = 200, **headers: str
) -> Callable[[httpx2.Request], httpx2.Response]:
    """Remembers what it is asked, and answers so."""

    def respond(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(status, headers=headers, content=b"x")

    return respond


def linked(
    monkeypatch: pytest.MonkeyPatch,
    respond: Callable[[httpx2.Request], httpx2.Response],
    host: str | None = None,
    base: str = "https://gateway.test/v1",
) -> Links:
    """`Links` whose names all stand for one host; None is not known."""

    def look_up(*_: object, **__: object) -> list[tuple[Any, ...]]:
        if host is None:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr("bot.openai_images.links.PAUSE", 0)
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(respond))
    return Links(http, httpx2.URL(base), "Bearer key")


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://pictures.example/a.png", "93.184.215.14"),
        ("ftp://pictures.example/a.png", "93.184.215.14"),
        ("https://user:word@pictures.example/a.png", "93.184.215.14"),
        *(
            ("https://pictures.example/a.png", host)
            for host in (
                "127.0.0.1",
                "10.0.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",  # noqa: S104 - a host that is refused
                "224.0.0.1",
                "::1",
                "fe80::1%eth0",
                "fc00::1",
                "::ffff:127.0.0.1",
                "2002:7f00:1::",
            )
        ),
        ("http://gateway.test/v1/a.png", "127.0.0.1"),
        ("https://gateway.test:8443/a.png", "127.0.0.1"),
        ("https://pictures.example/a.png", None),
        ("https://[::1", "93.184.215.14"),
    ],
)
async def test_no_address_but_the_apis_own_and_public_ones_is_asked(
    monkeypatch: pytest.MonkeyPatch, address: str, host: str | None
) -> None:
    asked: list[httpx2.Request] = []
    links = linked(monkeypatch, answering(asked), host)
    monkeypatch.delenv("HTTPS_PROXY", raising=False)
    monkeypatch.delenv("https_proxy", raising=False)

    with pytest.raises(LinkError):
        await links.fetch(address)

    assert asked == []


async def test_a_public_address_is_looked_up_once_and_gets_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[httpx2.Request] = []
    links = linked(monkeypatch, answering(asked), "93.184.215.14")

    assert await links.fetch("https://pictures.example:444/a.png?sig=1") == b"x"
    (request,) = asked
    assert (str(request.url), request.headers["host"]) == (
        "https://93.184.215.14:444/a.png?sig=1",
        "pictures.example:444",
    )
    assert request.extensions["sni_hostname"] == "pictures.example"
    assert "authorization" not in request.headers


async def test_the_apis_own_files_are_asked_for_with_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[httpx2.Request] = []
    links = linked(monkeypatch, answering(asked))

    await links.fetch("https://gateway.test:443/files/a.png")

    assert asked[0].headers["authorization"] == "Bearer key"


async def test_behind_a_proxy_names_are_its_business(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[httpx2.Request] = []
    links = linked(monkeypatch, answering(asked))
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
    monkeypatch.setenv("no_proxy", "inside.test")

    assert await links.fetch("https://pictures.example/a.png") == b"x"
    with pytest.raises(LinkError):
        await links.fetch("https://inside.test/a.png")


@pytest.mark.parametrize("status", [301, 302, 307, 403, 404])
async def test_a_file_that_is_not_there_is_asked_for_once(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    asked: list[httpx2.Request] = []
    links = linked(
        monkeypatch,
        answering(asked, status, location="https://gateway.test/files/b.png"),
    )

    with pytest.raises(LinkError, match=str(status)):
        await links.fetch("https://gateway.test/files/a.png")

    assert len(asked) == 1


async def test_a_file_that_does_not_come_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[httpx2.Response | Exception] = [
        httpx2.Response(502),
        httpx2.ReadError("cut"),
        httpx2.Response(200, content=b"x"),
    ]

    def respond(_: httpx2.Request) -> httpx2.Response:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert await linked(monkeypatch, respond).fetch("https://gateway.test/a.png") == b"x"


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(500),
        httpx2.Response(200, content=b"x" * 200),
        httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=Slowly(b"no gzip")),
        httpx2.Response(200, stream=Slowly(60.0)),
    ],
    ids=["500", "too large", "no gzip", "silent"],
)
async def test_a_file_that_cannot_be_had_is_given_up(monkeypatch: pytest.MonkeyPatch, answer: httpx2.Response) -> None:
    monkeypatch.setattr("bot.openai_images.links.LARGEST_FILE", 100)
    monkeypatch.setattr("bot.openai_images.links.FETCH_TIME", 0.5)

    with pytest.raises(LinkError):
        await linked(monkeypatch, lambda _: answer).fetch("https://gateway.test/a.png")


async def test_a_picture_whose_address_gives_none_is_of_unknown_outcome(
    sandbox: SandboxImages, images: OpenAIImages
) -> None:
    sandbox.faults.add(Fault(FaultKind.LINK, location="http://127.0.0.1:9/secret"))

    with pytest.raises(OutcomeUnknownError, match="sent an address instead") as caught:
        await made(images)

    assert caught.value.request_id == sandbox.calls[0].id
