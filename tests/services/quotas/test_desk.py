"""Limits set and cleared by leads: what changes, what is said of it, and what is refused."""

from __future__ import annotations

import pytest

from bot.errors import RequestRefused
from bot.services.calendar import Window
from bot.services.policy import Decision, Defaults, LimitRule, Metric, Scope, ServerPolicy, rule_key
from bot.services.quotas.desk import GONE
from bot.services.quotas.limits_for_leads import instead_of
from tests.services.fakes import NOON
from tests.services.quotas.books import (
    ARTISTS,
    CHANNEL,
    DECEMBER,
    DOLLAR,
    GUESTS,
    LEAD,
    MIA,
    MIDNIGHT,
    NEXT_HOUR,
    NO_DEFAULTS,
    OPERATORS_OWN,
    SERVER,
    Books,
    rule,
)


async def test_a_new_limit_counts_at_once_with_what_was_used(books: Books) -> None:
    await books.use(4)

    told = await books.set("25 pictures", Scope.MEMBER, MIA)

    assert told == (
        "<@3>'s daily allowance: changed from not set to 25 pictures.\n"
        "It counts at once, and what was used in this window counts too: 4 of 25 pictures used, 21 left. "
        f"It resets <t:{MIDNIGHT}:R>."
    )
    assert await books.limits() == (rule(25, Scope.MEMBER, MIA),)


async def test_a_change_names_what_it_changed_and_is_audited_in_the_same_words(books: Books) -> None:
    await books.set("10 pictures", Scope.MEMBER, MIA)

    told = await books.set("25 pictures", Scope.MEMBER, MIA)

    assert told.startswith("<@3>'s daily allowance: changed from 10 pictures to 25 pictures.\n")
    expected = Decision(LEAD, NOON, "quota set", "<@3>'s daily allowance", "10 pictures", "25 pictures")
    assert (await books.audit())[-1] == expected
    assert await books.limits() == (rule(25, Scope.MEMBER, MIA),)


async def test_what_is_so_already_is_said_and_not_written(books: Books) -> None:
    await books.set("$0.005", window=Window.MONTH, budget=True)
    version = (await books.policies.of(SERVER)).version

    told = await books.set("$0.0050", window=Window.MONTH, budget=True)

    assert told == "This server's monthly budget is $0.005 already. Nothing was changed."
    assert (await books.policies.of(SERVER)).version == version
    assert len(await books.audit()) == 1


async def test_limits_of_other_windows_metrics_and_kinds_stand_beside_each_other(books: Books) -> None:
    await books.set("10 pictures")
    await books.set("$2")
    await books.set("50 pictures", window=Window.WEEK)
    await books.set("100 pictures", budget=True)
    await books.set("12 pictures")

    assert await books.limits() == (
        rule(12),
        rule(2 * DOLLAR, metric=Metric.USD),
        rule(50, window=Window.WEEK),
        rule(100, budget=True),
    )


@pytest.mark.parametrize(
    ("scope", "whose", "name"),
    [
        (Scope.SERVER, 0, "This server's monthly budget"),
        (Scope.CHANNEL, CHANNEL, "The monthly budget of <#2>"),
        (Scope.ROLE, ARTISTS, "The monthly budget of <@&7>"),
    ],
)
async def test_a_budget_tells_what_all_have_used_of_it(books: Books, scope: Scope, whose: int, name: str) -> None:
    await books.use(1, nano=1_250_000_000, roles=(ARTISTS,))

    told = await books.set("$5", scope, whose, Window.MONTH, budget=True)

    assert told.startswith(f"{name}: changed from not set to $5.00.\n")
    assert f"$1.25 of $5.00 used, $3.75 left. It resets <t:{DECEMBER}:R>." in told


async def test_what_is_passed_already_leaves_nothing(books: Books) -> None:
    await books.use(4)

    told = await books.set("3 pictures", Scope.MEMBER, MIA)

    assert "4 of 3 pictures used, 0 left" in told


