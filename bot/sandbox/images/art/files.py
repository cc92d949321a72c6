"""Picture files: stills, previews, animations and SVGs with a mark of where they come from, and canned ones."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import io
import struct
import zlib
from functools import lru_cache
from math import cos, pi, sin
from typing import TYPE_CHECKING, cast
from xml.sax.saxutils import escape

from PIL import ExifTags, Image, ImageDraw, ImageFilter, PngImagePlugin

from bot.sandbox.images.art.canvas import gradient

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SOFTWARE = "Atelier sandbox"  # stands in for the provider's C2PA manifest: whoever re-encodes loses it
LONGEST_COMMENT = 65_533  # bytes in one JPEG comment
_COLOURS = ((38, 70, 83), (42, 157, 143), (233, 196, 106), (231, 111, 81))


def encode(image: Image.Image, output_format: str, compression: int = 100) -> bytes:
    """A PNG, JPEG or WebP file of a picture; `compression` is the API's, 0 to 100, 100 the best quality."""
    out = io.BytesIO()
    if output_format == "png":
        mark = PngImagePlugin.PngInfo()
        mark.add_text("Software", SOFTWARE)
        image.save(out, "PNG", pnginfo=mark, compress_level=1)  # nobody pays for the bytes
        return out.getvalue()
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = SOFTWARE
    quality = 30 + compression * 65 // 100
    if output_format == "jpeg":
        image.convert("RGB").save(out, "JPEG", quality=quality, exif=exif)
    else:
        image.save(out, "WEBP", quality=quality, method=2, exif=exif)
    return out.getvalue()


def canned(size: tuple[int, int], output_format: str, length: int, number: int = 0) -> bytes:
    """A plain picture file of exactly `length` bytes (or its own size, if that is more), another for each number."""
    stamp = number.to_bytes(8)
    if output_format == "jpeg":
        content = _plain(size, output_format, length - 12, number % len(_COLOURS))
        return content[:2] + _jpeg_comment(stamp) + content[2:]
    if output_format == "png":
        return _png_with(_plain(size, output_format, length - 20, number % len(_COLOURS)), stamp)
    return _webp_with(_plain(size, output_format, length - 16, number % len(_COLOURS)), stamp)


@lru_cache(maxsize=64)
def _plain(size: tuple[int, int], output_format: str, length: int, turn: int) -> bytes:
    down, across = (gradient(edges, _COLOURS[turn:] + _COLOURS[:turn]) for edges in (size, (size[1], size[0])))
    *others, _ = down.split()
    image = Image.merge("RGB", [*others, across.getchannel("B").transpose(Image.Transpose.TRANSPOSE)])
    content = encode(image, output_format, 60)
    missing = length - len(content)
    if missing < 12:  # noqa: PLR2004 - the smallest chunk of a PNG
        return content
    if output_format == "png":
        return _png_with(content, bytes(missing - 12))
    if output_format == "jpeg":
        return content[:2] + _jpeg_comments(missing) + content[2:]
    return _webp_with(content, bytes((missing - 8) & ~1))  # RIFF chunks have even lengths: an odd one is rounded down


def _png_with(content: bytes, payload: bytes) -> bytes:
    kind = b"saNd"  # ancillary, private, safe to copy
    chunk = struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))
    return content[:-12] + chunk + content[-12:]


def _jpeg_comments(length: int) -> bytes:
    comments = bytearray()
    while length > 0:
        payload = min(LONGEST_COMMENT, length - 4)
        if 0 < length - 4 - payload < 4:  # noqa: PLR2004 - leave room for the next comment's head
            payload -= 4
        comments += _jpeg_comment(bytes(payload))
        length -= payload + 4
    return bytes(comments)


def _jpeg_comment(payload: bytes) -> bytes:
    return b"\xff\xfe" + struct.pack(">H", len(payload) + 2) + payload


def _webp_with(content: bytes, payload: bytes) -> bytes:
    chunk = b"saNd" + struct.pack("<I", len(payload)) + payload
    return content[:4] + struct.pack("<I", len(content) - 8 + len(chunk)) + content[8:] + chunk


