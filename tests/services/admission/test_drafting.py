"""From wishes to a request: a new picture, one like the picture before, a finish, a cut-out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import NotPermittedError, RequestRefused, UnknownModelError, UnsupportedOptionError
from bot.services.admission import Drafting, Start
from bot.services.catalog import Catalog
from bot.services.requests import Change, ImageRequest, StoredImage, pricing
from bot.services.requests.validation import MOST_TOLD
from tests.examples import CATALOG, MODEL, NOW, REQUEST, job, order, picture
from tests.services.admission.drafts import FIXED, NEWEST, OLDER, Desk, Members, start_of

if TYPE_CHECKING:
    from bot.services.ledger import Order, Picture


GONE = CATALOG.model("gpt-image-1")
DECEMBER = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())


def parts(start: Start) -> tuple[Order, Picture]:
    assert start.order is not None
    assert start.picture is not None
    return start.order, start.picture


async def test_a_new_picture_is_made_as_usual() -> None:
    assert await Desk().draft(Change.NEW, prompt="a fox") == replace(REQUEST, prompt="a fox")


async def test_a_new_picture_is_made_as_is_wished() -> None:
    found = await Desk().draft(
        Change.NEW,
        prompt="a fox",
        model="GPT-Image-2",
        size="wide",
        quality="High",
        count=3,
        background="Transparent",
        output_format="WebP",
        compression=40,
    )

    assert found == ImageRequest(
        "a fox", OLDER.id, "1536x864", "high", 3, "transparent", "webp", partial_images=3, compression=40
    )


async def test_a_new_picture_is_the_usual_that_is_permitted() -> None:
    found = await Desk(models=(OLDER.id,), qualities=("low",), most_pixels=1024 * 1024).draft(
        Change.NEW, prompt="a fox"
    )

    assert (found.model, found.quality, found.size) == (OLDER.id, "low", "1024x1024")


@pytest.mark.parametrize("moderation", ["auto", "low"])
async def test_the_provider_screens_as_the_leads_have_decided(moderation: str) -> None:
    assert (await Desk(moderation=moderation).draft(Change.NEW, prompt="a fox")).moderation == moderation


async def test_a_change_keeps_how_the_picture_was_made() -> None:
    start = start_of(
        "1536x864",
        model=NEWEST.id,
        quality="low",
        background="transparent",
        output_format="webp",
        compression=60,
        complexity="low",
        partial_images=1,
        count=1,
    )

    found = await Desk().edit(start)

    assert found == replace(
        parts(start)[0].request, prompt="a hat", change=Change.EDIT, parent=4821, story=("a red fox",)
    )


async def test_a_variation_needs_no_words() -> None:
    found = await Desk().draft(Change.VARY, start_of("1536x864", quality="low"))

    assert (found.prompt, found.change, found.parent, found.story) == ("", Change.VARY, 4821, ("a red fox",))
    assert (found.model, found.size, found.quality) == (MODEL.id, "1536x864", "low")


async def test_what_is_wished_goes_before_what_was() -> None:
    found = await Desk().edit(
        start_of(model=NEWEST.id, complexity="low"),
        model=MODEL.id,
        size="tall",
        quality="low",
        count=2,
        output_format="jpg",
        background="opaque",
        compression=5,
        exact=False,
    )

    assert (found.model, found.size, found.quality, found.count) == (MODEL.id, "864x1536", "low", 2)
    assert (found.output_format, found.background, found.compression, found.exact) == ("jpeg", "opaque", 5, False)
    assert found.complexity is None  # which this model has not
    assert (await Desk().edit(start_of(model=NEWEST.id, complexity="low"), complexity="high")).complexity == "high"


async def test_one_picture_of_several_is_changed_into_one() -> None:
    first, second = picture(1), picture(2)
    several = order(job(1, first), job(2, second))

    found = await Desk().edit(Start(several, second))

    assert (found.parent, found.count) == (2, 1)


async def test_the_fidelity_of_an_old_model_is_kept_while_it_has_it() -> None:
    start = start_of(model=FIXED.id, input_fidelity="high", quality="high")

    assert (await Desk().edit(start)).input_fidelity == "high"
    assert (await Desk().edit(start, input_fidelity="low")).input_fidelity == "low"
    assert (await Desk().edit(start, model="gpt-image-1-mini")).input_fidelity is None


async def test_a_pinned_model_stays_pinned() -> None:
    pinned = MODEL.snapshots[0]

    assert (await Desk(models=(MODEL.id,)).edit(start_of(model=pinned))).model == pinned


@pytest.mark.parametrize(
    ("desk", "before"),
    [
        (Desk(), GONE.id),
        (Desk(now=DECEMBER), FIXED.id),
        (Desk(now=DECEMBER), FIXED.snapshots[0]),
        (Desk(), "dall-e-3"),
        (Desk(models=(MODEL.id,)), OLDER.id),
        (Desk(models=(MODEL.id, NEWEST.id)), OLDER.snapshots[0]),
    ],
)
async def test_instead_of_a_model_that_cannot_be_had_comes_the_usual_one(desk: Desk, before: str) -> None:
    found = await desk.edit(start_of(model=before))

    assert found.model == MODEL.id


async def test_a_model_whose_price_is_not_known_any_more_is_not_used_again() -> None:
    unpriced = Catalog(MODEL.id, [replace(each, prices=None) if each is OLDER else each for each in CATALOG.models])

    assert (await Desk(catalog=unpriced).edit(start_of(model=OLDER.id))).model == MODEL.id


async def test_another_endpoint_may_serve_on_what_was_shut_down() -> None:
    assert (await Desk(allow_retired=True).edit(start_of(model=GONE.id))).model == GONE.id


async def test_a_model_that_was_shut_down_is_refused_where_it_is_wished() -> None:
    with pytest.raises(RequestRefused, match=r"GPT Image 1 was shut down on 2026-10-23\. Choose gpt-image-2\.5-flare"):
        await Desk().edit(start_of(), model=GONE.id)
    with pytest.raises(UnknownModelError, match="not a model that I know"):
        await Desk().edit(start_of(), model="dall-e-3")


@pytest.mark.parametrize(
    ("qualities", "before", "quality"),
    [
        (("low", "medium", "max"), "max", "max"),
        (("low", "high"), "max", "low"),  # the usual one that is permitted
        (("max",), "low", "max"),
    ],
)
async def test_a_quality_is_kept_as_far_as_it_is_permitted(
    qualities: tuple[str, ...], before: str, quality: str
) -> None:
    assert (await Desk(qualities=qualities).edit(start_of(quality=before))).quality == quality


async def test_a_quality_that_the_model_has_not_becomes_the_usual() -> None:
    assert (await Desk().edit(start_of(quality="max"), model=OLDER.id)).quality == "medium"


@pytest.mark.parametrize("output_format", ["gif", "svg"])
async def test_a_change_of_an_animation_or_a_drawing_is_a_still_picture(output_format: str) -> None:
    opened = CATALOG.opened(gif=True, svg_author="gpt-6-luna")
    start = start_of(model=NEWEST.id, output_format=output_format, frames=9, frame_ms=200)

    found = await Desk(catalog=opened).edit(start)
    asked = await Desk(catalog=opened).edit(start, output_format=output_format)

    assert (found.output_format, found.frames) == ("png", None)
    assert asked.output_format == output_format


@pytest.mark.parametrize(
    ("before", "wished", "found"),
    [
        ({"output_format": "jpeg"}, {}, ("jpeg", "auto", None)),
        ({"output_format": "jpeg", "compression": 30}, {}, ("jpeg", "auto", 30)),
        ({"output_format": "jpeg", "compression": 30}, {"compression": 0}, ("jpeg", "auto", 0)),
        ({"output_format": "jpeg", "compression": 30}, {"output_format": "jpg"}, ("jpeg", "auto", 30)),
        ({"output_format": "jpeg", "compression": 30}, {"output_format": "webp"}, ("webp", "auto", None)),
        ({"output_format": "jpeg", "compression": 30}, {"background": "transparent"}, ("png", "transparent", None)),
        ({"output_format": "webp"}, {"background": " Transparent "}, ("webp", "transparent", None)),
        ({"background": "opaque"}, {}, ("png", "opaque", None)),
        ({"background": "transparent"}, {}, ("png", "transparent", None)),
        ({"background": "transparent"}, {"output_format": " WEBP"}, ("webp", "transparent", None)),
        ({"background": "transparent"}, {"output_format": "jpeg"}, ("jpeg", "auto", None)),
        ({"background": "transparent"}, {"background": "opaque", "output_format": "jpeg"}, ("jpeg", "opaque", None)),
    ],
)
async def test_background_and_format_go_together(
    before: dict[str, Any], wished: dict[str, Any], found: tuple[str, str, int | None]
) -> None:
    request = await Desk().edit(start_of(**before), **wished)

    assert (request.output_format, request.background, request.compression) == found


async def test_a_background_that_the_model_has_not_is_left_to_it() -> None:
    opaque = Catalog(MODEL.id, [replace(MODEL, backgrounds=("auto", "opaque"))])

    assert (await Desk(catalog=opaque).edit(start_of(background="transparent"))).background == "auto"


@pytest.mark.parametrize("wished", [{"output_format": "bmp"}, {"background": "green"}])
async def test_a_wish_that_the_model_cannot_fulfil_is_refused(wished: dict[str, str]) -> None:
    with pytest.raises(UnsupportedOptionError, match="Choose"):
        await Desk().edit(start_of(), **wished)


async def test_a_wish_for_a_transparent_jpeg_is_refused_rather_than_bent() -> None:
    with pytest.raises(UnsupportedOptionError, match="The format jpeg cannot be transparent"):
        await Desk().edit(start_of(), background="transparent", output_format="jpeg")


async def test_words_that_ask_for_nothing_are_refused() -> None:
    with pytest.raises(RequestRefused, match="Say in a few words what shall be changed"):
        await Desk().edit(start_of(), prompt=" ")


async def test_the_story_grows_with_each_change_and_stays_short() -> None:
    start = start_of(prompt="the first", story=())
    for number in range(20):
        changed = await Desk().edit(start, prompt=f"change {number} " + "x" * 1000)
        start = Start(replace(parts(start)[0], request=changed), parts(start)[1])
    request = parts(start)[0].request

    assert len(request.story) == MOST_TOLD
    assert [words.split(" x")[0] for words in request.story] == [
        "the first",
        *(f"change {number}" for number in (15, 16, 17, 18)),
    ]
    assert sum(map(len, request.story)) <= 400 * MOST_TOLD


@pytest.mark.parametrize(
    ("model", "before", "better"),
    [
        (MODEL.id, "low", "high"),
        (MODEL.id, "medium", "high"),
        (MODEL.id, "high", "xhigh"),
        (MODEL.id, "xhigh", "max"),
        (OLDER.id, "low", "high"),
        (FIXED.id, "medium", "high"),
        (GONE.id, "low", "high"),  # by the usual model instead
    ],
)
async def test_finish_asks_for_a_better_quality_of_the_same(model: str, before: str, better: str) -> None:
    found = await Desk().draft(Change.FINISH, start_of(model=model, quality=before))

    assert (found.model, found.quality) == (MODEL.id if model == GONE.id else model, better)


@pytest.mark.parametrize(
    ("model", "before", "sentence"),
    [
        (MODEL.id, "max", "GPT Image 2.5 Flare has no better quality than max."),
        (OLDER.id, "high", "GPT Image 2 has no better quality than high."),
        (OLDER.id, "unheard", "GPT Image 2 has no better quality than unheard."),
    ],
)
async def test_nothing_is_better_than_the_best(model: str, before: str, sentence: str) -> None:
    start = start_of(model=model, quality=before)

    with pytest.raises(UnsupportedOptionError) as refusal:
        await Desk().draft(Change.FINISH, start)
    assert refusal.value.sentence == sentence
    assert Desk().drafting.price_of(*parts(start), Change.FINISH) is None


async def test_the_quality_that_somebody_wishes_goes_before_the_better_one() -> None:
    assert (await Desk().draft(Change.FINISH, start_of(quality="max"), quality="max")).quality == "max"


async def test_who_may_not_have_the_better_quality_is_told_at_the_door() -> None:
    desk = Desk(qualities=("low", "medium"))

    found = await desk.draft(Change.FINISH, start_of())

    with pytest.raises(NotPermittedError, match=r"^The quality high is not open to you here: .* low or medium\.$"):
        await desk.admit(found)


@pytest.mark.parametrize("model", [each.id for each in CATALOG.models])
@pytest.mark.parametrize("quality", ["low", "medium"])
@pytest.mark.parametrize("size", ["1024x1024", "1536x1024"])
@pytest.mark.parametrize("change", [Change.FINISH, Change.VARY])
async def test_the_price_of_a_change_is_what_the_ledger_holds_for_it(
    model: str, quality: str, size: str, change: Change
) -> None:
    desk = Desk()
    start = start_of(size, model=model, quality=quality, prompt="ein Fuchs " * 30, story=("🦊",), output_format="webp")

    price = desk.drafting.price_of(*parts(start), change)

    request = await desk.draft(change, start)
    sent = request.with_references([parts(start)[1].image])
    assert price == pricing.estimate(CATALOG.model(request.model), sent).nano
    assert request.with_references(()) != sent


async def test_the_price_of_a_change_is_that_of_its_own_words_also_after_others() -> None:
    desk, starts = Desk(), [start_of(prompt=words, story=story) for words, story in (("a", ()), ("a fox", ("🦊",) * 9))]

    prices = [desk.drafting.price_of(*parts(start), Change.VARY) for start in starts]

    requests = [await desk.draft(Change.VARY, start) for start in starts]
    sent = [request.with_references([parts(starts[0])[1].image]) for request in requests]
    assert prices == [pricing.estimate(MODEL, request).nano for request in sent]
    assert prices[0] != prices[1]


def test_from_the_day_on_when_a_model_is_gone_a_price_is_that_of_its_successor() -> None:
    today = [NOW]
    admission = replace(Desk().admission, clock=lambda: float(today[-1]))
    drafting, start = Drafting(CATALOG, admission, FIXED.id, 3, Members()), start_of(model=FIXED.id)
    before = drafting.price_of(*parts(start), Change.VARY)
    today.append(DECEMBER)

    after = drafting.price_of(*parts(start), Change.VARY)

    assert before is not None
    assert after == replace(drafting, default_model=MODEL.id).price_of(*parts(start), Change.VARY) != before


def test_prices_stay_right_where_only_few_drafts_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.admission.drafting.MOST_DRAFTS", 2)
    drafting = Desk().drafting
    starts = [start_of(size) for size in ("1024x1024", "1536x1024", "1024x1536")]

    prices = [drafting.price_of(*parts(start), Change.VARY) for start in (*starts, *starts)]

    assert prices[:3] == prices[3:]


async def test_nothing_has_a_price_where_nothing_can_be_made() -> None:
    unpriced = Catalog(MODEL.id, [replace(each, prices=None) for each in CATALOG.models])

    assert Desk(catalog=unpriced).drafting.price_of(*parts(start_of()), Change.FINISH) is None
    assert Desk(catalog=unpriced).drafting.again_price(REQUEST) is None


def test_the_price_of_the_same_again_is_that_of_all_its_pictures() -> None:
    drafting = Desk().drafting
    one = pricing.estimate(MODEL, REQUEST).nano

    assert drafting.again_price(REQUEST) == one
    assert drafting.again_price(replace(REQUEST, count=3)) == 3 * one
    assert drafting.again_price(replace(REQUEST, model=GONE.id)) is None


@pytest.mark.parametrize(
    ("before", "wished", "output_format"),
    [
        ({}, {}, "png"),
        ({"output_format": "webp", "compression": 50}, {}, "webp"),
        ({"output_format": "jpeg", "compression": 50, "background": "opaque"}, {}, "png"),
        ({"output_format": "jpeg"}, {"output_format": "webp", "background": "opaque"}, "webp"),
    ],
)
async def test_a_picture_that_loses_its_background_becomes_transparent(
    before: dict[str, Any], wished: dict[str, Any], output_format: str
) -> None:
    found = await Desk().draft(Change.CUT_OUT, start_of(**before), **wished)

    assert (found.background, found.output_format) == ("transparent", output_format)


async def test_a_cut_out_cannot_be_a_jpeg() -> None:
    with pytest.raises(UnsupportedOptionError, match="The format jpeg cannot be transparent"):
        await Desk().draft(Change.CUT_OUT, start_of(), output_format="jpg")


OPAQUE = replace(MODEL, backgrounds=("auto", "opaque"))
MIXED = Catalog(MODEL.id, [OPAQUE, OLDER, NEWEST])


@pytest.mark.parametrize(("models", "chosen"), [((), OLDER.id), ((MODEL.id, NEWEST.id), NEWEST.id)])
async def test_a_model_that_makes_no_transparency_leaves_it_to_one_that_does(
    models: tuple[str, ...], chosen: str
) -> None:
    assert (await Desk(catalog=MIXED, models=models).draft(Change.CUT_OUT, start_of())).model == chosen


@pytest.mark.parametrize(("models", "wished"), [((MODEL.id,), {}), ((), {"model": MODEL.id})])
async def test_where_nothing_makes_transparency_one_is_told(models: tuple[str, ...], wished: dict[str, str]) -> None:
    with pytest.raises(UnsupportedOptionError) as refusal:
        await Desk(catalog=MIXED, models=models).draft(Change.CUT_OUT, start_of(), **wished)

    assert refusal.value.sentence == ("GPT Image 2.5 Flare makes no transparent background. Choose another model.")


def test_other_peoples_pictures_have_no_number() -> None:
    assert (Start().name, Start().measured, Start(shape=(3, 4)).measured) == ("The picture", None, (3, 4))
    own = StoredImage("0" * 64, "image/png", 5, 6, 7)
    assert Start(order(), picture(9, image=own), shape=(3, 4)).measured == (5, 6)
    assert Start(order(), picture(9)).name == "#9"
