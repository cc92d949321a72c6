"""How a request speaks to the people who wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.errors import UserFacingError
    from bot.services.ledger import Destination, LimitStatus, OpenRequest, Picture
    from bot.services.policy import Pause
    from bot.services.quotas import Hint


@dataclass(frozen=True, slots=True)
class Preview:
    """The newest partial image of each picture of a request; None where none has come yet."""

    frames: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a request, once no job of it runs any more.

    Attributes:
        request: as it is kept, with every job closed or unknown.
        files: each picture with the bytes of its original, in order; may be fewer than asked for.
        limits: what is used of each limit that applies to the requester, as far as they may know it.
        hint: how the installation's budget stands, where its figures are not for them.
        trouble: why pictures of it have no number yet, as the beginning of a sentence; empty if they have theirs.
    """

    request: OpenRequest
    files: tuple[tuple[Picture, bytes], ...]
    limits: tuple[LimitStatus, ...]
    hint: Hint | None = None
    trouble: str = ""

    @property
    def is_numbered(self) -> bool:
        """Whether all of its pictures are in the books, so that they have numbers, and buttons can name them."""
        return all(picture.number for picture, _ in self.files)

    @property
    def failures(self) -> tuple[str, ...]:
        """The sentences of the jobs that made no picture, each once, in order."""
        return tuple(dict.fromkeys(job.failure for job in self.request.jobs if job.failure is not None))

    @property
    def cost_nano(self) -> int:
        """What the pictures cost together, in nano-dollars."""
        return sum(job.actual_nano or 0 for job in self.request.jobs)


@dataclass(frozen=True, slots=True)
class Posted:
    """Where the result stands. No channel and no messages when only the requester can see it.

    Attributes:
        kept: Discord took the pictures nowhere; their member was told, and can fetch them.
        progress_left: the progress message could not be brought to an end, and says still that it goes on.
    """

    channel_id: int | None = None
    message_ids: tuple[int, ...] = ()
    kept: bool = False
    progress_left: bool = False


class DeliveryError(Exception):
    """The answer could not be posted.

    Attributes:
        permanent: Discord takes it in no way, and waiting cures nothing: it is kept until the member comes.
    """

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Delivery(Protocol):
    """Tells the people who wait. `queued`, `paused` and `preview` return at once and never raise."""

    @property
    def destination(self) -> Destination:
        """Where the request is answered, as far as it is known by now."""
        ...

    async def accepted(self) -> Destination:
        """The money is reserved: acknowledge, and say where progress will be shown."""
        ...

    def queued(self, position: int, wait: float) -> None:
        """The first job of the request is number `position` in line, about `wait` seconds from its turn."""
        ...

    def paused(self, pause: Pause | str) -> None:
        """No job of the request runs, and none begins until that is over; then `queued` is told again.

        Args:
            pause: a lead's; or what keeps us from beginning, as the beginning of a sentence.
        """
        ...

    def preview(self, preview: Preview) -> None:
        """A partial image has come."""
        ...

    async def done(self, result: Result) -> Posted:
        """Show the result.

        Raises:
            DeliveryError: if it could not be shown.
        """
        ...

    async def renew(self, result: Result, posted: Posted) -> None:
        """Give what was posted before its pictures had numbers what it lacks: those, and the buttons.

        Raises:
            DeliveryError: if it could not be shown.
        """
        ...

    async def failed(self, error: UserFacingError) -> Posted:
        """Say why there is no result. No channel and no messages are told of that.

        Raises:
            DeliveryError: if it could not be said.
        """
        ...

    async def tidy(self) -> bool:
        """Bring progress to an end that was left standing; whether none is left now. Never raises."""
        ...


class OpenDelivery(Protocol):
    """Makes the delivery of a request that an earlier process left behind."""

    def __call__(self, request: OpenRequest) -> Delivery:
        """A delivery to where the request came from."""
        ...
