"""How far a picture is, in words and as a bar that the words do not need; and that nobody waits for it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import beginning, joined, phrase

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
    overtime, share = progress.overtime(now), progress.share(now)
    facts: list[str] = []
    if progress.done:
        facts.append(phrase("{done} of {total} done", done=progress.done, total=progress.total))
    if overtime is not None:
        facts.append(phrase("{time} so far", time=span_text(overtime)))
    facts = [phrase("{facts}.", facts=joined(", ", [*facts, _expected(progress)]))]
    if overtime is not None:
        slow = phrase("Longer than usual") if progress.usual.is_measured else phrase("Longer than I guessed")
        return phrase("{how}: {facts}", how=slow, facts=facts[0])
    if share < LEAST_TOLD or not progress.sent_at:
        return beginning(facts[0])
    full = int(share * BAR)
    bar, about = f"{FULL * full}{EMPTY * (BAR - full)}", phrase("About {share}%", share=round(share * 100))
    return f"{bar} " + phrase("{how}: {facts}", how=about, facts=facts[0])


def _expected(progress: GenerationProgress) -> str:
    """How long it usually takes."""
    time = span_text(progress.usual.seconds)
    if progress.usual.is_measured:
        return phrase("each usually {time}", time=time) if progress.total > 1 else phrase("usually {time}", time=time)
    return phrase("each {time} by guess", time=time) if progress.total > 1 else phrase("{time} by guess", time=time)


def span_text(seconds: float) -> str:
    """``40 s``, ``3 min``."""
    if seconds < MINUTES_FROM:
        return phrase("{seconds} s", seconds=max(1, round(seconds)))
    return phrase("{minutes} min", minutes=round(seconds / 60))


def discarded_text() -> str:
    """What is being made is for nobody any more."""
    return phrase(
        "⏳ Discarded: what the image API makes of this is not shown when it comes. What it costs stays charged."
    )
