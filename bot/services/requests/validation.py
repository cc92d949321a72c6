"""Wishes and input files held against what a model can do: they become a request, or a sentence says why not. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Self

from bot.errors import InputPictureError, RequestRefused, UnsupportedOptionError
from bot.language import phrase
from bot.services.catalog import (
    FEWEST_FRAMES,
    GIF,
    INPUT_MEDIA_TYPES,
    LARGEST_MASK,
    MOST_FRAMES,
    SVG,
    USUAL_FRAME_MS,
    USUAL_FRAMES,
    dimensions,
    partials_for,
)
from bot.services.requests.canvas import fitting_size, keeps_shape
from bot.services.requests.request import MOST_PICTURES, UNSTREAMED_FORMATS, Change, ImageRequest
from bot.services.text import is_blank, listed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.services.catalog import Catalog, Model
    from bot.services.requests.request import StoredImage

FIDELITY, COMPLEXITY = phrase("input fidelity"), phrase("complexity")
TRANSPARENT_FORMATS = ("png", "webp")
COMPRESSED_FORMATS = ("jpeg", "webp")
MOST_COMPRESSION = 100
MOST_INPUT_BYTES = 100_000_000  # of all files of one request together: they are in memory while it is sent
MOST_TOLD = 5  # of the words before a request: the first and the latest; no more is kept with it
LONGEST_TOLD = 400  # characters of each


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a member chose; None is the usual.

    Attributes:
        prompt: as it was typed; may be empty for a change that needs no words.
        size: may be a word, a ratio or one edge.
        count: pictures, 1 to 4; the usual is one.
        compression: 0 to 100.
        exact: put what a mask keeps back into the result; without a mask it means nothing.
        frames: pictures of a gif, 2 to 16.
    """

    prompt: str = ""
    model: str | None = None
    size: str | None = None
    quality: str | None = None
    count: int | None = None
    background: str | None = None
    output_format: str | None = None
    compression: int | None = None
    input_fidelity: str | None = None
    complexity: str | None = None
    exact: bool = True
    frames: int | None = None

    @property
    def said(self) -> dict[str, Any]:
        """The options that were chosen, by their names."""
        return {name: value for name in OPTIONS if (value := getattr(self, name)) is not None}

    def over(self, below: Self) -> Self:
        """These wishes, with the options chosen below where they say nothing: what is nearer to the member wins."""
        return replace(self, **{**below.said, **self.said})


OPTIONS = tuple(field.name for field in fields(Wishes) if field.name not in {"prompt", "exact"})


@dataclass(frozen=True, slots=True)
class Origin:
    """What a request changes.

    Attributes:
        parent: the number of the picture of ours that is changed; None for new ones and other people's.
        story: the words that it was made from, oldest first.
    """

    change: Change = Change.NEW
    parent: int | None = None
    story: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Installation:
    """How this installation makes pictures.

    Attributes:
        default_model: for who names none.
        most_partials: the most previews per picture; fewer are asked for where they would cost too much.
        today: the day by which models are retired, in UTC.
        allow_retired: the operator uses another endpoint than OpenAI's, which may serve what OpenAI has shut down.
    """

    default_model: str
    most_partials: int
    today: date
    allow_retired: bool = False


def build_request(
    catalog: Catalog, wishes: Wishes, installation: Installation, origin: Origin | None = None
) -> ImageRequest:
    """Turn a member's wishes into a request that the catalog allows; its input pictures come later.

    A dated snapshot stays the request's model, so that it is pinned.

    Raises:
        RequestRefused: or one of its family; the sentence says what to choose instead.
    """
    origin = origin or Origin()
    check_prompt(wishes.prompt, origin.change)
    count = 1 if wishes.count is None else wishes.count
    if not 1 <= count <= MOST_PICTURES:
        raise RequestRefused(phrase("I make 1 to {most} pictures at a time.", most=MOST_PICTURES))
    name = (installation.default_model if wishes.model is None else wishes.model).strip().lower()
    chosen = catalog.model(name)
    _check_served(chosen, catalog, installation.today, allow_retired=installation.allow_retired)
    quality = chosen.check_quality(wishes.quality or chosen.default_quality)
    output_format = chosen.check_format(wishes.output_format or chosen.formats[0])
    return ImageRequest(
        prompt=wishes.prompt,
        model=name,
        size=chosen.check_size(wishes.size or chosen.default_size),
        quality=quality,
        count=count,
        background=_background(chosen, wishes.background or chosen.backgrounds[0], output_format),
        output_format=output_format,
        partial_images=_partial_images(chosen, quality, output_format, installation.most_partials),
        change=origin.change,
        parent=origin.parent,
        story=told(origin.story),
        exact=wishes.exact,
        input_fidelity=_option(chosen, FIDELITY, wishes.input_fidelity, chosen.input_fidelity),
        complexity=_option(chosen, COMPLEXITY, wishes.complexity, chosen.complexity),
        compression=_compression(wishes.compression, output_format),
        frames=_frames(wishes.frames, output_format),
        frame_ms=USUAL_FRAME_MS if output_format == GIF else None,
        svg_author=chosen.early.author if output_format == SVG else None,
    )


