"""How things stand on a server: its own jobs and budgets, and nothing of others."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.services.calendar import Window
from bot.services.jobs import Load, OpenJobs, ServerStatuses
from bot.services.policy import Decision, Defaults, Lead, LimitRule, Metric, RoleRule, Scope
from bot.services.quotas import LimitStatuses
from bot.services.quotas.accounts import BudgetVisibility
from bot.storage.ledger.open_jobs import SqliteOpenCharges
from tests.services.fakes import BEN, CATALOG, MIA, NOON, RecordingDelivery, a_house, a_request, until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from bot.services.policy import ServerPolicy
    from tests.services.fakes import House

EVE = replace(BEN, server_id=7)
RETIRING = "gpt-image-1.5"

SERVES_RETIRED = False  # whether retired models are served


@asynccontextmanager
async def an_office(
    folder: Path, *, model: str = CATALOG.default_id, monthly: int | None = None, sole: bool = True
) -> AsyncGenerator[tuple[House, ServerStatuses]]:
    """A house in which one picture is being made, for ever."""
    async with a_house(folder, (asyncio.Event(),), slots=1) as house:
        alone = BudgetVisibility(lambda: sole)
        limit_statuses = LimitStatuses(house.policies, house.ledger, Defaults(monthly, None), house.clock, alone)
        charges = SqliteOpenCharges(house.database)
        yield (
            house,
            ServerStatuses(
                house.studio.job_runner,
                limit_statuses,
                charges,
                CATALOG,
                model,
                SERVES_RETIRED,
                "1.2.3",
                house.account,
                house.outage,
            ),
        )


async def set_rule(house: House, rule: LimitRule) -> None:
    def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
        return replace(policy, limits=(*policy.limits, rule)), Decision(8, NOON, "quota set", "", "", "")

    await house.policies.change(MIA.server_id, alter)


async def rule(house: House, **changes: Any) -> None:  # noqa: ANN401 - any field of a policy
    await house.policies.change(
        MIA.server_id,
        lambda policy: (replace(policy, **changes), Decision(8, NOON, "studio models", "", "", "")),
    )


async def test_a_server_sees_its_own_jobs_alone(tmp_path: Path) -> None:
    async with an_office(tmp_path) as (house, server_statuses):
        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())
        await until(lambda: house.studio.running == 1)
        await house.studio.submit("r2", a_request(), BEN, RecordingDelivery())
        await house.studio.submit("r3", a_request(count=3), EVE, RecordingDelivery())

        here, elsewhere = await server_statuses.of(MIA.server_id), await server_statuses.of(EVE.server_id)

        assert (here.here, elsewhere.here) == (Load(1, 1), Load(0, 3))
        hold = (await house.kept("r1")).jobs[0].hold_nano
        assert here.open_jobs == OpenJobs(2, 2 * hold, 0, 0)
        assert elsewhere.open_jobs == OpenJobs(3, 3 * hold, 0, 0)


async def test_every_budget_is_told_and_no_allowance(tmp_path: Path) -> None:
    async with an_office(tmp_path, monthly=10**9) as (house, server_statuses):
        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())
        month = LimitRule(
            shared=True, scope=Scope.SERVER, scope_id=1, metric=Metric.USD, window=Window.MONTH, maximum=5
        )
        channel = replace(month, scope=Scope.CHANNEL, scope_id=MIA.channel_id, metric=Metric.IMAGES, maximum=9)
        for rule in (month, channel, replace(month, shared=False, window=Window.DAY)):
            await set_rule(house, rule)

        found = await server_statuses.of(MIA.server_id)

        hold = (await house.kept("r1")).jobs[0].hold_nano
        assert [(status.limit.scope, status.limit.maximum, status.used) for status in found.budgets] == [
            (Scope.SERVER, 5, hold),
            (Scope.CHANNEL, 9, 1),
        ]
        assert found.installation is not None
        assert (found.installation.limit.maximum, found.installation.used) == (10**9, hold)


async def test_what_all_servers_use_is_told_in_words_where_there_are_several(tmp_path: Path) -> None:
    async with an_office(tmp_path, monthly=10**9, sole=False) as (_, server_statuses):
        found = await server_statuses.of(MIA.server_id)

        assert found.installation is None
        assert found.hint is not None


async def test_a_default_model_that_ends_is_told_with_what_follows_it(tmp_path: Path) -> None:
    async with an_office(tmp_path, model=RETIRING) as (_, server_statuses):
        found = await server_statuses.of(MIA.server_id)

        assert found.model.shutdown is not None
        assert found.successor is not None
        assert found.successor == CATALOG.title_of(found.model.successor or "")


async def test_a_pause_is_told(tmp_path: Path) -> None:
    async with an_office(tmp_path) as (house, server_statuses):
        await house.pausing.pause(Lead(MIA.server_id, 8), "why")

        found = await server_statuses.of(MIA.server_id)

        assert found.policy.pause is not None
        assert (found.version, found.successor, found.budgets) == ("1.2.3", None, ())


async def test_the_model_is_the_one_that_people_get(tmp_path: Path) -> None:
    async with an_office(tmp_path) as (house, server_statuses):
        await rule(
            house, models=("gpt-image-2", CATALOG.default_id), roles=(RoleRule(MIA.server_id, ("gpt-image-2",)),)
        )

        found = await server_statuses.of(MIA.server_id)

        assert found.model.id == "gpt-image-2"


@pytest.mark.parametrize(
    ("models", "roles", "ending", "lasting"),
    [
        ((), (), [], True),
        ((RETIRING,), (), [RETIRING], False),
        ((RETIRING, "gpt-image-2"), (), [RETIRING], True),
        ((), (RoleRule(8, (RETIRING,)),), [RETIRING], False),
        (("gpt-image-2",), (RoleRule(8, (RETIRING, "gpt-image-2")), RoleRule(9)), [RETIRING], True),
        (("gpt-image-1",), (), ["gpt-image-1"], False),
    ],
)
async def test_models_that_are_named_here_and_end_soon_are_told(
    models: tuple[str, ...],
    roles: tuple[RoleRule, ...],
    ending: list[str],
    lasting: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
) -> None:
    async with an_office(tmp_path) as (house, server_statuses):
        await rule(house, models=models, roles=roles)

        found = await server_statuses.of(MIA.server_id)

        assert ([model.id for model in found.ending], found.lasting) == (ending, lasting)


async def test_an_end_that_is_far_off_is_not_told(tmp_path: Path) -> None:
    async with an_office(tmp_path) as (house, server_statuses):
        await rule(house, models=(RETIRING,))
        house.clock.now = NOON - 60 * 86_400

        found = await server_statuses.of(MIA.server_id)

        assert found.ending == ()
