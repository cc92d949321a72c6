"""How far a picture is, in words and as a bar that the words do not need; and that nobody waits for it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.services.turns import GenerationProgress

BAR = 5  # signs
FULL, EMPTY = "▰", "▱"
LEAST_TOLD = 0.05  # of it, from which it is told
MINUTES_FROM = 120  # seconds


def far_text(progress: GenerationProgress, now: float) -> str:
    """How far a picture usually is after so long.

    Args:
        progress: of a request whose pictures are generated.
        now: by the clock of `time.monotonic`.
    """
    each = "each " if progress.total > 1 else ""
    there = f"{progress.done} of {progress.total} done, " if progress.done else ""
    expected = f"usually {span_text(progress.usual.seconds)}"
    if not progress.usual.is_measured:
        expected = f"{span_text(progress.usual.seconds)} by guess"
    overtime = progress.overtime(now)
    if overtime is not None:
        slowest = "Longer than usual" if progress.usual.is_measured else "Longer than I guessed"
        return f"{slowest}: {there}{span_text(overtime)} so far, {each}{expected}."
    share = progress.share(now)
    if share < LEAST_TOLD or not progress.sent_at:
        return f"{there}{each}{expected}.".capitalize()
    full = int(share * BAR)
    return f"{FULL * full}{EMPTY * (BAR - full)} About {share:.0%}: {there}{each}{expected}."


def span_text(seconds: float) -> str:
    """``40 s``, ``3 min``."""
    return f"{max(1, round(seconds))} s" if seconds < MINUTES_FROM else f"{seconds / 60:.0f} min"


def discarded_text() -> str:
    """What is being made is for nobody any more."""
    return "⏳ Discarded: what the image API makes of this is not shown when it comes. What it costs stays charged."
