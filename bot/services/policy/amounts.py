"""Amounts and spans of time as people say them: ``25 pictures a day``, ``$5.00 a month``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.errors import RequestRefused
from bot.language import dollars, joined, listing, phrase, plural
from bot.services.calendar import Window
from bot.services.policy.limits import Metric
from bot.services.requests import NANO_PER_USD, format_usd
from bot.services.text import quoted

PER = {
    Window.HOUR: phrase("an hour"),
    Window.DAY: phrase("a day"),
    Window.WEEK: phrase("a week"),
    Window.MONTH: phrase("a month"),
}
MOST_PICTURES = 1_000_000
MOST_NANO = 1_000_000 * NANO_PER_USD
NANO_DECIMALS = 9
LONGEST = 40  # characters of what may be an amount

# As people write them in the languages that are spoken here, too.
_UNLIMITED = (
    r"(?:unlimited|no limit|without limit|unbegrenzte?|illimitée?s?|sans limite|ilimitad[oa]s?|sin límite|sem limite"
    r"|無制限)"
)
_PICTURES = r"(?:pictures?|images?|pics?|bild(?:er)?|im[aá]gen(?:es)?|image[mn]s?|fotos?|photos?|枚数?|画像)"
_DOLLARS = r"(?:usd|us[ -]?dollars?|dollars?(?: us)?|d[oó]lar(?:es)?|ドル)"
_NUMBER = r"(?P<number>[0-9.,]*[0-9][0-9.,]*)"
_FORMS: tuple[tuple[re.Pattern[str], Metric | None], ...] = (
    (re.compile(rf"{_NUMBER} ?{_PICTURES}"), Metric.IMAGES),
    (re.compile(rf"(?:us ?)?\$ ?{_NUMBER}(?: ?{_DOLLARS})?"), Metric.USD),
    (re.compile(rf"{_NUMBER} ?(?:(?:us ?)?\$(?:us)?|{_DOLLARS})"), Metric.USD),
    (re.compile(rf"usd ?{_NUMBER}"), Metric.USD),
    (re.compile(rf"{_UNLIMITED} {_PICTURES}|{_PICTURES}[ は]{_UNLIMITED}"), Metric.IMAGES),
    (re.compile(rf"{_UNLIMITED} (?:{_DOLLARS}|money|spending)|(?:{_DOLLARS}|金額)[ は]{_UNLIMITED}"), Metric.USD),
    (re.compile(_UNLIMITED), None),
)
_PLAIN_NUMBER = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)?(?:\.[0-9]+)?")
# What is fifty in some languages and fifty thousand in others; where the sign tells no English, it is not guessed.
_ONE_GROUP = re.compile(r"(?P<whole>[1-9][0-9]{0,2})[.,](?P<part>[0-9]{3})")
_NOT_ENGLISH = re.compile(r"us ?\$|.*[0-9] ?(?:(?:us ?)?\$(?:us)?|(?:us[ -]?)?dollar|dollars? us|d[oó]lar(?:es)?)$")
_BEGINNING = re.compile(r"[0-9][0-9.,]*(?<![.,])")
_MINUS = re.compile(r"^(?:us ?)?\$? ?[-−\u2013\u2010-\u2012] ?\$?\.?[0-9]")  # noqa: RUF001 - signs that people write
_OTHER_MONEY = re.compile(
    r"(?<![a-z])(?:eur|euros?|gbp|pounds?|jpy|yen|chf|cad|aud|cny|inr|brl|mxn|cents?|franken|francs?|francos?|reais"
    r"|pesos?|libras?|pfund|centavos?|centimes?|céntimos?)(?![a-z])|ユーロ|円|元|(?<![a-z])(?:[acr]|mx)\$|[0-9] ?¢"
)
_CENTS = re.compile(r"¢|(?<![a-z])(?:cents?|centavos?|centimes?|céntimos?)(?![a-z])")
# Of what is no number in English, ``50,00``, ``0,013`` and ``1.000,500`` can be but one.
_DECIMAL_COMMA = re.compile(rf"(?P<whole>[0-9]+|[0-9]{{1,3}}(?:\.[0-9]{{3}})+),(?P<part>[0-9]{{1,{NANO_DECIMALS}}})")
_GROUPED_BY_POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_HOW = phrase("Write 25 pictures or $25.")


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of something.

    Attributes:
        metric: what is counted; None for a bare "unlimited", which says nothing of it.
        value: nano-dollars or pictures, as the metric says; None is unlimited.
    """

    metric: Metric | None
    value: int | None


