"""/enhance and /describe over the wire: the bill is the ledger, and what goes wrong is said as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.presentation.offers import NOTHING_MORE
from bot.sandbox.discord import Upload
from bot.sandbox.discord.world.permissions import Permission
from bot.sandbox.images import Fault, FaultKind
from bot.services.jobs.outcomes import CUT, DECLINED
from bot.services.jobs.turn_calls import NO_WORDS
from tests.pictures.samples import encoded, gradient
from tests.wire.house import buttons

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member
    from tests.wire.house import House, OpenHouse

SETTINGS = {"ATELIER_CONVERSATIONS": "gpt-6-luna"}
WIDE = Upload("wide.png", encoded(gradient(96, 48), "PNG"))
COST = "-# No picture was made; these words cost <$0.001."
HELD = "Whether it is billed is not known yet, so its price stays held."
K = FaultKind


@pytest.fixture
async def house(open_house: OpenHouse) -> House:
    """A house whose endpoint has a text model."""
    house = await open_house()
    await house.start_bot(**SETTINGS)
    await house.until(lambda: house.images.requests)
    return house


async def enhanced(house: House, member: Member, prompt: str = "a red fox") -> Invocation:
    """Somebody has a prompt written anew; what came of it stands in the answer to the dialog."""
    dialog = await member.slash("enhance", prompt=prompt)
    await house.until(lambda: dialog.modal is not None)
    sent = await member.submit_modal(dialog, {"prompt": prompt})
    await house.ended(sent)
    return sent


async def described(house: House, member: Member, asked: Invocation, button: str = "Describe") -> Invocation:
    """What came of the press of a question's button."""
    pressed = await member.click(await asked.shown(), button)
    await house.ended(pressed)
    return pressed


def fields_of(sent: Invocation) -> list[Any]:
    """What stands side by side."""
    return [] if sent.response is None else [each for embed in sent.response.embeds for each in embed.get("fields", [])]


async def is_booked(house: House, held: int = 0) -> None:
    """Every answer is written down, and what is settled is the provider's bill, to the nano-dollar."""
    await house.images.idle()
    await house.until(lambda: house.unanswered() == 0)
    sums = house.ledger().sums

    assert (sums.settled_nano, sums.unknown_count) == (house.images.bill.nano, held)
    assert sums.held_nano == 0


async def test_words_are_written_and_drawn_over_a_restart_and_all_of_it_is_on_the_bill(house: House) -> None:
    mia, ben = (house.discord.server.add_member(name) for name in ("Mia", "Ben"))
    first = await enhanced(house, mia)
    posted = await ben.send(mia.first_channel, "look", [WIDE, Upload("other.png", WIDE.content)])
    shown = await described(house, mia, await mia.message_command("Describe image", posted), "1st of 2")
    own = await described(house, ben, await ben.slash("describe", image=WIDE))
    await house.restart_bot(**SETTINGS)
    drawn = [
        await house.result(await mia.click(await first.shown(), "Draw the new words")),
        await house.result(await mia.click(await first.shown(), "Draw the old words")),
        await house.result(await ben.click(await own.shown(), "Draw it")),
    ]
    seen = house.words(own).partition("\n")[0].removeprefix("> ").replace("\\", "")
    words = (
        "a red fox, seen from a little below, in soft evening light, with long shadows, muted colours and fine detail"
    )

    (embed,) = (await first.shown()).embeds
    assert house.words(first) == ""
    assert [(each["name"], each["value"], each["inline"]) for each in embed["fields"]] == [
        ("Before", "a red fox", True),
        ("After", words, True),
    ]
    assert embed["footer"]["text"] == COST.removeprefix("-# ")
    assert house.words(shown).startswith("> A wide picture in ")
    assert [call.prompt for call in house.images.calls] == [words, "a red fox", seen]
    assert all(each.attachments for each in drawn)
    assert [("tools" in turn, turn["store"]) for turn in house.images.turns] == [(False, False)] * 3
    told = [(job.model, job.size, job.outcome, job.images, job.picture) for job in house.jobs()][:3]
    assert told == [("gpt-6-luna", "", "words", 0, None)] * 3
    assert house.ledger().sums.picture_count == 3
    await is_booked(house)