COARSEST: Sequence[float] = (0.05, 0.022, 0.009)  # of the shorter edge, for the three previews there can be


def sketch(image: Image.Image, index: int, count: int) -> Image.Image:
    """Preview `index` (0-based) of `count` of a finished picture, at its full size in pixels."""
    step = COARSEST[min(index + (3 - count) // 2, len(COARSEST) - 1)]
    block = max(2, round(min(image.size) * step))
    small = image.reduce(block)
    tiles = small.resize(image.size, Image.Resampling.NEAREST)
    soft = small.resize(image.size, Image.Resampling.BICUBIC)
    return Image.blend(soft, tiles.filter(ImageFilter.BoxBlur(block / 6)), 0.45)


SWAY = 0.03  # of the edge


def animated(image: Image.Image, frames: int, frame_ms: int) -> bytes:
    """A GIF that runs for ever, of the picture's size in pixels. No two frames are equal."""
    first, *others = [_frame(image.convert("RGB"), index / frames) for index in range(frames)]
    palette = first.quantize(128, dither=Image.Dither.NONE)
    out = io.BytesIO()
    palette.save(
        out,
        "GIF",
        save_all=True,
        append_images=[other.quantize(palette=palette, dither=Image.Dither.NONE) for other in others],
        duration=frame_ms,
        loop=0,
        comment=SOFTWARE.encode(),
    )
    return out.getvalue()


def _frame(image: Image.Image, turn: float) -> Image.Image:
    """The picture at a moment, 0 to 1, of its round."""
    width, height = image.size
    across, down = SWAY * (1 + sin(2 * pi * turn)), SWAY * (1 + cos(2 * pi * turn))
    view = (width * across / 2, height * down / 2, width * (1 - SWAY + across / 2), height * (1 - SWAY + down / 2))
    frame = image.resize(image.size, Image.Resampling.BILINEAR, box=view)
    x, y = width * (0.5 + 0.34 * cos(2 * pi * turn)), height * (0.45 + 0.3 * sin(2 * pi * turn))
    radius = max(3.0, min(image.size) * 0.022)
    ImageDraw.Draw(frame).circle(
        (x, y), radius, fill=(255, 236, 130), outline=(120, 84, 10), width=max(1, round(radius / 4))
    )
    return frame


CELLS = 40  # along the long edge; each is two triangles
WORDS = 200  # characters of the prompt in the title
VISIBLE = 128  # an alpha value


def svg(image: Image.Image, prompt: str) -> bytes:
    """An SVG of the picture's size in pixels; clear where the picture is."""
    width, height = image.size
    legible = "".join(sign for sign in prompt[:WORDS] if sign.isprintable())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>{escape(legible)}</title><desc>{SOFTWARE}</desc>",
        '<g stroke-width="1" stroke-linejoin="round">',
        *_triangles(image.convert("RGBA")),
        "</g></svg>",
    ]
    return "\n".join(parts).encode()


def _triangles(image: Image.Image) -> Iterator[str]:
    width, height = image.size
    columns, rows = (max(1, round(CELLS * edge / max(width, height))) for edge in (width, height))
    colours = image.resize((2 * columns, 2 * rows), Image.Resampling.BOX)
    for row in range(rows):
        top, bottom = height * row / rows, height * (row + 1) / rows
        for column in range(columns):
            left, right = width * column / columns, width * (column + 1) / columns
            for corner, place in (((right, top), (1, 0)), ((left, bottom), (0, 1))):
                pixel = cast("tuple[int, ...]", colours.getpixel((2 * column + place[0], 2 * row + place[1])))
                if pixel[3] >= VISIBLE:
                    colour = "#{:02x}{:02x}{:02x}".format(*pixel)
                    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in ((left, top), corner, (right, bottom)))
                    yield f'<polygon points="{points}" fill="{colour}" stroke="{colour}"/>'
