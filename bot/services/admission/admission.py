"""The door of the studio: who may ask here, and for what, as the leads have decided and the catalog knows today."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.services.policy import check_permitted, permit_for
from bot.services.requests import check_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from bot.services.catalog import Catalog
    from bot.services.policy import Permit, Policies, Requester
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
