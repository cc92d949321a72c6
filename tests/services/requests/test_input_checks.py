"""A model takes the files of a request, or a sentence says which to leave out or to change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import InputPictureError, UnsupportedOptionError
from bot.services.catalog import LARGEST_MASK
from bot.services.requests import ImageRequest, StoredImage, check_count, check_inputs
from bot.services.requests.validation import MOST_INPUT_BYTES, check_references
from tests.examples import CATALOG

if TYPE_CHECKING:
    from bot.services.catalog import Model

FLARE = CATALOG.model("gpt-image-2.5-flare")
OLDER = CATALOG.model("gpt-image-2")  # takes no drawing
REQUEST = ImageRequest("a fox", FLARE.id, "1024x768", "low")


def picture(media_type: str = "image/png", byte_size: int = 1000) -> StoredImage:
    return StoredImage("0" * 64, media_type, 640, 480, byte_size)


PICTURE = picture()


def test_sixteen_pictures_are_taken_and_more_refused() -> None:
    check_references(FLARE, [picture()] * 16)
    check_count(FLARE, 16)

    sentence = r"GPT Image 2\.5 Flare takes at most 16 input pictures\. Leave 2 out\."
    with pytest.raises(InputPictureError, match=sentence):
        check_references(FLARE, [picture()] * 18)
    with pytest.raises(InputPictureError, match=sentence):
        check_count(FLARE, 18)


def test_an_input_picture_must_be_smaller_than_the_limit() -> None:
    check_references(FLARE, [picture(byte_size=49_999_999)])

    with pytest.raises(InputPictureError, match="Input picture 2 must be smaller than 50 MB"):
        check_references(FLARE, [picture(), picture(byte_size=50_000_000)])


@pytest.mark.parametrize("media_type", ["image/gif", "image/svg+xml", "text/plain", ""])
def test_an_input_picture_of_another_type_is_refused(media_type: str) -> None:
    with pytest.raises(InputPictureError, match="Input picture 1 is not a PNG, JPEG or WebP"):
        check_references(FLARE, [picture(media_type)])


@pytest.mark.parametrize(
    "request_",
    [
        REQUEST,
        replace(REQUEST, references=(PICTURE,)),
        replace(REQUEST, references=(PICTURE, picture("image/webp")), mask=PICTURE),
        replace(REQUEST, references=(PICTURE, picture("image/jpeg")), markup=PICTURE),
        replace(REQUEST, references=(PICTURE,), mask=replace(PICTURE, byte_size=LARGEST_MASK - 1)),
        replace(
            REQUEST, references=(picture(byte_size=49_999_999), picture(byte_size=49_999_999), picture(byte_size=2))
        ),
        replace(REQUEST, references=(PICTURE,), output_format="gif"),
        replace(REQUEST, references=(PICTURE,), markup=PICTURE, output_format="gif"),
    ],
)
def test_what_the_model_takes_is_let_pass(request_: ImageRequest) -> None:
    check_inputs(FLARE, request_)


HALF = picture(byte_size=MOST_INPUT_BYTES // 2 - 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"references": (PICTURE,) * 17}, "takes at most 16 input pictures. Leave 1 out."),
        (
            {"references": (picture("image/gif"),)},
            "Input picture 1 is not a PNG, JPEG or WebP. Save it as one of them.",
        ),
        (
            {"references": (HALF, HALF, picture(byte_size=3))},
            "The input pictures are more than 100 MB together. Send fewer or smaller ones.",
        ),
        (
            {"references": (HALF, HALF), "mask": picture(byte_size=3)},
            "The input pictures are more than 100 MB together. Send fewer or smaller ones.",
        ),
        (
            {"references": (PICTURE,), "mask": PICTURE, "markup": PICTURE},
            "Send a mask or a picture that you drew upon, not both.",
        ),
        ({"mask": PICTURE}, "A mask or a drawing belongs to a picture. Attach that picture too."),
        ({"markup": PICTURE}, "A mask or a drawing belongs to a picture. Attach that picture too."),
        (
            {"references": (PICTURE,), "mask": replace(PICTURE, width=641)},
            "The mask must be as large as the picture. Attach it once more.",
        ),
        (
            {"references": (PICTURE, replace(PICTURE, height=481)), "markup": replace(PICTURE, height=481)},
            "The mask must be as large as the picture. Attach it once more.",
        ),
        (
            {"references": (PICTURE,), "mask": replace(PICTURE, byte_size=LARGEST_MASK)},
            "The mask is too intricate to be sent. Draw it with fewer details.",
        ),
    ],
)
def test_other_files_are_refused_with_what_to_do(changes: dict[str, StoredImage], sentence: str) -> None:
    with pytest.raises(InputPictureError) as refusal:
        check_inputs(FLARE, replace(REQUEST, **changes))  # type: ignore[arg-type]  # fields by name

    assert refusal.value.sentence.endswith(sentence)


def test_a_model_that_takes_no_drawing_says_what_to_send_instead() -> None:
    with pytest.raises(UnsupportedOptionError, match=r"GPT Image 2 takes no drawing\. .* or send a mask\."):
        check_inputs(OLDER, replace(REQUEST, references=(PICTURE,), markup=PICTURE))


def test_a_model_that_takes_no_mask_is_not_sent_one() -> None:
    with pytest.raises(UnsupportedOptionError, match=r"GPT Image 2\.5 Flare takes no mask\. Choose another model"):
        check_inputs(replace(FLARE, mask=False), replace(REQUEST, references=(PICTURE,), mask=PICTURE))


def test_a_gif_is_not_made_with_a_mask() -> None:
    with pytest.raises(UnsupportedOptionError, match="A gif cannot be made with a mask"):
        check_inputs(FLARE, replace(REQUEST, references=(PICTURE,), mask=PICTURE, output_format="gif"))


MASKED = replace(REQUEST, references=(PICTURE,), mask=PICTURE)
FIXED = CATALOG.model("gpt-image-1.5")  # has no size of the shape 4:3


@pytest.mark.parametrize("size", ["1024x1024", "1536x1024", "768x1024"])
def test_what_a_mask_keeps_cannot_be_put_back_into_another_shape(size: str) -> None:
    with pytest.raises(UnsupportedOptionError) as refusal:
        check_inputs(FLARE, replace(MASKED, size=size))

    assert refusal.value.sentence == (
        "With a mask the result keeps the picture's shape. Leave the size out, or use /edit with exact:False."
    )


@pytest.mark.parametrize(
    ("model", "request_"),
    [
        (FLARE, replace(MASKED, size="1040x768")),  # sizes come in steps
        (FLARE, replace(MASKED, size="1024x1024", exact=False)),
        (FLARE, replace(MASKED, size="1024x1024", mask=None, markup=PICTURE)),
        (FIXED, replace(MASKED, size="1536x1024")),
    ],
    ids=["nearly the same", "nothing is put back", "a drawing", "no such shape"],
)
def test_any_other_mask_goes_with_any_size(model: Model, request_: ImageRequest) -> None:
    check_inputs(model, request_)
