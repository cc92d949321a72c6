"""What may be a default, and that a server's are decisions of its leads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import RequestRefused
from bot.services.admission import NONE, DefaultsDesk, Drafting, choice_text
from bot.services.policy import NO_CHOICES, Aspect, DefaultChoices, Requester, Whose
from tests.examples import CATALOG, MODEL
from tests.services.admission.drafts import FIXED, Members
from tests.services.council import SERVER, Council, a_council

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

MIA, LEA = Requester(SERVER, 22, 33), Requester(SERVER, 22, 44)


@pytest.fixture
async def council(tmp_path: Path) -> AsyncGenerator[Council]:
    async with a_council(tmp_path) as opened:
        yield opened


@pytest.fixture
def desk(council: Council) -> DefaultsDesk:
    drafting = Drafting(CATALOG, council.admission, MODEL.id, 3, Members())
    return DefaultsDesk(drafting, council.rules.decisions)


def own(desk: DefaultsDesk, who: Requester = MIA) -> DefaultChoices:
    return desk.drafting.member_defaults.of(who.server_id, who.user_id)


@pytest.mark.parametrize(
    ("aspect", "text", "choice", "note"),
    [
        (Aspect.MODEL, FIXED.id, FIXED.id, ""),
        (Aspect.SIZE, "A4 landscape", "1584x1120", ""),
        (
            Aspect.SIZE,
            "1920x1080",
            "1920x1088",
            "1920x1080 became 1920x1088: both edges must be multiples of 16.",
        ),
        (Aspect.QUALITY, "xhigh", "xhigh", ""),
        (Aspect.COUNT, "4", 4, ""),
        (Aspect.FORMAT, "webp", "webp", ""),
        (Aspect.PRIVATE, "yes", True, ""),
        (Aspect.PRIVATE, "no", False, ""),
        (Aspect.PREVIEWS, "0", 0, ""),
        (Aspect.PREVIEWS, "3", 3, ""),
    ],
)
async def test_what_is_chosen_is_kept_and_said_if_it_is_another(
    aspect: Aspect, text: str, choice: str | int, note: str, desk: DefaultsDesk
) -> None:
    assert await desk.choose(MIA, Whose.OWN, aspect, text) == note
    assert own(desk) == NO_CHOICES.having(aspect, choice)
    assert (await desk.usual(MIA, Whose.OWN)).of(aspect, 3).value == choice
    assert own(desk, LEA) == NO_CHOICES


@pytest.mark.parametrize("aspect", Aspect)
@pytest.mark.parametrize("text", ["", " ", NONE])
async def test_nothing_takes_a_default_back(aspect: Aspect, text: str, desk: DefaultsDesk) -> None:
    everything = DefaultChoices(FIXED.id, "1024x1024", "high", 2, "webp", private=True, previews=0)
    await desk.drafting.member_defaults.change(SERVER, MIA.user_id, lambda _: everything)

    await desk.choose(MIA, Whose.OWN, aspect, text)

    assert own(desk) == everything.having(aspect, None)


JUNK = ["dall-e-3", "gpt-image-1", "5", "-1", "٣", "maybe", "10", "\x00"]


@pytest.mark.parametrize("aspect", Aspect)
@pytest.mark.parametrize("text", JUNK)
async def test_what_nobody_offers_is_refused_and_changes_nothing(
    aspect: Aspect, text: str, desk: DefaultsDesk, council: Council
) -> None:
    for whose in (Whose.OWN, Whose.SERVER):
        with pytest.raises(RequestRefused):
            await desk.choose(MIA, whose, aspect, text)

    assert own(desk) == NO_CHOICES == (await council.policy()).defaults


async def test_a_servers_defaults_are_its_leads_decisions(desk: DefaultsDesk, council: Council) -> None:
    await desk.choose(LEA, Whose.SERVER, Aspect.MODEL, FIXED.id)
    await desk.choose(LEA, Whose.SERVER, Aspect.PREVIEWS, "0")
    await desk.choose(LEA, Whose.SERVER, Aspect.PREVIEWS, "0")
    await desk.reset(LEA, Whose.SERVER)
    await desk.reset(LEA, Whose.SERVER)

    assert [(each.subject, each.before, each.after) for each in await council.decisions()] == [
        ("the default model", "not set", "GPT Image 1.5"),
        ("the default number of previews", "not set", "none"),
        (
            "the defaults",
            "the default model: GPT Image 1.5; the default number of previews: none",
            "not set",
        ),
    ]
    assert {(each.actor_id, each.action) for each in await council.decisions()} == {(LEA.user_id, "studio defaults")}


async def test_members_see_the_servers_defaults_and_the_server_nobodys(desk: DefaultsDesk) -> None:
    await desk.choose(LEA, Whose.SERVER, Aspect.COUNT, "3")
    await desk.choose(LEA, Whose.OWN, Aspect.COUNT, "4")

    seen = [
        (await desk.usual(who, whose)).count()
        for who, whose in ((MIA, Whose.OWN), (LEA, Whose.OWN), (LEA, Whose.SERVER))
    ]

    assert [(each.value, each.whose) for each in seen] == [(3, Whose.SERVER), (4, Whose.OWN), (3, Whose.SERVER)]


async def test_a_member_takes_all_of_theirs_back_and_nobody_elses(desk: DefaultsDesk) -> None:
    for who in (MIA, LEA):
        await desk.choose(who, Whose.OWN, Aspect.QUALITY, "low")
        await desk.choose(who, Whose.OWN, Aspect.COUNT, "2")

    await desk.reset(MIA, Whose.OWN)

    assert (own(desk), own(desk, LEA)) == (NO_CHOICES, DefaultChoices(quality="low", count=2))


async def test_more_previews_than_the_operator_has_cannot_be_chosen(desk: DefaultsDesk) -> None:
    one = replace(desk, drafting=replace(desk.drafting, most_partials=1))

    with pytest.raises(RequestRefused):
        await one.choose(MIA, Whose.OWN, Aspect.PREVIEWS, "2")


@pytest.mark.parametrize(
    ("aspect", "choice", "text"),
    [
        (Aspect.MODEL, "gone", "gone"),
        (Aspect.COUNT, 1, "1 picture"),
        (Aspect.FORMAT, "png", "PNG"),
        (Aspect.PRIVATE, True, "only who asks"),
        (Aspect.PREVIEWS, 2, "at most 2"),
        (Aspect.QUALITY, "xhigh", "xhigh"),
    ],
)
def test_a_choice_is_told_in_words(aspect: Aspect, choice: str | int, text: str) -> None:
    assert choice_text(CATALOG, aspect, choice) == text
