"""/usage: only for who asks, in words first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot import charts
from bot.charts import ChartError
from bot.services.calendar import Window
from bot.services.policy import Decision, LimitRule, Metric, Scope
from tests.cogs.house import DEFERRED
from tests.examples import png

if TYPE_CHECKING:
    from simcord import InteractionResult

    from bot.charts import Chart
    from bot.services.policy import ServerPolicy
    from tests.cogs.house import House
    from tests.conftest import OpenHouse


class Draughtsman:
    """Draws nothing but a red square, or fails.

    Attributes:
        drawn: every chart that was asked for.
    """

    def __init__(self) -> None:
        self.drawn: list[Chart] = []
        self.failing = False

    async def __call__(self, chart: Chart) -> bytes:
        self.drawn.append(chart)
        if self.failing:
            raise ChartError("no process")
        return png()


@pytest.fixture
def draughtsman(monkeypatch: pytest.MonkeyPatch) -> Draughtsman:
    drawing = Draughtsman()
    monkeypatch.setattr(charts, "draw", drawing)
    return drawing


async def usage(house: House, **options: Any) -> InteractionResult:  # noqa: ANN401 - the command's options
    """Mia looks."""
    return await house.mia.slash(house.channel, "usage", **options)


def told(answer: InteractionResult) -> str:
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


async def test_the_month_is_told_with_what_is_left_and_a_chart(opened: OpenHouse, draughtsman: Draughtsman) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=25) as house:
        await house.imagine(count=2)

        answer = await usage(house)

        lines = told(answer).splitlines()
        assert lines[0].startswith("**Your pictures in ")
        assert lines[1].startswith("2 pictures, $0.0")
        assert lines[2] == "**What is left**"
        assert lines[3].startswith("- **Your daily allowance:** 23 of 25 pictures left, 2 used. Resets <t:")
        assert house.callbacks[-1] == DEFERRED
        assert answer.response is not None
        (attachment,) = answer.response.attachments
        (chart,) = draughtsman.drawn
        assert attachment.description == charts.alt_text(chart)
        assert "2 pictures" in str(attachment.description)
        assert (chart.limit, sum(bar.value for bar in chart.bars)) == (25, 2)


async def test_without_a_chart_the_words_come_alone(opened: OpenHouse, draughtsman: Draughtsman) -> None:
    draughtsman.failing = True
    async with opened() as house:
        await house.imagine()

        answer = await usage(house)

        assert "1 picture, $0.0" in told(answer)
        assert answer.response is not None
        assert answer.response.attachments == []


async def test_who_made_nothing_sees_so_without_a_chart(opened: OpenHouse, draughtsman: Draughtsman) -> None:
    async with opened() as house:
        await house.ben.slash(house.channel, "imagine", prompt="a fox")

        text = told(await usage(house))

        assert text.splitlines()[1:3] == ["None yet.", "**What is left**"]
        assert "0 used." in text
        assert draughtsman.drawn == []


@pytest.mark.parametrize(("of_bot", "is_shown"), [("50", False), ("5", True)])
async def test_the_budget_of_the_installation_is_shown_where_it_leaves_less_than_the_servers(
    of_bot: str,
    is_shown: bool,  # noqa: FBT001 - a table's column
    opened: OpenHouse,
    draughtsman: Draughtsman,
) -> None:
    def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
        rule = LimitRule(
            shared=True,
            scope=Scope.SERVER,
            scope_id=house.server.id,
            metric=Metric.USD,
            window=Window.MONTH,
            maximum=10_000_000_000,
        )
        return replace(policy, limits=(rule,)), Decision(1, 1, "quota set", "", "", "")

    async with opened(ATELIER_MONTHLY_BUDGET=of_bot) as house:
        before = told(await usage(house))
        await house.services.policies.change(house.server.id, alter)

        after = told(await usage(house))
        await house.imagine()

        assert "This bot's monthly budget" in before
        assert ("This bot's monthly budget" in after) is is_shown
        assert "- **This server's monthly budget:** $10.00 of $10.00 left, $0.00 used." in after
        of_bots = "this bot $4.99 this month · " if is_shown else ""
        assert f"-# Left: your 24 pictures today · {of_bots}this server $9.9" in house.posted[0].content
        assert draughtsman.drawn == []


@pytest.mark.usefixtures("draughtsman")
async def test_what_other_servers_spend_is_told_nowhere(opened: OpenHouse) -> None:
    async with opened(ATELIER_MONTHLY_BUDGET="0.0517") as house:
        house.env.create_guild("Elsewhere")
        await house.env.settle()

        before = told(await usage(house))
        await house.imagine()
        overview = (await house.lead.slash(house.channel, "quota show")).response
        of_mia = (await house.lead.slash(house.channel, "quota show", member=house.mia)).response
        refused = told(await house.imagine(quality="high", count=2))
        for _ in range(2):
            await house.imagine()

        budget = "This bot's monthly budget, set by whoever runs it,"
        assert f"\n- {budget} leaves enough. Resets <t:" in before
        assert overview is not None
        assert of_mia is not None
        shown = [overview.embeds[0].description or "", of_mia.embeds[0].description or ""]
        assert all(f"\n- {budget} leaves enough. It resets <t:" in text for text in shown)
        assert "and less is left. Try a lower quality or fewer pictures. It resets <t:" in refused
        assert budget not in house.posted[0].content
        assert f"-# {budget} leaves too little for another picture." in house.posted[-1].content
        everything = [before, refused, *shown, *(message.content for message in house.posted)]
        assert not any("$0.05" in text or "this bot $" in text for text in everything)


@pytest.mark.parametrize(
    ("month", "sentence"),
    [("2999-01", "January 2999 has not begun."), ("2001-01", "You made nothing here"), ("soon", "is not a month")],
)
async def test_what_is_no_month_of_theirs_is_said(month: str, sentence: str, opened: OpenHouse) -> None:
    async with opened() as house:
        assert sentence in told(await usage(house, month=month))


async def test_an_earlier_month_is_offered_and_told(opened: OpenHouse, draughtsman: Draughtsman) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=25) as house:
        await house.imagine()
        (offered,) = await house.mia.autocomplete(house.channel, "usage", "month", "20")
        others = await house.ben.autocomplete(house.channel, "usage", "month", "")
        clock = house.services.clock
        clock.told(clock() + 40 * 86_400)

        text = told(await usage(house, month=offered["value"]))

        assert text.splitlines()[0] == f"**Your pictures in {offered['name']}**"
        assert text.splitlines()[1].startswith("1 picture, $0.0")
        assert "What is left" not in text
        assert others == []
        assert len(draughtsman.drawn) == 1
