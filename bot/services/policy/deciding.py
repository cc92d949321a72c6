"""How a lead's decision is made: the policy and its words before and after, in one step."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.services.policy.decisions import Decision

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.policy.decisions import Policies
    from bot.services.policy.policy import ServerPolicy

NOTHING_CHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Lead:
    """Who decides, for which server."""

    server_id: int
    user_id: int


@dataclass(frozen=True)
class Deciding:
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
