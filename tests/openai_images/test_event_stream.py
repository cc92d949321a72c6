"""Streams of events, in whatever pieces they come, beside the openai library's own reading of them."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import httpx2
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ImageFailure
from bot.openai_images.answers import AnswerReader
from bot.openai_images.failures import from_body
from bot.openai_images.picture_texts import LONGEST_HEAD, PictureText
from bot.services.catalog import Usage
from bot.services.jobs import FinishedImage, PartialImage
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

USAGE = {"input_tokens": 12, "output_tokens": 50, "total_tokens": 62}
DETAILS = {"input_tokens_details": {"text_tokens": 9, "image_tokens": 3}}
GARBLED = "garbled"


@dataclass
class Read:
    """What somebody read out of a stream."""

    images: list[PartialImage | FinishedImage] = field(default_factory=list["PartialImage | FinishedImage"])
    error: str = ""


def cut(body: bytes, places: list[int]) -> list[bytes]:
    """The body in pieces."""
    ends = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[start:end] for start, end in pairwise(ends)]


async def ours(pieces: list[bytes]) -> Read:
    async def body() -> AsyncGenerator[bytes]:
        for piece in pieces:
            yield piece

    async def fetch(address: str) -> bytes:
        raise AssertionError(address)

    read = Read()
    try:
        async for image in AnswerReader(fetch, None).pictures(body()):
            read.images.append(image)
    except ImageFailure as failure:
        read.error = failure.sentence
    except ValueError:
        read.error = GARBLED
    return read


class Library:
    """The openai library before bytes that we give it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        http = httpx2.Client(transport=httpx2.MockTransport(self._respond))
        self._images: Any = openai.OpenAI(api_key="key", base_url="http://api.test/v1", http_client=http).images

    def _respond(self, _: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=iter(self._pieces))

    def read(self, pieces: list[bytes]) -> Read:
        """Its events in our terms."""
        self._pieces, read = pieces, Read()
        try:
            for typed in self._images.generate(prompt="a fox", stream=True):
                event: dict[str, Any] = typed.to_dict()
                if event["type"] == "error":  # it knows no flat errors
                    read.error = from_body(event, None).sentence
                    break
                if event["type"].endswith(".partial_image"):
                    content = base64.b64decode(event["b64_json"])
                    read.images.append(PartialImage(event["partial_image_index"], content))
                if event["type"].endswith(".completed"):
                    tokens, given_ = event["usage"], event["usage"]["input_tokens_details"]
                    usage = Usage(given_["text_tokens"], given_["image_tokens"], tokens["output_tokens"])
                    read.images.append(FinishedImage(base64.b64decode(event["b64_json"]), usage, None))
                    break
        except openai.APIError as error:
            read.error = from_body(error.body, None).sentence
        return read


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


files = st.binary(min_size=1, max_size=60).map(lambda content: base64.b64encode(content).decode())
words = st.text(max_size=8)
kinds = st.sampled_from(["image_generation", "image_edit"])
errors = st.fixed_dictionaries({"message": words, "type": st.just("server_error"), "code": words | st.none()})


def partial(kind: str, text: str, index: int) -> dict[str, Any]:
    return {"type": f"{kind}.partial_image", "b64_json": text, "partial_image_index": index}


def completed(kind: str, text: str) -> dict[str, Any]:
    return {"b64_json": text, "usage": USAGE | DETAILS, "type": f"{kind}.completed"}


events = st.one_of(
    st.builds(partial, kinds, files, st.integers(0, 3)),
    st.builds(completed, kinds, files),
    st.fixed_dictionaries({"type": st.just("keepalive"), "words": words, "url": words}),
    errors.map(lambda error: {"type": "error", "error": error}),
    errors.map(lambda error: {**error, "type": "error"}),
)


@st.composite
def blocks(draw: st.DrawFn) -> bytes:
    """An event as lines, among comments and fields that tell nothing."""
    event, end = draw(events), draw(st.sampled_from(["\n", "\r", "\r\n"]))
    text = json.dumps(event, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, None, 1])))
    space = draw(st.sampled_from(["", " "]))
    lines = [f"data:{space}{line}" for line in text.split("\n")]
    # No "id": after one, the library takes every empty line for an event, and cannot read it.
    more = st.sampled_from([":", ": ping", "retry: 5", "data-like: 1", f"event: {event['type']}", "event", "x"])
    for line in draw(st.lists(more, max_size=3)):
        lines.insert(draw(st.integers(0, len(lines))), line)
    return "".join(line + end for line in [*lines, *[""] * draw(st.integers(1, 2))]).encode()


streams = st.lists(blocks(), max_size=4).map(lambda several: b"retry: 1\n" + b"".join(several))
cuts = st.lists(st.integers(0), max_size=12)
shorts = st.sampled_from([4, 40, 8192])  # characters of a picture's text that are not decoded on the way


@settings(max_examples=examples(300))
@given(
    stream=streams,
    done=st.sampled_from([b"", b"data: [DONE]\n\n", b"data: [DONE]\n\ndata: {"]),
    places=cuts,
    short=shorts,
)
def test_any_pieces_give_what_the_library_reads(
    library: Library, stream: bytes, done: bytes, places: list[int], short: int
) -> None:
    with patch("bot.openai_images.event_stream.SHORT", short):
        read = asyncio.run(ours(cut(stream + done, places)))

    assert read == library.read([stream + done])


@given(stream=streams, end=st.integers(0), places=cuts, short=shorts)
def test_a_stream_that_is_cut_gives_nothing_that_the_whole_does_not(
    stream: bytes, end: int, places: list[int], short: int
) -> None:
    with patch("bot.openai_images.event_stream.SHORT", short):
        whole = asyncio.run(ours([stream]))
        read = asyncio.run(ours(cut(stream[: end % (len(stream) + 1)], places)))

    assert read.images == whole.images[: len(read.images)]
    assert read.error in {"", GARBLED, whole.error}


# A picture's text


def wrapped(text: str) -> str:
    return "\\r\\n".join(text[start : start + 7] for start in range(0, len(text), 7))


def addressed(text: str) -> str:
    return f"data:image\\/png;base64,{text}"


def escaped(text: str) -> str:
    return text.replace("/", "\\/").replace("+", "\\u002B").replace("=", "\\u003d")


def of_addresses(text: str) -> str:
    return text.replace("/", "_").replace("+", "-").rstrip("=")


DRESSES = (of_addresses, wrapped, escaped)


@given(
    content=st.binary(min_size=1, max_size=200),
    dresses=st.sets(st.sampled_from(DRESSES)),
    has_head=st.booleans(),
    places=cuts,
)
def test_a_text_is_decoded_in_any_dress_and_any_pieces(
    content: bytes, dresses: set[Callable[[str], str]], places: list[int], *, has_head: bool
) -> None:
    text = base64.b64encode(content).decode()
    for dress in DRESSES:
        text = dress(text) if dress in dresses else text
    dressed = (addressed(text) if has_head else text).encode()
    pieces = cut(dressed[LONGEST_HEAD:], places)
    reader = PictureText(dressed[:LONGEST_HEAD])
    for piece in pieces:
        reader.feed(piece)

    assert reader.content() == content


@pytest.mark.parametrize(
    "text", [b"", b"A", b"QUJD!", b"QUI=QUJD", b"QUI=QUI=", b"=", b"QUJD\\", b"QUJD\\x", b"QUJD\xc3\xbc", b"data:,"]
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_what_is_no_base64_is_no_picture(text: bytes, size: int) -> None:
    reader = PictureText(b"")
    for start in range(0, len(text), size):
        reader.feed(text[start : start + size])

    assert reader.content() is None
