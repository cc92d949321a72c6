"""Texts that are English wherever they go, and told in the reader's language at the edge."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from discord import Locale

from bot.language import (
    ENGLISH,
    PSEUDO,
    Language,
    beginning,
    catalogs_digest,
    composed,
    decimal,
    dollars,
    joined,
    language_of,
    languages,
    listing,
    month_name,
    phrase,
    plural,
    read_again,
    written_down,
)

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

GERMAN, PSEUDONYM = Language("de"), Language(PSEUDO)


@pytest.fixture
def cats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """A German catalog of our own."""
    file = tmp_path / "de.po"
    file.write_text(
        'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "{count} cat"\nmsgid_plural "{count} cats"\nmsgstr[0] "{count} Katze"\nmsgstr[1] "{count} Katzen"\n\n'
        'msgid "a cat"\nmsgstr "eine Katze"\n\nmsgid "{who} sees {what}."\nmsgstr "Siehe, {what}: {who}."\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(languages, "CATALOGS", {"de": file})
    languages.catalog_of.cache_clear()
    yield
    languages.catalog_of.cache_clear()


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        (Locale.german, "de"),
        ("pt-BR", "pt-BR"),
        (Locale.latin_american_spanish, "es-419"),
        ("nl", "en-US"),
        (None, "en-US"),
    ],
)
def test_a_language_goes_with_a_locale_of_discords(locale: object, language: str) -> None:
    assert language_of(locale).locale == language


@pytest.mark.usefixtures("cats")
def test_a_text_is_english_until_it_is_told_in_another_language() -> None:
    said = phrase("{who} sees {what}.", who="Mia {what}", what=phrase("a cat"))

    assert said == "Mia {what} sees a cat."
    assert ENGLISH.translate(said) == "Mia {what} sees a cat."
    assert GERMAN.translate(said) == "Siehe, eine Katze: Mia {what}."


@pytest.mark.usefixtures("cats")
def test_how_many_there_are_decides_the_form_and_numbers_are_written_as_there() -> None:
    counted = [plural("{count} cat", "{count} cats", count) for count in (1, 12345)]

    assert counted == ["1 cat", "12,345 cats"]
    assert [GERMAN.translate(each) for each in counted] == ["1 Katze", "12.345 Katzen"]


@pytest.mark.usefixtures("cats")
def test_what_is_not_translated_or_not_translatable_stays_english() -> None:
    assert GERMAN.translate(phrase("a dog")) == "a dog"
    assert GERMAN.translate("a cat") == "a cat"
    assert GERMAN.translate(plural("{count} dog", "{count} dogs", 2)) == "2 dogs"


@pytest.mark.usefixtures("cats")
def test_texts_are_joined_and_fitted_in_each_language() -> None:
    lines = joined("\n", [phrase("a cat"), "and"])
    short = composed(lambda parts: parts[0][:6], [phrase("a cat")])

    assert (lines, GERMAN.translate(lines)) == ("a cat\nand", "eine Katze\nand")
    assert (short, GERMAN.translate(short)) == ("a cat", "eine K")


@pytest.mark.usefixtures("cats")
def test_what_stands_before_and_behind_a_text_stays_there() -> None:
    before, behind = "-# " + phrase("a cat"), phrase("a cat") + "!"

    assert (before, behind) == ("-# a cat", "a cat!")
    assert [GERMAN.translate(each) for each in (before, behind)] == ["-# eine Katze", "eine Katze!"]


def test_what_stands_between_parts_is_written_as_there() -> None:
    colours = joined(", ", [phrase("Monday"), "b"])
    told = joined(" ", ["✅", joined(": ", ["a", colours]), phrase("Nothing was changed."), "c"])

    assert told == "✅ a: Monday, b Nothing was changed. c"
    assert Language("ja").translate(told) == "✅ a：月曜日、b 何も変更していません。c"  # noqa: RUF001 - wide signs
    assert Language("de").translate(told) == "✅ a: Montag, b Es wurde nichts geändert. c"
    assert Language("fr").translate(told).startswith("✅ a\u202f: lundi, b ")


def test_decimals_have_the_digits_that_they_have_in_english() -> None:
    assert [Language(each).translate(decimal("1,234.50")) for each in ("en-US", "de", "ja")] == [
        "1,234.50",
        "1.234,50",
        "1,234.50",
    ]


@pytest.mark.usefixtures("cats")
def test_a_text_made_a_text_forgets_nothing_and_another_process_reads_english() -> None:
    said = phrase("a cat")

    assert GERMAN.translate(str(said)) == "eine Katze"
    assert type(pickle.loads(pickle.dumps(said))) is str  # noqa: S301 - our own


@pytest.mark.parametrize(
    ("locale", "money", "less"),
    [
        ("de", "1.234,50\xa0$", "<0,001\xa0$"),
        ("fr", "1\u202f234,50\xa0$US", "<0,001\xa0$US"),
        ("es-ES", "1.234,50\xa0US$", "<0,001\xa0US$"),
        ("es-419", "USD\xa01,234.50", "<USD\xa00.001"),
        ("pt-BR", "US$\xa01.234,50", "<US$\xa00,001"),
        ("ja", "$1,234.50", "<$0.001"),
        (PSEUDO, "$1,234.50", "<$0.001"),
    ],
)
def test_money_has_the_digits_that_it_has_in_english(locale: str, money: str, less: str) -> None:
    language = Language(locale)

    assert (language.translate(dollars("$1,234.50")), language.translate(dollars("<$0.001"))) == (money, less)


@pytest.mark.parametrize(("locale", "money"), [("de", "0,020\xa0$"), ("fr", "0,020\xa0$US"), ("ja", "$0.020")])
def test_money_that_ends_in_zeros_has_as_many_decimals_as_in_english(locale: str, money: str) -> None:
    assert Language(locale).translate(dollars("$0.020")) == money
    assert Language("de").translate(dollars("$20")) == "20\xa0$"


def test_months_and_lists_are_written_as_there() -> None:
    november = month_name(2026, 11, "November 2026")

    assert november == "November 2026"
    assert [Language(each).translate(november) for each in ("de", "fr", "es-ES", "pt-BR", "ja")] == [
        "November 2026",
        "novembre 2026",
        "noviembre de 2026",
        "novembro de 2026",
        "2026年11月",
    ]
    assert [listing(["a", "b", "c"], "or"), listing(["a"], "and")] == ["a, b or c", "a"]
    assert [GERMAN.translate(listing(["a", "b", "c"], last)) for last in ("or", "and")] == ["a, b oder c", "a, b und c"]


def test_the_pseudo_language_shows_what_was_made_translatable() -> None:
    said = joined(" ", [phrase("{who} sees", who="Mia"), "a cat"])

    assert PSEUDONYM.translate(said) == "⟦Mia šééš⟧ a cat"


def test_a_digest_changes_with_what_a_catalog_says(cats: None, tmp_path: Path) -> None:
    del cats
    before = catalogs_digest()
    (tmp_path / "de.po").write_text("", encoding="utf-8")

    assert catalogs_digest() != before


@pytest.mark.usefixtures("cats")
def test_what_is_written_down_is_told_in_any_language_when_it_is_read_again() -> None:
    said: list[str] = [
        phrase("{who} sees {what}.", who="Mia {what}", what=phrase("a cat")),
        plural("{count} cat", "{count} cats", 12345),
        joined("\n", [phrase("a cat"), "and", "-# " + phrase("a cat")]),
        beginning(phrase("{cost} of {limit}", cost=dollars("$1.50"), limit=decimal("2.5"))),
        listing([phrase("a cat"), "b"], "or"),
        month_name(2026, 11, "November 2026"),
    ]
    again = [read_again(text, written_down(text)) for text in said]

    assert again == said
    assert [GERMAN.translate(each) for each in again] == [GERMAN.translate(each) for each in said]
    assert GERMAN.translate(again[0]) == "Siehe, eine Katze: Mia {what}."


@pytest.mark.usefixtures("cats")
def test_what_cannot_be_written_down_is_read_again_in_english() -> None:
    short = composed(lambda parts: parts[0][:3], [phrase("a cat")])
    said = phrase("{who} sees {what}.", who="Mia", what=short)

    assert [written_down(text) for text in ("a cat", short)] == [None, None]
    assert read_again("a cat", None) == "a cat"
    assert GERMAN.translate(read_again(said, written_down(said))) == "Siehe, a c: Mia."