def check_request(catalog: Catalog, request: ImageRequest, today: date, *, allow_retired: bool = False) -> None:
    """See that the catalog still allows a request that it allowed when it was made.

    Args:
        catalog: as it is now; a model may have left it, or lost its price or an option.
        request: perhaps read from the database.
        today: the day by which models are retired, in UTC.
        allow_retired: the operator uses another endpoint than OpenAI's.

    Raises:
        RequestRefused: or one of its family; the sentence says what to choose instead.
    """
    model = catalog.model(request.model)
    _check_served(model, catalog, today, allow_retired=allow_retired)
    model.dimensions(request.size)
    model.check_quality(request.quality)
    _background(model, request.background, model.check_format(request.output_format))
    _option(model, FIDELITY, request.input_fidelity, model.input_fidelity)
    _option(model, COMPLEXITY, request.complexity, model.complexity)
    _compression(request.compression, request.output_format)
    _frames(request.frames, request.output_format)
    if request.output_format == SVG and request.svg_author != model.early.author:
        raise UnsupportedOptionError(
            phrase("Who writes SVG drawings here has changed since. Please ask for it once more.")
        )


def told(story: tuple[str, ...]) -> tuple[str, ...]:
    """As much of the words before a request as is kept with it: the first, which say most, and the latest."""
    kept = story if len(story) <= MOST_TOLD else (story[0], *story[-(MOST_TOLD - 1) :])
    return tuple(words if len(words) <= LONGEST_TOLD else words[: LONGEST_TOLD - 1] + "…" for words in kept)


def check_prompt(prompt: str, change: Change) -> None:
    """Raises RequestRefused where these words say nothing, too much, or what cannot be sent."""
    if "\0" in prompt or any("\ud800" <= character <= "\udfff" for character in prompt):
        raise RequestRefused(phrase("The prompt has a broken character in it. Please type that part anew."))
    if change.needs_words and is_blank(prompt):
        if change is Change.NEW:
            raise RequestRefused(phrase("Say in a few words what the picture shall show."))
        raise RequestRefused(phrase("Say in a few words what shall be changed."))
    if len(prompt) > change.longest_words:
        raise RequestRefused(
            phrase(
                "The prompt has {length} characters; {most} are possible. Please shorten it.",
                length=len(prompt),
                most=change.longest_words,
            )
        )


def _check_served(model: Model, catalog: Catalog, today: date, *, allow_retired: bool) -> None:
    """Refuse a model without a price, and one that was shut down unless the operator has another endpoint."""
    model.priced()
    if model.is_retired(today) and not allow_retired:
        successor = model.successor or catalog.default_id
        raise RequestRefused(
            phrase(
                "{model} was shut down on {day}. Choose {successor} instead.",
                model=model.title,
                day=str(model.shutdown),
                successor=successor,
            )
        )


def _background(model: Model, text: str, output_format: str) -> str:
    background = model.check_background(text)
    if background == "transparent" and output_format not in TRANSPARENT_FORMATS:
        raise UnsupportedOptionError(
            phrase(
                "The format {format} cannot be transparent. Choose {formats}.",
                format=output_format,
                formats=listed(TRANSPARENT_FORMATS),
            )
        )
    return background


def _option(model: Model, name: str, value: str | None, choices: tuple[str, ...]) -> str | None:
    """A value that only some models have, in lower case; None if none was chosen."""
    if value is None:
        return None
    if not choices:
        raise UnsupportedOptionError(
            phrase(
                "{model} has no choice of {option}. Leave it out, or choose another model.",
                model=model.title,
                option=name,
            )
        )
    if value.lower() not in choices:
        raise UnsupportedOptionError(
            phrase(
                "{model} does not have that value for {option}. Choose {choices}.",
                model=model.title,
                option=name,
                choices=listed(choices),
            )
        )
    return value.lower()


def _partial_images(model: Model, quality: str, output_format: str, most: int) -> int:
    if output_format in UNSTREAMED_FORMATS:
        return 0
    return partials_for(quality, min(most, model.most_partial_images))


def _frames(frames: int | None, output_format: str) -> int | None:
    if output_format != GIF:
        if frames is not None:
            raise UnsupportedOptionError(phrase("The format {format} has no frames. Choose gif.", format=output_format))
        return None
    if frames is not None and not FEWEST_FRAMES <= frames <= MOST_FRAMES:
        raise UnsupportedOptionError(
            phrase("A gif has {fewest} to {most} frames.", fewest=FEWEST_FRAMES, most=MOST_FRAMES)
        )
    return frames or USUAL_FRAMES


