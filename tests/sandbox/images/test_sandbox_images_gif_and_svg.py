"""GIF and SVG of the sandbox image API: who gets them, what they refuse, what they are, what they cost."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import openai
import pytest
from PIL import Image, ImageSequence

from bot.sandbox.images import ImageOptions, SandboxImages
from bot.sandbox.images.art.files import animated, svg
from bot.sandbox.images.models import MODELS
from bot.sandbox.images.tokens import author_usage, output_tokens, sheet_size, sheet_tokens
from tests.sandbox.images.conftest import client_of, holed, make, options, picture

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from openai import AsyncOpenAI

NEW = "gpt-image-2.6-flare"
SQUARE = "816x816"
GIF: dict[str, Any] = {"model": NEW, "size": SQUARE, "output_format": "gif"}
SVG: dict[str, Any] = {"model": NEW, "size": SQUARE, "output_format": "svg", "svg": {"model": "gpt-6-luna"}}
LUNA = {"model": "gpt-6-luna"}
PNG = ("a.png", picture(), "image/png")


@pytest.fixture
async def images() -> AsyncIterator[SandboxImages]:
    async with SandboxImages(options(previews=("gif", "svg"))) as sandbox:
        yield sandbox


async def edit(client: AsyncOpenAI, **fields: Any) -> Any:  # noqa: ANN401 - fields of every type
    call: Any = client.images.edit
    return await call(**{"prompt": "more light", "quality": "low", "image": PNG, **fields})


def frames_of(content: bytes) -> list[tuple[bytes, int]]:
    """The pixels of each frame, and for how many milliseconds it is shown."""
    with Image.open(io.BytesIO(content)) as animation:
        assert animation.format == "GIF"
        frames = ImageSequence.Iterator(animation)
        return [(frame.convert("RGB").tobytes(), frame.info["duration"]) for frame in frames]


@pytest.mark.parametrize("fields", [GIF, SVG], ids=["gif", "svg"])
async def test_a_project_without_access_gets_neither(fields: dict[str, Any]) -> None:
    assert ImageOptions().previews == ()
    async with SandboxImages(options()) as images, client_of(images) as client:
        with pytest.raises(openai.BadRequestError, match="requires access to a preview"):
            await make(client, **fields)


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({**GIF, "model": "gpt-image-2.5-flare"}, "output_format", "invalid_value"),
        ({**GIF, "frame_count": 1}, "frame_count", "integer_below_min_value"),
        ({**GIF, "frame_count": 17}, "frame_count", "integer_above_max_value"),
        ({**GIF, "extra_body": {"frame_count": "9"}}, "frame_count", "invalid_type"),
        ({**GIF, "frame_duration_ms": 655_351}, "frame_duration_ms", "integer_above_max_value"),
        ({**GIF, "stream": True}, "stream", "unsupported_parameter"),
        ({**GIF, "partial_images": 1}, "partial_images", "unsupported_parameter"),
        ({**GIF, "output_compression": 100}, "output_compression", "unsupported_parameter"),
        ({**GIF, "background": "transparent"}, "background", "invalid_value"),
        ({**GIF, "svg": {"model": "gpt-6-luna"}}, "svg", "invalid_value"),
        ({**GIF, "size": "1024x1024", "frame_count": 6}, "size", "invalid_value"),
        ({**GIF, "size": "1920x3840", "frame_count": 2, "quality": "low"}, None, None),
        ({**SVG, "n": 2}, "n", "invalid_value"),
        ({**SVG, "stream": True}, "stream", "unsupported_parameter"),
        ({**SVG, "output_compression": 50}, "output_compression", "unsupported_parameter"),
        ({**SVG, "frame_count": 4}, "frame_count", "invalid_value"),
        ({**SVG, "svg": {}}, "svg.model", "missing_required_parameter"),
        ({**SVG, "svg": {"model": "gpt-image-2.6-flare"}}, "svg.model", "invalid_value"),
        ({**SVG, "svg": {**LUNA, "reasoning": {"effort": "most"}}}, "svg.reasoning.effort", "invalid_value"),
        ({**SVG, "svg": {**LUNA, "reasoning": {"effort": "low"}}}, None, None),
        ({**SVG, "extra_body": {"svg": "gpt-6-luna"}}, "svg", "invalid_type"),
        ({"frame_duration_ms": 100}, "frame_duration_ms", "invalid_value"),
    ],
)  # fmt: skip
async def test_what_does_not_go_together_is_refused(
    client: AsyncOpenAI, images: SandboxImages, changes: dict[str, Any], param: str | None, code: str | None
) -> None:
    if param is None:
        await make(client, **changes)
        return
    with pytest.raises(openai.BadRequestError) as refusal:
        await make(client, **changes)

    assert (refusal.value.param, refusal.value.code) == (param, code)
    assert images.bill.nano == 0


@pytest.mark.parametrize("frames", [2, 4, 9, 16])
async def test_an_animation_has_its_frames_and_they_move(client: AsyncOpenAI, frames: int) -> None:
    answer = await make(client, **GIF, frame_count=frames, frame_duration_ms=123)

    assert answer.output_format == "gif"
    assert answer.data is not None
    found = frames_of(base64.b64decode(answer.data[0].b64_json or ""))
    assert [duration for _, duration in found] == [120] * frames
    assert len({pixels for pixels, _ in found}) == frames


async def test_an_animation_has_nine_frames_unless_told_otherwise(client: AsyncOpenAI) -> None:
    answer = await make(client, **GIF)

    assert answer.data is not None
    assert len(frames_of(base64.b64decode(answer.data[0].b64_json or ""))) == 9


async def test_an_animation_cannot_be_made_with_a_mask(client: AsyncOpenAI, images: SandboxImages) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        await edit(client, **GIF, mask=("m.png", holed((320, 240), (0, 0, 9, 9)), "image/png"))

    assert (refusal.value.param, refusal.value.code) == ("mask", "unsupported_parameter")
    assert images.bill.nano == 0


async def test_a_picture_can_be_set_in_motion(client: AsyncOpenAI) -> None:
    answer = await edit(client, **GIF, frame_count=2)

    assert len(frames_of(base64.b64decode(answer.data[0].b64_json))) == 2


async def test_an_animation_is_billed_by_its_sheet(client: AsyncOpenAI, images: SandboxImages) -> None:
    answer = await make(client, **GIF, frame_count=6)
    await images.idle()

    assert answer.usage is not None
    (line,) = images.bill.lines
    assert line.usage is not None
    assert line.usage.output == answer.usage.output_tokens
    assert line.usage.output < 6 * output_tokens(MODELS[NEW], "low", 816, 816, 1, "") * 1.1


@pytest.mark.parametrize(
    ("frames", "sheet"),
    [(1, (100, 50)), (2, (200, 50)), (3, (200, 100)), (4, (200, 100)), (6, (400, 100)), (16, (400, 200))],
)
def test_the_frames_lie_on_one_sheet(frames: int, sheet: tuple[int, int]) -> None:
    assert sheet_size(frames, 100, 50) == sheet


def test_the_sheet_that_was_refused_had_an_edge_of_4096_pixels() -> None:
    assert max(sheet_size(6, 1024, 1024)) == 4096


def test_a_sheet_is_counted_like_a_picture_of_its_size() -> None:
    assert sheet_tokens(MODELS[NEW], "low", 816, 816, 4, "key") == output_tokens(
        MODELS[NEW], "low", 1632, 1632, 1, "key"
    )


@pytest.mark.parametrize("edited", [False, True])
async def test_a_drawing_comes_with_what_its_author_used(
    client: AsyncOpenAI, images: SandboxImages, *, edited: bool
) -> None:
    answer: Any = await (edit(client, **SVG) if edited else make(client, **SVG))
    await images.idle()

    content = base64.b64decode(answer.data[0].b64_json)
    root = ET.fromstring(content)  # noqa: S314 - our own drawing
    assert (root.tag, root.get("width"), root.get("height")) == ("{http://www.w3.org/2000/svg}svg", "816", "816")
    used = answer.svg_usage
    assert (used.model, used.total_tokens) == ("gpt-6-luna", used.input_tokens + used.output_tokens)
    assert used.output_tokens > used.reasoning_tokens > 0
    (line,) = images.bill.lines
    author = used.input_tokens * 100 + used.output_tokens * 500
    of_picture = line.usage and line.usage.text * 5_000 + line.usage.image * 8_000 + line.usage.output * 30_000
    assert line.cost_nano == author + (of_picture or 0)


def test_an_author_writes_no_more_than_the_drawing_has_bytes() -> None:
    used = author_usage("gpt-6-luna", "a fox", 4000)

    assert (used.output, used.reasoning) == (1400, 400)


def test_a_drawing_has_the_colours_of_the_picture_and_its_words() -> None:
    half = Image.new("RGBA", (200, 100), "red")
    half.paste((0, 0, 0, 0), (0, 0, 100, 100))

    content = svg(half, "<b>a & b</b>\x00").decode()

    assert "<title>&lt;b&gt;a &amp; b&lt;/b&gt;</title>" in content
    assert {part.split('"')[1] for part in content.split("fill=")[1:]} == {"#ff0000"}
    assert content.count("<polygon") == 40 * 20 * 2 / 2


def test_no_frame_of_a_plain_picture_is_dropped() -> None:
    found = frames_of(animated(Image.new("RGB", (64, 64), "teal"), 16, 50))

    assert len(found) == 16
