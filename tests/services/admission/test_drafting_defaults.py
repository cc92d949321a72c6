"""Where defaults count: in what is made anew, where nothing is said; not in what a picture of ours becomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.services.admission import Start
from bot.services.policy import DefaultChoices
from bot.services.requests import Change, pricing
from tests.examples import CATALOG, MODEL, REQUEST, REQUESTER, order, picture
from tests.services.admission.drafts import FIXED, NEWEST, OLDER, Desk, start_of

OWN = DefaultChoices(OLDER.id, "1536x864", "high", 3, "webp", private=True, previews=0)
SERVER = DefaultChoices(NEWEST.id, "2048x2048", "low", 2, "jpeg", private=True, previews=1)
DECEMBER = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())
WITHOUT_WORDS = [change for change in Change if not change.needs_words and change is not Change.SQUARE]


async def test_a_new_picture_is_by_the_members_own_defaults() -> None:
    found = await Desk(own=OWN, server=SERVER).draft(Change.NEW, prompt="a fox")

    assert found == replace(
        REQUEST,
        prompt="a fox",
        model=OLDER.id,
        size="1536x864",
        quality="high",
        count=3,
        output_format="webp",
        partial_images=0,
    )


async def test_else_by_the_servers() -> None:
    found = await Desk(own=DefaultChoices(quality="medium"), server=SERVER).draft(Change.NEW, prompt="a fox")

    assert (found.model, found.size, found.quality, found.count) == (NEWEST.id, "2048x2048", "medium", 2)
    assert (found.output_format, found.partial_images, found.notes) == ("jpeg", 1, ())


async def test_what_is_said_counts_before_every_default() -> None:
    found = await Desk(own=OWN, server=SERVER).draft(
        Change.NEW, prompt="a fox", model=MODEL.id, size="square", quality="low", count=1, output_format="png"
    )

    assert (found.model, found.size, found.quality, found.count) == (MODEL.id, "1024x1024", "low", 1)
    assert (found.output_format, found.notes) == ("png", ())


async def test_a_chosen_model_that_lacks_a_default_makes_what_is_nearest_and_the_request_says_so() -> None:
    own = DefaultChoices(size="1088x1920", quality="max", output_format="webp")

    found = await Desk(own=own).draft(Change.NEW, prompt="a fox", model=FIXED.id)

    assert (found.size, found.quality, found.output_format) == ("1024x1536", "high", "webp")
    assert found.notes == (
        "Your default size (1088x1920) became 1024x1536: this model makes only 1024x1024, 1536x1024 and 1024x1536.",
        "Your default quality (max) is not in GPT Image 1.5: I used high.",
    )


async def test_a_retired_default_model_is_its_successor_and_the_request_says_so() -> None:
    found = await Desk(own=DefaultChoices(model=FIXED.id), now=DECEMBER).draft(Change.NEW, prompt="a fox")

    assert found.model == MODEL.id
    assert found.notes == (
        f"Your default model ({FIXED.title}) was shut down on 2026-12-01: {MODEL.title} draws instead.",
    )


async def test_transparency_counts_before_a_default_format_that_has_none() -> None:
    desk = Desk(server=SERVER)

    found = await desk.draft(Change.NEW, prompt="a fox", background="transparent")

    assert (found.output_format, found.background) == ("png", "transparent")
    assert found.notes == ("This server's default format (jpeg) cannot be transparent: I used png.",)
    assert (await desk.draft(Change.CUT_OUT, Start(shape=(640, 480)))).output_format == "png"


@pytest.mark.parametrize("shape", [(640, 480), None])
async def test_other_peoples_pictures_keep_their_shape_and_are_changed_by_the_rest(
    shape: tuple[int, int] | None,
) -> None:
    found = await Desk(own=OWN).edit(Start(shape=shape))

    assert (found.model, found.quality, found.output_format) == (OLDER.id, "high", "webp")
    assert found.size == (await Desk().edit(Start(shape=shape), model=OLDER.id)).size != OWN.size


async def test_how_many_there_are_of_a_change_is_a_default_only_where_somebody_may_choose() -> None:
    desk, start = Desk(own=OWN), start_of("1024x1024")

    assert (await desk.edit(Start(shape=(640, 480)))).count == 3
    assert (await desk.edit(start)).count == 3  # what the dialog begins with
    assert (await desk.edit(start, count=1)).count == 1  # a reply


async def test_an_animation_is_no_default_of_a_change() -> None:
    catalog = CATALOG.opened(gif=True, svg_author=None)
    own = DefaultChoices(model=NEWEST.id, size="2048x2048", output_format="gif")
    desk, plain = Desk(catalog=catalog, own=own), Desk(catalog=catalog, own=replace(own, size=None))

    new, edit = await desk.draft(Change.NEW, prompt="a fox"), await desk.edit(Start(shape=(640, 480)))
    explicit = await desk.draft(Change.NEW, prompt="a fox", size="1024x1024")

    assert (new.output_format, new.size, explicit.size) == ("gif", "816x816", "1024x1024")
    assert new.notes == ("Your default size (2048x2048) is not that of animations: I used 816x816.",)
    assert (await plain.draft(Change.NEW, prompt="a fox")).notes == ()
    assert (edit.output_format, edit.notes) == ("png", ())


async def test_a_picture_of_ours_that_is_changed_stays_as_it_was_made() -> None:
    start = start_of("1536x1024", model=NEWEST.id, quality="low", output_format="jpeg")

    found = await Desk(own=OWN).edit(start, count=1)

    assert (found.model, found.size, found.quality, found.output_format) == (NEWEST.id, "1536x1024", "low", "jpeg")
    assert (found.partial_images, found.notes) == (0, ())  # fewer previews are for everything


async def test_words_to_a_picture_whose_model_is_gone_go_to_the_members_own_model() -> None:
    start = start_of("1536x1024", model=FIXED.id, quality="low")

    found = await Desk(own=OWN, now=DECEMBER).edit(start, count=1)

    assert (found.model, found.size, found.quality) == (OLDER.id, "1536x1024", "low")


@pytest.mark.parametrize("change", WITHOUT_WORDS)
@pytest.mark.parametrize("now", [None, DECEMBER])
async def test_a_change_with_its_price_on_a_button_never_costs_more_by_somebodys_defaults(
    change: Change, now: int | None
) -> None:
    own = DefaultChoices(model=NEWEST.id, size="3840x2160", quality="max", count=4, output_format="webp")
    desk = Desk(own=own) if now is None else Desk(own=own, now=now)
    made, image = order(), picture()
    before = replace(made, request=replace(made.request, model=FIXED.id))

    on_button = desk.drafting.price_of(before, image, change)
    found = await desk.draft(change, Start(before, image), count=1)

    held = found.with_references([image.image])
    assert on_button == pricing.estimate(CATALOG.model(found.model), held).nano
    assert found.count == 1


async def test_no_previews_make_a_change_cheaper_than_its_button_says() -> None:
    made, image = order(), picture()
    desk = Desk(own=DefaultChoices(previews=0))

    found = await desk.draft(Change.VARY, Start(made, image))

    assert found.partial_images == 0
    assert pricing.estimate(MODEL, found.with_references([image.image])).nano < (
        desk.drafting.price_of(made, image, Change.VARY) or 0
    )


@pytest.mark.parametrize(("own", "partials"), [(None, 2), (0, 0), (1, 1), (3, 2)])
async def test_the_same_once_more_has_no_more_previews_than_who_asks_wants_and_no_words_to_others(
    own: int | None, partials: int
) -> None:
    before = replace(REQUEST, notes=("1920x1080 became 1920x1088.",))

    again = await Desk(own=DefaultChoices(previews=own)).drafting.again(REQUESTER, before)

    assert again == replace(REQUEST, partial_images=partials)


@pytest.mark.parametrize(
    ("own", "server", "said", "alone"),
    [
        (None, None, None, False),
        (True, None, None, True),
        (None, True, None, True),
        (False, True, None, False),
        (True, True, False, False),
        (None, None, True, True),
    ],
)
async def test_who_sees_it_is_what_was_said_else_a_default(
    *, own: bool | None, server: bool | None, said: bool | None, alone: bool
) -> None:
    desk = Desk(own=DefaultChoices(private=own), server=DefaultChoices(private=server))

    assert await desk.drafting.is_private(REQUESTER, said=said) is alone


async def test_defaults_are_those_of_one_member_of_one_server() -> None:
    desk = Desk(own=OWN)

    ben = await desk.drafting.usual(replace(REQUESTER, user_id=34))

    assert ben.defaults == (await Desk().drafting.usual(REQUESTER)).defaults
