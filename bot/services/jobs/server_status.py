"""How things stand on one server, for those who lead it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.services.admission import Usual
from bot.services.policy import LayeredDefaults, Requester, RoleRule, permit_for

if TYPE_CHECKING:
    from datetime import date

    from bot.services.catalog import Catalog, Model
    from bot.services.jobs.job_runner import JobRunner
    from bot.services.jobs.live_requests import Load
    from bot.services.jobs.outage import Downtime, Outage
    from bot.services.jobs.provider_account import ProviderAccount
    from bot.services.ledger import LimitStatus
    from bot.services.policy import ServerPolicy
    from bot.services.quotas import BudgetHint, LimitStatuses


ENDS_SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class OpenJobs:
    """Jobs of a server whose cost is not known yet, and what they hold, in nano-dollars.

    Attributes:
        held_jobs: those that wait or are being made.
        unknown_jobs: those of which nobody knows whether they are billed.
    """

    held_jobs: int
    held_nano: int
    unknown_jobs: int
    unknown_nano: int


class OpenCharges(Protocol):
    """Looks up what is not settled."""

    async def of_server(self, server_id: int) -> OpenJobs:
        """The open jobs of one server."""
        ...


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """How things stand on a server.

    Attributes:
        here: its jobs in the job_runner.
        budgets: what is used of each budget of its own, those of its channels and roles included.
        installation: the same of the operator's budget; None if there is none, or its figures are not for this server.
        hint: how that budget stands then.
        model: the one that draws unless a member chooses another.
        successor: what people call the model to use instead, if that one will be shut down.
        ending: models that a rule here names and that are shut down within `ENDS_SOON`, or were.
        lasting: whether every list here leaves a model that has no announced end.
        today: in UTC.
        at: this moment, in seconds since 1970 (UTC).
        version: of the bot.
        account_refused: whether the provider refuses the account, so that no picture can be made.
        downtime: of the image API, if it is down.
    """

    policy: ServerPolicy
    here: Load
    budgets: tuple[LimitStatus, ...]
    installation: LimitStatus | None
    hint: BudgetHint | None
    open_jobs: OpenJobs
    model: Model
    successor: str | None
    ending: tuple[Model, ...]
    lasting: bool
    today: date
    at: int
    version: str
    account_refused: bool = False
    downtime: Downtime | None = None


@dataclass(frozen=True)
class ServerStatuses:
    """Looks up how things stand.

    Attributes:
        default_model: the id of the operator's choice.
        allow_retired: the operator's endpoint may still serve what OpenAI has shut down.
    """

    job_runner: JobRunner
    limit_statuses: LimitStatuses
    charges: OpenCharges
    catalog: Catalog
    default_model: str
    allow_retired: bool
    version: str
    account: ProviderAccount
    outage: Outage

    async def of(self, server_id: int) -> ServerStatus:
        """How things stand on a server now. Nothing in it tells what other servers do."""
        overview = await self.limit_statuses.overview(server_id)
        policy, at = overview.policy, int(self.limit_statuses.clock())
        today = datetime.fromtimestamp(at, UTC).date()
        permit = permit_for(policy, Requester(server_id, 0, 0))
        defaults = LayeredDefaults(server=policy.defaults)
        usual = Usual(self.catalog, self.default_model, today, self.allow_retired, permit, defaults)
        model = self.catalog.model(usual.model().value)
        return ServerStatus(
            policy=policy,
            here=self.job_runner.load(server_id),
            budgets=tuple(
                each.status for each in overview.limit_statuses if each.rule.shared and each.status is not None
            ),
            installation=overview.installation,
            hint=overview.hint,
            open_jobs=await self.charges.of_server(server_id),
            model=model,
            successor=None if model.successor is None else self.catalog.title_of(model.successor),
            ending=self._ending(policy, today),
            lasting=self._lasts(policy),
            today=today,
            at=at,
            version=self.version,
            account_refused=self.account.refusal is not None,
            downtime=self.outage.standing,
        )

    def _lasts(self, policy: ServerPolicy) -> bool:
        lasting = {model.id for model in self.catalog.models if model.shutdown is None}
        served = lasting & set(policy.models) if policy.models else lasting
        return all(
            served & set(lasting if rule.models is None else rule.models) for rule in (RoleRule(0), *policy.roles)
        )

    def _ending(self, policy: ServerPolicy, today: date) -> tuple[Model, ...]:
        named = {*policy.models, *(name for rule in policy.roles for name in rule.models or ())}
        return tuple(
            model
            for model in self.catalog.models
            if model.id in named and model.shutdown is not None and model.shutdown - today <= ENDS_SOON
        )
