"""Of a member's file only the picture leaves us: every other part stays behind, and the pixels stay as they were."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from bot.pictures import prepare
from bot.pictures.files.container_format import dissect

from .samples import ORIENTATION, apng, chunk, encoded, gradient, half_transparent, noise, opened, quarters, webp

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = b"Mia, 52.5200 N 13.4050 E"
PICTURE = noise(64, 48)


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def in_jpeg(*segments: bytes, after: bytes = b"", **options: object) -> bytes:
    content = encoded(PICTURE, "JPEG", **options)
    return content[:2] + b"".join(segments) + content[2:] + after


def in_png(*chunks: bytes, after: bytes = b"", late: bool = False) -> bytes:
    content = encoded(PICTURE, "PNG")
    at = -12 if late else 33
    return content[:at] + b"".join(chunks) + content[at:] + after


def in_webp(*chunks: tuple[bytes, bytes], after: bytes = b"", lossless: bool = False) -> bytes:
    content = encoded(PICTURE, "WEBP", lossless=lossless)
    size = struct.pack("<I", 0x2C) + (63).to_bytes(3, "little") + (47).to_bytes(3, "little")
    return webp((b"VP8X", size), (content[12:16], content[20:]), *chunks) + after


def thumbnail() -> bytes:
    return encoded(gradient(16, 12), "JPEG", comment=SECRET)


JUMBF = b"JP\0\1\0\0\0\1" + struct.pack(">I", 40) + b"jumb" + b"c2pa.claim title " + SECRET
EXIF = b"Exif\0\0MM\0*\0\0\0\x08\0\1" + struct.pack(">HHII", 0x010E, 2, len(SECRET), 26) + bytes(4) + SECRET


def between_scans() -> bytes:
    content = encoded(PICTURE, "JPEG", progressive=True)
    at = content.rindex(b"\xff\xda")
    return content[:at] + segment(0xFE, SECRET) + segment(0xE7, SECRET) + content[at:]


FILES: dict[str, Callable[[], bytes]] = {
    "JPEG, EXIF": lambda: in_jpeg(segment(0xE1, EXIF)),
    "JPEG, XMP": lambda: in_jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + SECRET)),
    "JPEG, long XMP": lambda: in_jpeg(segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + SECRET)),
    "JPEG, Photoshop": lambda: in_jpeg(segment(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\0\0\0\x18" + SECRET)),
    "JPEG, comment": lambda: in_jpeg(segment(0xFE, SECRET)),
    "JPEG, C2PA": lambda: in_jpeg(segment(0xEB, JUMBF)),
    "JPEG, JFXX": lambda: in_jpeg(segment(0xE0, b"JFXX\0\x10" + thumbnail())),
    "JPEG, JFIF thumbnail": lambda: in_jpeg(segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\x08\1" + SECRET)),
    "JPEG, longer Adobe mark": lambda: in_jpeg(segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + SECRET)),
    "JPEG, other APPn": lambda: in_jpeg(*(segment(marker, b"Ducky" + SECRET) for marker in range(0xE1, 0xF0))),
    "JPEG, several pictures": lambda: in_jpeg(segment(0xE2, b"MPF\0MM\0*" + SECRET), after=thumbnail()),
    "JPEG, a film behind": lambda: in_jpeg(after=b"\0\0\0\x18ftypmp42" + SECRET),
    "JPEG, bytes between": lambda: in_jpeg(b"\xff\xff" + segment(0xFE, b"x") + b"\0" + SECRET),
    "JPEG, between scans": between_scans,
    "PNG, tEXt": lambda: in_png(chunk(b"tEXt", b"Author\0" + SECRET)),
    "PNG, zTXt": lambda: in_png(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(SECRET, 0))),
    "PNG, iTXt": lambda: in_png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET), late=True),
    "PNG, eXIf": lambda: in_png(chunk(b"eXIf", EXIF[6:])),
    "PNG, tIME": lambda: in_png(chunk(b"tIME", SECRET[:7])),
    "PNG, C2PA": lambda: in_png(chunk(b"caBX", JUMBF)),
    "PNG, a custom chunk": lambda: in_png(chunk(b"prVt", SECRET), late=True),
    "PNG, words as physics": lambda: in_png(chunk(b"pHYs", SECRET), chunk(b"sBIT", SECRET), chunk(b"gAMA", SECRET)),
    "PNG, words as sRGB": lambda: in_png(chunk(b"sRGB", SECRET), chunk(b"cHRM", SECRET), chunk(b"bKGD", SECRET)),
    "PNG, a name of colours": lambda: in_png(chunk(b"iCCP", SECRET + b"\0\0" + zlib.compress(b"no profile"))),
    "PNG, a palette and histogram": lambda: in_png(chunk(b"PLTE", SECRET), chunk(b"hIST", SECRET)),
    "PNG, an archive behind": lambda: in_png(after=b"PK\3\4" + SECRET),
    "WEBP, EXIF": lambda: in_webp((b"EXIF", EXIF)),
    "WEBP, XMP": lambda: in_webp((b"XMP ", SECRET), lossless=True),
    "WEBP, C2PA": lambda: in_webp((b"C2PA", JUMBF)),
    "WEBP, a custom chunk": lambda: in_webp((b"mine", SECRET), lossless=True),
    "WEBP, broken profile": lambda: in_webp((b"ICCP", SECRET * 9)),
    "WEBP, more behind": lambda: in_webp(after=SECRET),
}


def as_it_was(content: bytes) -> Image.Image:
    """The picture in it, without Pillow's reading what stands around it."""
    if content.startswith(b"\x89PNG"):
        return PICTURE
    return opened(encoded(PICTURE, "JPEG") if content.startswith(b"\xff") else content)


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
async def test_only_the_picture_leaves_us_and_to_the_last_bit(make: Callable[[], bytes]) -> None:
    content = make()

    ready = await prepare(content, "x.jpg")

    assert SECRET[:7] in content or b"c2pa" in content
    assert not any(word in ready.content for word in (SECRET[:7], b"Exif", b"c2pa", b"jumb", b"MPF", b"JFXX", b"Ducky"))
    assert dissect(ready.content).trailing == 0
    assert ready.media_type == dissect(content).media_type
    before, after = as_it_was(content).convert("RGBA"), opened(ready.content).convert("RGBA")
    assert ImageChops.difference(before, after).getbbox(alpha_only=False) is None


