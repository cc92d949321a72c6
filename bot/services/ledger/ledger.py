"""The ledger as the services see it: charges, what they hold, and who keeps them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from bot.services.catalog import Prices
    from bot.services.policy import BucketKey, Limit, Requester
    from bot.services.requests import ImageRequest, StoredImage, Usage


class ChargeState(StrEnum):
    """Where a job's charge stands. `settled` and `released` are final."""

    RESERVED = "reserved"
    DISPATCHED = "dispatched"
    UNKNOWN = "unknown"
    SETTLED = "settled"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a request is answered; all that is needed to go on after a restart.

    Attributes:
        application_id: the bot's application.
        interaction_token: edits the response while it is valid; empty once it is of no use.
        expires_at: when that token dies, seconds since 1970 (UTC), if the clock goes on as it was when we were asked:
            good for warning people in time, not for giving the token up.
        message_id: the progress message, or None before Discord told us.
        private: only the requester may see progress and result.
        reply_to: the member's message that asked, which the answers reply to; None for commands and buttons.
    """

    application_id: int
    interaction_token: str
    expires_at: int
    message_id: int | None
    private: bool
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished picture.

    Attributes:
        number: the short number that people see.
        image: the original file, unchanged.
        cost_nano: what it cost, in nano-dollars.
        seconds: from dispatch to completion.
        composed: what its mask kept of the original was put back into it, so that the file was written by us, and has
            lost the provider's mark of provenance.
        stars: how many members hold it for one of their favourites.
        published_in: (channel id, and of a thread that of its channel, else 0) where everybody sees it although its
            request is private; or None.
    """

    number: int
    job_id: str
    image: StoredImage
    cost_nano: int
    seconds: float
    created_at: int
    deleted: bool = False
    composed: bool = False
    stars: int = 0
    published_in: tuple[int, int] | None = None

    @property
    def published(self) -> bool:
        """Whether everybody sees it, although its request is private."""
        return self.published_in is not None


@dataclass(frozen=True, slots=True)
class TurnAnswer:
    """What a turn of a conversation was answered, beside its picture or without one.

    Attributes:
        response_id: the provider's; a next turn goes on from it. None where there is none, or it is not kept.
        words: the main model's.
        revised_prompt: what it told the image model; empty where no picture was made.
        refusal: why the safety check allowed no picture, as a sentence; empty if it did not say no.
        context_tokens: the most that a next turn goes on from.
        context_pictures: pictures in that, at most.
    """

    response_id: str | None
    words: str
    revised_prompt: str = ""
    refusal: str = ""
    context_tokens: int = 0
    context_pictures: int = 0


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
        answer: of a turn of a conversation, if it has come.
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
    answer: TurnAnswer | None = None

    def shows(self, numbers: Container[int]) -> bool:
        """Whether it made one of the pictures with these numbers."""
        return self.picture is not None and self.picture.number in numbers

    def untold(self) -> Self:
        """As if nothing were known of what came of it."""
        return replace(self, actual_nano=None, failure=None, picture=None)


@dataclass(frozen=True, slots=True)
class Order:
    """A request that is kept, with its jobs as they stand.

    Attributes:
        delivered_at: when the answer was posted, or what stands in its place was told; or None.
        kept_at: since when the answer waits for its member to fetch it, for Discord took it in no way; or None.
    """

    id: str
    request: ImageRequest
    requester: Requester
    destination: Destination
    created_at: int
    delivered_at: int | None
    jobs: tuple[Job, ...]
    kept_at: int | None = None

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """What it made, by number; without what was deleted."""
        made = [job.picture for job in self.jobs if job.picture is not None and not job.picture.deleted]
        return tuple(sorted(made, key=lambda picture: picture.number))

    def hides(self, picture: Picture) -> bool:
        """Whether only who asked sees this picture of it."""
        return self.destination.private and not picture.published

    def seen_by(self, user_id: int | None) -> Self:
        """What a member may see of it, or everybody if that is None: of a private one, what is published."""
        if not self.destination.private or self.requester.user_id == user_id:
            return self
        return self.showing([picture.number for picture in self.pictures if picture.published])

    def seen_at(self, picture: Picture) -> Self:
        """The same as if it had been asked for where this picture of it is to be seen."""
        if picture.published_in is None:
            return self
        channel_id, parent_id = picture.published_in
        return replace(self, requester=replace(self.requester, channel_id=channel_id, parent_id=parent_id))

    def showing(self, numbers: Container[int]) -> Self:
        """As if nothing were known of its other pictures than these; there are as many jobs."""
        return replace(self, jobs=tuple(job if job.shows(numbers) else job.untold() for job in self.jobs))


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
