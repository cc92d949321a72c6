"""How a picture was made, in words: under a result and for a screen reader; and whether it shows what its mask kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import beginning, phrase, plural
from bot.pictures import columns_of
from bot.services.requests import THEN, Change
from bot.services.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.services.ledger import Picture
    from bot.services.requests import Base, ImageRequest

LONGEST_ALT_TEXT = 1024  # characters; Discord's limit
BEGINNING = "Generated picture"
PREVIEW = "Preview of"
NUMERALS = {2: "two", 3: "three"}

# What a change makes of a picture.
NAMES = {
    Change.NEW: phrase("new picture"),
    Change.EDIT: phrase("edit"),
    Change.VARY: phrase("variation"),
    Change.FINISH: phrase("finished version"),
    Change.ZOOM_OUT: phrase("wider view (1.5×)"),
    Change.ZOOM_OUT_TWICE: phrase("wider view (2×)"),
    Change.PAN_LEFT: phrase("panned left"),
    Change.PAN_RIGHT: phrase("panned right"),
    Change.PAN_UP: phrase("panned up"),
    Change.PAN_DOWN: phrase("panned down"),
    Change.SQUARE: phrase("square version"),
    Change.PORTRAIT: phrase("portrait version"),
    Change.LANDSCAPE: phrase("landscape version"),
    Change.CUT_OUT: phrase("without background"),
}
# Those of them that follow the picture: "#4821 panned left".
FOLLOWING = frozenset({Change.PAN_LEFT, Change.PAN_RIGHT, Change.PAN_UP, Change.PAN_DOWN, Change.CUT_OUT})
# What was done, where no words of a member tell it.
DONE = {
    Change.VARY: "varied",
    Change.FINISH: "drawn again in a higher quality",
    Change.ZOOM_OUT: "zoomed out 1.5×",
    Change.ZOOM_OUT_TWICE: "zoomed out 2×",
    Change.PAN_LEFT: "panned left",
    Change.PAN_RIGHT: "panned right",
    Change.PAN_UP: "panned up",
    Change.PAN_DOWN: "panned down",
    Change.SQUARE: "made square",
    Change.PORTRAIT: "made portrait",
    Change.LANDSCAPE: "made landscape",
    Change.CUT_OUT: "without its background",
}
DRAWN_UPON = "changed as drawn upon it"  # an edit without words

# What became of what was to be kept: true to the pixel.
EXACT = "{} is exactly as it was."
EXACT_IN_ORIGINAL = "In the original, which I keep, {} is exactly as it was; this is a copy of it."
PUT_BACK = "{} is put back from the picture itself: {}."
WILL_BE_PUT_BACK = "{} will be put back from the picture itself: {}."
AS_SENT = "as it was sent"  # of requests of earlier versions nothing more is known
MARKLESS = "The file no longer carries the provider's “made by AI” mark."
FITTED = "What changed was asked for at {} and fitted to {}."
MAY_DIFFER = "What was to be kept may differ a little: look at it."
BECAME = "The picture of {} became {}."
SVG_DIFFERS = "An SVG cannot keep {} exactly: look at it."


def opening_of(number: int, place: int, count: int, opening: str = BEGINNING) -> str:
    """How an alt text begins: ``Generated picture #4822, 2 of 4``; without a number yet, by its place alone."""
    if number:
        return f"{opening} #{number}" if count == 1 else f"{opening} #{number}, {place} of {count}"
    return opening if count == 1 else f"{opening.removesuffix(' of')} {place} of {count}"


def alt_text(request: ImageRequest, opening: str = BEGINNING) -> str:
    """The words that the picture was made from, oldest first, and what was done; the newest are never cut off."""
    words = one_line(request.prompt, LONGEST_ALT_TEXT)
    done = DRAWN_UPON if request.change is Change.EDIT and not words else DONE.get(request.change)
    newest = ": ".join(part for part in (done, words) if part)
    parts = [line for line in (*(one_line(told, LONGEST_ALT_TEXT) for told in request.story), newest) if line]
    if not parts:
        return BEGINNING if opening == PREVIEW else opening
    room = LONGEST_ALT_TEXT - len(f"{opening}: ")
    story = THEN.join(parts)
    if len(story) > room:
        story = one_line(newest, room) if len(newest) >= room - len(THEN) else f"…{story[1 - room :]}"
    return f"{opening}: {story}"


def sheet_text(told: Sequence[str]) -> str:
    """The alt text of a contact sheet: what is told of each of its pictures, row by row."""
    count = "one picture" if len(told) == 1 else f"{len(told)} pictures in {rows_of(len(told))}"
    return one_line(f"Contact sheet of {count}: {'; '.join(told)}.", LONGEST_ALT_TEXT)


def rows_of(count: int) -> str:
    """How several pictures stand on a contact sheet."""
    return f"rows of {NUMERALS[columns_of(count)]}"


def made_how(request: ImageRequest, model: str, pictures: Sequence[Picture]) -> list[str]:
    """What was changed, the model by this name, sizes, quality and whatever else was asked for, each a few words.

    The sizes are those that the pictures have, whatever was asked for.
    """
    sizes = dict.fromkeys(f"{picture.image.width}×{picture.image.height}" for picture in pictures)
    facts = [model, ", ".join(sizes) or request.size.replace("x", "×"), request.quality]
    if request.change is not Change.NEW:
        facts.insert(0, changed_how(request))
    if request.background == "transparent":
        facts.append(phrase("transparent"))
    return [*facts, *_inputs(request), *_options(request)]


