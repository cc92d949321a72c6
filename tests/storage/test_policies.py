from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.language import Language, phrase
from bot.services.calendar import Window
from bot.services.policy import (
    Block,
    Decision,
    Grant,
    LimitRule,
    Metric,
    Pause,
    ReplyMode,
    RoleRule,
    Scope,
    ServerPolicy,
    StalePolicyError,
)
from bot.storage import SqliteAudit, SqlitePolicies
from bot.storage.database.sqlite import sqlite3

from .examples import NOON, SERVER, order

if TYPE_CHECKING:
    from collections.abc import Callable

    from .examples import Books

DECISION = Decision(5, NOON, "quota set", "<@3>", "10 pictures a day", "25 pictures a day", "a campaign")
FULL = ServerPolicy(
    zone="Europe/Berlin",
    week_start=6,
    log_channel_id=10**18 + 7,
    pause=Pause(NOON, 5, "the bill"),
    channels=(10**18 + 1, 10**18 + 2),
    models=("gpt-image-2",),
    blocked=(Block(4, NOON, 5, "spam"),),
    newcomer_days=7,
    moderation="low",
    replies=ReplyMode.ASK,
    limits=(
        LimitRule(True, Scope.CHANNEL, 10**18 + 1, Metric.USD, Window.MONTH, 5 * 10**9),  # noqa: FBT003 - a row of a table
        LimitRule(False, Scope.ROLE, 8, Metric.IMAGES, Window.DAY, None),  # noqa: FBT003 - a row of a table
    ),
    roles=(RoleRule(8, ("gpt-image-2",), ("low", "medium"), 1536 * 1024, 2, may_edit=False), RoleRule(9)),
)
GRANT = Grant(Scope.MEMBER, 3, Metric.IMAGES, Window.DAY, 5, NOON - 10, NOON + 10)


def to(policy: ServerPolicy) -> Callable[[ServerPolicy], tuple[ServerPolicy, Decision]]:
    """A decision that leaves the server with this policy."""
    return lambda before: (replace(policy, version=before.version, grants=before.grants), DECISION)


async def test_what_was_decided_before_there_was_a_setting_is_read_with_its_usual_value(books: Books) -> None:
    await books.database.transaction(
        lambda connection: connection.execute(
            "INSERT INTO policies (server_id, version, document) VALUES (?, 1, ?)", (SERVER, '{"newcomer_days": 3}')
        )
    )

    policy = await SqlitePolicies(books.database).of(SERVER)

    assert (policy.newcomer_days, policy.moderation, policy.replies) == (3, "auto", ReplyMode.AT_ONCE)
    await books.database.transaction(lambda connection: connection.execute("DELETE FROM policies"))  # it has no audit


@pytest.mark.parametrize(
    ("kept", "mode"),
    [
        ("true", ReplyMode.AT_ONCE),
        ("false", ReplyMode.NEVER),
        *((f'"{mode}"', mode) for mode in ReplyMode),
    ],
)
async def test_whether_replies_change_pictures_is_read_as_when_they_do(
    kept: str, mode: ReplyMode, books: Books
) -> None:
    await books.database.transaction(
        lambda connection: connection.execute(
            "INSERT INTO policies (server_id, version, document) VALUES (?, 1, ?)", (SERVER, f'{{"replies": {kept}}}')
        )
    )

    assert (await SqlitePolicies(books.database).of(SERVER)).replies is mode
    await books.database.transaction(lambda connection: connection.execute("DELETE FROM policies"))  # it has no audit


async def entries(books: Books, server_id: int = SERVER, **given: int) -> list[int]:
    return [entry.seq for entry in await SqliteAudit(books.database).entries(server_id, **given)]


async def test_a_server_whose_leads_decided_nothing_has_the_policy_of_all(books: Books) -> None:
    assert await SqlitePolicies(books.database).of(SERVER) == ServerPolicy()


async def test_a_policy_is_kept_whole_and_read_again_after_a_restart(books: Books) -> None:
    decision = await SqlitePolicies(books.database).change(SERVER, to(FULL))

    kept = await SqlitePolicies(books.database).of(SERVER)
    assert decision == DECISION
    assert kept == replace(FULL, version=1)
    (entry,) = await SqliteAudit(books.database).entries(SERVER)
    assert entry.decision == DECISION


