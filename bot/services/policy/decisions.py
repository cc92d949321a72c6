"""How decisions of leads are kept: a server's policy, changed only together with an entry in the audit."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.language import joined, phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.policy.policy import Grant, ServerPolicy


class StalePolicyError(Exception):
    """A decision was made since the limits of this order were looked up: look them up again. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a lead does, for the audit.

    Attributes:
        actor_id: who.
        at: when, in seconds since 1970 (UTC).
        action: the command in a word or two, such as ``quota set``; its first word is the area.
        subject: what it is about, as Discord shows it: ``<@5>``, ``the log channel``.
        before: how it was, in words; empty if `after` says what was changed, as ``added <#5>, 50 channels now``.
        after: how it is now, in words.
        why: the reason that was given, or empty.
    """

    actor_id: int
    at: int
    action: str
    subject: str
    before: str
    after: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A decision as it is kept; `seq` grows."""

    seq: int
    decision: Decision


class Policies(Protocol):
    """Keeps the policies of servers."""

    async def of(self, server_id: int) -> ServerPolicy:
        """The policy as it is now; from memory where that is known to be current."""
        ...

    def locale_of(self, server_id: int) -> str:
        """The language that leads have chosen, as in a `ServerPolicy`; from memory, where it was read at the start."""
        ...

    async def forget(self, server_id: int) -> None:
        """Read it anew the next time: what is in memory turned out to be stale."""
        ...

    async def change(self, server_id: int, alter: Callable[[ServerPolicy], tuple[ServerPolicy, Decision]]) -> Decision:
        """Let `alter` see the policy as it is and say what it shall be; written with its decision, or not at all.

        A decision that leaves the policy as it is is not written. `alter` runs inside the transaction: it must be
        pure, and what it raises undoes everything.
        """
        ...

    async def grant(self, server_id: int, grant: Grant, decision: Decision) -> None:
        """Add a one-time credit."""
        ...


class Audit(Protocol):
    """Keeps who decided what."""

    async def record(self, server_id: int, decision: Decision) -> None:
        """Write down what was decided outside the policy."""
        ...

    async def entries(
        self, server_id: int, *, before: int | None = None, actor_id: int | None = None, most: int = 10
    ) -> Sequence[AuditEntry]:
        """The newest entries of a server, newest first: those with a smaller `seq` than `before`, of one lead."""
        ...


NOTHING_CHANGED = phrase("Nothing was changed.")


def unchanged(sentence: str) -> str:
    """The sentence, and that nothing was changed."""
    return joined(" ", [sentence, NOTHING_CHANGED])


@dataclass(frozen=True, slots=True)
class Lead:
    """Who decides, for which server."""

    server_id: int
    user_id: int


@dataclass(frozen=True)
class Decisions:
    """Changes policies and says what it changed.

    Attributes:
        clock: seconds since 1970 (UTC).
    """

    policies: Policies
    clock: Callable[[], float] = time.time

    async def of(self, server_id: int) -> ServerPolicy:
        """The policy as it is."""
        return await self.policies.of(server_id)

    async def change(
        self,
        lead: Lead,
        action: str,
        subject: str,
        alter: Callable[[ServerPolicy], ServerPolicy],
        tell: Callable[[ServerPolicy], str],
        why: str = "",
        difference: Callable[[ServerPolicy, ServerPolicy], tuple[str, str]] | None = None,
    ) -> Decision:
        """Change a policy, and keep who did it, when and why.

        Args:
            lead: who decides.
            action: as in a `Decision`.
            subject: as in a `Decision`.
            alter: what the policy becomes; what it raises undoes everything.
            tell: the part of a policy that is at stake, in words; equal words mean that nothing was changed.
            why: the reason that was given, or empty.
            difference: what to keep of a change instead of the words before and after, which may be long.
        """
        at = int(self.clock())

        def decide(before: ServerPolicy) -> tuple[ServerPolicy, Decision]:
            after = alter(before)
            was, is_now = tell(before), tell(after)
            if was != is_now and difference is not None:
                was, is_now = difference(before, after)
            return after, Decision(lead.user_id, at, action, subject, was, is_now, why)

        return await self.policies.change(lead.server_id, decide)
