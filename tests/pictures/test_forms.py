"""PNGs of every form are seen as they are: as an input, as a mask, and in a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.errors import InputPictureError
from bot.pictures import Meaning, fit_mask, meaning_of, prepare
from bot.pictures.decode import plain_picture
from bot.pictures.masks.stencils import hard
from bot.services.jobs import UnreadablePictureError

from .pngs import FORMS, GREY, PALETTE, SIZE, TRUE, Form, samples_of, shown, written
from .samples import chunk, encoded, opened, png
from .test_masks import changeable, equal

if TYPE_CHECKING:
    from collections.abc import Iterator

each_form = pytest.mark.parametrize("form", FORMS, ids=str)


@each_form
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
async def test_every_form_is_sent_as_it_is_seen(form: Form, seed: int) -> None:
    rows = samples_of(form, seed)

    ready = await prepare(written(form, rows), "x.png")

    image = opened(ready.content)
    assert image.mode in {"RGB", "RGBA"}
    assert image.convert("RGBA").tobytes() == shown(form, rows)


@each_form
async def test_every_form_is_a_mask_by_its_transparency_or_by_white(form: Form) -> None:
    rows = samples_of(form)
    seen = Image.frombytes("RGBA", SIZE, shown(form, rows))
    alpha = seen.getchannel("A")

    mask = await fit_mask(written(form, rows), "m.png", *SIZE)

    by_alpha = alpha.getextrema() != (255, 255)
    wanted = alpha.point([255] * 128 + [0] * 128) if by_alpha else hard(seen.convert("RGB").convert("L"))
    assert equal(changeable(mask.content), wanted)


@pytest.mark.parametrize("form", [form for form in FORMS if form.clear], ids=str)
async def test_every_form_of_the_picture_with_a_part_cleared_is_a_mask(form: Form) -> None:
    rows = samples_of(form)
    seen = Image.frombytes("RGBA", SIZE, shown(form, rows))
    original = encoded(seen.convert("RGB"), "PNG")

    assert await meaning_of(written(form, rows), "x.png", original) is Meaning.MASK


def broken() -> Iterator[bytes]:
    rows = {form: samples_of(form) for form in FORMS}
    for form in (Form(PALETTE, 8), Form(PALETTE, 1, clear=True)):
        whole = written(form, rows[form])
        start = whole.index(b"PLTE") - 4
        yield whole[:start] + whole[start + 12 + int.from_bytes(whole[start : start + 4], "big") :]  # no colours
    yield png(9, 9, b"x", colour=PALETTE, extra=chunk(b"PLTE", b"\1\2"))
    yield png(9, 9, b"x", colour=1)
    yield png(9, 9, b"x", colour=7, depth=77)


@pytest.mark.parametrize("content", list(broken()))
async def test_what_makes_no_sense_is_a_sentence_in_all_three_ways_in(content: bytes) -> None:
    original = encoded(Image.new("RGB", (21, 13)), "PNG")

    for way in (prepare(content, "x.png"), fit_mask(content, "x.png", 21, 13), meaning_of(content, "x.png", original)):
        with pytest.raises(InputPictureError, match=r"^“x\.png” is damaged\. Save it anew as PNG or JPEG"):
            await way


@pytest.mark.parametrize("form", [Form(GREY, 2), Form(TRUE, 8)], ids=str)
@pytest.mark.parametrize("clear", [b"", b"\0"])
async def test_a_tRNS_that_is_too_short_is_not_obeyed(form: Form, clear: bytes) -> None:  # noqa: N802 - the chunk's name
    rows = samples_of(form)

    ready = await prepare(written(form, rows, extra=chunk(b"tRNS", clear)), "x.png")

    assert opened(ready.content).convert("RGBA").tobytes() == shown(form, rows)


async def test_a_checksum_of_an_aside_that_is_wrong_does_no_harm() -> None:
    form, note = Form(TRUE, 8), bytearray(chunk(b"tEXt", b"a\0b"))
    note[-1] ^= 1
    rows = samples_of(form)

    ready = await prepare(written(form, rows, extra=bytes(note)), "x.png")

    assert opened(ready.content).convert("RGBA").tobytes() == shown(form, rows)


def test_where_memory_ends_the_sentence_says_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(Image.Image, "load", full)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", full)

    with pytest.raises(UnreadablePictureError, match=r"too large to be read just now\. Send a smaller copy\."):
        plain_picture(png(9, 9, b""))


def gif_on_a_larger_screen(*, clear: bool) -> bytes:
    image = Image.new("P", (4, 3))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 1), 1)
    content = bytearray(encoded(image, "GIF", **({"transparency": 1} if clear else {})))
    content[6:10] = (9).to_bytes(2, "little") + (8).to_bytes(2, "little")
    at = content.index(b",\0\0\0\0\4\0\3\0")
    content[at + 1 : at + 5] = b"\2\0\5\0"
    return bytes(content)


@pytest.mark.parametrize("clear", [False, True])
async def test_around_a_gif_smaller_than_its_screen_there_is_nothing(*, clear: bool) -> None:
    ready = await prepare(gif_on_a_larger_screen(clear=clear), "x.gif")

    image = opened(ready.content)
    assert (image.size, image.mode) == ((9, 8), "RGBA")
    assert image.getchannel("A").getbbox() == (2, 5, 6, 8)
    assert image.getpixel((2, 5)) == (255, 0, 0, 255)
    assert image.getpixel((3, 6)) == (0, 0, 255, 0 if clear else 255)


async def test_such_a_gif_is_a_mask_of_what_it_does_not_cover() -> None:
    mask = await fit_mask(gif_on_a_larger_screen(clear=False), "m.gif", 9, 8)

    assert mask.share == pytest.approx(1 - 12 / 72)
