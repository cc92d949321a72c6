from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import RequestRefused
from bot.services.calendar import Window
from bot.services.ledger import LimitStatus, Reservation
from bot.services.policy import (
    Decision,
    Decisions,
    Defaults,
    Grant,
    Limit,
    LimitRule,
    Metric,
    Requester,
    Scope,
    ServerPolicy,
    buckets_touched,
    mention,
    parse_amount,
    rule_key,
    rule_name,
    rule_of_key,
    told_apart,
)
from bot.services.quotas import BudgetHint, Headroom, LimitStatuses, QuotaDesk, use_text
from bot.services.quotas.accounts import BudgetVisibility
from bot.services.quotas.desk import GONE, OPERATORS
from bot.services.quotas.limit_text import instead_of, limit_of
from bot.storage import Database, SqliteAudit, SqliteLedger, SqlitePolicies
from tests.examples import DESTINATION, MODEL, REQUEST
from tests.services.fakes import NOON, Clock

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

SERVER, CHANNEL, MIA, LEAD = 1, 2, 3, 9
ARTISTS, GUESTS = 7, 8
MIDNIGHT, NEXT_HOUR, DECEMBER = NOON + 12 * 3600, NOON + 3600, 1_796_083_200
DOLLAR = 1_000_000_000
NO_DEFAULTS = Defaults(None, None)
OPERATORS_OWN = Defaults(50 * DOLLAR, 20)


@dataclass
class Books:
    """A desk on a real database."""

    database: Database
    clock: Clock
    defaults: Defaults = NO_DEFAULTS
    visibility: BudgetVisibility = field(default_factory=lambda: BudgetVisibility(lambda: True))
    reserved: int = 0

    def __post_init__(self) -> None:
        self.policies = SqlitePolicies(self.database)
        self.ledger = SqliteLedger(self.database)

    @property
    def desk(self) -> QuotaDesk:
        limit_statuses = LimitStatuses(self.policies, self.ledger, self.defaults, self.clock, self.visibility)
        return QuotaDesk(Decisions(self.policies, self.clock), limit_statuses)

    async def set(
        self,
        amount: str,
        scope: Scope = Scope.SERVER,
        whose: int = 0,
        window: Window = Window.DAY,
        *,
        budget: bool = False,
    ) -> str:
        return await self.desk.set(
            SERVER,
            shared=budget,
            scope=scope,
            scope_id=whose,
            amount=parse_amount(amount),
            window=window,
            actor_id=LEAD,
        )

    async def grant(
        self,
        amount: str,
        scope: Scope = Scope.SERVER,
        whose: int = 0,
        window: Window | None = None,
        *,
        roles: tuple[int, ...] = (),
        why: str = "a deadline",
    ) -> str:
        given = parse_amount(amount)
        assert given.metric is not None
        assert given.value is not None
        return await self.desk.grant(SERVER, scope, whose, given.metric, window, given.value, LEAD, why, role_ids=roles)

    async def use(self, count: int, *, nano: int = 0, roles: tuple[int, ...] = ()) -> None:
        """Mia asks for so many pictures, which hold so much each."""
        self.reserved += 1
        requester = Requester(SERVER, CHANNEL, MIA, roles)
        at = int(self.clock())
        policy = await self.policies.of(SERVER)
        await self.ledger.reserve(
            Reservation(
                id=str(self.reserved),
                request=replace(REQUEST, count=count),
                requester=requester,
                destination=DESTINATION,
                hold_nano=nano,
                prices=MODEL.priced(),
                at=at,
                buckets=buckets_touched(requester, at, policy.time_zone, policy.week_start),
                limits=(),
                policy_version=policy.version,
            )
        )

    async def limits(self) -> tuple[LimitRule, ...]:
        return (await self.policies.of(SERVER)).limits

    async def audit(self) -> list[Decision]:
        return [entry.decision for entry in reversed(await SqliteAudit(self.database).entries(SERVER, most=99))]


