"""Why an answer comes another way."""

from __future__ import annotations

import pytest

from bot.delivery.ladder import Spot, instead, why_gone, why_refused


@pytest.mark.parametrize(
    ("spot", "status", "code", "why"),
    [
        (Spot.CHANNEL, 403, 50013, "I may not post it in <#22>"),
        (Spot.RESPONSE, 403, 50001, "I may not post it in <#22>"),
        (Spot.DIRECT, 403, 50001, "I may send you no direct messages"),
        (Spot.DIRECT, 403, 50007, "Discord lets me send you no direct messages"),
        (Spot.CHANNEL, 404, 10003, "the place where you asked is gone, or hidden from me"),
        (Spot.RESPONSE, 404, 10008, "my first message about it is gone or out of my reach"),
        (Spot.RESPONSE, 401, 50027, "my first message about it is gone or out of my reach"),
        (Spot.CHANNEL, 401, 0, "Discord refused it (code 401)"),
        (Spot.DIRECT, 404, 10013, "you cannot be reached by direct message"),
        (Spot.CHANNEL, 400, 160005, "the thread is archived or locked"),
        (Spot.CHANNEL, 413, 40005, "Discord finds its files too large"),
        (Spot.CHANNEL, 413, 0, "Discord refused it (code 413)"),
        (Spot.CHANNEL, 400, 777, "Discord refused it (code 777)"),
    ],
)
def test_a_refusal_in_words(spot: Spot, status: int, code: int, why: str) -> None:
    assert why_refused(spot, status, code, 22) == why


@pytest.mark.parametrize(
    ("spot", "sentence"),
    [
        (
            Spot.CHANNEL,
            "This is a message of its own, because my first message about it is gone or out of my reach.",
        ),
        (
            Spot.RESPONSE,
            "This is no message of its own, because my first message about it is gone or out of my reach.",
        ),
        (
            Spot.DIRECT,
            "You asked in <#22>. The answer comes here, because my first message about it is gone or out of my reach.",
        ),
    ],
)
def test_what_stands_under_an_answer_that_came_another_way(spot: Spot, sentence: str) -> None:
    assert instead(spot, why_gone(Spot.RESPONSE), 22) == sentence
