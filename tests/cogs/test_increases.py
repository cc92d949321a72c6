"""A refusal that offers to ask leads for more, and the asking."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.calendar import Window
from bot.services.policy import MOST_NANO, Metric, Scope
from bot.services.quotas import Need
from bot.services.text import LARGEST
from cogs.increases.asking import TEMPLATE, AskButton, custom_id_of, need_in
from tests.cogs.increase_desk import ASK, DECLINE, GRANT, ONE_A_DAY, OTHER, a_desk, labels, said
from tests.examples import png

if TYPE_CHECKING:
    from tests.conftest import OpenHouse


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
