"""What a page of the history says: what was looked for, what was found, and what its contact sheet shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.presentation.story import sheet_text
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.gallery import Entry, HistoryQuery

WORDS_SHOWN = 60  # characters of each picture's words in a page, before escaping, which may double them
SEARCH_SHOWN = 80  # the same, of what was looked for
WORDS_TOLD = 80  # characters of each picture's words to a screen reader
WORDLESS = "without words"
OPEN = "Choose one below to open it; /show brings one into a channel."
NOTHING = "Nothing was found that you can see here."
NO_STARS = "Press ⭐ Star under a picture that you want to find here."
NO_MORE = "There is nothing more here that you can see: it was deleted meanwhile, or hidden. Use /history once more."


def page_text(query: HistoryQuery, entries: Sequence[Entry], title_of: Callable[[str], str]) -> str:
    """Above the sheet: a line for each picture, with its number, its words, its day and, of several people, whose."""
    lines = [f"**{_whose(query)}**{_sought(query, title_of)}"]
    for entry in entries:
        words = shown(entry.words, WORDS_SHOWN) or WORDLESS
        whose = "" if query.member_id is not None else f" · <@{entry.user_id}>"
        private = " · 🔒 private" if entry.private else ""
        lines.append(f"**#{entry.number}** {words} · <t:{entry.created_at}:d>{whose}{private}")
    return "\n".join([*lines, f"-# {OPEN}"])


def nothing_text(query: HistoryQuery, title_of: Callable[[str], str]) -> str:
    """Where there is nothing to show."""
    hint = f" {NO_STARS}" if query.favourites else ""
    return f"**{_whose(query)}**{_sought(query, title_of)}\n{NOTHING}{hint}"


def sheet_alt_text(entries: Sequence[Entry]) -> str:
    """What a screen reader says of the sheet: the numbers, row by row, and what each picture was made from."""
    return sheet_text([f"#{entry.number}, {one_line(entry.words, WORDS_TOLD) or WORDLESS}" for entry in entries])


def option_label(entry: Entry) -> str:
    """How the select names a picture."""
    return one_line(f"#{entry.number} · {entry.words or WORDLESS}", 100)


def _whose(query: HistoryQuery) -> str:
    if query.favourites:
        return f"Your favourites{_among(query)}"
    if query.member_id is None:
        return "Everybody's pictures"
    return "Your pictures" if query.member_id == query.asker_id else f"Pictures of <@{query.member_id}>"


def _among(query: HistoryQuery) -> str:
    if query.member_id is None:
        return ""
    return " among your pictures" if query.member_id == query.asker_id else f" among those of <@{query.member_id}>"


def _sought(query: HistoryQuery, title_of: Callable[[str], str]) -> str:
    facts = [f"“{shown(query.words, SEARCH_SHOWN)}”"] if query.words.strip() else []
    if query.model is not None:
        facts.append(title_of(query.model))
    if query.place_id is not None or query.thread_id is not None:
        facts.append(f"<#{query.thread_id or query.place_id}>")
    if query.since is not None:
        facts.append(f"from <t:{query.since}:d>")
    if query.until is not None:
        facts.append(f"until <t:{query.until - 1}:d>")
    return "".join(f" · {fact}" for fact in facts)
