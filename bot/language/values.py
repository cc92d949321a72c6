"""Money, months and lists as each language writes them: by CLDR through Babel, which only other languages import."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from bot.language.languages import Translatable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.language.languages import Language

# CLDR's currencySpacing, which Babel leaves out: https://unicode.org/reports/tr35/tr35-numbers.html#Currencies
_LETTER_BEFORE_DIGIT = re.compile(r"(?<=[A-Z])(?=[0-9])")
_ZEROS = str.maketrans("123456789", "000000000")  # of a pattern, in which another digit would round


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
