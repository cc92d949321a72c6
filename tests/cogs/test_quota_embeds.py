from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.services.calendar import Window
from bot.services.ledger import LimitStatus
from bot.services.policy import Block, Defaults, Grant, Limit, LimitRule, Metric, Pause, Scope, ServerPolicy
from bot.services.quotas import BudgetHint, Headroom, MemberLimit, MemberLimits, Overview, RuleStatus
from bot.services.quotas.limits_for_leads import limit_of
from cogs.quota.embeds import (
    LINES_PER_PAGE,
    limit_choices,
    member_embed,
    overview_embed,
    overview_pages,
    subject_embed,
)
from tests.examples import NOW

SERVER, SOON = 11, NOW + 3600
USED = "4 of 25 pictures used, 21 left"
LARGE = 2**63  # ids are that long
NO_DEFAULTS = Defaults(None, None)
PLAIN = Overview(ServerPolicy(), (), (), None, NO_DEFAULTS)


def budget(scope: Scope = Scope.SERVER, whose: int = SERVER, maximum: int = 50 * 10**9) -> RuleStatus:
    rule = LimitRule(True, scope, whose, Metric.USD, Window.MONTH, maximum)  # noqa: FBT003 - as it is kept
    return RuleStatus(rule, LimitStatus(limit_of(rule, SERVER), 12_400_000_000, SOON), SOON)


def allowance(scope: Scope, whose: int, maximum: int | None = 25, used: int = 4) -> RuleStatus:
    rule = LimitRule(False, scope, whose, Metric.IMAGES, Window.DAY, maximum)  # noqa: FBT003 - as it is kept
    is_counted = scope is Scope.MEMBER and maximum is not None
    return RuleStatus(rule, LimitStatus(limit_of(rule, SERVER), used, SOON) if is_counted else None, SOON)


def grant(scope: Scope = Scope.MEMBER, whose: int = 5) -> Grant:
    return Grant(scope, whose, Metric.IMAGES, Window.DAY, 5, NOW, SOON)


def overview(
    *limit_statuses: RuleStatus, grants: tuple[Grant, ...] = (), policy: ServerPolicy = PLAIN.policy
) -> Overview:
    return Overview(policy, limit_statuses, grants, None, NO_DEFAULTS)


def test_the_overview_tells_in_words_what_is_set_and_used() -> None:
    installation = Limit(Scope.INSTALLATION, 0, 0, Metric.USD, Window.MONTH, 10**11, "this bot's monthly budget")
    shown = Overview(
        ServerPolicy(zone="Europe/Berlin", week_start=6),
        (
            allowance(Scope.MEMBER, 5),
            allowance(Scope.ROLE, 7, None),
            budget(Scope.CHANNEL, 6),
            allowance(Scope.SERVER, SERVER, 10),
            budget(),
        ),
        (grant(),),
        LimitStatus(installation, 12_400_000_000, SOON),
        Defaults(10**11, 20),
    )

    (page,) = overview_pages(shown)

    assert page.text.splitlines() == [
        "Days begin by the clocks of Europe/Berlin, weeks on Sunday.",
        "**Budgets, shared by all**",
        f"- This server's monthly budget: $12.40 of $50.00 used, $37.60 left. It resets <t:{SOON}:R>.",
        f"- The monthly budget of <#6>: $12.40 of $50.00 used, $37.60 left. It resets <t:{SOON}:R>.",
        "**Allowances, for each member**",
        f"- Everybody's daily allowance: 10 pictures each. It resets <t:{SOON}:R>.",
        "- The daily allowance of each member with <@&7>: unlimited pictures.",
        f"- <@5>'s daily allowance: 4 of 25 pictures used, 21 left. It resets <t:{SOON}:R>.",
        "**Grants in force**",
        f"- 5 pictures more for <@5>'s daily allowance. It ends <t:{SOON}:R>.",
        "**Set by whoever runs this bot**",
        f"- This bot's monthly budget: $12.40 of $100.00 used, $87.60 left. It resets <t:{SOON}:R>.",
        "- Each member: 20 pictures a day, where no daily allowance of pictures is set.",
    ]
    assert overview_embed([page], 1).footer.text is None


HINTED = f"- This bot's monthly budget, set by whoever runs it, leaves enough. It resets <t:{SOON}:R>."


def test_where_there_are_several_servers_the_bots_budget_is_told_in_words() -> None:
    hint = BudgetHint(Headroom.ENOUGH, SOON)

    (page,) = overview_pages(replace(PLAIN, hint=hint))
    of_member = member_embed(replace(member(), hint=hint)).description or ""

    assert page.text.splitlines()[-2:] == ["**Set by whoever runs this bot**", HINTED]
    assert of_member.splitlines() == ["What bounds <@5>:", HINTED]


