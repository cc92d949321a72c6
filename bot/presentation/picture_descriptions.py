"""How a picture was made, in words: under a result and for a screen reader; and whether it shows what its mask kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import beginning, composed, joined, phrase, plural
from bot.pictures import columns_of
from bot.services.requests import Change
from bot.services.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.services.ledger import Picture
    from bot.services.requests import Base, ImageRequest

LONGEST_ALT_TEXT = 1024  # characters; Discord's limit
BEGINNING, PREVIEW = phrase("Generated picture"), phrase("Preview")
ROWS = {2: phrase("rows of two"), 3: phrase("rows of three")}

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
    Change.VARY: phrase("varied"),
    Change.FINISH: phrase("drawn again in a higher quality"),
    Change.ZOOM_OUT: phrase("zoomed out 1.5×"),
    Change.ZOOM_OUT_TWICE: phrase("zoomed out 2×"),
    Change.PAN_LEFT: phrase("extended to the left"),
    Change.PAN_RIGHT: phrase("extended to the right"),
    Change.PAN_UP: phrase("extended upwards"),
    Change.PAN_DOWN: phrase("extended downwards"),
    Change.SQUARE: phrase("made square"),
    Change.PORTRAIT: phrase("made portrait"),
    Change.LANDSCAPE: phrase("made landscape"),
    Change.CUT_OUT: phrase("without its background"),
}
DRAWN_UPON = phrase("changed as drawn upon it")  # an edit without words

# What became of what was to be kept: true to the pixel.
AS_SENT = phrase("as it was sent")  # of requests of earlier versions nothing more is known
MARKLESS = phrase("The file no longer carries the provider's “made by AI” mark.")
MAY_DIFFER = phrase("What was to be kept may differ a little: look at it.")


def opening_of(number: int, place: int, count: int, *, preview: bool = False) -> str:
    """How an alt text begins: ``Generated picture #4822, 2 of 4``; without a number yet, by its place alone."""
    stands = [] if count == 1 else [phrase("{place} of {count}", place=place, count=count)]
    if not number:
        return joined(" ", [PREVIEW if preview else BEGINNING, *stands])
    called = f"#{number}"
    opening = phrase("Preview of {number}", number=called) if preview else joined(" ", [BEGINNING, called])
    return joined(", ", [opening, *stands])


def alt_text(request: ImageRequest, opening: str = BEGINNING) -> str:
    """The words that the picture was made from, oldest first, and what was done; the newest are never cut off."""
    words = one_line(request.prompt, LONGEST_ALT_TEXT)
    done = DRAWN_UPON if request.change is Change.EDIT and not words else DONE.get(request.change)
    newest = joined(": ", [part for part in (done, words) if part])
    parts = [line for line in (*(one_line(told, LONGEST_ALT_TEXT) for told in request.story), newest) if line]
    return composed(_fitting, [opening, joined(": ", [opening, ""]), phrase("; then: "), *parts])


def _fitting(told: Sequence[str]) -> str:
    opening, begins, then, *parts = told
    if not parts:
        return opening
    room = LONGEST_ALT_TEXT - len(begins)
    story, newest = then.join(parts), parts[-1]
    if len(story) > room:
        story = one_line(newest, room) if len(newest) >= room - len(then) else f"…{story[1 - room :]}"
    return f"{begins}{story}"


def sheet_text(told: Sequence[str]) -> str:
    """The alt text of a contact sheet: what is told of each of its pictures, row by row."""
    count, each = len(told), joined("; ", told)
    whole = (
        phrase("Contact sheet of one picture: {told}.", told=each)
        if count == 1
        else phrase("Contact sheet of {count} pictures in {rows}: {told}.", count=count, rows=rows_of(count), told=each)
    )
    return composed(lambda parts: one_line(parts[0], LONGEST_ALT_TEXT), [whole])


def rows_of(count: int) -> str:
    """How several pictures stand on a contact sheet."""
    return ROWS[columns_of(count)]


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
    return joined("", ["[", name, f"](https://discord.com/channels/{server_id}/{channel_id}/{message_id})"])


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
    notes = [text if len(told) == 1 else joined(": ", [numbers(those), text]) for text, those in told.items()]
    marked = [picture for picture in pictures if picture.composed]
    if marked:
        notes.append(MARKLESS if len(marked) == len(pictures) else joined(": ", [numbers(marked), MARKLESS]))
    return notes


def kept_before(request: ImageRequest) -> list[str]:
    """What is known before anything is made to become of what is to be kept; nothing where it stays as it is."""
    base = request.base
    if base is None or request.mask is None or not request.exact:
        return []
    changed = _changed_of(base, f"image/{request.output_format}", request)
    if not changed:
        return []
    what = beginning(_kept_of(request))
    return [
        phrase("{what} will be put back from the picture itself: {changes}.", what=what, changes=joined(", ", changed))
    ]


def _kept_of(request: ImageRequest) -> str:
    return phrase("what is there of the old picture") if request.change.extends else phrase("the rest")


def _told(request: ImageRequest, picture: Picture, *, is_copied: bool) -> str:
    if not picture.composed:
        return _differs(request, picture)
    told = _composed_how(request, picture, is_copied=is_copied)
    base = request.base
    if base is None or request.change.extends or base.was == (request.width, request.height):
        return told
    asked = _size((request.width, request.height))
    fitted = phrase("What changed was asked for at {asked} and fitted to {size}.", asked=asked, size=_size(base.was))
    return joined(" ", [told, fitted])


def _composed_how(request: ImageRequest, picture: Picture, *, is_copied: bool) -> str:
    what, changed = _kept_of(request), _changed_in(request, picture)
    if changed:
        changes = joined(", ", changed)
        return phrase("{what} is put back from the picture itself: {changes}.", what=beginning(what), changes=changes)
    if is_copied:
        return phrase(
            "In the original, which I keep, {what} is exactly as it was; this is a copy of it.",
            what=what,
        )
    return phrase("{what} is exactly as it was.", what=beginning(what))


def _differs(request: ImageRequest, picture: Picture) -> str:
    """Of a picture that is as the provider made it."""
    if request.output_format == "svg":
        if request.change.extends:
            return phrase("An SVG cannot keep what was there exactly: look at it.")
        return phrase("An SVG cannot keep the outside exactly: look at it.")
    base, image = request.base, picture.image
    if base is None:
        return MAY_DIFFER
    width, height = base.laid
    became = round(width * image.width / base.picture.width), round(height * image.height / base.picture.height)
    if became == base.was:
        return MAY_DIFFER
    resized = phrase("The picture of {before} became {after}.", before=_size(base.was), after=_size(became))
    return joined(" ", [MAY_DIFFER, resized])


def _changed_in(request: ImageRequest, picture: Picture) -> list[str]:
    """What keeps a composed picture from being its base pixel by pixel."""
    base = request.base
    return [AS_SENT] if base is None else _changed_of(base, picture.image.media_type, request)


def _changed_of(base: Base, media_type: str, request: ImageRequest) -> list[str]:
    changed: list[str] = [phrase(loss) for loss in base.losses]  # kept in English, and sentences of `bot.pictures`
    if base.laid != base.was:
        changed.append(phrase("scaled from {before} to {after}", before=_size(base.was), after=_size(base.laid)))
    if media_type == "image/jpeg" and base.picture.media_type == "image/jpeg":
        changed.append(phrase("compressed anew as a JPEG"))
    elif media_type == "image/jpeg":
        changed.append(phrase("compressed anew as a JPEG, which has no transparency"))
    elif media_type == "image/webp" and request.compression is not None:
        changed.append(phrase("compressed anew"))
    return changed


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"
