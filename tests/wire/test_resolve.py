"""/quota resolve over the wire: what the image API cut off is given back, and the member goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.sandbox.discord import Permission
from bot.sandbox.images import Fault, FaultKind
from bot.storage.database.sqlite import sqlite3
from tests.storage.invariants import faults
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from bot.sandbox.discord import Member
    from tests.wire.house import House, OpenHouse


async def lost(house: House, member: Member) -> str:
    """Ask for a picture whose stream is cut off; the words of the answer."""
    house.images.faults.add(Fault(FaultKind.CUT, after=1))
    return await house.refusal(await member.slash("imagine", prompt="a fox"))


async def resolve(house: House, lead: Member, charge: str, outcome: str) -> str:
    invocation = await lead.slash("quota resolve", charge=charge, outcome=outcome, reason="seen on the bill")
    await house.ended(invocation)
    assert invocation.ephemeral
    return house.words(invocation)


def broken(house: House) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(f"file:{house.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)
    try:
        return faults(connection)
    finally:
        connection.close()


async def test_what_was_not_billed_is_free_again_and_the_next_picture_is_made(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_MONTHLY_BUDGET="0.03")
    server = house.discord.server
    mia = server.add_member("Mia")
    lead = server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    unknown = await lost(house, mia)
    refused = await house.refusal(await mia.slash("imagine", prompt="a fox", channel=server.channel("random")))

    (choice,) = await lead.autocomplete("quota resolve", focused="charge", value="mia")
    words = await resolve(house, lead, choice["value"], "nothing")
    message = await house.imagine(mia)

    assert "its price stays held" in unknown
    assert "monthly budget" in refused
    assert choice["name"].startswith("$0.019 held · 2.5 Flare medium · Mia · ")
    assert f"<@{mia.id}>'s picture (GPT Image 2.5 Flare, medium" in words
    assert "held) to not charged." in words
    assert "in this bot's monthly budget" in words
    assert message.content.startswith("**#1** for")
    assert house.states() == ["released", "settled"]
    assert broken(house) == {}


async def test_what_was_billed_is_settled_and_the_bill_agrees(house: House) -> None:
    server = house.discord.server
    mia = server.add_member("Mia")
    lead = server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    await lost(house, mia)
    await house.images.idle()
    billed = house.images.bill.nano
    invocation = await lead.slash(
        "quota resolve",
        charge=house.jobs()[0].id,
        outcome="amount",
        reason="seen on the bill",
        amount=f"${billed / 10**9:.9f}",
    )
    await house.ended(invocation)

    async with BotProcess({"ATELIER_DATA_DIR": str(house.data_dir)}, house.data_dir / "cwd", "report", "--json") as cli:
        code = await cli.ended()

    assert code == 0
    assert json.loads(cli.output)["settled_nano"] == billed > 0
    assert " to charged $" in house.words(invocation)
    assert broken(house) == {}
