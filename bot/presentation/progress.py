"""How far a drawing is, in words, and as a bar that the words do not need."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.services.jobs import Drawing

BAR = 5  # signs
FULL, EMPTY = "▰", "▱"
MINUTES_FROM = 120  # seconds


def far_text(drawing: Drawing, now: float) -> str:
    """How far a drawing usually is after so long.

    Args:
        drawing: what is drawn.
        now: by the clock of `time.monotonic`.
    """
    each = "each " if drawing.total > 1 else ""
    there = f"{drawing.done} of {drawing.total} done, " if drawing.done else ""
    expected = f"usually {span_text(drawing.usual.seconds)}"
    if not drawing.usual.is_measured:
        expected = f"{span_text(drawing.usual.seconds)} by guess"
    overtime = drawing.overtime(now)
    if overtime is not None:
        slowest = "Longer than usual" if drawing.usual.is_measured else "Longer than I guessed"
        return f"{slowest}: {there}{span_text(overtime)} so far, {each}{expected}."
    if not drawing.sent_at:
        return f"{there}{each}{expected}.".capitalize()
    share = drawing.share(now)
    full = int(share * BAR)
    return f"{FULL * full}{EMPTY * (BAR - full)} About {share:.0%}: {there}{each}{expected}."


def span_text(seconds: float) -> str:
    """``40 s``, ``3 min``."""
    return f"{max(1, round(seconds))} s" if seconds < MINUTES_FROM else f"{seconds / 60:.0f} min"
