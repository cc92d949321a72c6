"""Details and progress: the other things people read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.presentation.picture_descriptions import MARKLESS, MAY_DIFFER
from bot.presentation.result import generating_text, late_text, queued_text
from bot.services.gallery import Family, Relative
from bot.services.ledger import ChargeState
from bot.services.requests import Change
from cogs.gallery.details_text import details_embed
from tests.examples import DESTINATION, NOW, REQUEST, REQUESTER, STORED, failed_job, job, order, picture

if TYPE_CHECKING:
    import discord


def field(embed: discord.Embed, name: str) -> str:
    (value,) = [each.value for each in embed.fields if each.name == name]
    assert value is not None
    return value


def test_the_details_tell_everything_about_a_result() -> None:
    embed = details_embed(order(), [4821])

    assert embed.title == "Details of #4821"
    assert embed.description == "a red fox in snow"
    assert field(embed, "Made with") == "gpt-image-2.5-flare · 1024×1024 · medium"
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
    embed = details_embed(order(job(1, picture()), failed_job(2, "No.", state)), [4821])

    assert field(embed, "Pictures").splitlines()[1] == f"2: {words}"


def test_a_deleted_picture_says_so() -> None:
    embed = details_embed(order(job(1, picture(4, deleted=True)), job(2, picture(5))), [4, 5])

    assert embed.title == "Details of #4, #5"
    assert field(embed, "Pictures").splitlines()[0].endswith(" · deleted")


def test_one_picture_of_several_is_told_alone() -> None:
    embed = details_embed(order(job(1, picture(4)), job(2, picture(5)), failed_job(3, "No.")), [5])

    assert embed.title == "Details of #5"
    assert field(embed, "Pictures").startswith("#5 · ")
    assert len(field(embed, "Pictures").splitlines()) == 1


def test_the_only_picture_is_told_with_what_was_not_made() -> None:
    embed = details_embed(order(job(1, picture(4)), failed_job(2, "No.")), [4])

    assert embed.title == "Details of #4"
    assert field(embed, "Pictures").splitlines()[1] == "2: not made, not charged"


def test_a_change_is_told_with_the_words_before_it_and_what_was_put_back() -> None:
    request = replace(
        REQUEST,
        change=Change.ZOOM_OUT,
        parent=4820,
        references=(STORED,),
        mask=STORED,
        prompt="",
        story=("a lighthouse", "make it *blue*"),
    )

    embed = details_embed(order(job(1, picture(composed=True)), request=request), [4821])

    assert embed.description is None
    assert field(embed, "Words before") == r"a lighthouse; then\: make it \*blue\*"
    assert field(embed, "Made with") == "Wider view (1.5×) of #4820 · gpt-image-2.5-flare · 1024×1024 · medium"
    assert field(embed, "Kept") == (
        f"What is there of the old picture is put back from the picture itself: as it was sent.\n{MARKLESS}"
    )


def relative(number: int, **changes: Any) -> Relative:  # noqa: ANN401 - any field of it
    place = (22, 900 + number)
    made = Relative(number, Change.EDIT, 44, "make it blue", NOW, deleted=False, private=False, place=place)
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("changes", "parent", "child"),
    [
        (
            {},
            "[#7](https://discord.com/channels/11/22/907) · edit: make it blue",
            "[#7](https://discord.com/channels/11/22/907) · edit by <@44>",
        ),
        ({"place": None}, "#7 · edit: make it blue", "#7 · edit by <@44>"),
        ({"change": Change.NEW, "prompt": "*", "place": None}, r"#7: \*", "#7 · new picture by <@44>"),
        ({"change": Change.VARY, "prompt": "", "place": None}, "#7 · variation", "#7 · variation by <@44>"),
        ({"private": True, "prompt": "secret"}, "#7, private", "#7, private"),
        ({"deleted": True, "private": True, "prompt": "secret"}, "#7, deleted", "#7, deleted"),
    ],
)
def test_relatives_are_told_as_far_as_everybody_may_know_them(changes: dict[str, Any], parent: str, child: str) -> None:
    kin = relative(7, **changes)

    embed = details_embed(order(), [4821], Family((kin,), (kin,), 1))

    assert field(embed, "Made from") == parent
    assert field(embed, "Used for") == child


@pytest.mark.parametrize(
    ("changes", "is_private", "words"),
    [
        ({}, False, None),  # its own line says them
        ({"prompt": "a fox " * 20}, False, "a fox " * 19 + "a fox"),
        ({"prompt": "", "deleted": True}, False, None),
        ({"prompt": "", "private": True}, False, None),
        ({"prompt": "", "private": True}, True, "make it blue"),
        ({"prompt": "at dusk", "number": 8}, False, "make it blue"),  # a reference beside a picture that is gone
    ],
)
def test_the_words_before_are_told_once_and_to_who_may_know_them(
    changes: dict[str, Any],
    is_private: bool,  # noqa: FBT001 - a table's column
    words: str | None,
) -> None:
    story = changes.get("prompt") if changes.get("number") is None else None
    request = replace(REQUEST, change=Change.EDIT, parent=7, references=(STORED,), story=(story or "make it blue",))
    kept = order(request=request, destination=replace(DESTINATION, private=is_private))

    embed = details_embed(kept, [4821], Family((relative(**{"number": 7, **changes}),)))

    assert [each.value for each in embed.fields if each.name == "Words before"] == ([words] if words else [])


def test_what_does_not_fit_into_one_field_is_continued_in_another() -> None:
    large = 10**18
    kin = [relative(large + number, place=(large, large), user_id=large) for number in range(10)]

    fields = details_embed(order(), [4821], Family((), tuple(kin), 10)).fields

    assert [each.name for each in fields[-2:]] == ["Used for", "Used for, continued"]


def test_only_what_the_meant_pictures_kept_is_told() -> None:
    request = replace(REQUEST, change=Change.EDIT, references=(STORED,), mask=STORED)
    kept = order(job(1, picture(4)), job(2, picture(5, composed=True)), request=request)

    told = "The rest is put back from the picture itself: as it was sent."
    assert field(details_embed(kept, [5]), "Kept") == f"{told}\n{MARKLESS}"
    assert field(details_embed(kept, [4]), "Kept") == MAY_DIFFER


def test_without_relatives_nothing_is_said_of_them() -> None:
    names = [each.name for each in details_embed(order(), [4821]).fields]

    assert names == ["Made with", "Asked by", "Asked", "Pictures"]


@pytest.mark.parametrize(
    ("known", "foreign", "lines"),
    [
        ((1,), 0, ["#1 · edit: make it blue"]),
        ((), 1, ["a picture of somebody's"]),
        ((1,), 3, ["#1 · edit: make it blue", "3 pictures of somebody's"]),
        (tuple(range(1, 9)), 0, [*(f"#{number} · edit: make it blue" for number in range(1, 6)), "and 3 more of mine"]),
    ],
)
def test_what_it_was_made_from_is_told_in_short(known: tuple[int, ...], foreign: int, lines: list[str]) -> None:
    files = (*(replace(STORED, number=number) for number in known), *(STORED,) * foreign)
    kept = order(request=replace(REQUEST, references=files))
    parents = tuple(relative(number, place=None) for number in known)

    embed = details_embed(kept, [4821], Family(parents))

    assert field(embed, "Made from").splitlines() == lines


def test_of_many_children_it_is_told_how_many_there_are() -> None:
    children = tuple(relative(number, place=None) for number in range(30, 20, -1))

    lines = field(details_embed(order(), [4821], Family((), children, 15)), "Used for").splitlines()

    assert len(lines) == 11
    assert lines[0].startswith("#30 ")
    assert lines[-1] == "and 5 more"


@pytest.mark.parametrize("sign", ["x", "*", "😀"])
def test_the_details_of_the_longest_prompt_and_the_largest_family_fit_into_an_embed(sign: str) -> None:
    large = 10**18
    jobs = [job(index, picture(10**12 + index, composed=True)) for index in range(1, 5)]
    request = replace(
        REQUEST,
        change=Change.EDIT,
        prompt=sign * 32_000,
        story=(sign * 32_000,),
        references=(STORED,) * 16,
        background="transparent",
        mask=STORED,
    )
    kept = order(*jobs, request=request, requester=replace(REQUESTER, server_id=large))
    kin = [relative(large + number, prompt=sign * 99, place=(large, large), user_id=large) for number in range(16)]

    embed = details_embed(kept, [10**12 + 1], Family(tuple(kin), tuple(kin[:10]), 99))

    assert len(embed.description or "") <= 4096
    assert (embed.description or "").count(sign) > 100
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
    assert generating_text(count, previews) == text


def test_a_late_answer_says_what_to_press() -> None:
    assert "Show" in late_text()
