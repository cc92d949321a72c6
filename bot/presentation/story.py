"""How a picture was made, in words: the line under a result, and what a screen reader says of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.presentation.safe import one_line
from bot.services.changes import TITLES, Change

if TYPE_CHECKING:
    from bot.services.requests import ImageRequest

LONGEST_ALT_TEXT = 1024  # characters; Discord's limit
BEGINNING = "Generated picture"
THEN = "; then: "

# What a change makes of a picture, where its title in menus is no name for that.
NAMES = {
    Change.VARY: "Variation",
    Change.SQUARE: "Square version",
    Change.PORTRAIT: "Portrait version",
    Change.LANDSCAPE: "Landscape version",
    Change.CUT_OUT: "Cut-out",
}
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


def alt_text(request: ImageRequest) -> str:
    """The words that the picture was made from, oldest first, and what was done; the newest are never cut off."""
    done = DONE.get(request.change)
    words = one_line(request.prompt, LONGEST_ALT_TEXT)
    newest = ": ".join(part for part in (done, words) if part)
    parts = [line for line in (*(one_line(told, LONGEST_ALT_TEXT) for told in request.story), newest) if line]
    if not parts:
        return BEGINNING
    room = LONGEST_ALT_TEXT - len(f"{BEGINNING}: ")
    story = THEN.join(parts)
    if len(story) > room:
        story = one_line(newest, room) if len(newest) >= room - len(THEN) else f"…{story[1 - room :]}"
    return f"{BEGINNING}: {story}"


def made_how(request: ImageRequest, model_title: str, *, composed: bool = False) -> list[str]:
    """What was changed, model, size, quality and whatever else was asked for, each a few words.

    `composed`: what was to be kept was put back into the result by us.
    """
    facts = [model_title, request.size.replace("x", "×"), request.quality]
    if request.change is not Change.NEW:
        facts.insert(0, changed_how(request))
    if request.background == "transparent":
        facts.append("transparent")
    return [*facts, *_inputs(request), *([_kept(request)] if composed else []), *_options(request)]


def changed_how(request: ImageRequest) -> str:
    """``Edit of #4821``, ``Zoom out 2× of a picture``."""
    name = NAMES.get(request.change, TITLES[request.change])
    return f"{name} of {'a picture' if request.parent is None else f'#{request.parent}'}"


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


def _kept(request: ImageRequest) -> str:
    return "what was there kept exactly" if request.change.extends else "outside kept exactly"


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
