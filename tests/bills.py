"""The provider's exports of costs, written as it writes them: pages of its Costs API, and its dashboard's CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADER = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,quantity_unit,line_item,"
    "user_id,api_key_id,project_id,organization_id,project_name,organization_name,user_email,api_source"
)
PICTURES = "gpt-image-2.5-flare, image output"


@dataclass(frozen=True)
class Cost:
    """So much for something on a day; `usd` as it stands in the export."""

    day: date
    usd: str
    line_item: str | None = PICTURES
    project: str | None = "proj_a"


def cost(day: date, nano: int, line_item: str | None = PICTURES) -> Cost:
    return Cost(day, f"{Decimal(nano) / 10**9:.28f}", line_item)


def seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(number) for number in range((last - first).days + 1)]


def page(costs: Iterable[Cost], days: Iterable[date], *, more: bool = False) -> dict[str, Any]:
    """A page of the Costs API, amounts as its floats."""
    costs = list(costs)
    buckets = [
        {
            "object": "bucket",
            "start_time": seconds(day),
            "end_time": seconds(day + timedelta(1)),
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": {"value": float(each.usd), "currency": "usd"},
                    "line_item": each.line_item,
                    "project_id": each.project,
                    "api_key_id": None,
                }
                for each in costs
                if each.day == day
            ],
        }
        for day in days
    ]
    return {"object": "page", "data": buckets, "has_more": more, "next_page": "page_2" if more else None}


def as_json(costs: Iterable[Cost], days: Iterable[date]) -> bytes:
    return json.dumps(page(costs, days)).encode()


def as_csv(costs: Iterable[Cost], days: Iterable[date], delimiter: str = ",") -> bytes:
    """The dashboard's table: a line for each cost, and an empty one for a day without any."""
    costs = list(costs)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(HEADER.split(","))
    for day in days:
        following = day + timedelta(1)
        times = [seconds(day), seconds(following), f"{day}T00:00:00+00:00", f"{following}T00:00:00+00:00"]
        of_day = [each for each in costs if each.day == day]
        for each in of_day:
            told = [each.usd, "usd", "1000.0", "tokens", each.line_item, "", "", each.project, "org-x", "Pictures"]
            writer.writerow([*times, *told, "", "", ""])
        if not of_day:
            writer.writerow([*times, *[""] * 13])
    return file.getvalue().encode()
