"""The pictures sent with an edit: that they decode, and that mask and markup fit the first of them."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from bot.sandbox.images.refusals import Refusal, invalid

if TYPE_CHECKING:
    from bot.sandbox.images.models import Model
    from bot.sandbox.images.received import Call, ReceivedFile

MOST_INPUTS = 16  # API reference
LARGEST_MASK = 4 * 1024 * 1024  # bytes; openai 3.52, image_edit_params.py
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
CLEAR = 0  # an alpha value


@dataclass(frozen=True, slots=True)
class InputPicture:
    """A decodable input. Width and height in pixels, after EXIF orientation."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an edit starts from; all empty for a generation. Mask and markup are PNG bytes."""

    pictures: tuple[InputPicture, ...] = ()
    mask: bytes | None = None
    markup: bytes | None = None


def upright(content: bytes) -> Image.Image:
    """Decode a picture and turn it as its EXIF orientation says.

    Raises:
        OSError: the bytes are no picture that can be decoded whole.
    """
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as image:
            return ImageOps.exif_transpose(image)
    except (SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise OSError(str(error)) from error


def read_inputs(call: Call, model: Model) -> Inputs:
    """Check the files of a call.

    Raises:
        Refusal: missing, too many, not a picture, or a mask or markup that does not fit.
    """
    if call.endpoint == "generations":
        return Inputs()
    images, masks, markups = call.named("image"), call.named("mask"), call.named("markup")
    if not images:
        raise invalid("Missing required parameter: 'image'.", "image", "missing_required_parameter")
    if len(images) > MOST_INPUTS:
        message = (
            f"Invalid 'image': array too long. Expected an array with maximum length {MOST_INPUTS}, "
            f"but got an array with length {len(images)} instead."
        )
        raise invalid(message, "image", "array_above_max_length")
    pictures = tuple(_picture(file, number) for number, file in enumerate(images, start=1))
    if masks and markups:
        raise invalid("'markup' cannot be combined with 'mask'.", "markup")
    if markups and not model.family.markup:
        message = f"The model '{model.id}' does not support the 'markup' parameter."
        raise invalid(message, "markup", "unsupported_parameter")
    for overlay in (*masks, *markups):
        _check_overlay(overlay, pictures[0])
    return Inputs(
        pictures,
        mask=masks[0].content if masks else None,
        markup=markups[0].content if markups else None,
    )


def _picture(file: ReceivedFile, number: int) -> InputPicture:
    if file.media_type not in MEDIA_TYPES:
        message = (
            f"Invalid file 'image': unsupported mimetype ('{file.media_type}'). "
            "Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'."
        )
        raise invalid(message, "image", "unsupported_file_mimetype")
    try:
        image = upright(file.content)
    except OSError as error:
        raise _broken(number) from error
    return InputPicture(file.content, *image.size)


def _broken(number: int) -> Refusal:
    message = f"Invalid image file or mode for image {number}, please check your image file."
    return invalid(message, "image", "invalid_image_file")


def _check_overlay(file: ReceivedFile, first: InputPicture) -> None:
    """A mask or markup is a PNG with transparent pixels, as large as the first picture."""
    field = file.field
    if field == "mask" and len(file.content) >= LARGEST_MASK:
        raise invalid("Invalid 'mask': the file must be less than 4MB.", field, "image_file_too_large")
    try:
        overlay = upright(file.content)
    except OSError as error:
        raise invalid(f"Invalid {field} image format - not a valid image.", field, "invalid_image_file") from error
    if not file.content.startswith(b"\x89PNG"):
        raise invalid(f"Invalid {field} image format - {field} must be a PNG file.", field, "invalid_image_file")
    if not overlay.has_transparency_data:
        message = f"Invalid {field} image format - {field} image missing alpha channel."
        raise invalid(message, field, "invalid_image_file")
    if overlay.size != (first.width, first.height):
        message = f"Invalid {field} image format - {field} size does not match image size."
        raise invalid(message, field, "invalid_image_file")
    lowest, _ = overlay.convert("RGBA").getchannel("A").getextrema()
    if field == "markup" and lowest != CLEAR:
        raise invalid("Invalid 'markup': the overlay has no transparent pixels.", field)
