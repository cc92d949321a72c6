from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BillError
from bot.services.accounting import choose_month, of_project, read_bill
from bot.services.accounting.bills import Bill, BillLine
from bot.services.calendar import Month
from tests.bills import HEADER, PICTURES, Cost, as_csv, as_json, cost, days_between, page, seconds

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, SECOND = date(2026, 11, 1), date(2026, 11, 2)
COSTS = [
    Cost(FIRST, "0.0123456780000000000000000000"),
    Cost(FIRST, "1.5", "gpt-5-nano, input tokens", "proj_b"),
    Cost(SECOND, "-0.25", None, None),
]
READ = [(FIRST, 12_345_678, PICTURES, "proj_a"), (FIRST, 1_500_000_000, "gpt-5-nano, input tokens", "proj_b")]
DAYS = days_between(FIRST, date(2026, 11, 4))


def told(bill: Bill) -> list[tuple[date, int, str, str]]:
    return [(line.day, line.nano, line.line_item, line.project) for line in bill.lines]


def csv_of(*rows: str, header: str = "start_time,amount_value,amount_currency") -> bytes:
    return "\n".join([header, *rows]).encode()


def sentence(content: bytes) -> str:
    with pytest.raises(BillError) as refusal:
        read_bill(content)
    return str(refusal.value)


@pytest.mark.parametrize("content", [as_json(COSTS, DAYS), as_csv(COSTS, DAYS)], ids=["json", "csv"])
def test_an_export_is_read_to_the_nano_dollar(content: bytes) -> None:
    bill = read_bill(content)

    assert told(bill) == [*READ, (SECOND, -250_000_000, "", "")]
    assert bill.days == set(DAYS)


PAGES = [page(COSTS, DAYS[:1], more=True), page(COSTS, DAYS[1:])]
CSV = as_csv(COSTS, DAYS).decode()


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(PAGES).encode(),
        json.dumps(PAGES, indent=2).encode(),
        "\n".join(json.dumps(each) for each in PAGES).encode(),
        "\n\n".join(json.dumps(bucket) for each in PAGES for bucket in each["data"]).encode() + b"\n",
        json.dumps(PAGES[0]["data"] + PAGES[1]["data"]).encode(),
        b"\xef\xbb\xbf" + json.dumps(PAGES).encode(),
        json.dumps(PAGES).replace('"results"', '"result"').encode(),
        b"\xef\xbb\xbf" + CSV.encode(),
        CSV.encode("utf-16"),
        CSV.replace("\n", "\r\n").encode(),
        as_csv(COSTS, DAYS, ";"),
        as_csv(COSTS, DAYS, "\t"),
        CSV.replace("start_time,", " Start_Time ,").encode(),
        b"\n" + CSV.encode() + b"\n,,,,,,,,,,,,,,,,\n\n",
    ],
    ids=[
        "pages",
        "pages with indents",
        "pages in lines",
        "buckets in lines",
        "a list of buckets",
        "JSON with a byte order mark",
        "the older name of results",
        "CSV with a byte order mark",
        "UTF-16",
        "line ends of Windows",
        "semicolons",
        "tabs",
        "a header in capitals",
        "empty lines",
    ],
)
def test_what_tools_make_of_an_export_is_the_same_export(content: bytes) -> None:
    assert told(read_bill(content)) == [*READ, (SECOND, -250_000_000, "", "")]


@pytest.mark.parametrize("form", [as_json, as_csv])
@given(amounts=st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=9))
def test_any_amount_of_nano_dollars_comes_back(
    form: Callable[[list[Cost], list[date]], bytes], amounts: list[int]
) -> None:
    """Also through the floats of JSON: their shortest form has as many digits as an amount of money needs."""
    bill = read_bill(form([cost(FIRST, nano) for nano in amounts], [FIRST]))

    assert [line.nano for line in bill.lines] == amounts


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("amount_currency,amount_value,start_time", f"USD,0.5,{seconds(FIRST)}"),
        ("cost,currency,date", "$0.5,usd,2026-11-01"),
        ("start_time_iso,amount,currency,what_else", "2026-11-01T00:00:00,0.5000,usd,x"),
        ("start_time_iso,amount,currency", "2026-11-01T00:00:00Z,5e-1,usd"),
        ("start_time_iso,amount,currency", '2026-11-01T00:00:00+00:00,"0.5","usd"'),
        ("start_time_iso;amount;currency", "2026-11-01;0,5;usd"),
        ("start_time_iso;amount;currency", '"2026-10-31T20:00:00-04:00";"0,5";"usd"'),
    ],
)
def test_columns_are_found_by_their_names_and_numbers_as_they_are_written(header: str, row: str) -> None:
    assert [(line.day, line.nano) for line in read_bill(csv_of(row, header=header)).lines] == [(FIRST, 500_000_000)]


