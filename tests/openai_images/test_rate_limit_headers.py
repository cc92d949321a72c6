"""The headers of answers tell how the provider's rate limits stand."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ProviderBusyError
from bot.openai_images import OpenAIImages
from bot.openai_images.rate_limit_headers import seconds_in, standings_of
from bot.sandbox.images import ImageOptions, SandboxImages
from bot.services.turns import Standing
from tests.examples import REQUEST

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("12s", 12), ("240ms", 0.24), ("1m3.5s", 63.5), ("2h", 7200), ("0s", 0), ("", None), ("soon", None)],
)
def test_a_time_is_read_as_the_provider_writes_it(words: str, seconds: float | None) -> None:
    assert seconds_in(words) == (None if seconds is None else pytest.approx(seconds))


def headers(most: str = "5", left: str = "3", reset: str = "24s", limit: str = "images") -> Mapping[str, str]:
    """Of one limit."""
    names = (f"x-ratelimit-{part}-{limit}" for part in ("limit", "remaining", "reset"))
    return dict(zip(names, (most, left, reset), strict=True))


def test_limits_that_are_told_in_full_are_read() -> None:
    told = {**headers(), **headers("20", "20", "0s", "input-images"), **headers("9", "9", "1s", "tokens")}

    assert standings_of(told) == [Standing("images", 5, 3, 24), Standing("input-images", 20, 20, 0)]


@pytest.mark.parametrize("wrong", [headers(most="many"), headers(most="0"), headers(left="-1"), headers(reset=""), {}])
def test_what_is_not_told_in_full_or_cannot_be_is_passed_over(wrong: Mapping[str, str]) -> None:
    assert standings_of(wrong) == []


@given(st.text(), st.text(), st.text())
def test_no_header_is_a_failure(most: str, left: str, reset: str) -> None:
    for standing in standings_of(headers(most, left, reset)):
        assert standing.per_minute > 0
        assert standing.remaining >= 0 <= standing.reset


async def test_good_answers_and_refusals_tell_how_the_limits_stand() -> None:
    told: list[tuple[str, list[Standing]]] = []
    options = ImageOptions(pace=0.0, canned_bytes=1, images_per_minute=1, input_images_per_minute=7)
    async with (
        SandboxImages(options) as sandbox,
        OpenAIImages(
            sandbox.api_key, sandbox.base_url, 60.0, tell=lambda model, standings: told.append((model, standings))
        ) as images,
    ):
        for _ in range(2):
            try:
                async with aclosing(images.make(REQUEST, (), "someone")) as came:
                    _ = [image async for image in came]
            except ProviderBusyError:
                break

    assert [model for model, _ in told] == [REQUEST.model] * 2
    for _, (made, sent) in told:
        assert made[:3] == ("images", 1, 0)
        assert 0 < made.reset <= 60
        assert sent == Standing("input-images", 7, 7, 0)
