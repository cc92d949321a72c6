from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import RequestRefused
from bot.language import LOCALES, Language
from bot.services.calendar import Window
from bot.services.policy import (
    MOST_NANO,
    PER,
    Amount,
    Metric,
    amount_choices,
    amount_text,
    amount_texts,
    exact_text,
    parse_amount,
)
from bot.services.policy.amounts import MOST_PICTURES

DOLLAR = 1_000_000_000  # nano-dollars
MILL = DOLLAR // 1000
AMBIGUOUS = "I cannot tell which number"
POINT = "Decimals are written with a point: did you mean {}?"
EITHER = "“{}” could be two amounts: write {} or {}."
NOT_DOLLARS = "I count in US dollars, as the provider bills: write $5."
UNCLEAR = "is not an amount that I understand. Write 25 pictures or $25."
BELOW_NOTHING = "An amount cannot be less than nothing. Write 25 pictures or $25."
OTHER_DIGITS = "Write the number with the digits 0 to 9. Write 25 pictures or $25."
TOO_MUCH = "That is too much:"


@pytest.mark.parametrize(
    ("text", "pictures"),
    [
        ("25 pictures", 25),
        ("25 images", 25),
        ("25pictures", 25),
        ("1 picture", 1),
        ("  3   PICS ", 3),
        ("0 pictures", 0),
        ("1,000 pictures", 1000),
        ("2.0 pictures", 2),
        ("007 pictures", 7),
        ("1,000,000 pictures", MOST_PICTURES),
        ("25 Bilder", 25),
        ("1 Bild", 1),
        ("25 imágenes", 25),
        ("25 imagens", 25),
        ("25枚", 25),
    ],
)
def test_pictures_are_counted(text: str, pictures: int) -> None:
    assert parse_amount(text) == Amount(Metric.IMAGES, pictures)


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("$5", 5 * DOLLAR),
        ("$ 5", 5 * DOLLAR),
        ("5$", 5 * DOLLAR),
        ("5.50 usd", 5_500_000_000),
        ("5.5 Dollars", 5_500_000_000),
        ("1 us dollar", DOLLAR),
        ("US$5", 5 * DOLLAR),
        ("usd 5", 5 * DOLLAR),
        ("$5 USD", 5 * DOLLAR),
        ("$1,000.50", 1_000_500_000_000),
        ("$50,000", 50_000 * DOLLAR),
        ("$ 50,000", 50_000 * DOLLAR),
        ("50,000 dollars", 50_000 * DOLLAR),
        ("50,000 usd", 50_000 * DOLLAR),
        ("USD 50.000", 50 * DOLLAR),
        ("1,000.50 $", 1_000_500_000_000),
        ("US$ 1000.500", 1_000_500_000_000),
        ("0.013 $", 13_000_000),
        ("$.50", 500_000_000),
        ("$0", 0),
        ("$0.000000001", 1),
        ("$0.1000000000000", 100_000_000),
        ("$0.123456789", 123_456_789),
        ("$1,000,000", MOST_NANO),
        ("20 Dollar", 20 * DOLLAR),
        ("20 US-Dollar", 20 * DOLLAR),
        ("20 dólares", 20 * DOLLAR),
        ("20 ドル", 20 * DOLLAR),
        ("20 US$", 20 * DOLLAR),
        ("20 $US", 20 * DOLLAR),
    ],
)
def test_dollars_are_exact(text: str, nano: int) -> None:
    assert parse_amount(text) == Amount(Metric.USD, nano)


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("unlimited", None),
        ("No limit", None),
        ("unlimited pictures", Metric.IMAGES),
        ("no limit images", Metric.IMAGES),
        ("unlimited dollars", Metric.USD),
        ("unlimited spending", Metric.USD),
        ("unbegrenzt", None),
        ("unbegrenzte Bilder", Metric.IMAGES),
    ],
)
def test_what_is_unlimited_may_say_of_what(text: str, metric: Metric | None) -> None:
    assert parse_amount(text) == Amount(metric, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "An amount is missing. Write 25 pictures or $25."),
        (" \t ", "An amount is missing. Write 25 pictures or $25."),
        ("25", "25 of what? Write 25 pictures or $25."),
        ("0", "0 of what? Write 0 pictures or $0."),
        ("2.5", "2.5 of what? Write $2.5."),
        ("99999999", "99999999 of what? Write 25 pictures or $25."),
        ("-5", BELOW_NOTHING),
        ("-$5", BELOW_NOTHING),
        ("$-5", BELOW_NOTHING),
        ("- 5 pictures", BELOW_NOTHING),
        ("−5 pictures", BELOW_NOTHING),  # noqa: RUF001 - the sign that some keyboards write
        ("nan", UNCLEAR),
        ("NaN pictures", UNCLEAR),
        ("$nan", UNCLEAR),
        ("inf", UNCLEAR),
        ("$inf", UNCLEAR),
        ("infinity pictures", UNCLEAR),
        ("1e9", UNCLEAR),
        ("$1e9", UNCLEAR),
        ("1e9 pictures", UNCLEAR),
        ("0x10 pictures", UNCLEAR),
        ("1_000 pictures", UNCLEAR),
        ("+5 pictures", UNCLEAR),
        ("$", UNCLEAR),
        ("pictures", UNCLEAR),
        ("$5 pictures", UNCLEAR),
        ("25 pictures a day", UNCLEAR),
        ("<@&5>", UNCLEAR),
        ("9" * 400 + " pictures", UNCLEAR),
        ("9" * 41, UNCLEAR),
        ("none", "“none” could mean two things. Write unlimited, or 0 pictures, or $0."),
        ("1,000,001 pictures", TOO_MUCH),
        ("$1000000.000000001", TOO_MUCH),
        ("$" + "9" * 30, TOO_MUCH),
        ("2.5 pictures", "Pictures are counted whole. Write a whole number of them, such as 25 pictures."),
        ("$0.0000000001", "I count dollars to nine decimals; $0.0000000001 has more. Write a rounder amount."),
        ("5,50", AMBIGUOUS),
        ("$5,50", POINT.format("$5.50")),
        ("5,50 usd", POINT.format("$5.50")),
        ("$1.000,50", POINT.format("$1,000.50")),
        ("$1,00", POINT.format("$1.00")),
        ("$0,013", POINT.format("$0.013")),
        ("0,013 $", POINT.format("$0.013")),
        ("0,020\xa0$US", POINT.format("$0.020")),
        ("US$\xa00,123456789", POINT.format("$0.123456789")),
        ("0,1234567891 $", AMBIGUOUS),
        ("1.000,500 $", POINT.format("$1,000.500")),
        ("50,000 $", EITHER.format("50,000", "$50.00", "$50,000")),
        ("50,000\xa0$US", EITHER.format("50,000", "$50.00", "$50,000")),
        ("50,000\xa0US$", EITHER.format("50,000", "$50.00", "$50,000")),
        ("US$\xa050,000", EITHER.format("50,000", "$50.00", "$50,000")),
        ("50,000 Dollar", EITHER.format("50,000", "$50.00", "$50,000")),
        ("50,000 dólares", EITHER.format("50,000", "$50.00", "$50,000")),
        ("50.000 $", EITHER.format("50.000", "$50.00", "$50,000")),
        ("1,050 $", EITHER.format("1,050", "$1.05", "$1,050")),
        ("1.234 $", EITHER.format("1.234", "$1.234", "$1,234")),
        ("0,500 pictures", AMBIGUOUS),
        ("$5.", AMBIGUOUS),
        ("1.2.3 pictures", AMBIGUOUS),
        ("1.000 pictures", AMBIGUOUS),
        ("50,00 $", POINT.format("$50.00")),
        ("50,00\xa0US$", POINT.format("$50.00")),
        ("50,00\xa0$US", POINT.format("$50.00")),
        ("50,00 €", NOT_DOLLARS.replace("$5", "$50.00")),
        ("0,500 €", NOT_DOLLARS.replace("$5", "$0.500")),
        ("50,000 €", NOT_DOLLARS),
        ("20 Euro", NOT_DOLLARS.replace("$5", "$20")),
        ("R$ 50", NOT_DOLLARS.replace("$5", "$50")),
        ("20 Franken", NOT_DOLLARS.replace("$5", "$20")),
        ("50 pesos", NOT_DOLLARS.replace("$5", "$50")),
        ("5000円", NOT_DOLLARS.replace("$5", "$5000")),
        ("cinco euros", NOT_DOLLARS),
        ("€5", NOT_DOLLARS),
        ("5 €", NOT_DOLLARS),
        ("£5", NOT_DOLLARS),
        ("¥5", NOT_DOLLARS),
        ("₿1", NOT_DOLLARS.replace("$5", "$1")),
        ("50€", NOT_DOLLARS.replace("$5", "$50")),
        ("1,5 eur", NOT_DOLLARS.replace("$5", "$1.50")),
        ("5 eur", NOT_DOLLARS),
        ("5 euros", NOT_DOLLARS),
        ("A$5", NOT_DOLLARS),
        ("50¢", NOT_DOLLARS),
        ("50 cents", NOT_DOLLARS),
        ("＄5", NOT_DOLLARS),  # noqa: RUF001 - full width
        ("２５ pictures", OTHER_DIGITS),  # noqa: RUF001 - full width
        ("٢٥ pictures", OTHER_DIGITS),
        ("$५", OTHER_DIGITS),
        ("½ picture", OTHER_DIGITS),
    ],
)
def test_anything_else_is_refused_with_how_to_write_it(text: str, sentence: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_amount(text)

    assert sentence in refused.value.sentence
    assert len(refused.value.sentence) < 200


@given(st.sampled_from(Metric), st.none() | st.integers(0, MOST_PICTURES) | st.integers(0, MOST_NANO))
def test_what_is_said_exactly_is_understood(metric: Metric, value: int | None) -> None:
    if value is not None and metric is Metric.IMAGES:
        value %= MOST_PICTURES + 1

    assert parse_amount(exact_text(metric, value)) == Amount(metric, value)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("metric", "value"), [(Metric.IMAGES, None), (Metric.USD, None), (Metric.IMAGES, 25)])