def amount_text(metric: Metric, amount: int | None) -> str:
    """``25 pictures``, ``1 picture``, ``$5.00``; None is ``unlimited``. `amount` is nano-dollars or pictures."""
    return phrase("unlimited") if amount is None else amount_texts(metric, amount)[0]


def amount_texts(metric: Metric, *amounts: int) -> list[str]:
    """As `amount_text`, of amounts that stand together: dollars have as many digits as each other.

    What was set, such as a limit, is told without them: in some languages ``50,000 $`` reads as fifty thousand.
    """
    if metric is Metric.USD:
        return [format_usd(amount, amounts) for amount in amounts]
    return [plural("{count} picture", "{count} pictures", amount) for amount in amounts]


def exact_text(metric: Metric, amount: int | None) -> str:
    """As `amount_text`, but nothing is rounded: ``$0.123456789``; and what is unlimited is named.

    `parse_amount` reads it back.
    """
    if amount is None:
        return phrase("unlimited pictures") if metric is Metric.IMAGES else phrase("unlimited dollars")
    if metric is Metric.IMAGES:
        return amount_text(metric, amount)
    whole, part = divmod(amount, NANO_PER_USD)
    decimals = f"{part:0{NANO_DECIMALS}d}".rstrip("0")
    return dollars(f"${whole:,}.{decimals:0<2}")


def parse_amount(text: str, how: str = _HOW) -> Amount:
    """What was meant by an amount; exact, in integers. `how` is the advice for what is none.

    Raises:
        RequestRefused: it is no amount, or could mean two; the sentence says how to write it.
    """
    wanted = " ".join(text.lower().split())
    for form, metric in _FORMS if len(wanted) <= LONGEST else ():
        found = form.fullmatch(wanted)
        if found is not None:
            number = found.groupdict().get("number")
            if number is None or metric is None:
                return Amount(metric, None)
            one_group = _ONE_GROUP.fullmatch(number) if metric is Metric.USD and _NOT_ENGLISH.match(wanted) else None
            if one_group is not None:
                raise RequestRefused(_either(one_group))
            return Amount(metric, _counted(metric, number, how))
    raise RequestRefused(_why_not(wanted, how))


def amount_choices(typed: str, *, may_be_unlimited: bool) -> list[tuple[str, str]]:
    """What can be offered while an amount is typed, as (shown, value): for ``25``, 25 pictures and $25."""
    wanted = " ".join(typed.lower().split())
    unlimited = [exact_text(metric, None) for metric in Metric] if may_be_unlimited else []
    if not wanted:
        return [(_as_shown(each), each) for each in ("10 pictures", "$10", *unlimited)]
    number = _BEGINNING.match(wanted)
    of_number = (
        [f"{number[0]} pictures", f"${number[0]}" if number[0] == wanted else f"{number[0]} dollars"] if number else []
    )
    offered = [each for each in of_number if each.lstrip("$").startswith(wanted) and _is_amount(each)]
    if not offered and _is_amount(wanted) and parse_amount(wanted).value is not None:
        offered = [wanted]
    return [(_as_shown(each), each) for each in [*offered, *(each for each in unlimited if each.startswith(wanted))]]


def _as_shown(amount: str) -> str:
    """As somebody reads it, where it says the same."""
    read = parse_amount(amount)
    shown = amount if read.metric is None else exact_text(read.metric, read.value)
    return shown if shown == amount or "," in amount else amount  # of groups only whole amounts are clear everywhere


def _is_amount(text: str) -> bool:
    try:
        parse_amount(text)
    except RequestRefused:
        return False
    return True


def _counted(metric: Metric, number: str, how: str) -> int:
    """Pictures or nano-dollars, by integers alone: floats hold no tenth, and decimals round at 28 digits."""
    if not _PLAIN_NUMBER.fullmatch(number) or (metric is Metric.IMAGES and _GROUPED_BY_POINTS.fullmatch(number)):
        raise RequestRefused(_which_number(number, how, metric))
    whole, _, part = number.replace(",", "").partition(".")
    part = part.rstrip("0")
    if metric is Metric.IMAGES:
        return _pictures(int(whole or 0), part, how)
    if len(part) > NANO_DECIMALS:
        many = phrase(
            "I count dollars to nine decimals; {number} has more. Write a rounder amount.", number=f"${number}"
        )
        raise RequestRefused(many)
    nano = int(whole or 0) * NANO_PER_USD + int(part.ljust(NANO_DECIMALS, "0"))
    if nano > MOST_NANO:
        raise RequestRefused(phrase("That is too much: $1,000,000 is the most that a limit can be."))
    return nano


