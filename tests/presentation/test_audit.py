"""Who decided what, as a page that always fits."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.presentation.audit import PER_PAGE, audit_embed
from bot.services.governing import AuditEntry, Decision
from tests.examples import NOW

BLOCKED = Decision(5, NOW, "studio block", "<@7>", "not blocked", "blocked", "he said *no*")


def page(*decisions: Decision) -> str:
    return audit_embed([AuditEntry(number, decision) for number, decision in enumerate(decisions)]).description or ""


def test_an_entry_says_when_who_what_from_what_to_what_and_why() -> None:
    assert page(BLOCKED) == (
        f"<t:{NOW}:f> · <@5> · studio block\n<@7>: from not blocked to blocked. Why: he said \\*no\\*"
    )


def test_an_entry_without_a_before_says_what_is() -> None:
    grant = replace(BLOCKED, subject="the daily allowance", before="", after="5 more pictures", why="")

    assert page(grant).endswith("\nThe daily allowance: 5 more pictures.")


def test_an_empty_audit_is_said() -> None:
    assert page() == "Nothing has been decided here yet."


def test_a_long_list_that_was_does_not_hide_what_is() -> None:
    before = " and ".join(f"<#{10**18 + number}>" for number in range(50))

    assert " to everywhere." in page(replace(BLOCKED, before=before, after="everywhere"))


@given(
    st.lists(
        st.builds(
            Decision,
            st.just(10**20),
            st.just(NOW * 1000),
            st.text(max_size=100),
            st.text(max_size=3000),
            st.text(max_size=3000),
            st.text(max_size=3000),
            st.text(alphabet="*_`a", max_size=3000),
        ),
        min_size=PER_PAGE,
        max_size=PER_PAGE,
    )
)
def test_a_page_is_never_longer_than_discord_allows(decisions: list[Decision]) -> None:
    assert len(page(*decisions)) <= 4096
