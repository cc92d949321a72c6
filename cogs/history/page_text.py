"""What a page of the history says: what was looked for, what was found, and what its contact sheet shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import composed, joined, phrase
from bot.presentation.picture_descriptions import sheet_text
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.gallery import Entry, HistoryQuery

WORDS_SHOWN = 60  # characters of each picture's words in a page, before escaping, which may double them
SEARCH_SHOWN = 80  # the same, of what was looked for
WORDS_TOLD = 80  # characters of each picture's words to a screen reader
WORDLESS = phrase("without words")
OPEN = phrase("Choose one below to open it; /show brings one into a channel.")
NOTHING = phrase("Nothing was found that you can see here.")
NO_STARS = phrase("Press ⭐ Star under a picture that you want to find here.")
NOTHING_YET = phrase(
    "So far I found only what was made in threads that you cannot see. Press the button to look further."
)
NO_MORE = phrase(
    "There is nothing more here that you can see: it was deleted meanwhile, or hidden. Use /history once more."
)


def page_text(query: HistoryQuery, entries: Sequence[Entry], title_of: Callable[[str], str]) -> str:
    """Above the sheet: a line for each picture, with its number, its words, its day and, of several people, whose."""
    lines = [_sought(query, title_of)]
    for entry in entries:
        words = shown(entry.words, WORDS_SHOWN) or WORDLESS
        whose = "" if query.member_id is not None else f" · <@{entry.user_id}>"
        line = joined("", [f"**#{entry.number}** ", words, f" · <t:{entry.created_at}:d>{whose}"])
        lines.append(joined(" · ", [line, phrase("🔒 private")]) if entry.private else line)
    return joined("\n", [*lines, "-# " + OPEN])


def nothing_text(query: HistoryQuery, title_of: Callable[[str], str]) -> str:
    """Where there is nothing to show."""
    told = joined(" ", [NOTHING, NO_STARS]) if query.favourites else NOTHING
    return joined("\n", [_sought(query, title_of), told])


def sheet_alt_text(entries: Sequence[Entry]) -> str:
    """What a screen reader says of the sheet: the numbers, row by row, and what each picture was made from."""
    return sheet_text(
        [joined("", [f"#{entry.number}, ", one_line(entry.words, WORDS_TOLD) or WORDLESS]) for entry in entries]
    )


def option_label(entry: Entry) -> str:
    """How the select names a picture."""
    return composed(lambda parts: one_line("".join(parts), 100), [f"#{entry.number} · ", entry.words or WORDLESS])


def _whose(query: HistoryQuery) -> str:
    if query.favourites:
        return _favourites(query)
    if query.member_id is None:
        return phrase("Everybody's pictures")
    if query.member_id == query.asker_id:
        return phrase("Your pictures")
    return phrase("Pictures of {who}", who=f"<@{query.member_id}>")


def _favourites(query: HistoryQuery) -> str:
    if query.member_id is None:
        return phrase("Your favourites")
    if query.member_id == query.asker_id:
        return phrase("Your favourites among your pictures")
    return phrase("Your favourites among those of {who}", who=f"<@{query.member_id}>")


def _sought(query: HistoryQuery, title_of: Callable[[str], str]) -> str:
    """What was looked for: whose pictures, and which of them."""
    facts: list[str] = [joined("", ["**", _whose(query), "**"])]
    if query.words.strip():
        facts.append(phrase("“{text}”", text=shown(query.words, SEARCH_SHOWN)))
    if query.model is not None:
        facts.append(title_of(query.model))
    if query.place_id is not None or query.thread_id is not None:
        facts.append(f"<#{query.thread_id or query.place_id}>")
    if query.since is not None:
        facts.append(phrase("from {day}", day=f"<t:{query.since}:d>"))
    if query.until is not None:
        facts.append(phrase("until {day}", day=f"<t:{query.until - 1}:d>"))
    return joined(" · ", facts)
