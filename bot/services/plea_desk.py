"""Members who were refused ask their leads for more; a lead grants it once, or declines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import UserFacingError
from bot.services.amounts import amount_text
from bot.services.governing import Decision
from bot.services.limits import Metric, Scope
from bot.services.pleas import Asked, Need, Plea, Verdict
from bot.services.policy import SPAN_NAMES, Grant
from bot.services.windows import Window

if TYPE_CHECKING:
    from bot.errors import Shortfall
    from bot.services.accounts import Accounts
    from bot.services.ledger import LimitStatus
    from bot.services.limits import Requester
    from bot.services.pleas import Pleas

CENT = 10_000_000  # nano-dollars; nobody asks for less, nor for parts of it


@dataclass(frozen=True)
class PleaDesk:
    """Where members ask and leads decide."""

    accounts: Accounts
    pleas: Pleas

    async def need_of(self, server_id: int, shortfall: Shortfall) -> Need | None:
        """What can be asked for after this refusal; None if leads cannot raise the limit, or read no log channel."""
        if shortfall.scope == Scope.INSTALLATION:
            return None
        if (await self.accounts.policies.of(server_id)).log_channel_id is None:
            return None
        return Need(
            Scope(shortfall.scope),
            shortfall.scope_id,
            Metric(shortfall.metric),
            Window(shortfall.window),
            shortfall.needed,
            shortfall.resets_at,
        )

    async def ask(self, requester: Requester, need: Need) -> Asked:
        """Open a plea. It is to be told to the leads now, or withdrawn.

        Raises:
            UserFacingError: there is nothing to ask for any more, nobody to ask, or it was asked already.
        """
        terms = await self.accounts.terms(requester)
        log_channel_id = terms.policy.log_channel_id
        if terms.at >= need.ends_at:
            raise UserFacingError("This limit has reset meanwhile. Ask for your picture again.")
        if log_channel_id is None:
            raise UserFacingError("Your leads read no questions here any more. Please ask one of them directly.")
        status = next((each for each in await self.accounts.status(requester) if _is_of(each, need)), None)
        if status is None:
            raise UserFacingError("This limit does not apply to you now. Ask for your picture again.")
        missing = need.amount - (status.limit.maximum - status.used)
        if missing <= 0:
            raise UserFacingError("Enough is left by now. Ask for your picture again.")
        plea = await self.pleas.open(_plea(requester, need, _rounded(need.metric, missing), terms.at, status.resets_at))
        if plea is None:
            raise UserFacingError("You have asked for this already. I tell you as soon as a lead decides.")
        return Asked(plea, log_channel_id, status)

    async def told(self, plea: Plea) -> None:
        """The leads can read it now."""
        await self.pleas.told(plea.id, int(self.accounts.clock()))

    async def withdraw(self, plea: Plea) -> None:
        """Forget a plea that could not be told to the leads."""
        await self.pleas.withdraw(plea.id)

    async def look(self, server_id: int, plea_id: int) -> Verdict:
        """A plea as it stands.

        Raises:
            UserFacingError: this server has no such plea.
        """
        plea = await self.pleas.get(server_id, plea_id)
        if plea is None:
            raise UserFacingError("This question was withdrawn. If more is needed still, use /quota grant.")
        return Verdict(plea, ended=int(self.accounts.clock()) >= plea.ends_at)

    async def grant(self, server_id: int, plea_id: int, actor_id: int, amount: int | None = None) -> Verdict:
        """Give a one-time credit of `amount` (nano-dollars or pictures), or of what was missing; once, by one lead.

        Raises:
            UserFacingError: this server has no such plea.
        """
        verdict = await self.look(server_id, plea_id)
        if not verdict.is_open:
            return verdict
        plea, now = verdict.plea, int(self.accounts.clock())
        given = plea.needed if amount is None else amount
        grant = Grant(plea.scope, plea.scope_id, plea.metric, plea.window, given, now, plea.ends_at)
        after = f"{amount_text(plea.metric, given)} more until <t:{plea.ends_at}:f>"
        return await self._decide(plea, _decision(plea, actor_id, now, "quota grant", after), grant)

    async def decline(self, server_id: int, plea_id: int, actor_id: int) -> Verdict:
        """Say no.

        Raises:
            UserFacingError: this server has no such plea.
        """
        verdict = await self.look(server_id, plea_id)
        if not verdict.is_open:
            return verdict
        now = int(self.accounts.clock())
        return await self._decide(
            verdict.plea, _decision(verdict.plea, actor_id, now, "quota decline", "declined"), None
        )

    async def _decide(self, plea: Plea, decision: Decision, grant: Grant | None) -> Verdict:
        try:
            fresh = await self.pleas.decide(plea, decision, grant)
        finally:  # it may have been written although we are told otherwise
            await self.accounts.policies.forget(plea.server_id)
        return replace(await self.look(plea.server_id, plea.id), fresh=fresh)


def _is_of(status: LimitStatus, need: Need) -> bool:
    limit = status.limit
    wanted = (need.scope, need.scope_id, need.metric, need.window)
    return (limit.scope, limit.scope_id, limit.metric, limit.window) == wanted


def _rounded(metric: Metric, amount: int) -> int:
    """Whole pictures, or whole cents, rounded up."""
    return amount if metric is Metric.IMAGES else -(-amount // CENT) * CENT


def _plea(requester: Requester, need: Need, missing: int, at: int, ends_at: int) -> Plea:
    return Plea(
        id=0,
        at=at,
        server_id=requester.server_id,
        channel_id=requester.channel_id,
        user_id=requester.user_id,
        scope=need.scope,
        scope_id=need.scope_id,
        metric=need.metric,
        window=need.window,
        needed=missing,
        ends_at=ends_at,
    )


def _decision(plea: Plea, actor_id: int, at: int, action: str, after: str) -> Decision:
    whose = (
        f"<@{plea.user_id}>'s {SPAN_NAMES[plea.window]} allowance" if plea.scope is Scope.MEMBER else plea.limit_name
    )
    return Decision(
        actor_id=actor_id,
        at=at,
        action=action,
        subject=whose,
        before=f"{amount_text(plea.metric, plea.needed)} missing",
        after=after,
        why=f"<@{plea.user_id}> asked for more",
    )
