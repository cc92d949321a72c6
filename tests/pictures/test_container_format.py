"""What a file's structure tells, without a pixel decoded."""

from __future__ import annotations

import struct
import zlib

import pytest

from bot.pictures.files.container_format import MOST_SCANS, dissect
from bot.services.jobs import UnreadablePictureError

from .corpus import animated, gif, gif_picture
from .samples import apng, chunk, encoded, gradient, half_transparent, png, quarters, webp

ROW = zlib.compress(bytes(31 * 10))
JPEG = encoded(gradient(40, 30), "JPEG")
PROGRESSIVE = encoded(gradient(40, 30), "JPEG", progressive=True)
LAST_SCAN = PROGRESSIVE[PROGRESSIVE.rfind(b"\xff\xda") : -2]


@pytest.mark.parametrize(
    ("content", "media_type", "size"),
    [
        (encoded(gradient(40, 30), "PNG"), "image/png", (40, 30)),
        (JPEG, "image/jpeg", (40, 30)),
        (PROGRESSIVE, "image/jpeg", (40, 30)),
        (encoded(gradient(41, 30), "WEBP"), "image/webp", (41, 30)),
        (encoded(gradient(41, 30), "WEBP", lossless=True), "image/webp", (41, 30)),
        (encoded(half_transparent(41, 30), "WEBP"), "image/webp", (41, 30)),
    ],
)
def test_an_ordinary_file_tells_its_type_and_size(content: bytes, media_type: str, size: tuple[int, int]) -> None:
    anatomy = dissect(content)

    assert (anatomy.media_type, (anatomy.width, anatomy.height)) == (media_type, size)
    assert (anatomy.frames, anatomy.trailing) == (1, 0)


@pytest.mark.parametrize(
    ("content", "frames"),
    [
        (apng(3), 3),
        (encoded(gradient(9, 9), "WEBP", save_all=True, append_images=[quarters(9, 9)], duration=50), 2),
    ],
)
def test_the_pictures_of_an_animation_are_counted(content: bytes, frames: int) -> None:
    assert dissect(content).frames == frames


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "is empty"),
        (b"just words, caf\xc3\xa9", "is a text file"),
        ("word " * 204 + "wör", "is a text file"),
        ("<?xml version='1.0'?><SVG xmlns=''/>", "is an SVG drawing"),
        (b"8BPS\x00\xff", "is a Photoshop file"),
        (b"PK\x03\x04\x14", "is a ZIP archive"),
        (b"\x1f\x8b\x08", "is a gzip archive"),
        (b"\0\0\1\0\xff", "is an icon file"),
        (b"\0\0\0\x1cftypheic\0\0\0\0", "is a HEIC picture"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "is an AVIF picture"),
        (b"\0\0\0\x1cftypisom\0\0\0\0mif1", "is a video or other media file"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "is an AVIF picture"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "is a HEIC picture"),
        (b"\0\0\0\x10ftypmif1\0\0\0\0avif", "is a HEIC picture"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0crx isom", "is a camera's raw picture. Export it as JPEG"),
        (b"II*\0\x10\0\0\0CR\2\0", "is a camera's raw picture"),
        (b"RIFF\4\0\0\0WAVE", "is an audio file"),
        (b"RIFF\4\0\0\0AVI ", "is a video or other media file. Send a picture of it"),
        (b"P6 9 9 255\n\xff", "is a Netpbm picture. Save it as PNG or JPEG"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"CgBI", b"\x50\0\x20\2"), "is a picture packed for an iPhone app"),
        (b"\n\n%PDF-1.7\xff", "is a PDF"),
        (b"%PDF-1.7\xff", "is a PDF"),
        (b"BM\x00\x00\xff", "is a BMP picture"),
        (b"II*\x00\xff", "is a TIFF picture"),
        (b"words\x00 and a zero", "is no picture that I know"),
        (b"\x93\x94\x95\x96\x97\x98", "is no picture that I know"),
        (b"\x93", "is no picture that I know"),
    ],
)
def test_another_kind_of_file_is_called_by_its_name(content: bytes | str, kind: str) -> None:
    with pytest.raises(UnreadablePictureError, match=kind):
        dissect(content.encode() if isinstance(content, str) else content)


