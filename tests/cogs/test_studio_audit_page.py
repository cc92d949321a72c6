"""Who decided what, as a page that always fits."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.services.policy import AuditEntry, Decision
from cogs.studio.audit_page import PER_PAGE, audit_page
from tests.examples import NOW

BLOCKED = Decision(5, NOW, "studio block", "<@7>", "not blocked", "blocked", "he said *no*")


def page(*decisions: Decision) -> str:
    return paged(*decisions)[0]


def paged(*decisions: Decision) -> tuple[str, int]:
    embed, count = audit_page([AuditEntry(number, decision) for number, decision in enumerate(decisions)])
    return embed.description or "", count


def test_an_entry_says_when_who_what_from_what_to_what_and_why() -> None:
    assert page(BLOCKED) == (
        f"<t:{NOW}:f> · <@5> · studio block\n<@7>: from not blocked to blocked. Why: he said \\*no\\*"
    )


def test_an_entry_without_a_before_says_what_is() -> None:
    grant = replace(BLOCKED, subject="the daily allowance", before="", after="5 more pictures", why="")

    assert page(grant).endswith("\nThe daily allowance: 5 more pictures.")


def test_an_empty_audit_is_said() -> None:
    of_one, _ = audit_page([], 7)

    assert page() == "Nothing has been decided here yet."
    assert of_one.description == "<@7> has decided nothing here."


def test_the_longest_list_and_the_longest_reason_are_shown_whole() -> None:
    before = " and ".join(f"<#{10**18 + number}>" for number in range(50))

    text = page(replace(BLOCKED, before=before, after="everywhere", why="w" * 200))

    assert f"from {before} to everywhere. Why: {'w' * 200}" in text


def test_a_page_has_as_many_decisions_as_fit_and_at_most_ten() -> None:
    long = replace(BLOCKED, after="b" * 1400)

    assert paged(*[BLOCKED] * 12)[1] == PER_PAGE
    assert paged(*[long] * 12)[1] == 2


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
    text, count = paged(*decisions)

    assert len(text) <= 4096
    assert count >= 1
