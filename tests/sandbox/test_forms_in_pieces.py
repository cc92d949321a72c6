"""A form is read whole wherever the network cut it: the first bytes of a field may come long before the others."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request

from bot.sandbox.discord.wire.multipart import read_body
from bot.sandbox.images.received import receive

if TYPE_CHECKING:
    from aiohttp import web

BOUNDARY = "-" * 30
PROMPT = "a lighthouse " * 40
PICTURE = bytes(range(256)) * 1200  # longer than what is read at once

cut = pytest.mark.parametrize("early", [1, 2, len(BOUNDARY), len(BOUNDARY) + 5, 100])


def form(*fields: tuple[str, bytes]) -> list[bytes]:
    """The parts of a form, each with its boundary before it, and its end."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + content + b"\r\n"
        for name, content in fields
    ]
    return [*parts, f"--{BOUNDARY}--\r\n".encode()]


def arriving(body: bytes, *cuts: int) -> web.Request:
    """A request whose bytes come in pieces, cut there; each comes after what came before it was read."""
    loop = asyncio.get_running_loop()
    protocol = BaseProtocol(loop)
    protocol.connection_made(asyncio.Transport())
    stream = StreamReader(protocol, 2**20, loop=loop)
    _feed(stream, [body[start:end] for start, end in pairwise((0, *cuts, len(body)))])
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return make_mocked_request("POST", "/", headers=headers, payload=stream, client_max_size=2**24)


def _feed(stream: StreamReader, pieces: list[bytes]) -> None:
    """Give the first piece, and the next one when the loop has turned: whoever reads has taken it by then."""
    if pieces:
        stream.feed_data(pieces[0])
        asyncio.get_running_loop().call_soon(_feed, stream, pieces[1:])
    else:
        stream.feed_eof()


def in_pieces(early: int, *parts: bytes) -> web.Request:
    """The parts; of the first one's content so many bytes come, then so many once more, then all else."""
    content = parts[0].index(b"\r\n\r\n") + 4
    return arriving(b"".join(parts), content + early, content + 2 * early)


@cut
async def test_the_image_api_reads_a_field_of_which_little_came_at_first(early: int) -> None:
    first, *rest = form(("prompt", PROMPT.encode()), ("image[]", PICTURE), ("model", b"gpt-image-2"))

    call = await receive(in_pieces(early, first, *rest), "req_1", "edits")

    assert call.fields == {"prompt": PROMPT, "model": "gpt-image-2"}
    assert [file.content for file in call.files] == [PICTURE]


@cut
async def test_discord_reads_a_file_of_which_little_came_at_first(early: int) -> None:
    first, *rest = form(("files[0]", PICTURE), ("payload_json", b'{"content": "hello"}'))

    body = await read_body(in_pieces(early, first, *rest), 40005)

    assert body.data == {"content": "hello"}
    assert [file.content for file in body.files] == [PICTURE]
