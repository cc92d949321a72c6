"""Which calls the sandbox image API refuses, and with which code and parameter."""

from __future__ import annotations

import base64
import io
import zlib
from typing import TYPE_CHECKING, Any

import aiohttp
import openai
import pytest
from PIL import Image

from bot.sandbox.images.received import LARGEST_FILE
from tests.sandbox.images.conftest import MODEL, PLAIN, SMALL, decoded, holed, make, picture

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from bot.sandbox.images import SandboxImages

PNG = ("a.png", picture(), "image/png")
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"prompt": ""}, "prompt", "empty_string"),
        ({"prompt": "x" * 32_001}, "prompt", "string_above_max_length"),
        ({"size": "512x512"}, "size", "invalid_value"),
        ({"size": "1920x1080"}, "size", "invalid_value"),
        ({"size": "3856x1600"}, "size", "invalid_value"),
        ({"size": "3840x1264"}, "size", "invalid_value"),
        ({"size": "3840x2176"}, "size", "invalid_value"),
        ({"size": "0x0"}, "size", "invalid_value"),
        ({"size": "large"}, "size", "invalid_value"),
        ({"model": "gpt-image-1.5", "size": "1536x864"}, "size", "invalid_value"),
        ({"quality": "hd"}, "quality", "invalid_value"),
        ({"model": "gpt-image-2", "quality": "max"}, "quality", "invalid_value"),
        ({"output_format": "bmp"}, "output_format", "invalid_value"),
        ({"output_format": "gif"}, "output_format", "invalid_value"),
        ({"frame_count": 4}, "frame_count", "invalid_value"),
        ({"background": "blue"}, "background", "invalid_value"),
        ({"background": "transparent", "output_format": "jpeg"}, "background", "invalid_value"),
        ({"output_compression": 50}, "output_compression", "invalid_value"),
        ({"output_compression": 101, "output_format": "webp"}, "output_compression", "integer_above_max_value"),
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": 11}, "n", "integer_above_max_value"),
        ({"n": "two"}, "n", "invalid_type"),
        ({"n": True}, "n", "invalid_type"),
        ({"n": 2, "stream": True}, "n", "invalid_value"),
        ({"partial_images": 4, "stream": True}, "partial_images", "integer_above_max_value"),
        ({"moderation": "none"}, "moderation", "invalid_value"),
        ({"complexity": "low"}, "complexity", "unsupported_parameter"),
        ({"response_format": "b64_json"}, "response_format", "unknown_parameter"),
        ({"style": "vivid"}, "style", "unknown_parameter"),
        ({"extra_body": {"input_fidelity": "high"}}, "input_fidelity", "unknown_parameter"),
        ({"extra_body": {"stream": "yes"}}, "stream", "invalid_type"),
    ],
)
async def test_a_parameter_that_the_model_does_not_take_is_named(
    client: AsyncOpenAI, images: SandboxImages, changes: dict[str, Any], param: str, code: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await make(client, **changes)

    assert (refused.value.param, refused.value.code) == (param, code)
    assert [(line.outcome, line.code, line.cost_nano) for line in images.bill.lines] == [("refused", code, 0)]


@pytest.mark.parametrize("missing", ["prompt", "model"])
async def test_prompt_and_model_are_required(client: AsyncOpenAI, missing: str) -> None:
    body = {name: value for name, value in PLAIN.items() if name != missing}

    with pytest.raises(openai.BadRequestError) as refused:
        await client.post("/images/generations", cast_to=object, body=body)

    assert (refused.value.param, refused.value.code) == (missing, "missing_required_parameter")


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "gpt-image-2.6-sunburst", "complexity": "low", "quality": "max"},
        {"model": "gpt-image-2", "quality": "medium", "background": "transparent"},
        {"model": "gpt-image-1-mini", "size": "1024x1536"},
        {"output_format": "webp", "output_compression": 40},
        {"moderation": "low", "user": "someone"},
        {"size": "3840x1280"},
    ],
)
@pytest.mark.painted
async def test_what_a_model_takes_is_made(client: AsyncOpenAI, changes: dict[str, Any]) -> None:
    answer = await make(client, **changes)

    assert answer.data is not None
    content = base64.b64decode(answer.data[0].b64_json or "")
    image = decoded(content)
    assert f"{image.width}x{image.height}" == changes.get("size", SMALL if "mini" not in str(changes) else "")
    assert image.has_transparency_data == (changes.get("background") == "transparent")


@pytest.mark.parametrize(
    ("model", "size", "quality"),
    [
        (MODEL, (1254, 1254), "high"),
        ("gpt-image-2.6-flare", (1254, 1254), "max"),
        ("gpt-image-1.5", (1024, 1024), "high"),
    ],
)
async def test_auto_is_decided_and_reported(
    client: AsyncOpenAI, model: str, size: tuple[int, int], quality: str
) -> None:
    answer = await client.images.generate(prompt="a fox", model=model)

    assert answer.data is not None
    assert answer.size == f"{size[0]}x{size[1]}"
    assert answer.quality == quality
    assert decoded(base64.b64decode(answer.data[0].b64_json or "")).size == size


async def test_an_edit_of_automatic_size_follows_its_first_input(client: AsyncOpenAI) -> None:
    answer = await client.images.edit(
        model=MODEL, prompt="at dusk", quality="low", image=("a.png", picture((1600, 900)), "image/png")
    )

    assert answer.size == "1672x941"  # as measured at the provider's


