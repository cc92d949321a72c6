"""Numbers that come from outside: in the ids of buttons and dialogs, and as people write them."""

from __future__ import annotations

LARGEST = 2**63 - 1  # that the database can hold and look for; Discord's ids are far below it
NOTHING = 0  # no picture, question, entry, page, member or place has this number


def number_of(text: str) -> int:
    """The number that is written in the digits 0 to 9; `NOTHING` where it is none, or larger than anything can be.

    An id of any length is so one that is not there: a button can be forged, and a database of another machine may have
    given higher numbers. `int` would read digits of other scripts, signs and underscores too, or raise.
    """
    digits = text.lstrip("0")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(LARGEST)):
        return NOTHING
    number = int(digits)
    return number if number <= LARGEST else NOTHING
