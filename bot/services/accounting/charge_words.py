"""Charges as leads read of them, and a correction as the audit keeps it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.ledger import ChargeState
from bot.services.policy import Decision, Metric, exact_text
from bot.services.requests import format_usd

if TYPE_CHECKING:
    from bot.services.ledger import Corrected, Correction


def charge_text(state: ChargeState, nano: int, *, exact: bool = True) -> str:
    """``charged $0.008925``, ``unknown ($0.02 held)``, ``not charged``; `nano` is in nano-dollars."""
    usd = exact_text(Metric.USD, nano) if exact else format_usd(nano)
    if state is ChargeState.UNKNOWN:
        return f"unknown ({usd} held)"
    if state in {ChargeState.RESERVED, ChargeState.DISPATCHED}:
        return f"being made ({usd} held)"
    return f"charged {usd}" if nano else "not charged"


def correction_decision(
    corrected: Corrected, correction: Correction, at: int, *, member_id: int, picture: int | None
) -> Decision:
    """A correction for the audit.

    Args:
        corrected: what was changed.
        correction: what the lead said.
        at: in seconds since 1970 (UTC).
        member_id: who asked for the picture.
        picture: its number; where none came, the job's id stands for it.
    """
    what = f"job {corrected.job_id}" if picture is None else f"picture #{picture}"
    return Decision(
        actor_id=correction.actor_id,
        at=at,
        action="quota resolve",
        subject=f"{what} of <@{member_id}>",
        before=charge_text(corrected.state_before, corrected.nano_before),
        after=charge_text(corrected.state_after, corrected.nano_after),
        why=correction.why,
    )
