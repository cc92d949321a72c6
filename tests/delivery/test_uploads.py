"""Sending so that it arrives: what is tried again, what is given up, what is made smaller."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import aiohttp
import pytest
from PIL import Image

from bot.delivery.uploads import (
    DEFAULT_LIMIT,
    REQUEST_LIMIT,
    Upload,
    files_of,
    is_too_large,
    upload_limit,
    uploads_of,
)
from bot.discord_retries import is_refusal, steadily
from tests.delivery.errors import refused
from tests.examples import STORED, job, noisy_png, order, picture, png, result

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

    from bot.services.ledger import Order

DROPPED = aiohttp.ServerDisconnectedError()


def failing(*problems: Exception) -> tuple[Callable[[], Awaitable[str]], list[int]]:
    """A call that meets these problems before it succeeds, and how often it was made."""
    waiting, calls = list(problems), [0]

    async def call() -> str:
        calls[0] += 1
        if waiting:
            raise waiting.pop(0)
        return "arrived"

    return call, calls


@pytest.mark.parametrize(
    "problem", [DROPPED, ConnectionResetError(), TimeoutError(), refused(500), refused(503), refused(429)], ids=repr
)
@pytest.mark.usefixtures("impatient")
async def test_what_passes_is_tried_again(problem: Exception) -> None:
    call, calls = failing(problem, problem)

    assert await steadily(call) == "arrived"
    assert calls == [3]


@pytest.mark.parametrize(
    "problem", [refused(400, 50035), refused(403), refused(404), refused(413), ValueError("ours")], ids=repr
)
@pytest.mark.usefixtures("impatient")
async def test_what_does_not_pass_is_raised_at_once(problem: Exception) -> None:
    call, calls = failing(problem)

    with pytest.raises(type(problem)):
        await steadily(call)

    assert calls == [1]


@pytest.mark.usefixtures("impatient")
async def test_what_does_not_pass_in_time_is_raised_at_last() -> None:
    call, calls = failing(*[DROPPED] * 9)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await steadily(call)

    assert calls == [3]


@pytest.mark.parametrize(
    ("error", "too_large"),
    [(refused(413), True), (refused(400, 40005), True), (refused(400, 50045), True), (refused(400, 50035), False)],
    ids=repr,
)
def test_too_large_is_known_by_status_and_by_code(error: discord.HTTPException, too_large: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_too_large(error) is too_large


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (refused(400, 50035), True),
        (refused(401, 50027), True),
        (refused(403, 50013), True),
        (refused(404, 10003), True),
        (refused(409), True),
        (refused(413, 40005), True),
        (refused(451), True),
        (refused(429), False),
        (refused(500), False),
        (refused(504), False),
        (DROPPED, False),
        (TimeoutError(), False),
    ],
    ids=repr,
)
def test_what_waiting_cannot_cure_is_known_by_its_class(error: Exception, refusal: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_refusal(error) is refusal


def test_without_a_server_the_common_limit_holds() -> None:
    assert upload_limit(None) == DEFAULT_LIMIT


async def test_originals_that_fit_are_posted_unchanged() -> None:
    content = png()
    kept = order(job(1, picture(7)), job(2, picture(8)))

    posting = await uploads_of(result(kept, content=content), DEFAULT_LIMIT)
    uploads, notes = posting.uploads, posting.notes

    first, second = (f"Generated picture #{6 + place}, {place} of 2: a red fox in snow" for place in (1, 2))
    assert uploads == [Upload("atelier-7.png", content, first), Upload("atelier-8.png", content, second)]
    assert notes == []


async def test_a_copy_is_made_of_what_does_not_fit_and_said() -> None:
    content = noisy_png(128)
    assert len(content) > 20_000

    posting = await uploads_of(result(content=content), 20_000)
    (upload,), (note,) = posting.uploads, posting.notes

    assert len(upload.content) <= 20_000
    assert Image.open(BytesIO(upload.content)).format == "JPEG"
    assert upload.name == "atelier-4821.jpg"
    assert note.startswith("#4821 shown as a smaller copy")


async def test_the_files_of_one_message_share_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.uploads.REQUEST_LIMIT", 40_000)
    kept = order(*(job(index, picture(index)) for index in (1, 2, 3, 4)))

    posting = await uploads_of(result(kept, content=noisy_png(128)), DEFAULT_LIMIT)
    uploads, notes = posting.uploads, posting.notes

    assert len(notes) == 4
    assert sum(len(upload.content) for upload in uploads) <= 40_000
    assert REQUEST_LIMIT < 25 * 1024 * 1024


def test_a_form_holds_the_bytes_of_a_file_and_no_copy_of_them() -> None:
    upload = Upload("1.png", bytes(5_000_000))
    form = aiohttp.FormData()
    tracemalloc.start()
    try:
        form.add_field("files[0]", upload.file().fp)
        size, (_, most) = form().size, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert size is not None
    assert size > len(upload.content)
    assert most < len(upload.content) // 10


def test_each_attempt_gets_fresh_files() -> None:
    uploads = [Upload("a.png", b"bytes", "words")]

    first, second = files_of(uploads)[0], files_of(uploads)[0]
    first.fp.read()

    assert second.fp.read() == b"bytes"
    assert (second.filename, second.description) == ("a.png", "words")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="100" height="50"/></svg>'


def shown_as(media_type: str, *numbers: int) -> Order:
    """An order whose pictures are of this type."""
    image = replace(STORED, media_type=media_type)
    return order(*(job(index, picture(number, image=image)) for index, number in enumerate(numbers, start=1)))


def animation(edge: int) -> bytes:
    """A GIF of two pictures in which nothing can be compressed."""
    file = BytesIO()
    first, second = (Image.effect_noise((edge, edge), spread) for spread in (90, 110))
    first.save(file, "GIF", save_all=True, append_images=[second])
    return file.getvalue()


async def test_beside_a_drawing_comes_a_picture_of_how_it_looks() -> None:
    posting = await uploads_of(result(shown_as("image/svg+xml", 7, 8), content=SVG), DEFAULT_LIMIT)
    uploads, notes = posting.uploads, posting.notes

    assert [upload.name for upload in uploads] == [
        "atelier-7.svg", "atelier-7-preview.png", "atelier-8.svg", "atelier-8-preview.png",
    ]  # fmt: skip
    assert {upload.content for upload in uploads[::2]} == {SVG}
    assert Image.open(BytesIO(uploads[1].content)).size == (1536, 768)
    assert [upload.description for upload in uploads] == [
        "Generated picture #7, 1 of 2: a red fox in snow", "Preview of #7, 1 of 2: a red fox in snow",
        "Generated picture #8, 2 of 2: a red fox in snow", "Preview of #8, 2 of 2: a red fox in snow",
    ]  # fmt: skip
    assert notes == []


async def test_a_drawing_that_cannot_be_drawn_is_posted_alone_and_said() -> None:
    too_narrow = SVG.replace(b'width="100" height="50"', b'width="1" height="16000"', 1)

    posting = await uploads_of(result(shown_as("image/svg+xml", 7), content=too_narrow), DEFAULT_LIMIT)
    uploads, notes = posting.uploads, posting.notes

    assert [(upload.name, upload.content) for upload in uploads] == [("atelier-7.svg", too_narrow)]
    assert notes == ["#7 has no preview: I could not draw it. Open the file in a browser"]


async def test_of_a_drawing_that_is_too_large_only_the_picture_is_posted() -> None:
    large = SVG + b" " * 40_000

    posting = await uploads_of(result(shown_as("image/svg+xml", 7), content=large), 30_000)
    (upload,), notes = posting.uploads, posting.notes

    assert upload.name == "atelier-7-preview.png"
    assert notes == ["#7 is too large a file to be posted; the original is kept"]


async def test_an_animation_is_posted_as_it_is() -> None:
    content = animation(32)

    posting = await uploads_of(result(shown_as("image/gif", 7), content=content), DEFAULT_LIMIT)
    (upload,), notes = posting.uploads, posting.notes

    assert (upload.name, upload.content, notes) == ("atelier-7.gif", content, [])


@pytest.mark.parametrize(("limit", "name"), [(40_000, "atelier-7.png"), (12_000, "atelier-7.jpg")])
async def test_of_an_animation_that_is_too_large_the_first_picture_is_posted(limit: int, name: str) -> None:
    content = animation(160)
    assert len(content) > limit

    posting = await uploads_of(result(shown_as("image/gif", 7), content=content), limit)
    (upload,), (note,) = posting.uploads, posting.notes

    assert upload.name == name
    assert len(upload.content) <= limit
    assert note == "#7 is too large an animation to be posted: this is its first picture; the original is kept"
