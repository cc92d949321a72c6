"""What is said of stars."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.services.gallery import Vote

STAR = "Star"


def star_label(stars: int) -> str:
    """What stands on the button, in words, for the emoji beside it says nothing of how many."""
    return STAR if not stars else f"{STAR} · {stars_text(stars)}"


def stars_text(stars: int) -> str:
    """``1 star``, ``12 stars``."""
    return f"{stars} star{'s' * (stars != 1)}"


def vote_text(number: int, vote: Vote) -> str:
    """What a press did, to who pressed."""
    if not vote.starred:
        return f"#{number} is no favourite of yours any more."
    return (
        f"⭐ #{number} is one of your favourites now: /history finds it with the option “favourites”. "
        "Press Star once more to take that back."
    )
