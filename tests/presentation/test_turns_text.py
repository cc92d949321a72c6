"""What people read of a turn: words alone and their price, words beside a picture, what the image model was told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.language import language_of, phrase
from bot.presentation.result import NOT_HELD_HERE, result_text, words_text
from bot.services.jobs import Result
from bot.services.ledger import TurnAnswer
from bot.services.requests import Talk
from cogs.gallery.details_text import details_embed
from tests.examples import REQUEST, failed_job, job, order, picture, result

if TYPE_CHECKING:
    from bot.services.ledger import Job

GERMAN = language_of("de")
TURN = replace(REQUEST, talk=Talk("gpt-6-luna", "key"))
PICTURE = replace(job(1, picture()), answer=TurnAnswer("resp_1", "Snow is *added*.", "a fox in deep snow"))


def answered(answer: TurnAnswer, nano: int = 125_000) -> Result:
    """A turn that was answered in words alone."""
    spoken = replace(failed_job(1, ""), failure=None, actual_nano=nano, answer=answer)
    return Result(replace(order(spoken), request=TURN), (), ())


def beside(made: Job) -> str:
    """What stands above the picture of a turn."""
    shown = result()
    return result_text(replace(shown, request=replace(shown.request, request=TURN, jobs=(made,))), "Flare")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (TurnAnswer("resp_1", "Which *one*?"), "Which \\*one\\*?"),
        (TurnAnswer("resp_1", "", refusal="Blocked."), "❌ Blocked."),
        (TurnAnswer("resp_1", "Sorry.", refusal="Blocked."), "❌ Blocked.\nSorry."),
        (TurnAnswer("resp_1", " "), "The model said nothing and made no picture. Say it in other words."),
    ],
)
def test_words_alone_say_that_no_picture_was_made_and_what_they_cost(answer: TurnAnswer, told: str) -> None:
    text = words_text(answered(answer), ["Left out: a film."])

    assert text == f"{told}\n-# No picture was made for <@33>; these words cost <$0.001.\n-# Left out: a film."


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (TurnAnswer("resp_1", "", refusal="Blocked."), "❌ Blocked."),
        (TurnAnswer("resp_1", " "), "Das Modell hat nichts gesagt und kein Bild erstellt. Sag es mit anderen Worten."),
    ],
)
def test_what_stands_around_the_models_words_is_told_in_other_languages(answer: TurnAnswer, told: str) -> None:
    text = GERMAN.translate(words_text(answered(answer), [phrase("Same size")]))

    assert text == (
        f"{told}\n-# Für <@33> wurde kein Bild erstellt; dieser Text hat <0,001\xa0$ gekostet.\n-# Gleiche Größe"
    )


def test_long_words_fit_a_message() -> None:
    assert len(words_text(answered(TurnAnswer("resp_1", "*" * 9_000)))) <= 2_000


def test_words_beside_a_picture_stand_above_how_it_was_made() -> None:
    made = result()
    lines = result_text(
        replace(made, request=replace(made.request, request=TURN, jobs=(PICTURE,))), "Flare"
    ).splitlines()

    assert lines[2] == "Snow is \\*added\\*."


def test_a_picture_without_words_says_nothing_more() -> None:
    made = result()
    silent = replace(PICTURE, answer=TurnAnswer("resp_1", " "))
    lines = result_text(
        replace(made, request=replace(made.request, request=TURN, jobs=(silent,))), "Flare"
    ).splitlines()

    assert lines[2].startswith("-# Flare")


def test_an_edit_in_place_of_a_turn_says_so() -> None:
    text = beside(job(1, picture()))

    assert f"-# {NOT_HELD_HERE}" in text.splitlines()
    assert "-# Dieser Endpunkt unterstützt keine Gespräche, deshalb" in GERMAN.translate(text)


def test_what_the_image_model_was_told_stands_in_the_details() -> None:
    embed = details_embed(order(PICTURE), [4821])

    assert [field.value for field in embed.fields if field.name == "Told to the image model"] == ["a fox in deep snow"]
