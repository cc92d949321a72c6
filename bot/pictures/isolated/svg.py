"""SVG drawings: whether a file looks like one, how large it is, and how it looks. It is never drawn inside the bot."""

from __future__ import annotations

import hashlib
import re
import sys
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

import structlog

from bot.child_process import Places, run
from bot.pictures.files.container_format import dissect
from bot.pictures.files.file_faults import cut_off, damaged, too_intricate
from bot.pictures.pool import pool
from bot.services.jobs import UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "image/svg+xml"
MOST_BYTES = (
    8_000_000  # Discord takes files of 10 MiB where no boost raises it; the provider's own drawings have 200 kB
)
LOOKED_AT = 1 << 16  # bytes, in which the root element has to begin and end its start tag; parsed within a millisecond
AT_ONCE = 2  # drawing processes; each may take a processor for `SECONDS`
SECONDS = 10.0  # that one drawing may take
MOST_REMEMBERED = 16  # pictures of drawings; a hard one is wanted for its message, for its buttons and for a change
LARGEST_REMEMBERED = 2_000_000  # bytes of each
LONGEST_SIDE = 16_384  # pixels; a drawing that says it is longer is taken for one of that size in the same shape
USUAL_SIZE = (300.0, 150.0)  # pixels, of a drawing that does not say how large it is: CSS 2.1, 10.3.2
PIXELS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}

_PROCESS = Path(__file__).with_name("svg_process.py")
_ROOT = "http://www.w3.org/2000/svg svg"
_LENGTH = re.compile(r"\s*\+?([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?)\s*([a-z]*)\s*")
_SMALLEST, _LARGEST = 1e-6, 1e9  # pixels
_BETWEEN = re.compile(r"[\s,]+")
_UNFINISHED = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)

_log = structlog.stdlib.get_logger(__name__)


def check_svg(content: bytes) -> tuple[int, int]:
    """Look at a drawing's root element and at its end. A short drawing is read whole, a long one only begun.

    What is wrong in the middle of a long one shows when it is drawn: see `render_svg`.

    Returns:
        Width and height in pixels, as the drawing says them.

    Raises:
        UnreadablePictureError: too large, no SVG, or cut off, or as far as it is read not well-formed.
    """
    if len(content) > MOST_BYTES:
        raise too_intricate()
    reader = _RootReader()
    is_whole = len(content) <= LOOKED_AT
    try:
        reader.parser.Parse(content[:LOOKED_AT], is_whole)
    except expat.ExpatError as error:
        raise (cut_off() if error.code in _UNFINISHED else damaged()) from error
    if reader.size is None:
        raise UnreadablePictureError("is no picture that I know")
    if not is_whole and not content[-LOOKED_AT:].rstrip().endswith(b">"):
        raise cut_off()
    return reader.size


class SvgProcess:
    """Draws in processes of its own, few at once and not for long, and remembers what came of the latest drawings."""

    def __init__(self) -> None:
        self._places = Places(AT_ONCE)
        self._drawn: OrderedDict[tuple[bytes, int], bytes | None] = OrderedDict()

    async def draw(self, content: bytes, longest_edge: int) -> bytes:
        """See `render_svg`."""
        (width, height), digest = await pool.run(lambda: (check_svg(content), hashlib.sha256(content).digest()))
        across = max(1, round(width * longest_edge / max(width, height)))
        key = (digest, longest_edge)
        async with self._places.here():
            if key in self._drawn:
                picture = self._drawn[key]
            else:
                picture = await self._picture(content, across, longest_edge)
            self._remember(key, picture)
        if picture is None:
            raise UnreadablePictureError("cannot be drawn", "Ask for a simpler one.")
        return picture

    def _remember(self, key: tuple[bytes, int], picture: bytes | None) -> None:
        if picture is not None and len(picture) > LARGEST_REMEMBERED:
            return
        self._drawn[key] = picture
        self._drawn.move_to_end(key)
        while len(self._drawn) > MOST_REMEMBERED:
            self._drawn.popitem(last=False)

    async def _picture(self, content: bytes, across: int, longest_edge: int) -> bytes | None:
        """The PNG; None if the drawing cannot be drawn.

        Raises:
            UnreadablePictureError: no process could be started now.
        """
        try:
            picture = await _drawn_apart(content, across)
            anatomy = await pool.run(dissect, picture)
        except (TimeoutError, UnreadablePictureError) as error:
            _log.info("drawing not drawn", reason=repr(error))
            return None
        except OSError as error:
            _log.warning("drawing process not started", reason=repr(error))
            raise UnreadablePictureError("cannot be drawn just now", "Try again in a minute.") from error
        is_right = anatomy.media_type == "image/png" and max(anatomy.width, anatomy.height) <= 2 * longest_edge
        return picture if is_right else None


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
    return await _svg_process.draw(content, longest_edge)


async def _drawn_apart(content: bytes, across: int) -> bytes:
    """What the process writes; nothing if it fails, which `dissect` calls no picture."""
    command = (sys.executable, "-I", str(_PROCESS), str(across))
    ended = await run(command, content, seconds=SECONDS, environment={}, is_heard=False)
    return b"" if ended.code else ended.written


class _RootReader:
    """Reads the size off the root element.

    Attributes:
        size: in pixels; None until the root element was met.
    """

    def __init__(self) -> None:
        self.size: tuple[int, int] | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EntityDeclHandler = self._entity

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self.size is not None:
            return
        if name != _ROOT:
            raise UnreadablePictureError("is no picture that I know")
        self.size = _size(*(attributes.get(each, "") for each in ("width", "height", "viewBox")))

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


_svg_process = SvgProcess()
