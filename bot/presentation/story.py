"""How a picture was made, in words: the line under a result, and what a screen reader says of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.requests import THEN, Change
from bot.services.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger import Picture
    from bot.services.requests import ImageRequest

LONGEST_ALT_TEXT = 1024  # characters; Discord's limit
BEGINNING = "Generated picture"
PREVIEW = "Preview of"

# What a change makes of a picture.
NAMES = {
    Change.NEW: "new picture",
    Change.EDIT: "edit",
    Change.VARY: "variation",
    Change.FINISH: "finished version",
    Change.ZOOM_OUT: "wider view (1.5×)",
    Change.ZOOM_OUT_TWICE: "wider view (2×)",
    Change.PAN_LEFT: "panned left",
    Change.PAN_RIGHT: "panned right",
    Change.PAN_UP: "panned up",
    Change.PAN_DOWN: "panned down",
    Change.SQUARE: "square version",
    Change.PORTRAIT: "portrait version",
    Change.LANDSCAPE: "landscape version",
    Change.CUT_OUT: "without background",
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


def place_of(place: int, count: int, beginning: str = BEGINNING) -> str:
    """How an alt text begins, so that those of several pictures differ: ``Generated picture 2 of 4``."""
    return beginning if count == 1 else f"{beginning.removesuffix(' of')} {place} of {count}"


def alt_text(request: ImageRequest, beginning: str = BEGINNING) -> str:
    """The words that the picture was made from, oldest first, and what was done; the newest are never cut off."""
    words = one_line(request.prompt, LONGEST_ALT_TEXT)
    done = DRAWN_UPON if request.change is Change.EDIT and not words else DONE.get(request.change)
    newest = ": ".join(part for part in (done, words) if part)
    parts = [line for line in (*(one_line(told, LONGEST_ALT_TEXT) for told in request.story), newest) if line]
    if not parts:
        return BEGINNING if beginning == PREVIEW else beginning
    room = LONGEST_ALT_TEXT - len(f"{beginning}: ")
    story = THEN.join(parts)
    if len(story) > room:
        story = one_line(newest, room) if len(newest) >= room - len(THEN) else f"…{story[1 - room :]}"
    return f"{beginning}: {story}"


def made_how(request: ImageRequest, model: str, pictures: Sequence[Picture]) -> list[str]:
    """What was changed, the model by this name, sizes, quality and whatever else was asked for, each a few words.

    The sizes are those that the pictures have, whatever was asked for.
    """
    sizes = dict.fromkeys(f"{picture.image.width}×{picture.image.height}" for picture in pictures)
    facts = [model, ", ".join(sizes) or request.size.replace("x", "×"), request.quality]
    if request.change is not Change.NEW:
        facts.insert(0, changed_how(request))
    if request.background == "transparent":
        facts.append("transparent")
    return [*facts, *_inputs(request), *_options(request)]


def changed_how(request: ImageRequest) -> str:
    """``Edit of #4821``, ``#4821 panned left``, ``Wider view (2×) of a picture``."""
    name = NAMES[request.change]
    picture = "a picture" if request.parent is None else f"#{request.parent}"
    words = f"{picture} {name}" if request.change in FOLLOWING else f"{name} of {picture}"
    return f"{words[0].upper()}{words[1:]}"


def numbers(pictures: Sequence[Picture]) -> str:
    """``#4821``, or ``#4821, #4822`` for several."""
    return ", ".join(f"#{picture.number}" for picture in pictures)


def linked(number: int, server_id: int, place: tuple[int, int] | None) -> str:
    """``#4821``, with a link to (channel id, message id) where it is shown."""
    if place is None:
        return f"#{number}"
    channel_id, message_id = place
    return f"[#{number}](https://discord.com/channels/{server_id}/{channel_id}/{message_id})"


def _inputs(request: ImageRequest) -> list[str]:
    """The pictures that it was made from beside the changed one, and what says where."""
    facts: list[str] = []
    count = len(request.references)
    if request.change is Change.NEW and count:
        facts.append("from a picture" if count == 1 else f"from {count} pictures")
    elif count > 1:
        facts.append("with another picture" if count == 2 else f"with {count - 1} other pictures")  # noqa: PLR2004 - the changed one, and one more
    if request.mask is not None and not request.change.extends:  # those have a mask of our own
        facts.append("with a mask")
    if request.markup is not None:
        facts.append("with a drawing")
    return facts


def _options(request: ImageRequest) -> list[str]:
    facts: list[str] = []
    if request.input_fidelity is not None:
        facts.append(f"{request.input_fidelity} input fidelity")
    if request.complexity is not None:
        facts.append(f"{request.complexity} complexity")
    if request.compression is not None:
        facts.append(f"compression {request.compression}")
    if request.frames is not None:
        facts.append(f"{request.frames} frames")
    if request.frame_ms is not None:
        facts.append(f"{request.frame_ms} ms each")
    if request.svg_author is not None:
        facts.append(f"written by {request.svg_author}")
    return facts
