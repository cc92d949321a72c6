"""Words before and after: side by side where both fit, else one below the other, and nothing of what was paid lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.delivery.languages import shown_in
from bot.language import ENGLISH, Language, phrase
from bot.presentation.prompt_words import Compared, embed_of, wording_text
from bot.services.jobs import CUT
from bot.services.ledger import ChargeState, TurnAnswer
from bot.services.requests import Talk, Task
from tests.examples import REQUEST, job, order, result

if TYPE_CHECKING:
    import discord

TALK = Talk("gpt-6-luna", "enhance", task=Task.ENHANCE, is_stored=False)
COST = "No picture was made; these words cost <$0.001."


def told(before: str, after: str, *notes: str, refusal: str = "") -> Compared:
    """What is said of a prompt that was written anew."""
    answer = TurnAnswer("resp_1", after, refusal=refusal)
    made = job(state=ChargeState.SETTLED, actual_nano=62_300, answer=answer)
    text = wording_text(result(order(made, request=replace(REQUEST, prompt=before, talk=TALK))), notes)
    assert isinstance(text, Compared)
    return text


def fits(embed: discord.Embed) -> bool:
    """Whether Discord takes it."""
    return (
        len(embed) <= 6000
        and len(embed.description or "") <= 4096
        and all(1 <= len(field.value or "") <= 1024 for field in embed.fields)
    )


def test_what_fits_stands_side_by_side_above_what_it_cost() -> None:
    embed = embed_of(told("a *red* fox", "a red fox in snow"))

    assert [(field.name, field.value, field.inline) for field in embed.fields] == [
        ("Before", "a \\*red\\* fox", True),
        ("After", "a red fox in snow", True),
    ]
    assert (embed.description, embed.footer.text) == (None, COST)


def test_what_is_to_be_read_first_stands_above() -> None:
    embed = embed_of(told("a fox", "a red fox in", "Only you see it.", refusal=CUT))

    assert embed.description is not None
    assert embed.description.startswith("❌ The model did not come to the end of it")
    assert embed.description.endswith("\n-# Only you see it.")


@pytest.mark.parametrize(("before", "after"), [("a fox", "word " * 300), ("word " * 300, "a fox"), ("*" * 600, "a")])
def test_what_does_not_fit_stands_one_below_the_other(before: str, after: str) -> None:
    embed = embed_of(told(before, after))
    lines = (embed.description or "").splitlines()

    assert embed.fields == []
    assert [lines[0], lines[2]] == ["**Before**", "**After**"]
    assert lines[3] == f"> {after.strip()}"
    assert fits(embed)


@pytest.mark.parametrize(("before", "after"), [("*" * 32_000, "*" * 9_000), ("🦊" * 4_000, "\u200b"), ("\u200b", "a")])
def test_whatever_the_words_discord_takes_it(before: str, after: str) -> None:
    text = told(before, after, "*" * 500, refusal=CUT)

    assert fits(embed_of(text))
    assert len(text) <= 2000


def test_words_of_which_nothing_is_seen_have_something_in_their_place() -> None:
    long = "word " * 300

    assert [field.value for field in embed_of(told("\u200b", "\u200d")).fields] == ["…", "…"]
    assert embed_of(told("\u200b", long)).description == f"**Before**\n> …\n**After**\n> {long.strip()}"
    assert told("\u200b", "a fox").startswith("**Before**\n> …\n**After**\n> a fox\n")


def test_where_there_are_no_embeds_both_stand_in_the_text() -> None:
    assert told("a fox", "a red fox") == f"**Before**\n> a fox\n**After**\n> a red fox\n-# {COST}"


def test_all_of_it_is_told_in_the_readers_language() -> None:
    parts = shown_in(told("a fox", "a red fox"), Language("de"))
    (embed,) = parts["embeds"]

    assert parts["content"] is None
    assert [field.name for field in embed.fields] == ["Vorher", "Nachher"]
    assert embed.footer.text == "Es wurde kein Bild erstellt; dieser Text hat <0,001\xa0$ gekostet."
    assert shown_in("a fox", ENGLISH) == {"content": "a fox"}


def test_notes_are_told_in_the_readers_language_too() -> None:
    note = phrase("{name} is animated; its first picture is used.", name=phrase("“{text}”", text="a.gif"))

    assert "„a.gif“" in Language("de").translate(told("a fox", "a red fox", note))
