"""What can be done to a picture: each change with what people call it and what the model is told. Pure."""

from __future__ import annotations

from enum import StrEnum

LONGEST_PROMPT = 32_000  # characters; https://platform.openai.com/docs/api-reference/images/create
LONGEST_STORY = 2200  # characters of what a picture was made from, as told to the model with a change that has no words
LONGEST_BESIDE = 29_000  # characters of a member's words beside ours, so that all together are a prompt
THEN = "; then: "  # between the words that a picture was made from
DRAWN = "Change the picture as it is drawn on it."  # for who draws upon a picture and writes nothing


class Change(StrEnum):
    """What a request does to the picture it starts from; only `NEW` starts from words.

    The values are kept in the database and in the ids of buttons: never change them.
    """

    NEW = "new"
    EDIT = "edit"
    VARY = "vary"
    FINISH = "finish"
    ZOOM_OUT = "zoom-1.5"
    ZOOM_OUT_TWICE = "zoom-2"
    PAN_LEFT = "pan-left"
    PAN_RIGHT = "pan-right"
    PAN_UP = "pan-up"
    PAN_DOWN = "pan-down"
    SQUARE = "square"
    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"
    CUT_OUT = "cut-out"

    @property
    def needs_words(self) -> bool:
        """Whether somebody has to say what is to be done."""
        return self in {Change.NEW, Change.EDIT}

    @property
    def extends(self) -> bool:
        """Whether the picture is laid on a canvas, and the model draws what is around it."""
        return self in EXTENDING

    @property
    def longest_words(self) -> int:
        """How many characters somebody may write to it."""
        return LONGEST_BESIDE if self in _ORDERS else LONGEST_PROMPT


EXTENDING = frozenset(
    {
        Change.ZOOM_OUT,
        Change.ZOOM_OUT_TWICE,
        Change.PAN_LEFT,
        Change.PAN_RIGHT,
        Change.PAN_UP,
        Change.PAN_DOWN,
        Change.SQUARE,
        Change.PORTRAIT,
        Change.LANDSCAPE,
    }
)

# As they stand in menus.
TITLES = {
    Change.NEW: "New",
    Change.EDIT: "Edit",
    Change.VARY: "Vary",
    Change.FINISH: "Finish",
    Change.ZOOM_OUT: "Zoom out 1.5×",
    Change.ZOOM_OUT_TWICE: "Zoom out 2×",
    Change.PAN_LEFT: "Pan left",
    Change.PAN_RIGHT: "Pan right",
    Change.PAN_UP: "Pan up",
    Change.PAN_DOWN: "Pan down",
    Change.SQUARE: "Make square",
    Change.PORTRAIT: "Make portrait",
    Change.LANDSCAPE: "Make landscape",
    Change.CUT_OUT: "Remove background",
}

_EXTEND = (
    "Extend this picture into its transparent area, so that the whole looks like one picture seen from further away. "
    "Continue what is there without a seam: scene, perspective, light, colours and style. Add no frame and no text, "
    "and change nothing of what is there already."
)
_ORDERS = {
    Change.VARY: (
        "Draw a variation of this picture: the same subject, style and mood, with another composition and other "
        "details."
    ),
    Change.FINISH: (
        "Draw this same picture again with finer detail and cleaner edges. Keep composition, subjects, faces, colours, "
        "light, text and style exactly as they are."
    ),
    Change.CUT_OUT: (
        "Remove the background of this picture and leave it transparent. Keep the main subject whole and exactly as it "
        "is, with clean edges; leave no shadow and no remains of the background."
    ),
    **dict.fromkeys(EXTENDING, _EXTEND),
}


def cuts_story(change: Change, story: tuple[str, ...]) -> bool:
    """Whether `sent_prompt` tells only a part of what the picture was made from."""
    return change in _ORDERS and (len(THEN.join(story)) > LONGEST_STORY or any(words.endswith("…") for words in story))


def sent_prompt(change: Change, prompt: str, story: tuple[str, ...]) -> str:
    """What the model is told: a member's own words just as they were typed, or that the drawing says it all.

    A change without words of its own is put into ours, together with the words that the picture was made from. With
    words of at most `Change.longest_words`, it is never longer than `LONGEST_PROMPT`.
    """
    order = _ORDERS.get(change)
    if order is None:
        return prompt or (DRAWN if change is Change.EDIT else "")
    parts = [order]
    if prompt.strip():
        parts.append(f"Beyond that: {prompt}")
    if story:
        parts.append(f"The picture was made from these words: {THEN.join(story)[:LONGEST_STORY]}")
    return "\n\n".join(parts)
