"""`atelier reconcile` over a real run, with exports written from the sandbox's own bill."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.images import Fault, FaultKind
from tests.bills import Cost, as_csv, as_json, cost, days_between
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from tests.wire.house import House

    Write = Callable[[Iterable[Cost], Iterable[date]], bytes]

FORMS: list[Write] = [as_csv, as_json]


def billed(house: House) -> list[Cost]:
    """What the image API has billed: one line for each day and model, as the provider sums them."""
    answered = {job.provider_request_id: job.closed_at or job.reserved_at for job in house.jobs()}
    asked = house.jobs()[0].reserved_at
    sums: dict[tuple[date, str], int] = {}
    for line in house.images.bill.charged:
        day = datetime.fromtimestamp(answered.get(line.call_id, asked), UTC).date()
        sums[day, line.model] = sums.get((day, line.model), 0) + line.cost_nano
    return [cost(day, nano, f"{model}, image output") for (day, model), nano in sums.items()]


async def reconciled(house: House, write: Write) -> tuple[int | None, dict[str, Any]]:
    costs = billed(house)
    days = [each.day for each in costs]
    file = house.data_dir / "costs"
    file.write_bytes(write(costs, days_between(min(days), max(days))))
    words = ("reconcile", str(file), "--json", "--month", f"{max(days):%Y-%m}")
    async with BotProcess({"ATELIER_DATA_DIR": str(house.data_dir)}, house.data_dir / "cwd", *words) as cli:
        code = await cli.ended()
    assert cli.errors == ""
    return code, json.loads(cli.output)


@pytest.mark.parametrize("write", FORMS, ids=["csv", "json"])
async def test_beside_the_running_bot_the_bill_and_the_ledger_are_equal(house: House, write: Write) -> None:
    mia = house.discord.server.add_member("Mia")
    await house.imagine(mia, count=2)
    await house.imagine(mia, quality="high")
    await house.imagine(mia, model="gpt-image-2", quality="low")
    house.images.faults.add(Fault(FaultKind.MODERATION_BLOCKED))
    await house.refusal(await mia.slash("imagine", prompt="a fox"))

    code, found = await reconciled(house, write)

    assert code == 0
    assert found["bill_nano"] == found["ledger_nano"] == house.images.bill.nano > 0
    assert found["difference_nano"] == 0
    assert [day["difference_nano"] for day in found["days"] if day["difference_nano"]] == []


@pytest.mark.parametrize("write", FORMS, ids=["csv", "json"])
async def test_an_unknown_job_that_the_provider_billed_is_named(house: House, write: Write) -> None:
    mia = house.discord.server.add_member("Mia")
    await house.imagine(mia)
    settled = house.images.bill.nano
    house.images.faults.add(Fault(FaultKind.CUT, after=1))
    await house.refusal(await mia.slash("imagine", prompt="a fox"))
    await house.images.idle()

    code, found = await reconciled(house, write)

    hold = house.jobs()[-1].hold_nano
    assert code == 1
    assert (found["ledger_nano"], found["bill_nano"]) == (settled, house.images.bill.nano)
    assert 0 < found["difference_nano"] <= hold
    assert found["reasons"] == {"unknown": {"jobs": 1, "nano": hold, "hold_nano": hold}}
    assert any(note.startswith("Of unknown outcome: 1 job") for note in found["notes"])
