"""Grants: what they add to, for how long, and what cannot be granted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import RequestRefused
from bot.services.calendar import Window
from bot.services.policy import Decision, Defaults, Grant, Metric, Scope
from bot.services.quotas.desk import OPERATORS
from tests.services.fakes import NOON
from tests.services.quotas.books import (
    ARTISTS,
    CHANNEL,
    DECEMBER,
    DOLLAR,
    LEAD,
    MIA,
    MIDNIGHT,
    OPERATORS_OWN,
    SERVER,
    Books,
)

NOTHING = "There is nothing to add to"


async def test_a_grant_adds_to_a_members_allowance_until_its_window_ends(books: Books) -> None:
    await books.set("10 pictures")
    await books.use(4)

    told = await books.grant("5 pictures", Scope.MEMBER, MIA)

    assert told == (
        f"<@3>'s daily allowance: changed from 10 pictures to 15 pictures until <t:{MIDNIGHT}:f>.\n"
        "It counts at once: 4 of 15 pictures used, 11 left (5 pictures of it granted)."
    )
    (grant,) = (await books.policies.of(SERVER)).grants
    assert grant == Grant(Scope.MEMBER, MIA, Metric.IMAGES, Window.DAY, 5, NOON - 12 * 3600, MIDNIGHT)
    assert (await books.audit())[-1] == Decision(
        LEAD,
        NOON,
        "quota grant",
        "<@3>'s daily allowance",
        "10 pictures",
        f"15 pictures until <t:{MIDNIGHT}:f>",
        "a deadline",
    )


async def test_a_grant_that_is_not_enough_for_a_picture_says_how_many_more_are(books: Books) -> None:
    await books.use(12)
    await books.set("10 pictures")
    await books.set("$0", Scope.ROLE, ARTISTS, budget=True)

    too_little = await books.grant("2 pictures", Scope.MEMBER, MIA)
    enough = await books.grant("1 picture", Scope.MEMBER, MIA)
    dollars = await books.grant("$0.01", Scope.ROLE, ARTISTS)

    assert too_little.splitlines()[2:] == ["That is not enough for another picture: grant 1 more."]
    assert len(enough.splitlines()) == len(dollars.splitlines()) == 2


async def test_a_second_grant_adds_to_the_first(books: Books) -> None:
    await books.set("10 pictures")
    await books.grant("5 pictures", Scope.MEMBER, MIA)

    await books.grant("2 pictures", Scope.MEMBER, MIA)

    decision = (await books.audit())[-1]
    assert (decision.before, decision.after) == ("15 pictures", f"17 pictures until <t:{MIDNIGHT}:f>")


@pytest.mark.parametrize("level", ["own", "role", "server", "operator"])
async def test_it_does_not_matter_where_the_allowance_comes_from(books: Books, level: str) -> None:
    if level == "operator":
        books.defaults = OPERATORS_OWN
    else:
        scope, whose = {"own": (Scope.MEMBER, MIA), "role": (Scope.ROLE, ARTISTS), "server": (Scope.SERVER, 0)}[level]
        await books.set("20 pictures", scope, whose)

    told = await books.grant("5 pictures", Scope.MEMBER, MIA, roles=(ARTISTS,))

    assert "0 of 25 pictures used, 25 left" in told


@pytest.mark.parametrize("scope", [Scope.SERVER, Scope.CHANNEL, Scope.ROLE])
async def test_a_grant_adds_to_a_budget(books: Books, scope: Scope) -> None:
    whose = {Scope.SERVER: SERVER, Scope.CHANNEL: CHANNEL, Scope.ROLE: ARTISTS}[scope]
    await books.set("$5", scope, whose, Window.MONTH, budget=True)

    told = await books.grant("$2.50", scope, whose)

    assert "$0.00 of $7.50 used, $7.50 left ($2.50 of it granted)" in told
    assert [grant.end_at for grant in (await books.policies.of(SERVER)).grants] == [DECEMBER]


async def test_windows_are_those_of_the_servers_calendar(books: Books) -> None:
    await books.set("10 pictures", window=Window.DAY)
    await books.policies.change(
        SERVER, lambda policy: (replace(policy, zone="Europe/Berlin"), Decision(LEAD, NOON, "zone", "zone", "", ""))
    )

    await books.grant("5 pictures", Scope.MEMBER, MIA)

    (grant,) = (await books.policies.of(SERVER)).grants
    assert (grant.start_at, grant.end_at) == (NOON - 13 * 3600, MIDNIGHT - 3600)


async def test_a_grant_ends_with_its_window(books: Books) -> None:
    await books.set("10 pictures", Scope.MEMBER, MIA)
    await books.grant("5 pictures", Scope.MEMBER, MIA)
    books.clock.now = MIDNIGHT

    (bound,) = (await books.desk.limit_statuses.of_member(SERVER, MIA, ())).bounds

    assert (bound.status.limit.maximum, bound.status.limit.granted) == (10, 0)
    assert (await books.desk.limit_statuses.overview(SERVER)).grants == ()


async def test_which_of_several_is_meant_is_asked(books: Books) -> None:
    await books.set("10 pictures")
    await books.set("100 pictures", window=Window.MONTH)

    with pytest.raises(RequestRefused) as refused:
        await books.grant("5 pictures", Scope.MEMBER, MIA)

    assert refused.value.sentence == (
        "There are several: <@3>'s daily allowance (10 pictures) and <@3>'s monthly allowance (100 pictures). "
        "Say in which window the grant is to count."
    )
    assert (await books.grant("5 pictures", Scope.MEMBER, MIA, Window.MONTH)).startswith(
        "<@3>'s monthly allowance: changed from 100 pictures to 105 pictures until <t:"
    )


@pytest.mark.parametrize(
    ("amount", "scope", "window", "sentence"),
    [
        (
            "5 pictures",
            Scope.MEMBER,
            None,
            f"{NOTHING}: no allowance of pictures bounds <@3>. What does: <@3>'s daily allowance ($1.00).",
        ),
        (
            "$5",
            Scope.MEMBER,
            Window.MONTH,
            f"{NOTHING}: no monthly allowance of dollars bounds <@3>. What does: <@3>'s daily allowance ($1.00).",
        ),
        ("5 pictures", Scope.ROLE, None, f"{NOTHING}: no budget of pictures bounds <@&3>."),
        ("5 pictures", Scope.SERVER, None, f"{NOTHING}: no budget of pictures bounds the whole server."),
        ("$5", Scope.SERVER, None, f"{NOTHING}: no budget of dollars bounds the whole server. {OPERATORS}"),
    ],
)
async def test_where_nothing_bounds_there_is_nothing_to_add_to(
    books: Books, amount: str, scope: Scope, window: Window | None, sentence: str
) -> None:
    books.defaults = Defaults(50 * DOLLAR, None)
    await books.set("$1")
    await books.set("unlimited pictures")

    with pytest.raises(RequestRefused) as refused:
        await books.grant(amount, scope, MIA, window)

    assert refused.value.sentence == sentence
    assert (await books.policies.of(SERVER)).grants == ()


async def test_the_budget_of_the_installation_is_not_for_leads_to_raise(books: Books) -> None:
    with pytest.raises(RequestRefused) as refused:
        await books.grant("$5", Scope.INSTALLATION)

    assert refused.value.sentence == OPERATORS


@pytest.mark.parametrize(("amount", "why"), [("0 pictures", "a deadline"), ("5 pictures", " \u200b ")])
async def test_a_grant_is_of_something_and_for_a_reason(books: Books, amount: str, why: str) -> None:
    await books.set("10 pictures")

    with pytest.raises(RequestRefused):
        await books.grant(amount, Scope.MEMBER, MIA, why=why)

    assert (await books.policies.of(SERVER)).grants == ()


async def test_a_long_reason_is_shortened_in_the_audit(books: Books) -> None:
    await books.set("10 pictures")

    await books.grant("5 pictures", Scope.MEMBER, MIA, why="a\ndeadline " * 100)

    why = (await books.audit())[-1].why
    assert why.startswith("a deadline a deadline")
    assert len(why) <= 300
