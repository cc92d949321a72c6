"""The ledger as the services see it: charges, what they hold, and who keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.catalog import Prices, Usage
    from bot.services.ledger.orders import ChargeState, Destination, Order, Picture, TurnAnswer
    from bot.services.policy import BucketKey, Limit, Requester
    from bot.services.requests import ImageRequest, StoredImage


class ChargeConflictError(Exception):
    """A step that the charge's state, or what is kept of it, does not allow: a fault of ours, never of a member's."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A priced request, ready to be reserved: one job per picture.

    Attributes:
        id: of the interaction or the member's reply, as text; makes every step idempotent. Job n is ``{id}:{n}``, n
            from 1.
        hold_nano: what each job holds, in nano-dollars: the worst case of our own price table, and what earlier jobs
            of the model cost beyond that.
        prices: the prices used, copied into each job.
        at: seconds since 1970 (UTC).
        buckets: every counter that the reservation touches.
        limits: every limit that applies.
        estimate_nano: the worst case by the price table alone; None if that is the hold.
        policy_version: of the server's policy from which the limits were taken.
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
    estimate_nano: int | None = None
    policy_version: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a job that waited must still fit into when it leaves.

    Attributes:
        server_id: whose policy the limits follow from.
        policy_version: of that policy.
        limits: every limit that applies by now.
        buckets: the counters of the windows in which the job was reserved.
    """

    server_id: int
    policy_version: int
    limits: tuple[Limit, ...]
    buckets: tuple[BucketKey, ...]


class OutOfBoundsError(Exception):
    """A job that waited does not fit into this limit any more, beside what is spent and sent. Nothing was written."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit.name)
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Settlement:
    """The end of a job that made a picture.

    Attributes:
        cost_nano: tokens times the job's prices, in nano-dollars, rounded up once.
        usage: the tokens that the provider reported, or our estimate of them.
        image: the stored original.
        seconds: from dispatch to completion.
        provider_request_id: for the provider's support.
        is_estimated: no tokens were reported; the usage is our estimate, and the cost is the hold.
        composed: the image is ours: see `Picture.composed`.
        answer: of a turn of a conversation; None of any other.
    """

    cost_nano: int
    usage: Usage
    image: StoredImage
    seconds: float
    provider_request_id: str | None
    is_estimated: bool = False
    composed: bool = False
    answer: TurnAnswer | None = None


@dataclass(frozen=True, slots=True)
class WordsSettlement:
    """The end of a turn of a conversation that was answered in words alone. The fields are those of `Settlement`."""

    cost_nano: int
    usage: Usage
    answer: TurnAnswer
    provider_request_id: str | None
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class LimitStatus:
    """A limit and what is used of it (settled and held together), in the limit's unit.

    Attributes:
        held: what of that is only held.
        began_at: when its window began, in seconds since 1970 (UTC), as is `resets_at`.
    """

    limit: Limit
    used: int
    resets_at: int
    held: int = 0
    began_at: int = 0


@dataclass(frozen=True, slots=True)
class Correction:
    """What a lead knows of a job's cost better than the ledger.

    Attributes:
        nano: what it cost, in nano-dollars; 0 if it was not billed.
        actor_id: who says so.
        why: how they know.
    """

    job_id: str
    nano: int
    actor_id: int
    why: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction changed: where the charge stood, and what counted for it, in nano-dollars."""

    job_id: str
    state_before: ChargeState
    nano_before: int
    state_after: ChargeState
    nano_after: int


class Ledger(Protocol):
    """Keeps charges. Every method is one transaction, and durable when it returns."""

    async def reserve(self, order: Reservation) -> Order:
        """Check every limit and write the request and its reservations, or nothing at all.

        The same order again changes nothing and returns what is kept.

        Raises:
            LimitReachedError: for the first limit that does not allow it.
            StalePolicyError: the server's policy has changed since the order was made.
            ChargeConflictError: this id is kept with another request, requester or price.
        """
        ...

    async def dispatch(self, job_id: str, at: int, bounds: Bounds | None = None) -> None:
        """Mark that the paid call is about to leave. Only a reserved job can be: once, unless that is retracted.

        Raises:
            OutOfBoundsError: it would pass one of the bounds' limits.
            StalePolicyError: the server's policy has changed since the bounds were looked up.
            ChargeConflictError: it is not reserved.
        """
        ...

    async def retract(self, job_id: str, code: str, at: int) -> None:
        """Take back the dispatch of a job whose call certainly did not start: it is reserved as before.

        A second time changes nothing. `code` is a short word for why.
        """
        ...

    async def settle(self, job_id: str, settlement: Settlement, at: int) -> Picture:
        """Book the true cost, free the rest of the hold, and give the picture its number.

        A job of unknown outcome is settled too: its result turned up. The same settlement again changes nothing.
        """
        ...

    async def settle_words(self, job_id: str, settlement: WordsSettlement, at: int) -> None:
        """Book the true cost of a turn that made no picture, and free the rest of the hold: no picture is counted.

        As `settle` for the rest.
        """
        ...

    async def release(self, job_id: str, failure: str, code: str, at: int) -> None:
        """Free the hold of a job that is certain not to be billed. A second time changes nothing."""
        ...

    async def mark_unknown(self, job_id: str, failure: str, code: str, at: int, deadline_at: int) -> None:
        """Keep the hold of a dispatched job of which nobody knows whether it is billed.

        A second time changes nothing: the first deadline stands.
        """
        ...

    async def charge_overdue(self, at: int) -> Sequence[str]:
        """Charge at its hold every unknown job whose deadline has passed; return their ids."""
        ...

    async def correct(self, server_id: int, correction: Correction, at: int) -> Corrected:
        """Settle or release an unknown job of this server by what a lead knows, or adjust one that is closed.

        Written to the audit too. The same correction again changes nothing.

        What the provider reported stays in the counters of the installation: only its own budgets follow a lead there.

        Raises:
            LookupError: this server has no such job.
            ChargeConflictError: the job waits or runs still.
            ValueError: more than was held for it and than the provider reported.
        """
        ...

    async def highest_overshoot(self, model: str, since: int) -> tuple[int, int] | None:
        """Of the model's jobs that cost more than they held since then, the one that passed its estimate the most.

        Returns its cost and its estimate in nano-dollars, or None if there is none.
        """
        ...

    async def limit_status(
        self, limits: Sequence[Limit], buckets: Sequence[BucketKey], at: int
    ) -> Sequence[LimitStatus]:
        """What is used of each limit at `at`, which these buckets' windows hold.

        Raises:
            ValueError: a limit that none of the buckets counts for.
        """
        ...

    async def month_totals(self, month: BucketKey) -> MonthTotals:
        """What the counter of a month holds, and all that is unknown in any."""
        ...


@dataclass(frozen=True, slots=True)
class MonthTotals:
    """Where the money of the current month stands, in nano-dollars; `held_nano` includes `unknown_nano`."""

    settled_nano: int
    held_nano: int
    unknown_nano: int
