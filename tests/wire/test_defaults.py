"""Defaults over the wire: whose counts, from when on, for whom, and what Discord and the image API see of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.presentation.choices import Asked, price_text
from bot.sandbox.discord.checks.components import Kind, walk
from bot.sandbox.discord.wire.json_values import as_objects, as_text
from tests.examples import MODEL
from tests.wire.test_leads import LEADS_ONLY, answer
from tests.wire.test_rules import lead_of

if TYPE_CHECKING:
    from bot.sandbox.discord import Member, Message
    from tests.wire.house import House


async def panel(house: House, who: Member, command: str = "settings") -> Message:
    shown = await who.slash(command)
    await house.until(lambda: shown.response is not None and shown.response.components)
    assert shown.response is not None
    assert shown.ephemeral
    return shown.response


def says(message: Message) -> str:
    """Everything that a panel says."""
    parts = [part for _, part in walk(as_objects(list(message.components))) if part.get("type") == Kind.TEXT]
    return "\n".join(as_text(part.get("content")) for part in parts)


async def choose(house: House, who: Member, shown: Message, menu: str, value: str) -> None:
    """Choose in a panel, and wait until it shows that."""
    before = says(shown)
    await who.select(shown, f"defaults:{menu}", value)
    await house.until(lambda: says(shown) != before)


async def asked_for(house: House, who: Member, **options: Any) -> dict[str, str]:  # noqa: ANN401 - the command's
    """What the image API is asked for when they draw."""
    before = len(house.images.calls)
    await house.ended(await who.slash("imagine", prompt="a fox", **options))
    return {name: str(value) for name, value in house.images.calls[before].fields.items()}


async def test_a_members_default_counts_before_the_servers_and_what_is_said_before_both(
    house: House, mia: Member
) -> None:
    ben, lea = house.discord.server.add_member("Ben"), lead_of(house)
    servers, mine = await panel(house, lea, "studio defaults"), await panel(house, mia)
    await choose(house, lea, servers, "server:quality", "low")
    await choose(house, lea, servers, "server:size", "864x1536")
    await choose(house, mia, mine, "own:quality", "high")

    bens, mias = await asked_for(house, ben), await asked_for(house, mia)
    said = await asked_for(house, mia, quality="medium", size="square")
    (choice,) = await mia.autocomplete("imagine", focused="quality", value="hi", prompt="a fox")

    assert (bens["quality"], bens["size"]) == ("low", "864x1536")
    assert (mias["quality"], mias["size"]) == ("high", "864x1536")
    assert (said["quality"], said["size"]) == ("medium", "1024x1024")
    assert "**Size**: 864×1536, this server's" in says(await panel(house, mia))
    assert choice["name"] == f"high · {price_text(MODEL, '864x1536', 'high', Asked(3))}"


async def test_a_german_member_reads_and_changes_their_defaults_in_german(house: House, mia: Member) -> None:
    mia.user.locale = "de"
    shown = await panel(house, mia)
    before = says(shown)

    await choose(house, mia, shown, "own:quality", "high")

    assert before.startswith("### Deine Standardeinstellungen auf diesem Server\nSie gelten überall")
    assert "**Preis**: Ein Bild damit kostet bis zu" in before
    assert "✅ Qualität: geändert." in says(shown)
    assert "**Qualität**: high, dein Standard" in says(shown)
    items = [part for _, part in walk(as_objects(list(shown.components)))]
    menu = next(item for item in items if item.get("custom_id") == "defaults:own:quality")
    assert menu["placeholder"] == "Qualität"
    assert "Qualität high" in [option["label"] for option in as_objects(menu["options"])]
    assert {"Größe eingeben", "Alle zurücksetzen"} <= {str(item.get("label")) for item in items}


async def test_defaults_last_over_a_restart_and_so_does_their_panel(house: House, mia: Member) -> None:
    shown = await panel(house, mia)
    await choose(house, mia, shown, "own:quality", "low")
    await house.restart_bot()

    before = await asked_for(house, mia)
    await choose(house, mia, shown, "own:quality", "high")
    after = await asked_for(house, mia)

    assert (before["quality"], after["quality"]) == ("low", "high")


async def test_another_server_is_not_affected(house: House, mia: Member) -> None:
    elsewhere = house.discord.add_server("Elsewhere", ("studio",))
    there = elsewhere.add_member("Mia", user=mia.user)
    lea, mine = lead_of(house), await panel(house, mia)
    await choose(house, lea, await panel(house, lea, "studio defaults"), "server:size", "864x1536")
    await choose(house, mia, mine, "own:quality", "low")

    asked = await asked_for(house, there)

    assert (asked["quality"], asked["size"]) == ("medium", "1024x1024")


async def test_who_has_lost_the_lead_role_is_refused_and_the_panel_stays_as_it_was(house: House) -> None:
    server, lea = house.discord.server, lead_of(house)
    producers = server.add_role("producers")
    server.offer_commands(producers)
    ines = server.add_member("Ines", roles=[producers])
    await answer(house, await lea.slash("studio leads", role=producers))
    shown = await panel(house, ines, "studio defaults")
    await choose(house, ines, shown, "server:quality", "low")
    before = says(shown)
    await answer(house, await lea.slash("studio leads", nobody=True))

    refused = await answer(house, await ines.select(shown, "defaults:server:quality", "high"))
    pressed = await answer(house, await ines.click(shown, "Reset all"))
    written = await answer(house, await ines.click(shown, "Write a size"))
    audit = await lea.slash("studio audit")
    await house.until(lambda: audit.response is not None and audit.response.embeds)

    assert refused == pressed == written == LEADS_ONLY
    assert says(shown) == before
    assert (await asked_for(house, ines))["quality"] == "low"
    assert "The default quality" in str(audit.response)


async def test_what_is_private_by_default_nobody_else_sees_even_begin(house: House, mia: Member) -> None:
    await choose(house, mia, await panel(house, mia), "own:private", "yes")

    asked = await mia.slash("imagine", prompt="a secret fox")
    await house.ended(asked)

    assert asked.ephemeral
    assert asked.response is not None
    assert asked.response.attachments
    assert house.posted(asked) is None


@pytest.mark.parametrize(("previews", "partials"), [("0", "0"), ("1", "1"), ("3", "2")])
async def test_previews_are_as_many_as_are_wanted_and_booked(
    previews: str, partials: str, house: House, mia: Member
) -> None:
    await choose(house, mia, await panel(house, mia), "own:previews", previews)

    asked = await asked_for(house, mia, quality="medium")

    assert asked["partial_images"] == partials
    (job,) = house.jobs()
    assert job.actual_nano is not None
    assert job.hold_nano >= job.actual_nano == house.images.bill.nano


async def test_a_default_that_a_model_lacks_is_said_under_the_picture(house: House, mia: Member) -> None:
    shown = await panel(house, mia)
    await choose(house, mia, shown, "own:quality", "max")

    result = await house.imagine(mia, model="gpt-image-2")

    assert "-# Your default quality (max) is not in GPT Image 2: I used high." in result.content.splitlines()


async def test_a_size_is_written_in_a_dialog(house: House, mia: Member) -> None:
    shown = await panel(house, mia)
    dialog = await mia.click(shown, "Write a size")
    await house.until(lambda: dialog.modal)
    await mia.submit_modal(dialog, {"size": "a4 landscape"})
    await house.until(lambda: "1584×1120" in says(shown))

    assert (await asked_for(house, mia))["size"] == "1584x1120"


async def test_a_reply_makes_one_picture_that_is_like_the_one_before(house: House, mia: Member) -> None:
    shown = await panel(house, mia)
    picture = await house.imagine(mia, quality="low", size="864x1536")
    await choose(house, mia, shown, "own:count", "3")
    await choose(house, mia, shown, "own:quality", "high")
    calls = len(house.images.calls)

    await mia.reply(picture, "make it snowy")
    await house.until(lambda: len(house.numbers()) == 2)

    (call,) = house.images.calls[calls:]
    assert (call.fields["quality"], call.fields["size"]) == ("low", "864x1536")
