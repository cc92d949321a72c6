"""The dialog that sets up a server, the button that opens it, and the switch under the status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.delivery.languages import translated
from bot.discord_ui.interactions import LEADS_ONLY
from bot.discord_ui.rows import view_of
from bot.language import LOCALES, language_of
from bot.services.policy import ServerPolicy
from cogs.studio.first_setup import Chosen, SetupButton, SetupDialog
from cogs.studio.running import SwitchButton

if TYPE_CHECKING:
    from simcord import InteractionResult

    from tests.cogs.house import House
    from tests.conftest import OpenHouse


async def open_dialog(house: House, **options: Any) -> InteractionResult:  # noqa: ANN401 - the command's options
    return await house.lead.slash(house.channel, "studio setup", **options)


def fields(dialog: InteractionResult) -> dict[str, dict[str, Any]]:
    """The fields by their ids."""
    modal: Any = dialog.modal
    return {row["component"]["custom_id"]: row["component"] for row in modal["components"]}


async def submit(house: House, dialog: InteractionResult, **values: Any) -> str:  # noqa: ANN401 - as they are chosen
    answer = await house.lead.submit_modal(dialog, values)
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


async def test_a_safe_start_stands_in_the_dialog_and_is_set_as_it_is(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await open_dialog(house)
        text = await submit(house, dialog, budget="$20", each="10 pictures")
        policy = await house.services.policies.of(house.server.id)

    assert [fields(dialog)[name]["value"] for name in ("budget", "each", "zone")] == ["$20", "10 pictures", "UTC"]
    assert sorted(rule.maximum or 0 for rule in policy.limits) == [10, 20 * 10**9]
    assert "$20.00" in text


async def test_everything_can_be_chosen_in_it(opened: OpenHouse) -> None:
    async with opened() as house:
        log, role = house.server.create_text_channel("log"), house.server.create_role("painters")
        await submit(
            house,
            await open_dialog(house),
            budget="$5",
            each="3 pictures",
            zone="Europe/Berlin",
            log=[log],
            leads=[role],
        )
        policy = await house.services.policies.of(house.server.id)
        posted = len(log.history(viewer=house.lead))
        again = fields(await open_dialog(house))

    assert (policy.zone, policy.log_channel_id, policy.lead_role_id) == ("Europe/Berlin", log.id, role.id)
    assert posted == 1
    assert (again["budget"]["value"], again["each"]["value"], again["zone"]["value"]) == (
        "$5.00",
        "3 pictures",
        "Europe/Berlin",
    )
    assert [again[name]["default_values"][0]["id"] for name in ("log", "leads")] == [log.id, role.id]


async def test_what_was_written_before_the_dialog_stands_in_it(opened: OpenHouse) -> None:
    async with opened() as house:
        role = house.server.create_role("painters")
        shown = fields(await open_dialog(house, each="2 pictures", zone="Asia/Tokyo", leads=role))

    assert (shown["each"]["value"], shown["zone"]["value"]) == ("2 pictures", "Asia/Tokyo")
    assert shown["leads"]["default_values"][0]["id"] == role.id


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"budget": "much"}, "much"),
        ({"each": "unlimited"}, "no safe start"),
        ({"zone": "Berlim"}, "Nothing was changed."),
    ],
)
async def test_what_cannot_be_set_is_said_and_nothing_is_changed(
    values: dict[str, str], words: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        before = await house.services.policies.of(house.server.id)
        text = await submit(house, await open_dialog(house), **{"budget": "$20", "each": "10 pictures", **values})
        after = await house.services.policies.of(house.server.id)

    assert words in text
    assert after == before


async def test_what_is_not_set_or_unlimited_stays_so_where_there_are_limits(opened: OpenHouse) -> None:
    async with opened() as house:
        for kind, amount, window in (("allowance", "3 pictures", "week"), ("allowance", "unlimited pictures", "day")):
            await house.lead.slash(house.channel, "quota set", kind=kind, amount=amount, window=window)
        before = (await house.services.policies.of(house.server.id)).limits
        dialog = await open_dialog(house)
        unchanged = await submit(house, dialog, budget="", each="", zone="UTC")
        left = (await house.services.policies.of(house.server.id)).limits
        await submit(house, await open_dialog(house), budget="$7", each="", zone="UTC")
        after = (await house.services.policies.of(house.server.id)).limits

    shown = fields(dialog)
    assert [shown[name].get("value") for name in ("budget", "each")] == [None, None]
    assert [shown[name]["required"] for name in ("budget", "each")] == [False, False]
    assert unchanged.startswith("This held already.")
    assert left == before
    assert set(after) - set(before) == {rule for rule in after if rule.shared and rule.maximum == 7 * 10**9}
    assert len(after) == len(before) + 1


async def test_without_any_limits_both_amounts_are_needed(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await open_dialog(house)
        text = await submit(house, dialog, budget="$20", each=" ")
        policy = await house.services.policies.of(house.server.id)

    assert [fields(dialog)[name]["required"] for name in ("budget", "each")] == [True, True]
    assert "Write how much for both" in text
    assert policy.limits == ()


@pytest.mark.parametrize("locale", [*LOCALES, "en-US"])
def test_every_field_says_what_it_is_for_in_as_many_characters_as_discord_takes(locale: str) -> None:
    dialog = translated(SetupDialog(ServerPolicy(), 1, Chosen("", "")), language_of(locale))
    labels = [child for child in dialog.children if isinstance(child, discord.ui.Label)]

    assert len(labels) == 5
    assert [each.text for each in labels if each.text.endswith("…")] == []
    assert [each.description for each in labels if (each.description or "").endswith("…")] == []


async def test_a_role_and_a_channel_that_are_gone_do_not_stand_in_it(opened: OpenHouse) -> None:
    async with opened() as house:
        log, role = house.server.create_text_channel("log"), house.server.create_role("painters")
        await submit(house, await open_dialog(house), budget="$5", each="3 pictures", log=[log], leads=[role])
        seen: Any = house.bot.get_guild(house.server.id)
        seen._remove_role(role.id)
        seen._remove_channel(seen.get_channel(log.id))
        shown = fields(await open_dialog(house))

    assert [shown[name].get("default_values") for name in ("log", "leads")] == [None, None]


async def test_under_the_status_leads_pause_resume_and_set_up_also_after_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        status = await house.lead.slash(house.channel, "studio status")
        assert status.response is not None
        await house.restart()
        await house.lead.click(status.response, custom_id="studio:pause")
        paused = (await house.services.policies.of(house.server.id)).pause
        await house.lead.click(status.response, custom_id="studio:resume")
        resumed = (await house.services.policies.of(house.server.id)).pause
        dialog = await house.lead.click(status.response, custom_id="setup")

    assert paused is not None
    assert paused.actor_id == house.lead.id
    assert resumed is None
    assert fields(dialog)["budget"]["value"] == "$20"


@pytest.mark.parametrize("button", ["studio:pause", "setup"])
async def test_who_does_not_lead_changes_nothing(button: str, opened: OpenHouse) -> None:
    async with opened() as house:
        channel: Any = house.bot.get_channel(house.channel.id)
        await channel.send("hello", view=view_of([SwitchButton("pause"), SetupButton()]))
        message = house.channel.last_message
        assert message is not None
        answer = await house.mia.click(message, custom_id=button)
        policy = await house.services.policies.of(house.server.id)

    assert answer.response is not None
    assert LEADS_ONLY in answer.response.content
    assert policy.pause is None