@pytest.mark.parametrize(
    ("scope", "whose", "name"),
    [
        (Scope.SERVER, 0, "Everybody's hourly allowance"),
        (Scope.ROLE, ARTISTS, "The hourly allowance of each member with <@&7>"),
    ],
)
async def test_an_allowance_of_many_is_counted_for_each(books: Books, scope: Scope, whose: int, name: str) -> None:
    told = await books.set("5 pictures", scope, whose, Window.HOUR)

    assert told == (
        f"{name}: changed from not set to 5 pictures.\n"
        "It counts at once, for each of them by themselves; what they have used in this window counts too. "
        f"It resets <t:{NEXT_HOUR}:R>."
    )


async def test_nothing_at_all_is_a_limit(books: Books) -> None:
    await books.set("0 pictures", Scope.MEMBER, MIA)

    assert await books.limits() == (rule(0, Scope.MEMBER, MIA),)


async def test_an_allowance_may_be_unlimited(books: Books) -> None:
    await books.set("10 pictures")

    told = await books.set("unlimited", Scope.ROLE, ARTISTS)

    assert told == (
        "The daily allowance of each member with <@&7>: changed from not set to unlimited pictures.\n"
        "No daily allowance of pictures bounds them now; budgets still do."
    )
    assert (await books.limits())[1] == rule(None, Scope.ROLE, ARTISTS)


@pytest.mark.parametrize(
    ("scope", "nearer", "unless"),
    [
        (Scope.MEMBER, [Scope.ROLE, Scope.SERVER], ""),
        (Scope.ROLE, [Scope.SERVER], ""),
        (Scope.ROLE, [Scope.ROLE, Scope.MEMBER], ", unless one is set for them alone"),
        (Scope.SERVER, [Scope.ROLE], ", unless one is set for a role of theirs"),
        (Scope.SERVER, [Scope.MEMBER, Scope.ROLE], ", unless one is set for them alone or for a role of theirs"),
    ],
)
async def test_what_is_unlimited_is_so_but_for_nearer_limits(
    books: Books, scope: Scope, nearer: list[Scope], unless: str
) -> None:
    for each in nearer:
        await books.set("10 pictures", each, GUESTS)
    await books.set("10 pictures", Scope.MEMBER, 77, Window.WEEK)
    await books.set("$5", Scope.MEMBER, 77)

    told = await books.set("unlimited pictures", scope, ARTISTS)

    assert told.endswith(f"No daily allowance of pictures bounds them now{unless}; budgets still do.")


async def test_a_limit_that_is_never_reached_is_told_as_such(books: Books) -> None:
    books.defaults = OPERATORS_OWN

    told = await books.set("$100", window=Window.MONTH, budget=True)

    assert told.endswith(
        f"$0.00 of $100.00 used, $100.00 left. It resets <t:{DECEMBER}:R>.\n"
        "This bot's monthly budget, set by whoever runs it, is smaller and holds too."
    )


async def test_unlimited_is_about_what_is_bounded_by_the_operator(books: Books) -> None:
    books.defaults = OPERATORS_OWN

    await books.set("unlimited", Scope.MEMBER, MIA)

    assert await books.limits() == (rule(None, Scope.MEMBER, MIA),)


@pytest.mark.parametrize("bounded", [(), ("10 pictures", "$5")])
async def test_unlimited_of_what_is_asked_where_it_could_be_either(books: Books, bounded: tuple[str, ...]) -> None:
    for amount in bounded:
        await books.set(amount)

    with pytest.raises(RequestRefused, match="Unlimited what"):
        await books.set("unlimited", Scope.MEMBER, MIA)


@pytest.mark.parametrize(
    ("amount", "scope", "budget", "sentence"),
    [
        ("$5", Scope.MEMBER, True, "To bound one member, set them an allowance"),
        ("$5", Scope.CHANNEL, False, "To bound a channel, set it a budget"),
        ("unlimited dollars", Scope.SERVER, True, "take it back with /quota clear"),
        ("unlimited", Scope.CHANNEL, True, "take it back with /quota clear"),
    ],
)
async def test_a_limit_that_cannot_be_is_refused(
    books: Books,
    amount: str,
    scope: Scope,
    budget: bool,  # noqa: FBT001 - a table's column
    sentence: str,
) -> None:
    with pytest.raises(RequestRefused, match=sentence):
        await books.set(amount, scope, 5, budget=budget)

    assert await books.limits() == ()
    assert await books.audit() == []