def test_numbers_of_json_are_not_rounded_by_floats() -> None:
    content = as_json([Cost(FIRST, "1.5")], [FIRST]).replace(b"1.5,", b"999999999.123456789,")

    assert [line.nano for line in read_bill(content).lines] == [999_999_999_123_456_789]


def test_thousands_may_have_commas() -> None:
    bill = read_bill(csv_of('2026-11-01,"-1,234,567.89",usd', header="date,cost,currency"))

    assert bill.lines == (BillLine(FIRST, -1_234_567_890_000_000, 2, "", ""),)


@pytest.mark.parametrize(
    ("delimiter", "amount", "nano"),
    [
        (",", '"1,234.5"', 1_234_500_000_000),
        (",", '"12,345,678"', 12_345_678 * 10**9),
        (";", "0,123", 123_000_000),
        (";", "1,234", 1_234_000_000),
        ("\t", "12345,678", 12_345_678_000_000),
    ],
)
def test_a_comma_is_read_where_it_can_mean_one_thing_only(delimiter: str, amount: str, nano: int) -> None:
    """Who parts the cells with another sign does so because a comma stands before decimals."""
    header = "date,cost,currency".replace(",", delimiter)
    bill = read_bill(csv_of(delimiter.join(["2026-11-01", amount, "usd"]), header=header))

    assert [line.nano for line in bill.lines] == [nano]