def changed_how(request: ImageRequest) -> str:
    """``Edit of #4821``, ``#4821 panned left``, ``Wider view (2×) of a picture``."""
    name = NAMES[request.change]
    picture = phrase("a picture") if request.parent is None else f"#{request.parent}"
    if request.change in FOLLOWING:
        return beginning(phrase("{picture} {name}", picture=picture, name=name))
    return beginning(phrase("{name} of {picture}", name=name, picture=picture))


def numbers(pictures: Sequence[Picture]) -> str:
    """``#4821``, or ``#4821, #4822`` for several."""
    return ", ".join(f"#{picture.number}" for picture in pictures)


def linked(number: int, server_id: int, place: tuple[int, int] | None) -> str:
    """``#4821``, with a link to (channel id, message id) where it is shown."""
    return f"#{number}" if place is None else message_link(f"#{number}", server_id, place)


def message_link(name: str, server_id: int, place: tuple[int, int]) -> str:
    """A link to (channel id, message id); `name` is our own words."""
    channel_id, message_id = place
    return f"[{name}](https://discord.com/channels/{server_id}/{channel_id}/{message_id})"


def _inputs(request: ImageRequest) -> list[str]:
    """The pictures that it was made from beside the changed one, and what says where."""
    facts: list[str] = []
    count = len(request.references)
    if request.change is Change.NEW and count:
        facts.append(plural("from a picture", "from {count} pictures", count))
    elif count > 1:
        facts.append(plural("with another picture", "with {count} other pictures", count - 1))
    if request.mask is not None and not request.change.extends:  # those have a mask of our own
        facts.append(phrase("with a mask"))
    if request.markup is not None:
        facts.append(phrase("with a drawing"))
    return facts


def _options(request: ImageRequest) -> list[str]:
    facts: list[str] = []
    if request.input_fidelity is not None:
        facts.append(phrase("{level} input fidelity", level=request.input_fidelity))
    if request.complexity is not None:
        facts.append(phrase("{level} complexity", level=request.complexity))
    if request.compression is not None:
        facts.append(phrase("compression {level}", level=request.compression))
    if request.frames is not None:
        facts.append(plural("{count} frame", "{count} frames", request.frames))
    if request.frame_ms is not None:
        facts.append(phrase("{time} ms each", time=request.frame_ms))
    if request.svg_author is not None:
        facts.append(phrase("written by {author}", author=request.svg_author))
    return facts


def kept_how(request: ImageRequest, pictures: Sequence[Picture], copied: Collection[int] = ()) -> list[str]:
    """What became in these pictures of what was to be kept, each a sentence or two; none where nothing was.

    Args:
        request: what was asked for.
        pictures: of it.
        copied: the numbers of those of which a copy is shown that is not the same pixel by pixel.
    """
    if request.mask is None or not request.exact:
        return []
    told: dict[str, list[Picture]] = {}
    for picture in pictures:
        told.setdefault(_told(request, picture, is_copied=picture.number in copied), []).append(picture)
    notes = [text if len(told) == 1 else f"{numbers(those)}: {text}" for text, those in told.items()]
    marked = [picture for picture in pictures if picture.composed]
    if marked:
        notes.append(MARKLESS if len(marked) == len(pictures) else f"{numbers(marked)}: {MARKLESS}")
    return notes


def kept_before(request: ImageRequest) -> list[str]:
    """What is known before anything is made to become of what is to be kept; nothing where it stays as it is."""
    base = request.base
    if base is None or request.mask is None or not request.exact:
        return []
    changed = _changed_of(base, f"image/{request.output_format}", request)
    if not changed:
        return []
    return [WILL_BE_PUT_BACK.format(beginning(_kept_of(request)), ", ".join(changed))]


def _kept_of(request: ImageRequest) -> str:
    return "what is there of the old picture" if request.change.extends else "the rest"


def _told(request: ImageRequest, picture: Picture, *, is_copied: bool) -> str:
    if not picture.composed:
        return _differs(request, picture)
    what = _kept_of(request)
    changed = _changed_in(request, picture)
    if changed:
        told = PUT_BACK.format(beginning(what), ", ".join(changed))
    else:
        told = EXACT_IN_ORIGINAL.format(what) if is_copied else EXACT.format(beginning(what))
    base = request.base
    if base is None or request.change.extends or base.was == (request.width, request.height):
        return told
    return f"{told} {FITTED.format(_size((request.width, request.height)), _size(base.was))}"


def _differs(request: ImageRequest, picture: Picture) -> str:
    """Of a picture that is as the provider made it."""
    if request.output_format == "svg":
        return SVG_DIFFERS.format("what was there" if request.change.extends else "the outside")
    base, image = request.base, picture.image
    if base is None:
        return MAY_DIFFER
    width, height = base.laid
    became = round(width * image.width / base.picture.width), round(height * image.height / base.picture.height)
    return MAY_DIFFER if became == base.was else f"{MAY_DIFFER} {BECAME.format(_size(base.was), _size(became))}"


def _changed_in(request: ImageRequest, picture: Picture) -> list[str]:
    """What keeps a composed picture from being its base pixel by pixel."""
    base = request.base
    return [AS_SENT] if base is None else _changed_of(base, picture.image.media_type, request)


def _changed_of(base: Base, media_type: str, request: ImageRequest) -> list[str]:
    changed = list(base.losses)
    if base.laid != base.was:
        changed.append(f"scaled from {_size(base.was)} to {_size(base.laid)}")
    if media_type == "image/jpeg":
        changed.append(f"compressed anew as a JPEG{_without_alpha(base)}")
    elif media_type == "image/webp" and request.compression is not None:
        changed.append("compressed anew")
    return changed


def _without_alpha(base: Base) -> str:
    return "" if base.picture.media_type == "image/jpeg" else ", which has no transparency"


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"
