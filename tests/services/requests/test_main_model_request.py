"""A turn: what its main model is told, what the database keeps, and tokens that cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.catalog import MainTokens, ToolTokens, Usage
from bot.services.requests import ImageRequest, Talk, sent_words
from bot.services.requests.main_model_request import MOST_SAID

TALK = Talk("gpt-6-luna", "key")


def test_the_words_of_a_member_are_told_as_they_were_typed() -> None:
    assert sent_words(TALK, " a *fox*\n") == " a *fox*\n"


def test_what_was_said_is_told_again_where_it_is_not_known() -> None:
    told = sent_words(Talk("gpt-6-luna", "key", said=("a fox", "in snow")), "at night")

    assert told == (
        "What was asked for so far, oldest first:\n- a fox\n- in snow\n\n"
        "The picture here is what came of it. Now: at night"
    )


@given(st.lists(st.text(max_size=3_000), max_size=8))
def test_what_is_told_again_is_bounded_and_is_what_came_last(said: list[str]) -> None:
    told = sent_words(Talk("gpt-6-luna", "key", said=tuple(said)), "now")

    assert len(told) <= MOST_SAID + 8 * 3 + 150
    assert told.endswith("now")
    if said and len(said[-1]) < MOST_SAID:
        assert f"- {said[-1]}\n" in told


def test_words_too_long_to_be_told_again_are_left_out() -> None:
    assert sent_words(Talk("gpt-6-luna", "key", said=("x" * MOST_SAID,)), "now") == "now"


def test_a_turn_is_kept_as_it_is() -> None:
    talk = Talk("gpt-6-luna", "key", "resp_1", 1, ("a fox",), 1_200, 2, "none", 500, is_stored=False)
    request = ImageRequest("at night", "gpt-image-2.5-flare", "1024x1024", "low", talk=talk)

    assert ImageRequest.from_json(request.to_json()) == request


@pytest.mark.parametrize("counts", [(-1, 0, 0, 0), (1, -1, 0, 0), (1, 0, 1, 1), (1, 0, -1, 0)])
def test_tokens_of_a_main_model_that_cannot_be_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"negative|more tokens"):
        MainTokens(*counts)


@pytest.mark.parametrize("cached", [(2, 0), (0, 3), (-1, 0)])
def test_the_cache_gives_no_more_than_was_read(cached: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="more tokens"):
        ToolTokens(Usage(1, 2, 0), *cached)
