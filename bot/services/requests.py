"""What a member asks for, validated against the catalog and frozen."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from bot.errors import InputPictureError, RequestRefused, UnsupportedOptionError
from bot.services.tokens import partials_for
from bot.services.wording import listed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.services.catalog import Catalog, Model

LONGEST_PROMPT = 32_000  # characters; https://platform.openai.com/docs/api-reference/images/create
MOST_PICTURES = 4  # per request; a message shows four well
TRANSPARENT_FORMATS = ("png", "webp")
INPUT_MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image file whose bytes the blob store keeps.

    Attributes:
        digest: SHA-256 of the bytes, in hex; the key in the blob store.
        media_type: ``image/png``, ``image/jpeg`` or ``image/webp``, read from the content.
        width: pixels.
        height: pixels.
        byte_size: bytes.
    """

    digest: str
    media_type: str
    width: int
    height: int
    byte_size: int


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
        output_format: ``png``, ``jpeg`` or ``webp``.
        partial_images: previews to ask for per picture, 0 to 3; each costs output tokens.
        references: input pictures in the member's order; any makes the request an edit.
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

    @property
    def width(self) -> int:
        """The width of the result in pixels."""
        return int(self.size.split("x")[0])

    @property
    def height(self) -> int:
        """The height of the result in pixels."""
        return int(self.size.split("x")[1])

    def with_references(self, references: Sequence[StoredImage]) -> Self:
        """The same request with these input pictures."""
        return replace(self, references=tuple(references))

    def to_json(self) -> str:
        """As kept in the database."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        references = tuple(StoredImage(**reference) for reference in fields.pop("references"))
        return cls(**fields, references=references)


def build_request(
    catalog: Catalog,
    *,
    prompt: str,
    model: str | None = None,
    size: str | None = None,
    quality: str | None = None,
    count: int = 1,
    background: str | None = None,
    output_format: str | None = None,
    default_model: str,
    partial_images: int,
    today: date,
    allow_retired: bool = False,
) -> ImageRequest:
    """Turn a member's words into a request that the catalog allows.

    None stands for the default: `default_model`, and the model's own for everything else. A dated snapshot stays the
    request's model, so that it is pinned. `size` may be a word, a ratio or one edge. `partial_images` is the most per
    picture; fewer are asked for where they would cost too much. `allow_retired` says that the operator uses another
    endpoint than OpenAI's, which may still serve what OpenAI has shut down.

    Raises:
        RequestRefused: or one of its family; the sentence says what to choose instead.
    """
    _check_prompt(prompt)
    if not 1 <= count <= MOST_PICTURES:
        raise RequestRefused(f"I make 1 to {MOST_PICTURES} pictures at a time.")
    name = (default_model if model is None else model).strip().lower()
    chosen = catalog.model(name)
    _check_served(chosen, catalog, today, allow_retired=allow_retired)
    chosen_quality = chosen.check_quality(quality or chosen.default_quality)
    chosen_format = chosen.check_format(output_format or chosen.formats[0])
    return ImageRequest(
        prompt=prompt,
        model=name,
        size=chosen.check_size(size or chosen.default_size),
        quality=chosen_quality,
        count=count,
        background=_background(chosen, background or chosen.backgrounds[0], chosen_format),
        output_format=chosen_format,
        partial_images=partials_for(chosen_quality, min(partial_images, chosen.most_partial_images)),
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
    model.check_size(request.size)
    model.check_quality(request.quality)
    _background(model, request.background, model.check_format(request.output_format))


def check_references(model: Model, references: Sequence[StoredImage]) -> None:
    """See that the model takes these input pictures.

    Raises:
        InputPictureError: too many of them, or one is too large or of another type; the sentence says which.
    """
    surplus = len(references) - model.reference_limit
    if surplus > 0:
        raise InputPictureError(
            f"{model.title} takes at most {model.reference_limit} input pictures. Leave {surplus} out."
        )
    for number, picture in enumerate(references, start=1):
        if picture.media_type not in INPUT_MEDIA_TYPES:
            raise InputPictureError(f"Input picture {number} is not a PNG, JPEG or WebP. Save it as one of them.")
        if picture.byte_size >= model.input_byte_limit:
            limit = model.input_byte_limit // 1_000_000
            raise InputPictureError(f"Input picture {number} must be smaller than {limit} MB. Send a smaller copy.")


def _check_prompt(prompt: str) -> None:
    if not prompt.strip():
        raise RequestRefused("Say in a few words what the picture shall show.")
    if len(prompt) > LONGEST_PROMPT:
        raise RequestRefused(
            f"The prompt has {len(prompt):,} characters; {LONGEST_PROMPT:,} are possible. Please shorten it."
        )
    if "\0" in prompt or any("\ud800" <= character <= "\udfff" for character in prompt):
        raise RequestRefused("The prompt has a broken character in it. Please type that part anew.")


def _check_served(model: Model, catalog: Catalog, today: date, *, allow_retired: bool) -> None:
    """Refuse a model without a price, and one that was shut down unless the operator has another endpoint."""
    model.priced()
    if model.is_retired(today) and not allow_retired:
        successor = model.successor or catalog.default_id
        raise RequestRefused(f"{model.title} was shut down on {model.shutdown}. Choose {successor} instead.")


def _background(model: Model, text: str, output_format: str) -> str:
    background = model.check_background(text)
    if background == "transparent" and output_format not in TRANSPARENT_FORMATS:
        raise UnsupportedOptionError(
            f"A {output_format} picture cannot be transparent. Choose {listed(TRANSPARENT_FORMATS)} as its format."
        )
    return background
