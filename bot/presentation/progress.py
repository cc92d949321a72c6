"""What the progress message says while people wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_limits import LONGEST_MESSAGE
from bot.services.jobs import LONGEST_REASON
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.policy import Pause

LONGEST_NOTE = 300  # characters


def queued_text(position: int, turn_at: int) -> str:
    """In line.

    Args:
        position: 1 for the next in line.
        turn_at: when the turn will come, by guess, in seconds since 1970; Discord counts down to it.
    """
    place = "You are next in line" if position == 1 else f"You are number {position} in line"
    return f"⏳ {place}. Your turn comes about <t:{turn_at}:R>."


def paused_text(pause: Pause) -> str:
    """In line, while a lead of the server has paused. The mention stands in an edit, which calls nobody."""
    why = f": {shown(pause.why, LONGEST_REASON).rstrip('.')}" if pause.why else ""
    return f"⏸️ Paused by <@{pause.actor_id}>{why}. Your place in line is kept."


def held_up_text(trouble: str) -> str:
    """In line, while nothing can be kept. `trouble` says why, as the beginning of a sentence."""
    return f"⏳ {trouble}, so nothing is begun just now. Your place in line is kept; nothing is charged for it yet."


def drawing_text(count: int, previews: int) -> str:
    """Being made. `previews` of the `count` pictures can be seen already, unfinished."""
    what = "your picture" if count == 1 else f"your {count} pictures"
    return f"🎨 Drawing {what}…" if previews == 0 else f"🎨 Drawing {what}… What you see is an unfinished preview."


def foretold_text(text: str, notes: Sequence[str]) -> str:
    """With what is left out of the request or changed in it below, as much as a message holds."""
    lines = [text]
    for note in notes:
        lines.append(f"-# {one_line(note, LONGEST_NOTE)}")
        if len("\n".join(lines)) > LONGEST_MESSAGE:
            lines.pop()
            break
    return "\n".join(lines)


def late_text() -> str:
    """A private answer that takes longer than Discord lets us edit it."""
    return (
        "⏳ This takes longer than Discord lets me update this message. "
        "I will send you the result as a direct message; if none comes, press Show."
    )
