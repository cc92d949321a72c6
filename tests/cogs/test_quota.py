"""/quota show, set, clear and grant: what leads are told, what holds then, and who else gets nothing."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import discord
import pytest
from discord.app_commands import Namespace

from bot.discord_ui.interactions import LeadsOnlyError
from bot.errors import RequestRefused
from bot.services.policy import Scope
from cogs.quota import limits, names
from cogs.quota.limit_subjects import server_of

if TYPE_CHECKING:
    from simcord import InteractionResult, MemberActor

    from bot.services.policy import LimitRule
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

LEADS_ONLY = "❌ Only leads can do this: members who may manage this server or have its lead role. Ask one of them."
RESETS = r"It resets <t:\d+:R>\."


async def quota(house: House, command: str, **options: Any) -> InteractionResult:  # noqa: ANN401 - the command's options
    """The lead uses a command of the group; only they see the answer."""
    answer = await house.lead.slash(house.channel, f"quota {command}", **options)
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer


async def said(house: House, command: str, **options: Any) -> str:  # noqa: ANN401 - the command's options
    answer = (await quota(house, command, **options)).response
    assert answer is not None
    return answer.content


async def shown(house: House, **options: Any) -> discord.Embed:  # noqa: ANN401 - the command's options
    answer = (await quota(house, "show", **options)).response
    assert answer is not None
    (embed,) = answer.embeds
    return embed


async def allow(house: House, amount: str = "25 pictures", window: str = "day", **whom: object) -> str:
    return await said(house, "set", kind="allowance", amount=amount, window=window, **whom)


async def rules(house: House) -> tuple[LimitRule, ...]:
    return (await house.services.policies.of(house.server.id)).limits


async def audited(house: House) -> list[tuple[str, ...]]:
    entries = await house.services.audit.entries(house.server.id)
    decisions = [entry.decision for entry in reversed(entries)]
    return [(each.action, each.subject, each.before, each.after, each.why) for each in decisions]


async def offered(
    house: House,
    member: MemberActor,
    command: str,
    option: str,
    typed: str = "",
    **given: Any,  # noqa: ANN401 - the command's options
) -> list[str]:
    choices = await member.autocomplete(house.channel, f"quota {command}", option, typed, **given)
    return [choice["name"] for choice in choices]


def show_to(house: House, member: MemberActor) -> None:
    """The server shows the group to somebody who does not manage it."""
    command: Any = house.env.backend.find_command("quota", house.server.id)
    house.server.set_command_permissions(int(command["id"]), {member: True})


# --- set


async def test_a_lead_sets_what_a_member_may_use(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()

        first, second = await allow(house, member=house.mia), await allow(house, "30 images", member=house.mia)

        whose = f"<@{house.mia.id}>'s daily allowance"
        assert re.fullmatch(
            rf"{whose}: changed from not set to 25 pictures\.\n"
            r"It counts at once, and what was used in this window counts too: "
            rf"1 of 25 pictures used, 24 left\. {RESETS}",
            first,
        )
        assert second.startswith(f"{whose}: changed from 25 pictures to 30 pictures.")
        assert await audited(house) == [
            ("quota set", whose, "not set", "25 pictures", ""),
            ("quota set", whose, "25 pictures", "30 pictures", ""),
        ]


async def test_a_limit_bounds_at_once(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        await allow(house, "1 picture", member=house.mia)

        refused = await house.imagine()

        assert refused.response is not None
        assert "your daily allowance" in refused.response.content
        assert len(house.painter.asked) == 1


async def test_what_is_so_already_changes_nothing(opened: OpenHouse) -> None:
    async with opened() as house:
        await allow(house)

        assert await allow(house) == "Everybody's daily allowance is 25 pictures already. Nothing was changed."
        assert len(await audited(house)) == 1


async def test_the_role_that_everybody_has_is_the_whole_server(opened: OpenHouse) -> None:
    async with opened() as house:
        text = await said(house, "set", kind="budget", amount="$5", window="month", role=house.server.default_role)

        assert text.startswith("This server's monthly budget: changed from not set to $5.00.")
        assert [(rule.scope, rule.scope_id) for rule in await rules(house)] == [(Scope.SERVER, house.server.id)]


@pytest.mark.parametrize("kind", ["text", "voice", "stage", "news", "forum"])
async def test_a_channel_of_any_kind_in_which_people_write_has_a_budget(kind: str, opened: OpenHouse) -> None:
    async with opened() as house:
        channel = getattr(house.server, f"create_{kind}_channel")("another")
        await house.env.settle()

        text = await said(house, "set", kind="budget", amount="$5", window="week", channel=channel)

        assert text.startswith(f"The weekly budget of <#{channel.id}>: changed from not set to $5.00.")


async def test_a_thread_draws_on_the_budget_of_its_channel(opened: OpenHouse) -> None:
    async with opened() as house:
        house.env.backend.create_thread(house.channel.id, name="foxes", owner_id=house.mia.id)
        await house.env.settle()
        (thread,) = house.channel.threads

        text = await said(house, "set", kind="budget", amount="$5", window="week", channel=thread)

        assert text == (
            f"❌ A thread has no budget of its own: it draws on that of <#{house.channel.id}>. Name that channel."
        )
        assert await rules(house) == ()


@pytest.mark.parametrize(
    ("kind", "amount", "whom", "sentence"),
    [
        ("allowance", "25", "member", "25 of what? Write 25 pictures or $25."),
        ("allowance", "-5 pictures", "member", "cannot be less than nothing"),
        ("allowance", "NaN pictures", "member", "is not an amount that I understand"),
        ("allowance", "1e9 pictures", "role", "is not an amount that I understand"),
        ("budget", "$2,000,000", "channel", "is the most that a limit can be"),
        ("budget", "€5", "channel", "I count in US dollars"),
        ("budget", "5,50 usd", "", "Decimals are written with a point: did you mean $5.50?"),
        ("budget", "unlimited dollars", "", "take it back with /quota clear"),
        ("budget", "$5", "member", "To bound one member, set them an allowance."),
        ("allowance", "$5", "channel", "To bound a channel, set it a budget."),
        ("allowance", "unlimited", "member", "Unlimited what?"),
        ("allowance", "$5", "member role", "Name only one"),
        ("budget", "$5", "role channel", "Name only one"),
    ],
)
async def test_what_cannot_be_set_is_refused_and_nothing_is_changed(
    kind: str, amount: str, whom: str, sentence: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        everybody = {"member": house.mia, "role": house.server.roles["moderators"], "channel": house.channel}
        given = {each: everybody[each] for each in whom.split()}

        text = await said(house, "set", kind=kind, amount=amount, window="hour", **given)

        assert text.startswith("❌ ")
        assert sentence in text
        assert await rules(house) == ()
        assert await audited(house) == []


@pytest.mark.parametrize("command", ["set", "grant", "show"])
async def test_a_member_who_left_gets_nothing_new(command: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await allow(house)
        house.server.remove_member(house.mia)
        given = {
            "set": {"kind": "allowance", "amount": "$5", "window": "day"},
            "grant": {"amount": "5 pictures", "reason": "a deadline"},
            "show": {},
        }

        answer = await quota(house, command, **given[command], member=house.mia.user)

        assert answer.response is not None
        words = answer.response.content or answer.response.embeds[0].description or ""
        assert f"<@{house.mia.id}> is not a member of this server" in words
        assert len(await rules(house)) == 1


@pytest.mark.parametrize(
    ("whom", "sentence"),
    [
        ("role", "❌ This role was removed. What is set for it can be taken back with /quota clear."),
        ("channel", "❌ This channel was deleted. What is set for it can be taken back with /quota clear."),
        ("member", "is not a member of this server"),
    ],
)
async def test_what_vanished_while_the_command_was_typed_is_not_taken_for_the_whole_server(
    whom: str, sentence: str, opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        everybody = {"member": house.mia, "role": house.server.roles["moderators"], "channel": house.channel}

        def nothing(*_: object) -> dict[object, object]:
            return {}

        monkeypatch.setattr(Namespace, "_get_resolved_items", nothing)
        text = await said(house, "set", kind="budget", amount="$5", window="day", **{whom: everybody[whom]})

        assert sentence in text
        assert await rules(house) == ()


@pytest.mark.parametrize("whom", ["role", "channel"])
async def test_what_the_bot_has_seen_vanish_is_gone(whom: str, opened: OpenHouse) -> None:
    async with opened() as house:
        server: Any = house.bot.get_guild(house.server.id)
        if whom == "role":
            server._remove_role(house.server.roles["moderators"].id)
        else:
            server._remove_channel(house.channel)
        everybody = {"role": house.server.roles["moderators"], "channel": house.channel}

        text = await said(house, "set", kind="budget", amount="$5", window="day", **{whom: everybody[whom]})

        assert "can be taken back with /quota clear" in text
        assert await rules(house) == ()


# --- grant


async def test_a_grant_lets_a_member_go_on_until_the_window_ends(opened: OpenHouse) -> None:
    async with opened() as house:
        await allow(house, "1 picture", role=house.server.default_role)
        await house.imagine()
        await house.imagine()

        text = await said(house, "grant", amount="1 picture", reason="a *deadline*", member=house.mia)
        await house.imagine()

        assert re.fullmatch(
            rf"<@{house.mia.id}>'s daily allowance: changed from 1 picture to 2 pictures until <t:\d+:f>\.\n"
            r"It counts at once: 1 of 2 pictures used, 1 left \(1 picture of it granted\)\.",
            text,
        )
        assert len(house.painter.asked) == 2
        action, subject, before, after, why = (await audited(house))[-1]
        assert (action, subject, before, why) == (
            "quota grant",
            f"<@{house.mia.id}>'s daily allowance",
            "1 picture",
            "a *deadline*",
        )
        assert after.startswith("2 pictures until <t:")


async def test_a_grant_finds_the_allowance_of_a_role(opened: OpenHouse) -> None:
    async with opened() as house:
        moderators = house.server.roles["moderators"]
        await allow(house, "25 pictures", "hour", role=moderators)

        granted = await said(house, "grant", amount="5 pictures", window="hour", reason="why", member=house.moderator)
        refused = await said(house, "grant", amount="5 pictures", window="hour", reason="why", member=house.mia)

        assert "0 of 30 pictures used" in granted
        assert refused.startswith("❌ There is nothing to add to: no hourly allowance of pictures bounds")


async def test_which_window_is_asked_where_there_are_several(opened: OpenHouse) -> None:
    async with opened() as house:
        await allow(house)
        await allow(house, "100 pictures", "month")

        asked = await said(house, "grant", amount="5 pictures", reason="why", member=house.mia)
        granted = await said(house, "grant", amount="5 pictures", reason="why", window="month", member=house.mia)

        assert asked.startswith("❌ There are several:")
        assert "0 of 105 pictures used" in granted


async def test_a_budget_is_granted_more(opened: OpenHouse) -> None:
    async with opened() as house:
        await said(house, "set", kind="budget", amount="$5", window="month", channel=house.channel)

        text = await said(house, "grant", amount="$2.50", reason="why", channel=house.channel)

        assert "$0.00 of $7.50 used, $7.50 left ($2.50 of it granted)" in text


@pytest.mark.parametrize("amount", ["unlimited", "unlimited pictures"])
async def test_a_grant_is_a_number(amount: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await allow(house)

        assert "A grant is a number" in await said(house, "grant", amount=amount, reason="why", member=house.mia)


async def test_only_the_operator_raises_the_budget_of_the_installation(opened: OpenHouse) -> None:
    async with opened(ATELIER_MONTHLY_BUDGET="5") as house:
        text = await said(house, "grant", amount="$5", reason="why")

        assert "Only whoever runs this bot can raise this bot's monthly budget" in text


# --- clear


async def test_what_was_cleared_is_told_and_what_applies_now(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=20) as house:
        moderators = house.server.roles["moderators"]
        await allow(house, "3 pictures", member=house.moderator)
        await allow(house, "7 pictures", role=moderators)
        choices = await house.lead.autocomplete(house.channel, "quota clear", "limit", "ada")

        text = await said(house, "clear", limit=choices[0]["value"])

        assert [choice["name"] for choice in choices] == ["ada's daily allowance: 3 pictures"]
        assert text == (
            f"<@{house.moderator.id}>'s daily allowance: changed from 3 pictures to not set.\n"
            f"What applies to them now: 7 pictures a day, from the role <@&{moderators.id}>."
        )
        assert (await audited(house))[-1][0] == "quota clear"


async def test_what_is_gone_is_offered_as_such_and_can_be_cleared(opened: OpenHouse) -> None:
    async with opened() as house:
        role, channel = house.server.create_role("artists"), house.server.create_text_channel("foxes")
        await house.env.settle()
        await allow(house, member=house.mia)
        await allow(house, role=role)
        await said(house, "set", kind="budget", amount="$5", window="month", channel=channel)
        await house.restart()  # nobody is remembered
        house.server.remove_member(house.mia)
        house.env.backend.delete_role(house.server.id, role.id)
        house.env.backend.delete_channel(channel.id)
        await house.env.settle()

        choices = await house.lead.autocomplete(house.channel, "quota clear", "limit", "")
        overview = await shown(house)
        answers = [await said(house, "clear", limit=choice["value"]) for choice in choices]

        assert [choice["name"] for choice in choices] == [
            f"former member {house.mia.id}'s daily allowance: 25 pictures",
            f"The daily allowance of each member with removed role {role.id}: 25 pictures",
            f"The monthly budget of deleted channel {channel.id}: $5.00",
        ]
        for lost in (f"(has left, id {house.mia.id})", f"(removed, id {role.id})", f"(deleted, id {channel.id})"):
            assert lost in (overview.description or "")
        assert all(" to not set." in answer for answer in answers)
        assert await rules(house) == ()


async def test_a_limit_that_is_not_set_cannot_be_cleared(opened: OpenHouse) -> None:
    async with opened() as house:
        await allow(house)

        text = await said(house, "clear", limit="everybody's")

        assert text.startswith("❌ No such limit is set any more.")
        assert len(await rules(house)) == 1


@pytest.mark.parametrize("trouble", ["refused", "slow"])
async def test_a_member_of_whom_discord_tells_nothing_is_named_by_id(
    trouble: str, opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        await allow(house, member=house.mia)
        if trouble == "refused":
            house.env.inject_error("GET", "/guilds/*/members/*", status=403, code=50001, message="Missing Access")
        else:

            async def wait_for_ever(*_: object) -> None:
                await house.env.external_wait(asyncio.Event().wait(), reason="Discord is slow")

            monkeypatch.setattr(limits, "PATIENCE", 0.0)
            monkeypatch.setattr(discord.Guild, "fetch_member", wait_for_ever)

        assert await offered(house, house.lead, "clear", "limit") == [
            f"member {house.mia.id}'s daily allowance: 25 pictures"
        ]


async def test_names_are_remembered_but_not_without_end(opened: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "REMEMBERED", 1)
    async with opened() as house:
        await allow(house, member=house.mia)
        first = await offered(house, house.lead, "clear", "limit")
        asked = len(house.env.http_requests)
        again = await offered(house, house.lead, "clear", "limit")
        only_the_answer = len(house.env.http_requests) - asked
        await allow(house, member=house.ben)
        both = await offered(house, house.lead, "clear", "limit")

        assert first == again == ["mia's daily allowance: 25 pictures"]
        assert only_the_answer == 1
        assert len(both) == 2


async def test_who_has_left_does_not_keep_others_from_being_named(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "AT_ONCE", 1)
    async with opened() as house:
        await allow(house, member=house.mia)
        await allow(house, member=house.ben)
        house.server.remove_member(house.mia)

        await offered(house, house.lead, "clear", "limit")

        assert await offered(house, house.lead, "clear", "limit") == [
            f"former member {house.mia.id}'s daily allowance: 25 pictures",
            "ben's daily allowance: 25 pictures",
        ]


# --- show


async def test_the_overview_is_for_leads_alone_and_shows_everything(opened: OpenHouse) -> None:
    async with opened(ATELIER_MONTHLY_BUDGET="50", ATELIER_MEMBER_DAILY_IMAGES=20) as house:
        await allow(house, member=house.mia)
        await house.imagine()

        text = (await shown(house)).description or ""

        assert f"<@{house.mia.id}>'s daily allowance: 1 of 25 pictures used, 24 left." in text
        assert "Days begin by the clocks of UTC, weeks on Monday." in text
        assert "This bot's monthly budget: $0.012 of $50.00 used" in text
        assert "Each member: 20 pictures a day" in text


async def test_a_member_is_shown_with_the_rules_behind_their_limits(opened: OpenHouse) -> None:
    async with opened() as house:
        moderators = house.server.roles["moderators"]
        await allow(house, role=moderators)

        of_moderator = await shown(house, member=house.moderator)
        of_mia = await shown(house, member=house.mia)

        assert f"It is 25 pictures a day, from the role <@&{moderators.id}>." in (of_moderator.description or "")
        assert of_mia.description is not None
        assert "from the role" not in of_mia.description


@pytest.mark.parametrize("whom", ["role", "channel"])
async def test_a_role_or_channel_is_shown_by_itself(whom: str, opened: OpenHouse) -> None:
    async with opened() as house:
        everybody: Any = {"role": house.server.roles["moderators"], "channel": house.channel}
        await allow(house)
        nothing = await shown(house, **{whom: everybody[whom]})
        await said(house, "set", kind="budget", amount="$5", window="month", **{whom: everybody[whom]})

        something = await shown(house, **{whom: everybody[whom]})

        assert "Nothing is set for" in (nothing.description or "")
        assert "$0.00 of $5.00 used" in (something.description or "")
        assert "Everybody" not in (something.description or "")


async def test_the_pages_of_a_long_overview_can_be_turned_after_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        for number in range(40):
            member = house.server.add_member(house.env.create_user(f"member{number}"))
            await allow(house, member=member)
        first = (await quota(house, "show")).response
        assert first is not None
        await house.restart()

        await house.lead.click(first, label="Page 2")
        footers = [first.embeds[0].footer.text]
        await house.lead.click(first, label="Page 3")
        footers.append(first.embeds[0].footer.text)
        await house.lead.click(first, label="Page 2")
        labels = [each["label"] for row in first.components for each in row["components"]]

        assert footers == ["Page 2 of 3", "Page 3 of 3"]
        assert labels == ["Page 1", "Page 3"]


async def test_who_leads_no_more_cannot_turn_the_pages(opened: OpenHouse) -> None:
    async with opened() as house:
        for number in range(20):
            await allow(house, member=house.server.add_member(house.env.create_user(f"member{number}")))
        first = (await quota(house, "show")).response
        assert first is not None
        house.env.backend.get_guild(house.server.id).members[house.lead.id].role_ids.clear()

        answer = await house.lead.click(first, label="Page 2")

        assert answer.response is not None
        assert answer.response.content == LEADS_ONLY


# --- who is no lead


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("show", {}),
        ("set", {"kind": "allowance", "amount": "1000 pictures", "window": "day"}),
        ("grant", {"amount": "1000 pictures", "reason": "I want to"}),
        ("clear", {"limit": "x"}),
    ],
)
async def test_whom_the_server_shows_the_commands_is_refused_all_the_same(
    command: str, given: dict[str, str], opened: OpenHouse
) -> None:
    async with opened() as house:
        house.expected += (LeadsOnlyError,)
        show_to(house, house.mia)

        answer = await house.mia.slash(house.channel, f"quota {command}", **given)

        assert answer.response is not None
        assert answer.response.ephemeral
        assert answer.response.content == LEADS_ONLY
        assert await rules(house) == ()


async def test_nothing_of_what_is_set_is_offered_to_others(opened: OpenHouse) -> None:
    async with opened() as house:
        await allow(house, member=house.ben)
        show_to(house, house.mia)

        assert await offered(house, house.mia, "clear", "limit") == []
        assert await offered(house, house.mia, "set", "amount", "25", kind="allowance") == []
        assert await offered(house, house.lead, "clear", "limit") != []


async def test_commands_for_everybody_offer_their_choices_to_everybody(opened: OpenHouse) -> None:
    async with opened() as house:
        assert await house.mia.autocomplete(house.channel, "imagine", "quality", "") != []


async def test_a_server_that_the_bot_is_not_in_is_offered_nothing(opened: OpenHouse) -> None:
    async with opened() as house:
        bot: Any = house.bot
        bot._connection._guilds.pop(house.server.id)

        assert await house.mia.autocomplete(house.channel, "imagine", "quality", "") == []


@pytest.mark.parametrize(
    ("command", "kind", "typed", "names"),
    [
        ("set", "allowance", "25", ["25 pictures", "$25"]),
        ("set", "allowance", "unl", ["unlimited pictures", "unlimited dollars"]),
        ("set", "budget", "unl", []),
        ("grant", None, "unl", []),
        ("grant", None, "2", ["2 pictures", "$2"]),
    ],
)
async def test_amounts_are_completed(
    command: str, kind: str | None, typed: str, names: list[str], opened: OpenHouse
) -> None:
    async with opened() as house:
        given = {} if kind is None else {"kind": kind}

        assert await offered(house, house.lead, command, "amount", typed, **given) == names


class Elsewhere:
    """An interaction outside of servers."""

    guild = None


def test_outside_of_servers_there_are_no_limits() -> None:
    interaction: Any = Elsewhere()

    with pytest.raises(RequestRefused):
        server_of(interaction)
