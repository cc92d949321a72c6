"""Details and progress: the other things people read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.presentation.details import details_embed
from bot.presentation.progress import drawing_text, late_text, queued_text
from bot.services.ledger import ChargeState
from tests.examples import NOW, REQUEST, failed_job, job, order, picture

if TYPE_CHECKING:
    import discord


def field(embed: discord.Embed, name: str) -> str:
    (value,) = [each.value for each in embed.fields if each.name == name]
    assert value is not None
    return value


def test_the_details_tell_everything_about_a_result() -> None:
    embed = details_embed(order(), "GPT Image 2.5 Flare")

    assert embed.description == "a red fox in snow"
    assert field(embed, "Made with") == "GPT Image 2.5 Flare · 1024×1024 · medium"
    assert field(embed, "Model") == "gpt-image-2.5-flare"
    assert field(embed, "Asked by") == "<@33>"
    assert field(embed, "Asked") == f"<t:{NOW}:f>"
    assert field(embed, "Pictures") == "#4821 · 1024×1024 · PNG · 1.23 MB · 7.2 s · $0.019"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ChargeState.RESERVED, "waiting"),
        (ChargeState.DISPATCHED, "being made"),
        (ChargeState.UNKNOWN, "outcome unknown, price held"),
        (ChargeState.RELEASED, "not made, not charged"),
    ],
)
def test_each_picture_that_is_not_there_says_where_it_stands(state: ChargeState, words: str) -> None:
    embed = details_embed(order(job(1, picture()), failed_job(2, "No.", state)), "Flare")

    assert field(embed, "Pictures").splitlines()[1] == f"2: {words}"


def test_a_deleted_picture_says_so() -> None:
    embed = details_embed(order(job(1, picture(deleted=True)), job(2, picture(5))), "Flare")

    assert field(embed, "Pictures").splitlines()[0].endswith(" · deleted")


@pytest.mark.parametrize("sign", ["x", "*", "😀"])
def test_the_details_of_the_longest_prompt_fit_into_an_embed(sign: str) -> None:
    jobs = (job(index, picture(10**12 + index)) for index in range(1, 5))
    embed = details_embed(order(*jobs, request=replace(REQUEST, prompt=sign * 32_000)), "Flare")

    assert len(embed.description or "") <= 4096
    assert all(len(each.value or "") <= 1024 for each in embed.fields)
    assert len(embed) <= 6000


@pytest.mark.parametrize(
    ("position", "text"),
    [
        (1, f"⏳ You are next in line. Your turn comes about <t:{NOW}:R>."),
        (7, f"⏳ You are number 7 in line. Your turn comes about <t:{NOW}:R>."),
    ],
)
def test_the_place_in_line_is_told_with_a_clock_that_runs(position: int, text: str) -> None:
    assert queued_text(position, NOW) == text


@pytest.mark.parametrize(
    ("count", "previews", "text"),
    [
        (1, 0, "🎨 Drawing your picture…"),
        (3, 0, "🎨 Drawing your 3 pictures…"),
        (1, 1, "🎨 Drawing your picture… What you see is an unfinished preview."),
    ],
)
def test_a_preview_is_called_one(count: int, previews: int, text: str) -> None:
    assert drawing_text(count, previews) == text


def test_a_late_answer_says_what_to_press() -> None:
    assert "Show" in late_text()