def test_limits_in_pictures_and_in_dollars_are_told_apart() -> None:
    dollars, channels = budget(), budget(Scope.CHANNEL, 6)
    rule = replace(channels.rule, metric=Metric.IMAGES, maximum=9)
    pictures = RuleStatus(rule, LimitStatus(limit_of(rule, SERVER), 1, SOON), SOON)

    (page,) = overview_pages(overview(dollars, channels, pictures), {(Scope.CHANNEL, 6)})

    assert [line.split(": ")[0] for line in page.text.splitlines()[2:5]] == [
        "- This server's monthly budget",
        "- The monthly budget of <#6> in dollars (deleted, id 6)",
        "- The monthly budget of <#6> in pictures (deleted, id 6)",
    ]


def test_allowances_of_a_member_in_pictures_and_in_dollars_are_told_apart() -> None:
    pictures = bound(Scope.MEMBER, 5)
    limit = replace(pictures.status.limit, metric=Metric.USD, maximum=10**9)
    dollars = MemberLimit(LimitStatus(limit, 0, SOON), replace(allowance(Scope.MEMBER, 5).rule, metric=Metric.USD))

    text = member_embed(member(pictures, dollars)).description or ""

    assert [line.split(": ")[0] for line in text.splitlines()[1:]] == [
        "- Daily allowance in pictures",
        "- Daily allowance in dollars",
    ]


def test_why_a_member_can_make_nothing_comes_first() -> None:
    policy = ServerPolicy(blocked=(Block(6, 44, 9, ""), Block(5, 55, 9, "spam")), pause=Pause(66, 8, "the bill."))

    text = member_embed(replace(member(), policy=policy)).description or ""

    assert text.splitlines()[:3] == [
        "Blocked by <@9> <t:55:R>: no new pictures until a lead ends that.",
        "Paused by <@8> <t:66:R>: the bill.",
        "What bounds <@5>:",
    ]


def test_a_server_without_limits_is_told_so() -> None:
    (page,) = overview_pages(PLAIN)

    assert page.text.count("- None is set.") == 2
    assert page.whose == ()


def test_what_is_gone_is_shown_as_such() -> None:
    shown = overview(budget(Scope.CHANNEL, 6), allowance(Scope.MEMBER, 5), allowance(Scope.ROLE, 7), grants=(grant(),))

    (page,) = overview_pages(shown, {(Scope.MEMBER, 5), (Scope.ROLE, 7), (Scope.CHANNEL, 6)})

    assert "<#6> (deleted, id 6): " in page.text
    assert "<@&7> (removed, id 7): " in page.text
    assert "<@5>'s daily allowance (has left, id 5): " in page.text
    assert "more for <@5>'s daily allowance (has left, id 5). " in page.text
    assert set(page.whose) == {(Scope.MEMBER, 5), (Scope.ROLE, 7), (Scope.CHANNEL, 6)}


@pytest.mark.parametrize("count", [1, 11, 12, 13, 14, 15, 16, 17, 30, 300])
def test_a_long_overview_comes_in_pages_that_fit_and_lose_nothing(count: int) -> None:
    limit_statuses = [allowance(Scope.MEMBER, LARGE + number, 10**6, 10**6) for number in range(count)]
    shown = overview(*limit_statuses, grants=tuple(grant(Scope.MEMBER, LARGE + number) for number in range(count)))
    gone = {(Scope.MEMBER, LARGE + number) for number in range(count)}

    pages = overview_pages(shown, gone)

    embeds = [overview_embed(pages, number) for number in range(1, len(pages) + 1)]
    assert all(len(embed.description or "") <= 4096 and len(embed) <= 6000 for embed in embeds)
    assert len(re.findall(r"pictures used", "".join(page.text for page in pages))) == count
    assert sum(len(page.whose) for page in pages) == 2 * count
    assert [page.whose for page in pages] == [page.whose for page in overview_pages(shown)]
    assert all(page.text.splitlines()[0].startswith(("Days begin", "**")) for page in pages)
    assert not any(page.text.splitlines()[-1].startswith("**") for page in pages)
    assert all(len(page.text.splitlines()) <= LINES_PER_PAGE + 2 for page in pages)


def test_the_longest_lines_fit_into_a_page() -> None:
    rules = [
        LimitRule(True, Scope.ROLE, LARGE + number, Metric.USD, Window.MONTH, 10**15 + 123_456_789)  # noqa: FBT003 - as it is kept
        for number in range(40)
    ]
    limit_statuses = [
        RuleStatus(
            rule,
            LimitStatus(
                Limit(rule.scope, LARGE, rule.scope_id, rule.metric, rule.window, 2 * 10**15 + 1, "", 10**15 + 1),
                10**15,
                SOON,
            ),
            SOON,
        )
        for rule in rules
    ]

    pages = overview_pages(overview(*limit_statuses), {(Scope.ROLE, rule.scope_id) for rule in rules})

    assert all(len(page.text) <= 4096 for page in pages)


def test_a_page_says_which_it_is() -> None:
    pages = overview_pages(overview(*[allowance(Scope.MEMBER, number) for number in range(30)]))

    assert overview_embed(pages, 2).footer.text == f"Page 2 of {len(pages)}"
    assert "**Allowances, for each member**, continued" in pages[1].text


