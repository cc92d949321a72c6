"""What leads read of a pause and of how things stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.language import Language
from bot.services.jobs import Load, OpenJobs, ServerStatus, Switched
from bot.services.policy import Block, Pause, ReplyMode, RoleRule, ServerPolicy
from bot.services.quotas import BudgetHint, Headroom
from cogs.studio.status_text import MOST_BUDGETS, paused_text, pictures, resumed_text, status_panel, status_text
from tests.examples import MODEL, NOW, budget

PAUSE = Pause(NOW, 5, "the bill is *too* high.")
BULLETIN = ServerStatus(
    policy=ServerPolicy(),
    here=Load(2, 3),
    budgets=(),
    installation=None,
    hint=None,
    open_jobs=OpenJobs(5, 100_000_000, 0, 0),
    model=MODEL,
    successor=None,
    ending=(),
    lasting=True,
    today=date(2026, 11, 20),
    at=NOW,
    version="0.1.0",
)


def server_status(**changes: Any) -> ServerStatus:  # noqa: ANN401 - any field of it
    return replace(BULLETIN, **changes)


def told(server_status: ServerStatus, log_fault: str = "") -> str:
    return status_text(server_status, log_fault)


def test_a_pause_tells_what_is_finished_what_is_kept_and_how_to_go_on() -> None:
    text = paused_text(Switched(changed=True, pause=PAUSE, load=Load(1, 20)))

    assert text == (
        "⏸️ **Picture making is paused on this server.**\n"
        "Being made, and will be posted: 1 picture. No other is sent to the image API.\n"
        "Waiting: 20 pictures. Their places in line and their prices are kept.\n"
        "New requests are refused. /studio resume lets it go on."
    )


def test_why_it_is_paused_is_told_as_each_language_does() -> None:
    text = paused_text(Switched(changed=False, pause=replace(PAUSE, why="調整中。"), load=Load(0, 0)))

    assert "一時停止しました：調整中。何も変更していません。" in Language("ja").translate(text)  # noqa: RUF001 - wide signs


def test_a_pause_of_nothing_says_that_nothing_is_made() -> None:
    text = paused_text(Switched(changed=True, pause=PAUSE, load=Load(0, 0)))

    assert text == (
        "⏸️ **Picture making is paused on this server.**\n"
        "Nothing is being made now, and nothing is sent to the image API.\n"
        "New requests are refused. /studio resume lets it go on."
    )


def test_a_second_pause_names_the_first() -> None:
    text = paused_text(Switched(changed=False, pause=PAUSE, load=Load(0, 0)))

    assert text == (
        f"⏸️ Picture making is paused here already. Paused by <@5> <t:{NOW}:R>: the bill is \\*too\\* high. "
        "Nothing was changed; /studio resume lets it go on."
    )


@pytest.mark.parametrize(
    ("changed", "waiting", "text"),
    [
        (False, 0, "▶️ Picture making is not paused here. Nothing was changed."),
        (True, 0, "▶️ **Picture making on this server goes on.**\nNobody waits."),
        (
            True,
            2,
            "▶️ **Picture making on this server goes on.**\nWaiting: 2 pictures, which go on now in their order.",
        ),
    ],
)
def test_going_on_tells_who_waits(changed: bool, waiting: int, text: str) -> None:  # noqa: FBT001 - a column of the table
    assert resumed_text(Switched(changed=changed, pause=None, load=Load(0, waiting))) == text


def test_the_panel_is_short_where_little_is_set() -> None:
    assert told(server_status()).splitlines() == [
        "### Picture making on this server",
        "▶️ Pictures are made.",
        "Here: 2 running, 3 waiting.",
        "This server's budgets: none. /quota set sets one.",
        "Held: $0.10 for 5 pictures waiting or being made.",
        "Calendar: UTC, weeks begin on Monday. /studio calendar changes it.",
        "Language: English, as the server's own; /studio language changes it.",
        "Log channel: none, so there are no alerts and members cannot ask for more. /studio log sets one.",
        "Channels: everywhere. Models: all.",
        f"Default model: {MODEL.title}.",
        "-# Atelier 0.1.0",
    ]


def test_the_panel_tells_of_a_pause_of_what_is_unknown_and_of_a_models_end() -> None:
    retiring = replace(MODEL, shutdown=date(2026, 12, 1))
    policy = ServerPolicy(pause=replace(PAUSE, why=""), log_channel_id=6, channels=(7,), models=("a", "b"))

    text = told(
        server_status(policy=policy, open_jobs=OpenJobs(0, 0, 1, 20_000_000), model=retiring, successor="The Next")
    )

    assert f"⏸️ Paused by <@5> <t:{NOW}:R>.\n" in text
    assert "⚠️ Not known whether billed: $0.020 for 1 picture. /quota resolve settles them.\n" in text
    assert f"⚠️ Default model: {MODEL.title}. It is shut down on 2026-12-01; The Next follows it.\n" in text
    assert "Log channel: <#6>.\nChannels: <#7>. Models: a and b.\n" in text


def test_the_panel_tells_who_is_kept_out_and_which_rules_there_are() -> None:
    policy = ServerPolicy(
        zone="Europe/Berlin",
        blocked=(Block(7, NOW, 5, "spam"),),
        newcomer_days=3,
        roles=(RoleRule(8, may_edit=False), RoleRule(9, may_edit=True)),
    )

    text = told(server_status(policy=policy))

    assert "Calendar: Europe/Berlin, weeks begin on Monday.\n" in text
    assert "\nBlocked: 1 (<@7>).\nNew members wait: 3 days.\nRules: 2 roles; /studio roles shows them.\n" in text
    assert "Rules: 1 role; " in told(server_status(policy=replace(policy, roles=policy.roles[:1])))


def test_the_panel_tells_what_is_not_as_usual_about_screening_and_replies() -> None:
    usual, other = (
        told(server_status()),
        told(server_status(policy=ServerPolicy(moderation="low", replies=ReplyMode.NEVER))),
    )

    lines = "\nScreening: low; /studio moderation changes it.\nChanging pictures by replies: never; /studio replies"
    assert lines in other
    assert "Screening" not in usual
    assert "replies" not in usual


def test_of_many_who_are_blocked_the_rest_is_counted() -> None:
    policy = ServerPolicy(blocked=tuple(Block(number, NOW, 5, "spam") for number in range(12)))

    assert "Blocked: 12 (<@0>, <@1>, " in told(server_status(policy=policy))
    assert "<@9> and 2 more).\n" in told(server_status(policy=policy))


def test_a_log_channel_that_does_not_work_is_told() -> None:
    text = told(server_status(policy=ServerPolicy(log_channel_id=6)), "I cannot see <#6>.")

    assert "Log channel: <#6>.\n⚠️ I cannot see <#6>. Alerts wait, and members cannot ask for more.\n" in text


def test_the_bots_own_budget_is_told_in_figures_or_in_words() -> None:
    status = budget(5_000_000_000, 1_250_000_000)

    alone = told(server_status(installation=status))
    among_others = told(server_status(hint=BudgetHint(Headroom.LITTLE, NOW)))

    assert (
        "This server's budgets: none. /quota set sets one.\n"
        f"This bot's monthly budget: $1.25 of $5.00 used, resets <t:{NOW + 3600}:R>.\n"
    ) in alone
    assert (
        f"This bot's monthly budget, set by whoever runs it, is nearly used up. It resets <t:{NOW}:R>.\n"
        in among_others
    )


def test_models_that_are_named_and_end_are_told_with_what_to_do() -> None:
    soon = replace(MODEL, id="gpt-image-1.5", shutdown=date(2026, 12, 1))
    gone = replace(MODEL, id="gpt-image-1", shutdown=date(2026, 10, 23))

    left = told(server_status(ending=(soon, gone)))
    alone = told(server_status(ending=(soon,), lasting=False, model=soon))

    assert "⚠️ gpt-image-1.5 is shut down on 2026-12-01.\n⚠️ gpt-image-1 was shut down on 2026-10-23.\n" in left
    assert "⚠️ gpt-image-1.5 is shut down on 2026-12-01. Allow another before.\n" in alone


def test_the_default_model_that_ends_is_told_once_where_another_stays() -> None:
    soon = replace(MODEL, shutdown=date(2026, 12, 1))

    assert told(server_status(ending=(soon,), model=soon)).count("is shut down on") == 1


def test_a_model_that_ends_without_a_successor_is_told_as_well() -> None:
    retiring = replace(MODEL, shutdown=date(2026, 12, 1))

    assert "It is shut down on 2026-12-01.\n" in told(server_status(model=retiring))


def test_of_many_budgets_the_rest_is_counted() -> None:
    lines = told(server_status(budgets=(budget(5_000_000_000, 1_250_000_000),) * (MOST_BUDGETS + 2))).splitlines()

    assert lines.count(f"This bot's monthly budget: $1.25 of $5.00 used, resets <t:{NOW + 3600}:R>.") == MOST_BUDGETS
    assert "Further budgets: 2. /quota show lists them all." in lines


def test_the_largest_panel_fits_into_a_message() -> None:
    policy = ServerPolicy(
        pause=Pause(NOW, 2**63, "<" * 200),
        channels=tuple(range(2**63 - 50, 2**63)),
        models=("gpt-image-2.5-sunburst",) * 12,
        log_channel_id=2**63,
        blocked=tuple(Block(2**63 - number, NOW, 5, "spam") for number in range(500)),
        newcomer_days=365,
        roles=(RoleRule(8),) * 250,
    )
    largest = server_status(
        policy=policy,
        budgets=(budget(10**15, 10**15),) * 50,
        installation=budget(10**15, 10**15),
        open_jobs=OpenJobs(100, 10**15, 99, 10**15),
        ending=(replace(MODEL, shutdown=date(2026, 12, 1)),) * 4,
        lasting=False,
    )

    view = status_panel(largest, f"I may not write in <#{2**63}>: I lack View Channel, Send Messages and Embed Links.")

    assert view.content_length() <= 4000


@pytest.mark.parametrize(("count", "said"), [(0, "no pictures"), (1, "1 picture"), (2, "2 pictures")])
def test_pictures_are_counted_as_people_do(count: int, said: str) -> None:
    assert pictures(count) == said


def test_a_budget_tells_how_long_it_lasts() -> None:
    status = replace(budget(10_000_000_000, 5_000_000_000), began_at=NOW - 3600, resets_at=NOW + 7200)

    assert f" At this pace it lasts until <t:{NOW + 3600}:D>." in told(server_status(budgets=(status,)))