def _compression(compression: int | None, output_format: str) -> int | None:
    if compression is None:
        return None
    if output_format not in COMPRESSED_FORMATS:
        raise UnsupportedOptionError(
            phrase(
                "The format {format} is not compressed. Choose {formats}.",
                format=output_format,
                formats=listed(COMPRESSED_FORMATS),
            )
        )
    if not 0 <= compression <= MOST_COMPRESSION:
        raise UnsupportedOptionError(phrase("Compression is a number from 0 to {most}.", most=MOST_COMPRESSION))
    return compression


def check_inputs(model: Model, request: ImageRequest) -> None:
    """See that the model takes the files of a request.

    Raises:
        InputPictureError: too many of them, too large alone or together, or of another type; the sentence says which.
        UnsupportedOptionError: the model takes no mask, or no markup; or a gif was to be made with a mask, or a result
            of another shape than the picture, of which a part was to stay exactly as it is.
    """
    check_references(model, request.references)
    check_together(sum(file.byte_size for file in request.files))
    if request.mask is not None and request.markup is not None:
        raise InputPictureError(phrase("Send a mask or a picture that you drew upon, not both."))
    if request.mask is not None and not model.mask:
        raise UnsupportedOptionError(
            phrase("{model} takes no mask. Choose another model, or leave it out.", model=model.title)
        )
    if request.markup is not None and not model.markup:
        raise UnsupportedOptionError(
            phrase("{model} takes no drawing. Choose another model, or send a mask.", model=model.title)
        )
    if request.mask is not None and request.output_format == GIF:
        raise UnsupportedOptionError(
            phrase("A gif cannot be made with a mask. Choose another format, or leave the mask out.")
        )
    _check_shape(model, request)
    for overlay in (request.mask, request.markup):
        if overlay is not None:
            _check_overlay(overlay, request.references)


def check_references(model: Model, references: Sequence[StoredImage]) -> None:
    """See that the model takes these input pictures.

    Raises:
        InputPictureError: too many of them, or one is too large or of another type; the sentence says which.
    """
    check_count(model, len(references))
    for number, picture in enumerate(references, start=1):
        if picture.media_type not in INPUT_MEDIA_TYPES:
            raise InputPictureError(
                phrase("Input picture {number} is not a PNG, JPEG or WebP. Save it as one of them.", number=number)
            )
        if picture.byte_size >= model.input_byte_limit:
            limit = model.input_byte_limit // 1_000_000
            raise InputPictureError(
                phrase(
                    "Input picture {number} must be smaller than {most} MB. Send a smaller copy.",
                    number=number,
                    most=limit,
                )
            )


def check_together(byte_count: int) -> None:
    """See that all files of a request are not too large together.

    Raises:
        InputPictureError: they are.
    """
    if byte_count > MOST_INPUT_BYTES:
        raise InputPictureError(
            phrase(
                "The input pictures are more than {most} MB together. Send fewer or smaller ones.",
                most=MOST_INPUT_BYTES // 1_000_000,
            )
        )


def check_count(model: Model, count: int) -> None:
    """See that the model takes so many input pictures.

    Raises:
        InputPictureError: it takes fewer; the sentence says how many are to be left out.
    """
    surplus = count - model.reference_limit
    if surplus > 0:
        raise InputPictureError(
            phrase(
                "{model} takes at most {most} input pictures. Leave {surplus} out.",
                model=model.title,
                most=model.reference_limit,
                surplus=surplus,
            )
        )


def _check_shape(model: Model, request: ImageRequest) -> None:
    """What a mask keeps can only be put back where the picture's shape stays; not every model has every shape."""
    if request.mask is None or not request.exact or not request.references:
        return
    first = request.references[0]
    if keeps_shape(first, request.width, request.height):
        return
    if keeps_shape(first, *dimensions(fitting_size(model, first.width, first.height))):
        raise UnsupportedOptionError(
            phrase(
                "With a mask the result keeps the picture's shape. Leave the size out, or use /edit with exact:False."
            )
        )


def _check_overlay(overlay: StoredImage, references: Sequence[StoredImage]) -> None:
    if not references:
        raise InputPictureError(phrase("A mask or a drawing belongs to a picture. Attach that picture too."))
    first = references[0]
    if (overlay.width, overlay.height) != (first.width, first.height):
        raise InputPictureError(phrase("The mask must be as large as the picture. Attach it once more."))
    if overlay.byte_size >= LARGEST_MASK:
        raise InputPictureError(phrase("The mask is too intricate to be sent. Draw it with fewer details."))
