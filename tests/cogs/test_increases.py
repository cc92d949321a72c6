"""From a refusal to a lead's grant: who may press what, and who is told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.calendar import Window
from bot.services.policy import MOST_NANO, Decision, LimitRule, Metric, Scope
from bot.services.quotas import Need
from bot.services.text import LARGEST
from cogs.increases.asking import TEMPLATE, AskButton, custom_id_of, need_in
from tests.examples import png

if TYPE_CHECKING:
    from simcord import ChannelHandle, InteractionResult

    from bot.services.policy import ServerPolicy
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

ONE_A_DAY: dict[str, Any] = {"ATELIER_MEMBER_DAILY_IMAGES": 1}
GRANT, OTHER, DECLINE = "Grant 1 picture", "Other amount…", "Decline"
ASK = "Ask for more"


class Desk:
    """A house with a log channel and two leads.

    Attributes:
        log: where leads read.
        lea: a lead; max is another.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self.log: ChannelHandle = house.server.create_text_channel("log")
        leading = self.leading = house.server.create_role(
            "leads",
            permissions=discord.Permissions(
                view_channel=True, send_messages=True, read_message_history=True, manage_guild=True
            ),
        )
        self.lea = house.server.add_member(house.env.create_user("lea"), roles=[leading])
        self.max = house.server.add_member(house.env.create_user("max"), roles=[leading])

    async def log_to(self, channel_id: int | None) -> None:
        """Let a lead choose the log channel."""

        def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
            return replace(policy, log_channel_id=channel_id), Decision(1, 1, "studio log", "", "", "")

        await self.house.services.policies.change(self.house.server.id, alter)

    async def refused(self) -> discord.Message:
        """Mia makes the one picture that she may, and is refused another."""
        await self.house.imagine()
        answer = await self.house.imagine()
        assert answer.response is not None
        assert answer.response.ephemeral
        return answer.response  # type: ignore[return-value]  # to be clicked

    async def asked(self) -> discord.Message:
        """Mia asks; what the leads see."""
        await self.house.mia.click(await self.refused(), label=ASK)
        return self.increase

    async def allow(self, whose: int, maximum: int | None, scope: Scope = Scope.MEMBER) -> None:
        """Let a lead set how many pictures a day a member, or whoever has a role, may make."""
        rule = LimitRule(
            shared=False, scope=scope, scope_id=whose, metric=Metric.IMAGES, window=Window.DAY, maximum=maximum
        )

        def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
            return replace(policy, limits=(rule,)), Decision(1, 1, "quota set", "", "", "")

        await self.house.services.policies.change(self.house.server.id, alter)

    @property
    def increase(self) -> discord.Message:
        """The newest message in the log channel."""
        message = self.log.last_message
        assert message is not None
        return message

    async def grants(self) -> int:
        return len((await self.house.services.policies.of(self.house.server.id)).grants)

    def to_mia(self) -> list[str]:
        """The bot's direct messages to Mia."""
        channel = self.house.mia.user.dm_channel
        return [message.content for message in channel.history()]

    def in_the_studio(self) -> list[discord.Message]:
        """What the bot posted where Mia asked, without the pictures."""
        return [message for message in self.house.channel.history() if not message.attachments]

    def pass_the_window(self) -> None:
        """Two days later."""
        clock = self.house.services.clock
        clock.told(clock() + 2 * 86_400)


async def a_desk(house: House) -> Desk:
    desk = Desk(house)
    await house.env.settle()
    await desk.log_to(desk.log.id)
    return desk


def labels(message: Any) -> list[str]:  # noqa: ANN401 - SimCord's messages and discord.py's
    rows: list[Any] = message.components
    plain: list[Any] = [row.to_dict() if isinstance(row, discord.ActionRow) else row for row in rows]
    return [button["label"] for row in plain for button in row["components"]]


def said(answer: InteractionResult) -> str:
    """What only who acted sees."""
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


# --- the refusal


async def test_a_refusal_offers_to_ask_for_more(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)

        refusal = await desk.refused()

        assert "This would pass your daily allowance" in refusal.content
        assert labels(refusal) == [ASK]


