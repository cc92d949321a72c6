"""Drawings: which files are one, how large they are, and that none of them does any harm."""

from __future__ import annotations

import asyncio
import base64
import sys
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.pictures import as_input, check_result, render_svg
from bot.pictures.isolated import svg as svg_module
from bot.pictures.isolated.svg import AT_ONCE, LOOKED_AT, MOST_BYTES, SvgProcess, check_svg
from bot.pictures.isolated.svg_process import MOST_DEPTH, MOST_ELEMENTS
from bot.services.jobs import CheckedPicture, UnreadablePictureError
from tests.examples import png

if TYPE_CHECKING:
    from pathlib import Path

SPACE = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
BLUE = (0, 0, 255, 255)
CLEAR = (0, 0, 0, 0)


def svg(inside: str = '<rect width="100" height="50" fill="blue"/>', outside: str = 'width="100" height="50"') -> bytes:
    return f"<svg {SPACE} {outside}>{inside}</svg>".encode()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    assert image.format == "PNG"
    return image.convert("RGBA")


def counting(folder: Path, then: str) -> Path:
    """A drawing process that leaves an x in `folder` for each time it runs, and does this then."""
    process = folder / "process.py"
    process.write_text(f"import sys\nwith open({str(folder / 'runs')!r}, 'a') as file: file.write('x')\n{then}")
    return process


@pytest.mark.parametrize(
    ("outside", "size"),
    [
        ('width="100" height="50"', (100, 50)),
        ('width="100px" height="50.4"', (100, 50)),
        ('width="1in" height="25.4mm"', (96, 96)),
        ('width="72pt" height="2.54cm"', (96, 96)),
        ('width="6pc" height=" 96 "', (96, 96)),
        ('viewBox="0 0 300 200"', (300, 200)),
        ('viewBox="-5,-5,30.5,20"', (30, 20)),
        ('width="100%" height="100%" viewBox="0 0 300 200"', (300, 200)),
        ('width="600" viewBox="0 0 300 200"', (600, 400)),
        ('height="100" viewBox="0 0 300 200"', (150, 100)),
        ('height="100"', (200, 100)),
        ("", (300, 150)),
        ('width="big" height="-3" viewBox="a b c d"', (300, 150)),
        ('width="5ells" viewBox="0 0 0 7"', (300, 150)),
        ('viewBox="0 0 ' + "9" * 400 + ' 7"', (300, 150)),
        ('width="0.2" height="0.2"', (1, 1)),
        ('width="1e6" height="5e5"', (16_384, 8192)),
    ],
)
async def test_a_drawing_is_as_large_as_it_says(outside: str, size: tuple[int, int]) -> None:
    checked = await check_result(svg(outside=outside))

    assert checked == CheckedPicture("image/svg+xml", *size)


def test_what_stands_before_the_drawing_does_not_matter() -> None:
    head = b'\xef\xbb\xbf<?xml version="1.0"?><!-- by hand --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">'

    assert check_svg(head + svg()) == (100, 50)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is cut off"),
        (svg()[:-4], "is cut off"),
        (svg()[:-20], "is cut off"),
        (svg("<rect>"), "is damaged"),
        (svg() + b"<svg/>", "is damaged"),
        (b"<svg width='1' height='1'/>", "is no picture that I know"),
        (b"<html><svg/></html>", "is no picture that I know"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + svg("<text>&a;</text>"), "is damaged"),
        (b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg("<text>&a;</text>"), "is damaged"),
        (svg(" " * LOOKED_AT)[:-2], "is cut off"),
        (b"<!-- " + b" " * LOOKED_AT + b" -->" + svg(), "is no picture that I know"),
        (b" " * LOOKED_AT + svg(), "is no picture that I know"),
        (svg(" " * MOST_BYTES), "is built of too many parts"),
    ],
    ids=lambda value: value[:40] if isinstance(value, bytes) else value,
)
def test_what_is_no_drawing_is_refused(content: bytes, what: str) -> None:
    with pytest.raises(UnreadablePictureError) as fault:
        check_svg(content)

    assert fault.value.what.startswith(what)


