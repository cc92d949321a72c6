"""A request in the words of the image API."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.openai_images.client import order_of
from bot.services.jobs import InputImage
from bot.services.requests import Change, ImageRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

FOX = ImageRequest("a fox", "gpt-image-2.5-flare", "1024x1024", "low", partial_images=1)
FIRST, SECOND = InputImage("image-1.png", "image/png", b"1"), InputImage("image-2.jpg", "image/jpeg", b"2")
MASK, DRAWN = InputImage("mask.png", "image/png", b"m", "mask"), InputImage("markup.png", "image/png", b"d", "markup")


def ordered(inputs: Sequence[InputImage] = (), **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a request
    return order_of(replace(FOX, **changes), inputs, "someone")


@pytest.mark.parametrize("inputs", [(), (FIRST,)], ids=["generation", "edit"])
def test_nothing_is_sent_that_was_not_chosen(inputs: tuple[InputImage, ...]) -> None:
    chosen = {
        "background",
        "complexity",
        "input_fidelity",
        "output_compression",
        "frame_count",
        "svg",
        "mask",
        "markup",
    }

    assert chosen.isdisjoint(ordered(inputs))


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        ({"background": "opaque"}, {"background": "opaque"}),
        ({"complexity": "low"}, {"complexity": "low"}),
        ({"compression": 0, "output_format": "jpeg"}, {"output_compression": 0, "output_format": "jpeg"}),
        ({"compression": 80, "output_format": "webp"}, {"output_compression": 80}),
    ],
)
@pytest.mark.parametrize("inputs", [(), (FIRST,)], ids=["generation", "edit"])
def test_what_was_chosen_is_sent(
    inputs: tuple[InputImage, ...], change: dict[str, object], sent: dict[str, object]
) -> None:
    assert sent.items() <= ordered(inputs, **change).items()


def test_fidelity_belongs_to_inputs() -> None:
    assert ordered((FIRST,), input_fidelity="high")["input_fidelity"] == "high"
    assert "input_fidelity" not in ordered(input_fidelity="high")


@pytest.mark.parametrize("moderation", ["auto", "low"])
def test_the_moderation_is_that_of_the_server(moderation: str) -> None:
    assert ordered(moderation=moderation)["moderation"] == moderation
    assert ordered((FIRST,), moderation=moderation)["extra_body"] == {"moderation": moderation}


def test_inputs_keep_their_order_and_overlays_have_their_own_places() -> None:
    masked, drawn = ordered((FIRST, SECOND, MASK)), ordered((FIRST, DRAWN))

    assert masked["image"] == [("image-1.png", b"1", "image/png"), ("image-2.jpg", b"2", "image/jpeg")]
    assert masked["mask"] == ("mask.png", b"m", "image/png")
    assert drawn["markup"] == ("markup.png", b"d", "image/png")
    assert len(drawn["image"]) == 1


def test_the_model_is_told_what_the_change_needs() -> None:
    request = replace(FOX, change=Change.ZOOM_OUT, prompt="", story=("a fox",))

    assert order_of(request, (FIRST, MASK), "someone")["prompt"] == request.sent_prompt != ""
