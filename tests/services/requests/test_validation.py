"""Wishes become a request that the catalog allows, or a sentence that says what to choose."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RequestRefused, UnknownModelError, UnsupportedOptionError
from bot.services.catalog import Catalog
from bot.services.requests import Change, ImageRequest, Installation, Origin, Wishes, build_request, check_request
from bot.services.requests.pricing import estimate
from bot.services.requests.request import LONGEST_BESIDE, LONGEST_PROMPT
from bot.services.requests.validation import LONGEST_TOLD, MOST_TOLD, told

CATALOG = Catalog.load()
FLARE = CATALOG.model("gpt-image-2.5-flare")
NOVEMBER = date(2026, 11, 20)


def built(**words: Any) -> ImageRequest:  # noqa: ANN401 - any wish, or how this installation works
    installation: dict[str, Any] = {"default_model": CATALOG.default_id, "most_partials": 3, "today": NOVEMBER}
    for name in (*installation, "allow_retired"):
        if name in words:
            installation[name] = words.pop(name)
    wishes: dict[str, Any] = {"prompt": "a fox"} | words
    origin = (
        Origin(wishes.pop("change"), wishes.pop("parent", None), wishes.pop("story", ())) if "change" in words else None
    )
    return build_request(CATALOG, Wishes(**wishes), Installation(**installation), origin)


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
    assert built(quality=quality, most_partials=most).partial_images == partials


def test_wishes_say_only_what_was_chosen_and_what_is_nearer_wins() -> None:
    explicit = Wishes(prompt="a fox", size="square", count=2, exact=False)
    kept = Wishes(prompt="unheard", size="wide", quality="high", count=4, compression=0)

    assert explicit.said == {"size": "square", "count": 2}
    assert explicit.over(kept) == Wishes(
        prompt="a fox", size="square", quality="high", count=2, compression=0, exact=False
    )


@pytest.mark.parametrize(
    "prompt", ["", " ", "\n\t", "\u3000", "\u200b\u200b", "\u200d" * 3, "\u200d \u200d", "\u3164\ufe0f\u2800"]
)
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
        ({"size": "4:1"}, "Try 2448x816."),
        ({"size": "2:1", "model": "gpt-image-1.5"}, "1536x1024 and 1024x1536. Try 1536x1024."),
        ({"output_format": "bmp"}, "is not a format of GPT Image 2.5 Flare. Choose png, jpeg or webp."),
        ({"output_format": "gif"}, "GIF is in preview at the image API and not switched on here. Ask whoever runs me."),
        ({"background": "green"}, "is not a background of GPT Image 2.5 Flare. Choose auto, opaque or transparent."),
        (
            {"background": "transparent", "output_format": "jpg"},
            "The format jpeg cannot be transparent. Choose png or webp.",
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
        build_request(unpriced, Wishes("a fox"), Installation("new", 0, NOVEMBER))


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


def test_a_change_remembers_where_it_comes_from() -> None:
    found = built(change=Change.EDIT, parent=4821, story=("a fox", "a red hat"), prompt="at night", exact=False)

    assert (found.change, found.parent, found.story) == (Change.EDIT, 4821, ("a fox", "a red hat"))
    assert (found.prompt, found.exact) == ("at night", False)
    assert (built().change, built().parent, built().story, built().exact) == (Change.NEW, None, (), True)


@pytest.mark.parametrize("change", Change)
def test_words_may_be_left_out_where_the_change_says_what_is_to_be_done(change: Change) -> None:
    refused = False
    try:
        built(change=change, prompt=" ")
    except RequestRefused as refusal:
        refused = refusal.sentence.startswith("Say in a few words what ")

    assert refused == (change in {Change.NEW, Change.EDIT})


def test_an_edit_without_words_is_asked_what_shall_be_changed() -> None:
    with pytest.raises(RequestRefused, match=r"^Say in a few words what shall be changed\.$"):
        built(change=Change.EDIT, prompt="")


@pytest.mark.parametrize("change", Change)
def test_the_longest_words_of_each_change_are_taken_and_longer_ones_refused(change: Change) -> None:
    most = LONGEST_PROMPT if change in {Change.NEW, Change.EDIT} else LONGEST_BESIDE

    taken = built(change=change, prompt="x" * most, story=("y" * LONGEST_PROMPT,) * 9)

    assert len(taken.sent_prompt) <= LONGEST_PROMPT
    with pytest.raises(RequestRefused, match=rf"has {most + 1:,} characters; {most:,} are possible\. Please shorten"):
        built(change=change, prompt="x" * (most + 1))


def test_of_a_long_story_the_first_and_the_latest_words_are_kept() -> None:
    assert told(("1", "2", "3", "4", "5")) == ("1", "2", "3", "4", "5")
    assert told(("1", "2", "3", "4", "5", "6", "7")) == ("1", "4", "5", "6", "7")
    assert told(("x" * LONGEST_TOLD, "y" * (LONGEST_TOLD + 1))) == (
        "x" * LONGEST_TOLD,
        "y" * (LONGEST_TOLD - 1) + "…",
    )


@given(st.lists(st.text(max_size=900)).map(tuple))
def test_a_story_is_kept_bounded_and_is_not_cut_twice(story: tuple[str, ...]) -> None:
    kept = built(change=Change.VARY, story=story).story

    assert len(kept) <= MOST_TOLD
    assert all(len(words) <= LONGEST_TOLD for words in kept)
    assert told(kept) == kept


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({"complexity": "High", "model": "gpt-image-2.6-flare"}, "high"),
        ({"input_fidelity": "LOW", "model": "gpt-image-1.5"}, "low"),
        ({"compression": 0, "output_format": "webp"}, 0),
        ({"compression": 100, "output_format": "jpg"}, 100),
    ],
)
def test_options_that_only_some_have_are_taken(words: dict[str, Any], found: str | int) -> None:
    request = built(**words)

    assert found in {request.complexity, request.input_fidelity, request.compression}
    check_request(CATALOG, request, NOVEMBER)


REFUSED_OPTIONS = [
    (
        {"complexity": "high"},
        "GPT Image 2.5 Flare has no choice of complexity. Leave it out, or choose another model.",
    ),
    (
        {"input_fidelity": "high"},
        "GPT Image 2.5 Flare has no choice of input fidelity. Leave it out, or choose another model.",
    ),
    (
        {"input_fidelity": "high", "model": "gpt-image-1-mini"},
        "GPT Image 1 mini does not have that value for input fidelity. Choose low.",
    ),
    (
        {"complexity": "huge", "model": "gpt-image-2.6-flare"},
        "GPT Image 2.6 Flare does not have that value for complexity. Choose low, medium or high.",
    ),
    ({"compression": 50}, "The format png is not compressed. Choose jpeg or webp."),
    ({"compression": -1, "output_format": "jpeg"}, "Compression is a number from 0 to 100."),
    ({"compression": 101, "output_format": "jpeg"}, "Compression is a number from 0 to 100."),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED_OPTIONS)
def test_options_that_the_model_or_the_format_has_not_are_refused(words: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UnsupportedOptionError) as refusal:
        built(**words)

    assert refusal.value.sentence == sentence


@pytest.mark.parametrize(("words", "sentence"), REFUSED_OPTIONS)
def test_an_old_request_is_held_against_the_catalog_of_today(words: dict[str, Any], sentence: str) -> None:
    old = replace(built(), **words)

    with pytest.raises(UnsupportedOptionError) as refusal:
        check_request(CATALOG, old, NOVEMBER)
    assert refusal.value.sentence == sentence


@pytest.mark.parametrize(
    "change",
    [
        {"size": "1000x1000"},
        {"quality": "ultra"},
        {"output_format": "bmp"},
        {"background": "green"},
        {"model": "gpt-image-1"},
        {"model": "dall-e-3"},
        {"output_format": "jpeg", "background": "transparent"},
    ],
)
def test_an_old_request_that_cannot_be_made_any_more_is_refused(change: dict[str, str]) -> None:
    check_request(CATALOG, built(), NOVEMBER)

    with pytest.raises(RequestRefused):
        check_request(CATALOG, replace(built(), **change), NOVEMBER)  # type: ignore[arg-type]  # fields by name


def test_an_old_request_may_go_to_an_endpoint_that_serves_what_was_shut_down() -> None:
    check_request(CATALOG, replace(built(), model="gpt-image-1"), NOVEMBER, allow_retired=True)


def opened(**words: Any) -> ImageRequest:  # noqa: ANN401 - any wish
    catalog = CATALOG.opened(gif=True, svg_author="gpt-6-luna")
    return build_request(catalog, Wishes("a fox", "gpt-image-2.6-flare", **words), Installation(FLARE.id, 3, NOVEMBER))


@pytest.mark.parametrize(("frames", "found"), [(None, 9), (2, 2), (16, 16)])
def test_a_gif_has_as_many_frames_as_are_wished_and_no_previews(frames: int | None, found: int) -> None:
    request = opened(output_format="gif", frames=frames)

    assert (request.frames, request.frame_ms, request.partial_images) == (found, 200, 0)
    assert (request.svg_author, opened(quality="max").frames) == (None, None)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"output_format": "gif", "frames": 1}, "A gif has 2 to 16 frames."),
        ({"output_format": "gif", "frames": 17}, "A gif has 2 to 16 frames."),
        ({"frames": 5}, "The format png has no frames. Choose gif."),
    ],
)
def test_frames_that_cannot_be_are_refused(words: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UnsupportedOptionError) as refusal:
        opened(**words)

    assert refusal.value.sentence == sentence


def test_an_svg_is_written_by_whom_the_operator_has_named() -> None:
    request = opened(output_format="svg")
    catalog = CATALOG.opened(gif=False, svg_author="gpt-6-luna")

    assert (request.svg_author, request.partial_images, request.frames) == ("gpt-6-luna", 0, None)
    check_request(catalog, request, NOVEMBER)
    with pytest.raises(UnsupportedOptionError, match="Who writes SVG drawings here has changed"):
        check_request(CATALOG.opened(gif=False, svg_author="gpt-5.5"), request, NOVEMBER)
