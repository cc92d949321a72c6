"""Requests and their jobs as they are kept: where each stands, what it made, where it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.services.catalog import Prices
    from bot.services.policy import Requester
    from bot.services.requests import ImageRequest, StoredImage


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
    """

    number: int
    job_id: str
    image: StoredImage
    cost_nano: int
    seconds: float
    created_at: int
    deleted: bool = False
    composed: bool = False


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
