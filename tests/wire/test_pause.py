"""The kill switch over the wire: what is sent before it is finished, nothing is sent after it, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.discord import Options, Permission
from tests.wire.house import FAST
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Invocation, Member, Server
    from tests.wire.house import House, OpenHouse


def paused(lead: Member, why: str = "") -> str:
    """What those who wait read."""
    return f"⏸️ Paused by {lead.mention}{f': {why}' if why else ''}. Your place in line is kept."


def lead_of(server: Server) -> Member:
    return server.add_member("Ada", permissions=Permission.MANAGE_GUILD)


async def command(house: House, lead: Member, name: str, **options: Any) -> str:  # noqa: ANN401 - options of the command
    """Use a command of leads and read the answer, which nobody else sees."""
    invocation = await lead.slash(f"studio {name}", **options)
    await house.until(lambda: house.words(invocation))
    assert invocation.ephemeral
    return house.words(invocation)


async def ask(member: Member, prompt: str = "a fox") -> Invocation:
    return await member.slash("imagine", prompt=prompt)


def prompts(house: House) -> list[str]:
    return [call.prompt for call in house.images.calls]


async def test_a_pause_in_mid_load_lets_nothing_more_be_sent_and_loses_nothing(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_CONCURRENCY=10)
    server = house.discord.server
    lead = lead_of(server)
    members = [server.add_member(f"Member {number}") for number in range(20)]
    house.gate.clear()
    first = [await ask(member) for member in members[:10]]
    await house.in_mid_job(10)
    later = [await ask(member) for member in members[10:]]
    await house.until(lambda: all(house.words(each).startswith("⏳") for each in later))

    answer = await command(house, lead, "pause", reason="the bill is too high")
    await house.until(lambda: all(house.words(each) == paused(lead, "the bill is too high") for each in later))
    refused = await ask(members[0])
    refusal = await house.refusal(refused)
    house.gate.set()
    await house.ended(*first)
    await house.images.idle()

    assert "Being made, and will be posted: 10 pictures." in answer
    assert "Waiting: 10 pictures." in answer
    assert refused.ephemeral
    assert refusal.startswith(f"❌ {lead.mention} has paused picture making here <t:")
    assert refusal.endswith(":R>: the bill is too high. Ask again when it goes on. Nothing was charged.")
    assert all(house.posted(each) for each in first)
    assert len(house.images.calls) == 10
    assert house.states() == ["settled"] * 10 + ["reserved"] * 10

    await command(house, lead, "resume")
    await house.ended(*later)

    assert all(house.posted(each) for each in later)
    assert len(house.images.calls) == 20
    assert house.ledger().sums.settled_nano == house.images.bill.nano


async def test_after_the_pause_everybody_has_their_place_in_line(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_CONCURRENCY=1)
    server = house.discord.server
    lead, mia, bob, eve = lead_of(server), *(server.add_member(name) for name in ("Mia", "Bob", "Eve"))
    house.gate.clear()
    asked = [await ask(mia, "first")]
    await house.in_mid_job()
    for member, prompt in ((mia, "Mia 1"), (bob, "Bob 1"), (mia, "Mia 2"), (bob, "Bob 2"), (eve, "Eve 1")):
        asked.append(await ask(member, prompt))
        await house.until(lambda: house.words(asked[-1]).startswith("⏳"))
    await command(house, lead, "pause")
    await house.until(lambda: all(house.words(each) == paused(lead) for each in asked[1:]))
    house.gate.set()
    await house.ended(asked[0])
    house.gate.clear()

    answer = await command(house, lead, "resume")
    await house.until(lambda: all(house.words(each).startswith("⏳") for each in asked[3:]))
    house.gate.set()
    await house.ended(*asked)

    assert "Waiting: 5 pictures" in answer or "Waiting: 4 pictures" in answer
    assert prompts(house) == ["first", "Bob 1", "Eve 1", "Mia 1", "Bob 2", "Mia 2"]  # Mia has had one


async def test_a_job_that_waits_for_the_pace_is_called_back(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_IMAGES_PER_MINUTE=1)
    server = house.discord.server
    lead, mia, bob = lead_of(server), server.add_member("Mia"), server.add_member("Bob")
    await house.imagine(mia)
    paced = await ask(bob)
    await house.until(lambda: house.words(paced).startswith("⏳ You are next in line."))

    answer = await command(house, lead, "pause")
    await house.until(lambda: house.words(paced) == paused(lead))

    assert "Nothing is being made now" in answer
    assert "Waiting: 1 picture." in answer
    assert house.states() == ["settled", "reserved"]
    assert len(house.images.calls) == 1


async def test_a_pause_outlasts_a_restart(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house()
    server = house.discord.server
    lead, mia, bob = lead_of(server), server.add_member("Mia"), server.add_member("Bob")
    async with BotProcess({**house.environment(), "ATELIER_CONCURRENCY": "1"}, tmp_path / "cwd") as first:
        await house.discord.bot_ready()
        house.gate.clear()
        made = await ask(mia)
        await house.in_mid_job()
        waiting = await ask(bob)
        await house.until(lambda: house.words(waiting).startswith("⏳"))
        await command(house, lead, "pause", reason="we move")
        await house.until(lambda: house.words(waiting) == paused(lead, "we move"))
        house.gate.set()
        await house.ended(made)
        await first.killed()
    edits = len(house.edits())

    await house.start_bot(ATELIER_CONCURRENCY=1)
    await house.until(lambda: len(house.edits()) > edits)
    refusal = await house.refusal(await ask(mia))

    assert house.words(waiting) == paused(lead, "we move")
    assert "we move" in refusal
    assert house.states() == ["settled", "reserved"]
    assert len(house.images.calls) == 1

    await command(house, lead, "resume")

    assert (await house.result(waiting)).content.startswith(f"**#2** for {bob.mention}")


async def test_another_server_goes_on(open_house: OpenHouse) -> None:
    house = await open_house()
    elsewhere = house.discord.add_server("Elsewhere", ("studio",))
    await house.start_bot(ATELIER_CONCURRENCY=1)
    server = house.discord.server
    lead, mia, bob = lead_of(server), server.add_member("Mia"), server.add_member("Bob")
    eve, other_lead = elsewhere.add_member("Eve"), lead_of(elsewhere)
    house.gate.clear()
    made = await ask(mia, "first")
    await house.in_mid_job()
    kept = await ask(bob, "Bob's")
    await house.until(lambda: "next in line" in house.words(kept))
    waiting = await ask(eve, "Eve's")
    await house.until(lambda: "number 2" in house.words(waiting))

    await command(house, lead, "pause")
    house.gate.set()
    await house.ended(made, waiting)
    await house.imagine(eve, "Eve's second")
    answer = await command(house, other_lead, "resume")

    assert prompts(house) == ["first", "Eve's", "Eve's second"]
    assert house.words(kept) == paused(lead)
    assert answer == "▶️ Picture making is not paused here. Nothing was changed."


async def test_many_who_wait_are_told_within_the_rate_limits_of_discord(open_house: OpenHouse) -> None:
    house = await open_house(Options(), FAST)
    await house.start_bot(ATELIER_CONCURRENCY=1)
    server = house.discord.server
    lead = lead_of(server)
    house.gate.clear()
    asked = [await ask(server.add_member("First"))]
    await house.in_mid_job()
    asked += [await ask(server.add_member(f"Member {number}")) for number in range(30)]
    await house.until(lambda: all(house.words(each).startswith("⏳") for each in asked[1:]))

    await command(house, lead, "pause")
    await house.until(lambda: all(house.words(each) == paused(lead) for each in asked[1:]))
    await command(house, lead, "resume")
    await house.until(lambda: all(house.words(each).startswith("⏳") for each in asked[1:]))

    assert [each for each in house.discord.traffic if each.status == 429] == []


async def test_the_panel_tells_how_things_stand(house: House) -> None:
    lead = lead_of(house.discord.server)
    house.gate.clear()
    await ask(house.discord.server.add_member("Mia"))
    await house.in_mid_job()

    invocation = await lead.slash("studio status")
    response = await invocation.shown()

    (text,) = response.components[0]["components"]
    assert invocation.ephemeral
    assert "Here: 1 running, 0 waiting." in text["content"]
