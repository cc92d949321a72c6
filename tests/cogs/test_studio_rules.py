"""/studio models, channels and roles: what leads are told, and what members may ask for then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.discord_ui.options import ChannelOption
from bot.services.policy import RoleRule
from tests.cogs.house import SAID
from tests.examples import MODEL, png

if TYPE_CHECKING:
    from simcord import InteractionResult

    from bot.services.policy import ServerPolicy
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

OTHER = "gpt-image-2"


def told(answer: InteractionResult) -> str:
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


async def lead(house: House, command: str, **options: Any) -> str:  # noqa: ANN401 - the command's options
    """What a lead is told privately."""
    return told(await house.lead.slash(house.channel, f"studio {command}", **options))


async def refused(house: House, **options: Any) -> str:  # noqa: ANN401 - options of /imagine
    """What Mia is told, at once and privately, instead of a picture."""
    before = len(house.painter.asked)
    text = told(await house.imagine(**options))
    assert house.callbacks[-1] == SAID
    assert len(house.painter.asked) == before
    assert text.startswith("❌ ")
    return text


async def policy(house: House) -> ServerPolicy:
    return await house.services.policies.of(house.server.id)


async def audited(house: House) -> list[str]:
    return [entry.decision.action for entry in await house.services.audit.entries(house.server.id)]


def give(house: House, role: Any) -> None:  # noqa: ANN401 - a handle of SimCord
    """Mia gets a role."""
    house.env.backend.get_guild(house.server.id).members[house.mia.id].role_ids.append(role.id)


# --- who may


async def test_who_is_no_lead_decides_nothing(opened: OpenHouse) -> None:
    async with opened() as house:
        house.expected = (discord.app_commands.CheckFailure,)
        (studio,) = [each for each in await house.bot.tree.fetch_commands() if each.name == "studio"]
        house.server.set_command_permissions(studio, {house.server.default_role: True})

        answer = await house.ben.slash(house.channel, "studio newcomers", days=7)

        assert "Only leads can do this" in told(answer)
        assert (await policy(house)).newcomer_days == 0


# --- models


async def test_models_are_allowed_forbidden_and_reset(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await lead(house, "models", action="show")
        allowed = await lead(house, "models", action="allow", model=OTHER)
        again = await lead(house, "models", action="allow", model=OTHER)
        last = await lead(house, "models", action="forbid", model=OTHER)
        reset = await lead(house, "models", action="reset")

        assert shown.startswith("The models of this server: all, now these:\n- ")
        assert shown.endswith(f"\nModels that come later are added. Who names none gets {MODEL.title}.")
        assert allowed == (
            f"✅ The models of this server: allowed only {OTHER}.\n"
            f"The models of this server:\n- GPT Image 2 ({OTHER})\n"
            "Models that come later are left out. Who names none gets GPT Image 2."
        )
        assert again.startswith("Nothing was changed.")
        assert "the only model that may be used" in last
        assert f"changed from {OTHER} to all" in reset
        assert await audited(house) == ["studio models", "studio models"]


async def test_a_role_that_is_left_without_a_model_is_named(opened: OpenHouse) -> None:
    async with opened() as house:
        guests = house.server.create_role("guests")
        await house.env.settle()
        await lead(house, "roles", role=guests, models=OTHER)

        text = await lead(house, "models", action="forbid", model=OTHER)

        assert text.startswith(f"✅ The models of this server: forbade {OTHER}.\n")
        assert text.count(MODEL.id) == 1
        assert "Models that come later are left out." in text
        assert text.endswith(f"⚠️ <@&{guests.id}> may use none of these now; see /studio roles.")


async def test_who_names_no_model_gets_what_the_rule_for_everybody_leaves(opened: OpenHouse) -> None:
    async with opened() as house:
        await lead(house, "roles", role=house.server.default_role, models=OTHER)

        assert "Who names none gets GPT Image 2." in await lead(house, "models", action="show")


async def test_a_model_that_is_not_listed_is_refused_and_not_chosen_for_anybody(opened: OpenHouse) -> None:
    async with opened() as house:
        await lead(house, "models", action="allow", model=OTHER)

        text = await refused(house, model=MODEL.id)
        await house.imagine()

        assert text == f"❌ {MODEL.title} is not used on this server. Choose {OTHER}."
        assert [asked.model for asked in house.painter.asked] == [OTHER]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"action": "allow"}, "Say which model"),
        ({"action": "forbid", "model": "dall-e-9"}, "“dall-e-9” is not a model that I know"),
        ({"action": "allow", "model": "gpt-image-1"}, "is not offered any more"),
    ],
)
async def test_a_model_that_makes_no_sense_changes_nothing(
    options: dict[str, str], sentence: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        assert sentence in await lead(house, "models", **options)
        assert await audited(house) == []


async def test_models_are_offered_by_their_title(opened: OpenHouse) -> None:
    async with opened() as house:
        offered = await house.lead.autocomplete(house.channel, "studio models", "model", "2.5 fl")

        assert offered == [{"name": MODEL.title, "value": MODEL.id}]


# --- channels


async def test_pictures_are_made_only_in_listed_channels_and_their_threads(opened: OpenHouse) -> None:
    async with opened() as house:
        other = house.server.create_text_channel("elsewhere")
        await house.env.settle()

        added = await lead(house, "channels", action="add", channel=other)
        text = await refused(house)
        here = await lead(house, "channels", action="add")
        await house.imagine()

        assert added == f"✅ Where pictures are made: changed from everywhere to <#{other.id}>."
        assert text == f"❌ Pictures are made in <#{other.id}> here. Ask there."
        assert here == f"✅ Where pictures are made: added <#{house.channel.id}>, 2 channels now."
        assert len(house.posted) == 1


async def test_a_thread_is_as_its_channel_and_draws_on_its_budget(opened: OpenHouse) -> None:
    async with opened() as house:
        parent = house.bot.get_channel(house.channel.id)
        assert isinstance(parent, discord.TextChannel)
        await parent.create_thread(name="a thread", type=discord.ChannelType.public_thread)
        (thread,) = house.channel.threads
        other = house.server.create_text_channel("elsewhere")
        await house.env.settle()
        await lead(house, "channels", action="add", channel=other)

        outside = told(await house.mia.slash(thread, "imagine", prompt="a fox"))
        added = told(await house.lead.slash(thread, "studio channels", action="add"))
        same = await lead(house, "channels", action="add", channel=thread)
        await house.mia.slash(thread, "imagine", prompt="a fox")

        assert "Ask there." in outside
        assert f"added <#{house.channel.id}>" in added
        assert same.startswith("Nothing was changed.")
        kept = await house.services.requests.of_picture(1, house.server.id)
        assert kept is not None
        assert (kept.requester.channel_id, kept.requester.parent_id) == (thread.id, house.channel.id)


async def test_a_channel_that_was_deleted_is_told_and_taken_out(opened: OpenHouse) -> None:
    async with opened() as house:
        other = house.server.create_text_channel("elsewhere")
        await house.env.settle()
        await lead(house, "channels", action="add")
        await lead(house, "channels", action="add", channel=other)
        gone = house.bot.get_channel(other.id)
        assert isinstance(gone, discord.TextChannel)
        await gone.delete()
        await house.env.settle()

        shown = await lead(house, "channels", action="show")
        offered = await house.lead.autocomplete(house.channel, "studio channels", "deleted", "")
        junk = await lead(house, "channels", action="remove", deleted="9" * 5000)
        removed = await lead(house, "channels", action="remove", deleted=offered[0]["value"])
        reset = await lead(house, "channels", action="reset")

        assert "1 of them is gone" in shown
        assert offered == [{"name": f"a deleted channel ({other.id})", "value": str(other.id)}]
        assert "Choose one that is offered" in junk
        assert removed.endswith(f"removed <#{other.id}>, 1 channel now.")
        assert "to everywhere." in reset


async def test_the_last_channel_stays(opened: OpenHouse) -> None:
    async with opened() as house:
        await lead(house, "channels", action="add")

        assert "the only channel" in await lead(house, "channels", action="remove")
        assert (await policy(house)).channels == (house.channel.id,)


async def test_a_channel_that_goes_while_it_is_chosen_is_not_added(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> discord.Object:
        return discord.Object(77)

    async with opened() as house:
        monkeypatch.setattr(ChannelOption, "transform", gone)

        assert "That channel is gone." in await lead(house, "channels", action="add", channel=house.channel)
        assert "I cannot see <#77>." in await lead(house, "log", channel=house.channel)
        assert (await policy(house)).channels == ()


# --- roles


async def test_a_rule_for_a_role_binds_who_has_it_and_leaves_the_default_that_they_may_use(opened: OpenHouse) -> None:
    async with opened() as house:
        guests = house.server.create_role("guests")
        give(house, guests)
        await house.env.settle()

        set_ = await lead(
            house, "roles", role=guests, qualities="low", largest="square", count="2", edits="no", models=MODEL.id
        )
        dear = await refused(house, quality="high")
        large = await refused(house, size="landscape")
        many = await refused(house, count=3)
        edit = await refused(house, image1=("fox.png", png(64, 64)))
        other = await refused(house, model=OTHER)
        await house.imagine()
        await house.ben.slash(house.channel, "imagine", prompt="a fox", quality="high")

        assert set_ == (
            f"✅ What <@&{guests.id}> may ask for: changed from no rule to models {MODEL.id}; qualities low; "
            "up to 1024×1024; at most 2 pictures at once; may not start from pictures."
        )
        assert f"your role <@&{guests.id}> allows low." in dear
        assert "up to 1024×1024." in large
        assert "up to 2." in many
        assert "only words" in edit
        assert f"Choose {MODEL.id}." in other
        assert [asked.quality for asked in house.painter.asked] == ["low", "high"]


async def test_rules_are_shown_changed_in_part_and_cleared(opened: OpenHouse) -> None:
    async with opened() as house:
        everybody = house.server.default_role
        none = await lead(house, "roles")
        await lead(house, "roles", role=everybody, qualities="low, medium", count="1")
        one = await lead(house, "roles", role=everybody)
        all_ = await lead(house, "roles")
        less = await lead(house, "roles", role=everybody, count="any")
        same = await lead(house, "roles", role=everybody, count="any")
        cleared = await lead(house, "roles", role=everybody, clear=True)

        assert none.startswith("There are no rules for roles")
        assert one == "What everybody may ask for: qualities low and medium; at most 1 picture at once."
        assert all_ == "Everybody: qualities low and medium; at most 1 picture at once."
        assert less == "✅ What everybody may ask for: count: from 1 to not said."
        assert same.startswith("Nothing was changed.")
        assert cleared.endswith("changed from qualities low and medium to no rule.")
        assert await audited(house) == ["studio roles"] * 3


async def test_the_rule_of_a_role_that_was_deleted_can_be_cleared(opened: OpenHouse) -> None:
    async with opened() as house:
        guests = house.server.create_role("guests")
        await house.env.settle()
        await lead(house, "roles", role=guests, qualities="low")
        guild = house.bot.get_guild(house.server.id)
        assert guild is not None
        role = guild.get_role(guests.id)
        assert role is not None
        await role.delete()
        await house.env.settle()

        offered = await house.lead.autocomplete(house.channel, "studio roles", "deleted", "")
        junk = await lead(house, "roles", deleted="<@&1>")
        cleared = await lead(house, "roles", deleted=offered[0]["value"], qualities="max")

        assert offered == [{"name": "a deleted role: qualities low", "value": str(guests.id)}]
        assert "Choose one that is offered" in junk
        assert cleared.endswith("changed from qualities low to no rule.")
        assert (await policy(house)).roles == ()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"qualities": "low"}, "Say for which role"),
        ({"role": True, "deleted": "1"}, "not both"),
        ({"role": True, "largest": "endless"}, "“endless” is not a size"),
        ({"role": True, "models": "junk, @everyone"}, "“junk” is not a model"),
        ({"role": True, "qualities": ",,,"}, "Write the qualities one after another"),
    ],
)
async def test_a_rule_that_makes_no_sense_changes_nothing(
    options: dict[str, Any], sentence: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        if "role" in options:
            options = options | {"role": house.server.default_role}

        assert sentence in await lead(house, "roles", **options)
        assert (await policy(house)).roles == ()


async def test_lists_and_sizes_are_offered_while_they_are_typed(opened: OpenHouse) -> None:
    async with opened() as house:

        async def offered(option: str, typed: str) -> list[str]:
            found = await house.lead.autocomplete(house.channel, "studio roles", option, typed)
            return [each["value"] for each in found]

        assert await offered("models", "gpt-image-2.5-f") == [MODEL.id]
        assert await offered("qualities", "low, m") == ["low, medium", "low, max"]
        assert await offered("largest", "landscape") == ["1536x1024"]
        assert await offered("largest", "any") == ["any"]


# --- what is offered to members


async def test_only_what_a_member_may_use_is_offered(opened: OpenHouse) -> None:
    async with opened() as house:
        await lead(house, "models", action="allow", model=OTHER)
        await lead(house, "roles", role=house.server.default_role, qualities="low, high", largest="1024")

        async def offered(option: str, typed: str = "", **filled: str) -> list[str]:
            found = await house.mia.autocomplete(house.channel, "imagine", option, typed, **filled)
            return [each["value"] for each in found]

        assert await offered("model") == [OTHER]
        assert await offered("quality") == ["low", "high"]
        assert await offered("quality", model=MODEL.id) == ["low", "high"]
        assert await offered("size") == ["1024x1024"]
        assert await offered("size", "2048x1024") == []
        assert (await policy(house)).roles == (RoleRule(house.server.id, None, ("low", "high"), 1024 * 1024),)