@pytest.fixture
async def books(tmp_path: Path) -> AsyncGenerator[Books]:
    database = await Database.open(tmp_path / "atelier.sqlite3")
    try:
        yield Books(database, Clock())
    finally:
        await database.close()


def rule(
    maximum: int | None,
    scope: Scope = Scope.SERVER,
    whose: int = SERVER,
    window: Window = Window.DAY,
    *,
    budget: bool = False,
    metric: Metric = Metric.IMAGES,
) -> LimitRule:
    return LimitRule(budget, scope, whose, metric, window, maximum)


# --- set


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


# --- clear


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


# --- grant

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
        ("5 pictures", Scope.SERVER, None, f"{NOTHING}: no budget of pictures bounds this server."),
        ("$5", Scope.SERVER, None, f"{NOTHING}: no budget of dollars bounds this server. {OPERATORS}"),
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


# --- what stands


async def test_the_overview_shows_every_rule_and_what_is_used_of_those_that_are_counted(books: Books) -> None:
    books.defaults = OPERATORS_OWN
    await books.set("25 pictures", Scope.MEMBER, MIA)
    await books.set("10 pictures")
    await books.set("unlimited pictures", Scope.ROLE, ARTISTS)
    await books.set("$5", Scope.CHANNEL, CHANNEL, Window.MONTH, budget=True)
    await books.use(2, nano=DOLLAR)
    await books.grant("$1", Scope.CHANNEL, CHANNEL)

    overview = await books.desk.limit_statuses.overview(SERVER)

    assert [
        (each.rule.scope, each.status and (each.status.used, each.status.limit.maximum), each.resets_at)
        for each in overview.limit_statuses
    ] == [
        (Scope.MEMBER, (2, 25), MIDNIGHT),
        (Scope.SERVER, None, MIDNIGHT),
        (Scope.ROLE, None, MIDNIGHT),
        (Scope.CHANNEL, (2 * DOLLAR, 6 * DOLLAR), DECEMBER),
    ]
    assert [grant.amount for grant in overview.grants] == [DOLLAR]
    assert overview.installation is not None
    assert overview.installation.used == 2 * DOLLAR
    assert overview.defaults == OPERATORS_OWN


async def test_one_of_several_servers_sees_no_figure_of_what_all_spend(books: Books) -> None:
    books.defaults, books.visibility = OPERATORS_OWN, BudgetVisibility()
    await books.use(2, nano=21 * DOLLAR)

    overview = await books.desk.limit_statuses.overview(SERVER)
    found = await books.desk.limit_statuses.of_member(SERVER, MIA, ())

    assert overview.installation is None
    assert [bound.status.limit.scope for bound in found.bounds] == [Scope.MEMBER]
    assert overview.hint == found.hint == BudgetHint(Headroom.LITTLE, DECEMBER)


@pytest.mark.parametrize(
    ("scope", "whose", "maxima", "grants"),
    [
        (Scope.CHANNEL, CHANNEL, [5 * DOLLAR], [DOLLAR]),
        (Scope.ROLE, ARTISTS, [7], []),
        (Scope.SERVER, 0, [10], []),
        (Scope.ROLE, GUESTS, [], []),
    ],
)
async def test_a_part_of_the_overview_is_about_one_role_channel_or_the_server(
    books: Books, scope: Scope, whose: int, maxima: list[int], grants: list[int]
) -> None:
    await books.set("10 pictures")
    await books.set("7 pictures", Scope.ROLE, ARTISTS)
    await books.set("$5", Scope.CHANNEL, CHANNEL, Window.MONTH, budget=True)
    await books.grant("$1", Scope.CHANNEL, CHANNEL)

    overview = await books.desk.limit_statuses.overview(SERVER, scope, whose)

    assert [each.rule.maximum for each in overview.limit_statuses] == maxima
    assert [grant.amount for grant in overview.grants] == grants
    assert overview.installation is None


