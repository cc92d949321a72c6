"""Deleting pictures: who may, what the audit keeps, in which order, and which files go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import DatabaseError, DecisionRefusedError, NotYoursError, PictureGoneError
from bot.language import phrase
from bot.services.policy import Decision
from bot.services.text import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.gallery.file_holds import FileHolds
    from bot.services.gallery.upkeep import Screen, Upkeep
    from bot.services.ledger import Order, Picture, Requests
    from bot.services.policy import Audit


@dataclass(frozen=True, slots=True)
class Deleter:
    """Who wants something deleted, and where.

    Attributes:
        moderates: they may delete other people's messages there.
    """

    user_id: int
    server_id: int
    moderates: bool


@dataclass(frozen=True)
class Deletions:
    """Deletes pictures."""

    requests: Requests
    upkeep: Upkeep
    file_holds: FileHolds
    audit: Audit
    clock: Callable[[], float]

    def check(self, order: Order, deleter: Deleter) -> None:
        """May they?

        Raises:
            NotYoursError: they neither asked for it nor moderate.
        """
        if order.requester.user_id != deleter.user_id and not deleter.moderates:
            raise NotYoursError(phrase("Only the member who asked for this picture, or a moderator, can delete it."))

    async def delete(self, order: Order, number: int | None, deleter: Deleter, screen: Screen) -> bool:
        """Delete one picture of a result, or all that are left of it; what they cost stays booked.

        Args:
            order: the request behind the result.
            number: of the picture; None for all.
            deleter: who wants it.
            screen: changes the messages.

        Returns:
            Whether no message shows it any more; False too if there is none that could be changed.

        Raises:
            NotYoursError: they may not.
            PictureGoneError: it was deleted already.
            DecisionRefusedError: that cannot be written; nothing was deleted.
        """
        self.check(order, deleter)
        async with self.upkeep.turn(order.id):
            try:
                files = await self._taken_out(order, number, deleter)
            except DatabaseError as problem:
                raise DecisionRefusedError(
                    phrase(
                        "{reason}, so I deleted nothing: all is there as before. {cure}",
                        reason=problem.reason,
                        cure=problem.cure,
                    )
                ) from problem
            left = await self.upkeep.bring_up(order.id, screen)
            await self.file_holds.forget(files)
        return left is not None and not left

    async def _taken_out(self, order: Order, number: int | None, deleter: Deleter) -> Sequence[str]:
        """Mark it as deleted: the files that nothing uses any more."""
        whole = await self.requests.get(order.id) or order
        order = whole.seen_by(deleter.user_id)  # of a private result, moderators delete what is published
        gone = tuple(each for each in order.pictures if number in {None, each.number})
        if not gone:
            raise PictureGoneError
        if order.requester.user_id != deleter.user_id:  # first: nobody deletes what is not written down
            await self._write_down(order, gone, deleter)
        # Marked before anything else goes: whatever ends this process, nobody starts from them any more, the next one
        # changes the messages, and a sweep removes the files.
        return await self._mark(whole, gone)

    async def _mark(self, order: Order, gone: Sequence[Picture]) -> Sequence[str]:
        """The files that nothing uses from now on."""
        at = int(self.clock())
        if len(gone) == len(order.pictures):
            return await self.requests.delete_pictures(order.id, at)
        files: Sequence[str] = ()
        for picture in gone:
            files = await self.requests.delete_picture(picture.number, at)  # all of the request
        return files

    async def _write_down(self, order: Order, gone: Sequence[Picture], deleter: Deleter) -> None:
        """Keep who deleted whose pictures."""
        which = listed(tuple(f"#{picture.number}" for picture in gone), "and")
        subject = phrase("{pictures} of {who}", pictures=which, who=f"<@{order.requester.user_id}>")
        at = int(self.clock())
        await self.audit.record(
            deleter.server_id,
            Decision(deleter.user_id, at, "picture delete", subject, phrase("kept"), phrase("deleted")),
        )
