"""A process of its own that turns one SVG drawing into pixels, so that nothing in it can harm the bot.

A drawing is a program: a few lines of it can ask for hours of work or all memory, which no look at it beforehand tells.
This file runs alone, without the bot's settings and secrets: the drawing comes in by standard input, the picture goes
out by standard output. See `bot.pictures.isolated.svg`.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import resvg_py

CPU_SECONDS = 10
MOST_ELEMENTS = 20_000  # so many paths take five seconds
MOST_DEPTH = 200  # of elements in each other
MOST_MEMORY = 1 << 30  # bytes
PIXELS_PER_INCH = 96  # of CSS
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")  # they come with matplotlib

# What a drawing may show besides itself: pictures that it brings along. All else would be fetched from somewhere.
_BROUGHT_ALONG = re.compile(r"\s*(#|data:image/(png|jpe?g|gif|webp)[;,])", re.IGNORECASE)
_HREF = ("href", "{http://www.w3.org/1999/xlink}href")


def limit() -> None:
    """Bound the work of this process, where the system can."""
    with suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - there is none on Windows

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def fonts() -> list[str]:
    """The files of the fonts that text is set in, the same on every machine; without matplotlib the system's are."""
    found = importlib.util.find_spec("matplotlib")
    folders = [] if found is None else list(found.submodule_search_locations or ())
    files = [Path(folder, "mpl-data", "fonts", "ttf", name) for folder in folders for name in FONTS]
    return [str(file) for file in files if file.is_file()]


def harmless(content: bytes) -> str:
    """The drawing without what would be fetched from a file or an address when it is drawn.

    Raises:
        ValueError: of too many elements, or of too many in each other.
        SyntaxError: it is not well-formed.
    """
    root, elements, depth = ET.Element("svg"), 0, 0
    for event, element in ET.iterparse(BytesIO(content), ("start", "end")):  # noqa: S314 - the bot has refused entities
        if event == "end":
            depth -= 1
            continue
        root = root if elements else element
        elements, depth = elements + 1, depth + 1
        if elements > MOST_ELEMENTS or depth > MOST_DEPTH:
            raise ValueError("the drawing is built of too many parts")
        for name in _HREF:
            if not _BROUGHT_ALONG.match(element.get(name, "#")):
                del element.attrib[name]
    text: str = ET.tostring(root, encoding="unicode")
    return text


def main() -> None:
    """Draw what comes in, so many pixels wide as the first argument says."""
    limit()
    sans, serif, monospace = "DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono"
    brought = fonts()
    picture = resvg_py.svg_to_bytes(
        svg_string=harmless(sys.stdin.buffer.read()),
        width=int(sys.argv[1]),
        dpi=PIXELS_PER_INCH,
        skip_system_fonts=bool(brought),
        font_files=brought,
        font_family=sans,
        sans_serif_family=sans,
        serif_family=serif,
        monospace_family=monospace,
        cursive_family=serif,
        fantasy_family=sans,
    )
    sys.stdout.buffer.write(picture)


if __name__ == "__main__":
    main()
