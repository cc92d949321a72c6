"""Tokens are believed only where they are whole numbers that add up."""

from __future__ import annotations

from typing import Any

import pytest

from bot.openai_images.answers import usage_of
from bot.services.catalog import Usage

GOOD = {
    "total_tokens": 450,
    "input_tokens": 50,
    "output_tokens": 400,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
}


def changed(**fields: object) -> dict[str, Any]:
    return {"usage": {**GOOD, **fields}}


@pytest.mark.parametrize(
    ("answer", "usage"),
    [
        (changed(), Usage(10, 40, 400)),
        (changed(output_tokens_details={"image_tokens": 390, "text_tokens": 10}), Usage(10, 40, 390, 10)),
        (changed(output_tokens_details={"text_tokens": 10}), Usage(10, 40, 390, 10)),
        (changed(output_tokens_details=None), Usage(10, 40, 400)),
        (
            {"usage": {"output_tokens": 400, "input_tokens_details": {"text_tokens": 10, "image_tokens": 40}}},
            Usage(10, 40, 400),
        ),
    ],
)
def test_tokens_that_add_up_are_believed(answer: dict[str, Any], usage: Usage) -> None:
    assert usage_of(answer) == usage


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"usage": None},
        {"usage": []},
        {"usage": {}},
        {"usage": "450"},
        {"usage": 450},
        changed(output_tokens=None),
        changed(output_tokens=400.0),
        changed(output_tokens="400"),
        changed(output_tokens=True),
        changed(output_tokens=1e999),
        changed(output_tokens=-400),
        changed(output_tokens=399),
        changed(input_tokens=49),
        changed(input_tokens="50"),
        changed(input_tokens=None),
        changed(total_tokens=1),
        changed(total_tokens=450.0),
        changed(total_tokens=True),
        changed(input_tokens_details=None),
        changed(input_tokens_details={"text_tokens": 10}),
        changed(input_tokens_details={"text_tokens": 10, "image_tokens": "40"}),
        changed(input_tokens_details={"text_tokens": True, "image_tokens": 49}),
        changed(input_tokens_details={"text_tokens": -10, "image_tokens": 60}),
        changed(input_tokens_details=[10, 40]),
        changed(output_tokens_details={"text_tokens": 500}),
        changed(output_tokens_details={"text_tokens": False}),
        changed(output_tokens_details={"text_tokens": "10"}),
        changed(output_tokens_details={"image_tokens": 7, "text_tokens": 10}),
        changed(output_tokens_details=[3]),
    ],
)
def test_anything_else_is_not(answer: dict[str, Any]) -> None:
    assert usage_of(answer) is None
