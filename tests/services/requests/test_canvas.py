"""A changed picture has a legal size of its own shape, and lies undistorted on its canvas with something to draw."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import RequestRefused
from bot.services.catalog import MOST_PIXELS, USUAL_PIXELS, dimensions
from bot.services.catalog.sizes import FreeSizes
from bot.services.requests import Change, canvas_size, check_layout, fitting_size, layout_for, shape_size
from bot.services.requests.canvas import MOST_ROOM, PANNED_BY, SHAPES, SHRUNK_TO, Layout
from bot.services.requests.request import EXTENDING
from tests.examples import CATALOG, examples

if TYPE_CHECKING:
    from bot.services.catalog import Model

FREE = CATALOG.model("gpt-image-2.5-flare")
FIXED = CATALOG.model("gpt-image-1.5")
LEAST = 655_360  # pixels of the smallest free size
MODELS = st.sampled_from(CATALOG.models)
EDGES = st.integers(1, 20_000)
USUAL_EDGES = st.integers(64, 4096)
LEGAL = [
    (across, down)
    for across in range(16, 3841, 16)
    for down in range(16, 3841, 16)
    if LEAST <= across * down <= 8_294_400 and max(across, down) <= 3 * min(across, down)
]
CANVASES = st.sampled_from([each.size for each in FREE.suggested_sizes] + [f"{each[0]}x{each[1]}" for each in LEGAL])
PANS = sorted(EXTENDING - set(SHAPES) - set(SHRUNK_TO))


def strain(width: int, height: int, of_width: int, of_height: int) -> float:
    """How many times wider or narrower one shape is than another."""
    return max(width * of_height, of_width * height) / min(width * of_height, of_width * height)


def scale_on(change: Change, width: int, height: int, layout: Layout) -> Fraction:
    """As large as the canvas has it; but its own scale where that is only a little less."""
    scale = min(Fraction(layout.width, width), Fraction(layout.height, height))
    scale *= SHRUNK_TO.get(change, 1)
    return Fraction(1) if 1 <= scale <= MOST_ROOM else scale


def free_of(layout: Layout) -> Fraction:
    """How much of the canvas the picture leaves free."""
    left, top, right, bottom = layout.box
    return 1 - Fraction((right - left) * (bottom - top), layout.width * layout.height)


def pixels(size: str) -> int:
    width, height = dimensions(size)
    return width * height


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (1024, 1024, "1024x1024"),
        (1536, 1024, "1536x1024"),
        (1536, 864, "1536x864"),
        (1920, 1080, "1536x864"),  # its very shape, rather than a larger one that is nearly so
        (3840, 2160, "1536x864"),
        (4000, 3000, "1408x1056"),
        (3000, 4000, "1056x1408"),
        (2048, 2048, "1248x1248"),
        (640, 480, "1024x768"),  # the model makes none so small
        (1, 1, "896x896"),
        (20_000, 10, "1536x512"),  # nor so narrow
        (10, 20_000, "512x1536"),
    ],
)
def test_the_size_is_the_largest_usual_one_of_the_pictures_shape(width: int, height: int, size: str) -> None:
    assert fitting_size(FREE, width, height) == size


@given(MODELS, EDGES, EDGES, st.integers(1, 10**9))
@example(FREE, 20_000, 10, LEAST)
@example(FREE, 1, 20_000, 1)
@example(FREE, 1000, 1000, LEAST + 1)
def test_every_picture_has_a_legal_size_within_the_limit(model: Model, width: int, height: int, most: int) -> None:
    size = fitting_size(model, width, height, most)

    assert model.check_size(size) == size
    if isinstance(model.sizes, FreeSizes):
        assert pixels(size) <= max(most, LEAST)
    else:
        assert pixels(size) <= most or most < 1024 * 1024


@given(EDGES, EDGES)
def test_no_picture_grows_unless_it_is_tiny_and_none_beyond_the_usual(width: int, height: int) -> None:
    size = fitting_size(FREE, width, height)

    assert pixels(size) <= min(max(width * height, LEAST * 5 // 4), USUAL_PIXELS)


@given(EDGES, EDGES)
def test_the_shape_stays_as_far_as_the_model_makes_it(width: int, height: int) -> None:
    size = dimensions(fitting_size(FREE, width, height))

    if max(width, height) <= 3 * min(width, height):
        assert strain(*size, width, height) < 1.02
    else:
        assert max(size) == 3 * min(size)
        assert (size[0] > size[1]) == (width > height)


@given(st.sampled_from(LEGAL), st.integers(0, 1_000_000))
def test_a_size_that_the_model_makes_stays_if_it_is_permitted_and_not_tiny(size: tuple[int, int], room: int) -> None:
    found = dimensions(fitting_size(FREE, *size, size[0] * size[1] + room))

    assert strain(*found, *size) == 1
    assert found == size or size[0] * size[1] < LEAST * 5 // 4


@pytest.mark.parametrize(
    ("width", "height", "most", "size"),
    [
        (1000, 1000, USUAL_PIXELS, "1024x1024"),
        (1200, 1000, USUAL_PIXELS, "1024x1024"),
        (1300, 1000, USUAL_PIXELS, "1536x1024"),
        (1000, 1300, USUAL_PIXELS, "1024x1536"),
        (20_000, 10, USUAL_PIXELS, "1536x1024"),
        (20_000, 10, 1024 * 1024, "1024x1024"),  # a landscape is more than may be asked for
        (20_000, 10, 1, "1536x1024"),  # and nothing is: the nearest, which the check refuses
    ],
)
def test_a_model_with_fixed_sizes_makes_the_nearest_that_is_not_too_large(
    width: int, height: int, most: int, size: str
) -> None:
    assert fitting_size(FIXED, width, height, most) == size


@pytest.mark.parametrize("model", CATALOG.models, ids=lambda model: model.id)
def test_a_shape_is_the_suggested_size_of_that_name(model: Model) -> None:
    found = [shape_size(model, change) for change in (Change.SQUARE, Change.PORTRAIT, Change.LANDSCAPE, Change.VARY)]

    assert found == ["1024x1024", "1024x1536", "1536x1024", None]


@pytest.mark.parametrize(
    ("change", "size", "crop", "box"),
    [
        (Change.ZOOM_OUT, "1536x1024", (0, 0, 1536, 1024), (256, 170, 1280, 853)),
        (Change.ZOOM_OUT_TWICE, "1536x1024", (0, 0, 1536, 1024), (384, 256, 1152, 768)),
        (Change.PAN_LEFT, "1536x1024", (0, 0, 1024, 1024), (512, 0, 1536, 1024)),
        (Change.PAN_RIGHT, "1536x1024", (512, 0, 1536, 1024), (0, 0, 1024, 1024)),
        (Change.PAN_UP, "1536x1024", (0, 0, 1536, 683), (0, 341, 1536, 1024)),
        (Change.PAN_DOWN, "1536x1024", (0, 341, 1536, 1024), (0, 0, 1536, 683)),
        (Change.SQUARE, "1024x1024", (0, 0, 1536, 1024), (0, 170, 1024, 853)),
        (Change.PORTRAIT, "1024x1536", (0, 0, 1536, 1024), (0, 426, 1024, 1109)),
        (Change.LANDSCAPE, "1536x1024", (0, 0, 1536, 1024), (0, 0, 1536, 1024)),
    ],
)
def test_a_landscape_lies_where_the_change_says(
    change: Change, size: str, crop: tuple[int, int, int, int], box: tuple[int, int, int, int]
) -> None:
    across, down = dimensions(size)

    assert layout_for(change, 1536, 1024, size) == Layout(across, down, crop, box)


@pytest.mark.parametrize(
    ("change", "crop", "box"),
    [
        (Change.PAN_LEFT, (0, 0, 864, 1536), (960, 0, 1536, 1024)),  # it fits beside what is new: nothing is cut off
        (Change.PAN_RIGHT, (0, 0, 864, 1536), (0, 0, 576, 1024)),
        (Change.PAN_UP, (0, 0, 864, 1024), (480, 341, 1056, 1024)),
        (Change.PAN_DOWN, (0, 512, 864, 1536), (480, 0, 1056, 683)),
    ],
)
def test_a_tall_picture_panned_on_a_wide_canvas_is_not_distorted(
    change: Change, crop: tuple[int, int, int, int], box: tuple[int, int, int, int]
) -> None:
    assert layout_for(change, 864, 1536, "1536x1024") == Layout(1536, 1024, crop, box)


@pytest.mark.parametrize("change", sorted(EXTENDING))
@given(width=EDGES, height=EDGES, size=CANVASES)
@example(width=20_000, height=10, size="1024x1024")
@example(width=1, height=1, size="1536x1024")
def test_the_picture_lies_inside_its_canvas(change: Change, width: int, height: int, size: str) -> None:
    layout = layout_for(change, width, height, size)

    left, top, right, bottom = layout.box
    assert 0 <= left < right <= layout.width
    assert 0 <= top < bottom <= layout.height
    assert (layout.width, layout.height) == dimensions(size)
    left, top, right, bottom = layout.crop
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height


@pytest.mark.parametrize("change", sorted(EXTENDING))
@given(width=USUAL_EDGES, height=USUAL_EDGES, size=CANVASES)
def test_the_picture_is_never_distorted(change: Change, width: int, height: int, size: str) -> None:
    layout = layout_for(change, width, height, size)

    taken = layout.crop[2] - layout.crop[0], layout.crop[3] - layout.crop[1]
    laid = layout.box[2] - layout.box[0], layout.box[3] - layout.box[1]
    scale = scale_on(change, width, height, layout)
    for edge, of_old in zip(laid, taken, strict=True):
        assert abs(edge - of_old * scale) <= max(Fraction(1), scale)


@pytest.mark.parametrize("change", sorted({*SHRUNK_TO, *PANS}))
@given(width=EDGES, height=EDGES, size=CANVASES)
def test_zoomed_or_panned_there_is_always_something_to_draw(change: Change, width: int, height: int, size: str) -> None:
    layout = layout_for(change, width, height, size)

    check_layout(change, layout, "#1")
    assert free_of(layout) >= Fraction(3, 10)


@pytest.mark.parametrize("change", PANS)
@given(size=CANVASES)
def test_a_picture_that_is_panned_on_its_own_size_keeps_its_scale_and_loses_a_third(change: Change, size: str) -> None:
    layout = layout_for(change, *dimensions(size), size)

    left, top, right, bottom = layout.crop
    assert (right - left, bottom - top) == (layout.box[2] - layout.box[0], layout.box[3] - layout.box[1])
    lost = layout.width - (right - left), layout.height - (bottom - top)
    assert sorted(lost) == sorted((0, max(lost)))
    assert max(lost) in {layout.width // PANNED_BY, layout.height // PANNED_BY}


@pytest.mark.parametrize("change", sorted(SHRUNK_TO))
@given(size=CANVASES)
def test_a_picture_that_is_zoomed_out_of_is_in_the_middle(change: Change, size: str) -> None:
    layout = layout_for(change, *dimensions(size), size)

    left, top, right, bottom = layout.box
    assert abs(left - (layout.width - right)) <= 1
    assert abs(top - (layout.height - bottom)) <= 1
    assert abs(right - left - layout.width * SHRUNK_TO[change]) <= Fraction(1, 2)
    assert abs(bottom - top - layout.height * SHRUNK_TO[change]) <= Fraction(1, 2)


@pytest.mark.parametrize("change", sorted(SHAPES))
@given(width=EDGES, height=EDGES)
def test_a_new_shape_leaves_something_to_draw_or_is_refused(change: Change, width: int, height: int) -> None:
    size = shape_size(FREE, change)
    assert size is not None
    layout = layout_for(change, width, height, size)
    refused = False
    try:
        check_layout(change, layout, "#1")
    except RequestRefused:
        refused = True

    assert not refused or free_of(layout) < 1 - Fraction(100, 121) * Fraction(49, 50)
    if strain(width, height, *dimensions(size)) > 1.03 and min(width, height) > 100:
        assert not refused


@pytest.mark.parametrize(
    ("change", "width", "height", "sentence"),
    [
        (Change.SQUARE, 1024, 1024, "#7 is square already. For another size, press ✏️ Edit."),
        (Change.SQUARE, 2048, 2032, "#7 is square already. For another size, press ✏️ Edit."),
        (Change.PORTRAIT, 1000, 1500, "#7 is in portrait format already. For another size, press ✏️ Edit."),
        (Change.LANDSCAPE, 768, 512, "#7 is in landscape format already. For another size, press ✏️ Edit."),
    ],
)
def test_a_picture_that_has_its_shape_already_is_not_extended(
    change: Change, width: int, height: int, sentence: str
) -> None:
    for size in (shape_size(FREE, change), canvas_size(FREE, change, width, height, MOST_PIXELS)):
        assert size is not None
        with pytest.raises(RequestRefused) as refusal:
            check_layout(change, layout_for(change, width, height, size), "#7")
        assert refusal.value.sentence == sentence


@pytest.mark.parametrize(
    ("change", "picture", "size"),
    [
        (Change.ZOOM_OUT, (1536, 1024), "2304x1536"),
        (Change.ZOOM_OUT_TWICE, (1536, 1024), "3072x2048"),
        (Change.ZOOM_OUT_TWICE, (1254, 1254), "2512x2512"),  # no legal size is just as large
        (Change.ZOOM_OUT, (3840, 2160), "3840x2160"),  # nothing larger is made: the picture becomes smaller
        (Change.ZOOM_OUT, (4000, 3000), "3264x2448"),
        (Change.PAN_LEFT, (1536, 1024), "1536x1024"),
        (Change.PAN_UP, (1254, 1254), "1264x1264"),
        (Change.PAN_UP, (4000, 3000), "3264x2448"),
        (Change.SQUARE, (1536, 1024), "1536x1536"),
        (Change.PORTRAIT, (1536, 1024), "1536x2304"),
        (Change.LANDSCAPE, (1024, 1024), "1536x1024"),
        (Change.LANDSCAPE, (864, 1536), "2304x1536"),
        (Change.PORTRAIT, (3840, 2160), "2336x3504"),
    ],
)
def test_a_canvas_is_the_smallest_on_which_the_picture_keeps_its_scale_or_the_largest(
    change: Change, picture: tuple[int, int], size: str
) -> None:
    assert canvas_size(FREE, change, *picture, MOST_PIXELS) == size


@given(st.sampled_from(LEGAL), st.integers(LEAST, MOST_PIXELS))
@settings(max_examples=examples(30))
def test_no_legal_canvas_would_waste_less(picture: tuple[int, int], most: int) -> None:
    width, height = picture[0] * 3 // 2 + 1, picture[1] * 3 // 2 + 1

    def waste(size: tuple[int, int]) -> float:
        return size[0] * size[1] * strain(*size, width, height) ** 2

    fitting = [size for size in LEGAL if size[0] >= width and size[1] >= height and size[0] * size[1] <= most]
    found = FREE.sizes.holding(width, height, most)

    assert (found is None) == (not fitting)
    if found is not None:
        assert found in fitting
        assert waste(found) <= min(map(waste, fitting)) * 1.001


@pytest.mark.parametrize(
    ("change", "picture", "most", "size"),
    [
        (Change.ZOOM_OUT, (1024, 1024), MOST_PIXELS, "1024x1024"),
        (Change.LANDSCAPE, (1024, 1024), MOST_PIXELS, "1536x1024"),
        (Change.LANDSCAPE, (1024, 1024), 1024 * 1024, "1024x1024"),
        (Change.ZOOM_OUT, (640, 640), MOST_PIXELS, "1024x1024"),
    ],
)
def test_a_model_with_fixed_sizes_has_few_canvases(
    change: Change, picture: tuple[int, int], most: int, size: str
) -> None:
    assert canvas_size(FIXED, change, *picture, most) == size


@pytest.mark.parametrize("change", sorted(EXTENDING))
@given(model=MODELS, picture=st.sampled_from(LEGAL), most=st.integers(LEAST, MOST_PIXELS))
def test_a_canvas_is_legal_and_holds_the_picture_at_its_own_scale_if_any_does(
    change: Change, model: Model, picture: tuple[int, int], most: int
) -> None:
    size = canvas_size(model, change, *picture, most)

    assert model.check_size(size) == size
    across, down = dimensions(size)
    layout = layout_for(change, *picture, size)
    if isinstance(model.sizes, FreeSizes):
        assert across * down <= most
        scale = scale_on(change, *picture, layout)
        assert scale == 1 or change in SHRUNK_TO or change in SHAPES or picture[0] * picture[1] > most
        if scale == 1:
            assert layout.laid(picture) == picture
    assert layout.laid(picture)[0] >= 1


@given(EDGES, EDGES, st.sampled_from(PANS), CANVASES)
def test_what_is_laid_has_the_scale_of_what_is_seen_of_it(width: int, height: int, change: Change, size: str) -> None:
    layout = layout_for(change, width, height, size)

    wide, high = layout.laid((width, height))
    assert wide >= layout.box[2] - layout.box[0] - 1
    assert high >= layout.box[3] - layout.box[1] - 1


@pytest.mark.parametrize("change", [Change.NEW, Change.EDIT, Change.VARY, Change.FINISH, Change.CUT_OUT])
def test_what_extends_nothing_has_no_frame(change: Change) -> None:
    with pytest.raises(KeyError):
        layout_for(change, 1024, 1024, "1024x1024")


def test_a_model_with_larger_limits_is_held_to_its_own() -> None:
    assert isinstance(FREE.sizes, FreeSizes)
    small = replace(FREE, sizes=replace(FREE.sizes, most_pixels=900_000))

    assert fitting_size(small, 4000, 4000, 10**9) == "944x944"
