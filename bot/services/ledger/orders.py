"""Requests as they are kept: with their jobs, the pictures that these made, and who may see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Container

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
        locale: of whoever reads the answer, by Discord's name: of who asked where it is private, else of the server;
            empty where it is not known.
    """

    application_id: int
    interaction_token: str
    expires_at: int
    message_id: int | None
    private: bool
    reply_to: int | None = None
    locale: str = ""


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
        refusal: why the safety check allowed no picture, as a sentence; empty if it did not say no. Of words about a
            prompt: why there are none, or only a part of them.
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
        return replace(self, actual_nano=None, failure=None, picture=None, answer=None)


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

    @property
    def cost_nano(self) -> int:
        """What its pictures cost together, in nano-dollars."""
        return sum(job.actual_nano or 0 for job in self.jobs)

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