def test_a_character_cut_in_half_at_the_end_of_what_is_looked_at_is_still_text() -> None:
    with pytest.raises(UnreadablePictureError, match="is a text file"):
        dissect(("a" * 1023 + "é" * 20).encode())


VP8X = struct.pack("<I", 0) + b"\x08\0\0" + b"\x08\0\0"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\x89PNG\r\n\x1a\n", "cut off"),
        (encoded(gradient(9, 9), "PNG")[:-12], "cut off"),
        (encoded(gradient(9, 9), "PNG")[:60], "cut off"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", ROW) + chunk(b"IEND"), "damaged"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"short") + chunk(b"IEND"), "damaged"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IEND"), "damaged"),
        (png(0, 10, ROW), "damaged"),
        (png(10, 10, ROW, extra=chunk(b"aaAa") * 20_000), "too many parts"),
        (JPEG[:-2], "cut off"),
        (JPEG[:-40], "cut off"),
        (b"\xff\xd8\xff\xe0", "cut off"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (b"\xff\xd8" + b"\xff\x01" * 20_001, "too many parts"),
        (PROGRESSIVE[:-2] + LAST_SCAN * MOST_SCANS + b"\xff\xd9", "too many parts"),
        (webp((b"VP8 ", b"")), "cut off"),
        (encoded(gradient(9, 9), "WEBP")[:-4], "cut off"),
        (encoded(gradient(9, 9), "WEBP")[:28], "cut off"),
        (encoded(gradient(9, 9), "WEBP")[:4] + b"\x14\0\0\0" + encoded(gradient(9, 9), "WEBP")[8:28], "cut off"),
        (webp((b"VP8X", VP8X), (b"EXIF", b"")), "damaged"),
        (webp((b"VP8 ", bytes(20))), "damaged"),
        (webp((b"VP8L", bytes(20))), "damaged"),
        (webp((b"ICCP", bytes(20))), "damaged"),
        (webp((b"VP8X", VP8X), (b"VP8 ", bytes(90)), size=80), "cut off"),
        (webp((b"VP8X", VP8X), *[(b"EXIF", b"")] * 20_000), "too many parts"),
    ],
)
def test_a_broken_file_is_refused(content: bytes, fault: str) -> None:
    with pytest.raises(UnreadablePictureError, match=fault):
        dissect(content)


def test_one_wrong_bit_in_a_png_shows_in_its_checksum() -> None:
    content = bytearray(encoded(gradient(40, 30), "PNG"))
    content[100] ^= 1

    assert dissect(bytes(content)).width == 40
    with pytest.raises(UnreadablePictureError, match="damaged"):
        dissect(bytes(content), checksums=True)


def test_restart_markers_and_stray_bytes_between_segments_do_no_harm() -> None:
    content = encoded(gradient(64, 64), "JPEG", restart_marker_blocks=2)
    stray = content[:2] + b"\xff\xff\xff" + content[2:]

    assert dissect(stray).width == 64


def test_a_gif_tells_its_size_and_how_many_pictures_it_has() -> None:
    still, moving = dissect(encoded(gradient(40, 30), "GIF")), dissect(animated("GIF") + b"more")

    assert (still.media_type, still.width, still.height, still.frames) == ("image/gif", 40, 30, 1)
    assert (still.covered, still.trailing) == ((0, 0, 40, 30), 0)
    assert (moving.frames, moving.trailing) == (3, 4)


def test_a_gif_that_was_cut_anywhere_is_refused() -> None:
    content = animated("GIF")

    for length in range(len(content)):
        with pytest.raises(UnreadablePictureError):
            dissect(content[:length])


def test_a_first_picture_that_reaches_beyond_its_screen_counts() -> None:
    assert dissect(gif(gif_picture(90, 20), gif_picture(900, 900), b";")).width == 90


def test_the_fault_reads_as_a_sentence() -> None:
    with pytest.raises(
        UnreadablePictureError, match=r"^The picture is a PDF\. Save the page as PNG or JPEG and attach that\.$"
    ):
        dissect(b"%PDF-1.7")
