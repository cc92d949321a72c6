"""What leads decide about their server as a whole: whom it keeps out, by which calendar it counts, where it logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.errors import DecisionRefusedError
from bot.services.policy import Block, Lead, ReplyMode
from tests.services.council import LEA, SERVER, Council, a_council

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

MIA, BOT = SERVER + 6, SERVER + 7


@pytest_asyncio.fixture
async def council(tmp_path: Path) -> AsyncGenerator[Council]:
    async with a_council(tmp_path) as found:
        yield found


async def test_who_is_blocked_is_kept_with_who_did_it_when_and_why(council: Council) -> None:
    decision = await council.settings.block(LEA, MIA, BOT, "spam")

    assert (decision.subject, decision.before, decision.after, decision.why) == (
        f"<@{MIA}>",
        "not blocked",
        "blocked",
        "spam",
    )
    assert (await council.policy()).blocked == (Block(MIA, int(council.clock()), LEA.user_id, "spam"),)
    assert await council.decisions() == [decision]


async def test_blocking_twice_for_the_same_reason_changes_nothing(council: Council) -> None:
    await council.settings.block(LEA, MIA, BOT, "*spam*")

    again = await council.settings.block(LEA, MIA, BOT, "*spam*")

    assert (again.before, again.after) == (r"blocked: \*spam\*", r"blocked: \*spam\*")
    assert len(await council.decisions()) == 1


async def test_another_reason_for_a_block_is_kept_with_the_lead_who_gives_it(council: Council) -> None:
    since = int(council.clock())
    await council.settings.block(LEA, MIA, BOT, "spam")
    await council.settings.block(LEA, 77, BOT, "spam")
    council.clock.now += 60

    again = await council.settings.block(Lead(SERVER, 9), MIA, BOT, "more spam")

    assert (again.before, again.after, again.why) == ("", "blocked already, now for another reason", "more spam")
    assert (await council.policy()).block_of(MIA) == Block(MIA, since, 9, "more spam")
    assert [block.user_id for block in (await council.policy()).blocked] == [MIA, 77]
    assert len(await council.decisions()) == 3


async def test_a_block_is_lifted_also_for_who_was_never_blocked(council: Council) -> None:
    await council.settings.block(LEA, MIA, BOT, "spam")
    await council.settings.block(LEA, 77, BOT, "spam")

    lifted = await council.settings.unblock(LEA, MIA)
    nobody = await council.settings.unblock(LEA, 78)

    assert (lifted.before, lifted.after) == ("blocked", "not blocked")
    assert (nobody.before, nobody.after) == ("not blocked", "not blocked")
    assert [block.user_id for block in (await council.policy()).blocked] == [77]


@pytest.mark.parametrize(("who", "sentence"), [(LEA.user_id, "That is you."), (BOT, "use /studio pause")])
async def test_neither_oneself_nor_the_bot_is_blocked_by_accident(who: int, sentence: str, council: Council) -> None:
    with pytest.raises(DecisionRefusedError, match=sentence):
        await council.settings.block(LEA, who, BOT, "oops")
    assert (await council.policy()).blocked == ()


async def test_newcomers_wait_as_many_days_as_was_decided(council: Council) -> None:
    week = await council.settings.set_newcomer_days(LEA, 7)
    day = await council.settings.set_newcomer_days(LEA, 1)
    none = await council.settings.set_newcomer_days(LEA, 0)

    assert [each.after for each in (week, day, none)] == ["7 days", "1 day", "no wait"]
    assert week.before == "no wait"


@pytest.mark.parametrize("days", [-1, 366, 10**30])
async def test_a_wait_that_makes_no_sense_is_refused(days: int, council: Council) -> None:
    with pytest.raises(DecisionRefusedError, match="0 to 365 days"):
        await council.settings.set_newcomer_days(LEA, days)
    assert (await council.policy()).newcomer_days == 0


async def test_the_screening_is_the_usual_one_until_it_is_changed(council: Council) -> None:
    same = await council.settings.set_moderation(LEA, "auto")
    low = await council.settings.set_moderation(LEA, "low")

    assert (same.before, same.after) == ("auto", "auto")
    assert (low.action, low.subject, low.before, low.after) == (
        "studio moderation",
        "how strictly pictures are screened",
        "auto",
        "low",
    )
    assert (await council.policy()).moderation == "low"
    assert await council.decisions() == [low]


async def test_a_level_of_screening_that_there_is_not_is_refused(council: Council) -> None:
    with pytest.raises(DecisionRefusedError, match="The level is auto or low"):
        await council.settings.set_moderation(LEA, "none")
    assert (await council.policy()).moderation == "auto"


async def test_a_server_speaks_as_discord_tells_until_leads_choose(council: Council) -> None:
    chosen = await council.settings.set_language(LEA, "ja")
    spoken = council.settings.decisions.policies.locale_of(SERVER)
    back = await council.settings.set_language(LEA, "auto")

    assert (chosen.action, chosen.subject, chosen.before, chosen.after) == (
        "studio language",
        "the language of this server",
        "automatic",
        "日本語",
    )
    assert (spoken, back.after, council.settings.decisions.policies.locale_of(SERVER)) == ("ja", "automatic", "")
    assert await council.decisions() == [chosen, back]


async def test_a_language_that_is_not_spoken_is_refused(council: Council) -> None:
    with pytest.raises(DecisionRefusedError, match="I speak English, Deutsch"):
        await council.settings.set_language(LEA, "nl")
    assert (await council.policy()).locale == ""


async def test_replies_change_pictures_until_leads_decide_otherwise(council: Council) -> None:
    same = await council.settings.set_replies(LEA, ReplyMode.AT_ONCE)
    off = await council.settings.set_replies(LEA, ReplyMode.NEVER)
    kept_off = (await council.policy()).replies
    on = await council.settings.set_replies(LEA, ReplyMode.AT_ONCE)

    assert (same.before, same.after) == ("at once", "at once")
    assert (off.subject, off.before, off.after) == ("changing pictures by replies", "at once", "never")
    assert (kept_off, (await council.policy()).replies) == (ReplyMode.NEVER, ReplyMode.AT_ONCE)
    assert await council.decisions() == [off, on]


async def test_a_calendar_is_changed_in_part_or_whole(council: Council) -> None:
    zone = await council.settings.set_calendar(LEA, "america/new york", None)
    first = await council.settings.set_calendar(LEA, None, "Sunday")
    same = await council.settings.set_calendar(LEA, "America/New_York", "Sunday")

    assert (zone.before, zone.after) == ("UTC, weeks begin on Monday", "America/New_York, weeks begin on Monday")
    assert first.after == "America/New_York, weeks begin on Sunday"
    assert same.before == same.after
    assert (await council.policy()).week_start == 6
    assert len(await council.decisions()) == 2


@pytest.mark.parametrize(
    ("zone", "week_start", "sentence"),
    [("Atlantis", None, "Did you mean"), ("UTC", "Someday", "a day like Monday"), (None, "", "a day like Monday")],
)
async def test_a_calendar_that_does_not_exist_is_refused(
    zone: str | None, week_start: str | None, sentence: str, council: Council
) -> None:
    with pytest.raises(DecisionRefusedError, match=sentence):
        await council.settings.set_calendar(LEA, zone, week_start)
    assert await council.decisions() == []


async def test_it_is_known_when_the_day_the_week_and_the_month_end(council: Council) -> None:
    utc = await council.settings.calendar(SERVER)
    await council.settings.set_calendar(LEA, "Asia/Tokyo", "Saturday")

    tokyo = await council.settings.calendar(SERVER)

    assert (tokyo.zone, tokyo.week_start) == ("Asia/Tokyo", 5)
    assert (utc.day_ends - tokyo.day_ends) % 86_400 == 9 * 3600
    assert utc.month_ends - tokyo.month_ends == 9 * 3600
    assert tokyo.day_ends <= tokyo.week_ends <= tokyo.month_ends


async def test_the_log_channel_is_set_and_taken_away(council: Council) -> None:
    here = await council.settings.set_log_channel(LEA, 12)
    nowhere = await council.settings.set_log_channel(LEA, None)

    assert (here.before, here.after) == ("none", "<#12>")
    assert (nowhere.before, nowhere.after) == ("<#12>", "none")


async def test_the_lead_role_is_nobodys_until_one_is_chosen(council: Council) -> None:
    before = (await council.policy()).lead_role_id
    chosen = await council.settings.set_lead_role(LEA, 55)
    same = await council.settings.set_lead_role(LEA, 55)
    nobody = await council.settings.set_lead_role(LEA, None)

    assert before is None
    assert (chosen.action, chosen.subject, chosen.before, chosen.after) == (
        "studio leads",
        "the lead role",
        "none",
        "<@&55>",
    )
    assert same.before == same.after
    assert (nobody.before, nobody.after) == ("<@&55>", "none")
    assert await council.decisions() == [chosen, nobody]