@pytest.mark.parametrize(
    ("scope", "who"), [(Scope.ROLE, "<@&7>"), (Scope.CHANNEL, "<#7>"), (Scope.SERVER, "the whole server")]
)
def test_what_is_not_set_is_said_with_how_to_set_it(scope: Scope, who: str) -> None:
    assert subject_embed(PLAIN, scope, 7).description == f"Nothing is set for {who}. Use /quota set."


def test_one_role_is_shown_with_its_budgets_allowances_and_grants() -> None:
    shown = overview(allowance(Scope.ROLE, 7), budget(Scope.ROLE, 7), grants=(grant(Scope.ROLE, 7),))

    embed = subject_embed(shown, Scope.ROLE, 7)

    assert (embed.description or "").splitlines() == [
        "What is set for <@&7>:",
        f"- The monthly budget of <@&7>: $12.40 of $50.00 used, $37.60 left. It resets <t:{SOON}:R>.",
        f"- The daily allowance of each member with <@&7>: 25 pictures each. It resets <t:{SOON}:R>.",
        f"- 5 pictures more for the daily budget of <@&7>. It ends <t:{SOON}:R>.",
    ]


def test_more_than_fits_is_counted() -> None:
    shown = overview(grants=tuple(grant(Scope.ROLE, 7) for _ in range(300)))

    text = subject_embed(shown, Scope.ROLE, 7).description or ""

    (rest,) = re.findall(r"\n- And (\d+) more\.$", text)
    assert text.count("5 pictures more") + int(rest) == 300
    assert len(text) <= 4096


def member(*bounds: MemberLimit, unlimited: tuple[LimitRule, ...] = (), pools: tuple[int, ...] = ()) -> MemberLimits:
    rules = tuple(bound.rule for bound in bounds if bound.rule is not None) + unlimited
    return MemberLimits(ServerPolicy(limits=rules), 5, bounds, unlimited, pools)


def bound(scope: Scope, whose: int) -> MemberLimit:
    rule = allowance(scope, whose).rule
    limit = Limit(Scope.MEMBER, SERVER, 5, rule.metric, rule.window, 25, "your daily allowance")
    return MemberLimit(LimitStatus(limit, 4, SOON), rule)


@pytest.mark.parametrize(
    ("scope", "whose", "source"),
    [
        (Scope.MEMBER, 5, "set for them alone"),
        (Scope.ROLE, 7, "from the role <@&7>"),
        (Scope.SERVER, SERVER, "as for everybody"),
    ],
)
def test_of_a_member_every_limit_is_told_with_its_source(scope: Scope, whose: int, source: str) -> None:
    status = budget().status
    assert status is not None

    embed = member_embed(member(bound(scope, whose), MemberLimit(status, None)))

    assert (embed.description or "").splitlines() == [
        "What bounds <@5>:",
        f"- Daily allowance: {USED}. It resets <t:{SOON}:R>. It is 25 pictures a day, {source}.",
        f"- This server's monthly budget: $12.40 of $50.00 used, $37.60 left. It resets <t:{SOON}:R>.",
    ]


def test_what_does_not_bound_a_member_is_told_too() -> None:
    lifted = allowance(Scope.ROLE, 7, None).rule

    text = member_embed(member(unlimited=(lifted,), pools=tuple(range(1, 13)))).description or ""

    assert "- Daily allowance of pictures: unlimited, from the role <@&7>." in text
    assert "<#9>, <#10> or 2 more also counts in the budget of that channel." in text


def test_the_operators_setting_is_told_as_such() -> None:
    found = bound(Scope.SERVER, SERVER)

    text = member_embed(MemberLimits(ServerPolicy(), 5, (found,), (), (6,))).description or ""

    assert "as whoever runs this bot has set it" in text
    assert "What they ask for in <#6> also counts" in text


def test_a_member_whom_nothing_bounds_is_free() -> None:
    assert member_embed(member()).description == "What bounds <@5>:\n- Nothing."


def test_who_has_left_is_shown_as_having_no_roles() -> None:
    text = member_embed(member(), is_here=False).description or ""

    assert text.startswith("<@5> is not a member of this server. What would bound them, without any role:")


RULES = [
    (allowance(Scope.MEMBER, 5).rule, "mia"),
    (allowance(Scope.ROLE, 7).rule, "@Artists"),
    (budget(Scope.CHANNEL, 6).rule, "#studio"),
]


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        (
            "",
            [
                "mia's daily allowance: 25 pictures",
                "The daily allowance of each member with @Artists: 25 pictures",
                "The monthly budget of #studio: $50.00",
            ],
        ),
        (" ARTIST", ["The daily allowance of each member with @Artists: 25 pictures"]),
        ("budget", ["The monthly budget of #studio: $50.00"]),
        ("nothing such", []),
    ],
)
def test_limits_are_found_by_anything_in_their_names(typed: str, labels: list[str]) -> None:
    assert [label for label, _ in limit_choices(RULES, typed)] == labels


def test_no_more_choices_are_offered_than_discord_takes_nor_longer_ones() -> None:
    offered = limit_choices([(allowance(Scope.ROLE, number).rule, "@" + "long" * 40) for number in range(40)], "")

    assert len(offered) == 25
    assert all(len(label) <= 100 for label, _ in offered)
