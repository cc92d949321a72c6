"""The message that shows a result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.presentation.result import file_name, kept_text, left_in_line, number_in, result_text, what_is_left, without
from bot.services.calendar import Window
from bot.services.policy import Scope
from bot.services.quotas import BudgetHint, Headroom
from bot.services.requests import Base, Change
from tests.examples import REQUEST, STORED, allowance, budget, failed_job, job, order, picture, result

if TYPE_CHECKING:
    from bot.services.ledger import LimitStatus

TITLE = "GPT Image 2.5 Flare"


def test_a_result_says_number_person_words_ways_cost_and_what_is_left() -> None:
    text = result_text(result(None, budget(20_000_000_000, 19_000_000), allowance(25, 1)), TITLE)

    assert text.splitlines() == [
        "**#4821** for <@33>",
        "> a red fox in snow",
        "-# GPT Image 2.5 Flare · 1024×1024 · medium · 7.2 s · $0.019",
        "-# Left: your 24 pictures today · this bot $19.98 this month",
    ]


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("**#7, #8, #9** for <@33>\n> **#8**", {8}, "**#7, #9** for <@33>\n> **#8**"),
        ("**#7, #8** for <@33>", {7, 99}, "**#8** for <@33>"),
        ("**#77** for <@33>", {7}, "**#77** for <@33>"),
        ("**Your picture** for <@33>", {7}, "**Your picture** for <@33>"),
        ("see **#7, #8**", {8}, "see **#7, #8**"),
    ],
)
def test_a_text_names_only_what_is_left(text: str, gone: set[int], left: str) -> None:
    assert without(text, gone) == left


def of_scope(status: LimitStatus, scope: Scope, scope_id: int = 8) -> LimitStatus:
    return replace(status, limit=replace(status.limit, scope=scope, scope_id=scope_id))


@pytest.mark.parametrize(
    ("limits", "line"),
    [
        ([allowance(25, 1)], "24 pictures today"),
        ([budget(10**10, 0), allowance(25, 24)], "your 1 picture today · this bot $10.00 this month"),
        ([budget(30_000_000, 0), allowance(25, 1)], "this bot $0.030 this month · your 24 pictures today"),
        (
            [of_scope(budget(10**10, 1_900_000_000), Scope.SERVER), budget(9 * 10**9, 0), allowance(25, 1)],
            "your 24 pictures today · this server $8.10 this month",
        ),
        (
            [of_scope(budget(10**10, 1_900_000_000), Scope.SERVER), budget(10**9, 0), allowance(25, 1)],
            "your 24 pictures today · this bot $1.00 this month · this server $8.10 this month",
        ),
        (
            [
                of_scope(budget(10**8, 0, Window.DAY), Scope.SERVER),
                of_scope(budget(10**10, 0), Scope.SERVER),
                budget(10**9, 0),
            ],
            "this server $0.10 today · this bot $1.00 this month · this server $10.00 this month",
        ),
        (
            [of_scope(budget(10**10, 0), Scope.SERVER), budget(2 * 10**10, 10**10)],
            "$10.00 this month",
        ),
        (
            [of_scope(allowance(9, 0), Scope.CHANNEL), of_scope(allowance(8, 0), Scope.ROLE), budget(10**10, 0)],
            "<@&8> 8 pictures today · <#8> 9 pictures today · this bot $10.00 this month",
        ),
        (
            [of_scope(allowance(9, 0), Scope.SERVER), budget(10**10, 0)],
            "this server 9 pictures today · this bot $10.00 this month",
        ),
        (
            [allowance(number, 0) for number in (5, 4, 3, 2)],
            "your 2 pictures today · your 3 pictures today · your 4 pictures today",
        ),
    ],
)
def test_the_strictest_limits_are_named_first_and_three_at_most(limits: list[LimitStatus], line: str) -> None:
    assert left_in_line(limits, 20_000_000) == line


def test_a_picture_that_cost_nothing_divides_nothing() -> None:
    assert left_in_line([budget(10**9, 0)], 0) == "$1.00 this month"


def test_several_pictures_are_numbered_timed_and_charged_together() -> None:
    kept = order(job(1, picture(7, seconds=3.0)), job(2, picture(8, seconds=9.5)))

    text = result_text(result(kept), TITLE)

    assert text.startswith("**#7, #8** for")
    assert "9.5 s · $0.038" in text


def test_what_was_not_made_is_said_with_each_reason_once() -> None:
    kept = order(
        job(1, picture(7)), failed_job(2, "It was blocked."), failed_job(3, "It was blocked."), failed_job(4, "Busy.")
    )

    text = result_text(result(kept), TITLE)

    assert text.splitlines()[-1] == "⚠️ 3 of 4 pictures not made: It was blocked. Busy."


def test_a_smaller_copy_is_said() -> None:
    text = result_text(result(), TITLE, ["#4821 shown as a smaller copy"])

    assert "-# #4821 shown as a smaller copy" in text.splitlines()


def test_nothing_is_said_of_limits_where_there_are_none() -> None:
    assert "Left" not in result_text(result(), TITLE)


@pytest.mark.parametrize("room", Headroom)
def test_a_budget_whose_figures_are_not_told_is_named_when_little_is_left(room: Headroom) -> None:
    shown = replace(result(None, allowance(25, 1)), hint=BudgetHint(room, 77))

    lines = result_text(shown, TITLE).splitlines()

    told = [] if room is Headroom.ENOUGH else [f"-# This bot's monthly budget, set by whoever runs it, {room}."]
    assert lines[3:] == ["-# Left: 24 pictures today", *told]


def test_the_prompt_pings_nobody_and_forges_no_link() -> None:
    kept = order(request=replace(REQUEST, prompt="@everyone [x](https://evil.example)"))

    text = result_text(result(kept), TITLE)

    assert r"> \@everyone \[x\]\(https\:\/\/evil.example\)" in text


@given(st.text(min_size=1, max_size=400))
def test_a_result_of_four_failing_pictures_fits_into_a_message_whatever_the_prompt(prompt: str) -> None:
    long = "Something went wrong that takes many words to tell, and a hint of what to do about it too. " * 2
    jobs = (job(1, picture(10**9)), *(failed_job(index, f"{index} {long}") for index in (2, 3, 4)))
    kept = order(*jobs, request=replace(REQUEST, prompt=prompt, references=(STORED,) * 16, background="transparent"))
    limits = (budget(10**15, 0), allowance(10**6, 0))

    text = result_text(result(kept, *limits), TITLE, ["#1000000000 shown as a smaller copy"] * 4)

    assert len(text) <= 2000


@pytest.mark.parametrize("sign", ["*", "x", "😀", "\\"])
def test_the_longest_prompt_still_leaves_room_for_the_rest(sign: str) -> None:
    kept = order(request=replace(REQUEST, prompt=sign * 32_000))

    text = result_text(result(kept), TITLE)

    assert len(text) < 1000
    assert text.count("…") == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (budget(20_000_000_000, 0), "$20.00 this month"),
        (budget(20_000_000_000, 30_000_000_000), "$0.00 this month"),
        (budget(1_000_000_000, 500_000_000, Window.WEEK), "$0.50 this week"),
        (allowance(25, 24), "1 picture today"),
        (allowance(25, 25), "0 pictures today"),
        (allowance(25, 0, Window.HOUR), "25 pictures this hour"),
    ],
)
def test_what_is_left_is_never_less_than_nothing(status: object, words: str) -> None:
    assert what_is_left(status) == words  # type: ignore[arg-type]  # a table's column


@pytest.mark.parametrize(
    ("media_type", "name"),
    [("image/png", "atelier-7.png"), ("image/jpeg", "atelier-7.jpg"), ("image/webp", "atelier-7.webp")],
)
def test_a_file_is_named_by_its_number_and_its_kind(media_type: str, name: str) -> None:
    assert file_name(7, media_type) == name


def test_a_change_without_words_has_no_quote() -> None:
    request = replace(REQUEST, change=Change.ZOOM_OUT_TWICE, prompt=" ", parent=4820, references=(STORED,))

    text = result_text(result(order(request=request)), TITLE)

    assert text.splitlines() == [
        "**#4821** for <@33>",
        "-# Wider view (2×) of #4820 · GPT Image 2.5 Flare · 1024×1024 · medium · 7.2 s · $0.019",
    ]


def test_that_a_file_was_written_by_us_is_said() -> None:
    base = Base(STORED, STORED, (1024, 1024), (1024, 1024))
    request = replace(REQUEST, change=Change.EDIT, parent=4820, references=(STORED,), mask=STORED, base=base)
    kept = order(job(1, picture(composed=True)), request=request)

    lines = result_text(result(kept), TITLE, ["a note"]).splitlines()

    assert "with a mask · 7.2 s" in lines[2]
    assert lines[3:] == [
        "-# The rest is exactly as it was.",
        "-# The file no longer carries the provider's “made by AI” mark.",
        "-# a note",
    ]


def test_of_a_smaller_copy_nothing_is_said_that_is_true_of_the_original_only() -> None:
    base = Base(STORED, STORED, (1024, 1024), (1024, 1024))
    request = replace(REQUEST, change=Change.EDIT, references=(STORED,), mask=STORED, base=base)

    lines = result_text(result(order(job(1, picture(7, composed=True)), request=request)), TITLE, [], [7]).splitlines()

    assert lines[3] == "-# In the original, which I keep, the rest is exactly as it was; this is a copy of it."


def test_that_a_drawing_could_not_keep_the_rest_is_said() -> None:
    request = replace(REQUEST, change=Change.EDIT, references=(STORED,), mask=STORED, output_format="svg")

    lines = result_text(result(order(request=request)), TITLE, ["a note"]).splitlines()

    assert lines[3:] == ["-# An SVG cannot keep the outside exactly: look at it.", "-# a note"]


def test_a_wordless_drawing_upon_a_picture_has_no_quote() -> None:
    request = replace(REQUEST, change=Change.EDIT, prompt="", parent=7, references=(STORED,), markup=STORED)

    lines = result_text(result(order(request=request)), TITLE).splitlines()

    assert lines[1].startswith("-# Edit of #7 · ")
    assert "with a drawing" in lines[1]


def test_a_picture_that_was_deleted_since_is_none_that_was_not_made() -> None:
    kept = order(job(1, picture(7, deleted=True)), job(2, picture(8)), failed_job(3, "Busy."))
    left = replace(result(kept), files=result(kept).files[1:])

    assert result_text(left, TITLE).splitlines()[-1] == "⚠️ 1 of 3 pictures not made: Busy."


def test_notes_that_a_message_does_not_hold_are_left_out_and_the_failures_stay() -> None:
    kept = order(job(1, picture(7)), failed_job(2, "Blocked. " * 400))

    text = result_text(result(kept), TITLE, [f"note {number} " + "x" * 400 for number in range(20)])

    assert 1500 < len(text) <= 2000
    assert "-# note 0 x" in text
    assert "-# note 19" not in text
    assert text.splitlines()[-1].startswith("⚠️ 1 of 2 pictures not made: Blocked. ")


@pytest.mark.parametrize(
    ("name", "number"),
    [
        (file_name(7, "image/png"), 7),
        (file_name(71, "image/svg+xml"), 71),
        (file_name(7, "image/png", preview=True), 7),
        ("preview.jpg", None),
        ("atelier-x.png", None),
        ("atelier-7-mine.png", None),
        ("my-atelier-7.png", None),
    ],
)
def test_a_file_says_by_its_name_which_picture_it_shows(name: str, number: int | None) -> None:
    assert number_in(name) == number


def test_how_to_get_what_is_kept() -> None:
    assert kept_text("#1", 33, "x", button=True).endswith("To see it, press Show.")
    assert kept_text("#1", 33, "x", button=False).endswith("use any command of mine on the server: then I offer it.")