async def test_nothing_is_offered_where_leads_read_no_log(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        await desk.log_to(None)

        assert labels(await desk.refused()) == []


async def test_the_budget_of_the_installation_is_not_for_leads_to_raise(opened: OpenHouse) -> None:
    async with opened(ATELIER_MONTHLY_BUDGET="0.000001") as house:
        await a_desk(house)

        answer = await house.imagine()

        assert said(answer).endswith("Whoever runs this bot decides about it.")
        assert labels(answer.response) == []


async def test_a_refusal_is_said_even_if_its_button_cannot_be_made(opened: OpenHouse) -> None:
    async def fail(*_: object) -> None:
        raise OSError

    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        house.bot.buttons.set_refusal(fail)

        refusal = await desk.refused()

        assert "your daily allowance" in refusal.content
        assert labels(refusal) == []


async def test_a_refusal_of_a_button_offers_it_too(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        await a_desk(house)
        await house.imagine()

        answer = await house.mia.click(house.posted[0], label="Again")

        assert labels(answer.response) == [ASK]


async def test_a_refusal_after_the_deferral_offers_it_too(opened: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(**ONE_A_DAY) as house:
        await a_desk(house)
        await house.imagine()
        monkeypatch.setattr("bot.discord_ui.intake.GRACE", 0)

        answer = await house.imagine(private=True, image1=("fox.png", png(64, 64)))

        assert labels(answer.response) == [ASK]


# --- asking


async def test_the_leads_read_who_asks_where_and_for_what(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        refusal = await desk.refused()

        answer = await house.mia.click(refusal, label=ASK)

        assert said(answer).startswith("Asked.")
        assert re.fullmatch(
            rf"🙋 <@{house.mia.id}> asks in <#{house.channel.id}> for more of their daily allowance, for 1 picture\.\n"
            r"1 picture used of 1 picture; 1 picture missing\. Resets <t:\d+:R>\.",
            desk.increase.content,
        )
        assert labels(desk.increase) == [GRANT, OTHER, DECLINE]


async def test_it_can_be_asked_after_a_restart(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        refusal = await desk.refused()
        await house.restart()

        assert said(await house.mia.click(refusal, label=ASK)).startswith("Asked.")
        assert labels(desk.increase) == [GRANT, OTHER, DECLINE]


async def test_asking_twice_is_asking_once(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        refusal = await desk.refused()
        await house.mia.click(refusal, label=ASK)

        assert "You have asked for this already" in said(await house.mia.click(refusal, label=ASK))
        assert len(desk.log.history()) == 1


async def test_what_has_reset_is_not_asked_for(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        refusal = await desk.refused()
        desk.pass_the_window()

        assert "has reset meanwhile" in said(await house.mia.click(refusal, label=ASK))


@pytest.mark.parametrize("status", [403, 404])
async def test_where_the_leads_cannot_read_nothing_is_kept(status: int, opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        refusal = await desk.refused()
        house.env.inject_error("POST", f"/channels/{desk.log.id}/messages", status=status)

        first = await house.mia.click(refusal, label=ASK)
        second = await house.mia.click(refusal, label=ASK)

        assert "so nothing was asked. Please tell one of them yourself." in said(first)
        assert said(second).startswith("Asked.")


@pytest.mark.usefixtures("impatient")
async def test_what_may_have_been_asked_is_asked_again_as_the_same(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        refusal = await desk.refused()
        house.env.inject_error("POST", f"/channels/{desk.log.id}/messages", status=500, times=3)

        first = await house.mia.click(refusal, label=ASK)
        second = await house.mia.click(refusal, label=ASK)

        nonces = [each.json["nonce"] for each in house.env.http_requests if each.json and "nonce" in each.json]
        assert "your leads may not have read this. Press the button again in a minute." in said(first)
        assert said(second).startswith("Asked.")
        assert set(nonces[-2:]) == {"plea-1"}
        assert len(desk.log.history()) == 1


async def test_what_was_declined_is_not_asked_again(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        refusal = await desk.refused()
        await house.mia.click(refusal, label=ASK)
        await desk.lea.click(desk.increase, label=DECLINE)

        answer = await house.mia.click(refusal, label=ASK)

        assert re.fullmatch(r"❌ A lead has declined this; it resets <t:\d+:R>\.", said(answer))
        assert len(desk.log.history()) == 1


async def test_a_log_channel_that_was_deleted_is_said(opened: OpenHouse) -> None:
    async with opened(**ONE_A_DAY) as house:
        desk = await a_desk(house)
        refusal = await desk.refused()
        await house.bot.http.delete_channel(desk.log.id)

        assert "so nothing was asked" in said(await house.mia.click(refusal, label=ASK))


# --- deciding


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


# --- telling


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


# --- what the button remembers


@given(
    st.builds(
        Need,
        scope=st.sampled_from([Scope.SERVER, Scope.CHANNEL, Scope.ROLE, Scope.MEMBER]),
        scope_id=st.integers(1, LARGEST),
        metric=st.sampled_from(Metric),
        window=st.sampled_from(Window),
        amount=st.integers(1, MOST_NANO),
        ends_at=st.integers(0, 10**11),
    )
)
def test_any_need_fits_into_a_button_and_comes_out_again(need: Need) -> None:
    custom_id = custom_id_of(need)

    match = re.fullmatch(TEMPLATE, custom_id)

    assert match is not None
    assert need_in(match) == need
    assert len(custom_id) <= 100
    assert AskButton(need).custom_id == custom_id