@pytest.mark.parametrize(
    "make", [lambda: encoded(PICTURE, "JPEG", quality=80), lambda: encoded(PICTURE, "JPEG", progressive=True)]
)
async def test_a_jpeg_is_not_compressed_anew_to_lose_its_metadata(make: Callable[[], bytes]) -> None:
    content = make()

    ready = await prepare(content[:2] + segment(0xE1, EXIF) + content[2:], "x.jpg")

    assert len(ready.content) <= len(content)
    assert content[content.index(b"\xff\xdb") :] in ready.content


@pytest.mark.parametrize(
    ("content", "mode"),
    [
        (encoded(half_transparent(64, 48), "WEBP"), "RGBA"),
        (encoded(half_transparent(64, 48), "WEBP", lossless=True, exif=EXIF), "RGBA"),
        (encoded(half_transparent(64, 48), "WEBP", xmp=SECRET), "RGBA"),
        (encoded(quarters(64, 48), "WEBP", xmp=SECRET), "RGB"),
        (encoded(half_transparent(64, 48), "PNG"), "RGBA"),
    ],
)
async def test_transparency_stays_when_the_rest_goes(content: bytes, mode: str) -> None:
    ready = await prepare(content, "x.webp")

    image = opened(ready.content)
    assert (image.mode, f"image/{image.format}".lower()) == (mode, dissect(content).media_type)
    assert image.convert("RGBA").tobytes() == opened(content).convert("RGBA").tobytes()
    assert SECRET[:7] not in ready.content


