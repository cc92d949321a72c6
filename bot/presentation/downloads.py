"""What somebody reads whose files are not fetched at once."""

from __future__ import annotations

WAITING = "⏳ Your files are "  # so all of it begins: after a kill it tells that nothing has come of a request yet
_ORDINALS = ("next", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def files_text(place: int) -> str:
    """Where in line somebody's files stand: 1 for the next, 0 once they are fetched."""
    if not place:
        where = "being fetched"
    elif place <= len(_ORDINALS):
        where = f"{_ORDINALS[place - 1]} in line"
    else:
        where = f"number {place} in line"
    return f"{WAITING}{where}. Nothing is charged for that."
