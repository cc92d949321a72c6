"""What is said of a restart to whoever waits."""

from __future__ import annotations

from bot.language import phrase
from bot.services.text import shown

LONGEST_WORDS = 1500  # characters of what was written, which are given back


def unanswered_text(words: str) -> str:
    """Nothing was reserved for it, and perhaps nothing done. `words` are what was written, if anything was."""
    if not words.strip():
        return phrase(
            "❌ I was restarted before I could answer this. Nothing was charged. If it is not done by now, do it again."
        )
    told = phrase("❌ I was restarted before I had begun with this. Nothing was charged. Ask again:")
    return told + f"\n> {shown(words, LONGEST_WORDS)}"


def stopping_text(words: str) -> str:
    """The same, as a sentence for whoever is told at once."""
    if not words.strip():
        return phrase("I am about to restart, so this was not begun. Nothing was charged. Ask again in a minute.")
    told = phrase("I am about to restart, so this was not begun. Nothing was charged. Ask again in a minute:")
    return told + f"\n> {shown(words, LONGEST_WORDS)}"