@pytest.mark.parametrize("transform", [0, 1])
async def test_how_the_colours_of_a_jpeg_are_coded_is_not_lost(transform: int) -> None:
    coded = PICTURE if transform == 0 else PICTURE.convert("YCbCr")
    plain = encoded(PICTURE, "JPEG", quality=95, keep_rgb=transform == 0)
    mark = segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes((transform,)))
    content = plain[:2] + mark + plain[2:].replace(b"\xff\xe0\0\x10JFIF", b"\xff\xec\0\x10none", 1)

    ready = await prepare(content, "x.jpg")

    assert coded.size == (64, 48)
    assert opened(ready.content).tobytes() == opened(content).tobytes()


async def test_a_picture_that_an_animation_shows_first_is_sent_without_the_others() -> None:
    ready = await prepare(apng(9), "x.png")

    assert dissect(ready.content).parts == {"IHDR", "IDAT", "IEND"}
    assert ready.note == "“x.png” is animated; its first picture is used."


async def test_an_animation_of_a_single_picture_is_sent_as_a_still_one() -> None:
    still = encoded(PICTURE, "WEBP", lossless=True)
    size = (63).to_bytes(3, "little") + (47).to_bytes(3, "little")
    frame = bytes(6) + size + bytes(4) + still[12:]
    content = webp((b"VP8X", struct.pack("<I", 2) + size), (b"ANIM", bytes(6)), (b"ANMF", frame))

    ready = await prepare(content, "x.webp")

    assert dissect(ready.content).media_type == "image/png"
    assert opened(ready.content).convert("RGB").tobytes() == PICTURE.tobytes()


def directory(order: str, tag: int, kind: int, count: int, value: bytes) -> bytes:
    mark = b"MM\0*" if order == ">" else b"II*\0"
    return mark + struct.pack(f"{order}IHHHI", 8, 1, tag, kind, count) + value + bytes(4)


@pytest.mark.parametrize(
    ("block", "size"),
    [
        (directory(">", ORIENTATION, 3, 1, b"\0\6\0\0"), (48, 64)),
        (directory("<", ORIENTATION, 3, 1, b"\6\0\0\0"), (48, 64)),
        (b"Exif\0\0" + directory("<", ORIENTATION, 3, 1, b"\6\0\0\0"), (48, 64)),
        (directory("<", ORIENTATION, 4, 1, b"\6\0\0\0"), (64, 48)),  # another type
        (directory("<", ORIENTATION, 1, 1, b"\6\0\0\0"), (64, 48)),
        (directory("<", ORIENTATION, 2, 1, b"6\0\0\0"), (64, 48)),
        (directory("<", ORIENTATION, 3, 2, b"\6\0\6\0"), (64, 48)),  # two of them
        (directory("<", ORIENTATION, 3, 1, b"\0\0\0\0"), (64, 48)),  # out of range
        (directory("<", ORIENTATION, 3, 1, b"\x09\0\0\0"), (64, 48)),
        (directory("<", 0x0100, 3, 1, b"\6\0\0\0"), (64, 48)),
        (directory("<", ORIENTATION, 3, 1, b"\6\0\0\0")[:15], (64, 48)),
        (b"II*\0\xff\xff\xff\xff", (64, 48)),
        (b"no exif", (64, 48)),
    ],
)
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
async def test_only_an_orientation_as_the_standard_has_it_turns_a_picture(
    block: bytes, size: tuple[int, int], file_format: str
) -> None:
    prefix = b"Exif\0\0" if file_format == "JPEG" and not block.startswith(b"Exif") else b""

    ready = await prepare(encoded(quarters(64, 48), file_format, exif=prefix + block), "x")

    assert (ready.width, ready.height) == size


XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description tiff:Orientation='6'/></x:xmpmeta>"
RAW = b"\nexif\n      32\n" + (b"Exif\0\0" + directory(">", ORIENTATION, 3, 1, b"\0\6\0\0")).hex().encode() + b"\n"


@pytest.mark.parametrize(
    "content",
    [
        in_png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
        in_jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)),
        in_webp((b"XMP ", XMP)),
        in_png(chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(RAW))),
        in_png(chunk(b"tEXt", b"Raw profile type exif\0" + RAW)),
        in_png(chunk(b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(RAW))),
    ],
)
async def test_other_notes_on_turning_are_not_obeyed_as_no_browser_does(content: bytes) -> None:
    ready = await prepare(content, "x")

    assert (ready.width, ready.height) == (64, 48)
