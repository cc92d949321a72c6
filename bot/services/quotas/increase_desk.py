"""Members who were refused ask their leads for more; a lead grants it once, or declines."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.errors import UserFacingError
from bot.language import phrase
from bot.services.calendar import Window
from bot.services.policy import SPAN_NAMES, Decision, Grant, Metric, Scope, exact_text
from bot.services.quotas.increases import Asked, IncreaseRequest, IncreaseState, Need, Verdict

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.errors import Shortfall
    from bot.services.ledger import LimitStatus
    from bot.services.policy import Requester
    from bot.services.quotas.accounts import Accounts
    from bot.services.quotas.increases import Increases

CENT = 10_000_000  # nano-dollars; nobody asks for less, nor for parts of it
UNKNOWN = phrase("I do not know this question any more. If more is needed still, use /quota grant.")
ASKED_BEFORE = phrase("You have asked for this already. I tell you as soon as a lead decides.")

Asking = tuple[int, int, Scope, int, Metric, Window]  # a member, and a limit


@dataclass(frozen=True)
class IncreaseDesk:
    """Where members ask and leads decide."""

    accounts: Accounts
    increases: Increases
    _at_work: set[Asking] = field(default_factory=set[Asking], init=False)  # what leads are being told of

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

    @asynccontextmanager
    async def asking(self, requester: Requester, need: Need, locale: str = "") -> AsyncGenerator[Asked]:
        """Open a request for more; leads are to be told of it inside, and the member in the language of `locale`.

        If that fails, or the process dies over it, the member may ask again, and it is the same request: leads who
        could read it all the same have buttons that work.

        Raises:
            UserFacingError: there is nothing to ask for any more, nobody to ask, or it was asked already.
        """
        key = (requester.server_id, requester.user_id, need.scope, need.scope_id, need.metric, need.window)
        if key in self._at_work:
            raise UserFacingError(ASKED_BEFORE)
        self._at_work.add(key)
        try:
            asked = await self._open(requester, need, locale)
            yield asked
            await self.increases.told(asked.increase.id, int(self.accounts.clock()))
        finally:
            self._at_work.discard(key)

    async def look(self, server_id: int, increase_id: int) -> Verdict:
        """A request for more as it stands.

        Raises:
            UserFacingError: this server has no such request for more.
        """
        increase = await self.increases.get(server_id, increase_id)
        if increase is None:
            raise UserFacingError(UNKNOWN)
        return Verdict(increase, ended=int(self.accounts.clock()) >= increase.ends_at)

    async def grant(
        self,
        increase: IncreaseRequest,
        actor_id: int,
        amount: int,
        role_ids: tuple[int, ...] | None = None,
        *,
        at_least: bool = True,
    ) -> Verdict:
        """Give a one-time credit, once, by one lead, if it is missing still.

        Args:
            increase: of the server on which the lead acts.
            actor_id: the lead.
            amount: nano-dollars or pictures; never is more granted than that.
            role_ids: the roles that the member has by now; None if that is not known.
            at_least: whether nothing is to be granted if more than `amount` is missing by now.
        """
        verdict = await self._as_it_is(increase, role_ids)
        if not verdict.is_open:
            return verdict
        increase, now = verdict.increase, int(self.accounts.clock())
        status = await self._status(increase.requester, increase)
        missing = 0 if status is None else _missing(status, increase.wanted)
        if status is None or missing <= 0:
            fresh = await self.increases.drop(increase, actor_id, now)
            return replace(await self._as_it_is(increase, role_ids), fresh=fresh)
        if at_least and missing > amount:
            await self.increases.renew(increase.id, missing)
            verdict = await self._as_it_is(increase, role_ids)
            return replace(verdict, short=status) if verdict.is_open else verdict
        grant = Grant(
            increase.scope, increase.scope_id, increase.metric, increase.window, amount, now, increase.ends_at
        )
        before, after = (exact_text(increase.metric, status.limit.maximum + more) for more in (0, amount))
        after = phrase("{amount} until {when}", amount=after, when=f"<t:{increase.ends_at}:f>")
        return await self._decide(
            increase, Decision(actor_id, now, "quota grant", _subject(increase), before, after), grant
        )

    async def decline(self, increase: IncreaseRequest, actor_id: int) -> Verdict:
        """Say no."""
        verdict = await self._as_it_is(increase)
        if not verdict.is_open:
            return verdict
        now = int(self.accounts.clock())
        return await self._decide(
            verdict.increase, Decision(actor_id, now, "quota decline", _subject(increase), "", phrase("declined")), None
        )

    async def _open(self, requester: Requester, need: Need, locale: str) -> Asked:
        terms = await self.accounts.terms(requester)
        log_channel_id = terms.policy.log_channel_id
        if terms.at >= need.ends_at:
            raise UserFacingError(phrase("This limit has reset meanwhile. Ask for your picture again."))
        if log_channel_id is None:
            unread = phrase("Your leads read no questions here any more. Please ask one of them directly.")
            raise UserFacingError(unread)
        status = await self._status(requester, need)
        if status is None:
            raise UserFacingError(phrase("This limit does not apply to you now. Ask for your picture again."))
        missing = _missing(status, need.amount)
        if missing <= 0:
            raise UserFacingError(phrase("Enough is left by now. Ask for your picture again."))
        wanted = replace(_increase(requester, need, missing, terms.at, status.resets_at), locale=locale)
        opening = await self.increases.open(wanted)
        if opening.increase.state is IncreaseState.DECLINED:
            when = f"<t:{opening.increase.ends_at}:R>"
            raise UserFacingError(phrase("A lead has declined this; it resets {when}.", when=when))
        if not opening.fresh:
            raise UserFacingError(ASKED_BEFORE)
        return Asked(opening.increase, log_channel_id, status)

    async def _as_it_is(self, increase: IncreaseRequest, role_ids: tuple[int, ...] | None = None) -> Verdict:
        """Looked up again, with the roles that the member has by now."""
        verdict = await self.look(increase.server_id, increase.id)
        return verdict if role_ids is None else replace(verdict, increase=replace(verdict.increase, role_ids=role_ids))

    async def _status(self, requester: Requester, limit: Need | IncreaseRequest) -> LimitStatus | None:
        """What is used now of the limit that stood in the way; None if it does not apply to them any more."""
        return next((each for each in await self.accounts.status(requester) if _is_of(each, limit)), None)

    async def _decide(self, increase: IncreaseRequest, decision: Decision, grant: Grant | None) -> Verdict:
        try:
            fresh = await self.increases.decide(increase, decision, grant)
        finally:  # it may have been written although we are told otherwise
            await self.accounts.policies.forget(increase.server_id)
        return replace(await self._as_it_is(increase, increase.role_ids), fresh=fresh)


def _is_of(status: LimitStatus, wanted: Need | IncreaseRequest) -> bool:
    limit = status.limit
    named = (wanted.scope, wanted.scope_id, wanted.metric, wanted.window)
    return (limit.scope, limit.scope_id, limit.metric, limit.window) == named


def _missing(status: LimitStatus, wanted: int) -> int:
    """What is missing of `wanted`: whole pictures, or whole cents, rounded up."""
    missing = wanted - (status.limit.maximum - status.used)
    return missing if status.limit.metric is Metric.IMAGES else -(-missing // CENT) * CENT


def _increase(requester: Requester, need: Need, missing: int, at: int, ends_at: int) -> IncreaseRequest:
    return IncreaseRequest(
        id=0,
        at=at,
        server_id=requester.server_id,
        channel_id=requester.channel_id,
        user_id=requester.user_id,
        scope=need.scope,
        scope_id=need.scope_id,
        metric=need.metric,
        window=need.window,
        wanted=need.amount,
        needed=missing,
        ends_at=ends_at,
        role_ids=requester.role_ids,
        parent_id=requester.parent_id,
    )


def _subject(increase: IncreaseRequest) -> str:
    """Whose limit, and who asked: mentions are drawn here, but not in a reason, which anybody may have typed."""
    if increase.scope is Scope.MEMBER:
        allowance = phrase("{who}'s {span} allowance", who=f"<@{increase.user_id}>", span=SPAN_NAMES[increase.window])
        return phrase("{limit}, asked for by them", limit=allowance)
    return phrase("{limit}, asked for by {who}", limit=increase.limit_name, who=f"<@{increase.user_id}>")
