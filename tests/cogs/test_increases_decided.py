"""Increases decided by leads, and told to who asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.services.policy import Scope
from tests.cogs.increase_desk import ASK, DECLINE, GRANT, ONE_A_DAY, OTHER, a_desk, labels, said

if TYPE_CHECKING:
    from tests.conftest import OpenHouse


async def test_a_grant_is_shown_told_and_can_be_used(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        await house.restart()

        await desk.lea.click(increase, label=GRANT)
        await house.imagine()

        assert re.search(rf"\n✅ <@{desk.lea.id}> granted 1 picture, until <t:\d+:f>\.$", desk.increase.content)
        assert labels(desk.increase) == []
        (told,) = desk.to_mia()
        assert told.startswith("You asked for more of your daily allowance on Atelier. ✅")
        assert len(house.posted) == 2
        assert desk.in_the_studio() == []


async def test_declining_is_shown_and_told(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)

        await desk.lea.click(await desk.asked(), label=DECLINE)

        assert desk.increase.content.endswith(f"\n❌ <@{desk.lea.id}> declined.")
        assert labels(desk.increase) == []
        assert "declined. It resets <t:" in desk.to_mia()[0]
        assert await desk.grants() == 0


async def test_another_amount_is_asked_for_in_a_dialog(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        shown = await desk.lea.click(await desk.asked(), label=OTHER)

        await desk.lea.submit_modal(shown, {"amount": "3"})

        assert "granted 3 pictures, until" in desk.increase.content
        assert labels(desk.increase) == []
        assert "granted 3 pictures" in desk.to_mia()[0]
        ((grant,),) = [(await house.services.policies.of(house.server.id)).grants]
        assert (grant.scope, grant.scope_id, grant.amount) == (Scope.MEMBER, house.mia.id, 3)


async def test_a_dialog_can_be_sent_after_a_restart(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        shown = await desk.lea.click(await desk.asked(), label=OTHER)
        await house.restart()

        await desk.lea.submit_modal(shown, {"amount": "3"})

        assert "granted 3 pictures, until" in desk.increase.content
        assert "granted 3 pictures" in desk.to_mia()[0]


async def test_only_leads_send_a_dialog(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        shown = await desk.lea.click(await desk.asked(), label=OTHER)
        await house.bot.http.remove_role(house.server.id, desk.lea.id, desk.leading.id)

        answer = await desk.lea.submit_modal(shown, {"amount": "3"})

        assert said(answer).startswith("❌ Only leads can do this")
        assert await desk.grants() == 0


async def test_less_than_what_is_missing_may_be_granted_and_nobody_is_sent_into_a_refusal(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        await house.imagine()
        refusal = (await house.imagine(count=3)).response
        assert refusal is not None
        await house.mia.click(refusal, label=ASK)
        shown = await desk.lea.click(desk.increase, label=OTHER)

        await desk.lea.submit_modal(shown, {"amount": "2"})

        assert "granted 2 pictures" in desk.to_mia()[0]
        assert "But all that is left of your daily allowance is 2 pictures: ask for less" in desk.to_mia()[0]


async def test_a_lead_who_would_grant_too_little_sees_what_is_missing_now(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=3) as house:
        desk = await a_desk(house)
        refusal = (await house.imagine(count=4)).response
        assert refusal is not None
        await house.mia.click(refusal, label=ASK)
        increase = desk.increase
        await house.imagine()

        answer = await desk.lea.click(increase, label=GRANT)
        granted_then, text_then, labels_then = await desk.grants(), desk.increase.content, labels(desk.increase)
        await desk.lea.click(desk.increase, label="Grant 2 pictures")

        assert granted_then == 0
        assert "1 picture used of 3 pictures; 2 pictures missing." in text_then
        assert labels_then == ["Grant 2 pictures", OTHER, DECLINE]
        (told,) = answer.followups
        assert told.ephemeral
        assert told.content.startswith("Meanwhile less is left: what is missing now is 2 pictures.")
        assert "granted 2 pictures, until" in desk.increase.content
        assert desk.to_mia()[0].endswith("Ask for your picture again.")


async def test_what_is_not_missing_any_more_is_not_granted(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        await desk.allow(house.mia.id, None)

        await desk.lea.click(increase, label=GRANT)

        assert "\nThere is nothing to grant any more: " in desk.increase.content
        assert labels(desk.increase) == []
        (told,) = desk.to_mia()
        assert told == (
            "You asked for more of your daily allowance on Atelier. That is not in your way any more. "
            "Ask for your picture again."
        )
        assert await desk.grants() == 0


@pytest.mark.parametrize("answers", [True, False])
async def test_the_roles_that_a_member_has_by_now_count(opened: OpenHouse, *, answers: bool) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        role = house.server.create_role("artists")
        await desk.allow(role.id, None, Scope.ROLE)
        await house.bot.http.add_role(house.server.id, house.mia.id, role.id)
        if not answers:
            house.env.inject_error("GET", f"/guilds/{house.server.id}/members/*", status=404)

        await desk.lea.click(increase, label=GRANT)

        assert await desk.grants() == (0 if answers else 1)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("0", "That would grant nothing."),
        ("-2", "cannot be less than nothing"),
        ("$3", "This limit counts pictures."),
        ("lots", "is not an amount that I understand"),
        ("9999999", "too much"),
    ],
)
async def test_a_bad_amount_is_said_and_the_increase_stays_open(typed: str, sentence: str, opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        shown = await desk.lea.click(increase, label=OTHER)

        answer = await desk.lea.submit_modal(shown, {"amount": typed})

        assert sentence in said(answer)
        assert labels(desk.increase) == [GRANT, OTHER, DECLINE]
        assert await desk.grants() == 0
        assert desk.to_mia() == []


@pytest.mark.parametrize("label", [GRANT, OTHER, DECLINE])
async def test_only_leads_decide(label: str, opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()

        answer = await house.mia.click(increase, label=label)

        assert (
            said(answer)
            == "❌ Only leads can do this: members who may manage this server or have its lead role. Ask one of them."
        )
        assert labels(desk.increase) == [GRANT, OTHER, DECLINE]
        assert await desk.grants() == 0


async def test_a_second_lead_is_told_who_decided_and_the_message_is_mended(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        house.env.inject_error("POST", "*/callback", status=404)
        house.env.inject_error("PATCH", f"/channels/{desk.log.id}/messages/*", status=403)
        await desk.lea.click(increase, label=GRANT)
        buttons_then = labels(desk.increase)

        answer = await desk.max.click(increase, label=GRANT)

        assert buttons_then == [GRANT, OTHER, DECLINE]
        assert await desk.grants() == 1
        (late,) = answer.followups
        assert late.ephemeral
        assert late.content.startswith(f"That was decided already. ✅ <@{desk.lea.id}> granted 1 picture")
        assert f"✅ <@{desk.lea.id}> granted 1 picture" in desk.increase.content
        assert labels(desk.increase) == []
        assert len(desk.to_mia()) == 1


async def test_a_dialog_that_was_open_while_another_lead_decided_grants_nothing(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        shown = await desk.lea.click(increase, label=OTHER)
        await desk.max.click(increase, label=DECLINE)

        answer = await desk.lea.submit_modal(shown, {"amount": "3"})

        assert [message.content for message in answer.followups] == [
            f"That was decided already. ❌ <@{desk.max.id}> declined."
        ]
        assert await desk.grants() == 0
        assert desk.increase.content.endswith(f"❌ <@{desk.max.id}> declined.")


@pytest.mark.parametrize("label", [GRANT, OTHER, DECLINE])
async def test_after_the_window_the_buttons_say_so(label: str, opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        desk.pass_the_window()

        await desk.lea.click(increase, label=label)

        assert "Nothing was granted." in desk.increase.content
        assert labels(desk.increase) == []
        assert desk.to_mia() == []
        assert await desk.grants() == 0


async def test_an_increase_that_is_not_known_is_said(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        await house.services.database.transaction(lambda connection: connection.execute("DELETE FROM pleas"))

        assert "I do not know this question any more." in said(await desk.lea.click(increase, label=GRANT))


async def test_who_takes_no_direct_messages_is_told_where_they_asked(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        house.env.inject_error("POST", "/users/@me/channels", status=403)

        await desk.lea.click(increase, label=GRANT)

        (message,) = desk.in_the_studio()
        assert message.content == (
            f"<@{house.mia.id}>, your leads have answered your question; /usage shows what is left."
        )
        body = next(each.json for each in reversed(house.env.http_requests) if each.json and "nonce" in each.json)
        assert body["allowed_mentions"] == {"parse": [], "users": [house.mia.id]}
        assert desk.to_mia() == []


async def test_who_can_be_told_nowhere_has_the_grant_all_the_same(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        house.env.inject_error("POST", "/users/@me/channels", status=403)
        house.env.inject_error("POST", f"/channels/{house.channel.id}/messages", status=403)

        answer = await desk.lea.click(increase, label=GRANT)

        assert answer.followups == []
        assert await desk.grants() == 1
        assert desk.in_the_studio() == []


@pytest.mark.parametrize("how", ["start", "press"])
async def test_a_decision_that_a_crash_kept_from_the_member_is_told(how: str, opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        verdict = await house.services.increases.look(house.server.id, 1)
        await house.services.increases.grant(verdict.increase, desk.lea.id, 1)  # and nothing more
        if how == "start":
            await house.restart()
            await house.env.settle()
            assert len(desk.to_mia()) == 1
            await desk.max.click(increase, label=GRANT)
        else:
            answer = await desk.max.click(increase, label=GRANT)
            assert answer.followups[0].content.startswith("That was decided already.")

        (told,) = desk.to_mia()
        assert f"✅ <@{desk.lea.id}> granted 1 picture" in told
        assert "granted 1 picture" in desk.increase.content


async def test_the_member_is_told_although_the_lead_is_out_of_reach(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        verdict = await house.services.increases.look(house.server.id, 1)
        await house.services.increases.grant(verdict.increase, desk.lea.id, 1)
        house.env.inject_error("POST", "/webhooks/*", status=404)

        await desk.max.click(increase, label=GRANT)

        assert len(desk.to_mia()) == 1


async def test_a_decision_is_shown_although_the_interaction_is_out_of_reach(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        increase = await desk.asked()
        house.env.inject_error("POST", "*/callback", status=404)

        await desk.lea.click(increase, label=GRANT)

        assert "granted 1 picture" in desk.increase.content
        assert labels(desk.increase) == []
        assert len(desk.to_mia()) == 1
