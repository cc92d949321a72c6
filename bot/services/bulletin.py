"""How things stand on one server, for those who lead it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.services.catalog import Catalog, Model
    from bot.services.ledger import LimitStatus
    from bot.services.policy import ServerPolicy
    from bot.services.standings import Standings
    from bot.services.workshop import Load, Workshop


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
class Bulletin:
    """How things stand on a server.

    Attributes:
        here: its jobs in the workshop.
        altogether: the jobs of all servers in the workshop.
        budgets: what is used of each budget that applies here, those of channels and roles and the operator's included.
        model: the one that draws unless a member chooses another.
        successor: what people call the model to use instead, if that one will be shut down.
        version: of the bot.
    """

    policy: ServerPolicy
    here: Load
    altogether: Load
    budgets: tuple[LimitStatus, ...]
    open_jobs: OpenJobs
    model: Model
    successor: str | None
    version: str


@dataclass(frozen=True)
class Bulletins:
    """Looks up how things stand.

    Attributes:
        default_model: the id of the operator's choice.
    """

    workshop: Workshop
    standings: Standings
    charges: OpenCharges
    catalog: Catalog
    default_model: str
    version: str

    async def of(self, server_id: int) -> Bulletin:
        """How things stand on a server now. Nothing in it tells of another server but by the sums of all."""
        overview = await self.standings.overview(server_id)
        budgets = [each.status for each in overview.standings if each.rule.shared and each.status is not None]
        if overview.installation is not None:
            budgets.append(overview.installation)
        model = self.catalog.model(self.default_model)
        return Bulletin(
            policy=overview.policy,
            here=self.workshop.load(server_id),
            altogether=self.workshop.whole_load,
            budgets=tuple(budgets),
            open_jobs=await self.charges.of_server(server_id),
            model=model,
            successor=None if model.successor is None else self.catalog.title_of(model.successor),
            version=self.version,
        )