@pytest.mark.parametrize(
    ("files", "param", "code"),
    [
        ({"image": [PNG] * 17}, "image", "array_above_max_length"),
        ({"image": picture()}, "image", "unsupported_file_mimetype"),
        ({"image": ("a.png", b"not a picture", "image/png")}, "image", "invalid_image_file"),
        ({"image": ("a.png", picture()[:-60], "image/png")}, "image", "invalid_image_file"),
        ({"image": ("a.png", bytes(LARGEST_FILE + 1), "image/png")}, "image", "image_file_too_large"),
        ({"mask": ("m.png", picture((320, 240)), "image/png")}, "mask", "invalid_image_file"),
        ({"mask": ("m.png", b"no", "image/png")}, "mask", "invalid_image_file"),
        ({"mask": ("m.png", holed((64, 64), None), "image/png")}, "mask", "invalid_image_file"),
        ({"mask": ("m.webp", picture(kind="WEBP", mode="RGBA"), "image/webp")}, "mask", "invalid_image_file"),
        ({"mask": ("m.png", bytes(4 * 1024 * 1024), "image/png")}, "mask", "image_file_too_large"),
        ({"markup": ("m.png", holed((320, 240), None), "image/png")}, "markup", "invalid_value"),
        ({"markup": PNG, "mask": PNG}, "markup", "invalid_value"),
        ({"markup": PNG, "model": "gpt-image-2"}, "markup", "unsupported_parameter"),
        ({"input_fidelity": "high"}, "input_fidelity", "unsupported_parameter"),
        ({"input_fidelity": "high", "model": "gpt-image-1-mini"}, "input_fidelity", "unsupported_parameter"),
        ({"n": "many"}, "n", "invalid_type"),
        ({"extra_body": {"svg": {"model": "gpt-6.1-sol"}}}, "svg[model]", "invalid_value"),
    ],
)
async def test_an_edit_with_files_that_do_not_fit_is_refused(
    client: AsyncOpenAI, files: dict[str, Any], param: str, code: str
) -> None:
    arguments: dict[str, Any] = {
        "model": MODEL,
        "prompt": "more light",
        "size": SMALL,
        "quality": "low",
        "image": PNG,
        **files,
    }
    if arguments["model"] == "gpt-image-1-mini":
        arguments["size"] = "1024x1024"
    edit: Any = client.images.edit

    with pytest.raises(openai.BadRequestError) as refused:
        await edit(**arguments)

    assert (refused.value.param, refused.value.code) == (param, code)


@pytest.mark.parametrize("overlay", ["mask", "markup"])
async def test_an_overlay_fits_the_first_input_as_its_orientation_turns_it(client: AsyncOpenAI, overlay: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(out, "JPEG", exif=exif)
    lying: Any = {overlay: ("m.png", holed((240, 320), (10, 10, 50, 50)), "image/png")}

    edit: Any = client.images.edit
    answer: Any = await edit(
        model=MODEL, prompt="a boat", size=SMALL, quality="low", image=("a.jpg", out.getvalue(), "image/jpeg"), **lying
    )

    assert answer.data is not None


async def test_an_edit_takes_data_addresses_as_json(client: AsyncOpenAI, images: SandboxImages) -> None:
    def address(content: bytes) -> dict[str, str]:
        return {"image_url": f"data:image/png;base64,{base64.b64encode(content).decode()}"}

    inputs = [address(picture()), address(picture(colour="red"))]
    mask = address(holed((320, 240), (0, 0, 90, 90)))
    body = {"model": MODEL, "prompt": "at dusk", "size": SMALL, "quality": "low", "images": inputs, "mask": mask}
    await client.post("/images/edits", cast_to=object, body=body)

    assert [(file.field, file.media_type) for file in images.calls[0].files] == [
        ("image", "image/png"),
        ("image", "image/png"),
        ("mask", "image/png"),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"images": "a.png"}, "invalid_type"),
        ({"images": []}, "missing_required_parameter"),
        ({"images": [{"file_id": "file-1"}]}, "missing_required_parameter"),
        ({"images": ["a.png"]}, "missing_required_parameter"),
        ({"images": [{"image_url": "https://example.com/a.png"}]}, "invalid_image_url"),
        ({"images": [{"image_url": "data:image/png;base64,***"}]}, "invalid_image_url"),
    ],
)
async def test_other_json_inputs_are_refused(client: AsyncOpenAI, body: dict[str, Any], code: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.post("/images/edits", cast_to=object, body={**PLAIN, **body})

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"{", JSON, None),
        (b"[]", JSON, None),
        (b"a", {"Content-Type": "text/plain"}, "unsupported_content_type"),
        (b"a", {"Content-Type": "multipart/form-data"}, None),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    images: SandboxImages, body: bytes, headers: dict[str, str], code: str | None
) -> None:
    signed = {"Authorization": f"Bearer {images.api_key}", **headers}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{images.base_url}/images/generations", data=body, headers=signed) as response,
    ):
        answer = await response.json()

    assert response.status == 400
    assert answer["error"]["code"] == code


async def test_a_field_sent_twice_is_refused(images: SandboxImages) -> None:
    form = aiohttp.FormData()
    for _ in range(2):
        form.add_field("image", picture(), filename="a.png", content_type="image/png")
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{images.base_url}/images/edits", data=form, headers={"Authorization": f"Bearer {images.api_key}"}
        ) as response,
    ):
        answer = await response.json()

    assert answer["error"]["code"] == "duplicate_parameter"


async def test_a_picture_too_large_to_decode_is_refused(client: AsyncOpenAI) -> None:
    head = b"IHDR" + (20_000).to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00"
    body = (0).to_bytes(4) + b"IDAT" + zlib.crc32(b"IDAT").to_bytes(4)
    bomb = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + head + zlib.crc32(head).to_bytes(4) + body

    with pytest.raises(openai.BadRequestError) as refused:
        await client.images.edit(model=MODEL, prompt="more light", image=("a.png", bomb, "image/png"))

    assert refused.value.code == "invalid_image_file"
