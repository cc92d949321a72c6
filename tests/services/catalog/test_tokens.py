"""The token formulas against every figure that was printed or measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.catalog import DEAREST_SHAPES, Catalog, input_tokens, partials_for
from bot.services.catalog.tokens import GridTokens, TableTokens

CATALOG = Catalog.load()
LEVELS_2 = ("low", "medium", "high")
LEVELS_25 = ("low", "medium", "high", "xhigh", "max")
EDGES = st.integers(min_value=1, max_value=20_000)

# https://community.openai.com/t/1382699 and OpenAI's own calculator; each row: gpt-image-2, then 2.5
GRID = {
    "1024x1024": ((196, 1756, 7024), (196, 439, 1756, 3122, 7024)),
    "1536x1024": ((158, 1372, 5488), (158, 343, 1372, 2459, 5488)),
    "1024x1536": ((158, 1372, 5488), (158, 343, 1372, 2459, 5488)),
    "1536x864": ((120, 1078, 4312), (120, 280, 1078, 1917, 4312)),
    "2048x2048": ((397, 3568, 14272), (397, 892, 3568, 6343, 14272)),
    "2048x1152": ((157, 1413, 5650), (157, 367, 1413, 2511, 5650)),
    "2560x1440": ((205, 1843, 7370), (205, 478, 1843, 3276, 7370)),
    "2880x2880": ((659, 5930, 23719), (659, 1483, 5930, 10542, 23719)),
    "3840x2160": ((371, 3336, 13342), (371, 865, 3336, 5930, 13342)),
}
# OpenAI's image-generation guide, GPT Image 1 and 1.5
TABLE = {
    "low": {"1024x1024": 272, "1024x1536": 408, "1536x1024": 400},
    "medium": {"1024x1024": 1056, "1024x1536": 1584, "1536x1024": 1568},
    "high": {"1024x1024": 4160, "1024x1536": 6240, "1536x1024": 6208},
}


def output_tokens(model_id: str, size: str, quality: str) -> int:
    model = CATALOG.model(model_id)
    return model.output.tokens(*model.dimensions(size), quality)


@pytest.mark.parametrize("size", GRID)
def test_the_grid_gives_the_printed_tokens_of_gpt_image_2(size: str) -> None:
    found = tuple(output_tokens("gpt-image-2", size, quality) for quality in LEVELS_2)

    assert found == GRID[size][0]


@pytest.mark.parametrize("model_id", ["gpt-image-2.5-flare", "gpt-image-2.5-sunburst"])
@pytest.mark.parametrize("size", GRID)
def test_the_grid_gives_the_measured_tokens_of_gpt_image_2_5(model_id: str, size: str) -> None:
    found = tuple(output_tokens(model_id, size, quality) for quality in LEVELS_25)

    assert found == GRID[size][1]


@pytest.mark.parametrize(("size", "tokens"), [("960x720", 130), ("976x704", 129)])
def test_the_grid_gives_what_was_billed_for_odd_sizes(size: str, tokens: int) -> None:
    assert output_tokens("gpt-image-2", size, "low") == tokens


@pytest.mark.parametrize("model_id", ["gpt-image-1", "gpt-image-1.5", "gpt-image-1-mini", "chatgpt-image-latest"])
def test_the_table_of_the_old_models_is_the_printed_one(model_id: str) -> None:
    rule = CATALOG.model(model_id).output

    assert isinstance(rule, TableTokens)
    assert rule.table == TABLE
    assert rule.allowance == (353 if model_id == "gpt-image-1-mini" else 0)
    assert rule.tokens(1024, 1536, "medium") == 1584 + rule.allowance


@pytest.mark.parametrize("model_id", ["gpt-image-2.6-flare", "gpt-image-2.6-sunburst"])
@pytest.mark.parametrize(
    ("size", "quality", "measured"),
    [
        ("1536x1024", "low", 664),
        ("1536x1024", "high", 1353),
        ("3840x2160", "high", 3337),
        ("1024x1024", "max", 5800),  # what flare chose by itself when it was not told a quality
    ],
)
def test_no_sample_of_gpt_image_2_6_passes_its_estimate(model_id: str, size: str, quality: str, measured: int) -> None:
    assert measured <= output_tokens(model_id, size, quality)


@pytest.mark.parametrize("size", GRID)
@pytest.mark.parametrize("quality", LEVELS_25)
def test_gpt_image_2_6_is_held_at_a_tenth_above_2_5_and_cheap_qualities_at_four_times_that(
    size: str, quality: str
) -> None:
    percent = {"low": 430, "medium": 400}.get(quality, 100)

    found = output_tokens("gpt-image-2.6-flare", size, quality)

    exact = output_tokens("gpt-image-2.5-flare", size, quality) * percent * 110
    assert exact <= found * 10_000 < exact + 10_000


def test_a_grid_rounds_the_short_edge_half_up() -> None:
    grid = GridTokens({"low": 16})

    found = [grid.tokens(1024, height, "low") for height in (607, 608, 609)]

    # 16 * 608 / 1024 is 9.5: nine patches below it, ten from there on
    assert found == [
        -(-16 * 9 * (2_000_000 + 1024 * 607) // 4_000_000),
        -(-16 * 10 * (2_000_000 + 1024 * 608) // 4_000_000),
        -(-16 * 10 * (2_000_000 + 1024 * 609) // 4_000_000),
    ]


@pytest.mark.parametrize(
    ("width", "height", "tokens"),
    [
        (1024, 1024, 1024),
        (1536, 1024, 1536),
        (1024, 1536, 1536),
        (1280, 720, 920),
        (2048, 2048, 1521),
        (3840, 2160, 1508),
        (512, 512, 1024),  # doubled to the canvas
        (700, 700, 1024),  # enlarged to the canvas
        (256, 256, 256),  # doubled at most
        (1024, 16, 352),  # padded to 1:3
        (1, 1, 1),
    ],
)
def test_an_input_picture_is_counted_by_patches(width: int, height: int, tokens: int) -> None:
    assert input_tokens("patches", width, height) == tokens


@pytest.mark.parametrize(
    ("width", "height", "tiles"),
    [
        (1024, 1024, 1),
        (300, 200, 1),
        (1024, 1536, 2),
        (1536, 1024, 2),
        (1025, 512, 3),
        (4096, 1024, 4),
        (6000, 1000, 4),
        (3000, 10, 4),
        (1000, 100, 2),
    ],
)
def test_an_input_picture_of_an_old_model_is_counted_by_tiles(width: int, height: int, tiles: int) -> None:
    assert input_tokens("tiles", width, height) == 65 + 129 * tiles


@given(width=EDGES, height=EDGES)
def test_an_input_picture_never_takes_more_than_the_full_budget(width: int, height: int) -> None:
    full = input_tokens("full", width, height)

    assert full == 1536
    assert 1 <= input_tokens("patches", width, height) <= full
    assert 65 + 129 <= input_tokens("tiles", width, height) <= 65 + 4 * 129


@given(width=EDGES, height=EDGES, high_fidelity=st.booleans())
def test_no_input_picture_takes_more_than_one_of_the_dearest_shape(
    *, width: int, height: int, high_fidelity: bool
) -> None:
    for rule, shape in DEAREST_SHAPES.items():
        most = input_tokens(rule, *shape, high_fidelity=high_fidelity)
        assert input_tokens(rule, width, height, high_fidelity=high_fidelity) <= most


@given(width=EDGES, height=EDGES)
def test_turning_an_input_picture_does_not_change_its_tokens(width: int, height: int) -> None:
    for rule in ("patches", "tiles"):
        assert input_tokens(rule, width, height) == input_tokens(rule, height, width)


@pytest.mark.parametrize(
    ("quality", "most", "partials"),
    [
        ("low", 3, 1),
        ("medium", 3, 2),
        ("high", 3, 3),
        ("xhigh", 3, 3),
        ("max", 3, 3),
        ("max", 10, 3),
        ("high", 1, 1),
        ("low", 0, 0),
        ("high", -1, 0),
    ],
)
def test_previews_are_chosen_by_quality_and_never_more_than_allowed(quality: str, most: int, partials: int) -> None:
    assert partials_for(quality, most) == partials