def _pictures(whole: int, part: str, how: str) -> int:
    if part:
        advice = phrase("Write a whole number of them, such as 25 pictures.")
        raise RequestRefused(_advised(phrase("Pictures are counted whole."), advice, how))
    if whole > MOST_PICTURES:
        raise RequestRefused(phrase("That is too much: 1,000,000 pictures is the most that a limit can be."))
    return whole


def _of_what(number: str, how: str) -> str:
    if not _PLAIN_NUMBER.fullmatch(number):
        return _which_number(number, how)
    offered = [each for each in (f"{number} pictures", f"${number}") if _is_amount(each)] or ["25 pictures", "$25"]
    shown = listing([_as_shown(each) for each in offered], "or")
    return phrase("{number} of what? Write {offered}.", number=number, offered=shown)


def _which_number(number: str, how: str, metric: Metric | None = None) -> str:
    meant = _DECIMAL_COMMA.fullmatch(number)
    if meant is not None and metric is Metric.USD:
        return phrase("Decimals are written with a point: did you mean {amount}?", amount=_with_point(meant))
    advice = phrase("Write decimals with a point and thousands with commas, such as $5.50 or $1,000.50.")
    return _advised(phrase("I cannot tell which number “{number}” is.", number=number), advice, how)


def _advised(problem: str, advice: str, how: str) -> str:
    """With advice of its own, unless other is given for every problem."""
    return joined(" ", [problem, advice if how is _HOW else how])


def _either(one_group: re.Match[str]) -> str:
    whole, part = one_group["whole"], one_group["part"]
    return phrase(
        "“{number}” could be two amounts: write {smaller} or {larger}.",
        number=one_group[0],
        smaller=f"${whole}.{part[:2]}{part[2].rstrip('0')}",
        larger=f"${whole},{part}",
    )


def _with_point(meant: re.Match[str]) -> str:
    return f"${int(meant['whole'].replace('.', '')):,}.{meant['part']:0<2}"


def _why_not(wanted: str, how: str) -> str:
    """The sentence for what is no amount."""
    signs = [sign for sign in wanted if not sign.isascii()]
    if not wanted:
        return joined(" ", [phrase("An amount is missing."), how])
    if any(sign.isnumeric() for sign in signs):
        return joined(" ", [phrase("Write the number with the digits 0 to 9."), how])
    if _OTHER_MONEY.search(wanted) or any(unicodedata.category(sign) == "Sc" for sign in signs):
        return phrase("I count in US dollars, as the provider bills: write {amount}.", amount=_dollars_in(wanted))
    if _MINUS.match(wanted):
        return joined(" ", [phrase("An amount cannot be less than nothing."), how])
    return _unclear(wanted, how)


def _dollars_in(wanted: str) -> str:
    """The number that was written, if it is one of whole units that can be read; else one to show the form."""
    found = re.search(_NUMBER, wanted[:LONGEST])
    if found is None or _CENTS.search(wanted) or _ONE_GROUP.fullmatch(found[0]):
        return "$5"
    meant = _DECIMAL_COMMA.fullmatch(found[0])
    amount = f"${found[0]}" if meant is None else _with_point(meant)
    return amount if _is_amount(amount) else "$5"


def _unclear(wanted: str, how: str) -> str:
    """The sentence for what could be an amount, but is not one thing."""
    if wanted in {"none", "nothing", "no", "null", "nil"}:
        problem = phrase("{what} could mean two things.", what=quoted(wanted))
        return _advised(problem, phrase("Write unlimited, or 0 pictures, or $0."), how)
    if len(wanted) <= LONGEST and re.fullmatch(_NUMBER, wanted):
        return _of_what(wanted, how)
    unclear = phrase("{what} is not an amount that I understand.", what=quoted(wanted))
    return joined(" ", [unclear, how])
