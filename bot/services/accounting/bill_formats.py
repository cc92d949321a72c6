"""The forms in which the provider tells costs: its Costs API's pages as JSON, and its dashboard's table as CSV."""

from __future__ import annotations

import csv
import io
import itertools
import json
import reprlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn, cast

from bot.errors import BillError
from bot.services.text import listed, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DELIMITERS = ",;\t|"
LONGEST_CELL = 60  # characters of what a sentence repeats from a file
MOST_COLUMNS_TOLD = 12
# In each row the first name that a header has is taken. The dashboard writes the first of each.
COLUMNS = {
    "begins": ("start_time", "start_time_iso", "date"),
    "ends": ("end_time", "end_time_iso"),
    "amount": ("amount_value", "amount", "cost"),
    "currency": ("amount_currency", "currency"),
    "line_item": ("line_item",),
    "project": ("project_id", "project_name"),
}
NEEDED = ("begins", "amount", "currency")
TIMES = {*COLUMNS["begins"], *COLUMNS["ends"]}
# Columns of exports that count tokens and requests, from which no cost follows.
OF_USAGE = {"num_model_requests", "n_requests", "input_tokens", "n_context_tokens_total", "prompt_tokens"}
NOT_READ = (ValueError, ArithmeticError, RecursionError)  # the second: a number beyond what decimals can hold
COSTS_WANTED = "Export the costs: on the dashboard's page of costs, or from /v1/organization/costs."


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an export, as it is written there; text or numbers, None or empty where nothing is said.

    Attributes:
        where: how a person finds it: ``line 3``, ``the bucket 3``.
        decimal_comma: whether a comma stands before decimals, as spreadsheets of many countries write them. They then
            part the cells with another sign, and thousands with none.
    """

    where: str
    begins: object
    ends: object
    amount: object = None
    currency: object = None
    line_item: object = None
    project: object = None
    decimal_comma: bool = False


def entries(text: str) -> Iterator[Entry]:
    """Every line of an export, in whichever of the forms it is. A day on which nothing was billed has one too.

    JSON is a page of the Costs API (https://platform.openai.com/docs/api-reference/usage/costs), a list of such pages,
    or one in each line; CSV is what the dashboard exports, with its columns in any order, also as a spreadsheet saves
    it again.

    Raises:
        BillError: it is neither, or something else.
    """
    return _of_json(text) if text.lstrip()[:1] in {"{", "["} else _of_csv(text)


def text_of(value: object) -> str:
    """What is written there, as text; of a list or object only as much as a person needs to find it."""
    return reprlib.repr(cast("object", value)) if isinstance(value, (list, dict)) else str(value)


def _of_json(text: str) -> Iterator[Entry]:
    seen: dict[str, int] = {}
    for number, bucket in enumerate(_buckets(_documents(text)), start=1):
        where = f"the bucket {number}"
        begins, ends = bucket.get("start_time"), bucket.get("end_time")
        other = seen.setdefault(text_of(begins), number)
        if other != number:
            raise BillError(f"The buckets {other} and {number} are of the same day. Put each page in once.")
        results = bucket.get("results", bucket.get("result"))  # the older name
        if not isinstance(results, list):
            raise BillError(f"In {where} there is no list of results: this is no export of costs. {COSTS_WANTED}")
        yield Entry(where, begins, ends)
        for result in cast("list[object]", results):
            yield _result(where, begins, ends, result)


def _result(where: str, begins: object, ends: object, result: object) -> Entry:
    fields = _fields(result)
    money = _fields(fields.get("amount"))
    if not money:
        raise BillError(f"A result in {where} has no amount: this tells usage, not costs. {COSTS_WANTED}")
    return Entry(
        where,
        begins,
        ends,
        money.get("value"),
        money.get("currency"),
        fields.get("line_item"),
        fields.get("project_id"),
    )


def _buckets(documents: list[object]) -> Iterator[dict[str, Any]]:
    """The buckets in pages, or by themselves."""
    for document in documents:
        page = _fields(document)
        within = page.get("data")
        for bucket in map(_fields, cast("list[object]", within)) if isinstance(within, list) else (page,):
            if "start_time" not in bucket:
                raise BillError(f"This JSON has no pages of costs with `data` and `start_time`. {COSTS_WANTED}")
            yield bucket


def _fields(of: object) -> dict[str, Any]:
    return cast("dict[str, Any]", of) if isinstance(of, dict) else {}


def _documents(text: str) -> list[object]:
    try:
        found = _parsed(text)
    except NOT_READ as whole:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [_parsed(line) for line in lines] if len(lines) > 1 else _broken(whole)
        except NOT_READ:
            _broken(whole)
    return cast("list[object]", found) if isinstance(found, list) else [found]


def _parsed(text: str) -> object:
    """JSON whose amounts are exact: floats would round them."""
    return json.loads(text, parse_float=Decimal, parse_constant=_no_number)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _broken(problem: Exception) -> NoReturn:
    place = f" (line {problem.lineno})" if isinstance(problem, json.JSONDecodeError) else ""
    raise BillError(f"This is no whole JSON{place}. Was the file cut off? Export it again.") from None


def _of_csv(text: str) -> Iterator[Entry]:
    header = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        named = [name.strip().lower() for row in itertools.islice(filter(any, rows), 1) for name in row]
        places = _places(named)
        for row in rows:
            if any(cell.strip() for cell in row):
                yield _row(f"line {rows.line_num}", row, places, len(named), decimal_comma=delimiter != ",")
    except csv.Error as error:
        raise BillError(f"Line {rows.line_num} is no CSV: {error}.") from None


def _places(named: Sequence[str]) -> dict[str, int]:
    """At which place of a row each part of an entry stands."""
    places = {
        part: named.index(found)
        for part, names in COLUMNS.items()
        if (found := next((name for name in names if name in named), None)) is not None
    }
    if "begins" in places and set(named) <= TIMES:
        return places  # so the dashboard writes that nothing was billed at all
    missing = [COLUMNS[part][0] for part in NEEDED if part not in places]
    if missing:
        told = ", ".join(one_line(name, LONGEST_CELL) or "(empty)" for name in named[:MOST_COLUMNS_TOLD])
        usage = " This is an export of usage: it has no amounts." if OF_USAGE & set(named) else ""
        wanted = listed(tuple(missing), "and")
        raise BillError(f"The columns of this file are {told}. What I miss is {wanted}.{usage} {COSTS_WANTED}")
    return places


def _row(where: str, row: Sequence[str], places: dict[str, int], width: int, *, decimal_comma: bool) -> Entry:
    if len(row) != width:
        raise BillError(f"The {where} has {len(row)} cells, the header {width}. Was the file cut off? Export it again.")
    cells = {part: row[place].strip() for part, place in places.items()}
    return Entry(
        where,
        cells["begins"],
        cells.get("ends"),
        cells.get("amount"),
        cells.get("currency"),
        cells.get("line_item"),
        cells.get("project"),
        decimal_comma,
    )
