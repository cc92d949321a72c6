"""What is said of what a mask kept is true to the pixel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.presentation.story import EXACT, MARKLESS, MAY_DIFFER, kept_how
from bot.services.requests import Base, Change, ImageRequest, StoredImage
from tests.examples import REQUEST, STORED, picture

SAME = (1024, 1024)
LARGE = (4000, 4000)


def base(was: tuple[int, int] = SAME, laid: tuple[int, int] | None = None, **changes: Any) -> Base:  # noqa: ANN401 - any field of it
    """What a result is laid into: a picture of this size, or a canvas where it lies in another."""
    stored = STORED if laid else replace(STORED, width=was[0], height=was[1])
    return replace(Base(stored, stored, was, laid or was), **changes)


def masked(**changes: Any) -> ImageRequest:  # noqa: ANN401 - any field of it
    usual: dict[str, Any] = {"change": Change.EDIT, "references": (STORED,), "mask": STORED, "base": base()}
    return replace(REQUEST, **usual | changes)


def sized(size: tuple[int, int], media_type: str = "image/png") -> StoredImage:
    return replace(STORED, width=size[0], height=size[1], media_type=media_type)


@pytest.mark.parametrize(
    ("changes", "media_type", "told"),
    [
        ({}, "image/png", "The rest is exactly as it was."),
        ({}, "image/webp", "The rest is exactly as it was."),
        ({"compression": 100}, "image/webp", "The rest is put back from the picture itself: compressed anew."),
        (
            {},
            "image/jpeg",
            "The rest is put back from the picture itself: compressed anew as a JPEG, which has no transparency.",
        ),
        (
            {"base": base(picture=sized(SAME, "image/jpeg"))},
            "image/jpeg",
            "The rest is put back from the picture itself: compressed anew as a JPEG.",
        ),
        (
            {"base": base(losses=("RGB instead of CMYK",))},
            "image/png",
            "The rest is put back from the picture itself: RGB instead of CMYK.",
        ),
        ({"base": None}, "image/png", "The rest is put back from the picture itself: as it was sent."),
        (
            {"base": base(LARGE)},
            "image/png",
            "The rest is exactly as it was. What changed was asked for at 1024×1024 and fitted to 4000×4000.",
        ),
        (
            {"change": Change.ZOOM_OUT},
            "image/png",
            "What is there of the old picture is exactly as it was.",
        ),
        (
            {"change": Change.ZOOM_OUT, "base": base(LARGE, (683, 683))},
            "image/png",
            "What is there of the old picture is put back from the picture itself: scaled from 4000×4000 to 683×683.",
        ),
    ],
)
def test_only_what_is_the_same_in_every_pixel_is_called_exact(
    changes: dict[str, Any], media_type: str, told: str
) -> None:
    request = masked(**changes)
    size = LARGE if request.base and request.base.picture.width == LARGE[0] else SAME

    made = picture(7, composed=True, image=sized(size, media_type))

    assert kept_how(request, [made]) == [told, MARKLESS]


@pytest.mark.parametrize(
    ("changes", "size", "told"),
    [
        ({}, SAME, MAY_DIFFER),
        ({"base": None}, SAME, MAY_DIFFER),
        ({"base": base((3000, 2000))}, (1536, 1024), f"{MAY_DIFFER} The picture of 3000×2000 became 1536×1024."),
        (
            {"change": Change.ZOOM_OUT_TWICE, "base": base((1024, 1024), (512, 512))},
            (2048, 2048),
            MAY_DIFFER,  # in a canvas that came twice as large it has its scale again
        ),
        (
            {"change": Change.ZOOM_OUT, "base": base(SAME, (683, 683))},
            SAME,
            f"{MAY_DIFFER} The picture of 1024×1024 became 683×683.",
        ),
        ({"output_format": "svg"}, SAME, "An SVG cannot keep the outside exactly: look at it."),
        (
            {"output_format": "svg", "change": Change.PAN_UP},
            SAME,
            "An SVG cannot keep what was there exactly: look at it.",
        ),
    ],
)
def test_what_could_not_be_put_back_is_said_with_what_became_of_its_scale(
    changes: dict[str, Any], size: tuple[int, int], told: str
) -> None:
    assert kept_how(masked(**changes), [picture(7, image=sized(size))]) == [told]


@pytest.mark.parametrize("changes", [{"mask": None}, {"exact": False}])
def test_nothing_is_said_where_nothing_was_to_be_kept(changes: dict[str, Any]) -> None:
    assert kept_how(masked(**changes), [picture()]) == []


def test_nothing_is_said_of_no_picture() -> None:
    assert kept_how(masked(), []) == []


def test_several_pictures_are_told_apart() -> None:
    pictures = [picture(1, composed=True), picture(2), picture(3, composed=True)]

    assert kept_how(masked(), pictures) == [
        f"#1, #3: {EXACT.format('The rest')}",
        f"#2: {MAY_DIFFER}",
        f"#1, #3: {MARKLESS}",
    ]


def test_a_copy_that_lost_something_is_not_called_exact_but_its_original_is() -> None:
    pictures = [picture(1, composed=True), picture(2, composed=True)]

    assert kept_how(masked(), pictures, copied={2}) == [
        "#1: The rest is exactly as it was.",
        "#2: In the original, which I keep, the rest is exactly as it was; this is a copy of it.",
        MARKLESS,
    ]