async def test_languages_are_known_from_the_start_whatever_else_is_damaged(books: Books) -> None:
    await SqlitePolicies(books.database).change(SERVER, to(ServerPolicy(locale="ja")))
    await books.database.transaction(
        lambda connection: connection.execute(
            "INSERT INTO policies (server_id, version, document) VALUES (1, 1, 'nonsense'), (2, 1, '{}')"
        )
    )
    later = SqlitePolicies(books.database)
    await later.open()
    await books.database.transaction(
        lambda connection: connection.execute("DELETE FROM policies WHERE server_id < 3")  # nobody decided them
    )

    assert [later.locale_of(server_id) for server_id in (SERVER, 1, 2, 3)] == ["ja", "", "", ""]


async def test_a_decision_is_read_again_in_any_language_and_one_of_earlier_versions_in_english(books: Books) -> None:
    audit = SqliteAudit(books.database)
    decision = replace(DECISION, subject=phrase("the log channel"), before=phrase("none"), after="<#5>")
    await audit.record(SERVER, decision)
    await books.database.transaction(
        lambda connection: connection.execute(
            "INSERT INTO audit (at, server_id, actor_id, action, subject, before, after, why) "
            "VALUES (1, ?, 5, 'studio log', 'the log channel', 'none', '<#5>', '')",
            (SERVER,),
        )
    )
    earlier, kept = (entry.decision for entry in await audit.entries(SERVER))
    told = [
        [Language("de").translate(each) for each in (one.subject, one.before, one.after)] for one in (earlier, kept)
    ]

    assert kept == decision
    assert told == [["the log channel", "none", "<#5>"], ["der Log-Kanal", "nicht gewählt", "<#5>"]]


async def test_what_was_decided_counts_at_once_for_who_looked_before(books: Books) -> None:
    policies = SqlitePolicies(books.database)
    before = await policies.of(SERVER)

    await policies.change(SERVER, to(FULL))

    assert before == ServerPolicy()
    assert (await policies.of(SERVER)).zone == "Europe/Berlin"


async def test_a_decision_that_changes_nothing_is_not_written(books: Books) -> None:
    policies = SqlitePolicies(books.database)
    await policies.change(SERVER, to(FULL))

    await policies.change(SERVER, to(FULL))

    assert (await policies.of(SERVER)).version == 1
    assert len(await entries(books)) == 1


async def test_what_a_decision_raises_undoes_it(books: Books) -> None:
    policies = SqlitePolicies(books.database)

    def refuse(_: ServerPolicy) -> tuple[ServerPolicy, Decision]:
        raise LookupError("no such limit")

    with pytest.raises(LookupError):
        await policies.change(SERVER, refuse)

    assert await policies.of(SERVER) == ServerPolicy()
    assert await entries(books) == []


async def test_decisions_that_are_made_at_once_all_count(books: Books) -> None:
    policies = SqlitePolicies(books.database)

    def one_more_day(before: ServerPolicy) -> tuple[ServerPolicy, Decision]:
        return replace(before, newcomer_days=before.newcomer_days + 1), DECISION

    await asyncio.gather(*(policies.change(SERVER, one_more_day) for _ in range(20)))

    assert (await policies.of(SERVER)).newcomer_days == 20
    assert len(await entries(books, most=50)) == 20


async def test_a_cancelled_decision_is_read_anew(books: Books) -> None:
    policies = SqlitePolicies(books.database)
    await policies.of(SERVER)
    deciding = asyncio.create_task(policies.change(SERVER, to(FULL)))
    await asyncio.sleep(0)

    deciding.cancel()
    await asyncio.gather(deciding, return_exceptions=True)

    assert await policies.of(SERVER) == await SqlitePolicies(books.database).of(SERVER)


async def test_a_grant_is_kept_with_its_decision_and_changes_the_version(books: Books) -> None:
    policies = SqlitePolicies(books.database)
    await policies.change(SERVER, to(FULL))

    await policies.grant(SERVER, GRANT, replace(DECISION, action="quota grant"))

    assert await policies.of(SERVER) == replace(FULL, version=2, grants=(GRANT,))
    assert await SqlitePolicies(books.database).of(SERVER) == await policies.of(SERVER)
    assert await entries(books) == [2, 1]