@pytest.mark.parametrize("amount", ["0,123", "0,012", "-0,123", "1,234", "12,345", "$1,234", "00,123", "1234,567"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_comma_that_may_be_either_is_refused_for_it_would_be_wrong_by_a_thousand(form: str, amount: str) -> None:
    shown = amount.removeprefix("$")
    in_json = as_json([Cost(FIRST, "1.5")], [FIRST]).replace(b"1.5,", f'"{amount}",'.encode())
    content = in_json if form == "json" else csv_of(f'2026-11-01,"{amount}",usd', header="date,cost,currency")

    assert f"is '{shown}': its comma may stand before decimals or before thousands. Write it" in sentence(content)


@pytest.mark.parametrize("amount", ["1,234.5", "1,234,567", "1.234,5", "1,2,3"])
def test_commas_before_thousands_do_not_go_with_commas_before_decimals(amount: str) -> None:
    assert "I cannot read that as dollars" in sentence(csv_of(f"2026-11-01;{amount};usd", header="date;cost;currency"))


@pytest.mark.parametrize(
    ("usd", "nano", "decimals"),
    [
        ("0.30000000000000004", 300_000_000, 17),
        ("0.0000000004", 0, 10),
        ("0.0000000006", 1, 10),
        ("12", 12_000_000_000, 0),
        ("0.0120", 12_000_000, 3),
        ("1e3", 1_000_000_000_000, 0),
        ("999999999.999999999", 999_999_999_999_999_999, 9),
    ],
)
def test_what_is_finer_than_a_nano_dollar_is_rounded_and_told(usd: str, nano: int, decimals: int) -> None:
    (line,) = read_bill(csv_of(f"2026-11-01,{usd},usd", header="date,cost,currency")).lines

    assert (line.nano, line.decimals) == (nano, decimals)


@pytest.mark.parametrize(
    "content",
    [
        as_json([], DAYS),
        as_csv([], DAYS),
        "\n".join(["start_time,end_time", *(f"{seconds(day)}," for day in DAYS)]).encode(),
    ],
    ids=["json", "csv", "csv without columns for amounts"],
)
def test_days_without_costs_are_a_bill_of_nothing(content: bytes) -> None:
    assert read_bill(content) == Bill(frozenset(DAYS), ())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty"),
        (b" \n\n", "This file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "This file is no text. If it is a spreadsheet, save it as CSV"),
        (b"PK\x03\x04\x14\x00", "This file is no text"),
        (b"\xff\xfe\x00", "This file is no text"),
        (as_json(COSTS, DAYS)[:-40], "This is no whole JSON (line 1). Was the file cut off?"),
        (b'{"a": 1}\n{"a"', "This is no whole JSON (line 2)"),
        (b"[" * 100_000, "This is no whole JSON. "),
        (as_json(COSTS, DAYS).replace(b"1.5,", b"NaN,"), "This is no whole JSON."),
        (as_json(COSTS, DAYS).replace(b"1.5,", b"1e9999999999999999999999,"), "This is no whole JSON."),
        (as_json(COSTS, DAYS).replace(b"1.5,", b"9" * 5000 + b","), "This is no whole JSON."),
        (b'{"data": ' * 500 + b"1" + b"}" * 500, "This JSON has no pages of costs"),
        (b'{"data": [' * 400 + b"]}" * 400, "This JSON has no pages of costs"),
        (b"[]", "This export tells of no day"),
        (b'{"error": {"message": "no"}}', "no pages of costs with `data` and `start_time`"),
        (b"[1, 2]", "no pages of costs"),
        (b'{"data": [{"start_time": 1793491200}]}', "In the bucket 1 there is no list of results"),
        (b'{"data": [{"start_time": 1793491200, "results": [{"input_tokens": 5}]}]}', "this tells usage, not costs"),
        (b'{"data": [{"start_time": 1793491200, "results": [7]}]}', "this tells usage, not costs"),
        (json.dumps(PAGES + PAGES[:1]).encode(), "The buckets 1 and 5 are of the same day. Put each page in once."),
        (as_json(COSTS, DAYS).replace(b"1.5,", b"true,"), "The amount of the bucket 1 is 'True'"),
        (as_json(COSTS, DAYS).replace(b"1.5,", b"[1],"), "The amount of the bucket 1 is '[1]'"),
        (
            as_json(COSTS, DAYS).replace(b'"usd"', b'"eur"'),
            "The currency of the bucket 1 is 'eur'. I compare US dollars",
        ),
        (as_json(COSTS, DAYS).replace(b'"usd"', b"null"), "The currency of the bucket 1 is none."),
        (as_json(COSTS, DAYS).replace(b"1793491200", b"null"), "The time of the bucket 1 is 'None'"),
        (HEADER.encode() + b"\n", "This export tells of no day"),
        (
            csv_of("2026-11-01,7", header="day,tokens"),
            "are day, tokens. What I miss is start_time, amount_value and amount_",
        ),
        (csv_of("1,2", header="start_time,num_model_requests"), "This is an export of usage: it has no amounts."),
        (csv_of("x,0.5,usd"), "The time of line 2 is 'x'"),
        (csv_of("99999999999999,0.5,usd"), "The time of line 2 is"),
        (csv_of("9999-12-31,0.5,usd"), "The time of line 2 is"),
        (csv_of("1793491200,0.5,usd", "1793491200,abc,usd"), "The amount of line 3 is 'abc'"),
        (csv_of("1793491200,NaN,usd"), "The amount of line 2 is 'NaN'"),
        (csv_of("1793491200,1e400,usd"), "The amount of line 2 is '1e400'"),
        (csv_of(f"1793491200,{'1' * 70},usd"), "The amount of line 2 is '111"),
        (csv_of('1793491200,"0,5",usd'), "The amount of line 2 is '0,5'"),
        (csv_of("1793491200,0.5,€"), "The currency of line 2 is '€'"),
        (csv_of("1793491200,0.5"), "The line 2 has 2 cells, the header 3. Was the file cut off?"),
        (csv_of('1793491200,"0.5'), "Line 2 is no CSV"),
        (
            csv_of("1793491200,1793664000,0.5,usd", header="start_time,end_time,cost,currency"),
            "What line 2 tells of is no single day of UTC",
        ),
        (
            csv_of("2026-11-01T05:00:00Z,2026-11-02T05:00:00Z,1,usd", header="start_time,end_time,cost,currency"),
            "no single day of UTC",
        ),
    ],
)
def test_what_cannot_be_relied_on_is_refused_in_a_sentence(content: bytes, words: str) -> None:
    assert words in sentence(content)


def test_a_file_larger_than_any_bill_is_refused_in_a_sentence() -> None:
    assert "larger than 32 MB" in sentence(b"x" * (32 * 1024 * 1024 + 1))


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=9),
    st.sampled_from(["usd", "1,234", "-0.5", "1e999", "2026-11-01", "9998-12-31T23:59:59-23:59", 1_793_491_200]),
    st.lists(st.none(), max_size=2),
)
results = st.fixed_dictionaries(
    {}, optional={"amount": st.fixed_dictionaries({}, optional={"value": cells, "currency": cells}), "line_item": cells}
)
buckets = st.fixed_dictionaries(
    {}, optional={"start_time": cells, "end_time": cells, "results": st.lists(st.one_of(results, cells), max_size=2)}
)
pages = st.recursive(st.one_of(cells, buckets), lambda inner: st.fixed_dictionaries({"data": st.lists(inner)}))
numbers = st.sampled_from([b"1e9999999999999999999999", b"-1E+99999999999999999999", b"1e-99999", b"Infinity", b"-0"])


