"""/quota report and export: the numbers, the chart, the file, and that they stay with the leads of their server."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot import charts
from bot.charts import ChartError, alt_text
from bot.discord_ui.interactions import LeadsOnlyError
from bot.errors import ProviderUnreachableError
from bot.services.ledger import Correction
from cogs.quota import reports
from cogs.quota.month_report import NO_CHART
from tests.cogs.house import DEFERRED
from tests.examples import png

if TYPE_CHECKING:
    from simcord import InteractionResult

    from bot.charts import Chart
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

LEADS = discord.Permissions(view_channel=True, send_messages=True, use_application_commands=True, manage_guild=True)


class Drawing:
    """Stands in for `charts.draw`: keeps every chart; fails if told to."""

    def __init__(self) -> None:
        self.charts: list[Chart] = []
        self.fails = False

    async def __call__(self, chart: Chart) -> bytes:
        if self.fails:
            raise ChartError("no pencil")
        self.charts.append(chart)
        return png()


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> Drawing:
    double = Drawing()
    monkeypatch.setattr(charts, "draw", double)
    return double


async def report(house: House, **options: Any) -> InteractionResult:  # noqa: ANN401 - the command's options
    return await house.lead.slash(house.channel, "quota report", **options)


async def export(house: House, **options: Any) -> InteractionResult:  # noqa: ANN401 - the command's options
    return await house.lead.slash(house.channel, "quota export", **options)


def told(house: House, answer: InteractionResult) -> str:
    """What only the lead sees, deferred at first."""
    assert answer.response is not None
    assert answer.response.ephemeral
    assert house.callbacks[-1] == DEFERRED
    return answer.response.content


async def file_of(answer: InteractionResult) -> tuple[str, bytes]:
    assert answer.response is not None
    (attachment,) = answer.response.attachments
    return attachment.filename, await attachment.read()


def lines_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


async def audited(house: House) -> list[tuple[int, str, str, str]]:
    entries = await house.services.audit.entries(house.server.id)
    decisions = [entry.decision for entry in entries]
    return [(each.actor_id, each.action, each.subject, each.after) for each in decisions]


# --- the report


async def test_the_numbers_come_with_a_chart_that_is_told_in_words(opened: OpenHouse, drawing: Drawing) -> None:
    async with opened() as house:
        await house.imagine(count=2, quality="low")
        await house.ben.slash(house.channel, "imagine", prompt="a hen", quality="low")

        answer = await report(house)

        lines = told(house, answer).splitlines()
        assert lines[0].startswith("**Report of ")
        assert lines[1].startswith("Charged: **$0.0")
        assert " for 3 pictures, $0.0" in lines[1]
        start = lines.index("**By member**")
        assert lines[start + 1].startswith(f"1. <@{house.mia.id}>: $0.0")
        assert lines[start + 1].endswith("2 pictures")
        assert lines[start + 2].startswith(f"2. <@{house.ben.id}>: ")
        (chart,) = drawing.charts
        assert [bar.label for bar in chart.bars] == ["1. mia", "2. ben"]
        assert answer.response is not None
        (attachment,) = answer.response.attachments
        assert attachment.description == alt_text(chart)
        assert attachment.filename.startswith("report-20")


@pytest.mark.parametrize(
    ("by", "row", "label"),
    [
        ("model", "1. GPT Image 2.5 Flare: ", "1. GPT Image 2.5 Flare"),
        ("channel", "1. <#{channel}>: ", "1. #studio"),
        ("day", "", None),
    ],
)
async def test_the_sums_are_by_what_the_lead_asks(
    by: str, row: str, label: str | None, opened: OpenHouse, drawing: Drawing
) -> None:
    async with opened() as house:
        await house.imagine()

        lines = told(house, await report(house, by=by)).splitlines()

        assert lines[lines.index(f"**By {by}**") + 1].startswith(row.format(channel=house.channel.id))
        (chart,) = drawing.charts
        assert label is None or [bar.label for bar in chart.bars] == [label]
        assert sum(bar.value > 0 for bar in chart.bars) == 1


async def test_what_a_lead_corrected_counts(opened: OpenHouse, drawing: Drawing) -> None:
    async with opened() as house:
        await house.imagine()
        (job,) = lines_of((await file_of(await export(house)))[1])
        lead_knows = Correction(job["job_id"], 1_000_000, house.lead.id, "seen on the bill")
        await house.services.ledger.correct(house.server.id, lead_knows, int(house.services.accounts.clock()))

        text = told(house, await report(house))

        assert "Charged: **$0.001** for 1 picture, $0.001 each on average" in text
        assert "Adjustments, counted in that: -$0.0" in text
        assert [bar.value for bar in drawing.charts[-1].bars] == [1_000_000]


async def test_without_a_chart_the_numbers_are_complete_and_it_is_said(opened: OpenHouse, drawing: Drawing) -> None:
    drawing.fails = True
    async with opened() as house:
        await house.imagine()

        answer = await report(house)

        assert told(house, answer).endswith(f"-# {NO_CHART}")
        assert "Charged: **$0.0" in told(house, answer)
        assert answer.response is not None
        assert answer.response.attachments == []


async def test_who_left_and_what_is_deleted_is_called_so(opened: OpenHouse, drawing: Drawing) -> None:
    async with opened() as house:
        others = [house.server.create_text_channel(name) for name in ("garden", "cellar")]
        await house.env.settle()
        for other in others:
            await house.ben.slash(other, "imagine", prompt="a hen")
        house.server.remove_member(house.ben)
        for other in others:
            channel = house.bot.get_channel(other.id)
            assert isinstance(channel, discord.TextChannel)
            await channel.delete()
        await house.env.settle()

        members = told(house, await report(house, by="member"))
        channels = told(house, await report(house, by="channel"))

        assert f"1. <@{house.ben.id}>: " in members
        of_members, of_channels = ([bar.label for bar in chart.bars] for chart in drawing.charts)
        assert of_members == [f"1. former member {house.ben.id}"]
        assert sorted(label.partition(". ")[2] for label in of_channels) == [
            f"deleted channel {each.id}" for each in others
        ]
        assert all(f"\n{label}: $0.0" in channels for label in of_channels)


async def test_nothing_charged_needs_no_chart(opened: OpenHouse, drawing: Drawing) -> None:
    async with opened() as house:
        house.painter.failures = [ProviderUnreachableError("No way.", code="unreachable")]
        await house.imagine()

        text = told(house, await report(house))

        assert "Charged: **$0.00** for 0 pictures" in text
        assert "Jobs that made no picture: 1" in text
        assert drawing.charts == []


@pytest.mark.parametrize("command", ["report", "export"])
@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        ("2026-13", "❌ “2026-13” is not a month. Write it like "),
        ("'; DROP TABLE jobs", "❌ That is not a month."),
        ("2999-01", "❌ January 2999 has not begun yet."),
        ("2001-01", "❌ There is nothing of January 2001: the first picture here was asked for in "),
    ],
)
async def test_a_month_that_can_have_no_report_is_said(
    command: str, month: str, sentence: str, opened: OpenHouse, drawing: Drawing
) -> None:
    async with opened() as house:
        await house.imagine()

        text = told(house, await house.lead.slash(house.channel, f"quota {command}", month=month))

        assert text.startswith(sentence)
        assert drawing.charts == []
        assert await audited(house) == []


async def test_before_the_first_picture_there_is_nothing_to_report(opened: OpenHouse, drawing: Drawing) -> None:
    async with opened() as house:
        assert "Nothing was asked for on this server yet" in told(house, await report(house))
        assert drawing.charts == []


async def test_the_months_that_have_jobs_are_offered_to_leads(opened: OpenHouse, drawing: Drawing) -> None:
    async with opened() as house:
        before = await house.lead.autocomplete(house.channel, "quota report", "month", "")
        await house.imagine()

        (offered,) = await house.lead.autocomplete(house.channel, "quota report", "month", "20")
        same = await house.lead.autocomplete(house.channel, "quota export", "month", offered["name"][:3])
        other = await house.lead.autocomplete(house.channel, "quota export", "month", "1999")

        assert before == other == []
        assert same == [offered]
        assert offered["value"] in (await file_of(await report(house, month=offered["value"])))[0]
        assert len(drawing.charts) == 1


# --- the file


async def test_the_file_has_every_job_and_the_audit_says_who_took_it(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        await house.ben.slash(house.channel, "imagine", prompt="a hen")

        answer = await export(house)

        text = told(house, answer)
        name, content = await file_of(answer)
        rows = lines_of(content)
        assert text.startswith("3 jobs in ")
        assert "Prompts are not in it." in text
        assert name.startswith("atelier-20")
        assert name.endswith(".csv")
        assert [row["member_id"] for row in rows] == [f"<@{house.mia.id}>"] * 2 + [f"<@{house.ben.id}>"]
        assert b"fox" not in content
        ((actor, action, subject, after),) = await audited(house)
        assert (actor, action, after) == (house.lead.id, "quota export", "a file of 3 jobs")
        assert subject.startswith("the ledger of ")


async def test_one_members_file_is_theirs_alone(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        await house.ben.slash(house.channel, "imagine", prompt="a hen")

        answer = await export(house, member=house.ben)
        nobody = await export(house, member=house.moderator)

        assert told(house, answer).startswith(f"1 job of <@{house.ben.id}> in ")
        assert [row["member_id"] for row in lines_of((await file_of(answer))[1])] == [f"<@{house.ben.id}>"]
        assert f"has no jobs of <@{house.moderator.id}>." in told(house, nobody)
        assert [subject.split(" of ")[-1] for _, _, subject, _ in await audited(house)] == [f"<@{house.ben.id}>"]


async def test_a_file_larger_than_discord_takes_is_compressed(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        for number in range(1, 5):
            await house.imagine(count=4)
            while len(house.posted) < number:  # else the line may be full for the next
                await house.env.settle()
        monkeypatch.setattr(reports, "REQUEST_LIMIT", 3000)

        name, content = await file_of(await export(house))

        assert name.endswith(".csv.gz")
        assert len(content) <= 3000
        assert len(lines_of(gzip.decompress(content))) == 16


# --- who sees it


async def test_nothing_of_another_server_appears(opened: OpenHouse, drawing: Drawing) -> None:
    async with opened() as house:
        zoe = house.env.create_user("zoe")
        elsewhere = house.env.create_guild("Elsewhere")
        garden = elsewhere.create_text_channel("garden")
        leading = elsewhere.create_role("leads", permissions=LEADS)
        eve = elsewhere.add_member(house.env.create_user("eve"), roles=[leading])
        zoe_there = elsewhere.add_member(zoe)
        await house.server.add_member(zoe).slash(house.channel, "imagine", prompt="a fox")

        nothing = told(house, await eve.slash(garden, "quota report"))
        await eve.slash(garden, "imagine", prompt="a hen")
        theirs = told(house, await eve.slash(garden, "quota report"))
        rows = lines_of((await file_of(await eve.slash(garden, "quota export")))[1])
        spying = told(house, await eve.slash(garden, "quota export", member=zoe_there))
        offered = await eve.autocomplete(garden, "quota report", "month", "")

        assert "Nothing was asked for on this server yet" in nothing
        assert str(zoe.id) not in theirs
        assert " for 1 picture," in theirs
        assert [(row["server_id"], row["member_id"]) for row in rows] == [(f"server:{elsewhere.id}", f"<@{eve.id}>")]
        assert spying.startswith("❌ There is nothing to export")
        assert len(offered) == 1
        assert [[bar.label for bar in chart.bars] for chart in drawing.charts] == [["1. eve"]]
        assert await audited(house) == []


@pytest.mark.parametrize("command", ["quota report", "quota export"])
async def test_a_server_that_shows_the_commands_to_all_still_answers_leads_only(
    command: str, opened: OpenHouse, drawing: Drawing
) -> None:
    async with opened() as house:
        house.expected = (LeadsOnlyError,)
        await house.imagine()
        (quota,) = [each for each in await house.bot.tree.fetch_commands() if each.name == "quota"]
        house.server.set_command_permissions(quota, {house.server.default_role: True})

        answer = await house.mia.slash(house.channel, command)
        offered = await house.mia.autocomplete(house.channel, command, "month", "")

        assert answer.response is not None
        assert answer.response.ephemeral
        assert answer.response.content.startswith("❌ Only leads can do this")
        assert answer.response.attachments == []
        assert offered == []
        assert drawing.charts == []
