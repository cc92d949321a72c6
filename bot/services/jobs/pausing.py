"""The kill switch: leads pause picture making on their server, and let it go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import NotAcceptingError
from bot.language import phrase
from bot.services.policy import Pause
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.jobs.job_runner import JobRunner
    from bot.services.jobs.live_requests import Load
    from bot.services.policy import Decisions, Lead, ServerPolicy


LONGEST_REASON = 200  # characters


def refusal_of(pause: Pause) -> NotAcceptingError:
    """What is raised while a server is paused; the sentence says who paused it, since when and why."""
    return NotAcceptingError(
        phrase(
            "{who} has paused picture making here {when}{reason}. Ask again when it goes on. Nothing was charged.",
            who=f"<@{pause.actor_id}>",
            when=f"<t:{pause.at}:R>",
            reason=why_paused(pause),
        )
    )


def why_paused(pause: Pause) -> str:
    """``: maintenance``, for the end of a sentence; empty where no reason was given."""
    return phrase(": {why}", why=shown(pause.why, LONGEST_REASON).rstrip(".。")) if pause.why else ""


@dataclass(frozen=True, slots=True)
class Switched:
    """What became of a lead's word.

    Attributes:
        changed: False if it was so before, and nothing was changed.
        pause: the one that is in force now.
        load: what the server has in the job_runner.
    """

    changed: bool
    pause: Pause | None
    load: Load


@dataclass(frozen=True)
class Pausing:
    """Switches picture making of a server off and on. A pause is part of the policy: it outlasts a restart."""

    decisions: Decisions
    job_runner: JobRunner

    async def pause(self, lead: Lead, why: str) -> Switched:
        """Stop: no job of the server leaves its line any more, and what waits goes on waiting.

        What has left is made and posted: what was sent before, and a job whose dispatch is being committed as this is
        called, which may be sent a moment after this returned. `Switched.load` counts both as running.
        """
        why = one_line(why, LONGEST_REASON)
        pause = Pause(int(self.decisions.clock()), lead.user_id, why)
        return await self._switch(
            lead, "studio pause", lambda policy: replace(policy, pause=policy.pause or pause), why
        )

    async def resume(self, lead: Lead) -> Switched:
        """Go on: the server's jobs have their turns again, each member's in their own order."""
        now = int(self.decisions.clock())
        return await self._switch(
            lead,
            "studio resume",
            lambda policy: policy if policy.pause is None else replace(policy, pause=None, resumed_at=now),
        )

    async def _switch(
        self, lead: Lead, action: str, alter: Callable[[ServerPolicy], ServerPolicy], why: str = ""
    ) -> Switched:
        decision = await self.decisions.change(lead, action, phrase("picture making"), alter, _state, why)
        # By what is kept now, not by what was decided: another lead may have decided otherwise meanwhile. And also when
        # nothing was changed: an earlier decision may have been written although its transaction seemed to fail.
        pause = (await self.decisions.of(lead.server_id)).pause
        if pause is None:
            self.job_runner.resume(lead.server_id)
        else:
            self.job_runner.pause(lead.server_id, pause)
        return Switched(decision.before != decision.after, pause, self.job_runner.load(lead.server_id))


def _state(policy: ServerPolicy) -> str:
    return phrase("on") if policy.pause is None else phrase("paused")
