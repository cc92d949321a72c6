"""Texts that can be told in other languages: English in the source, catalogs for the others, values by CLDR."""

from bot.language.languages import (
    CATALOGS,
    ENGLISH,
    LOCALES,
    PSEUDO,
    Language,
    Translatable,
    catalogs_digest,
    language_of,
    load_catalogs,
)
from bot.language.phrases import (
    beginning,
    composed,
    day_of_month,
    decimal,
    dollars,
    joined,
    listing,
    month_name,
    phrase,
    plural,
)
from bot.language.stored_texts import read_again, written_down

__all__ = [
    "CATALOGS",
    "ENGLISH",
    "LOCALES",
    "PSEUDO",
    "Language",
    "Translatable",
    "beginning",
    "catalogs_digest",
    "composed",
    "day_of_month",
    "decimal",
    "dollars",
    "joined",
    "language_of",
    "listing",
    "load_catalogs",
    "month_name",
    "phrase",
    "plural",
    "read_again",
    "written_down",
]
