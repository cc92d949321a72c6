"""GIF and SVG: who makes them, who has switched them on, what they hold, and what they cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import ConfigurationError, RequestRefused, UnknownModelError, UnsupportedOptionError
from bot.services.catalog import USUAL_GIF_SIZE, AuthorTokens, Catalog, Usage, open_catalog
from bot.services.catalog.catalog import CatalogError
from bot.services.catalog.formats import EarlyFormats
from bot.services.requests import (
    Change,
    ImageRequest,
    Installation,
    StoredImage,
    Wishes,
    build_request,
    check_inputs,
    check_request,
)
from bot.services.requests.pricing import billed, cost, estimate
from tests.services.admission.drafts import Desk
from tests.services.catalog.test_catalog import ENTRY, with_entry

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSED = Catalog.load()
OPEN = CLOSED.opened(gif=True, svg_author="gpt-6-luna")
NEW, OLD = "gpt-image-2.6-flare", "gpt-image-2.5-flare"
TODAY = date(2026, 11, 20)
INSTALLATION = Installation(NEW, 3, TODAY)
COMPRESSED, CLEAR = "Choose jpeg or webp.", "Choose png or webp."
FILE = StoredImage("0" * 64, "image/png", 64, 48, 1000)


def built(catalog: Catalog = OPEN, **wishes: Any) -> ImageRequest:  # noqa: ANN401 - any wish
    return build_request(catalog, Wishes(prompt="a fox", **wishes), INSTALLATION)


# Who makes them


def test_neither_is_offered_until_the_operator_has_switched_it_on() -> None:
    assert [model.formats for model in CLOSED.models] == [("png", "jpeg", "webp")] * len(CLOSED.models)


def test_only_the_newest_models_offer_what_is_in_preview() -> None:
    offering = {model.id for model in OPEN.models if model.formats == ("png", "jpeg", "webp", "gif", "svg")}

    assert offering == {"gpt-image-2.6-flare", "gpt-image-2.6-sunburst"}
    assert OPEN.default_id == CLOSED.default_id


@pytest.mark.parametrize(
    ("gif", "author", "formats"),
    [(True, None, ("gif",)), (False, "gpt-6-luna", ("svg",)), (False, None, ())],
)
def test_each_is_switched_on_by_itself(gif: bool, author: str | None, formats: tuple[str, ...]) -> None:  # noqa: FBT001 - a table's column
    model = CLOSED.opened(gif=gif, svg_author=author).model(NEW)

    assert model.formats == ("png", "jpeg", "webp", *formats)


@pytest.mark.parametrize("model_id", [NEW, OLD])
@pytest.mark.parametrize("text", ["gif", " SVG "])
def test_what_is_not_switched_on_is_refused_for_what_it_is(model_id: str, text: str) -> None:
    with pytest.raises(UnsupportedOptionError) as refusal:
        CLOSED.model(model_id).check_format(text)

    name = text.strip().upper()
    assert refusal.value.sentence == (
        f"{name} is in preview at the image API and not switched on here. Ask whoever runs me."
    )


def test_a_model_without_it_says_which_ones_have_it() -> None:
    with pytest.raises(UnsupportedOptionError) as refusal:
        OPEN.model(OLD).check_format("gif")

    assert refusal.value.sentence == (
        "GPT Image 2.5 Flare makes no GIF. Choose GPT Image 2.6 Flare or GPT Image 2.6 Sunburst for it, "
        "or the format png, jpeg or webp."
    )


@pytest.mark.parametrize("author", ["gpt-7", "", "gpt-image-2.6-flare"])
def test_an_author_whose_price_is_not_known_is_refused(author: str) -> None:
    with pytest.raises(
        UnknownModelError, match=r"is not an author of SVG drawings whose price I know\. I know: gpt-6-luna, "
    ):
        CLOSED.opened(gif=False, svg_author=author)


def test_an_author_without_a_price_is_refused() -> None:
    unpriced = '[[svg_authors]]\nid = "scribe"\ninput_bound = 1\noutput_bound = 1\n'
    catalog = Catalog.parse(with_entry(ENTRY + 'early_formats = ["svg"]\n') + unpriced)

    with pytest.raises(UnknownModelError, match="I know: —"):
        catalog.opened(gif=False, svg_author="scribe")
    with pytest.raises(UnknownModelError, match="The price of scribe is not known"):
        catalog.model("new").early.authors["scribe"].cost(1, 1)


@pytest.mark.parametrize(
    "entry",
    [
        'id = "scribe"\ninput_bound = 1\noutput_bound = 1\nprices = { input = 0, output = 1 }',
        'id = "scribe"\ninput_bound = 1\noutput_bound = 1\nprices = { input = 1, output = -1 }',
        'id = "scribe"\ninput_bound = 1\noutput_bound = 1\nprices = { input = "1", output = 1 }',
        'id = "scribe"\ninput_bound = 0\noutput_bound = 1',
        'id = "scribe"\ninput_bound = 1',
        'id = "scribe"\ninput_bound = 1\noutput_bound = 1\nwords = 1',
    ],
)
def test_an_author_that_would_be_free_or_unbounded_is_a_fault_of_the_file(entry: str) -> None:
    with pytest.raises(CatalogError, match=r"models\.toml, scribe"):
        Catalog.parse(with_entry(ENTRY) + "\n[[svg_authors]]\n" + entry)


def test_a_catalog_in_which_nobody_makes_it_has_no_word_for_it() -> None:
    model = Catalog.parse(with_entry(ENTRY)).opened(gif=True, svg_author=None).model("new")

    with pytest.raises(UnsupportedOptionError, match="is not a format of The new one"):
        model.check_format("gif")
    assert model.formats == ("png",)


@pytest.mark.parametrize(
    ("model", "author", "fault"),
    [
        ("gpt-9", None, "ATELIER_MODEL: “gpt-9” is not a model that I know."),
        ("gpt-image-1", None, "ATELIER_MODEL: gpt-image-1 was shut down on 2026-10-23. Use gpt-image-2.5-flare."),
        (NEW, "gpt-9", "ATELIER_SVG_AUTHOR: “gpt-9” is not an author of SVG drawings whose price I know."),
    ],
)
def test_a_setting_that_cannot_be_had_stops_the_start(model: str, author: str | None, fault: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        open_catalog(model, gif=True, svg_author=author, retired_on=TODAY)

    (sentence,) = refusal.value.faults
    assert sentence.startswith(fault)


def test_another_endpoint_may_serve_a_model_that_was_shut_down() -> None:
    catalog = open_catalog("gpt-image-1", gif=True, svg_author="gpt-6-luna", retired_on=None)

    assert catalog.model(NEW).early == EarlyFormats(
        OPEN.model(NEW).early.makers, ("gif", "svg"), OPEN.model(NEW).early.authors, "gpt-6-luna"
    )


# Requests


def test_an_animation_has_nine_frames_and_no_previews_unless_told_otherwise() -> None:
    request = built(output_format="gif")

    assert (request.frames, request.frame_ms, request.partial_images, request.svg_author) == (9, 200, 0, None)
    assert built(output_format="gif", frames=2).frames == 2


def test_a_drawing_is_written_by_whom_the_operator_has_chosen() -> None:
    request = built(output_format="svg")

    assert (request.svg_author, request.partial_images) == ("gpt-6-luna", 0)
    assert (request.frames, request.frame_ms) == (None, None)


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"output_format": "gif", "frames": 1}, "A gif has 2 to 16 frames."),
        ({"output_format": "gif", "frames": 17}, "A gif has 2 to 16 frames."),
        ({"output_format": "svg", "frames": 4}, "The format svg has no frames. Choose gif."),
        ({"frames": 4}, "The format png has no frames. Choose gif."),
        ({"output_format": "gif", "compression": 50}, f"The format gif is not compressed. {COMPRESSED}"),
        ({"output_format": "svg", "compression": 50}, f"The format svg is not compressed. {COMPRESSED}"),
        ({"output_format": "gif", "background": "transparent"}, f"The format gif cannot be transparent. {CLEAR}"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(wishes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UnsupportedOptionError) as refusal:
        built(**wishes)

    assert refusal.value.sentence == sentence


def test_an_animation_takes_no_mask_but_a_drawn_word() -> None:
    request = replace(built(output_format="gif"), references=(FILE,))

    with pytest.raises(UnsupportedOptionError, match="A gif cannot be made with a mask"):
        check_inputs(OPEN.model(NEW), replace(request, mask=FILE))
    check_inputs(OPEN.model(NEW), replace(request, markup=FILE))


@pytest.mark.parametrize("output_format", ["gif", "svg"])
def test_a_request_is_checked_again_when_it_was_kept(output_format: str) -> None:
    request = ImageRequest.from_json(built(output_format=output_format).to_json())

    check_request(OPEN, request, TODAY)
    with pytest.raises(RequestRefused):
        check_request(CLOSED, request, TODAY)


def test_a_request_for_another_author_is_asked_anew() -> None:
    with pytest.raises(UnsupportedOptionError, match="Who writes SVG drawings here has changed since"):
        check_request(CLOSED.opened(gif=True, svg_author="gpt-6-astra"), built(output_format="svg"), TODAY)


# Prices


def sheets() -> Iterator[tuple[int, int, int, int, int]]:
    """Frames, width and height of each, and the sheets on which the API may draw them: of few cells without a frame."""
    for frames, columns in product((2, 3, 4, 9, 16), (1, 2, 3, 4)):
        rows = -(-frames // columns)
        for width, height in ((816, 816), (1024, 640), (1440, 480), (480, 1440), (1920, 1920)):
            across, down = columns * width, rows * height
            if max(across, down) <= 3840 and 2 * columns * rows <= 3 * frames:
                yield frames, width, height, across, down


@pytest.mark.parametrize(("frames", "width", "height", "across", "down"), list(sheets()))
def test_an_animation_holds_at_least_what_a_sheet_of_its_frames_would_cost(
    frames: int, width: int, height: int, across: int, down: int
) -> None:
    model = OPEN.model(NEW)
    request = replace(built(output_format="gif", frames=frames), size=f"{width}x{height}", quality="low")

    assert estimate(model, request).usage.image_output >= model.output.tokens(across, down, "low")


def test_a_drawing_holds_the_picture_and_the_most_that_its_author_may_write() -> None:
    model = OPEN.model(NEW)
    drawing, picture = (estimate(model, built(output_format=each, size="1024x1024")) for each in ("svg", "png"))
    previews = 3 if built(output_format="png").partial_images == 3 else built(output_format="png").partial_images

    author = (20_000 + len(b"a fox")) * 100 + 64_000 * 500
    assert drawing.usage.author_nano == author
    assert drawing.nano == picture.nano - previews * 100 * 30_000 + author


def test_what_an_author_read_and_wrote_is_billed_at_its_own_prices() -> None:
    usage = Usage(10, 0, 400)

    found = billed(OPEN, built(output_format="svg"), usage, AuthorTokens(1500, 2000))

    assert found == replace(usage, author_nano=1500 * 100 + 2000 * 500)
    assert found is not None
    assert cost(OPEN.model(NEW).priced(), found) == 10 * 5_000 + 400 * 30_000 + 1_150_000


@pytest.mark.parametrize(
    ("output_format", "usage", "author", "known"),
    [
        ("png", Usage(1, 2, 3), None, True),
        ("png", Usage(1, 2, 3), AuthorTokens(1, 1), True),  # nobody writes a png
        ("png", None, None, False),
        ("svg", None, AuthorTokens(1, 1), False),
        ("svg", Usage(1, 2, 3), None, False),
    ],
)
def test_what_is_not_wholly_reported_is_not_known(
    output_format: str,
    usage: Usage | None,
    author: AuthorTokens | None,
    known: bool,  # noqa: FBT001 - a table's column
) -> None:
    found = billed(OPEN, built(output_format=output_format), usage, author)

    assert found == (usage if known else None)


@pytest.mark.parametrize("tokens", [(-1, 0), (0, -1)])
def test_an_author_never_pays_back(tokens: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="negative"):
        AuthorTokens(*tokens)


def test_the_usual_size_of_an_animation_is_one_that_its_model_makes() -> None:
    assert OPEN.model(NEW).check_size(USUAL_GIF_SIZE) == USUAL_GIF_SIZE


async def test_an_animation_without_a_size_is_drawn_small_enough_for_its_sheet() -> None:
    desk = Desk(catalog=OPEN, default=NEW)

    usual = await desk.draft(Change.NEW, prompt="a fox", output_format="gif")
    larger = await desk.draft(Change.NEW, prompt="a fox", output_format="gif", size="1024x1024")

    assert (usual.size, larger.size) == ("816x816", "1024x1024")
