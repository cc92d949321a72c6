"""What leads read of a plea, and what the member reads of the decision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.services.calendar import Window
from bot.services.ledger import LimitStatus
from bot.services.policy import Limit, Metric, Scope
from bot.services.quotas import IncreaseOutcome, IncreaseRequest, IncreaseState
from cogs.increases.text import (
    closed_text,
    grant_label,
    increase_text,
    notice,
    public_notice,
    short_text,
    too_late_text,
)
from tests.examples import NOW

POOL = IncreaseRequest(7, NOW, 11, 22, 33, Scope.SERVER, 11, Metric.USD, Window.MONTH, 38_000_000, 30_000_000, NOW + 60)
OWN = replace(POOL, scope=Scope.MEMBER, scope_id=33, metric=Metric.IMAGES, window=Window.DAY, wanted=5, needed=4)
GRANTED = replace(OWN, state=IncreaseState.GRANTED, decided_at=NOW, decided_by=44, granted=6)
DECLINED = replace(POOL, state=IncreaseState.DECLINED, decided_at=NOW, decided_by=44)


BUDGET = LimitStatus(
    Limit(Scope.SERVER, 11, 11, Metric.USD, Window.MONTH, 10_000_000_000, "this server's monthly budget"),
    9_990_000_000,
    NOW + 60,
)
ALLOWANCE = LimitStatus(Limit(Scope.MEMBER, 11, 33, Metric.IMAGES, Window.DAY, 3, "your daily allowance"), 2, NOW + 60)


def test_leads_read_who_asks_where_for_what_and_until_when() -> None:
    assert increase_text(POOL, BUDGET) == (
        "🙋 <@33> asks in <#22> for more of this server's monthly budget, for pictures of up to $0.038.\n"
        f"$9.990 used of $10.00; $0.030 missing. Resets <t:{NOW + 60}:R>."
    )
    assert increase_text(OWN, ALLOWANCE) == (
        "🙋 <@33> asks in <#22> for more of their daily allowance, for 5 pictures.\n"
        f"2 pictures used of 3 pictures; 4 pictures missing. Resets <t:{NOW + 60}:R>."
    )
    assert grant_label(POOL) == "Grant $0.030"
    assert grant_label(OWN) == "Grant 4 pictures"


def test_a_lead_reads_that_more_is_missing_now() -> None:
    assert short_text(POOL) == (
        "Meanwhile less is left: what is missing now is $0.030. Nothing is granted yet; press again to grant that."
    )


@pytest.mark.parametrize(
    ("increase", "ending"),
    [
        (GRANTED, f"✅ <@44> granted 6 pictures, until <t:{NOW + 60}:f>."),
        (replace(OWN, state=IncreaseState.DECLINED, decided_by=44), "❌ <@44> declined."),
        (
            replace(OWN, state=IncreaseState.NEEDLESS, decided_by=44),
            "There is nothing to grant any more: by now the limit is not in the way.",
        ),
        (OWN, f"⌛ Nobody decided before the limit was reset, <t:{NOW + 60}:R>. Nothing was granted."),
    ],
)
def test_leads_read_how_it_ended(increase: IncreaseRequest, ending: str) -> None:
    assert closed_text(increase) == f"<@33> asked in <#22> for more of their daily allowance.\n{ending}"
    assert too_late_text(increase) == f"That was decided already. {ending}"


ASK_AGAIN = "Ask for your picture again."
GIVEN = f"✅ <@44> granted 6 pictures, until <t:{NOW + 60}:f>."


@pytest.mark.parametrize(
    ("increase", "in_the_way", "words"),
    [
        (GRANTED, None, f"{GIVEN} {ASK_AGAIN}"),
        (
            GRANTED,
            ALLOWANCE,
            (
                f"{GIVEN} But all that is left of your daily allowance is 1 picture: ask for less, or wait until it "
                f"resets, <t:{NOW + 60}:R>."
            ),
        ),
        (
            GRANTED,
            replace(BUDGET, used=11_000_000_000),
            f"{GIVEN} But nothing is left of this server's monthly budget: wait until it resets, <t:{NOW + 60}:R>.",
        ),
        (
            replace(OWN, state=IncreaseState.NEEDLESS, decided_at=NOW, decided_by=44),
            None,
            f"That is not in your way any more. {ASK_AGAIN}",
        ),
    ],
)
def test_the_member_reads_what_was_granted_until_when_and_what_to_do(
    increase: IncreaseRequest, in_the_way: LimitStatus | None, words: str
) -> None:
    text = notice(IncreaseOutcome(increase, in_the_way, ended=False), None)

    assert text == f"You asked for more of your daily allowance. {words}"


@pytest.mark.parametrize(
    ("ended", "resets"),
    [(False, f"It resets <t:{NOW + 60}:R>."), (True, "It has reset since: ask for your picture again.")],
)
def test_the_member_reads_when_a_declined_limit_resets_and_on_which_server(resets: str, *, ended: bool) -> None:
    assert notice(IncreaseOutcome(DECLINED, None, ended), "The *best* @everyone") == (
        r"You asked for more of this server's monthly budget on The \*best\* \@everyone. "
        f"❌ <@44> declined. {resets}"
    )


@pytest.mark.parametrize("increase", [GRANTED, DECLINED])
def test_others_do_not_read_what_was_decided(increase: IncreaseRequest) -> None:
    assert public_notice(increase) == "<@33>, your leads have answered your question; /usage shows what is left."
