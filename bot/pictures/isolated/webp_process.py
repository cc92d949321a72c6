"""A process of its own that unfolds one large WEBP.

Pillow decodes WEBP through libwebp's animation decoder, which needs four times the memory of the result and copies it
under the interpreter's lock: in the bot a large one would stop the event loop for a quarter of a second. The file comes
in by standard input; the wanted width and height are the arguments; the mode and the bare pixels go out by standard
output. It runs alone, without the bot's settings and secrets. See `bot.pictures.isolated.webp`.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from PIL import Image

CPU_SECONDS = 60
MOST_MEMORY = 3 << 30  # bytes; 67 million pixels take half of it
MODE_LENGTH = 4  # bytes, in which the mode stands


def limit(most_pixels: int) -> None:
    """Bound the work of this process, and offer it where the system runs out of memory, so that the bot lives on."""
    Image.MAX_IMAGE_PIXELS = most_pixels
    with suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - there is none on Windows

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def main() -> None:
    """Unfold what comes in."""
    width, height, most_pixels = (int(argument) for argument in sys.argv[1:])
    limit(most_pixels)
    with Image.open(BytesIO(sys.stdin.buffer.read()), formats=("WEBP",)) as image:
        image.load()
        scaled = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)  # pyright: ignore[reportUnknownMemberType] - Pillow's annotation names numpy, which is not installed
    sys.stdout.buffer.write(scaled.mode.ljust(MODE_LENGTH).encode())
    sys.stdout.buffer.write(scaled.tobytes())


if __name__ == "__main__":
    main()
