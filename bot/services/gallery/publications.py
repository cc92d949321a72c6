"""Private pictures that become everybody's, and private again: by their owner alone, once, and over restarts."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import DecisionRefusedError, NotYoursError, PictureGoneError, UserFacingError
from bot.language import phrase, plural
from bot.services.policy import Decision, check_publishing
from bot.services.text import listed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator, Sequence

    from bot.services.gallery.upkeep import ResultMessage, Screen, Upkeep
    from bot.services.ledger import Order, Picture, Requests
    from bot.services.policy import Policies, Requester


_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Publication:
    """Pictures of one request that are shown by one message.

    Attributes:
        id: of the press that asked for it.
        numbers: of the pictures.
        owner: who asked for the pictures, with the channel where they are to be shown.
        at: when it was asked for, in seconds since 1970 (UTC).
    """

    id: str
    request_id: str
    numbers: tuple[int, ...]
    owner: Requester
    at: int


class PublicationRecords(Protocol):
    """Keeps what is published. Every method is one transaction, and durable when it returns."""

    async def begin(self, publication: Publication) -> None:
        """Write down that it is about to be posted."""
        ...

    async def pending(self, request_id: str | None = None) -> Sequence[Publication]:
        """What was begun and neither posted nor given up, of a request or of all; oldest first."""
        ...

    async def public_story(self, request_id: str) -> tuple[str, ...]:
        """Of the words that came before a request, those of pictures that are everybody's; as `ImageRequest.story`."""
        ...

    async def posted(self, publication: Publication, message_id: int, decision: Decision | None) -> None:
        """Its pictures are everybody's from now on: with its message, and its line of the audit.

        Of its words before, only the public story is left. What was begun and is not among its numbers was deleted
        meanwhile: then its message is outdated.
        """
        ...

    async def give_up(self, publication_id: str) -> None:
        """It is not posted, and nothing has changed."""
        ...

    async def take_back(self, order: Order, numbers: Collection[int], decision: Decision) -> None:
        """These pictures are their owner's alone again, with its line of the audit.

        Public messages that show the result are outdated. Of the words that others' pictures were made from, theirs
        are forgotten.
        """
        ...


class Poster(Protocol):
    """Shows pictures to everybody."""

    async def find(self, publication: Publication) -> int | None:
        """The id of the message that an earlier attempt has posted; None if none stands.

        Raises:
            UserFacingError: we may not look there.
            Exception: that cannot be found out now.
        """
        ...

    async def check(self, order: Order, publication: Publication) -> None:
        """May its owner show it there, as a press there would be allowed now?

        Raises:
            UserFacingError: no.
            Exception: that cannot be found out now.
        """
        ...

    async def post(self, order: Order, publication: Publication) -> int:
        """Post a message in the publication's channel; its id.

        Raises:
            UserFacingError: it is not to be had, or Discord takes it in no way.
            Exception: it may stand there now, or not.
        """
        ...


