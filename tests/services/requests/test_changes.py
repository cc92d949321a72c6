"""What the model is told: a member's own words as they were typed, or our order with the words before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.requests import DRAWN, TITLES, Change, cuts_story, layout_for
from bot.services.requests.request import EXTENDING, LONGEST_PROMPT, LONGEST_STORY, sent_prompt

OWN_WORDS = {Change.NEW, Change.EDIT}
WORDLESS = [change for change in Change if change not in OWN_WORDS]
WORDS = st.text(max_size=50)


def test_the_values_that_old_buttons_and_the_database_hold_stay() -> None:
    assert {change.name: change.value for change in Change} == {
        "NEW": "new",
        "EDIT": "edit",
        "VARY": "vary",
        "FINISH": "finish",
        "ZOOM_OUT": "zoom-1.5",
        "ZOOM_OUT_TWICE": "zoom-2",
        "PAN_LEFT": "pan-left",
        "PAN_RIGHT": "pan-right",
        "PAN_UP": "pan-up",
        "PAN_DOWN": "pan-down",
        "SQUARE": "square",
        "PORTRAIT": "portrait",
        "LANDSCAPE": "landscape",
        "CUT_OUT": "cut-out",
    }


def test_every_change_of_the_menu_has_a_title_of_its_own() -> None:
    assert set(TITLES) == EXTENDING | {Change.CUT_OUT}
    assert all(TITLES.values())
    assert len(set(TITLES.values())) == len(TITLES)


@pytest.mark.parametrize("change", Change)
def test_words_are_needed_where_the_model_is_told_nothing_else(change: Change) -> None:
    assert change.needs_words == (change in OWN_WORDS)
    assert change.needs_words == (sent_prompt(change, "", ()) in {"", DRAWN})


@pytest.mark.parametrize("change", Change)
def test_just_the_changes_that_extend_have_a_layout(change: Change) -> None:
    if change.extends:
        layout = layout_for(change, 1200, 900, "1536x1024")
        assert (layout.width, layout.height) == (1536, 1024)
    else:
        with pytest.raises(KeyError):
            layout_for(change, 1200, 900, "1536x1024")


@pytest.mark.parametrize("change", sorted(OWN_WORDS))
@given(prompt=WORDS.filter(bool), story=st.lists(WORDS).map(tuple))
def test_a_members_own_words_are_sent_as_they_were_typed(change: Change, prompt: str, story: tuple[str, ...]) -> None:
    assert sent_prompt(change, prompt, story) == prompt


@pytest.mark.parametrize(
    ("change", "order"),
    [
        (Change.VARY, "Draw a variation of this picture"),
        (Change.FINISH, "Draw this same picture again with finer detail"),
        (Change.CUT_OUT, "Remove the background of this picture"),
        *((change, "Extend this picture into its transparent area") for change in sorted(EXTENDING)),
    ],
)
def test_a_change_without_words_is_ordered_in_ours(change: Change, order: str) -> None:
    alone = sent_prompt(change, "", ())

    assert alone.startswith(order)
    assert "\n" not in alone
    assert sent_prompt(change, " \n", ()) == alone
    assert sent_prompt(change, "at night", ()) == f"{alone}\n\nBeyond that: at night"
    assert sent_prompt(change, "", ("a fox", "a red hat")) == (
        f"{alone}\n\nThe picture was made from these words: a fox; then: a red hat"
    )
    assert sent_prompt(change, "at night", ("a fox",)) == (
        f"{alone}\n\nBeyond that: at night\n\nThe picture was made from these words: a fox"
    )


@pytest.mark.parametrize("change", Change)
def test_the_longest_words_and_the_longest_story_make_a_prompt_that_the_provider_takes(change: Change) -> None:
    story = ("x" * LONGEST_PROMPT,) * 5

    told = sent_prompt(change, "w" * change.longest_words, story)

    assert len(told) <= LONGEST_PROMPT
    assert told.count("w" * change.longest_words) == 1


@pytest.mark.parametrize("change", WORDLESS)
def test_a_long_story_is_cut(change: Change) -> None:
    told = sent_prompt(change, "", ("x" * 10_000,))

    assert told.endswith("words: " + "x" * LONGEST_STORY)


@pytest.mark.parametrize(
    ("change", "story", "cut"),
    [
        (Change.VARY, ("a fox",), False),
        (Change.VARY, ("a" * LONGEST_STORY,), False),
        (Change.VARY, ("a" * LONGEST_STORY, "b"), True),
        (Change.VARY, ("a long fo…", "b"), True),
        (Change.EDIT, ("a" * LONGEST_STORY, "b"), False),  # which is not told at all
    ],
)
def test_it_is_known_whether_the_model_is_told_only_a_part_of_the_story(
    change: Change, story: tuple[str, ...], *, cut: bool
) -> None:
    assert cuts_story(change, story) is cut
