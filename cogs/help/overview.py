"""What the help says first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import joined, phrase
from bot.presentation.usage import barred_lines, fitting, limit_lines

if TYPE_CHECKING:
    from bot.services.quotas import MonthUse

WHAT = (
    phrase("**What you can do here**"),
    phrase(
        "- **Draw:** `/imagine` makes pictures from your words. Each choice shows its price, and whoever asks pays."
    ),
    phrase(
        "- **Change:** reply to a picture of mine and say how, or press ✏️ *Edit* below it. Of your own photo: `/edit`."
    ),
    phrase("- **Find again:** `/history` searches what was made here, `/show` brings a picture back."),
    phrase("- **Keep count:** `/usage` shows what you used and what it cost."),
)
LEADS = phrase("You lead here: `/studio setup` is the safe start, `/studio status` tells how things stand.")
MORE = phrase("-# Choose a topic below to read more.")


def overview_text(use: MonthUse, *, leads: bool) -> str:
    """In a few lines what can be done, and what is left of each limit of whoever asks."""
    barred = barred_lines(use.block, use.pause)
    lines = [*barred, *WHAT, *([LEADS] if leads else [])]
    left = limit_lines(use)
    if not left:
        return joined("\n", [*lines, phrase("No limit applies to you here."), MORE])
    return fitting([*lines, phrase("**What is left for you**")], left, [MORE])
