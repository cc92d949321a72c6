"""A correction as leads read of it in the audit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.services.accounting import charge_text, correction_decision
from bot.services.ledger import ChargeState, Corrected, Correction
from bot.services.policy import Decision
from tests.examples import NOW

SETTLED = Corrected("157:1", ChargeState.SETTLED, 8_925_000, ChargeState.SETTLED, 50_000_000)
CORRECTION = Correction("157:1", 50_000_000, 5, "seen on the bill")


def test_a_correction_names_the_picture_the_member_and_exact_amounts() -> None:
    decision = correction_decision(SETTLED, CORRECTION, NOW, member_id=7, picture=1)

    assert decision == Decision(
        5, NOW, "quota resolve", "picture #1 of <@7>", "charged $0.008925", "charged $0.05", "seen on the bill"
    )


def test_where_no_picture_came_the_jobs_id_stands_for_it() -> None:
    given_back = replace(SETTLED, state_before=ChargeState.UNKNOWN, state_after=ChargeState.RELEASED, nano_after=0)

    decision = correction_decision(given_back, CORRECTION, NOW, member_id=7, picture=None)

    assert (decision.subject, decision.before, decision.after) == (
        "job 157:1 of <@7>",
        "unknown ($0.008925 held)",
        "not charged",
    )


@pytest.mark.parametrize("state", [ChargeState.RESERVED, ChargeState.DISPATCHED])
def test_what_is_on_its_way_is_being_made(state: ChargeState) -> None:
    assert charge_text(state, 10**7) == "being made ($0.01 held)"