@dataclass(frozen=True)
class Publications:
    """Publishes pictures and takes them back.

    Attributes:
        gone_back_at: when the database was last found to have gone back, in seconds since 1970; None if never.
        clock: seconds since 1970 (UTC).
    """

    requests: Requests
    records: PublicationRecords
    upkeep: Upkeep
    policies: Policies
    gone_back_at: Callable[[], Awaitable[int | None]]
    clock: Callable[[], float]

    def check_owner(self, order: Order, user_id: int) -> None:
        """May they?

        Raises:
            NotYoursError: somebody else asked for it. That somebody leads or moderates changes nothing.
        """
        if order.requester.user_id != user_id:
            raise NotYoursError(phrase("Only the member who asked for this picture decides who sees it."))

    async def check(self, order: Order, owner: Requester) -> None:
        """May they publish where they are?

        Raises:
            NotYoursError: as of `check_owner`.
            NotPermittedError: the leads' rules are against it.
        """
        self.check_owner(order, owner.user_id)
        check_publishing(await self.policies.of(owner.server_id), owner)

    async def publish(
        self, order: Order, numbers: Sequence[int], owner: Requester, press_id: str, poster: Poster
    ) -> tuple[Picture, ...]:
        """Show pictures of a request to everybody where their owner is.

        Args:
            order: the request behind them.
            numbers: of those that are meant.
            owner: who asked for them, with the channel where they are now.
            press_id: by which they ask; of what an earlier press has begun it is found out first whether it stands.
            poster: posts them.

        Returns:
            What was published by this press; nothing if all was before.

        Raises:
            PictureGoneError: they were deleted.
            UserFacingError: they may not, or cannot be shown; nothing has changed.
        """
        await self.check(order, owner)
        async with self.upkeep.turn(order.id):
            order = await self._cleared(order, poster)
            meant = [picture for picture in order.pictures if picture.number in numbers]
            if not meant:
                raise PictureGoneError
            hidden = tuple(picture for picture in meant if order.hides(picture))
            if hidden:
                press = tuple(picture.number for picture in hidden)
                publication = Publication(press_id, order.id, press, owner, int(self.clock()))
                await self.records.begin(publication)
                async with self._given_up_if_refused(publication):
                    await self._post(order, publication, poster)
        return hidden

    async def take_back(
        self, order: Order, numbers: Sequence[int], user_id: int, poster: Poster, screen: Screen
    ) -> Sequence[ResultMessage]:
        """Let only their owner see pictures of a request.

        Args:
            order: the request behind them.
            numbers: of those that are meant.
            user_id: who wants it.
            poster: knows what an earlier press has posted of which it never heard.
            screen: changes the messages.

        Returns:
            The public messages that could not be changed, and are tried again after the next start.

        Raises:
            NotYoursError: they are somebody else's.
            PictureGoneError: they were deleted.
            DecisionRefusedError: they were made for everybody.
        """
        self.check_owner(order, user_id)
        async with self.upkeep.turn(order.id):
            order = await self._cleared(order, poster)
            meant = tuple(picture for picture in order.pictures if picture.number in numbers)
            shown = tuple(picture.number for picture in meant if picture.published)
            if shown:
                decision = self._decision(order, shown, "picture unpublish", phrase("public"), phrase("private"))
                await self.records.take_back(order, shown, decision)
            left = await self.upkeep.bring_up(order.id, screen) or ()
            if not meant:
                raise PictureGoneError
            if not order.destination.private:
                name = _names([picture.number for picture in meant])
                raise DecisionRefusedError(
                    plural(
                        "{pictures} was made for everybody from the beginning. "
                        "Delete it, if nobody shall see it any more.",
                        "{pictures} were made for everybody from the beginning. "
                        "Delete them, if nobody shall see them any more.",
                        len(meant),
                        pictures=name,
                    )
                )
            return left

    async def clear_up(self, order: Order, poster: Poster) -> None:
        """Find out what stands of what was begun of a request, as far as that can be told now; nothing is posted."""
        async with self.upkeep.turn(order.id):
            for publication in await self.records.pending(order.id):
                with _told(publication):
                    await self._clear(await self._now(order), publication, poster)

    async def go_on(self, poster: Poster) -> None:
        """Post what an earlier process has begun and its owner still may; not if the database went back since."""
        since = await self.gone_back_at() or 0
        for request_id in dict.fromkeys(each.request_id for each in await self.records.pending()):
            async with self.upkeep.turn(request_id):
                # Whoever came first, while this waited, has cleared it up, and perhaps taken it back.
                for publication in await self.records.pending(request_id):
                    with _told(publication):
                        await self._go_on_with(publication, poster, since)

    async def _go_on_with(self, publication: Publication, poster: Poster, since: int) -> None:
        order = await self.requests.get(publication.request_id)
        if order is None or await self._is_standing(order, publication, poster):
            return
        if publication.at <= since or not _left(order, publication):
            await self.records.give_up(publication.id)
            return
        async with self._given_up_if_refused(publication):
            await self.check(order, publication.owner)
            await poster.check(order, publication)
            await self._post(order, publication, poster)

    async def _cleared(self, order: Order, poster: Poster) -> Order:
        """A request as it is when it is known what stands of what was begun."""
        for publication in await self.records.pending(order.id):
            await self._clear(await self._now(order), publication, poster)
        return await self._now(order)

    async def _now(self, order: Order) -> Order:
        return await self.requests.get(order.id) or order

    async def _clear(self, order: Order, publication: Publication, poster: Poster) -> None:
        if not await self._is_standing(order, publication, poster):
            await self.records.give_up(publication.id)

    async def _is_standing(self, order: Order, publication: Publication, poster: Poster) -> bool:
        """Whether an earlier attempt has posted it; then that is written down."""
        message_id = await poster.find(publication)
        if message_id is not None:
            await self._posted(order, publication, message_id)
        return message_id is not None

    async def _post(self, order: Order, publication: Publication, poster: Poster) -> None:
        story = await self.records.public_story(order.id)
        message_id = await poster.post(replace(order, request=replace(order.request, story=story)), publication)
        await self._posted(order, publication, message_id)

    @asynccontextmanager
    async def _given_up_if_refused(self, publication: Publication) -> AsyncGenerator[None]:
        try:
            yield
        except UserFacingError:
            await self.records.give_up(publication.id)
            raise

    async def _posted(self, order: Order, publication: Publication, message_id: int) -> None:
        left = _left(order, publication)
        where = phrase("public in {channel}", channel=f"<#{publication.owner.channel_id}>")
        decision = self._decision(order, left, "picture publish", phrase("private"), where) if left else None
        await self.records.posted(replace(publication, numbers=left), message_id, decision)

    def _decision(self, order: Order, numbers: Sequence[int], action: str, before: str, after: str) -> Decision:
        owner_id = order.requester.user_id
        subject = phrase("{pictures} of {who}", pictures=_names(numbers), who=f"<@{owner_id}>")
        return Decision(owner_id, int(self.clock()), action, subject, before, after)


@contextmanager
def _told(publication: Publication) -> Generator[None]:
    """What fails is logged, and tried again by the next press or start; the others go on."""
    try:
        yield
    except UserFacingError as refused:
        _log.info("not published", publication=publication.id, reason=refused.sentence)
    except Exception:  # noqa: BLE001 - whatever it was
        _log.exception("not known whether it is published", publication=publication.id)


def _left(order: Order, publication: Publication) -> tuple[int, ...]:
    """Those of its pictures that are not deleted."""
    return tuple(each.number for each in order.pictures if each.number in publication.numbers)


def _names(numbers: Sequence[int]) -> str:
    return listed(tuple(f"#{number}" for number in numbers), "and")
