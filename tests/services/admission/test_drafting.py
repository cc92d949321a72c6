"""Whatever somebody does becomes a request: like the picture before, as far as it can still be had and is permitted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotPermittedError, RequestRefused, UnknownModelError, UnsupportedOptionError
from bot.services.admission import Admission, Drafting, Start
from bot.services.catalog import USUAL_PIXELS, Catalog
from bot.services.catalog.sizes import FixedSizes
from bot.services.policy import RoleRule, ServerPolicy
from bot.services.requests import Change, ImageRequest, StoredImage, Wishes, pricing
from bot.services.requests.request import EXTENDING
from bot.services.requests.validation import MOST_TOLD
from tests.examples import CATALOG, MODEL, NOW, REQUEST, REQUESTER, STORED, job, order, picture

if TYPE_CHECKING:
    from bot.services.ledger import Order, Picture
    from bot.services.policy import Policies

EVERYBODY = REQUESTER.server_id
OLDER = CATALOG.model("gpt-image-2")
NEWEST = CATALOG.model("gpt-image-2.6-flare")
FIXED = CATALOG.model("gpt-image-1.5")
GONE = CATALOG.model("gpt-image-1")
DECEMBER = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())
LEAST = 655_360  # pixels
BEFORE = replace(REQUEST, prompt="a red fox")


class Leads:
    """As much of `Policies` as is asked for: one policy for every server."""

    def __init__(self, policy: ServerPolicy) -> None:
        self.policy = policy

    async def of(self, server_id: int) -> ServerPolicy:
        assert server_id == EVERYBODY
        return self.policy


class Desk:
    """Drafts for one member under one policy."""

    def __init__(
        self,
        *,
        catalog: Catalog = CATALOG,
        default: str = MODEL.id,
        now: int = NOW,
        allow_retired: bool = False,
        models: tuple[str, ...] = (),
        moderation: str = "auto",
        qualities: tuple[str, ...] | None = None,
        most_pixels: int | None = None,
    ) -> None:
        rule = RoleRule(EVERYBODY, qualities=qualities, most_pixels=most_pixels)
        policy = ServerPolicy(models=models, moderation=moderation, roles=(rule,))
        self.admission = Admission(cast("Policies", Leads(policy)), catalog, allow_retired, lambda: float(now))
        self.drafting = Drafting(catalog, self.admission, default, most_partials=3)

    async def draft(self, change: Change, start: Start | None = None, **wishes: Any) -> ImageRequest:  # noqa: ANN401 - any wish
        return await self.drafting.draft(REQUESTER, change, Wishes(**wishes), start)

    async def edit(self, start: Start | None = None, **wishes: Any) -> ImageRequest:  # noqa: ANN401 - any wish
        return await self.draft(Change.EDIT, start, **{"prompt": "a hat"} | wishes)

    async def admit(self, request: ImageRequest) -> None:
        await self.admission.check(request, REQUESTER, references=1, joined_at=None)


def start_of(size: str | None = None, **before: Any) -> Start:  # noqa: ANN401 - any field of the request before
    """Picture #4821 of a red fox, as large as was asked for."""
    request = replace(BEFORE, **before | ({} if size is None else {"size": size}))
    image = replace(STORED, width=request.width, height=request.height)
    return Start(order(job(1, picture(image=image)), request=request), picture(image=image))


def parts(start: Start) -> tuple[Order, Picture]:
    assert start.order is not None
    assert start.picture is not None
    return start.order, start.picture


# New pictures


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


# Like the picture before


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
    with pytest.raises(UnsupportedOptionError, match="A jpeg picture cannot be transparent"):
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


# Sizes


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


# Shapes


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


# Finish


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


# Without a background


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
    with pytest.raises(UnsupportedOptionError, match="A jpeg picture cannot be transparent"):
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
