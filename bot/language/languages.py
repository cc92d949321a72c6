"""The languages that are spoken, by Discord's names for them, and what a text or a value reads like in one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from typing_extensions import override

from bot.language.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_FOLDER = Path(__file__).with_name("catalogs")
CATALOGS: Mapping[str, Path] = {name: _FOLDER / f"{name}.po" for name in ("de", "fr", "es", "pt", "ja")}
# By Discord's locales: the catalog, and CLDR's locale for numbers and dates. Discord has no other Portuguese.
# https://discord.com/developers/docs/reference#locales
LOCALES: Mapping[str, tuple[str, str]] = {
    "de": ("de", "de"),
    "fr": ("fr", "fr"),
    "es-ES": ("es", "es"),
    "es-419": ("es", "es_419"),
    "pt-BR": ("pt", "pt_BR"),
    "ja": ("ja", "ja"),
}
PSEUDO = "qps-ploc"  # made by machine from the source: what stands outside its brackets was never made translatable
# What stands between parts, by how it is written in English, in languages that have signs of their own for it.
_BETWEEN: Mapping[str, Mapping[str, str]] = {
    "fr": {": ": "\u202f: ", "; ": "\u202f; "},
    "ja": {", ": "、", "; ": "／", ": ": "：", ". ": "。"},  # noqa: RUF001 - wide signs
}
_WIDE_ENDS = ("。", "？", "！", "：")  # which bring the space behind them  # noqa: RUF001 - wide signs
_ACCENTED = str.maketrans("aceinosuyACEINOSUY", "áçéíñóšúýÁÇÉÍÑÓŠÚÝ")
_PLACEHOLDER = re.compile(r"(\{[a-z_0-9]+\})")


Recipe = tuple[str, tuple[object, ...], "Mapping[str, object]"]


class Translatable(str):
    """A text that is English wherever it goes, and that whoever shows it can tell in the reader's language.

    As a `str` it can be raised, logged, kept and compared like any other. It goes through the house as it is, and
    `Language.translate` is asked at the edge, where the reader is known: nothing inside has to know a language.

    Attributes:
        told_in: makes it anew in another language.
        recipe: by which of our functions it is made, of which arguments and values, so that it can be written down;
            None if it cannot.
    """

    __slots__ = ("recipe", "told_in")
    told_in: Callable[[Language], str]
    recipe: Recipe | None

    def __new__(cls, english: str, told_in: Callable[[Language], str], recipe: Recipe | None = None) -> Self:
        """The text in both."""
        made = super().__new__(cls, english)
        made.told_in = told_in
        made.recipe = recipe
        return made

    @override
    def __str__(self) -> str:
        """Itself: `str(text)` forgets nothing."""
        return self

    @override
    def __add__(self, other: str, /) -> Translatable:
        return _after(self, other)

    def __radd__(self, other: str, /) -> Translatable:
        return _after(other, self)

    @override
    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """To other processes it goes as English."""
        return str, (self[:],)


def _after(first: str, second: str) -> Translatable:
    """One text after the other, in each language."""
    english = f"{first}{second}"
    return Translatable(
        english,
        lambda language: language.translate(first) + language.translate(second),
        ("joined", ("", [first, second]), {}),
    )


@dataclass(frozen=True, slots=True)
class Language:
    """What a text reads like for those who read this language.

    Attributes:
        locale: Discord's name for it.
    """

    locale: str

    def translate(self, text: str) -> str:
        """The text in this language, as far as it was made translatable and is translated; else in English."""
        return text.told_in(self) if self.locale in _SPOKEN and isinstance(text, Translatable) else text

    def message(self, source: str, count: int | None = None) -> str | None:
        """The translation of a template, in the plural form that goes with `count`; None if there is none."""
        if self.locale == PSEUDO:
            parts = _PLACEHOLDER.split(source)
            return f"⟦{''.join(part if part.startswith('{') else part.translate(_ACCENTED) for part in parts)}⟧"
        return catalog_of(LOCALES[self.locale][0]).message(source, count)

    def join(self, separator: str, told: Sequence[str]) -> str:
        """Parts that are told in this language one after the other, with what it writes between them."""
        separator = _BETWEEN.get(self.locale, {}).get(separator, separator)
        if separator != " ":
            return separator.join(told)
        spaced = [part if part.endswith(_WIDE_ENDS) else f"{part} " for part in told[:-1]]
        return "".join([*spaced, *told[-1:]])

    @property
    def cldr(self) -> str:
        """The locale by which numbers, money and dates are written."""
        return "en_US" if self.locale == PSEUDO else LOCALES[self.locale][1]


_SPOKEN = {*LOCALES, PSEUDO}
ENGLISH = Language("en-US")


def language_of(locale: object) -> Language:
    """The language that goes with a locale of Discord's, given as text or as discord.py does; English for others."""
    name = str(locale)
    return Language(name) if name in _SPOKEN else ENGLISH


@cache
def catalog_of(name: str) -> Catalog:
    """The catalog of that name, read when it is first asked for."""
    return Catalog(CATALOGS[name])


def load_catalogs() -> Mapping[str, Catalog]:
    """All catalogs, by Discord's locales, for who needs them once and lets them go."""
    read = {name: Catalog(path) for name, path in CATALOGS.items()}
    return {locale: read[name] for locale, (name, _) in LOCALES.items()}


def catalogs_digest() -> str:
    """Another one whenever a catalog says something else, without reading what they say."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in CATALOGS.values())).hexdigest()
