"""Rules and what was changed of them, as words: never over Discord's limits, never a mention cut in two."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import Language
from bot.services.policy import MODERATIONS, CalendarNow, Decision, ReplyMode, RoleRule, ServerPolicy
from cogs.studio.rule_panels import (
    LONGEST_PANEL,
    LONGEST_PART,
    REPLIES,
    SCREENING,
    blocked_text,
    calendar_changed_text,
    calendar_panel,
    changed_text,
    channels_panel,
    clipped,
    list_choices,
    log_panel,
    log_readers,
    log_warning,
    models_panel,
    moderation_changed_text,
    moderation_panel,
    newcomers_panel,
    replies_changed_text,
    replies_panel,
    role_panel,
    roles_panel,
)
from tests.examples import CATALOG, MODEL, NOW

SERVER = 10**18
TODAY = date(2026, 11, 20)
BERLIN = datetime.fromtimestamp(NOW, ZoneInfo("Europe/Berlin"))
CALENDAR = CalendarNow("Europe/Berlin", 6, NOW, NOW, NOW + 1, NOW + 2)


def decision(before: str, after: str, subject: str = "the log channel") -> Decision:
    return Decision(5, NOW, "studio log", subject, before, after)


def test_a_change_names_what_it_was_and_what_it_is() -> None:
    assert changed_text(decision("none", "<#5>")) == "✅ The log channel: changed from none to <#5>."


def test_no_change_says_so() -> None:
    assert changed_text(decision("none", "none")) == "Nothing was changed. The log channel: none."


def test_of_a_change_of_something_long_the_difference_is_told() -> None:
    assert changed_text(decision("", "added <#5>, 2 channels now")) == "✅ The log channel: added <#5>, 2 channels now."


def test_a_block_says_what_becomes_of_what_was_asked_for() -> None:
    new = blocked_text(decision("not blocked", "blocked", "<@7>"))
    old = blocked_text(decision("blocked: spam", "blocked: spam", "<@7>"))
    why = blocked_text(decision("", "blocked already, now for another reason", "<@7>"))

    assert new == ("✅ <@7> is blocked now. What is being made for them is finished; what still waits is given back.")
    assert old == "Nothing was changed. <@7>: blocked: spam."
    assert why == "✅ <@7>: blocked already, now for another reason."


def test_a_change_of_the_longest_list_fits_into_a_message() -> None:
    before = ", ".join(f"<#{SERVER + number}>" for number in range(50))

    text = changed_text(decision(before, before + f" and <#{SERVER}>"))

    assert len(text) <= 2000
    assert len(re.findall(r"<#\d{19}>", text)) == text.count("<")


@given(st.text(alphabet="ab ,", max_size=60), st.integers(5, 50))
def test_what_is_clipped_is_not_longer_and_ends_between_two_words(text: str, most: int) -> None:
    short = clipped(text, most)

    assert len(short) <= most
    assert short == text or (short.endswith("…") and text.startswith(short.removesuffix("…").rstrip(" ")))


def test_a_list_without_spaces_is_clipped_between_its_parts() -> None:
    channels = channels_panel(ServerPolicy(channels=tuple(range(SERVER, SERVER + 50))), 0)

    told = Language("ja").translate(channels)

    assert told.startswith(f"画像を作れる場所：<#{SERVER}>、<#{SERVER + 1}>、")  # noqa: RUF001 - wide signs
    assert told.endswith("> …。")


def test_the_panels_say_how_things_are() -> None:
    ruled = ServerPolicy(channels=(5, 6))

    assert channels_panel(ServerPolicy(), 0) == "Where pictures are made: everywhere."
    assert channels_panel(ruled, 1).endswith("<#5> and <#6>. 1 of them is gone: take out with the option “deleted”.")
    assert "2 of them are gone" in channels_panel(ruled, 2)
    assert log_panel(5) == "Alerts and pleas are posted in <#5>."
    assert "nowhere" in log_panel(None)
    assert calendar_panel(CALENDAR) == (
        "Days, weeks and months are counted in Europe/Berlin; weeks begin on Sunday. "
        f"This day ends <t:{NOW}:F>, this week <t:{NOW + 1}:F>, this month <t:{NOW + 2}:F>. "
        f"It is {BERLIN:%H:%M} on {BERLIN:%A} there now."
    )
    assert newcomers_panel(ServerPolicy(newcomer_days=3)) == (
        "How long new members wait: 3 days. Change it with the option “days”."
    )
    assert log_warning("I cannot see <#5>.") == ("⚠️ I cannot see <#5>. Alerts wait, and members cannot ask for more.")
    assert log_readers(5) == "Everyone who sees <#5> will read budgets and members' questions."


@pytest.mark.parametrize(
    ("level", "meaning"),
    [
        ("auto", "The image API's usual filter decides."),
        (
            "low",
            "The image API's filter is less strict; what its provider's own rules forbid is refused all the same.",
        ),
    ],
)
def test_a_level_of_screening_is_told_with_what_it_means(level: str, meaning: str) -> None:
    assert moderation_panel(ServerPolicy(moderation=level)) == (
        f"How strictly pictures are screened: {level}. {meaning} Change it with the option “level”."
    )
    assert moderation_changed_text(decision("auto", level)).endswith(f"{level}. {meaning}")


def test_every_level_of_screening_has_words() -> None:
    assert set(SCREENING) == set(MODERATIONS)


@pytest.mark.parametrize("mode", ReplyMode)
def test_when_replies_change_pictures_is_told_with_what_it_means(mode: ReplyMode) -> None:
    meaning = REPLIES[mode]

    assert replies_panel(ServerPolicy(replies=mode)) == (
        f"Changing pictures by replies: {mode}. {meaning} Change it with the option “mode”."
    )
    assert replies_changed_text(decision("never", mode.value), mode).endswith(f"{mode}. {meaning}")


def test_all_models_are_listed_with_what_ends_when() -> None:
    text = models_panel(ServerPolicy(), CATALOG, TODAY, MODEL.id, SERVER)

    assert text.splitlines() == [
        "The models of this server: all, now these:",
        "- GPT Image 2.5 Flare (gpt-image-2.5-flare)",
        "- GPT Image 2.5 Sunburst (gpt-image-2.5-sunburst)",
        "- GPT Image 2.6 Flare (gpt-image-2.6-flare)",
        "- GPT Image 2.6 Sunburst (gpt-image-2.6-sunburst)",
        "- GPT Image 2 (gpt-image-2)",
        "- GPT Image 1.5 (gpt-image-1.5), is shut down on 2026-12-01",
        "- GPT Image 1 mini (gpt-image-1-mini), is shut down on 2026-12-01",
        "- ChatGPT Image (chatgpt-image-latest), is shut down on 2026-12-01",
        f"Models that come later are added. Who names none gets {MODEL.title}.",
    ]


def test_of_a_list_it_is_told_what_it_leaves_out_and_whom_it_leaves_nothing() -> None:
    roles = (
        RoleRule(8, ("gpt-image-2.5-flare",)),
        RoleRule(SERVER, ("gpt-image-2.5-flare",)),
        RoleRule(9, ("gpt-image-2",)),
    )
    policy = ServerPolicy(models=("gpt-image-2", "gpt-image-1", "model-that-is-gone"), roles=roles)

    text = models_panel(policy, CATALOG, TODAY, "gpt-image-2", SERVER)

    assert text.splitlines() == [
        "The models of this server:",
        "- GPT Image 2 (gpt-image-2)",
        "- GPT Image 1 (gpt-image-1), was shut down on 2026-10-23",
        "- model-that-is-gone",
        "Models that come later are left out. Who names none gets GPT Image 2.",
        "⚠️ <@&8> may use none of these now; see /studio roles.",
        "⚠️ Everybody may use none of these now; see /studio roles.",
    ]


def test_a_panel_of_models_fits_below_what_was_changed() -> None:
    roles = tuple(RoleRule(SERVER + number, ("gpt-image-2.5-flare",)) for number in range(1, 250))

    text = models_panel(ServerPolicy(models=("gpt-image-2",), roles=roles), CATALOG, TODAY, "gpt-image-2", SERVER)

    assert len(text) <= LONGEST_PANEL + 50
    assert text.splitlines()[-1].endswith(" more.")


def test_a_new_calendar_says_that_nothing_is_given_twice() -> None:
    changed = calendar_changed_text(decision("UTC", "Europe/Berlin"), CALENDAR)

    assert "keeps counting until" in changed
    assert changed.endswith("there now.")
    assert "keeps counting" not in calendar_changed_text(decision("UTC", "UTC"), CALENDAR)


def test_the_rules_of_roles_are_listed_with_everybodys_first() -> None:
    policy = ServerPolicy(roles=(RoleRule(8, qualities=("low",)), RoleRule(SERVER, may_edit=False)))

    assert roles_panel(policy, CATALOG, SERVER) == ("Everybody: may not start from pictures.\n<@&8>: qualities low.")
    assert roles_panel(ServerPolicy(), CATALOG, SERVER).startswith("There are no rules")
    assert role_panel(policy, CATALOG, 8, SERVER) == "What <@&8> may ask for: qualities low."
    assert role_panel(policy, CATALOG, 9, SERVER) == "What <@&9> may ask for: no rule."


def test_more_rules_than_fit_are_counted() -> None:
    models = tuple(model.id for model in CATALOG.models)
    policy = ServerPolicy(roles=tuple(RoleRule(SERVER + number, models, most_count=1) for number in range(250)))

    text = roles_panel(policy, CATALOG, SERVER)

    assert len(text) <= 2000
    listed = text.count("\n")
    assert text.endswith(f"… and {250 - listed} more: look at them role by role.")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", ["low", "medium", "max", "any"]),
        ("m", ["medium", "max"]),
        ("an", ["any"]),
        ("low, ", ["low, medium", "low, max"]),
        ("LOW,m", ["low, medium", "low, max"]),
        ("low, medium,", ["low, medium, max"]),
        ("x", []),
        ("y" * 99 + ",", []),
    ],
)
def test_lists_are_completed_at_their_last_name(typed: str, offered: list[str]) -> None:
    assert list_choices(("low", "medium", "max"), typed) == [(each, each) for each in offered]


def test_parts_of_a_change_leave_room_for_the_rest_of_the_sentence() -> None:
    assert 2 * LONGEST_PART + 300 < 2000
