"""What a member asks for, and what is to become of a picture: frozen once the catalog allows it. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

from bot.language import phrase, read_again, written_down
from bot.services.catalog import dimensions
from bot.services.requests.main_model_request import Talk, Task

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    Change.ZOOM_OUT: phrase("Zoom out 1.5×"),
    Change.ZOOM_OUT_TWICE: phrase("Zoom out 2×"),
    Change.PAN_LEFT: phrase("Pan left"),
    Change.PAN_RIGHT: phrase("Pan right"),
    Change.PAN_UP: phrase("Pan up"),
    Change.PAN_DOWN: phrase("Pan down"),
    Change.SQUARE: phrase("Make square"),
    Change.PORTRAIT: phrase("Make portrait"),
    Change.LANDSCAPE: phrase("Make landscape"),
    Change.CUT_OUT: phrase("Remove background"),
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
    """What the model is told: a member's own words just as they were typed, or that the markup says it all.

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


MOST_PICTURES = 4  # per request; a message shows four well
UNSTREAMED_FORMATS = ("gif", "svg")  # come whole and without previews; openai 3.52, image_generate_params.py


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image file whose bytes the blob store keeps.

    Attributes:
        digest: SHA-256 of the bytes, in hex; the key in the blob store.
        media_type: one of `bot.services.jobs.provider.FILE_ENDINGS`, read from the content.
        width: pixels.
        height: pixels.
        byte_size: bytes.
        number: of the picture of ours that these bytes are, or show a part of; None for other people's.
    """

    digest: str
    media_type: str
    width: int
    height: int
    byte_size: int
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """What results with a mask are laid into: the changed picture at its own size, in its own colours; never sent.

    Attributes:
        picture: its file without metadata, or a canvas that it lies on.
        mask: as large; says what of it may change.
        was: width and height of the changed picture, in pixels.
        laid: its width and height in `picture`, before anything was cut off; another where a canvas holds it smaller.
        losses: what its file has and no result can, each half a sentence: "8 bits a colour instead of 16".
    """

    picture: StoredImage
    mask: StoredImage
    was: tuple[int, int]
    laid: tuple[int, int]
    losses: tuple[str, ...] = ()

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> Self:
        """Read what the database keeps."""
        return cls(
            StoredImage(**fields["picture"]),
            StoredImage(**fields["mask"]),
            (fields["was"][0], fields["was"][1]),
            (fields["laid"][0], fields["laid"][1]),
            tuple(fields["losses"]),
        )


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """A request that the catalog allows. `count` pictures are made, each by a call of its own.

    Attributes:
        prompt: as it was typed.
        model: a model's id in the catalog.
        size: ``WIDTHxHEIGHT`` in pixels; never ``auto``, whose price nobody knows beforehand.
        quality: one of the model's qualities; never ``auto``.
        count: pictures, 1 to 4.
        background: ``auto``, ``opaque`` or ``transparent``.
        output_format: ``png``, ``jpeg``, ``webp``, ``gif`` or ``svg``.
        partial_images: previews to ask for per picture, 0 to 3; each costs output tokens.
        references: input pictures in the member's order; any makes the request an edit of the first.
        change: what is done to the first of them.
        parent: the number of the picture of ours that is changed; None for new ones and other people's.
        story: the words that the changed picture was made from, oldest first.
        mask: PNG as large as the first input; where it is fully transparent, the picture may change.
        markup: PNG as large as the first input, transparent but for what was drawn upon that.
        exact: what a mask keeps is put back into the result, for a model takes a mask as a hint; without one, nothing.
        base: what the result is laid into for that; None without a mask, and in requests of earlier versions.
        input_fidelity: a value of the model's, or None where it has none or its own is as good.
        complexity: the same.
        compression: 0 to 100, of a jpeg or webp; None leaves it to the provider.
        moderation: ``auto`` or ``low``, as the server's leads have decided.
        frames: of a gif.
        frame_ms: how long each is shown, in milliseconds.
        svg_author: the text model that writes an svg.
        notes: what of it is otherwise than its member said or is used to, and why: sentences for them.
        talk: what makes it a turn of a conversation, or asks for words instead of pictures; None for any other.
    """

    prompt: str
    model: str
    size: str
    quality: str
    count: int = 1
    background: str = "auto"
    output_format: str = "png"
    partial_images: int = 0
    references: tuple[StoredImage, ...] = ()
    change: Change = Change.NEW
    parent: int | None = None
    story: tuple[str, ...] = ()
    mask: StoredImage | None = None
    markup: StoredImage | None = None
    exact: bool = True
    base: Base | None = None
    input_fidelity: str | None = None
    complexity: str | None = None
    compression: int | None = None
    moderation: str = "auto"
    frames: int | None = None
    frame_ms: int | None = None
    svg_author: str | None = None
    notes: tuple[str, ...] = ()
    talk: Talk | None = None

    @property
    def is_wording(self) -> bool:
        """Whether it asks a text model for words about a prompt; the rest of it would make a picture."""
        return self.talk is not None and self.talk.task is not Task.TURN

    @property
    def billed_model(self) -> str:
        """The model in whose name it is booked."""
        return self.talk.main_model if self.talk is not None and self.is_wording else self.model

    @property
    def images_per_job(self) -> int:
        """Pictures that each of its jobs counts for while it is not known what comes of it."""
        return 0 if self.is_wording else 1

    @property
    def sent_prompt(self) -> str:
        """What the model is told; see `bot.services.requests.request.sent_prompt`."""
        return sent_prompt(self.change, self.prompt, self.story)

    @property
    def whole_story(self) -> tuple[str, ...]:
        """The words that its pictures are made from, oldest first, with those of the pictures before them."""
        return (*self.story, self.prompt) if self.prompt.strip() else self.story

    @property
    def own_words(self) -> str:
        """What was last said of its pictures; empty if they were only drawn upon."""
        return next((words for words in reversed(self.whole_story) if words != DRAWN), "")

    @property
    def files(self) -> tuple[StoredImage, ...]:
        """Every file that is sent, in order: the input pictures, then mask or markup."""
        return (*self.references, *(file for file in (self.mask, self.markup) if file is not None))

    @property
    def kept_files(self) -> tuple[StoredImage, ...]:
        """Every file that has to be kept for it: what is sent, and what results are laid into."""
        return self.files if self.base is None else (*self.files, self.base.picture, self.base.mask)

    @property
    def width(self) -> int:
        """The width of the result in pixels."""
        return dimensions(self.size)[0]

    @property
    def height(self) -> int:
        """The height of the result in pixels."""
        return dimensions(self.size)[1]

    @property
    def as_drawn(self) -> Self:
        """The same; with a mask or a drawing no turn of a conversation, which takes neither exactly, but an edit."""
        return self if self.mask is None and self.markup is None else replace(self, talk=None)

    def with_references(self, references: Sequence[StoredImage]) -> Self:
        """The same request with these input pictures."""
        return replace(self, references=tuple(references))

    def to_json(self) -> str:
        """As kept in the database."""
        return _JSON.encode(_fields(self) | {"notes": [(note, written_down(note)) for note in self.notes]})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        fields["references"] = tuple(StoredImage(**reference) for reference in fields["references"])
        for overlay in ("mask", "markup"):
            if fields.get(overlay) is not None:
                fields[overlay] = StoredImage(**fields[overlay])
        if fields.get("base") is not None:
            fields["base"] = Base.from_fields(fields["base"])
        fields["change"] = Change(fields.get("change", Change.NEW))
        fields["story"] = tuple(fields.get("story", ()))
        notes = fields.get("notes", ())  # once each was a text
        fields["notes"] = tuple(note if isinstance(note, str) else read_again(*note) for note in notes)
        if (talk := fields.get("talk")) is not None:
            fields["talk"] = Talk.from_fields(talk)
        return cls(**fields)


def _fields(value: ImageRequest | StoredImage | Base | Talk) -> dict[str, Any]:
    """The fields by their names, for JSON; `dataclasses.asdict` would copy each deeply first."""
    names = _NAMES[type(value)]
    return dict(zip(names, attrgetter(*names)(value), strict=True))


_NAMES = {kind: tuple(field.name for field in fields(kind)) for kind in (ImageRequest, StoredImage, Base, Talk)}
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=_fields)
