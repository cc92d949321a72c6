"""What a preset may be called: what can be read, typed and told apart, and does nothing else. Pure."""

from __future__ import annotations

import re
import unicodedata

from bot.errors import PresetRefusedError
from bot.language import phrase

LONGEST_NAME = 40  # characters
LONGEST_SAID = 200  # characters of what a name is made from
MOST_MARKS = 3  # that follow each other: more are piled up above and below the line
_PUNCTUATION = frozenset("-_.,'’&+!?")  # noqa: RUF001 - a sign that people write
_LEGIBLE = ("L", "N", "So")  # letters, digits and emoji of any script
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\ufffc")  # count as such, and show nothing
_SKIN = frozenset(map(chr, range(0x1F3FB, 0x1F400)))  # that change the colour of an emoji
_EMOJI_SIGN = "\ufe0f"
_PILE = re.compile(rf"M{{{MOST_MARKS + 1},}}")


def checked_name(text: str) -> str:
    """A name as it is kept: in one line, with single spaces.

    Raises:
        PresetRefusedError: it is none; the sentence says what one is.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > LONGEST_NAME:
        raise PresetRefusedError(
            phrase(
                "A preset's name has 1 to {most} letters, digits or emoji, with spaces and any of - _ . , ' & + ! ? "
                "between them; this one has {length} characters.",
                most=LONGEST_NAME,
                length=len(name),
            )
        )
    kinds = "".join(map(_kind, name))
    if "?" in kinds or _PILE.search(kinds) or not {"L", "N", "S"} & set(kinds):
        raise PresetRefusedError(
            phrase(
                "A preset's name has 1 to {most} letters, digits or emoji, with spaces and any of - _ . , ' & + ! ? "
                "between them; this one has a sign that I cannot take, or none to be read.",
                most=LONGEST_NAME,
            )
        )
    return name


def suggested_name(words: str) -> str:
    """The beginning of some words, as far as it can be a name; empty if nothing can."""
    legible = "".join(
        sign if _kind(sign) != "?" else " " for sign in unicodedata.normalize("NFC", words[:LONGEST_SAID])
    )
    name = ""
    for word in legible.split():
        if len(f"{name} {word}".strip()) > LONGEST_NAME:
            break
        name = f"{name} {word}".strip()
    try:
        return checked_name(name.strip(" .,'"))
    except PresetRefusedError:
        return ""


def key_of(name: str) -> str:
    """By which two names are the same: in any case, width and spacing."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _kind(sign: str) -> str:
    """L, N or S for what is read, M for a mark on it, a space for what stands between, ? for what is not taken."""
    category = unicodedata.category(sign)
    if sign in _BLANK:
        return "?"
    if category.startswith(_LEGIBLE):
        return category[0]
    if category.startswith("M") or sign in _SKIN or sign == _EMOJI_SIGN:
        return "M"
    return " " if sign == " " or sign in _PUNCTUATION else "?"
