"""Who decided what, as a page to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.language import ENGLISH, beginning, joined, phrase
from bot.services.text import from_to, shown
from cogs.studio.rule_panels import clipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.language import Language
    from bot.services.policy import AuditEntry, Decision

TITLE = phrase("Decisions")
PER_PAGE = 10  # decisions, if they are short
LONGEST_PAGE = 4096  # characters; Discord's limit
LONGEST_HALF = 1500  # characters of what was and of what is: more than any list has
LONGEST_SUBJECT = 100  # characters
LONGEST_WHY = 300  # characters, more than any reason has, before escaping, which may double them


def audit_page(
    entries: Sequence[AuditEntry], actor_id: int | None = None, language: Language = ENGLISH
) -> tuple[discord.Embed, int]:
    """One page, the newest first: when, who, what, from what to what, why; and how many of the entries it holds.

    Mentions in an embed call nobody.

    Args:
        entries: the newest of those that are left to be shown.
        actor_id: whose decisions these are; None for everybody's.
        language: in which the lines are told, as many as fit in it.
    """
    if not entries:
        nothing = phrase("Nothing has been decided here yet.")
        if actor_id is not None:
            nothing = phrase("{who} has decided nothing here.", who=f"<@{actor_id}>")
        return discord.Embed(title=TITLE, description=language.translate(nothing)), 0
    lines: list[str] = []
    for entry in entries[:PER_PAGE]:
        line = language.translate(_lines(entry.decision))
        if sum(map(len, lines)) + len(lines) + len(line) > LONGEST_PAGE:
            break
        lines.append(line)
    return discord.Embed(title=TITLE, description="\n".join(lines)), len(lines)


def _lines(decision: Decision) -> str:
    head = f"<t:{decision.at}:f> · <@{decision.actor_id}> · {clipped(decision.action, 30)}"
    told = [_change(decision)]
    if decision.why:
        told.append(phrase("Why: {reason}", reason=shown(decision.why, LONGEST_WHY)))
    return joined("\n", [head, joined(" ", told)])


def _change(decision: Decision) -> str:
    subject = clipped(beginning(decision.subject), LONGEST_SUBJECT)
    before, after = clipped(decision.before, LONGEST_HALF), clipped(decision.after, LONGEST_HALF)
    return phrase("{subject}: {change}.", subject=subject, change=from_to(before, after))
