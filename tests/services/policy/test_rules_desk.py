"""What leads decide about models, channels and roles: what it changes, what it says, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.errors import DecisionRefusedError, UnknownModelError, UserFacingError
from bot.services.policy import Lead, RoleOrder, RoleRule
from bot.services.policy.rules_desk import MOST_CHANNELS
from tests.examples import CATALOG, MODEL
from tests.services.council import LEA, SERVER, Council, a_council

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from bot.services.policy import Decision

ARTISTS = SERVER + 8
OTHER = "gpt-image-2"
RETIRED = "gpt-image-1"
BOTH = " and ".join(model.id for model in CATALOG.models if model.id in {OTHER, MODEL.id})  # in the catalog's order


@pytest_asyncio.fixture
async def council(tmp_path: Path) -> AsyncGenerator[Council]:
    async with a_council(tmp_path) as found:
        yield found


def change(decision: Decision) -> tuple[str, str]:
    return decision.before, decision.after


# --- models


async def test_the_first_model_that_is_allowed_begins_the_list(council: Council) -> None:
    first = await council.rules.allow_model(LEA, OTHER)
    second = await council.rules.allow_model(LEA, f" {MODEL.id.upper()} ")

    assert change(first) == ("", f"allowed only {OTHER}")
    assert set((await council.policy()).models) == {OTHER, MODEL.id}
    assert change(second) == ("", f"allowed {MODEL.id}")
    assert await council.decisions() == [first, second]
    assert (first.actor_id, first.at, first.action) == (LEA.user_id, int(council.clock()), "studio models")


async def test_what_is_allowed_already_changes_nothing_and_is_not_audited(council: Council) -> None:
    await council.rules.allow_model(LEA, OTHER)

    again = await council.rules.allow_model(LEA, OTHER)

    assert change(again) == (OTHER, OTHER)
    assert len(await council.decisions()) == 1


async def test_a_model_that_is_forbidden_leaves_the_others_of_today(council: Council) -> None:
    decision = await council.rules.forbid_model(LEA, OTHER)

    assert change(decision) == ("", f"forbade {OTHER}")
    listed = (await council.policy()).models
    assert OTHER not in listed
    assert MODEL.id in listed
    assert RETIRED not in listed


async def test_forbidding_what_nobody_offers_does_not_begin_a_list(council: Council) -> None:
    decision = await council.rules.forbid_model(LEA, RETIRED)

    assert change(decision) == ("all", "all")


async def test_the_last_model_cannot_be_forbidden_for_that_would_allow_all(council: Council) -> None:
    await council.rules.allow_model(LEA, OTHER)

    with pytest.raises(DecisionRefusedError, match="the only model that may be used"):
        await council.rules.forbid_model(LEA, OTHER)
    assert (await council.policy()).models == (OTHER,)


async def test_all_models_are_allowed_again(council: Council) -> None:
    await council.rules.allow_model(LEA, OTHER)

    assert change(await council.rules.reset_models(LEA)) == (OTHER, "all")
    assert (await council.policy()).models == ()


@pytest.mark.parametrize("junk", ["dall-e-9", "", "@everyone", "gpt-image-2, gpt-image-2.5-flare", "x" * 5000])
async def test_an_unknown_model_changes_nothing(junk: str, council: Council) -> None:
    with pytest.raises(UnknownModelError, match="is not a model that I know"):
        await council.rules.allow_model(LEA, junk)
    with pytest.raises(UnknownModelError):
        await council.rules.forbid_model(LEA, junk)
    assert await council.decisions() == []


async def test_a_model_that_was_shut_down_is_allowed_only_where_it_may_still_be_served(
    council: Council, tmp_path: Path
) -> None:
    with pytest.raises(DecisionRefusedError, match="is not offered any more"):
        await council.rules.allow_model(LEA, RETIRED)
    (tmp_path / "other").mkdir()
    async with a_council(tmp_path / "other", allow_retired=True) as elsewhere:
        assert change(await elsewhere.rules.allow_model(LEA, RETIRED)) == ("", f"allowed only {RETIRED}")


async def test_one_server_decides_nothing_for_another(council: Council) -> None:
    await council.rules.allow_model(Lead(SERVER + 1, 7), OTHER)

    assert (await council.policy()).models == ()
    assert await council.decisions() == []


# --- channels


async def test_channels_are_listed_in_the_order_in_which_they_were_added(council: Council) -> None:
    first = await council.rules.add_channel(LEA, 12)
    second = await council.rules.add_channel(LEA, 11)
    again = await council.rules.add_channel(LEA, 12)

    assert change(first) == ("everywhere", "<#12>")
    assert change(second) == ("", "added <#11>, 2 channels now")
    assert change(again) == ("<#12> and <#11>", "<#12> and <#11>")
    assert (await council.policy()).channels == (12, 11)


async def test_a_channel_is_taken_out_but_not_the_last(council: Council) -> None:
    await council.rules.add_channel(LEA, 12)
    await council.rules.add_channel(LEA, 11)

    assert change(await council.rules.remove_channel(LEA, 12)) == ("", "removed <#12>, 1 channel now")
    assert change(await council.rules.remove_channel(LEA, 99)) == ("<#11>", "<#11>")
    with pytest.raises(DecisionRefusedError, match="the only channel"):
        await council.rules.remove_channel(LEA, 11)
    assert change(await council.rules.reset_channels(LEA)) == ("<#11>", "everywhere")
    with pytest.raises(DecisionRefusedError, match="in every channel"):
        await council.rules.remove_channel(LEA, 11)


async def test_the_list_of_channels_has_an_end(council: Council) -> None:
    for channel_id in range(MOST_CHANNELS):
        await council.rules.add_channel(LEA, channel_id)

    with pytest.raises(DecisionRefusedError, match="Remove one first"):
        await council.rules.add_channel(LEA, 999)
    assert change(await council.rules.add_channel(LEA, 0))[0].startswith("<#0>")


# --- roles


@pytest.mark.parametrize(
    ("order", "rule", "text"),
    [
        (RoleOrder(models=f"{OTHER}"), RoleRule(ARTISTS, models=(OTHER,)), f"models {OTHER}"),
        (
            RoleOrder(qualities="Medium, low and LOW"),
            RoleRule(ARTISTS, qualities=("low", "medium")),
            "qualities low and medium",
        ),
        (RoleOrder(largest="landscape"), RoleRule(ARTISTS, most_pixels=1536 * 1024), "up to 1536×1024"),
        (RoleOrder(largest="1024"), RoleRule(ARTISTS, most_pixels=1024 * 1024), "up to 1024×1024"),
        (RoleOrder(count="1"), RoleRule(ARTISTS, most_count=1), "at most 1 picture at once"),
        (RoleOrder(edits="no"), RoleRule(ARTISTS, may_edit=False), "may not start from pictures"),
        (
            RoleOrder(f"{MODEL.id};{OTHER}", "max", "square", "3", "yes"),
            None,
            (f"models {BOTH}; qualities max; up to 1024×1024; at most 3 pictures at once; may start from pictures"),
        ),
    ],
)
async def test_a_rule_says_what_was_asked_for(
    order: RoleOrder, rule: RoleRule | None, text: str, council: Council
) -> None:
    decision = await council.rules.set_role(LEA, ARTISTS, order)

    assert decision.subject == f"what <@&{ARTISTS}> may ask for"
    assert change(decision) == ("no rule", text)
    assert rule is None or (await council.policy()).roles == (rule,)


async def test_aspects_are_changed_one_by_one_and_any_takes_one_out(council: Council) -> None:
    await council.rules.set_role(LEA, ARTISTS, RoleOrder(qualities="low", count="2"))
    await council.rules.set_role(LEA, SERVER, RoleOrder(edits="no"))

    more = await council.rules.set_role(LEA, ARTISTS, RoleOrder(largest="square", qualities=" Any "))
    same = await council.rules.set_role(LEA, ARTISTS, RoleOrder(count="2"))
    none = await council.rules.set_role(LEA, ARTISTS, RoleOrder(models="any", largest="any", count="any", edits="any"))

    assert change(more) == ("", "qualities: from low to not said; largest: from not said to 1024×1024")
    assert same.before == same.after
    assert change(none) == ("up to 1024×1024; at most 2 pictures at once", "no rule")
    assert (await council.policy()).roles == (RoleRule(SERVER, may_edit=False),)
    assert len(await council.decisions()) == 4


async def test_of_a_long_rule_only_what_differs_is_kept(council: Council) -> None:
    await council.rules.set_role(LEA, ARTISTS, RoleOrder(f"{MODEL.id};{OTHER}", "max", "square", "3"))

    edits = await council.rules.set_role(LEA, ARTISTS, RoleOrder(edits="yes"))
    models = await council.rules.set_role(LEA, ARTISTS, RoleOrder(models=OTHER, count="any"))

    assert change(edits) == ("", "edits: from not said to yes")
    assert change(models) == ("", f"models: from {BOTH} to {OTHER}; count: from 3 to not said")


async def test_all_means_any(council: Council) -> None:
    await council.rules.set_role(LEA, ARTISTS, RoleOrder(OTHER, "low", "square", "1", "no"))

    await council.rules.set_role(LEA, ARTISTS, RoleOrder(" All ", "ALL", "all", "all", "all"))

    assert (await council.policy()).roles == ()


async def test_the_rule_for_everybody_is_not_a_call_to_everybody(council: Council) -> None:
    decision = await council.rules.set_role(LEA, SERVER, RoleOrder(count="1"))

    assert decision.subject == "what everybody may ask for"


async def test_a_rule_is_cleared_and_may_begin_anew(council: Council) -> None:
    await council.rules.set_role(LEA, ARTISTS, RoleOrder(qualities="low", count="2"))

    anew = await council.rules.set_role(LEA, ARTISTS, RoleOrder(edits="no", clear=True))
    cleared = await council.rules.set_role(LEA, ARTISTS, RoleOrder(clear=True))
    nothing = await council.rules.set_role(LEA, ARTISTS, RoleOrder(clear=True))

    assert change(anew) == (
        "",
        "qualities: from low to not said; count: from 2 to not said; edits: from not said to no",
    )
    assert change(cleared) == ("may not start from pictures", "no rule")
    assert change(nothing) == ("no rule", "no rule")
    assert (await council.policy()).roles == ()


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (RoleOrder(models="dall-e-9"), "“dall-e-9” is not a model that I know"),
        (RoleOrder(models=f"{OTHER}, junk"), "“junk” is not a model"),
        (RoleOrder(models=", ,"), "Write the models one after another"),
        (RoleOrder(models="a," * 300), "Write the models one after another"),
        (RoleOrder(models="any, gpt-image-2"), "“any” is not a model"),
        (RoleOrder(qualities="low, best"), "“best” is not a quality. Choose of low, medium, high, xhigh or max"),
        (RoleOrder(qualities="@everyone"), "That is not a quality"),
        (RoleOrder(qualities="; and"), "Write the qualities one after another"),
        (RoleOrder(largest="endless"), "“endless” is not a size"),
        (RoleOrder(largest="-5"), "is not a size"),
        (RoleOrder(largest="99999x99999"), "99999x99999 is not possible"),
        (RoleOrder(largest="512x512"), "512x512 is not possible"),
        (RoleOrder(count="0"), "1 to 4 pictures"),
        (RoleOrder(count="-1"), "1 to 4 pictures"),
        (RoleOrder(count="nan"), "1 to 4 pictures"),
        (RoleOrder(edits="perhaps"), "yes, no or any"),
    ],
)
async def test_junk_is_refused_with_a_sentence_and_changes_nothing(
    order: RoleOrder, sentence: str, council: Council
) -> None:
    with pytest.raises(UserFacingError) as caught:
        await council.rules.set_role(LEA, ARTISTS, order)

    assert sentence in caught.value.sentence
    assert caught.value.sentence.endswith("Nothing was changed.")
    assert await council.decisions() == []
