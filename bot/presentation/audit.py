"""Who decided what, as a page to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.presentation.rules import clipped
from bot.presentation.safe import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.governing import AuditEntry, Decision

PER_PAGE = 10
LONGEST_CHANGE = 180  # characters; ten entries fit into an embed's 4096
LONGEST_WHY = 60  # characters before signs that mean something to Discord are escaped, which may double them


def audit_embed(entries: Sequence[AuditEntry]) -> discord.Embed:
    """One page, the newest first: when, who, what, from what to what, why. Mentions in an embed call nobody."""
    if not entries:
        return discord.Embed(title="Decisions", description="Nothing has been decided here yet.")
    return discord.Embed(title="Decisions", description="\n".join(_lines(entry.decision) for entry in entries))


def _lines(decision: Decision) -> str:
    head = f"<t:{decision.at}:f> · <@{decision.actor_id}> · {clipped(decision.action, 30)}"
    why = f" Why: {shown(decision.why, LONGEST_WHY)}" if decision.why else ""
    return f"{head}\n{clipped(_change(decision), LONGEST_CHANGE)}{why}"


def _change(decision: Decision) -> str:
    subject = decision.subject[:1].upper() + decision.subject[1:]
    if decision.before and decision.after:
        return f"{subject}: from {_half(decision.before)} to {_half(decision.after)}."
    return f"{subject}: {decision.after or decision.before}."


def _half(text: str) -> str:
    """So that a long list which was does not push what it is now off the page."""
    return clipped(text, LONGEST_CHANGE // 2 - 30)
