"""Members who ask for more, and leads who decide."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import LimitReachedError, RequestRefused, UserFacingError
from bot.services.calendar import Window
from bot.services.policy import Metric, Requester, Scope
from bot.services.quotas import IncreaseRequest, IncreaseState, Need, parse_more
from bot.services.quotas.increase_desk import CENT
from tests.services.fakes import BEN, MIA
from tests.services.office import LEAD, LOG_CHANNEL, Office, an_office, budget

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.quotas import Asked

OTHER_LEAD = 51


async def refused_need(office: Office, requester: Requester = MIA, count: int = 4) -> Need:
    """What the button under a refusal holds."""
    with pytest.raises(LimitReachedError) as refused:
        await office.reserve("refused", count=count, nano=20_000_000, requester=requester)
    need = await office.increases.need_of(requester.server_id, refused.value.shortfall)
    assert need is not None
    return need


async def ask(office: Office, need: Need, requester: Requester = MIA) -> Asked:
    """A plea that leads were told of."""
    async with office.increases.asking(requester, need) as opened:
        return opened


async def asked(office: Office, requester: Requester = MIA) -> Asked:
    """A plea of this member for two pictures: three were asked for, one is left of three."""
    await office.decide(log_channel_id=LOG_CHANNEL)
    await office.reserve("first", count=2, requester=requester)
    return await ask(office, await refused_need(office, requester, 3), requester)


async def sentence_of(office: Office, need: Need, requester: Requester = MIA) -> str:
    with pytest.raises(UserFacingError) as refused:
        await ask(office, need, requester)
    return refused.value.sentence


# --- asking


async def test_an_increase_says_what_is_missing_where_and_until_when(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        opened = await asked(office)

        increase = opened.increase
        assert (increase.user_id, increase.channel_id, increase.server_id) == (
            MIA.user_id,
            MIA.channel_id,
            MIA.server_id,
        )
        assert (increase.scope, increase.scope_id, increase.metric, increase.window) == (
            Scope.MEMBER,
            MIA.user_id,
            Metric.IMAGES,
            Window.DAY,
        )
        assert increase.needed == 2
        assert increase.ends_at == opened.status.resets_at
        assert (opened.log_channel_id, opened.status.used) == (LOG_CHANNEL, 2)
        assert (await office.increases.look(MIA.server_id, increase.id)).increase == increase


async def test_money_is_asked_for_in_whole_cents(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.decide(budget(Scope.SERVER, MIA.server_id, 50_000_001), log_channel_id=LOG_CHANNEL)

        opened = await ask(office, await refused_need(office))

        assert opened.increase.needed == 3 * CENT


async def test_what_others_used_meanwhile_is_missing_too(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=None) as office:
        pool = budget(Scope.CHANNEL, MIA.channel_id, 3, Metric.IMAGES)
        await office.decide(pool, log_channel_id=LOG_CHANNEL)
        need = await refused_need(office)
        await office.reserve("other", count=2, requester=BEN)

        opened = await ask(office, need)

        assert opened.increase.needed == 3


@pytest.mark.parametrize(("log_channel_id", "scope"), [(None, "member"), (LOG_CHANNEL, "installation")])
async def test_only_what_leads_can_raise_and_will_read_can_be_asked_for(
    log_channel_id: int | None, scope: str, tmp_path: Path
) -> None:
    async with an_office(tmp_path, daily_images=1) as office:
        await office.decide(log_channel_id=log_channel_id)
        with pytest.raises(LimitReachedError) as refused:
            await office.reserve("1", count=2)
        shortfall = replace(refused.value.shortfall, scope=scope)

        assert await office.increases.need_of(MIA.server_id, shortfall) is None


async def test_asking_twice_is_asking_once(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        await asked(office)

        assert "You have asked for this already" in await sentence_of(office, await refused_need(office, count=2))


async def test_two_members_may_ask_for_the_same(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=None) as office:
        pool = budget(Scope.SERVER, MIA.server_id, 3, Metric.IMAGES)
        await office.decide(pool, log_channel_id=LOG_CHANNEL)

        first = await ask(office, await refused_need(office))
        second = await ask(office, await refused_need(office, BEN), BEN)

        assert first.increase.id != second.increase.id


async def test_what_the_leads_could_not_be_told_is_asked_again_as_the_same_increase(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        await office.decide(log_channel_id=LOG_CHANNEL)
        need = await refused_need(office)
        opened: list[Asked] = []

        async def fail() -> None:
            async with office.increases.asking(MIA, need) as first:
                opened.append(first)
                raise OSError("no connection")

        with pytest.raises(OSError, match="no connection"):
            await fail()
        await office.reserve("meanwhile", count=2)

        second = await ask(office, need)

        assert (opened[0].increase.needed, second.increase.needed) == (1, 3)
        assert (await office.increases.look(MIA.server_id, opened[0].increase.id)).increase == second.increase


async def test_while_the_leads_are_being_told_nothing_is_asked_twice(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        await office.decide(log_channel_id=LOG_CHANNEL)
        need = await refused_need(office)

        async with office.increases.asking(MIA, need):
            sentence = await sentence_of(office, need)

        assert "You have asked for this already" in sentence


async def test_what_was_declined_is_not_asked_again_until_it_resets(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = (await asked(office)).increase
        need = await refused_need(office)
        await office.increases.decline(increase, LEAD)

        refused = await sentence_of(office, need)
        office.clock.now = increase.ends_at
        await office.reserve("tomorrow", count=3)
        tomorrow = await ask(office, await refused_need(office))

        assert refused == f"A lead has declined this; it resets <t:{increase.ends_at}:R>."
        assert tomorrow.increase.id != increase.id


async def test_what_has_reset_is_not_asked_for(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        await office.decide(log_channel_id=LOG_CHANNEL)
        need = await refused_need(office)
        office.clock.now = need.ends_at

        assert "has reset meanwhile" in await sentence_of(office, need)


async def test_what_is_left_by_now_is_not_asked_for(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        await office.decide(log_channel_id=LOG_CHANNEL)
        need = await refused_need(office)
        await office.decide(
            replace(budget(Scope.MEMBER, MIA.user_id, 4, Metric.IMAGES), shared=False, window=Window.DAY)
        )

        assert "Enough is left by now" in await sentence_of(office, need)


async def test_nobody_asks_for_the_allowance_of_another(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        await office.decide(log_channel_id=LOG_CHANNEL)

        assert "does not apply to you" in await sentence_of(office, await refused_need(office), BEN)


async def test_where_leads_read_nothing_any_more_nothing_is_asked(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        await office.decide(log_channel_id=LOG_CHANNEL)
        need = await refused_need(office)
        await office.decide(log_channel_id=None)

        assert "ask one of them directly" in await sentence_of(office, need)


# --- deciding


async def test_a_grant_raises_the_limit_until_it_resets_and_is_audited(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = (await asked(office)).increase

        verdict = await office.increases.grant(increase, LEAD, increase.needed)

        assert verdict.fresh
        assert (verdict.increase.state, verdict.increase.decided_by, verdict.increase.granted) == (
            IncreaseState.GRANTED,
            LEAD,
            2,
        )
        await office.reserve("again", count=3)
        (status,) = await office.accounts.status(MIA)
        assert (status.limit.maximum, status.limit.granted, status.used) == (5, 2, 5)
        entry = (await office.audit.entries(MIA.server_id))[0].decision
        assert (entry.actor_id, entry.action, entry.subject) == (
            LEAD,
            "quota grant",
            f"<@{MIA.user_id}>'s daily allowance, asked for by them",
        )
        assert (entry.before, entry.after) == ("3 pictures", f"5 pictures until <t:{increase.ends_at}:f>")
        assert entry.why == ""
        office.clock.now = increase.ends_at
        assert (await office.accounts.status(MIA))[0].limit.maximum == 3


async def test_another_amount_may_be_granted(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = (await asked(office)).increase

        verdict = await office.increases.grant(increase, LEAD, 7)

        assert verdict.increase.granted == 7
        assert (await office.accounts.status(MIA))[0].limit.maximum == 10


async def test_declining_changes_no_limit_and_is_audited(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = (await asked(office)).increase

        verdict = await office.increases.decline(increase, LEAD)

        assert verdict.fresh
        assert (verdict.increase.state, verdict.increase.granted) == (IncreaseState.DECLINED, None)
        assert (await office.accounts.status(MIA))[0].limit.maximum == 3
        entry = (await office.audit.entries(MIA.server_id))[0].decision
        assert (entry.action, entry.before, entry.after, entry.why) == ("quota decline", "", "declined", "")


async def test_a_budget_is_audited_with_who_asked_for_more(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.decide(budget(Scope.SERVER, MIA.server_id, 10 * CENT), log_channel_id=LOG_CHANNEL)
        await office.reserve("first", nano=10 * CENT)
        increase = (await ask(office, await refused_need(office, count=1))).increase

        await office.increases.grant(increase, LEAD, increase.needed)

        entry = (await office.audit.entries(MIA.server_id))[0].decision
        assert entry.subject == f"this server's monthly budget, asked for by <@{MIA.user_id}>"
        assert (entry.before, entry.after) == ("$0.10", f"$0.12 until <t:{increase.ends_at}:f>")


async def test_what_is_missing_more_than_the_lead_saw_is_not_granted_but_said(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=None) as office:
        await office.decide(budget(Scope.SERVER, MIA.server_id, 3, Metric.IMAGES), log_channel_id=LOG_CHANNEL)
        increase = (await ask(office, await refused_need(office))).increase
        await office.reserve("other", count=2, requester=BEN)

        verdict = await office.increases.grant(increase, LEAD, increase.needed)
        again = await office.increases.grant(increase, OTHER_LEAD, increase.needed)
        assert verdict == again
        assert verdict.is_open
        assert (increase.needed, verdict.increase.needed) == (1, 3)
        assert verdict.short is not None
        assert verdict.short.used == 2
        assert (await office.policies.of(MIA.server_id)).grants == ()
        assert (await office.increases.grant(increase, LEAD, verdict.increase.needed)).increase.granted == 3
        await office.reserve("again", count=4)


async def test_who_writes_an_amount_themselves_may_grant_less_than_is_missing(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = (await asked(office)).increase

        verdict = await office.increases.grant(increase, LEAD, 1, at_least=False)

        assert (verdict.fresh, verdict.short, verdict.increase.granted) == (True, None, 1)


@pytest.mark.parametrize("how", ["cleared", "enough", "other roles"])
async def test_what_is_not_missing_any_more_is_not_granted(how: str, tmp_path: Path) -> None:
    pool = budget(Scope.ROLE, 9, 3, Metric.IMAGES)
    with_role = replace(MIA, role_ids=(9,))
    roles: tuple[int, ...] | None = None
    async with an_office(tmp_path, daily_images=None) as office:
        await office.decide(pool, log_channel_id=LOG_CHANNEL)
        increase = (await ask(office, await refused_need(office, with_role), with_role)).increase
        if how == "cleared":
            await office.decide(limits=())
        elif how == "enough":
            await office.decide(limits=(replace(pool, maximum=4),))
        else:
            roles = ()

        verdict = await office.increases.grant(increase, LEAD, increase.needed, roles)
        late = await office.increases.grant(increase, OTHER_LEAD, increase.needed, roles)

        assert (verdict.fresh, late.fresh) == (True, False)
        assert verdict.increase == late.increase
        assert (verdict.increase.state, verdict.increase.decided_by) == (IncreaseState.NEEDLESS, LEAD)
        assert (await office.policies.of(MIA.server_id)).grants == ()
        entries = await office.audit.entries(MIA.server_id)
        assert "quota grant" not in [entry.decision.action for entry in entries]


async def test_a_decision_that_comes_while_more_turns_out_to_be_missing_stands(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=None) as office:
        await office.decide(budget(Scope.SERVER, MIA.server_id, 3, Metric.IMAGES), log_channel_id=LOG_CHANNEL)
        increase = (await ask(office, await refused_need(office))).increase
        await office.reserve("other", count=2, requester=BEN)

        granting, declining = await asyncio.gather(
            office.increases.grant(increase, LEAD, increase.needed), office.increases.decline(increase, OTHER_LEAD)
        )

        assert declining.fresh
        assert declining.increase.state is IncreaseState.DECLINED
        assert not granting.fresh
        assert granting.increase.granted is None


async def test_two_leads_at_once_grant_once(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = (await asked(office)).increase

        verdicts = await asyncio.gather(
            office.increases.grant(increase, LEAD, increase.needed),
            office.increases.grant(increase, OTHER_LEAD, increase.needed),
            office.increases.grant(increase, OTHER_LEAD, increase.needed),
        )

        assert sorted(verdict.fresh for verdict in verdicts) == [False, False, True]
        assert len({(verdict.increase.state, verdict.increase.decided_by) for verdict in verdicts}) == 1
        assert len((await office.policies.of(MIA.server_id)).grants) == 1
        entries = await office.audit.entries(MIA.server_id)
        assert [entry.decision.action for entry in entries].count("quota grant") == 1


async def test_what_was_decided_stays_decided(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = (await asked(office)).increase
        first = await office.increases.decline(increase, LEAD)

        second = await office.increases.grant(increase, OTHER_LEAD, increase.needed)
        third = await office.increases.decline(increase, OTHER_LEAD)

        assert second == third
        assert not second.fresh
        assert second.increase == first.increase


async def test_after_the_window_nothing_is_decided(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = (await asked(office)).increase
        office.clock.now = increase.ends_at

        verdicts = [
            await office.increases.grant(increase, LEAD, increase.needed),
            await office.increases.decline(increase, LEAD),
        ]

        assert [(verdict.is_open, verdict.fresh, verdict.increase) for verdict in verdicts] == [
            (False, False, increase)
        ] * 2


async def test_the_leads_of_another_server_decide_nothing(tmp_path: Path) -> None:
    async with an_office(tmp_path, daily_images=3) as office:
        increase = (await asked(office)).increase

        with pytest.raises(UserFacingError, match="do not know this question"):
            await office.increases.look(MIA.server_id + 1, increase.id)


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        (Scope.MEMBER, "their daily allowance"),
        (Scope.SERVER, "this server's daily budget"),
        (Scope.CHANNEL, "the daily budget of <#8>"),
        (Scope.ROLE, "the daily budget of <@&8>"),
    ],
)
def test_a_limit_is_named_as_others_say_it(scope: Scope, name: str) -> None:
    assert IncreaseRequest(1, 2, 3, 4, 5, scope, 8, Metric.USD, Window.DAY, 7, 6, 8).limit_name == name


# --- how much


@pytest.mark.parametrize(
    ("metric", "text", "amount"),
    [
        (Metric.IMAGES, "4", 4),
        (Metric.IMAGES, " 1,000 ", 1_000),
        (Metric.IMAGES, "4 pictures", 4),
        (Metric.USD, "0.50", 500_000_000),
        (Metric.USD, ".5", 500_000_000),
        (Metric.USD, "$2", 2_000_000_000),
    ],
)
def test_a_bare_number_counts_what_the_limit_counts(metric: Metric, text: str, amount: int) -> None:
    assert parse_more(metric, text) == amount


@pytest.mark.parametrize(
    ("metric", "text", "sentence"),
    [
        (Metric.IMAGES, "$4", "This limit counts pictures. Write 4 pictures, for example."),
        (Metric.USD, "4 pictures", "This limit counts dollars. Write $0.50, for example."),
        (Metric.IMAGES, "0", "That would grant nothing."),
        (Metric.USD, "$0.00", "That would grant nothing."),
        (Metric.IMAGES, "unlimited", "A grant is a number."),
        (Metric.IMAGES, "-3", "An amount cannot be less than nothing. Write 4 pictures, for example."),
        (Metric.IMAGES, "2.5", "Pictures are counted whole. Write 4 pictures, for example."),
        (Metric.IMAGES, "4 €", "This limit counts pictures. Write 4 pictures, for example."),
        (Metric.USD, "4 €", "I count in US dollars, as the provider bills: write $4."),
        (Metric.USD, "2.5 pictures", "This limit counts dollars. Write $0.50, for example."),
        (Metric.IMAGES, "abc", "“abc” is not an amount that I understand. Write 4 pictures, for example."),
        (Metric.USD, "nan", "“nan” is not an amount that I understand. Write $0.50, for example."),
        (Metric.USD, "5,5", "Decimals are written with a point: did you mean $5.50?"),
        (Metric.USD, "1,500", "“1,500” could be two amounts: write $1.50 or $1,500."),
        (Metric.USD, "5,5,5", "I cannot tell which number “5,5,5” is. Write $0.50, for example."),
        (Metric.USD, "9" * 30, "That is too much: $1,000,000 is the most"),
        (Metric.IMAGES, "none", "“none” could mean two things. Write 4 pictures, for example."),
        (Metric.IMAGES, "9999999", "That is too much: 1,000,000 pictures is the most that a limit can be."),
        (Metric.IMAGES, "", "An amount is missing. Write 4 pictures, for example."),
    ],
)
def test_what_cannot_be_granted_is_said(metric: Metric, text: str, sentence: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_more(metric, text)

    assert sentence in refused.value.sentence
