"""A request's answer in Discord: the response shows progress, a message of our own shows the result.

The response to a member's message is a message too, below theirs.
Only a regular message lets a reply carry its words to us without the privileged intent; so the result is sent by
`channel.send` where that is possible, and the response is deleted. Private results, and channels where we may not
send, get the result in the response itself, or by direct message once the response is out of reach.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Protocol

import discord
import structlog

from bot.delivery.patience import PROBLEMS
from bot.delivery.posting import Upload, is_too_large, uploads_of
from bot.delivery.progress import Progress, Stage
from bot.delivery.replies import BEGUN, PREVIEW_NAME
from bot.pictures import contact_sheet, shrink
from bot.presentation.progress import drawing_text, held_up_text, late_text, paused_text, queued_text
from bot.presentation.result import result_text
from bot.services.delivery import DeliveryError, Posted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.delivery.place import Place
    from bot.errors import UserFacingError
    from bot.services.delivery import Preview, Result
    from bot.services.ledger import Destination
    from bot.services.policy import Pause

    Show = Callable[[str, Sequence[Upload], discord.ui.View | None], Awaitable[discord.Message | bool]]

LATE_RESERVE = 90  # seconds before the token's end at which a private response is edited for the last time
SMALLEST_TRY = 512 * 1024  # bytes; what Discord refuses even so, it refuses for another reason

_log = structlog.stdlib.get_logger(__name__)


class Buttons(Protocol):
    """Makes the rows of buttons, anew for each message: discord.py forgets the classes of a view that is used twice."""

    def of_result(self, result: Result) -> discord.ui.View | None:
        """Buttons under a result."""
        ...

    def of_late(self, request_id: str) -> discord.ui.View | None:
        """The button with which a late private result can be fetched."""
        ...


class MessageDelivery:
    """Tells one request's progress and outcome; fulfils `bot.services.delivery.Delivery`.

    Args:
        place: where it is told.
        request_id: names the request in the late button.
        count: pictures asked for.
        model_title: what people call the model.
        buttons: what stands under a result.
        acknowledge: shows that it begins, and returns the id of the message that does; None after a restart.
        notes: sentences about the inputs, to stand under the result.
    """

    def __init__(
        self,
        place: Place,
        request_id: str,
        *,
        count: int,
        model_title: str,
        buttons: Buttons,
        acknowledge: Callable[[], Awaitable[int | None]] | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        self._place = place
        self._request_id = request_id
        self._count = count
        self._model_title = model_title
        self._buttons = buttons
        self._acknowledge = acknowledge
        self._notes = tuple(notes)
        self._said = BEGUN if acknowledge is not None and place.destination.reply_to is not None else ""
        self._late = False
        self._late_timer: asyncio.TimerHandle | None = None
        self._progress = Progress(self._show, lambda: not place.token_lives)

    @property
    def destination(self) -> Destination:
        """Where the request is answered, as far as it is known by now."""
        return self._place.destination

    async def accepted(self) -> Destination:
        """Show that it begins, if that is still to be done."""
        if self._acknowledge is not None:
            self._place.acknowledged(await self._acknowledge())
        return self.destination

    def queued(self, position: int, wait: float) -> None:
        """Show the place in line; 0 says that drawing has begun."""
        self._watch_the_token()
        self._progress.show(Stage(position, wait))

    def paused(self, pause: Pause | str) -> None:
        """Show that it waits for the end of a pause, whose that is and why; or for us to be able to begin."""
        self._watch_the_token()
        self._progress.show(Stage(0, pause=pause))

    def preview(self, preview: Preview) -> None:
        """Show the newest frames, as soon as the message may be edited again."""
        self._progress.show(Stage(0, frames=preview.frames))

    async def done(self, result: Result) -> Posted:
        """Post the result. Raises DeliveryError."""
        self._stop_progress()
        try:
            if not self._place.is_fleeting:
                try:
                    message = await self._fitting(result, self._place.send)
                except (discord.Forbidden, discord.NotFound) as error:
                    _log.info("the response becomes the result", reason=str(error))
                else:
                    await self._progress.end()
                    await self._place.remove()
                    return _posted(message)
            await self._progress.end()
            if await self._fitting(result, self._place.edit):
                return self._place.response
            return _posted(await self._fitting(result, self._place.send_direct))
        except PROBLEMS as problem:
            raise _undelivered(problem) from problem

    async def renew(self, result: Result, posted: Posted) -> None:
        """Give what was posted without numbers its numbers and buttons. Raises DeliveryError."""
        try:
            if posted.message_ids and self.destination.message_id not in posted.message_ids:
                shown = await self._fitting(result, partial(self._place.change, posted))
            else:
                shown = await self._fitting(result, self._place.edit)
        except PROBLEMS as problem:
            raise _undelivered(problem) from problem
        if not shown:
            raise DeliveryError("the message is out of reach", permanent=True)

    async def failed(self, error: UserFacingError) -> None:
        """Say why there is no result. Raises DeliveryError."""
        self._stop_progress()
        await self._progress.end()
        text = f"❌ {error.sentence}"
        try:
            if await self._place.edit(text):
                return
            if not self._place.is_fleeting:
                try:
                    await self._place.send(text, (), None)
                except (discord.Forbidden, discord.NotFound) as refusal:
                    _log.info("the member is told directly", reason=str(refusal))
                else:
                    return
            await self._place.send_direct(text, (), None)
        except PROBLEMS as problem:
            raise _undelivered(problem) from problem

    async def _fitting(self, result: Result, show: Show) -> discord.Message | bool:
        """Show the result with files as large as the place takes; smaller ones if it took less than it said."""
        limit = self._place.upload_limit
        while True:
            uploads, notes = await uploads_of(result, limit)
            text = result_text(result, self._model_title, [*self._notes, *notes])
            try:
                return await show(text, uploads, self._buttons.of_result(result) if result.is_numbered else None)
            except discord.HTTPException as error:
                largest = max((len(upload.content) for upload in uploads), default=0)
                if not is_too_large(error) or largest <= SMALLEST_TRY:
                    raise
                limit = max(SMALLEST_TRY, largest // 2)

    def _watch_the_token(self) -> None:
        """A private response can be edited by the interaction's token only: say so before that dies."""
        if self._place.is_fleeting and self._late_timer is None:
            seconds = self.destination.expires_at - LATE_RESERVE - time.time()
            self._late_timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._say_late)

    def _say_late(self) -> None:
        self._late = True
        self._progress.show(Stage(0, frames=(None,)))

    def _stop_progress(self) -> None:
        if self._late_timer is not None:
            self._late_timer.cancel()
        self._progress.stop()

    async def _show(self, stage: Stage) -> None:
        """One edit of the progress message."""
        if self._late:
            await self._place.edit_once(late_text(), view=self._buttons.of_late(self._request_id))
        elif stage.pause is not None:
            text = held_up_text(stage.pause) if isinstance(stage.pause, str) else paused_text(stage.pause)
            await self._place.edit_once(text)
        elif stage.position:
            await self._place.edit_once(queued_text(stage.position, int(time.time() + stage.wait)))
        else:
            frames = [frame for frame in stage.frames if frame is not None]
            uploads: list[Upload] = []
            if frames:
                content = await (shrink(frames[0]) if self._count == 1 else contact_sheet(stage.frames))
                uploads.append(Upload(PREVIEW_NAME, content, "Unfinished preview of the picture"))
            text = drawing_text(self._count, len(frames))
            if uploads or text != self._said:  # what the acknowledgement has said already costs no edit
                await self._place.edit_once(text, uploads)
        self._said = ""


def _posted(message: discord.Message | bool) -> Posted:  # noqa: FBT001 - what showing returned
    return Posted(message.channel.id, (message.id,)) if isinstance(message, discord.Message) else Posted()


def _undelivered(problem: Exception) -> DeliveryError:
    permanent = isinstance(problem, (discord.Forbidden, discord.NotFound))
    return DeliveryError(f"{type(problem).__name__}: {problem}", permanent=permanent)