async def test_a_grant_is_possible_before_anything_was_decided(books: Books) -> None:
    policies = SqlitePolicies(books.database)

    await policies.grant(SERVER, GRANT, DECISION)

    assert await policies.of(SERVER) == ServerPolicy(version=1, grants=(GRANT,))


async def test_grants_of_long_ago_are_not_carried_along(books: Books) -> None:
    policies = SqlitePolicies(books.database)
    later = replace(GRANT, start_at=NOON + 10**8, end_at=NOON + 10**8 + 10)
    await policies.grant(SERVER, GRANT, DECISION)

    await policies.grant(SERVER, later, DECISION)

    assert (await policies.of(SERVER)).grants == (later,)
    assert await books.rows("SELECT count(*) FROM grants") == [(2,)]


async def test_servers_know_nothing_of_each_other(books: Books) -> None:
    policies = SqlitePolicies(books.database)
    await policies.change(SERVER, to(FULL))
    await policies.grant(SERVER, GRANT, DECISION)

    assert await policies.of(SERVER + 1) == ServerPolicy()
    assert await entries(books, SERVER + 1) == []


async def test_an_order_under_a_policy_that_was_replaced_is_sent_back(books: Books) -> None:
    policies = SqlitePolicies(books.database)
    await policies.change(SERVER, to(FULL))

    with pytest.raises(StalePolicyError):
        await books.ledger.reserve(order())

    assert await books.rows("SELECT * FROM jobs") == []
    kept = await books.ledger.reserve(replace(order(), policy_version=1))
    assert await books.ledger.reserve(order()) == kept  # it was made: what changed since is no conflict


async def test_a_stale_memory_is_forgotten(books: Books) -> None:
    ours, others = SqlitePolicies(books.database), SqlitePolicies(books.database)
    await ours.of(SERVER)
    await others.change(SERVER, to(FULL))

    await ours.forget(SERVER)

    assert (await ours.of(SERVER)).version == 1


async def test_the_audit_is_read_newest_first_page_by_page_and_by_lead(books: Books) -> None:
    audit = SqliteAudit(books.database)
    for number in range(12):
        await audit.record(SERVER, replace(DECISION, action="quota export", actor_id=5 + number % 2))

    assert await entries(books) == list(range(12, 2, -1))
    assert await entries(books, before=3) == [2, 1]
    assert await entries(books, actor_id=6, most=2) == [12, 10]


async def test_an_early_page_of_the_audit_is_sought_not_counted_off_from_the_newest(books: Books) -> None:
    statements: list[str] = []
    await books.database.read(lambda connection: connection.set_trace_callback(statements.append))
    await entries(books, before=3)
    await entries(books)
    await books.database.read(lambda connection: connection.set_trace_callback(None))

    def plans(connection: sqlite3.Connection) -> list[str]:
        asked = [text for text in statements if text.startswith("SELECT")]
        return [row[3] for text in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]

    assert await books.database.read(plans) == ["SEARCH audit USING INDEX audit_of (server_id=? AND seq<?)"] * 2


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        (table, statement)
        for table in ("audit", "grants", "adjustments")
        for statement in (f"UPDATE {table} SET seq = 9", f"DELETE FROM {table}")  # noqa: S608 - our own names
    ],
)
async def test_what_was_written_down_never_changes(books: Books, table: str, statement: str) -> None:
    policies = SqlitePolicies(books.database)
    await policies.grant(SERVER, GRANT, DECISION)
    await books.ledger.reserve(replace(order(), policy_version=1))
    await books.ledger.release("1:1", "no", "blocked", NOON)

    def change(connection: sqlite3.Connection) -> None:
        if table == "adjustments":
            connection.execute("INSERT INTO adjustments VALUES (1, 0, '1:1', 5, 0, 1, 5, 'x')")
        connection.execute(statement)

    with pytest.raises(sqlite3.IntegrityError, match="never"):
        await books.database.transaction(change)
