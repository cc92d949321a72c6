"""Whether a model takes these input pictures, this mask, this drawing. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import InputPictureError, UnsupportedOptionError
from bot.services.previews import GIF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.catalog import Model
    from bot.services.requests import ImageRequest, StoredImage

INPUT_MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")
MOST_INPUT_BYTES = 100_000_000  # of all files of one request together: they are in memory while it is sent
LARGEST_MASK = 4_000_000  # bytes; https://platform.openai.com/docs/api-reference/images/createEdit


def check_inputs(model: Model, request: ImageRequest) -> None:
    """See that the model takes the files of a request.

    Raises:
        InputPictureError: too many of them, too large alone or together, or of another type; the sentence says which.
        UnsupportedOptionError: the model takes no mask, or no drawing, or a gif was to be made with a mask.
    """
    check_references(model, request.references)
    if sum(file.byte_size for file in request.files) > MOST_INPUT_BYTES:
        raise InputPictureError(
            f"The input pictures are more than {MOST_INPUT_BYTES // 1_000_000} MB together. Send fewer or smaller ones."
        )
    if request.mask is not None and request.markup is not None:
        raise InputPictureError("Send a mask or a picture that you drew upon, not both.")
    if request.mask is not None and not model.mask:
        raise UnsupportedOptionError(f"{model.title} takes no mask. Choose another model, or leave it out.")
    if request.markup is not None and not model.markup:
        raise UnsupportedOptionError(f"{model.title} takes no drawing. Choose another model, or send a mask.")
    if request.mask is not None and request.output_format == GIF:
        raise UnsupportedOptionError("A gif cannot be made with a mask. Choose another format, or leave the mask out.")
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
            raise InputPictureError(f"Input picture {number} is not a PNG, JPEG or WebP. Save it as one of them.")
        if picture.byte_size >= model.input_byte_limit:
            limit = model.input_byte_limit // 1_000_000
            raise InputPictureError(f"Input picture {number} must be smaller than {limit} MB. Send a smaller copy.")


def check_count(model: Model, count: int) -> None:
    """See that the model takes so many input pictures.

    Raises:
        InputPictureError: it takes fewer; the sentence says how many are to be left out.
    """
    surplus = count - model.reference_limit
    if surplus > 0:
        raise InputPictureError(
            f"{model.title} takes at most {model.reference_limit} input pictures. Leave {surplus} out."
        )


def _check_overlay(overlay: StoredImage, references: Sequence[StoredImage]) -> None:
    if not references:
        raise InputPictureError("A mask or a drawing belongs to a picture. Attach that picture too.")
    first = references[0]
    if (overlay.width, overlay.height) != (first.width, first.height):
        raise InputPictureError("The mask must be as large as the picture. Attach it once more.")
    if overlay.byte_size >= LARGEST_MASK:
        raise InputPictureError("The mask is too intricate to be sent. Draw it with fewer details.")