async def test_what_is_cleared_is_named_and_what_applies_instead(books: Books) -> None:
    books.defaults = OPERATORS_OWN
    await books.set("25 pictures", Scope.MEMBER, MIA)
    await books.set("30 pictures", Scope.ROLE, ARTISTS)

    told = await books.desk.clear(SERVER, rule_key(rule(25, Scope.MEMBER, MIA)), LEAD, (ARTISTS,))

    assert told == (
        "<@3>'s daily allowance: changed from 25 pictures to not set.\n"
        "What applies to them now: 30 pictures a day, from the role <@&7>."
    )
    assert await books.limits() == (rule(30, Scope.ROLE, ARTISTS),)
    assert (await books.audit())[-1] == Decision(
        LEAD, NOON, "quota clear", "<@3>'s daily allowance", "25 pictures", "not set"
    )


@pytest.mark.parametrize("key", ["", "x", "allowance-member-3-images-hour", "budget-member-3-images-day", "<@3>"])
async def test_a_limit_that_is_not_set_cannot_be_cleared(books: Books, key: str) -> None:
    await books.set("25 pictures", Scope.MEMBER, MIA)

    with pytest.raises(RequestRefused) as refused:
        await books.desk.clear(SERVER, key, LEAD)

    assert refused.value.sentence == GONE
    assert len(await books.limits()) == 1
    assert len(await books.audit()) == 1


TO_OTHERS = "To whom nothing of their own or of"
OF_THE_CHANNEL = "the daily budget of <#2> of 9 pictures"
AND_THE_BOTS = "and this bot's monthly budget, as whoever runs it has set it."
OWN, OF_ARTISTS, OF_ALL = rule(5, Scope.MEMBER, MIA), rule(30, Scope.ROLE, ARTISTS), rule(10)
MONTHLY = rule(20 * DOLLAR, window=Window.MONTH, budget=True, metric=Metric.USD)
OF_CHANNEL = rule(5 * DOLLAR, Scope.CHANNEL, CHANNEL, budget=True, metric=Metric.USD)


@pytest.mark.parametrize(
    ("cleared", "left", "defaults", "sentence"),
    [
        (OWN, (OF_ALL,), NO_DEFAULTS, "What applies to them now: 10 pictures a day, as for everybody."),
        (OWN, (), OPERATORS_OWN, "What applies to them now: 20 pictures a day, as whoever runs this bot has set it."),
        (OWN, (), NO_DEFAULTS, "What applies to them now: no daily allowance of pictures."),
        (
            OWN,
            (rule(None, Scope.ROLE, ARTISTS),),
            NO_DEFAULTS,
            "What applies to them now: unlimited pictures a day, from the role <@&7>.",
        ),
        (
            OF_ARTISTS,
            (OF_ALL,),
            NO_DEFAULTS,
            f"{TO_OTHERS} another role applies, this does now: 10 pictures a day, as for everybody.",
        ),
        (
            OF_ALL,
            (OF_ARTISTS,),
            NO_DEFAULTS,
            f"{TO_OTHERS} a role applies, this does now: no daily allowance of pictures.",
        ),
        (MONTHLY, (), NO_DEFAULTS, "No other budget holds in its place."),
        (
            OF_CHANNEL,
            (MONTHLY, rule(9, Scope.CHANNEL, CHANNEL, budget=True), rule(9, Scope.CHANNEL, 99, budget=True), OF_ALL),
            OPERATORS_OWN,
            f"What holds still: this server's monthly budget of $20.00, {OF_THE_CHANNEL} {AND_THE_BOTS}",
        ),
    ],
)
def test_what_applies_instead_is_told(
    cleared: LimitRule, left: tuple[LimitRule, ...], defaults: Defaults, sentence: str
) -> None:
    assert instead_of(cleared, ServerPolicy(limits=left), SERVER, (ARTISTS,), defaults) == sentence