async def test_what_bounds_a_member_is_told_with_the_rule_behind_it(books: Books) -> None:
    books.defaults = OPERATORS_OWN
    await books.set("30 pictures", Scope.ROLE, ARTISTS)
    await books.set("3 pictures", Scope.ROLE, GUESTS)
    await books.set("unlimited pictures", window=Window.WEEK)
    await books.set("$5", Scope.ROLE, ARTISTS, Window.MONTH, budget=True)
    await books.set("$5", Scope.CHANNEL, CHANNEL, Window.MONTH, budget=True)
    await books.set("$1", Scope.CHANNEL, CHANNEL, Window.DAY, budget=True)
    await books.use(2, nano=DOLLAR, roles=(ARTISTS,))

    found = await books.desk.limit_statuses.of_member(SERVER, MIA, (ARTISTS, GUESTS))

    assert [(bound.status.limit.name, bound.status.used, bound.rule) for bound in found.bounds] == [
        ("your daily allowance", 2, rule(30, Scope.ROLE, ARTISTS)),
        ("the monthly budget of <@&7>", 2 * DOLLAR, None),
        ("this bot's monthly budget", 2 * DOLLAR, None),
    ]
    assert found.unlimited == (rule(None, window=Window.WEEK),)
    assert found.pools == (CHANNEL,)


async def test_two_leads_at_once_change_the_one_after_the_other(books: Books) -> None:
    await asyncio.gather(*(books.set(f"{number} pictures") for number in range(1, 9)))

    decisions = await books.audit()
    afters = [decision.after for decision in decisions]
    assert [decision.before for decision in decisions] == ["not set", *afters[:-1]]
    assert len(set(afters)) == 8
    assert len(await books.limits()) == 1


# --- words


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (rule(1, Scope.MEMBER, 5), "<@5>'s daily allowance"),
        (rule(1, Scope.ROLE, 5, Window.HOUR), "the hourly allowance of each member with <@&5>"),
        (rule(1, window=Window.WEEK), "everybody's weekly allowance"),
        (rule(1, window=Window.MONTH, budget=True), "this server's monthly budget"),
        (rule(1, Scope.ROLE, 5, budget=True), "the daily budget of <@&5>"),
        (rule(1, Scope.CHANNEL, 5, budget=True), "the daily budget of <#5>"),
    ],
)
def test_a_limit_has_a_name_and_a_key_that_finds_it(given: LimitRule, name: str) -> None:
    policy = ServerPolicy(limits=(rule(9, Scope.MEMBER, 6), given))

    assert rule_name(given) == name
    assert rule_of_key(policy, rule_key(given)) == given


def test_names_of_limits_in_pictures_and_in_dollars_are_told_apart() -> None:
    named = [("a", Metric.IMAGES), ("b", Metric.IMAGES), ("a", Metric.USD), ("b", Metric.IMAGES)]

    assert told_apart(named) == ["a in pictures", "b", "a in dollars", "b"]


def test_a_name_can_stand_in_the_place_of_the_mention() -> None:
    assert rule_name(rule(1, Scope.MEMBER, 5), "Mia") == "Mia's daily allowance"
    assert mention(Scope.SERVER, SERVER) == "this server"


@pytest.mark.parametrize("given", [rule(None, Scope.MEMBER, MIA), rule(5), rule(5, Scope.ROLE, ARTISTS)])
def test_what_is_not_counted_together_has_no_counter(given: LimitRule) -> None:
    with pytest.raises(ValueError, match="no counter"):
        limit_of(given, SERVER)


def test_money_is_rounded_where_it_is_used_and_exact_where_it_is_set() -> None:
    limit = Limit(Scope.SERVER, SERVER, SERVER, Metric.USD, Window.DAY, 1_234_500_000, "this server's daily budget")

    assert use_text(LimitStatus(limit, 1_000_000_001, 0)) == "$1.00 of $1.2345 used, $0.23 left"
