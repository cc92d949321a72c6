"""Sizes and shapes of what is asked for anew or changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotPermittedError, RequestRefused
from bot.services.admission import Start
from bot.services.catalog import USUAL_PIXELS
from bot.services.catalog.sizes import FixedSizes
from bot.services.requests import Change, ImageRequest
from bot.services.requests.request import EXTENDING
from tests.examples import CATALOG, MODEL, STORED, order, picture
from tests.services.admission.drafts import FIXED, NEWEST, OLDER, Desk, start_of

LEAST = 655_360  # pixels


@pytest.mark.parametrize(
    "change", [Change.EDIT, Change.VARY, Change.FINISH, Change.CUT_OUT, Change.ZOOM_OUT, Change.PAN_UP]
)
async def test_a_change_keeps_the_size_however_large_it_is(change: Change) -> None:
    assert (await Desk().draft(change, start_of("3840x2160"), prompt="x")).size == "3840x2160"


async def test_the_size_is_the_pictures_own_and_not_what_was_asked_for() -> None:
    image = replace(STORED, width=1536, height=1024)

    found = await Desk().edit(Start(order(), picture(image=image)))

    assert found.size == "1536x1024"


@pytest.mark.parametrize(
    ("most_pixels", "size"),
    [
        (3840 * 2160, "3840x2160"),
        (3840 * 2160 - 1, "3584x2016"),
        (2560 * 1440, "2560x1440"),
        (1024 * 1024, "1280x720"),
        (LEAST, "1024x640"),  # as near to it as that few pixels go
    ],
)
async def test_a_picture_larger_than_its_changer_may_ask_for_is_made_smaller(most_pixels: int, size: str) -> None:
    found = await Desk(most_pixels=most_pixels).edit(start_of("3840x2160"))

    assert found.size == size


@pytest.mark.parametrize(("own", "size"), [("3840x2160", "1536x1024"), ("1024x1008", "1024x1024")])
async def test_another_model_makes_what_comes_nearest(own: str, size: str) -> None:
    assert (await Desk().edit(start_of(own), model=FIXED.id)).size == size


@pytest.mark.parametrize(
    ("said", "size", "notes"),
    [
        ("1920x1080", "1920x1088", ("1920x1080 became 1920x1088: both edges must be multiples of 16.",)),
        ("a4", "1120x1584", ()),
        ("1920x1088", "1920x1088", ()),
        (None, "1024x1024", ()),
    ],
)
async def test_a_request_keeps_in_words_what_became_of_its_size(
    said: str | None, size: str, notes: tuple[str, ...]
) -> None:
    found = await Desk().draft(Change.NEW, prompt="a fox", size=said)

    assert (found.size, found.notes) == (size, notes)
    assert ImageRequest.from_json(found.to_json()) == found


async def test_a_picture_of_a_size_that_nobody_makes_any_more_keeps_its_shape() -> None:
    image = replace(STORED, width=900, height=450)

    assert (await Desk().edit(Start(order(), picture(image=image)))).size == "1280x640"


@pytest.mark.parametrize(
    ("shape", "most_pixels", "size"),
    [
        ((4000, 3000), None, "1408x1056"),
        ((4000, 3000), 1_000_000, "1152x864"),
        ((4000, 3000), 8_000_000, "1408x1056"),  # nobody gets a dear picture for having a good camera
        ((1170, 2532), None, "784x1696"),
        (None, None, "1024x1024"),
    ],
)
async def test_other_peoples_pictures_keep_their_shape_at_a_usual_size(
    shape: tuple[int, int] | None, most_pixels: int | None, size: str
) -> None:
    found = await Desk(most_pixels=most_pixels).edit(Start(shape=shape))

    assert (found.size, found.parent, found.story, found.model) == (size, None, (), MODEL.id)


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.integers(LEAST, 9_000_000))
async def test_whatever_is_sent_is_made_within_what_is_permitted(width: int, height: int, most: int) -> None:
    desk = Desk(most_pixels=most)

    found = await desk.edit(Start(shape=(width, height)))

    assert found.width * found.height <= min(most, USUAL_PIXELS)
    await desk.admit(found)


@given(
    st.sampled_from([each for each in Change if each is not Change.NEW]),
    st.sampled_from([each.size for each in MODEL.suggested_sizes]),
    st.sampled_from(["low", "medium", "high"]),
    st.sampled_from([each.id for each in CATALOG.models]),
    st.integers(700_000, 9_000_000),
    st.sampled_from([(), (OLDER.id,), (NEWEST.id, MODEL.id)]),
)
async def test_a_change_is_refused_with_a_sentence_or_admitted(
    change: Change, size: str, quality: str, model: str, most: int, models: tuple[str, ...]
) -> None:
    desk = Desk(most_pixels=most, models=models)
    start = start_of(size, model=model, quality=quality)
    sentence = "."
    try:
        found = await desk.draft(change, start, prompt="a hat")
    except RequestRefused as refusal:
        sentence = refusal.sentence
    else:
        assert (found.change, found.parent) == (change, 4821)
        if found.width * found.height <= most:
            await desk.admit(found)
        else:
            assert isinstance(CATALOG.model(found.model).sizes, FixedSizes)  # which has no smaller one

    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("change", "most_pixels", "size"),
    [
        (Change.SQUARE, None, "1536x1536"),  # on which it keeps its own pixels
        (Change.PORTRAIT, None, "1536x2304"),
        (Change.ZOOM_OUT, None, "2304x1296"),
        (Change.ZOOM_OUT, 1536 * 864, "1536x864"),
        (Change.SQUARE, 900_000, "944x944"),
        (Change.PORTRAIT, 1_000_000, "800x1200"),
    ],
)
async def test_a_new_shape_is_as_large_as_is_permitted(change: Change, most_pixels: int | None, size: str) -> None:
    assert (await Desk(most_pixels=most_pixels).draft(change, start_of("1536x864"))).size == size


@pytest.mark.parametrize(
    ("change", "most_pixels", "default"),
    [
        (Change.SQUARE, LEAST, MODEL.id),  # so few pixels have no square that the model makes
        (Change.SQUARE, 600_000, MODEL.id),
        (Change.PORTRAIT, 1024 * 1024, FIXED.id),  # whose only smaller size is square
    ],
)
async def test_a_shape_that_is_not_permitted_in_any_size_is_refused_at_the_door(
    change: Change, most_pixels: int, default: str
) -> None:
    desk = Desk(most_pixels=most_pixels, default=default)

    found = await desk.draft(change, Start(shape=(1500, 1000)))

    with pytest.raises(NotPermittedError, match="is larger than you may ask for here"):
        await desk.admit(found)


@pytest.mark.parametrize(
    ("change", "size", "sentence"),
    [
        (Change.SQUARE, "2048x2048", "#4821 is square already. For another size, press ✏️ Edit."),
        (Change.PORTRAIT, "1024x1536", "#4821 is in portrait format already. For another size, press ✏️ Edit."),
        (Change.LANDSCAPE, "1536x1024", "#4821 is in landscape format already. For another size, press ✏️ Edit."),
    ],
)
async def test_a_picture_that_has_the_shape_already_is_not_extended(change: Change, size: str, sentence: str) -> None:
    with pytest.raises(RequestRefused) as refusal:
        await Desk().draft(change, start_of(size))

    assert refusal.value.sentence == sentence


async def test_other_peoples_square_is_square_already() -> None:
    with pytest.raises(RequestRefused, match=r"^The picture is square already\. For another size, press ✏️ Edit\.$"):
        await Desk().draft(Change.SQUARE, Start(shape=(500, 501)))


async def test_what_cannot_be_measured_yet_is_drafted() -> None:
    found = [(await Desk().draft(change, Start())).size for change in (Change.SQUARE, Change.ZOOM_OUT)]

    assert found == ["1024x1024", "1024x1024"]


@pytest.mark.parametrize("change", sorted(EXTENDING))
async def test_a_wide_picture_can_be_extended_in_every_way(change: Change) -> None:
    found = await Desk().draft(change, start_of("1536x864", output_format="jpeg"))

    assert found.size in {"1536x864", "2304x1296", "3072x1728", "1536x1536", "1536x2304", "1536x1024"}
    assert (found.output_format, found.exact) == ("jpeg", True)