@pytest.mark.parametrize(("edge", "size"), [(400, (400, 200)), (100, (100, 50)), (7, (7, 4))])
async def test_a_drawing_is_drawn_as_large_as_is_wanted(edge: int, size: tuple[int, int]) -> None:
    image = opened(await render_svg(svg('<rect width="50" height="50" fill="blue"/>'), edge))

    assert image.size == size
    assert image.getpixel((1, 1)) == BLUE
    assert image.getpixel((size[0] - 1, 1)) == CLEAR


def test_of_a_long_drawing_only_the_beginning_and_the_end_are_read() -> None:
    assert check_svg(svg(" " * LOOKED_AT + "<rect>")) == (100, 50)


async def test_text_is_set_though_the_machine_may_have_no_fonts() -> None:
    image = opened(await render_svg(svg('<text x="5" y="40" font-size="40">Hm</text>'), 100))

    assert image.getchannel("A").getextrema() == (0, 255)


async def test_a_picture_that_the_drawing_brings_along_is_shown() -> None:
    brought = base64.b64encode(png(50, 50, "blue")).decode()

    image = opened(
        await render_svg(svg(f'<image href="data:image/png;base64,{brought}" width="50" height="50"/>'), 100)
    )

    assert image.getpixel((5, 5)) == BLUE


@pytest.mark.parametrize(
    "inside",
    [
        '<image href="{}" width="50" height="50"/>',
        '<image xlink:href="{}" width="50" height="50"/>',
        '<image xlink:href=" {}" href="{}" width="50" height="50"/>',
        '<image href="file://{}" width="50" height="50"/>',
        '<image style="href:{}" width="50" height="50"/>',
        '<style>image {{ href: "{}"; xlink:href: "{}" }}</style><image width="50" height="50"/>',
        '<image width="50" height="50"><set attributeName="href" to="{}"/></image>',
        '<filter id="f"><feImage href="{}"/></filter><rect width="50" height="50" filter="url(#f)"/>',
        '<defs><g id="a"><image href="{}" width="50" height="50"/></g></defs><use href="#a"/>',
    ],
)
async def test_no_file_of_the_machine_is_shown(tmp_path: Path, inside: str) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(png(50, 50, "blue"))

    image = opened(await render_svg(svg(inside.format(secret, secret)), 100))

    assert image.getpixel((5, 5)) in {CLEAR, (0, 0, 0, 255)}


