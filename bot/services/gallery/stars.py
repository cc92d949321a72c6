"""Stars: members mark pictures as their favourites, and every message that shows one says how many do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import DatabaseError, PictureGoneError
from bot.services.background import Background

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.gallery.gallery_posts import GalleryPosts
    from bot.services.ledger import Order, Requests
    from bot.services.policy import GalleryChannel, Policies

INTERVAL = 5.0  # seconds between two rounds of the messages that show a result
MOST_RENEWED = 20  # of them in a round, beside the first and those in the gallery: /show may have brought many

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Star:
    """A press.

    Attributes:
        id: of the interaction.
        number: of the picture.
        user_id: who pressed.
        at: in seconds since 1970 (UTC).
    """

    id: int
    number: int
    user_id: int
    at: int


@dataclass(frozen=True, slots=True)
class Vote:
    """What a press did.

    Attributes:
        starred: whether the picture is one of the member's favourites now.
        stars: how many members' it is.
        counted: those of them that count for the gallery: all but whoever asked for the picture.
        is_in_gallery: whether it was posted in the gallery channel, or is to be.
        comes_due: whether this press brings it there.
    """

    starred: bool
    stars: int
    counted: int
    is_in_gallery: bool = False
    comes_due: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """A vote, and what it means for the gallery.

    Attributes:
        gallery: of the server; None if there is none.
        obstacle: why the picture is not shown there although it has the stars, as a clause behind *because*; or None.
    """

    vote: Vote
    gallery: GalleryChannel | None
    obstacle: str | None = None


class StarRecords(Protocol):
    """Keeps who has starred what."""

    async def toggle(self, star: Star, enough: int | None) -> Vote | None:
        """Star a picture, or take that back; None, and nothing is written, if the picture is deleted.

        With `enough` stars that count, a picture that is not private is due in the gallery; with None it never is.
        """
        ...


class StarLabels(Protocol):
    """The buttons that say how many stars a picture has."""

    async def renew(self, order: Order, channel_id: int, message_id: int) -> bool:
        """Let a message that shows a result say it as it is now; whether it does. Never raises."""
        ...


class Stars:
    """Counts stars.

    Attributes:
        labels: set when the bot can speak; until then nothing that was posted is changed.
    """

    def __init__(
        self,
        records: StarRecords,
        gallery_posts: GalleryPosts,
        requests: Requests,
        policies: Policies,
        clock: Callable[[], float],
    ) -> None:
        self.labels: StarLabels | None = None
        self._records = records
        self._gallery_posts = gallery_posts
        self._requests = requests
        self._policies = policies
        self._clock = clock
        self._old: set[str] = set()  # requests whose messages say what was
        self._at_work: set[str] = set()  # those whose messages are being changed, or were a moment ago
        self._background = Background()
        gallery_posts.posted = self.renew_soon

    async def vote(self, vote_id: int, order: Order, number: int, user_id: int) -> Counted:
        """Star a picture of a result for a member, or take that back.

        Args:
            vote_id: of the interaction.
            order: the request behind the result.
            number: of the picture.
            user_id: the member.

        Raises:
            PictureGoneError: it was deleted.
        """
        gallery = (await self._policies.of(order.requester.server_id)).gallery
        star = Star(vote_id, number, user_id, int(self._clock()))
        vote = await self._records.toggle(star, None if gallery is None else gallery.stars)
        if vote is None:
            raise PictureGoneError
        self.renew_soon(order.id)
        if not vote.comes_due:
            return Counted(vote, gallery)
        self._gallery_posts.post_soon(number)
        return Counted(vote, gallery, await self._gallery_posts.obstacle(order))

    def renew_soon(self, request_id: str) -> None:
        """Let the messages that show a result say how many stars there are, in the background."""
        self._old.add(request_id)
        if request_id not in self._at_work:
            self._at_work.add(request_id)
            self._background.begin(self._renew(request_id), f"stars {request_id}")

    async def close(self) -> None:
        """Stop; what says an old number goes on saying it until somebody votes again, in the gallery until a start."""
        await self._gallery_posts.close()
        await self._background.close()

    async def _renew(self, request_id: str) -> None:
        """One round of the messages at once, and another after a while if there were votes meanwhile."""
        try:
            while request_id in self._old:
                self._old.discard(request_id)
                await self._renew_once(request_id)
                await asyncio.sleep(INTERVAL)
        except DatabaseError as problem:
            _log.warning("stars not shown", request=request_id, reason=problem.reason)
        except Exception:  # noqa: BLE001 - the vote counts all the same, and the next one tries again
            _log.exception("stars not shown", request=request_id)
        finally:
            self._at_work.discard(request_id)

    async def _renew_once(self, request_id: str) -> None:
        order = await self._requests.get(request_id)
        if self.labels is None or order is None:
            return
        places = await self._requests.messages(request_id)
        if len(places) > MOST_RENEWED:
            gallery = (await self._policies.of(order.requester.server_id)).gallery
            kept = {*places[:1], *places[-MOST_RENEWED:]}
            places = [
                each for each in places if each in kept or (gallery is not None and each[0] == gallery.channel_id)
            ]
        told = [await self.labels.renew(order, channel_id, message_id) for channel_id, message_id in places]
        if all(told):
            await self._gallery_posts.records.told({picture.number: picture.stars for picture in order.pictures})
