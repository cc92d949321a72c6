"""The door of the studio: who may ask here, and for what; and whether what waited would still be let in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import FREE, RequestRefused, RequestRejectedError
from bot.language import beginning, joined, phrase
from bot.services.ledger import Bounds, OutOfBoundsError
from bot.services.policy import SPAN_NAMES, Scope, StalePolicyError, check_permitted, permit_for
from bot.services.requests import check_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from bot.services.catalog import Catalog
    from bot.services.ledger import Job, Ledger, Order
    from bot.services.policy import Audit, Decision, Limit, Permit, Policies, Requester
    from bot.services.quotas import Accounts
    from bot.services.requests import ImageRequest


@dataclass(frozen=True)
class Admission:
    """Every request passes here before anything is downloaded, reserved or said about it.

    Attributes:
        allow_retired: the operator's endpoint may still serve what OpenAI has shut down.
        clock: seconds since 1970 (UTC).
    """

    policies: Policies
    catalog: Catalog
    allow_retired: bool
    clock: Callable[[], float] = time.time

    @property
    def today(self) -> date:
        """The day by which models are retired, in UTC."""
        return datetime.fromtimestamp(self.clock(), UTC).date()

    async def permit(self, requester: Requester) -> Permit:
        """What this member may ask for now; a server's policy is in memory after its first look-up."""
        return permit_for(await self.policies.of(requester.server_id), requester)

    async def moderation(self, requester: Requester) -> str:
        """How strictly the provider screens what this member asks for, as the leads of the server have decided."""
        return (await self.policies.of(requester.server_id)).moderation

    async def check(
        self, request: ImageRequest, requester: Requester, *, references: int, joined_at: int | None
    ) -> None:
        """Let a request in, or say why not. Also an old one, which the catalog once allowed.

        Args:
            request: new, or read from the database.
            requester: who asks, where, with which roles.
            references: how many input pictures it has or will have.
            joined_at: when the requester joined the server, in seconds since 1970 (UTC); None if that is not known.

        Raises:
            RequestRefused: the catalog does not allow it today, or, as a NotPermittedError, the leads do not.
        """
        policy = await self.policies.of(requester.server_id)
        check_permitted(
            policy,
            requester,
            request,
            catalog=self.catalog,
            references=references,
            joined_at=joined_at,
            now=int(self.clock()),
        )
        check_request(self.catalog, request, self.today, allow_retired=self.allow_retired)


LONG_A_MEMBER = 0  # when they joined: who was let in once is no newcomer
CHANGES = ("quota set", "quota clear")
LOOKED_THROUGH = 50  # newest decisions of a server, among which the one that lowered a limit is looked for


@dataclass(frozen=True)
class Clearance:
    """Lets jobs leave.

    Attributes:
        clock: seconds since 1970 (UTC).
    """

    ledger: Ledger
    accounts: Accounts
    admission: Admission
    audit: Audit
    clock: Callable[[], float] = time.time

    async def dispatch(self, order: Order, job: Job) -> None:
        """Commit that a job is about to be sent, under the rules and limits of this moment.

        Raises:
            RequestRejectedError: they do not allow it any more; it is reserved still.
            ChargeConflictError: it is not reserved.
        """
        requester = order.requester
        while True:
            try:
                await self.admission.check(
                    order.request, requester, references=len(order.request.references), joined_at=LONG_A_MEMBER
                )
                terms = await self.accounts.terms(requester, order.created_at)
                bounds = Bounds(requester.server_id, terms.policy.version, terms.limits, terms.buckets)
                return await self.ledger.dispatch(job.id, int(self.clock()), bounds)
            except StalePolicyError:
                await self.accounts.policies.forget(requester.server_id)
            except RequestRefused as refused:
                told = phrase(
                    "{refusal} When you asked, it was allowed still. Nothing was charged.", refusal=refused.sentence
                )
                raise RequestRejectedError(told, code="forbidden_since") from None
            except OutOfBoundsError as error:
                sentence = await self._sentence(error.limit, order)
                raise RequestRejectedError(sentence, code="out_of_bounds") from None

    async def _sentence(self, limit: Limit, order: Order) -> str:
        name = beginning(limit.name)
        if limit.scope is Scope.INSTALLATION:
            why = phrase(
                "{limit} leaves too little for this picture by now. Whoever runs this bot decides about it.", limit=name
            )
        elif (decision := await self._lowered(limit, order)) is not None:
            why = phrase(
                "{limit} leaves too little for this picture by now: while it waited, {who} changed a limit ({change}).",
                limit=name,
                who=f"<@{decision.actor_id}>",
                change=joined(" → ", (part for part in (decision.before, decision.after) if part)),
            )
        else:
            why = phrase("{limit} leaves too little for this picture by now. /usage shows what is left.", limit=name)
        return joined(" ", [why, FREE])

    async def _lowered(self, limit: Limit, order: Order) -> Decision | None:
        """The latest decision about a limit since the request was made, if there was one."""
        names = _names(limit, order.requester)
        for entry in await self.audit.entries(order.requester.server_id, most=LOOKED_THROUGH):
            decision = entry.decision
            if decision.at >= order.created_at and decision.subject in names and decision.action in CHANGES:
                return decision
        return None


def _names(limit: Limit, requester: Requester) -> set[str]:
    """What leads may have decided about, of which this limit is what came out: see `limit_names.rule_name`."""
    if limit.scope is not Scope.MEMBER:
        return {limit.name}
    span = SPAN_NAMES[limit.window]
    roles = {f"the {span} allowance of each member with <@&{role_id}>" for role_id in requester.role_ids}
    return roles | {f"<@{requester.user_id}>'s {span} allowance", f"everybody's {span} allowance"}
