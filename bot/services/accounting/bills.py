"""The provider's bill, read from a file: what was billed for what, on which day (UTC). Exact, in nano-dollars."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, NoReturn

from bot.errors import BillError
from bot.services.accounting.bill_formats import LONGEST_CELL, entries, text_of
from bot.services.calendar import FIRST_YEAR, LAST_YEAR, Month
from bot.services.text import listed, one_line

if TYPE_CHECKING:
    from bot.services.accounting.bill_formats import Entry

MOST_BYTES = 32 * 1024 * 1024  # a year of one project's costs by line item is less than one
MOST_USD = 1_000_000_000  # in one line; more is no amount of money
NANO_DECIMALS = 9
EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)
LONGEST_AMOUNT = 60  # characters
LONGEST_NAME = 100  # characters of a line item or project
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
# "1,234" by itself can be either, a thousand times apart; these cannot.
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,})")
_DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BillLine:
    """So much was billed for something on a day (UTC).

    Attributes:
        nano: nano-dollars; negative is a credit.
        decimals: to how many decimals of a dollar the amount is written.
        line_item: such as ``gpt-image-2, image output``; empty where the export does not tell.
        project: the id of the provider's project; empty where the export does not tell.
    """

    day: date
    nano: int
    decimals: int
    line_item: str
    project: str


@dataclass(frozen=True, slots=True)
class Bill:
    """An export of costs.

    Attributes:
        days: every day (UTC) that it tells of, also those on which nothing was billed.
    """

    days: frozenset[date]
    lines: tuple[BillLine, ...]

    @property
    def projects(self) -> dict[str, int]:
        """What was billed to each project, in nano-dollars, the most first; by the empty name where none is told."""
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line.project] = sums.get(line.project, 0) + line.nano
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def read_bill(content: bytes) -> Bill:
    """Read an export of the provider's costs.

    Raises:
        BillError: it is no such export, or cannot be relied on; the sentence says what to do.
    """
    if len(content) > MOST_BYTES:
        raise BillError("This file is larger than 32 MB: it is no export of a month's costs. Is it the right one?")
    days: set[date] = set()
    lines: list[BillLine] = []
    for entry in entries(_decoded(content)):
        day = _day(entry)
        days.add(day)
        if not _is_empty(entry.amount):
            lines.append(_line(entry, day))
    if not days:
        raise BillError("This export tells of no day. Choose the days of a whole month, and export it again.")
    return Bill(frozenset(days), tuple(lines))


def choose_month(bill: Bill, wanted: Month | None) -> Month:
    """The month to compare: the one that is wanted, or else the only one in which something was billed.

    Raises:
        BillError: the export has several months, or nothing of the one that is wanted.
    """
    known = sorted({_month(day) for day in bill.days})
    first, last = min(bill.days), max(bill.days)
    if wanted is not None:
        if wanted not in known:
            raise BillError(f"This export tells of {first} to {last}: nothing of {wanted}.")
        return wanted
    billed = sorted({_month(line.day) for line in bill.lines if line.nano}) or known
    if len(billed) > 1:
        raise BillError(
            f"This export tells of {first} to {last}. Say which month to compare: --month {billed[-1]}, for example."
        )
    return billed[0]


def of_project(bill: Bill, project: str) -> Bill:
    """The part of a bill that is one project's.

    Raises:
        BillError: nothing in it was billed to that project.
    """
    known = [name for name in bill.projects if name]
    if not known:
        raise BillError(
            "This export does not tell projects apart. Export it grouped by project, or leave out --project."
        )
    if project not in known:
        raise BillError(f"Nothing in this export was billed to that project. It has {listed(tuple(known), 'and')}.")
    return Bill(bill.days, tuple(line for line in bill.lines if line.project == project))


def _decoded(content: bytes) -> str:
    if not content.strip():
        raise BillError("This file is empty. Export the costs again.")
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise BillError(
            "This file is no text. If it is a spreadsheet, save it as CSV; if it is packed, unpack it first."
        )
    return text


def _line(entry: Entry, day: date) -> BillLine:
    currency = _text(entry.currency).strip().lower()
    if currency != "usd":
        named = repr(one_line(currency, LONGEST_CELL)) if currency else "none"
        raise BillError(f"The currency of {entry.where} is {named}. I compare US dollars: the ledger is in them.")
    amount = _amount(entry)
    nano = int(amount.scaleb(NANO_DECIMALS, EXACT).to_integral_value(context=EXACT))
    exponent = int(amount.normalize(EXACT).as_tuple().exponent)
    return BillLine(
        day,
        nano,
        max(0, -exponent),
        one_line(_text(entry.line_item), LONGEST_NAME),
        one_line(_text(entry.project), 100),
    )


def _is_empty(value: object) -> bool:
    return value is None or value == ""


def _text(value: object) -> str:
    return "" if value is None else text_of(value)


def _amount(entry: Entry) -> Decimal:
    text = text_of(entry.amount).strip().removeprefix("$")
    if isinstance(entry.amount, bool) or len(text) > LONGEST_AMOUNT:
        _refuse_amount(entry)
    if _DECIMAL_COMMA.fullmatch(text):
        if not entry.decimal_comma:
            raise BillError(
                f"The amount of {entry.where} is {text!r}: its comma may stand before decimals or before thousands. "
                "Write it with a point before decimals and without a comma, or export it again."
            )
        text = text.replace(",", ".")
    elif not entry.decimal_comma and _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text) or abs(Decimal(text)) > MOST_USD:
        _refuse_amount(entry)
    return Decimal(text)


def _refuse_amount(entry: Entry) -> NoReturn:
    shown = one_line(text_of(entry.amount), LONGEST_CELL)
    raise BillError(f"The amount of {entry.where} is {shown!r}: I cannot read that as dollars. Export it again.")


def _day(entry: Entry) -> date:
    """The day (UTC) of an entry, which must lie inside that day: the ledger is compared day by day."""
    begins = _moment(entry, entry.begins)
    midnight = begins.replace(hour=0, minute=0, second=0, microsecond=0)
    if not _is_empty(entry.ends) and _moment(entry, entry.ends) > midnight + _ONE_DAY:
        raise BillError(f"What {entry.where} tells of is no single day of UTC. Export the costs day by day, in UTC.")
    return begins.date()


def _moment(entry: Entry, value: object) -> datetime:
    """A time that is written as seconds since 1970 or as ISO 8601; UTC where it names no zone."""
    text = text_of(value).strip()
    try:
        if text.isascii() and text.isdecimal():
            moment = datetime.fromtimestamp(int(text), UTC)
        else:
            moment = datetime.fromisoformat(text)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        moment = datetime.min.replace(tzinfo=UTC)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        shown = one_line(text, LONGEST_CELL)
        raise BillError(f"The time of {entry.where} is {shown!r}: I cannot read that as a day. Export it again.")
    return moment


def _month(day: date) -> Month:
    return Month(day.year, day.month)
