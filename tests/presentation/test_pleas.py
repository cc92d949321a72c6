"""What leads read of a plea, and what the member reads of the decision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.presentation.pleas import closed_text, grant_label, notice, plea_text, too_late_text
from bot.services.ledger import LimitStatus
from bot.services.limits import Limit, Metric, Scope
from bot.services.pleas import Asked, Plea, PleaState
from bot.services.windows import Window
from tests.examples import NOW

POOL = Plea(7, NOW, 11, 22, 33, Scope.SERVER, 11, Metric.USD, Window.MONTH, 30_000_000, NOW + 60)
OWN = replace(POOL, scope=Scope.MEMBER, scope_id=33, metric=Metric.IMAGES, window=Window.DAY, needed=4)
GRANTED = replace(OWN, state=PleaState.GRANTED, decided_at=NOW, decided_by=44, granted=6)
DECLINED = replace(POOL, state=PleaState.DECLINED, decided_at=NOW, decided_by=44)


def test_leads_read_who_asks_where_for_what_and_until_when() -> None:
    limit = Limit(Scope.SERVER, 11, 11, Metric.USD, Window.MONTH, 10_000_000_000, "this server's monthly budget")

    text = plea_text(Asked(POOL, 5, LimitStatus(limit, 9_990_000_000, NOW + 60)))

    assert text == (
        "🙋 <@33> asks in <#22> for more of this server's monthly budget.\n"
        f"$9.99 used of $10.00; $0.03 missing. Resets <t:{NOW + 60}:R>."
    )
    assert grant_label(POOL) == "Grant $0.03"
    assert grant_label(OWN) == "Grant 4 pictures"


@pytest.mark.parametrize(
    ("plea", "ending"),
    [
        (GRANTED, f"✅ <@44> granted 6 pictures, until <t:{NOW + 60}:f>."),
        (replace(OWN, state=PleaState.DECLINED, decided_by=44), "❌ <@44> declined."),
        (OWN, f"⌛ Nobody decided before the limit was reset, <t:{NOW + 60}:R>. Nothing was granted."),
    ],
)
def test_leads_read_how_it_ended(plea: Plea, ending: str) -> None:
    assert closed_text(plea) == f"<@33> asked in <#22> for more of their daily allowance.\n{ending}"
    assert too_late_text(plea) == f"That was decided already. {ending}"


def test_the_member_reads_what_was_granted_until_when_and_what_to_do() -> None:
    assert notice(GRANTED, None) == (
        f"You asked for more of your daily allowance. ✅ <@44> granted 6 pictures, until <t:{NOW + 60}:f>. "
        "Ask for your picture again."
    )


def test_the_member_reads_when_a_declined_limit_resets_and_on_which_server() -> None:
    assert notice(DECLINED, "The *best* @everyone") == (
        r"You asked for more of this server's monthly budget on The \*best\* \@everyone. "
        f"❌ <@44> declined. It resets <t:{NOW + 60}:R>."
    )
