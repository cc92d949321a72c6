"""How sentences are built, also from what somebody typed, and which numbers may stand in an id."""

from __future__ import annotations

import re
import unicodedata

from bot.language import beginning, listing, phrase, plural

_HARMLESS = re.compile(r"[A-Za-z0-9 .:×-]{1,40}")
_INVISIBLE = frozenset(
    {"Cc", "Cf", "Co", "Cs", "Cn"}
)  # controls, bidi and zero-width signs, private and lone surrogates
# Every sign that Discord's Markdown gives a meaning; the colon, without which no address becomes a link; and the slash,
# for an invitation is one without any colon ("discord.gg/...").
_MARKDOWN = re.compile(r"([\\*_~`|>#\-+\[\]()<:/@&!])")
_JOINER = "\u200d"  # holds many emoji together
# Joiners, fillers, the blank of Braille and variation selectors: by their category they would be seen.
_UNSEEN = frozenset("\u200d\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(
    map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)


def one_line(text: str, most: int) -> str:
    """The text in one line without invisible signs, shortened to `most` characters with an ellipsis."""
    visible = "".join(
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or sign == _JOINER or unicodedata.category(sign) not in _INVISIBLE
    )
    line = " ".join(visible.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen."""
    return all(sign.isspace() or sign in _UNSEEN or unicodedata.category(sign) in _INVISIBLE for sign in text)


def shown(text: str, most: int) -> str:
    """The text as `one_line`, with every sign escaped that could format, link or mention."""
    return _MARKDOWN.sub(r"\\\1", one_line(text, most))


def quoted(text: str) -> str:
    """The text in quotation marks, or "That" if it is long or could mean something to Discord.

    Made for the start of a sentence: ``f"{quoted(size)} is not a size."``
    """
    text = text.strip()
    return phrase("“{text}”", text=text) if _HARMLESS.fullmatch(text) else phrase("That")


def listed(choices: tuple[str, ...], last: str = "or") -> str:
    """The choices as a person would list them: ``low, medium or high``."""
    return listing(choices, last)


def from_to(before: str, after: str) -> str:
    """``from none to <#5>``; where one of them is empty, the other says it alone."""
    return phrase("from {before} to {after}", before=before, after=after) if before and after else after or before


def change_of(subject: str, before: str, after: str) -> str:
    """``The log channel: changed from none to <#5>.``; ``The channels: added <#5>.`` where `before` is empty."""
    if before:
        return phrase(
            "{subject}: changed from {before} to {after}.", subject=beginning(subject), before=before, after=after
        )
    return phrase("{subject}: {change}.", subject=beginning(subject), change=after)


def about(seconds: float) -> str:
    """How long that is, as people say it: ``a minute``, ``about 5 minutes``."""
    minutes = max(1, round(seconds / 60))
    return plural("a minute", "about {count} minutes", minutes)


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
