"""Whether a model takes these input pictures, this mask, this drawing. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import InputPictureError, UnsupportedOptionError
from bot.services.catalog import GIF, INPUT_MEDIA_TYPES, LARGEST_MASK, dimensions
from bot.services.requests.canvas import fitting_size, keeps_shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.catalog import Model
    from bot.services.requests.request import ImageRequest, StoredImage

MOST_INPUT_BYTES = 100_000_000  # of all files of one request together: they are in memory while it is sent


def check_inputs(model: Model, request: ImageRequest) -> None:
    """See that the model takes the files of a request.

    Raises:
        InputPictureError: too many of them, too large alone or together, or of another type; the sentence says which.
        UnsupportedOptionError: the model takes no mask, or no drawing; or a gif was to be made with a mask, or a result
            of another shape than the picture, of which a part was to stay exactly as it is.
    """
    check_references(model, request.references)
    check_together(sum(file.byte_size for file in request.files))
    if request.mask is not None and request.markup is not None:
        raise InputPictureError("Send a mask or a picture that you drew upon, not both.")
    if request.mask is not None and not model.mask:
        raise UnsupportedOptionError(f"{model.title} takes no mask. Choose another model, or leave it out.")
    if request.markup is not None and not model.markup:
        raise UnsupportedOptionError(f"{model.title} takes no drawing. Choose another model, or send a mask.")
    if request.mask is not None and request.output_format == GIF:
        raise UnsupportedOptionError("A gif cannot be made with a mask. Choose another format, or leave the mask out.")
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
            raise InputPictureError(f"Input picture {number} is not a PNG, JPEG or WebP. Save it as one of them.")
        if picture.byte_size >= model.input_byte_limit:
            limit = model.input_byte_limit // 1_000_000
            raise InputPictureError(f"Input picture {number} must be smaller than {limit} MB. Send a smaller copy.")


def check_together(byte_count: int) -> None:
    """See that all files of a request are not too large together.

    Raises:
        InputPictureError: they are.
    """
    if byte_count > MOST_INPUT_BYTES:
        raise InputPictureError(
            f"The input pictures are more than {MOST_INPUT_BYTES // 1_000_000} MB together. Send fewer or smaller ones."
        )


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


def _check_shape(model: Model, request: ImageRequest) -> None:
    """What a mask keeps can only be put back where the picture's shape stays; not every model has every shape."""
    if request.mask is None or not request.exact or not request.references:
        return
    first = request.references[0]
    if keeps_shape(first, request.width, request.height):
        return
    if keeps_shape(first, *dimensions(fitting_size(model, first.width, first.height))):
        raise UnsupportedOptionError(
            "With a mask the result keeps the picture's shape. Leave the size out, or use /edit with exact:False."
        )


def _check_overlay(overlay: StoredImage, references: Sequence[StoredImage]) -> None:
    if not references:
        raise InputPictureError("A mask or a drawing belongs to a picture. Attach that picture too.")
    first = references[0]
    if (overlay.width, overlay.height) != (first.width, first.height):
        raise InputPictureError("The mask must be as large as the picture. Attach it once more.")
    if overlay.byte_size >= LARGEST_MASK:
        raise InputPictureError("The mask is too intricate to be sent. Draw it with fewer details.")
