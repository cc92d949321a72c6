"""Who may ask for what: each rule refuses with a sentence, and roles never take from each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotPermittedError, UnknownModelError
from bot.services.policy import (
    Block,
    Pause,
    Requester,
    RoleRule,
    ServerPolicy,
    check_permitted,
    check_publishing,
    permit_for,
)
from bot.services.policy.permissions import pixels_text
from bot.services.requests import ImageRequest
from tests.examples import CATALOG, MODEL, NOW

if TYPE_CHECKING:
    from bot.services.policy import Permit

SERVER, CHANNEL, THREAD, MEMBER, LEAD = 1, 2, 22, 3, 4
ARTISTS, GUESTS, OTHERS = 8, 9, 10
MIA = Requester(SERVER, CHANNEL, MEMBER, (ARTISTS, GUESTS))
SQUARE = 1024 * 1024
DAY = 86_400
EVERYTHING = ImageRequest("a fox", MODEL.id, "2048x2048", "max", 4)


def refusal(policy: ServerPolicy, requester: Requester = MIA, **changes: Any) -> str | None:  # noqa: ANN401 - of the request
    """The sentence; None if it is permitted."""
    given_with: dict[str, Any] = {"references": 0, "joined_at": 0, "now": NOW}
    given_with |= {name: changes.pop(name) for name in tuple(changes) if name in given_with}
    try:
        check_permitted(policy, requester, replace(EVERYTHING, **changes), catalog=CATALOG, **given_with)
    except NotPermittedError as error:
        return error.sentence
    return None


def ruled(*rules: RoleRule) -> ServerPolicy:
    return ServerPolicy(roles=rules)


def test_where_leads_decided_nothing_everything_is_permitted() -> None:
    assert refusal(ServerPolicy(), references=4, joined_at=None) is None


def test_who_is_blocked_learns_whom_to_ask_and_not_why() -> None:
    policy = ServerPolicy(blocked=(Block(MEMBER, NOW, LEAD, "rude"), Block(LEAD, NOW, MEMBER, "")))

    assert refusal(policy) == f"A lead has blocked you from making pictures here. Ask <@{LEAD}>."
    assert refusal(policy, replace(MIA, user_id=77)) is None


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        (ServerPolicy(channels=(CHANNEL,), newcomer_days=99, models=("another",)), None),
        (ServerPolicy(blocked=(Block(77, NOW, LEAD, ""),)), None),
        (
            ServerPolicy(pause=Pause(NOW, LEAD, "a rest")),
            f"<@{LEAD}> has paused me on this server, so I publish nothing. Press again when that is over.",
        ),
        (
            ServerPolicy(blocked=(Block(MEMBER, NOW, LEAD, "rude"),)),
            f"A lead has blocked you from showing pictures here. Ask <@{LEAD}>.",
        ),
        (ServerPolicy(channels=(5,)), "Pictures are made in <#5> here. Publish it there."),
    ],
)
def test_who_may_make_nothing_publishes_nothing_and_nothing_else_counts(
    policy: ServerPolicy, sentence: str | None
) -> None:
    if sentence is None:
        check_publishing(policy, MIA)
        return
    with pytest.raises(NotPermittedError) as refused:
        check_publishing(policy, MIA)

    assert refused.value.sentence == sentence


@pytest.mark.parametrize(
    ("channels", "sentence"),
    [
        ((5,), "Pictures are made in <#5> here. Ask there."),
        ((5, 6), "Pictures are made in <#5> and <#6> here. Ask there."),
        (
            tuple(range(11, 31)),
            "Pictures are made in <#11>, <#12>, <#13>, <#14>, <#15>, <#16>, <#17>, <#18> and 12 more here. Ask there.",
        ),
        ((5, CHANNEL), None),
        ((), None),
    ],
)
def test_outside_the_listed_channels_the_others_are_named(channels: tuple[int, ...], sentence: str | None) -> None:
    assert refusal(ServerPolicy(channels=channels)) == sentence


def test_a_thread_belongs_to_its_channel() -> None:
    in_thread = Requester(SERVER, THREAD, MEMBER, parent_id=CHANNEL)

    assert refusal(ServerPolicy(channels=(CHANNEL,)), in_thread) is None
    assert refusal(ServerPolicy(channels=(5,)), in_thread) is not None


@pytest.mark.parametrize(
    ("days", "joined_at", "sentence"),
    [
        (0, None, None),
        (1, NOW - DAY, None),
        (
            1,
            NOW - DAY + 1,
            (
                f"New members of this server wait 1 day before they make pictures: you can make pictures from "
                f"<t:{NOW + 1}:F> on."
            ),
        ),
        (
            365,
            NOW,
            (
                f"New members of this server wait 365 days before they make pictures: you can make pictures from "
                f"<t:{NOW + 365 * DAY}:F> on."
            ),
        ),
        (
            7,
            None,
            (
                "New members of this server wait 7 days before they make pictures, and Discord does not tell me since "
                "when you are one. Ask a lead."
            ),
        ),
    ],
)
def test_a_newcomer_learns_when_the_wait_is_over(days: int, joined_at: int | None, sentence: str | None) -> None:
    assert refusal(ServerPolicy(newcomer_days=days), joined_at=joined_at) == sentence


EVERYBODY = "this server allows everybody"


@pytest.mark.parametrize(
    ("policy", "asked", "sentence"),
    [
        (
            ServerPolicy(models=("gpt-image-2",)),
            {},
            f"{MODEL.title} is not used on this server. Choose gpt-image-2.",
        ),
        (
            ServerPolicy(models=("gone", "gpt-image-1")),
            {},
            f"{MODEL.title} is not used on this server. Nothing that you may use is offered now. Ask a lead.",
        ),
        (
            ruled(RoleRule(ARTISTS, models=("gpt-image-2",))),
            {},
            f"{MODEL.title} is not open to you here: your role <@&8> allows only other models. Choose gpt-image-2.",
        ),
        (
            ruled(RoleRule(ARTISTS, qualities=("low",)), RoleRule(GUESTS, qualities=("low", "medium"))),
            {"quality": "high"},
            "The quality high is not open to you here: your roles <@&8> and <@&9> allow low or medium.",
        ),
        (
            ruled(RoleRule(SERVER, qualities=("max", "low"))),
            {"quality": "medium"},
            f"The quality medium is not open to you here: {EVERYBODY} low or max.",
        ),
        (
            ruled(RoleRule(SERVER, qualities=("max",))),
            {"model": "gpt-image-2", "quality": "medium"},
            f"The quality medium is not open to you here: {EVERYBODY} none that GPT Image 2 has. Choose another model.",
        ),
        (
            ruled(RoleRule(ARTISTS, most_pixels=SQUARE), RoleRule(GUESTS, most_pixels=1536 * 1024)),
            {},
            "2048×2048 is larger than you may ask for here: your roles <@&8> and <@&9> allow up to 1536×1024.",
        ),
        (
            ruled(RoleRule(SERVER, most_count=1)),
            {"count": 2},
            f"2 pictures at once are too many here: {EVERYBODY} up to 1.",
        ),
        (
            ruled(RoleRule(ARTISTS, may_edit=False)),
            {"references": 1},
            "You cannot start from pictures here: your role <@&8> allows only words. Leave the pictures out.",
        ),
    ],
)
def test_a_refusal_names_the_rule_and_what_would_be_possible(
    policy: ServerPolicy, asked: dict[str, Any], sentence: str
) -> None:
    assert refusal(policy, **asked) == sentence


@pytest.mark.parametrize(
    ("rules", "asked"),
    [
        ((RoleRule(ARTISTS, qualities=("low",)), RoleRule(GUESTS, qualities=("max",))), {}),
        ((RoleRule(SERVER, qualities=("low",)), RoleRule(ARTISTS, qualities=("max",))), {}),
        ((RoleRule(ARTISTS, most_count=1), RoleRule(GUESTS, most_count=4)), {}),
        ((RoleRule(ARTISTS, most_pixels=4 * SQUARE), RoleRule(GUESTS, most_pixels=SQUARE)), {}),
        ((RoleRule(ARTISTS, models=("gpt-image-2",)), RoleRule(GUESTS, models=(MODEL.id,))), {}),
        ((RoleRule(OTHERS, qualities=("low",), most_pixels=1, most_count=1, may_edit=False),), {"references": 1}),
        ((RoleRule(SERVER, most_count=1), RoleRule(GUESTS, most_count=4)), {}),
        ((RoleRule(ARTISTS, may_edit=False), RoleRule(GUESTS, may_edit=True)), {"references": 2}),
        ((RoleRule(SERVER, may_edit=False),), {"references": 0}),
        ((RoleRule(ARTISTS, most_pixels=SQUARE),), {"size": "512x2048"}),
    ],
)
def test_of_several_roles_the_most_generous_counts_and_before_everybodys(
    rules: tuple[RoleRule, ...], asked: dict[str, Any]
) -> None:
    assert refusal(ruled(*rules), **asked) is None


def test_a_rule_for_a_role_may_be_narrower_than_everybodys() -> None:
    everybody = RoleRule(SERVER, qualities=("low", "max"), most_count=4, may_edit=True)
    policy = ruled(everybody, RoleRule(GUESTS, qualities=("low",), most_count=1, may_edit=False))

    assert refusal(policy) == "The quality max is not open to you here: your role <@&9> allows low."
    assert refusal(policy, replace(MIA, role_ids=(OTHERS,)), references=1) is None


def test_a_dated_snapshot_is_its_model() -> None:
    model = next(model for model in CATALOG.models if model.snapshots)
    permitted = ServerPolicy(models=(model.id,))

    assert refusal(permitted, model=model.snapshots[0], size=model.default_size, quality=model.qualities[0]) is None


def test_a_model_that_left_the_catalog_is_said() -> None:
    with pytest.raises(UnknownModelError):
        refusal(ServerPolicy(), model="gone")


@pytest.mark.parametrize(
    ("pixels", "text"),
    [
        (1536 * 1024, "1536×1024"),
        (2560 * 1440, "2560×1440"),
        (1920 * 1088, "2,088,960 pixels, as 1536×1360 has them"),
        (655_361, "655,361 pixels"),
        (2, "2 pixels"),
    ],
)
def test_a_number_of_pixels_is_told_as_a_size_that_has_as_many(pixels: int, text: str) -> None:
    assert pixels_text(pixels, MODEL.suggested_sizes) == text


# --- the law of roles

MODELS = tuple(model.id for model in CATALOG.models[:3])
ROLES = (SERVER, ARTISTS, GUESTS, OTHERS)


def some(names: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...] | None]:
    return st.none() | st.lists(st.sampled_from(names), min_size=1, unique=True).map(tuple)


def rule_of(role_id: int) -> st.SearchStrategy[RoleRule]:
    return st.builds(
        RoleRule,
        st.just(role_id),
        some(MODELS),
        some(("low", "medium", "high")),
        st.none() | st.sampled_from((SQUARE, 2 * SQUARE)),
        st.none() | st.integers(1, 4),
        st.none() | st.booleans(),
    )


# A rule for each role, in any order, which may say nothing about an aspect.
POLICIES = st.builds(
    ServerPolicy,
    roles=st.tuples(*(rule_of(role) for role in ROLES)).flatmap(st.permutations).map(tuple),
    models=some(MODELS).map(lambda models: models or ()),
)
MEMBERS = st.sets(st.sampled_from(ROLES[1:])).map(lambda roles: Requester(SERVER, CHANNEL, MEMBER, tuple(roles)))
ASPECTS = ("models", "qualities", "most_pixels", "most_count", "may_edit")


def at_least(aspect: str, more: Permit, less: Permit) -> bool:
    """Whether one permit gives in an aspect all that another gives."""
    gives, gave = getattr(more, aspect), getattr(less, aspect)
    if gives is None or gave is None:
        return gives is None
    return bool(set(gives) >= set(gave) if aspect in {"models", "qualities"} else gives >= gave)


@given(policy=POLICIES, member=MEMBERS, role=st.sampled_from(ROLES[1:]))
def test_a_further_role_takes_nothing_once_a_role_has_spoken_and_a_silent_one_changes_nothing(
    policy: ServerPolicy, member: Requester, role: int
) -> None:
    richer = replace(member, role_ids=(*member.role_ids, role))
    before, after = permit_for(policy, member), permit_for(policy, richer)
    rules = {rule.role_id: rule for rule in policy.roles}

    for aspect in ASPECTS:
        spoken = any(getattr(rules[own], aspect) is not None for own in member.role_ids)
        if spoken:
            assert at_least(aspect, after, before)
        elif getattr(rules[role], aspect) is None:
            assert getattr(after, aspect) == getattr(before, aspect)
        else:
            assert at_least(aspect, after, permit_for(policy, replace(member, role_ids=(role,))))


@given(policy=POLICIES, member=MEMBERS)
def test_the_order_of_roles_and_rules_does_not_matter(policy: ServerPolicy, member: Requester) -> None:
    turned = permit_for(replace(policy, roles=policy.roles[::-1]), replace(member, role_ids=member.role_ids[::-1]))
    permit = permit_for(policy, member)

    assert all(at_least(aspect, turned, permit) and at_least(aspect, permit, turned) for aspect in ASPECTS)


@given(
    policy=POLICIES,
    member=MEMBERS,
    model=st.sampled_from(MODELS),
    quality=st.sampled_from(("low", "medium", "high")),
    size=st.sampled_from(("1024x1024", "1536x1024", "2048x2048")),
    count=st.integers(1, 4),
    references=st.integers(0, 1),
)
def test_it_is_refused_exactly_where_the_permit_does_not_reach(
    policy: ServerPolicy, member: Requester, model: str, quality: str, size: str, count: int, references: int
) -> None:
    permit = permit_for(policy, member)
    allowed = (
        permit.allows_model(model)
        and permit.allows_quality(quality)
        and permit.allows_size(size)
        and (permit.most_count is None or count <= permit.most_count)
        and (permit.may_edit or not references)
    )

    sentence = refusal(policy, member, model=model, quality=quality, size=size, count=count, references=references)

    assert (sentence is None) == allowed
    assert sentence is None or len(sentence) < 400
