"""/studio block, unblock, newcomers, calendar and log: what leads are told, and what holds then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from cogs.imagine.buttons import AgainButton
from tests.cogs.test_gallery import offer_directly
from tests.cogs.test_studio_rules import audited, lead, policy, refused, told

if TYPE_CHECKING:
    import pytest

    from tests.conftest import OpenHouse

DAY = 86_400


# --- block


async def test_who_is_blocked_is_refused_until_the_block_is_lifted(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()

        blocked = await lead(house, "block", member=house.mia, reason="spam\n@everyone")
        again = await lead(house, "block", member=house.mia, reason="more")
        text = await refused(house)
        pressed = told(await house.mia.click(house.posted[0], label="Again"))
        lifted = await lead(house, "unblock", member=house.mia)
        nothing = await lead(house, "unblock", member=house.mia)
        await house.imagine()

        assert blocked == (
            f"✅ <@{house.mia.id}>: changed from not blocked to blocked. "
            "What they have already asked for is still made."
        )
        assert again == f"Nothing was changed. <@{house.mia.id}>: blocked."
        assert text == f"❌ A lead has blocked you from making pictures here. Ask <@{house.lead.id}>."
        assert pressed == text
        assert lifted.endswith("changed from blocked to not blocked.")
        assert nothing.startswith("Nothing was changed.")
        assert len(house.posted) == 2
        entries = await house.services.audit.entries(house.server.id)
        assert [entry.decision.why for entry in entries] == ["", "spam @everyone"]


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
        await lead(house, "newcomers", days=0)
        await house.imagine()

        opens_at = int(discord.utils.parse_time(joined).timestamp()) + 7 * DAY
        assert changed == "✅ How long new members wait: changed from no wait to 7 days."
        assert f"you can make pictures from <t:{opens_at}:F> on." in text
        assert len(house.posted) == 1


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


async def test_zones_are_offered_while_they_are_typed(opened: OpenHouse) -> None:
    async with opened() as house:
        offered = await house.lead.autocomplete(house.channel, "studio calendar", "zone", "new y")
        many = await house.lead.autocomplete(house.channel, "studio calendar", "zone", "")

        assert offered == [{"name": "America/New_York", "value": "America/New_York"}]
        assert len(many) == 25


# --- log


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
        assert chosen == f"✅ The log channel: changed from none to <#{house.channel.id}>."
        assert line is not None
        assert line.content.startswith("📒 Alerts about budgets")
        assert again.startswith("Nothing was changed.")
        assert house.channel.last_message == line
        assert shown == f"Alerts and pleas are posted in <#{house.channel.id}>."
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
    def unknown(_: object) -> None:
        """As for a channel that was made while the connection was away."""

    async with opened() as house:
        monkeypatch.setattr(discord.app_commands.AppCommandChannel, "resolve", unknown)

        assert "I cannot see" in await lead(house, "log", channel=house.channel)


async def test_a_channel_and_off_are_not_both(opened: OpenHouse) -> None:
    async with opened() as house:
        assert "not both" in await lead(house, "log", channel=house.channel, off=True)