async def test_a_drawing_within_the_drawing_shows_no_file_either(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(png(50, 50, "blue"))
    inner = base64.b64encode(svg(f'<image href="{secret}" width="50" height="50"/>')).decode()

    image = opened(
        await render_svg(svg(f'<image href="data:image/svg+xml;base64,{inner}" width="50" height="50"/>'), 100)
    )

    assert image.getpixel((5, 5)) == CLEAR


USES = (10 * f'<use href="#a{step - 1}"/>' for step in range(1, 12))
BOMB = "".join(f'<g id="a{step}">{uses}</g>' for step, uses in enumerate(USES, start=1))


@pytest.mark.parametrize(
    "content",
    [
        svg(f'<defs><g id="a0"><rect width="1" height="1"/></g>{BOMB}</defs><use href="#a11"/>'),
        svg("<g>" * MOST_DEPTH + "</g>" * MOST_DEPTH),
        svg("<g/>" * MOST_ELEMENTS),
        svg(" " * LOOKED_AT + "<rect>"),
        svg(outside='width="1" height="16000"'),  # one pixel wide is as narrow as it gets
        svg(outside='width="1" height="16000" viewBox="0 0 1e8 1e-5"'),
        svg('<rect fill="&#xd83d;"/>'.replace("&#xd83d;", "é")).decode().encode("latin-1"),
    ],
    ids=["uses of uses", "too deep", "too many parts", "not well-formed", "too narrow", "no shape", "not text"],
)
async def test_a_drawing_that_cannot_be_drawn_is_no_accident(content: bytes) -> None:
    with pytest.raises(UnreadablePictureError):
        await render_svg(content, 100)


async def test_a_drawing_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pictures.isolated.svg.SECONDS", 0.001)

    with pytest.raises(UnreadablePictureError) as fault:
        await SvgProcess().draw(svg(), 100)

    assert str(fault.value) == "The picture cannot be drawn. Ask for a simpler one."


async def test_a_process_that_writes_something_else_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    liar = tmp_path / "liar.py"
    liar.write_text("print('GIF89a')", encoding="utf-8")
    monkeypatch.setattr("bot.pictures.isolated.svg._PROCESS", liar)

    with pytest.raises(UnreadablePictureError):
        await SvgProcess().draw(svg(), 100)


async def test_a_hard_drawing_is_tried_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(svg_module, "_PROCESS", counting(tmp_path, "raise SystemExit(1)"))
    renderer = SvgProcess()

    for _ in range(3):
        with pytest.raises(UnreadablePictureError):
            await renderer.draw(svg(), 100)
    assert (tmp_path / "runs").read_text() == "x"


async def test_what_was_drawn_lately_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(svg_module, "MOST_REMEMBERED", 1)
    monkeypatch.setattr(svg_module, "_PROCESS", counting(tmp_path, f"sys.stdout.buffer.write({png(2, 1)!r})"))
    renderer = SvgProcess()

    pictures = [await renderer.draw(svg(), edge) for edge in (100, 100, 200, 100)]

    assert pictures == [png(2, 1)] * 4
    assert (tmp_path / "runs").read_text() == "xxx"


async def test_a_large_picture_of_a_drawing_is_not_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(svg_module, "LARGEST_REMEMBERED", 10)
    monkeypatch.setattr(svg_module, "_PROCESS", counting(tmp_path, f"sys.stdout.buffer.write({png(2, 1)!r})"))
    renderer = SvgProcess()

    assert await renderer.draw(svg(), 100) == await renderer.draw(svg(), 100)
    assert (tmp_path / "runs").read_text() == "xx"


async def test_where_no_process_can_be_started_it_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = SvgProcess()
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/nowhere/python")
        with pytest.raises(UnreadablePictureError, match="cannot be drawn just now"):
            await renderer.draw(svg(), 100)

    assert opened(await renderer.draw(svg(), 100)).size == (100, 50)


async def test_a_drawing_in_the_making_keeps_no_thread_from_other_pictures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(svg_module, "_PROCESS", counting(tmp_path, "import time; time.sleep(60)"))
    renderer = SvgProcess()
    drawings = [asyncio.create_task(renderer.draw(svg(), edge)) for edge in (100, 200, 300)]
    async with asyncio.timeout(300):
        while not (tmp_path / "runs").exists() or len((tmp_path / "runs").read_text()) < AT_ONCE:  # noqa: ASYNC110 - another process tells
            await asyncio.sleep(0.01)

        assert (await check_result(png(8, 8))).width == 8
        assert (tmp_path / "runs").read_text() == "x" * AT_ONCE
        for drawing in drawings:
            drawing.cancel()
        ends = await asyncio.gather(*drawings, return_exceptions=True)
        assert [type(end) for end in ends] == [asyncio.CancelledError] * 3


# As inputs


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp"])
async def test_a_still_picture_is_sent_as_it_is(media_type: str) -> None:
    assert await as_input(b"any bytes", media_type) == b"any bytes"


async def test_a_drawing_is_sent_as_it_looks() -> None:
    image = opened(await as_input(svg(), "image/svg+xml"))

    assert (image.size, image.getpixel((5, 5))) == ((100, 50), BLUE)


async def test_a_huge_drawing_is_sent_at_the_largest_size_there_is() -> None:
    image = opened(await as_input(svg(outside='width="9000" height="9000"'), "image/svg+xml"))

    assert image.size == (2880, 2880)


async def test_of_an_animation_the_first_picture_is_sent() -> None:
    file = BytesIO()
    first, second = Image.new("RGB", (40, 30), "blue"), Image.new("RGB", (40, 30), "red")
    first.save(file, "GIF", save_all=True, append_images=[second])

    image = opened(await as_input(file.getvalue(), "image/gif"))

    assert (image.size, image.getpixel((5, 5))) == ((40, 30), BLUE)
    assert await check_result(file.getvalue()) == CheckedPicture("image/gif", 40, 30)
