from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.images import Fault, FaultKind
from tests.wire.house import FAST
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member
    from tests.wire.house import House, OpenHouse

MEMBERS = 100
BUDGET_NANO = 200_000_000  # nano-dollars; a medium picture holds about a tenth of it


@pytest.mark.parametrize("trouble", [False, True], ids=["all well", "with faults"])
async def test_a_hundred_members_at_once_never_pass_the_budget(open_house: OpenHouse, *, trouble: bool) -> None:
    """I2."""
    house = await open_house(images=replace(FAST, pace=0.02))
    await house.start_bot(ATELIER_MONTHLY_BUDGET="0.20", ATELIER_CONCURRENCY=8)
    members = [house.discord.server.add_member(f"Member {number}") for number in range(MEMBERS)]
    random = house.discord.server.channel("random")
    if trouble:
        for kind in (FaultKind.CUT, FaultKind.SERVER_ERROR, FaultKind.OUTPUT_BLOCKED, FaultKind.RATE_LIMIT):
            house.images.faults.add(Fault(kind, after=1, retry_after=0.01))

    invocations = await asyncio.gather(*(member.slash("imagine", prompt="a fox", channel=random) for member in members))
    await house.ended(*invocations)
    await house.images.idle()

    ledger = house.ledger()
    bill = {line.call_id: line.cost_nano for line in house.images.bill.charged}
    answered = {job.provider_request_id: job.actual_nano for job in ledger.jobs if job.state == "settled"}
    unanswered = {request_id: nano for request_id, nano in bill.items() if request_id not in answered}
    assert bill == answered | unanswered
    assert house.images.bill.nano == ledger.sums.settled_nano + sum(unanswered.values())
    assert sum(unanswered.values()) <= ledger.sums.unknown_nano
    assert house.images.bill.nano <= ledger.sums.settled_nano + ledger.sums.unknown_nano <= BUDGET_NANO
    assert ledger.sums.held_nano == 0
    if not trouble:
        assert house.images.bill.nano == ledger.sums.settled_nano + ledger.sums.unknown_nano
    posted = [invocation for invocation in invocations if house.posted(invocation)]
    told = [invocation for invocation in invocations if not house.posted(invocation)]
    assert 5 <= len(posted) <= len(house.images.calls) <= 12
    assert all(house.words(invocation).startswith("❌ ") for invocation in told)
    refused = [invocation for invocation in told if invocation.ephemeral]
    assert len(refused) >= MEMBERS - 13
    assert all("monthly budget" in house.words(invocation) for invocation in refused)
    assert len(posted) + len(told) == MEMBERS
    assert all(not invocation.followups for invocation in invocations)


async def test_what_is_left_over_of_a_hold_can_be_used(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_MONTHLY_BUDGET="0.20")
    mia = house.discord.server.add_member("Mia")
    made = 0

    while house.posted(await _asked(house, mia)) is not None:
        made += 1

    assert house.ledger().sums.settled_nano == house.images.bill.nano <= BUDGET_NANO
    assert made == len(house.images.calls)
    assert BUDGET_NANO - house.images.bill.nano < house.jobs()[-1].hold_nano


async def _asked(house: House, member: Member) -> Invocation:
    invocation = await member.slash("imagine", prompt="a fox", quality="medium")
    await house.ended(invocation)
    return invocation


async def test_an_unknown_outcome_counts_against_the_budget_after_a_restart(open_house: OpenHouse) -> None:
    house = await open_house()
    budget = {"ATELIER_MONTHLY_BUDGET": "0.03"}
    await house.start_bot(**budget)
    mia = house.discord.server.add_member("Mia")
    house.images.faults.add(Fault(FaultKind.CUT, after=1))
    await house.refusal(await mia.slash("imagine", prompt="a fox"))
    await house.restart_bot(**budget)

    words = await house.refusal(
        await mia.slash("imagine", prompt="a fox", channel=house.discord.server.channel("random"))
    )

    assert "monthly budget" in words
    assert len(house.images.calls) == 1


async def test_the_report_beside_the_running_bot_agrees_with_the_bill(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    await house.imagine(mia, count=2)
    await house.imagine(mia, quality="high")
    house.images.faults.add(Fault(FaultKind.MODERATION_BLOCKED))
    await house.refusal(await mia.slash("imagine", prompt="a fox"))

    async with BotProcess({"ATELIER_DATA_DIR": str(house.data_dir)}, house.data_dir / "cwd", "report", "--json") as cli:
        code = await cli.ended()

    assert code == 0, cli.errors
    report = json.loads(cli.output)
    assert report["settled_nano"] == house.images.bill.nano
    assert report["held_nano"] == report["unknown_nano"] == 0
    assert [job["state"] for job in report["jobs"]] == ["settled", "settled", "settled", "released"]
    costs = sorted(line.cost_nano for line in house.images.bill.charged)
    assert sorted(job["actual_nano"] for job in report["jobs"] if job["state"] == "settled") == costs
