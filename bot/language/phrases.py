"""Sentences and parts of sentences, with what goes into them: money, months and lists as each language writes them.

What an f-string, a slice or a method of `str` makes of one is English alone: `phrase`, `joined` and `composed` forget
nothing. Values are written by CLDR through Babel, which only other languages import.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from bot.language.languages import Translatable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.language.languages import Language, Recipe

# CLDR's currencySpacing, which Babel leaves out: https://unicode.org/reports/tr35/tr35-numbers.html#Currencies
_LETTER_BEFORE_DIGIT = re.compile(r"(?<=[A-Z])(?=[0-9])")
_ZEROS = str.maketrans("123456789", "000000000")  # of a pattern, in which another digit would round


def phrase(template: str, /, **values: object) -> Translatable:
    """A sentence or a part of one, with its values in their places: ``phrase("{done} of {total} done", …)``.

    The template stands in the source as it is, for it names the translation; without any values it is no template, and
    braces are themselves. Whole numbers are counts, written with
    their thousands apart: what is only called by a number is given as text. Values that are translatable are told in
    the same language.
    """
    return _phrase(template, None, values, ("phrase", (template,), values))


def plural(one: str, many: str, count: int, /, **values: object) -> Translatable:
    """As `phrase`, by how many there are: ``plural("{count} picture", "{count} pictures", 3)``."""
    template = one if count == 1 else many
    return _phrase(template, (one, count), {"count": count, **values}, ("plural", (one, many, count), values))


def _phrase(template: str, counted: tuple[str, int] | None, values: dict[str, object], recipe: Recipe) -> Translatable:
    source, count = counted or (template, None)

    def told_in(language: Language) -> str:
        told = language.message(source, count) or template
        return told.format(**{name: _value_in(language, each) for name, each in values.items()}) if values else told

    english = {name: f"{value:,}" if isinstance(value, int) else str(value) for name, value in values.items()}
    return Translatable(template.format(**english) if values else template, told_in, recipe)


def _value_in(language: Language, value: object) -> str:
    if isinstance(value, int):
        from babel.numbers import format_decimal  # noqa: PLC0415 - see above

        return format_decimal(value, locale=language.cldr)
    return language.translate(str(value))


def composed(
    compose: Callable[[Sequence[str]], str], parts: Iterable[str], recipe: Recipe | None = None
) -> Translatable:
    """What `compose` makes of the texts, in each language anew: for what must fit."""
    kept = tuple(parts)
    return Translatable(compose(kept), lambda language: compose([language.translate(part) for part in kept]), recipe)


def joined(separator: str, parts: Iterable[str]) -> Translatable:
    """As ``separator.join(parts)``; the separator may be another in another language."""
    kept = list(parts)

    def told_in(language: Language) -> str:
        return language.join(language.translate(separator), [language.translate(part) for part in kept])

    return Translatable(separator.join(kept), told_in, ("joined", (separator, kept), {}))


def beginning(text: str) -> Translatable:
    """The text as a sentence begins."""
    return composed(lambda parts: parts[0][:1].upper() + parts[0][1:], [text], ("beginning", (text,), {}))


def dollars(written: str) -> Translatable:
    """US dollars, from how they are written in English: ``$1,234.50``, ``<$0.001``; with as many decimals."""

    def told_in(language: Language) -> str:
        from babel import Locale  # noqa: PLC0415 - see above
        from babel.numbers import format_currency  # noqa: PLC0415 - see above

        sign, _, number = written.partition("$")
        digits = number.replace(",", "")
        decimals = "".join(digits.partition(".")[1:]).translate(_ZEROS)
        usual = Locale.parse(language.cldr).currency_formats["standard"].pattern
        form = usual.replace("0.00", f"0{decimals}")  # zeros at the end too: prices stand side by side
        told = format_currency(digits, "USD", form, language.cldr, currency_digits=False)
        return sign + _LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", told)

    return Translatable(written, told_in, ("dollars", (written,), {}))


def decimal(written: str) -> Translatable:
    """A number with decimals, from how it is written in English: ``12.5``; with as many of them."""

    def told_in(language: Language) -> str:
        from babel.numbers import format_decimal  # noqa: PLC0415 - see above

        digits = written.replace(",", "")
        return format_decimal(digits, f"#,##0.{'0' * len(digits.partition('.')[2])}", locale=language.cldr)

    return Translatable(written, told_in, ("decimal", (written,), {}))


def month_name(year: int, month: int, english: str) -> Translatable:
    """``November 2026``; `month` is 1 for January to 12."""

    def told_in(language: Language) -> str:
        from babel.dates import format_skeleton  # noqa: PLC0415 - see above

        return format_skeleton("yMMMM", date(year, month, 1), locale=language.cldr)

    return Translatable(english, told_in, ("month_name", (year, month, english), {}))


def day_of_month(day: date, english: str) -> Translatable:
    """``Nov 20``, without the year."""

    def told_in(language: Language) -> str:
        from babel.dates import format_skeleton  # noqa: PLC0415 - see above

        return format_skeleton("MMMd", day, locale=language.cldr)

    return Translatable(english, told_in)


def listing(parts: Iterable[str], last: str) -> Translatable:
    """The parts, at least one, as a person would list them: ``low, medium or high``; `last` is *or* or *and*."""
    kept = tuple(parts)
    *most, final = kept

    def told_in(language: Language) -> str:
        from babel.lists import format_list  # noqa: PLC0415 - see above

        told = [language.translate(part) for part in kept]
        return format_list(told, "or" if last == "or" else "standard", language.cldr)

    return Translatable(f"{', '.join(most)} {last} {final}" if most else final, told_in, ("listing", (kept, last), {}))
