"""The ledger as the services see it: charges, what they hold, and who keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.services.limits import Balance, Requester

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.limits import BucketKey, Limit
    from bot.services.pricing import Prices, Usage
    from bot.services.requests import ImageRequest, StoredImage

# Balance and Requester live one room below, where limits are decided.
__all__ = [
    "Balance",
    "ChargeConflictError",
    "ChargeState",
    "Destination",
    "Job",
    "Ledger",
    "LimitStatus",
    "OpenRequest",
    "Order",
    "Picture",
    "Requester",
    "Settlement",
    "Standing",
]


class ChargeState(StrEnum):
    """Where a job's charge stands. `settled` and `released` are final."""

    RESERVED = "reserved"
    DISPATCHED = "dispatched"
    UNKNOWN = "unknown"
    SETTLED = "settled"
    RELEASED = "released"


class ChargeConflictError(Exception):
    """A step that the charge's state, or what is kept of it, does not allow: a fault of ours, never of a member's."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a request is answered; all that is needed to go on after a restart.

    Attributes:
        application_id: the bot's application.
        interaction_token: edits the response while it is valid; empty once it is of no use.
        expires_at: when that token dies, seconds since 1970 (UTC).
        message_id: the progress message, or None before Discord told us.
        private: only the requester may see progress and result.
    """

    application_id: int
    interaction_token: str
    expires_at: int
    message_id: int | None
    private: bool


@dataclass(frozen=True, slots=True)
class Order:
    """A priced request, ready to be reserved: one job per picture.

    Attributes:
        id: the interaction's id as text; makes every step idempotent. Job n is ``{id}:{n}``, n from 1.
        hold_nano: what each job holds, in nano-dollars: the worst case of our own price table.
        prices: the prices used, copied into each job.
        at: seconds since 1970 (UTC).
        buckets: every counter that the reservation touches.
        limits: every limit that applies.
    """

    id: str
    request: ImageRequest
    requester: Requester
    destination: Destination
    hold_nano: int
    prices: Prices
    at: int
    buckets: tuple[BucketKey, ...]
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished picture.

    Attributes:
        number: the short number that people see.
        image: the original file, unchanged.
        cost_nano: what it cost, in nano-dollars.
        seconds: from dispatch to completion.
    """

    number: int
    job_id: str
    image: StoredImage
    cost_nano: int
    seconds: float
    created_at: int
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One picture of a request, and its charge.

    Attributes:
        id: ``{request id}:{index}``.
        index: from 1.
        hold_nano: what is, or was, held.
        actual_nano: what it cost, once settled.
        failure: the sentence for the member, if it made no picture.
        picture: the result, if there is one.
    """

    id: str
    request_id: str
    index: int
    state: ChargeState
    hold_nano: int
    actual_nano: int | None
    prices: Prices
    failure: str | None
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that is kept, with its jobs as they stand.

    Attributes:
        delivered_at: when the answer was posted or given up, or None.
    """

    id: str
    request: ImageRequest
    requester: Requester
    destination: Destination
    created_at: int
    delivered_at: int | None
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """The end of a job that made a picture.

    Attributes:
        cost_nano: tokens times the job's prices, in nano-dollars, rounded up once.
        usage: the tokens that the provider reported.
        image: the stored original.
        seconds: from dispatch to completion.
        provider_request_id: for the provider's support.
    """

    cost_nano: int
    usage: Usage
    image: StoredImage
    seconds: float
    provider_request_id: str | None


@dataclass(frozen=True, slots=True)
class LimitStatus:
    """A limit and what is used of it (settled and held together), in the limit's unit."""

    limit: Limit
    used: int
    resets_at: int


class Ledger(Protocol):
    """Keeps charges. Every method is one transaction, and durable when it returns."""

    async def reserve(self, order: Order) -> OpenRequest:
        """Check every limit and write the request and its reservations, or nothing at all.

        The same order again changes nothing and returns what is kept.

        Raises:
            LimitReachedError: for the first limit that does not allow it.
        """
        ...

    async def dispatch(self, job_id: str, at: int) -> None:
        """Mark that the paid call is about to leave. Only a reserved job can be dispatched."""
        ...

    async def settle(self, job_id: str, settlement: Settlement, at: int) -> Picture:
        """Book the true cost, free the rest of the hold, and give the picture its number."""
        ...

    async def release(self, job_id: str, failure: str, code: str, at: int) -> None:
        """Free the hold of a job that is certain not to be billed."""
        ...

    async def mark_unknown(self, job_id: str, failure: str, code: str, at: int, deadline_at: int) -> None:
        """Keep the hold of a job of which nobody knows whether it is billed."""
        ...

    async def charge_overdue(self, at: int) -> Sequence[str]:
        """Charge at its hold every unknown job whose deadline has passed; return their ids."""
        ...

    async def limit_status(self, limits: Sequence[Limit], buckets: Sequence[BucketKey]) -> Sequence[LimitStatus]:
        """What is used of each limit in the windows of these buckets."""
        ...

    async def standing(self, month: BucketKey) -> Standing:
        """What the counter of a month holds, and all that is unknown in any."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the money of the current month stands, in nano-dollars; `held_nano` includes `unknown_nano`."""

    settled_nano: int
    held_nano: int
    unknown_nano: int
