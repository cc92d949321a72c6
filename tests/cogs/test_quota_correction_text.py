from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.services.accounting import NO_CHARGE, ChargeOnFile, Resolved
from bot.services.accounting.corrections import Effect
from bot.services.calendar import Window
from bot.services.ledger import ChargeState, Corrected
from bot.services.policy import Limit, Metric, Scope
from cogs.quota.correction_text import charge_choices, no_charge_choice, resolved_text
from tests.examples import CATALOG, MODEL, NOW, REQUESTER

HOUR, DAY = 3600, 86_400
CHARGE = ChargeOnFile(
    job_id="81:1",
    requester=REQUESTER,
    model=MODEL.id,
    quality="medium",
    state=ChargeState.UNKNOWN,
    hold_nano=21_000_000,
    counted_nano=21_000_000,
    picture=None,
    reserved_at=NOW - 3 * HOUR,
    deadline_at=NOW + 2 * DAY,
    most_nano=21_000_000,
    is_reported=False,
)
MADE = replace(CHARGE, state=ChargeState.SETTLED, counted_nano=13_000_000, picture=4821, deadline_at=None)
NAMES = {33: "Mia"}
DAILY = Limit(Scope.MEMBER, 11, 33, Metric.IMAGES, Window.DAY, 25, "your daily allowance")
MONTHLY = Limit(Scope.SERVER, 11, 11, Metric.USD, Window.MONTH, 10**10, "this server's monthly budget")
BOTS = Limit(Scope.INSTALLATION, 0, 0, Metric.USD, Window.MONTH, 10**10, "this bot's monthly budget")


def choices(*charges: ChargeOnFile, typed: str = "", names: dict[int, str] | None = None) -> list[tuple[str, str]]:
    return charge_choices(charges, NAMES if names is None else names, CATALOG, NOW, typed)


def resolved(before: tuple[ChargeState, int], after: tuple[ChargeState, int], *effects: Effect, **on: Any) -> str:  # noqa: ANN401 - any field of a charge
    charge = replace(CHARGE, **on)
    return resolved_text(Resolved(charge, Corrected("81:1", *before, *after), effects), MODEL.title)


def test_an_unknown_charge_is_told_in_one_line() -> None:
    assert choices(CHARGE) == [("$0.021 held · 2.5 Flare medium · Mia · 3 h ago · charged in 2 days", "81:1")]


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"deadline_at": NOW}, "$0.021 held · 2.5 Flare medium · Mia · 3 h ago · charged soon"),
        (
            {"deadline_at": NOW + HOUR, "reserved_at": NOW - 40 * HOUR},
            "$0.021 held · 2.5 Flare medium · Mia · 40 h ago · charged in 60 min",
        ),
        (
            {"reserved_at": NOW + 9, "model": "gone-model"},
            "$0.021 held · gone-model medium · Mia · 0 min ago · charged in 2 days",
        ),
    ],
)
def test_times_are_told_as_people_say_them(changes: dict[str, Any], label: str) -> None:
    assert choices(replace(CHARGE, **changes)) == [(label, "81:1")]


@pytest.mark.parametrize(
    ("charge", "label"),
    [
        (MADE, "#4821 · charged $0.013 · 2.5 Flare medium · Mia · 3 h ago"),
        (
            replace(CHARGE, state=ChargeState.RELEASED, counted_nano=0),
            "not charged · 2.5 Flare medium · Mia · 3 h ago",
        ),
        (
            replace(CHARGE, state=ChargeState.DISPATCHED),
            "being made ($0.021 held) · 2.5 Flare medium · Mia · 3 h ago",
        ),
    ],
)
def test_other_charges_say_where_they_stand(charge: ChargeOnFile, label: str) -> None:
    assert choices(charge) == [(label, "81:1")]


def test_a_choice_is_never_longer_than_discord_takes() -> None:
    ((label, _),) = choices(replace(CHARGE, model="m" * 90))

    assert len(label) == 100
    assert label.endswith("…")


@pytest.mark.parametrize(("typed", "found"), [("mia", 1), ("FLARE", 1), (" 0.021", 1), ("81:", 1), ("ben", 0)])
def test_what_is_typed_narrows_the_list(typed: str, found: int) -> None:
    assert len(choices(CHARGE, typed=typed)) == found


def test_at_most_25_are_offered_and_who_has_no_name_is_told_by_id() -> None:
    offered = choices(*[replace(CHARGE, job_id=f"{number}:1") for number in range(30)], names={})

    assert [value for _, value in offered] == [f"{number}:1" for number in range(25)]
    assert "member 33" in offered[0][0]


def test_where_nothing_is_unknown_a_choice_says_so() -> None:
    name, value = no_charge_choice()

    assert value == NO_CHARGE
    assert len(name) <= 100


def test_what_was_given_back_is_told_with_where_it_is_free_again() -> None:
    text = resolved(
        (ChargeState.UNKNOWN, 21_000_000),
        (ChargeState.RELEASED, 0),
        Effect(DAILY, -1),
        Effect(MONTHLY, -21_000_000),
        Effect(BOTS, -21_000_000),
    )

    assert text == (
        f"✅ <@33>'s picture ({MODEL.title}, medium, <t:{NOW - 3 * HOUR}:R>): "
        "changed from unknown ($0.021 held) to not charged.\n"
        "Free again: 1 picture in <@33>'s daily allowance.\n"
        "Free again: $0.021 in this server's monthly budget and this bot's monthly budget.\n"
        "-# Written to the audit."
    )


def test_what_was_added_is_told() -> None:
    text = resolved(
        (ChargeState.SETTLED, 13_000_000), (ChargeState.SETTLED, 20_000_001), Effect(MONTHLY, 7_000_001), picture=4821
    )

    assert "<@33>'s picture #4821 (" in text
    assert ": changed from charged $0.013 to charged $0.020000001.\n" in text
    assert "\nCounted in addition: $0.007000001 in this server's monthly budget.\n" in text


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (
            (ChargeState.RELEASED, 0),
            "$0.021 is taken out of the counters of that time; no limit that holds now counts it.",
        ),
        ((ChargeState.SETTLED, 31_000_000), "$0.01 is added to the counters of that time; no limit that holds now"),
        ((ChargeState.SETTLED, 21_000_000), "What counts stays as it was: $0.021, charged instead of held."),
    ],
)
def test_what_changes_no_limit_of_now_is_told(after: tuple[ChargeState, int], words: str) -> None:
    assert words in resolved((ChargeState.UNKNOWN, 21_000_000), after)


def test_what_is_so_already_is_told() -> None:
    text = resolved((ChargeState.SETTLED, 5), (ChargeState.SETTLED, 5))

    assert text.endswith(" is charged $0.000000005 already. Nothing was changed.")
    assert "✅" not in text
