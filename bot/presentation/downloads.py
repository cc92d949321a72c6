"""What somebody reads whose files are not fetched at once."""

from __future__ import annotations

from bot.language import joined, phrase

WAITING = "📥"  # so all of it begins: after a kill it tells that nothing has come of a request yet


def files_text(place: int) -> str:
    """Where in line somebody's files stand: 1 for the next, 0 once they are fetched."""
    if not place:
        told = phrase("Your files are being fetched. Nothing is charged for that.")
    elif place == 1:
        told = phrase("Your files are next in line. Nothing is charged for that.")
    else:
        told = phrase("Your files are number {place} in line. Nothing is charged for that.", place=place)
    return joined(" ", [WAITING, told])
