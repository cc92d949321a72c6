"""Large WEBP pictures, unfolded by a process of its own."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from PIL import Image

from bot.child_process import run
from bot.pictures.files.file_faults import damaged
from bot.services.jobs import UnreadablePictureError

SECONDS = 60.0  # that one picture may take on a busy machine; a free one needs three
MODE_LENGTH = 4  # bytes

_PROCESS = Path(__file__).with_name("webp_process.py")


def unfold(content: bytes, size: tuple[int, int], most_pixels: int) -> Image.Image:
    """The first picture of a WEBP, scaled to a size. Blocks: for a thread that has no event loop.

    Args:
        content: the whole file.
        size: width and height in pixels, not larger than the picture's.
        most_pixels: a larger one is not begun.

    Raises:
        UnreadablePictureError: it cannot be read, or not by this machine.
    """
    command = [sys.executable, "-I", str(_PROCESS), *map(str, (*size, most_pixels))]
    try:
        ended = asyncio.run(run(command, content, seconds=SECONDS, environment={}))
    except OSError as error:  # a TimeoutError is one too
        raise _not_now() from error
    if ended.code < 0 or b"MemoryError" in ended.said:  # ended by the system
        raise _not_now()
    mode = ended.written[:MODE_LENGTH].decode("latin-1").strip()
    if ended.code or mode not in {"RGB", "RGBA"}:
        raise damaged()
    return Image.frombytes(mode, size, memoryview(ended.written)[MODE_LENGTH:])


def _not_now() -> UnreadablePictureError:
    return UnreadablePictureError("takes more work than I have room for just now", "Save it as JPEG and attach that.")
