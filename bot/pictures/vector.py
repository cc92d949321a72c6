"""SVG drawings: whether a file is one, how large it is, and how it looks. It is never drawn inside the bot."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.parsers import expat

from bot.pictures.anatomy import dissect
from bot.pictures.faults import UnreadablePictureError, cut_off, damaged, too_intricate
from bot.pictures.pool import pool

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "image/svg+xml"
MOST_BYTES = 20_000_000
MOST_ELEMENTS = 100_000
MOST_DEPTH = 200  # of elements in each other
SECONDS = 10.0  # that one drawing may take
LONGEST_SIDE = 16_384  # pixels; a drawing that says it is longer is taken for one of that size in the same shape
USUAL_SIZE = (300.0, 150.0)  # pixels, of a drawing that does not say how large it is: CSS 2.1, 10.3.2
PIXELS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}

_PROCESS = Path(__file__).with_name("drawing_process.py")
_ROOT = "http://www.w3.org/2000/svg svg"
_LENGTH = re.compile(r"\s*\+?([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?)\s*([a-z]*)\s*")
_SMALLEST, _LARGEST = 1e-6, 1e9  # pixels
_BETWEEN = re.compile(r"[\s,]+")
_STEP = 1 << 16  # bytes parsed at a time; the interpreter's lock is free in between
# What a drawing may show besides itself: pictures that it brings along. All else would be fetched from somewhere.
_BROUGHT_ALONG = re.compile(r"\s*(#|data:image/(png|jpe?g|gif|webp)[;,])", re.IGNORECASE)
_HREF = ("href", "{http://www.w3.org/1999/xlink}href")
_UNFINISHED = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


def check_svg(content: bytes) -> tuple[int, int]:
    """Read a drawing to its end, without drawing it. Blocks: call it on the pool's threads.

    Returns:
        Width and height in pixels, as the drawing says them.

    Raises:
        UnreadablePictureError: too large, not well-formed, no SVG, or built so that reading it would take long.
    """
    if len(content) > MOST_BYTES:
        raise too_intricate()
    reader = _Reader()
    try:
        for start in range(0, len(content), _STEP):
            reader.parser.Parse(content[start : start + _STEP])
        reader.parser.Parse(b"", True)  # noqa: FBT003 - it takes no names
    except expat.ExpatError as error:
        raise (cut_off() if error.code in _UNFINISHED else damaged()) from error
    return reader.size


async def render_svg(content: bytes, longest_edge: int) -> bytes:
    """The drawing as a PNG, transparent where nothing is drawn.

    It is drawn by a process of its own that is stopped when it takes too long, and that sees no file, no address and
    none of our settings.

    Args:
        content: the whole file.
        longest_edge: of the result, in pixels.

    Raises:
        UnreadablePictureError: it is no drawing, or one that cannot be drawn.
    """
    return await pool.run(rendered, content, longest_edge)


def rendered(content: bytes, longest_edge: int) -> bytes:
    """The same, and blocks: call it on the pool's threads."""
    width, height = check_svg(content)
    across = max(1, round(width * longest_edge / max(width, height)))
    command = [sys.executable, "-I", str(_PROCESS), str(across)]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and nothing in the arguments comes from a drawing
            command, input=_harmless(content), capture_output=True, timeout=SECONDS, check=True, env={}
        )
        anatomy = dissect(done.stdout)
    except (subprocess.SubprocessError, OSError, UnreadablePictureError) as error:
        raise UnreadablePictureError("cannot be drawn", "Ask for a simpler one.") from error
    if anatomy.media_type != "image/png" or max(anatomy.width, anatomy.height) > 2 * longest_edge:
        raise UnreadablePictureError("cannot be drawn", "Ask for a simpler one.")
    return done.stdout


class _Reader:
    """Goes through the elements of a drawing."""

    def __init__(self) -> None:
        self.size = (0, 0)
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._entity
        self._elements = self._depth = 0

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._elements:
            if name != _ROOT:
                raise UnreadablePictureError("is no picture that I know")
            self.size = _size(*(attributes.get(each, "") for each in ("width", "height", "viewBox")))
        self._elements += 1
        self._depth += 1
        if self._elements > MOST_ELEMENTS or self._depth > MOST_DEPTH:
            raise too_intricate()

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _entity(self, *_declared: object) -> None:
        """Short words for long text, and for files elsewhere: no drawing needs them."""
        raise damaged()


def _size(width: str, height: str, view_box: str) -> tuple[int, int]:
    """https://www.w3.org/TR/SVG2/coords.html#SizingSVGInCSS : what one side does not say, the view box's shape does."""
    box = [_number(each) for each in _BETWEEN.split(view_box.strip())]
    usual_width, usual_height = USUAL_SIZE
    if len(box) == 4 and box[2] and box[3]:  # noqa: PLR2004 - left, top, width, height
        usual_width, usual_height = box[2], box[3]
    wide, high = _length(width), _length(height)
    if not wide:
        wide = high * usual_width / usual_height if high else usual_width
    if not high:
        high = wide * usual_height / usual_width
    factor = min(1.0, LONGEST_SIDE / max(wide, high))
    return max(1, round(wide * factor)), max(1, round(high * factor))


def _length(text: str) -> float:
    """A length in pixels; 0 for a share of the page, and for what is none."""
    found = _LENGTH.fullmatch(text)
    return _number(found[1]) * PIXELS.get(found[2], 0.0) if found else 0.0


def _number(text: str) -> float:
    """A number above zero with which one can reckon; 0 for any other."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if _SMALLEST < value < _LARGEST else 0.0


def _harmless(content: bytes) -> bytes:
    """The drawing without what would be fetched from a file or an address when it is drawn."""
    root = ET.fromstring(content)  # noqa: S314 - check_svg has refused entities, and bounds what is in it
    for element in root.iter():
        for name in _HREF:
            if not _BROUGHT_ALONG.match(element.get(name, "#")):
                del element.attrib[name]
    harmless: bytes = ET.tostring(root, encoding="utf-8")
    return harmless