async def test_a_dialog_of_words_is_paid_once(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    dialog = await mia.slash("enhance", prompt="a red fox")
    await house.until(lambda: dialog.modal is not None)
    await house.ended(await mia.submit_modal(dialog, {"prompt": "a red fox"}))
    again = await (await mia.submit_modal(dialog, {"prompt": "a blue fox"})).shown()

    assert again.content.endswith(NOTHING_MORE)
    assert "its words stand where they were asked for" in again.content
    assert len(house.images.turns) == 1
    await is_booked(house)


@pytest.mark.parametrize(
    ("prompt", "fault", "said", "unknown"),
    [
        ("a red fox", Fault(K.RATE_LIMIT), "After", 0),  # it comes again by itself
        ("a red fox", Fault(K.SERVER_ERROR, billed=False), f"an internal error. {HELD}", 1),
        ("a red fox", Fault(K.CUT, billed=False), f"the connection to the image API was lost. {HELD}", 1),
        ("a red fox", Fault(K.END_WITHOUT_COMPLETED, billed=False), f"was cut off. {HELD}", 1),
        ("a red fox", Fault(K.RESPONSE_FAILED, billed=False), HELD, 1),
        ("a forbidden fox", None, "safety check blocked this", 0),
        ("an unkind fox", None, DECLINED, 0),
        ("an endless fox", None, CUT, 0),
        ("a red fox", Fault(K.CONTENT_FILTER), "safety check blocked this", 0),
    ],
)
async def test_what_goes_wrong_with_words_is_said_and_booked_as_it_is(
    prompt: str, fault: Fault | None, said: str, unknown: int, house: House
) -> None:
    mia = house.discord.server.add_member("Mia")
    if fault is not None:
        house.images.faults.add(fault)
    sent = await enhanced(house, mia, prompt)

    message = await sent.shown()
    told = [message.content, *(each.get("description", "") for each in message.embeds)]
    assert any(said in each for each in (*told, *(each["name"] for each in fields_of(sent))))
    await is_booked(house, unknown)


async def test_where_the_endpoint_has_no_responses_it_is_said_and_costs_nothing(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(**SETTINGS)
    mia = house.discord.server.add_member("Mia")
    house.images.faults.add(Fault(K.SERVER_ERROR, status=404))
    sent = await enhanced(house, mia)

    assert NO_WORDS in house.words(sent)
    await is_booked(house)


async def begun(house: House, member: Member, prompt: str) -> Invocation:
    """As `enhanced`, as far as that it can be cancelled."""
    dialog = await member.slash("enhance", prompt=prompt)
    await house.until(lambda: dialog.modal is not None)
    sent = await member.submit_modal(dialog, {"prompt": prompt})
    await house.until(lambda: sent.response is not None and buttons(sent.response) == [["Cancel"]])
    return sent


async def test_words_that_wait_are_cancelled_free_and_those_that_are_sent_come_and_are_paid(
    open_house: OpenHouse,
) -> None:
    house = await open_house()
    await house.start_bot(**SETTINGS, ATELIER_CONCURRENCY=1)
    await house.until(lambda: house.images.requests)
    mia, ben = (house.discord.server.add_member(name) for name in ("Mia", "Ben"))
    house.gate.clear()
    sent = await begun(house, mia, "a red fox")
    await house.until(lambda: house.images.turns)
    waiting = await begun(house, ben, "a blue fox")

    await ben.click(await waiting.shown(), "Cancel")
    await house.ended(waiting)
    paid = await mia.click(await sent.shown(), "Cancel")
    await house.until(lambda: house.words(paid))
    house.gate.set()
    await house.ended(sent)

    assert house.words(waiting) == "❌ Cancelled before the image API had it. Nothing was charged.\n> a blue fox"
    assert buttons(await waiting.shown()) == [["Try again", "Change the words"]]
    assert house.words(paid) == (
        "❌ The words are being written already, and are paid for: at most $0.002. They are shown in a moment."
    )
    assert [each["name"] for each in fields_of(sent)] == ["Before", "After"]
    assert sorted(house.states()) == ["released", "settled"]
    assert len(house.images.turns) == 1
    await is_booked(house)


async def test_in_german_what_was_done_to_a_file_is_told_too_and_a_price_outlasts_a_restart_and_a_pause(
    house: House,
) -> None:
    mia = house.discord.server.add_member("Mia")
    lead = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    mia.user.locale = "de"
    moving = Upload(
        "a.gif", encoded(gradient(32, 32), "GIF", save_all=True, append_images=[gradient(32, 16).resize((32, 32))])
    )
    told = await described(house, mia, await mia.slash("describe", image=moving), "Beschreiben")
    asked, dialog = await mia.slash("describe", image=WIDE), await mia.slash("enhance", prompt="a red fox")
    await house.until(lambda: dialog.modal is not None and house.words(asked))
    await house.restart_bot(**SETTINGS)
    gone = await described(house, mia, asked, "Beschreiben")
    sent = await mia.submit_modal(dialog, {"prompt": "a red fox"})
    await house.until(lambda: fields_of(sent))
    paused = await lead.slash("studio pause")
    await house.until(lambda: house.words(paused))
    refused = await mia.slash("enhance", prompt="a red fox")
    await house.ended(refused)

    assert "-# „a.gif“ ist animiert; das erste Bild wird verwendet." in house.words(told)
    assert house.words(gone).startswith("❌ Ich habe dieses Bild nicht mehr zur Hand.")
    assert [each["name"] for each in fields_of(sent)] == ["Vorher", "Nachher"]
    assert "Es wurde nichts berechnet." in house.words(refused)
    assert len(house.images.turns) == 2
    await is_booked(house)
