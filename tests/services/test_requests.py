"""A request is what the catalog allows, or a sentence that says what to choose."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputPictureError, RequestRefused, UnknownModelError, UnsupportedOptionError
from bot.services.building import House, Wishes, build_request
from bot.services.catalog import Catalog
from bot.services.input_checks import check_references
from bot.services.pricing import estimate
from bot.services.requests import LONGEST_PROMPT, ImageRequest, StoredImage

CATALOG = Catalog.load()
FLARE = CATALOG.model("gpt-image-2.5-flare")
NOVEMBER = date(2026, 11, 20)


def built(**words: Any) -> ImageRequest:  # noqa: ANN401 - any wish, or how this house works
    house: dict[str, Any] = {"default_model": CATALOG.default_id, "partial_images": 3, "today": NOVEMBER}
    for name in (*house, "allow_retired"):
        if name in words:
            house[name] = words.pop(name)
    wishes: dict[str, Any] = {"prompt": "a fox"} | words
    return build_request(CATALOG, Wishes(**wishes), House(**house))


def picture(media_type: str = "image/png", byte_size: int = 1000) -> StoredImage:
    return StoredImage("0" * 64, media_type, 640, 480, byte_size)


def test_a_prompt_alone_is_enough() -> None:
    assert built() == ImageRequest(
        prompt="a fox",
        model="gpt-image-2.5-flare",
        size="1024x1024",
        quality="medium",
        count=1,
        background="auto",
        output_format="png",
        partial_images=2,
        references=(),
    )


def test_every_option_is_taken_as_people_write_it() -> None:
    found = built(
        model="GPT-Image-2.5-Sunburst",
        size="16:9",
        quality="XHigh",
        count=4,
        background="Transparent",
        output_format="WebP",
    )

    assert found == ImageRequest(
        "a fox", "gpt-image-2.5-sunburst", "1536x864", "xhigh", 4, "transparent", "webp", partial_images=3
    )


def test_the_prompt_stays_as_it_was_typed() -> None:
    assert built(prompt="  a *fox*\n @everyone 🦊 ").prompt == "  a *fox*\n @everyone 🦊 "


def test_the_default_model_is_used_with_its_own_defaults() -> None:
    found = built(default_model="gpt-image-1.5", quality="high")

    assert (found.model, found.size, found.quality) == ("gpt-image-1.5", "1024x1024", "high")


def test_a_snapshot_stays_pinned() -> None:
    assert built(model="gpt-image-2-2026-04-21").model == "gpt-image-2-2026-04-21"


def test_jpg_is_jpeg() -> None:
    assert built(output_format=" JPG ").output_format == "jpeg"


@pytest.mark.parametrize(("quality", "most", "partials"), [("low", 3, 1), ("max", 3, 3), ("max", 0, 0), ("max", 9, 3)])
def test_previews_follow_quality_and_settings(quality: str, most: int, partials: int) -> None:
    assert built(quality=quality, partial_images=most).partial_images == partials


@pytest.mark.parametrize("prompt", ["", " ", "\n\t", "\u3000"])
def test_an_empty_prompt_is_refused(prompt: str) -> None:
    with pytest.raises(RequestRefused, match="what the picture shall show"):
        built(prompt=prompt)


def test_the_longest_prompt_is_taken_and_a_longer_one_refused() -> None:
    assert built(prompt="x" * LONGEST_PROMPT).prompt == "x" * LONGEST_PROMPT
    with pytest.raises(RequestRefused, match=r"has 32,001 characters; 32,000 are possible"):
        built(prompt="x" * (LONGEST_PROMPT + 1))


@pytest.mark.parametrize("prompt", ["a \0 fox", "a \ud83e fox", "\udfff", "fox\ud800"])
def test_a_prompt_with_a_broken_character_is_refused(prompt: str) -> None:
    with pytest.raises(RequestRefused, match="broken character"):
        built(prompt=prompt)


@pytest.mark.parametrize("count", [-1, 0, 5, 10**30])
def test_a_count_outside_one_to_four_is_refused(count: int) -> None:
    with pytest.raises(RequestRefused, match="1 to 4 pictures"):
        built(count=count)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"quality": "xhigh", "model": "gpt-image-2"}, "is not a quality of GPT Image 2. Choose low, medium or high."),
        ({"size": "1920x1080"}, "Try 1920x1088."),
        ({"size": "1536x864", "model": "gpt-image-1.5"}, "this model makes only 1024x1024, 1536x1024 and 1024x1536."),
        ({"output_format": "gif"}, "is not a format of GPT Image 2.5 Flare. Choose png, jpeg or webp."),
        ({"background": "green"}, "is not a background of GPT Image 2.5 Flare. Choose auto, opaque or transparent."),
        (
            {"background": "transparent", "output_format": "jpg"},
            "A jpeg picture cannot be transparent. Choose png or webp as its format.",
        ),
    ],
)
def test_an_option_that_the_model_does_not_have_is_refused_with_what_to_choose(
    words: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UnsupportedOptionError) as refusal:
        built(**words)

    assert refusal.value.sentence.endswith(sentence)


@pytest.mark.parametrize("background", ["auto", "opaque"])
def test_an_opaque_jpeg_is_fine(background: str) -> None:
    assert built(background=background, output_format="jpeg").background == background


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(UnknownModelError, match="“dall-e-3” is not a model that I know"):
        built(model="dall-e-3")


@pytest.mark.parametrize(
    ("words", "today"),
    [
        ({"model": "gpt-image-1"}, NOVEMBER),
        ({"default_model": "gpt-image-1"}, NOVEMBER),
        ({"model": "gpt-image-1.5-2025-12-16"}, date(2026, 12, 1)),
    ],
)
def test_a_model_that_was_shut_down_is_refused_with_its_successor(words: dict[str, str], today: date) -> None:
    with pytest.raises(RequestRefused, match=r"was shut down on 2026-1.*\. Choose gpt-image-2\.5-flare instead\."):
        built(**words, today=today)


def test_another_endpoint_may_still_serve_a_model_that_was_shut_down() -> None:
    assert built(model="gpt-image-1", allow_retired=True).model == "gpt-image-1"


def test_a_model_without_a_price_is_refused() -> None:
    unpriced = Catalog("new", [replace(FLARE, id="new", title="The new one", prices=None)])

    with pytest.raises(UnknownModelError, match="The price of The new one is not known"):
        build_request(unpriced, Wishes("a fox"), House("new", 0, NOVEMBER))


def test_sixteen_pictures_are_taken_and_more_refused() -> None:
    check_references(FLARE, [picture()] * 16)

    with pytest.raises(
        InputPictureError, match=r"GPT Image 2\.5 Flare takes at most 16 input pictures\. Leave 2 out\."
    ):
        check_references(FLARE, [picture()] * 18)


def test_an_input_picture_must_be_smaller_than_the_limit() -> None:
    check_references(FLARE, [picture(byte_size=49_999_999)])

    with pytest.raises(InputPictureError, match="Input picture 2 must be smaller than 50 MB"):
        check_references(FLARE, [picture(), picture(byte_size=50_000_000)])


@pytest.mark.parametrize("media_type", ["image/gif", "image/svg+xml", "text/plain", ""])
def test_an_input_picture_of_another_type_is_refused(media_type: str) -> None:
    with pytest.raises(InputPictureError, match="Input picture 1 is not a PNG, JPEG or WebP"):
        check_references(FLARE, [picture(media_type)])


def test_a_request_survives_the_database() -> None:
    request = built(prompt='"Füchse" 🦊', size="1536x864").with_references([picture(), picture("image/webp")])

    kept = ImageRequest.from_json(request.to_json())

    assert kept == request
    assert (kept.width, kept.height) == (1536, 864)


@given(
    prompt=st.text(min_size=1, max_size=50),
    model=st.sampled_from([model.id for model in CATALOG.offered(NOVEMBER)]),
    size=st.none() | st.sampled_from(["square", "portrait", "1024x1024", "2:3", "1920x1080"]) | st.text(max_size=10),
    quality=st.none() | st.sampled_from(["low", "max", "auto"]),
    background=st.none() | st.sampled_from(["transparent", "opaque"]),
    output_format=st.none() | st.sampled_from(["png", "jpg", "webp", "gif"]),
)
def test_whatever_is_asked_is_either_refused_with_a_sentence_or_has_a_price(**words: str | None) -> None:
    request, sentence = built(), "."
    try:
        request = built(**words)
    except RequestRefused as refusal:
        sentence = refusal.sentence

    assert estimate(CATALOG.model(request.model), request).nano > 0
    assert sentence.endswith(".")