def json_of(page: object) -> bytes:
    return json.dumps(page).encode()


def lines_of(rows: list[list[object]], delimiter: str) -> bytes:
    told = "\n".join(delimiter.join(str(cell) for cell in row) for row in rows)
    return f"{delimiter.join(('start_time', 'amount_value', 'amount_currency'))}\n{told}".encode(errors="replace")


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode(errors="surrogatepass")),
        pages.map(json_of),
        numbers.map(lambda number: as_json(COSTS, DAYS).replace(b"1.5,", number + b",")),
        st.integers(0, 900).map(lambda cut: as_json(COSTS, DAYS)[:cut]),
        st.builds(lines_of, st.lists(st.lists(cells, min_size=2, max_size=4), max_size=3), st.sampled_from(",;\t|")),
    )
)
def test_whatever_is_in_a_file_it_is_a_bill_or_refused_in_a_sentence(content: bytes) -> None:
    try:
        bill = read_bill(content)
        told = "".join(line.line_item + line.project for line in bill.lines) + "."
    except BillError as refusal:
        told = str(refusal)

    assert told.encode()  # it can be printed
    assert told.endswith((".", "?"))


def test_the_columns_that_are_told_are_few_and_harmless() -> None:
    words = sentence(csv_of("1", header=",".join(f"\x1b[31mcolumn {number}" for number in range(50))))

    assert "column 11." in words
    assert "\x1b" not in words


def november(*days: int, other: date | None = None) -> Bill:
    costs = [cost(date(2026, 11, day), 5) for day in days] + ([cost(other, 5)] if other else [])
    first, last = min([FIRST, *(each.day for each in costs)]), max([FIRST, *(each.day for each in costs)])
    return read_bill(as_csv(costs, days_between(first, last)))


def test_the_only_month_with_costs_is_the_one_that_is_meant() -> None:
    spare_day = read_bill(as_csv([cost(FIRST, 5)], days_between(FIRST, date(2026, 12, 1))))

    assert choose_month(november(1, 20), None) == Month(2026, 11)
    assert choose_month(spare_day, None) == Month(2026, 11)
    assert choose_month(read_bill(as_csv([], DAYS)), None) == Month(2026, 11)


def test_among_several_months_one_has_to_be_chosen() -> None:
    bill = november(3, other=date(2026, 10, 31))

    with pytest.raises(
        BillError, match=r"tells of 2026-10-31 to 2026-11-03\. Say which month to compare: --month 2026-11"
    ):
        choose_month(bill, None)
    assert choose_month(bill, Month(2026, 10)) == Month(2026, 10)
    with pytest.raises(BillError, match="nothing of 2026-12"):
        choose_month(bill, Month(2026, 12))


def test_a_project_is_compared_by_itself() -> None:
    bill = read_bill(as_csv(COSTS, DAYS))

    assert list(bill.projects.items()) == [("proj_b", 1_500_000_000), ("proj_a", 12_345_678), ("", -250_000_000)]
    assert told(of_project(bill, "proj_b")) == READ[1:]
    assert of_project(bill, "proj_b").days == bill.days
    with pytest.raises(BillError, match="It has proj_b and proj_a"):
        of_project(bill, "proj_c")
    with pytest.raises(BillError, match="does not tell projects apart"):
        of_project(read_bill(as_csv(COSTS[2:], DAYS)), "proj_a")
