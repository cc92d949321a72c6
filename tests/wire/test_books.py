"""A lead reads the month and takes a copy: over the wire, with a chart that is really drawn."""

from __future__ import annotations

import csv
import gzip
import io
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Answer
from bot.sandbox.discord.world.permissions import Permission
from bot.sandbox.images import Fault, FaultKind
from tests.pictures.samples import opened

if TYPE_CHECKING:
    from bot.sandbox.discord import Attachment, Invocation, Member
    from tests.wire.house import House


def lead(house: House) -> Member:
    return house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)


async def told(house: House, invocation: Invocation) -> tuple[str, Attachment]:
    """What only the lead sees, deferred at first: the words and the file."""
    await house.ended(invocation)
    assert invocation.answer is Answer.DEFERRED_MESSAGE
    assert invocation.ephemeral
    assert invocation.response is not None
    (attachment,) = invocation.response.attachments
    return invocation.response.content, attachment


@pytest.mark.charted
async def test_a_lead_reads_the_month_and_takes_a_copy(house: House) -> None:
    mia, lea = house.discord.server.add_member("Mia"), lead(house)
    await house.imagine(mia, count=2)
    house.images.faults.add(Fault(FaultKind.CUT))
    await house.ended(await mia.slash("imagine", prompt="a hen"))

    words, chart = await told(house, await lea.slash("quota report"))
    copy_words, copy = await told(house, await lea.slash("quota export"))

    ledger = house.ledger()
    lines = list(csv.DictReader(io.StringIO(copy.content.decode())))
    assert "for 2 pictures" in words
    assert "held for 1 picture that may have been billed; /quota resolve settles them" in words
    assert f"1. <@{mia.id}>: $0.0" in words
    assert opened(chart.content).size == (1000, 420)
    assert (chart.description or "").startswith("Charged in ")
    assert "Mia: $0.0" in (chart.description or "")
    assert copy_words.startswith("3 jobs in ")
    assert [line["state"] for line in lines] == ["settled", "settled", "unknown"]
    charged = sum(Decimal(line["cost_usd"] or 0) + Decimal(line["adjustment_usd"]) for line in lines)
    assert charged * 10**9 == ledger.sums.settled_nano
    counted = sum(Decimal(line["counted_usd"]) for line in lines)
    assert counted * 10**9 == ledger.sums.settled_nano + ledger.sums.unknown_nano


async def test_months_that_have_jobs_are_offered(house: House) -> None:
    mia, lea = house.discord.server.add_member("Mia"), lead(house)
    await house.imagine(mia)

    (month,) = await lea.autocomplete("quota report", focused="month", value="2")
    refusal = await lea.slash("quota report", month="2026-13")

    assert month["value"] == house.ledger().to_dict()["jobs"][0]["reserved_at"][:7]
    await house.ended(refusal)
    assert house.words(refusal).startswith("❌ “2026-13” is not a month.")


async def test_what_is_larger_than_discord_takes_comes_compressed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia, lea = house.discord.server.add_member("Mia"), lead(house)
    for _ in range(3):
        await house.imagine(mia, count=4)
    lea.user.upload_limit = 3000
    monkeypatch.setattr("bot.sandbox.discord.world.model.DEFAULT_UPLOAD_LIMIT", 3000)

    words, copy = await told(house, await lea.slash("quota export"))

    assert copy.filename.endswith(".csv.gz")
    assert len(list(csv.DictReader(io.StringIO(gzip.decompress(copy.content).decode())))) == 12
    assert "compressed" in words
