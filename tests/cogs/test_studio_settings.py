"""/studio block, unblock, newcomers, calendar and log: what leads are told, and what holds then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.services.policy import ReplyMode
from cogs.edit.buttons import AgainButton
from cogs.studio.rule_panels import AFTER_A_BLOCK
from tests.cogs.gallery import offer_directly
from tests.cogs.test_studio_rules import audited, lead, policy, refused, told
from tests.cogs.test_studio_running import mute

if TYPE_CHECKING:
    import pytest

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

DAY = 86_400


async def close(house: House, channel_id: int) -> None:
    """Let only leads and the bot see a channel."""
    await house.env.settle()
    channel = house.bot.get_channel(channel_id)
    assert isinstance(channel, discord.TextChannel)
    leads = next(role for role in channel.guild.roles if role.name == "leads")
    for each in (leads, channel.guild.me):
        await channel.set_permissions(each, view_channel=True, send_messages=True, embed_links=True)
    await channel.set_permissions(channel.guild.default_role, view_channel=False)
    await house.env.settle()


# --- block


async def test_who_is_blocked_is_refused_until_the_block_is_lifted(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()

        blocked = await lead(house, "block", member=house.mia, reason="spam\n@everyone")
        same = await lead(house, "block", member=house.mia, reason="spam @everyone")
        again = await lead(house, "block", member=house.mia, reason="more")
        text = await refused(house)
        pressed = told(await house.mia.click(house.posted[0], label="Again"))
        lifted = await lead(house, "unblock", member=house.mia)
        nothing = await lead(house, "unblock", member=house.mia)
        await house.imagine()

        assert blocked == (f"✅ <@{house.mia.id}> is blocked now. {AFTER_A_BLOCK}")
        assert same == rf"Nothing was changed. <@{house.mia.id}>: blocked: spam \@everyone."
        assert again == f"✅ <@{house.mia.id}>: blocked already, now for another reason."
        assert text == f"❌ A lead has blocked you from making pictures here. Ask <@{house.lead.id}>."
        assert pressed == text
        assert lifted == f"✅ <@{house.mia.id}> is no longer blocked."
        assert nothing.startswith("Nothing was changed.")
        assert len(house.posted) == 2
        entries = await house.services.audit.entries(house.server.id)
        assert [entry.decision.why for entry in entries] == ["", "more", "spam @everyone"]


async def test_a_block_holds_in_direct_messages_too(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(private=True)
        message = await offer_directly(house, house.mia, AgainButton(1))
        await lead(house, "block", member=house.mia, reason="spam")

        answer = await house.mia.user.click(message, label="Again")

        assert "A lead has blocked you" in told(answer)
        assert len(house.painter.asked) == 1


async def test_a_newcomers_wait_holds_in_direct_messages_too(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(private=True)
        message = await offer_directly(house, house.mia, AgainButton(1))
        await lead(house, "newcomers", days=7)

        answer = await house.mia.user.click(message, label="Again")

        assert "New members of this server wait 7 days" in told(answer)


async def test_who_has_left_can_be_blocked_and_unblocked(opened: OpenHouse) -> None:
    async with opened() as house:
        house.server.remove_member(house.ben)
        await house.env.settle()

        await lead(house, "block", member=house.ben.user, reason="spam")
        blocked = (await policy(house)).blocked
        await lead(house, "unblock", member=house.ben.user)

        assert [block.user_id for block in blocked] == [house.ben.id]
        assert (await policy(house)).blocked == ()


async def test_neither_oneself_nor_the_bot_is_blocked_by_accident(opened: OpenHouse) -> None:
    async with opened() as house:
        assert house.bot.user is not None
        bot = house.env.backend.get_user(house.bot.user.id)
        handle = type(house.ben.user)(house.env, bot)

        assert "That is you." in await lead(house, "block", member=house.lead, reason="oops")
        assert "That is me." in await lead(house, "block", member=handle, reason="oops")
        assert (await policy(house)).blocked == ()


async def test_what_was_asked_for_before_the_block_is_still_made(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        await lead(house, "block", member=house.mia, reason="spam")

        await house.restart()

        assert len(house.posted) == 1
        assert "blocked" in await refused(house)


# --- newcomers


async def test_who_joined_lately_learns_from_when_on(opened: OpenHouse) -> None:
    async with opened() as house:
        joined = house.env.backend.get_guild(house.server.id).members[house.mia.id].joined_at

        changed = await lead(house, "newcomers", days=7)
        text = await refused(house)
        shown = await lead(house, "newcomers")
        await lead(house, "newcomers", days=0)
        await house.imagine()

        opens_at = int(discord.utils.parse_time(joined).timestamp()) + 7 * DAY
        assert changed == "✅ How long new members wait: changed from no wait to 7 days."
        assert shown == "How long new members wait: 7 days. Change it with the option “days”."
        assert f"you can make pictures from <t:{opens_at}:F> on." in text
        assert len(house.posted) == 1


# --- moderation and replies


async def test_the_screening_is_shown_and_changed(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await lead(house, "moderation")
        changed = await lead(house, "moderation", level="low")
        same = await lead(house, "moderation", level="low")

        assert shown.startswith("How strictly pictures are screened: auto. The image API's usual filter decides.")
        assert changed == (
            "✅ How strictly pictures are screened: changed from auto to low. The image API's filter is less strict; "
            "what its provider's own rules forbid is refused all the same."
        )
        assert same.startswith("Nothing was changed. How strictly pictures are screened: low.")
        assert (await policy(house)).moderation == "low"
        assert await audited(house) == ["studio moderation"]


async def test_when_replies_change_pictures_is_shown_and_changed(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await lead(house, "replies")
        off = await lead(house, "replies", mode="never")
        same = await lead(house, "replies", mode="never")
        silent = (await policy(house)).replies
        on = await lead(house, "replies", mode="only when mentioned")

        assert shown.startswith("Changing pictures by replies: at once. Who replies to their own picture changes it at")
        assert off == (
            "✅ Changing pictures by replies: changed from at once to never. No reply changes a picture; ✏️ Edit and "
            "/edit still do."
        )
        assert same.startswith("Nothing was changed. Changing pictures by replies: never.")
        assert on.startswith("✅ Changing pictures by replies: changed from never to only when mentioned.")
        assert silent is ReplyMode.NEVER
        assert (await policy(house)).replies is ReplyMode.MENTIONED
        assert await audited(house) == ["studio replies", "studio replies"]


# --- calendar


async def test_the_calendar_is_shown_and_changed(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await lead(house, "calendar")
        changed = await lead(house, "calendar", zone="europe/berlin", week_start="Sunday")
        same = await lead(house, "calendar", week_start="Sunday")

        assert shown.startswith("Days, weeks and months are counted in UTC; weeks begin on Monday. This day ends <t:")
        assert changed.startswith(
            "✅ The calendar: changed from UTC, weeks begin on Monday to Europe/Berlin, weeks begin on Sunday. "
        )
        assert "keeps counting until that would have ended." in changed
        assert same.startswith("Nothing was changed.")
        assert await audited(house) == ["studio calendar"]


async def test_a_zone_that_does_not_exist_is_answered_with_the_nearest(opened: OpenHouse) -> None:
    async with opened() as house:
        text = await lead(house, "calendar", zone="Europe/Berlni")

        assert "Did you mean Europe/Berlin" in text
        assert (await policy(house)).zone == "UTC"


async def test_a_difference_from_utc_is_no_zone(opened: OpenHouse) -> None:
    async with opened() as house:
        offered = await house.lead.autocomplete(house.channel, "studio calendar", "zone", "UTC+2")
        text = await lead(house, "calendar", zone="UTC+2")

        assert offered == []
        assert text.startswith("❌ Name a place, such as Europe/Berlin; then summer time is right too.")
        assert (await policy(house)).zone == "UTC"


async def test_zones_are_offered_while_they_are_typed(opened: OpenHouse) -> None:
    async with opened() as house:
        offered = await house.lead.autocomplete(house.channel, "studio calendar", "zone", "new y")
        many = await house.lead.autocomplete(house.channel, "studio calendar", "zone", "")

        assert offered == [{"name": "America/New_York", "value": "America/New_York"}]
        assert len(many) == 25


# --- log


def readers(house: House) -> str:
    return f"Everyone who sees <#{house.channel.id}> will read budgets and members' questions."


async def test_of_a_channel_for_leads_nothing_is_said_of_readers(opened: OpenHouse) -> None:
    async with opened() as house:
        leads = house.server.create_text_channel("leads")
        await close(house, leads.id)

        text = await lead(house, "log", channel=leads)

        assert text == f"✅ The log channel: changed from none to <#{leads.id}>."


async def test_a_log_channel_that_fell_silent_is_told_when_it_is_looked_at_or_chosen_again(opened: OpenHouse) -> None:
    async with opened() as house:
        await lead(house, "log", channel=house.channel)
        await mute(house)

        shown = await lead(house, "log")
        again = await lead(house, "log", channel=house.channel)

        fault = f"⚠️ I may not write in <#{house.channel.id}>: I lack Send Messages and Embed Links there. Alerts wait"
        assert f"are posted in <#{house.channel.id}>. {fault}" in shown
        assert again.startswith("Nothing was changed.")
        assert fault in again


async def test_a_log_channel_that_is_gone_is_told(opened: OpenHouse) -> None:
    async with opened() as house:
        other = house.server.create_text_channel("elsewhere")
        await house.env.settle()
        await lead(house, "log", channel=other)
        gone = house.bot.get_channel(other.id)
        assert isinstance(gone, discord.TextChannel)
        await gone.delete()
        await house.env.settle()

        assert f"⚠️ I cannot see <#{other.id}>. Let me, or choose another." in await lead(house, "log")


async def test_a_thread_is_a_log_that_the_members_of_its_channel_read(opened: OpenHouse) -> None:
    async with opened() as house:
        parent = house.bot.get_channel(house.channel.id)
        assert isinstance(parent, discord.TextChannel)
        await parent.create_thread(name="a thread", type=discord.ChannelType.public_thread)
        hidden = await parent.create_thread(name="a private one", type=discord.ChannelType.private_thread)
        await hidden.add_user(discord.Object(house.lead.id))
        await house.env.settle()
        public, private = house.channel.threads

        assert "Everyone who sees" in await lead(house, "log", channel=public)
        assert "Everyone who sees" not in await lead(house, "log", channel=private)


async def test_the_log_begins_with_a_line_and_ends_when_it_is_off(opened: OpenHouse) -> None:
    async with opened() as house:
        none = await lead(house, "log")
        chosen = await lead(house, "log", channel=house.channel)
        line = house.channel.last_message
        again = await lead(house, "log", channel=house.channel)
        shown = await lead(house, "log")
        off = await lead(house, "log", off=True)
        still = await lead(house, "log", off=True)

        assert "posted nowhere" in none
        assert chosen == f"✅ The log channel: changed from none to <#{house.channel.id}>. {readers(house)}"
        assert line is not None
        assert line.content.startswith("📒 Alerts about budgets")
        assert again.startswith("Nothing was changed.")
        assert house.channel.last_message == line
        assert shown == f"Alerts and pleas are posted in <#{house.channel.id}>. {readers(house)}"
        assert off.endswith(f"changed from <#{house.channel.id}> to none.")
        assert still.startswith("Nothing was changed.")
        assert await audited(house) == ["studio log", "studio log"]


async def test_a_channel_in_which_the_bot_may_not_write_is_no_log(opened: OpenHouse) -> None:
    async with opened() as house:
        assert house.bot.user is not None
        mute = discord.PermissionOverwrite(send_messages=False, embed_links=False)
        closed = house.server.create_text_channel("closed", overwrites={house.server.default_role: mute})
        await house.env.settle()

        text = await lead(house, "log", channel=closed)

        assert text.endswith("I lack Send Messages and Embed Links there. Nothing was changed.")
        assert (await policy(house)).log_channel_id is None


async def test_where_nobody_can_write_is_no_log(opened: OpenHouse) -> None:
    async with opened() as house:
        place = house.server.create_forum_channel("a forum")
        await house.env.settle()

        assert "Nobody can write in" in await lead(house, "log", channel=place)


async def test_a_log_channel_that_fails_at_the_first_line_is_not_chosen(opened: OpenHouse) -> None:
    async with opened() as house:
        house.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, message="Missing Permissions")

        assert "I could not write in" in await lead(house, "log", channel=house.channel)
        assert (await policy(house)).log_channel_id is None


async def test_a_channel_that_the_bot_does_not_know_is_no_log(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        """As for a channel that was made while the connection was away."""

    async with opened() as house:
        monkeypatch.setattr(discord.Guild, "get_channel_or_thread", unknown)
        house.env.inject_error("GET", "/channels/*", status=403, code=50001, message="Missing Access")

        assert "I cannot see" in await lead(house, "log", channel=house.channel)


async def test_a_channel_and_off_are_not_both(opened: OpenHouse) -> None:
    async with opened() as house:
        assert "not both" in await lead(house, "log", channel=house.channel, off=True)
