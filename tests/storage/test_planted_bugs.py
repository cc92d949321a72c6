"""The bugs that money is lost by (facts on reliability, 2.6), planted one at a time: the model must see each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from bot.errors import LimitReachedError
from bot.services.policy import Requester, buckets_touched, check
from bot.storage.database.sqlite import sqlite3
from bot.storage.ledger import ledger as ledger_module
from bot.storage.ledger.counters import balance_of, ensure_counters, move_counters

from .test_policy_model import SETTINGS, PoliciesAndModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.errors import Shortfall
    from bot.services.ledger import Order, Reservation
    from bot.services.policy import Balance, BucketKey, Grant, Limit

MANY = settings(SETTINGS, max_examples=60, database=None, derandomize=True)
ledger_inside: Any = ledger_module  # its steps are its own
# How a bug shows: a claim that does not hold, a refusal that does not come or comes too early, a figure below zero.
NOTICED = (AssertionError, pytest.fail.Exception, LimitReachedError, sqlite3.IntegrityError)


def held_is_ignored(patch: pytest.MonkeyPatch) -> None:
    def forgetful(limit: Limit, balance: Balance, nano: int, images: int, resets_at: int) -> Shortfall | None:
        return check(limit, replace(balance, held_nano=0, held_images=0), nano, images, resets_at)

    patch.setattr(ledger_module, "check", forgetful)


def an_unknown_outcome_is_given_back(patch: pytest.MonkeyPatch) -> None:
    def release(connection: sqlite3.Connection, *, job_id: str, failure: str, code: str, at: int, **_: int) -> None:
        ledger_inside._release(connection, job_id, failure, code, at)

    patch.setattr(ledger_module, "_mark_unknown", release)


def _moving(patch: pytest.MonkeyPatch, move: Callable[..., None]) -> None:
    for module in ("jobs", "corrections", "ledger"):
        patch.setattr(f"bot.storage.ledger.{module}.move_counters", move)


def a_hold_is_not_wholly_given_back(patch: pytest.MonkeyPatch) -> None:
    def stingy(connection: sqlite3.Connection, seq: int, change: Balance, *, installation: bool = True) -> None:
        move_counters(
            connection,
            seq,
            replace(change, held_nano=change.held_nano + (change.held_nano < 0)),
            installation=installation,
        )

    _moving(patch, stingy)


def the_window_is_that_of_the_settlement(patch: pytest.MonkeyPatch) -> None:
    def late(connection: sqlite3.Connection, seq: int, change: Balance, *, installation: bool = True) -> None:
        if change.settled_nano <= 0:
            move_counters(connection, seq, change, installation=installation)
            return
        move_counters(connection, seq, replace(change, settled_nano=0, settled_images=0))
        asked_by = (
            "SELECT server_id, channel_id, user_id FROM requests JOIN jobs ON request_id = requests.id WHERE seq = ?"
        )
        server, channel, member = connection.execute(asked_by, (seq,)).fetchone()
        (now,) = connection.execute("SELECT value FROM state WHERE key = 'clock'").fetchone()
        touched = buckets_touched(Requester(server, channel, member), int(now), ZoneInfo("UTC"))
        for bucket in ensure_counters(connection, touched):
            connection.execute(
                "UPDATE buckets SET settled_nano = settled_nano + ?, settled_images = settled_images + ? WHERE id = ?",
                (change.settled_nano, change.settled_images, bucket),
            )

    _moving(patch, late)


def a_correction_forgets_the_counters(patch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object, **__: object) -> None:
        pass

    patch.setattr("bot.storage.ledger.corrections.move_counters", nothing)


def a_lead_frees_the_budget_of_all_servers(patch: pytest.MonkeyPatch) -> None:
    def everywhere(connection: sqlite3.Connection, seq: int, change: Balance, **_: bool) -> None:
        move_counters(connection, seq, change)

    patch.setattr("bot.storage.ledger.corrections.move_counters", everywhere)


def a_move_to_another_zone_gives_the_budget_again(patch: pytest.MonkeyPatch) -> None:
    def only_the_new(connection: sqlite3.Connection, key: BucketKey, _at: int) -> tuple[Balance, int]:
        return balance_of(connection, key), key.end_at

    patch.setattr(ledger_module, "balance_in_force", only_the_new)


def a_grant_is_not_read_again(patch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> tuple[Grant, ...]:
        return ()

    patch.setattr("bot.storage.policies._recent_grants", none)


def the_version_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    reserve: Callable[[sqlite3.Connection, Reservation], Order] = ledger_inside._reserve

    def trusting(connection: sqlite3.Connection, order: Reservation) -> Order:
        (version,) = connection.execute(
            "SELECT coalesce(max(version), 0) FROM policies WHERE server_id = ?", (order.requester.server_id,)
        ).fetchone()
        return reserve(connection, replace(order, policy_version=version))

    patch.setattr(ledger_module, "_reserve", trusting)


@pytest.mark.parametrize(
    "plant",
    [
        held_is_ignored,
        an_unknown_outcome_is_given_back,
        a_hold_is_not_wholly_given_back,
        the_window_is_that_of_the_settlement,
        a_correction_forgets_the_counters,
        a_lead_frees_the_budget_of_all_servers,
        a_move_to_another_zone_gives_the_budget_again,
        a_grant_is_not_read_again,
        the_version_is_not_looked_at,
    ],
)
def test_the_model_sees_a_planted_bug(plant: Callable[[pytest.MonkeyPatch], None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        plant(patch)
        with pytest.raises(NOTICED):
            run_state_machine_as_test(PoliciesAndModel, settings=MANY)