def test_what_is_said_in_other_languages_is_understood(locale: str, metric: Metric, value: int | None) -> None:
    assert parse_amount(Language(locale).translate(exact_text(metric, value))) == Amount(metric, value)


@pytest.mark.parametrize("locale", LOCALES)
@given(st.integers(0, MOST_NANO // MILL), st.integers(0, MOST_NANO // MILL))
@example(12, 50_000)
@example(20, 1_234_500)
def test_what_is_shown_in_other_languages_is_understood_or_refused(locale: str, one: int, other: int) -> None:
    amounts = (one * MILL, other * MILL)
    cents = [each for each in amounts if each % (DOLLAR // 100) == 0]  # others are rounded, if they stand alone
    told = [*zip(amounts, amount_texts(Metric.USD, 1, *amounts)[1:], strict=True)]
    told += [(each, said(Metric.USD, each)) for each in cents for said in (amount_text, exact_text)]

    for amount, text in told:
        try:
            understood = parse_amount(Language(locale).translate(text))
        except RequestRefused:
            continue
        assert understood == Amount(Metric.USD, amount)


@given(st.text(max_size=60) | st.text("0123456789.,$-e ∞usdpictures", max_size=60))
def test_any_text_is_an_amount_within_bounds_or_a_sentence(text: str) -> None:
    try:
        amount = parse_amount(text)
    except RequestRefused as refused:
        assert len(refused.sentence) < 200  # noqa: PT017 - either way out is right
        return

    if amount.metric is Metric.IMAGES:
        assert amount.value is None or 0 <= amount.value <= MOST_PICTURES
    else:
        assert amount.value is None or 0 <= amount.value <= MOST_NANO


@pytest.mark.parametrize(
    ("metric", "amount", "rounded", "exact"),
    [
        (Metric.IMAGES, 1, "1 picture", "1 picture"),
        (Metric.IMAGES, 1000, "1,000 pictures", "1,000 pictures"),
        (Metric.IMAGES, None, "unlimited", "unlimited pictures"),
        (Metric.USD, None, "unlimited", "unlimited dollars"),
        (Metric.USD, 5 * DOLLAR, "$5.00", "$5.00"),
        (Metric.USD, 1_000_505_000_000, "$1,000.51", "$1,000.505"),
        (Metric.USD, 0, "$0.00", "$0.00"),
        (Metric.USD, 1, "<$0.001", "$0.000000001"),
    ],
)
def test_an_amount_is_said_rounded_or_exactly(metric: Metric, amount: int | None, rounded: str, exact: str) -> None:
    assert amount_text(metric, amount) == rounded
    assert exact_text(metric, amount) == exact


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", ["10 pictures", "$10", "unlimited pictures", "unlimited dollars"]),
        ("25", ["25 pictures", "$25"]),
        ("2.5", ["$2.5"]),
        ("25 p", ["25 pictures"]),
        ("25 d", ["25 dollars"]),
        ("25 pictures", ["25 pictures"]),
        ("$5", ["$5"]),
        ("unl", ["unlimited pictures", "unlimited dollars"]),
        ("unlimited", ["unlimited pictures", "unlimited dollars"]),
        ("-5", []),
        ("5,50", []),
        ("€5", []),
        ("five", []),
    ],
)
def test_what_is_typed_is_completed_to_an_amount(typed: str, offered: list[str]) -> None:
    assert amount_choices(typed, may_be_unlimited=True) == [(each, each) for each in offered]


def test_an_amount_in_thousands_is_offered_as_the_reader_writes_it() -> None:
    ((_, pictures), (shown, dollars)) = amount_choices("50,000", may_be_unlimited=True)

    assert (pictures, dollars, Language("de").translate(shown)) == ("50,000 pictures", "$50,000", "50.000,00\xa0$")


def test_unlimited_is_offered_only_where_it_may_be() -> None:
    assert amount_choices("unl", may_be_unlimited=False) == []
    assert amount_choices("", may_be_unlimited=False) == [("10 pictures", "10 pictures"), ("$10", "$10")]


@given(st.text(max_size=30) | st.from_regex(r"[0-9.,$]{1,12}( p)?", fullmatch=True))
def test_whatever_is_offered_is_an_amount(typed: str) -> None:
    assert all(parse_amount(value) for _, value in amount_choices(typed, may_be_unlimited=True))


def test_every_window_is_said() -> None:
    assert [PER[window] for window in Window] == ["an hour", "a day", "a week", "a month"]
