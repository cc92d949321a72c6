"""A request's answer in Discord: the response shows progress, a message of our own shows the result.

The response to a member's message is a message too, below theirs.
Only a regular message lets a reply carry its words to us without the privileged intent; so the result is sent by
`channel.send` where that is possible, and the response is deleted. What Discord refuses climbs down the ladder: the
response becomes the result, or a direct message does; and what is taken nowhere is kept, for its member to fetch.
Whatever was told, and wherever: the response says so, or is gone.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

import discord
import structlog
from typing_extensions import override

from bot.delivery.ladder import NoWayError, OutOfReachError, Saying, Sentences, ShownResult, Spot, Way, climb
from bot.delivery.progress import Progress, Stage
from bot.delivery.replies import BEGUN, PREVIEW_NAME
from bot.delivery.uploads import Upload
from bot.discord_limits import TOKEN_LIFE
from bot.discord_retries import PROBLEMS
from bot.language import phrase
from bot.pictures import preview_of
from bot.presentation.picture_descriptions import kept_before
from bot.presentation.prompt_words import wording_begun_text
from bot.presentation.result import (
    ANSWER,
    discarded_text,
    ended_text,
    failure_text,
    far_text,
    foretold_text,
    generating_text,
    headline,
    kept_text,
    late_text,
    paused_text,
    posted_text,
    queued_text,
    sent_directly_text,
)
from bot.services.jobs import Delivery, DeliveryError, Posted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.delivery.ladder import Buttons, Landing
    from bot.delivery.responder import Responder
    from bot.errors import UserFacingError
    from bot.services.jobs import Downtime, Preview, Result
    from bot.services.ledger import Destination
    from bot.services.policy import Pause
    from bot.services.requests import ImageRequest
    from bot.services.turns import GenerationProgress

LATE_RESERVE = 90  # seconds before the token's end at which a private response is edited for the last time

_log = structlog.stdlib.get_logger(__name__)


class MessageDelivery(Delivery):
    """Tells one request's progress and outcome.

    Args:
        responder: by which it is told.
        request_id: names the request in the ids of buttons.
        request: what was asked for.
        model_title: what people call the model.
        buttons: what stands under a result.
        acknowledge: shows that it begins, and returns the id of the message that does; None after a restart.
        notes: sentences about the inputs, to stand under the progress and the result, beside those of the request.
        clock: seconds since 1970 (UTC), by which people's own clocks go.
    """

    def __init__(
        self,
        responder: Responder,
        request_id: str,
        *,
        request: ImageRequest,
        model_title: str,
        buttons: Buttons,
        acknowledge: Callable[[], Awaitable[int | None]] | None = None,
        notes: Sequence[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._responder = responder
        self._request_id = request_id
        self._request = request
        self._model_title = model_title
        self._buttons = buttons
        self._acknowledge = acknowledge
        self._notes = (*request.notes, *notes)
        self._foretold = (*self._notes, *kept_before(request))
        self._clock = clock
        self._said = BEGUN if acknowledge is not None and responder.destination.reply_to is not None else ""
        self._generating: GenerationProgress | None = None
        self._stands: tuple[bytes | None, ...] | None = None  # the frames that are shown; None if none are
        self._late = self._is_discarded = False
        self._frames: tuple[bytes | None, ...] = ()  # the newest
        self._takes_buttons = True
        self._late_timer: asyncio.TimerHandle | None = None
        self._progress = Progress(self._show, lambda: not responder.token_lives)

    @property
    @override
    def destination(self) -> Destination:
        return self._responder.destination

    @override
    async def accepted(self) -> Destination:
        """Show that it begins, if that is still to be done, and what is left out or changed: nothing is paid yet."""
        if self._acknowledge is not None:
            self._responder.acknowledged(await self._acknowledge())
            if self._foretold:
                await self._says(self._with_notes(self._begun_text()), self._buttons_below())
        return self.destination

    def _with_notes(self, text: str) -> str:
        """What becomes of what was given stands below, from before anything is paid."""
        return foretold_text(text, self._foretold)

    @override
    def queued(self, position: int, wait: float) -> None:
        """Show the place in line; 0 says that generating has begun."""
        self._watch_the_token()
        if position:
            self._progress.show(Stage(position, self._clock() + wait))
        else:
            self._progress.show(self._drawn())

    @override
    def generating(self, progress: GenerationProgress) -> None:
        self._generating = progress

    @override
    def paused(self, pause: Pause | Downtime | str) -> None:
        self._watch_the_token()
        self._progress.show(Stage(0, pause=pause))

    @override
    def preview(self, preview: Preview) -> None:
        """Show the newest frames, as soon as the message may be edited again."""
        self._frames = preview.frames
        self._progress.show(self._drawn(preview.frames))

    @override
    def discarded(self) -> None:
        self._is_discarded = True
        self._progress.show(Stage(0, pause=discarded_text()))

    @override
    def leave(self) -> None:
        self._stop_progress()

    @override
    async def done(self, result: Result) -> Posted:
        self._stop_progress()
        shown = ShownResult(result, self._model_title, self._buttons, self._notes)
        pictures = [picture for picture, _ in result.files]
        what = headline(pictures).strip("*") if pictures else ANSWER
        try:
            try:
                landing = await self._climb(shown, Spot.CHANNEL, Spot.RESPONSE, Spot.DIRECT)
            except NoWayError as nowhere:
                landing = await self._kept(what, nowhere.why)
                return Posted(kept=True, progress_left=not await self._ended(landing, ended_text()))
            elsewhere = posted_text(what)
            if landing.spot is Spot.DIRECT:
                elsewhere = sent_directly_text(what, self._responder.user_id, landing.why or "")
            return replace(landing.posted, progress_left=not await self._ended(landing, elsewhere))
        except PROBLEMS as problem:
            raise _undelivered(problem, permanent=False) from problem

    @override
    async def renew(self, result: Result, posted: Posted) -> None:
        is_message = posted.message_ids and self.destination.message_id not in posted.message_ids
        show = partial(self._responder.change, posted) if is_message else self._responder.edit
        shown = ShownResult(result, self._model_title, self._buttons, self._notes)
        try:
            await climb([Way(Spot.RESPONSE, show, self._responder.upload_limit)], shown, self._responder.channel_id)
        except NoWayError as nowhere:
            raise _undelivered(nowhere, permanent=True) from nowhere
        except PROBLEMS as problem:
            raise _undelivered(problem, permanent=False) from problem

    @override
    async def failed(self, error: UserFacingError) -> Posted:
        self._stop_progress()
        text = failure_text(error.sentence, self._request)
        words = Sentences(text, lambda: self._buttons.of_failure(self._request_id, self._request))
        try:
            landing = await self._climb(words, Spot.RESPONSE, Spot.CHANNEL, Spot.DIRECT)
            return Posted(progress_left=not await self._ended(landing, ended_text()))
        except NoWayError as nowhere:
            raise _undelivered(nowhere, permanent=True) from nowhere
        except PROBLEMS as problem:
            raise _undelivered(problem, permanent=False) from problem

    @override
    async def tidy(self) -> bool:
        self._stop_progress()
        return await self._responder.remove() or await self._says(ended_text())

    async def _kept(self, what: str, why: str) -> Landing:
        """Tell that the result is kept, with the button that shows it. Raises DeliveryError if that is told nowhere."""
        user_id = self._responder.user_id
        words = Sentences(
            kept_text(what, user_id, why, button=True),
            lambda: self._buttons.of_late(self._request_id),
            kept_text(what, user_id, why, button=False),
        )
        try:
            return await self._climb(words, Spot.RESPONSE, Spot.CHANNEL, Spot.DIRECT)
        except NoWayError as nowhere:
            raise _undelivered(nowhere, permanent=True) from nowhere

    async def _climb(self, saying: Saying, *spots: Spot) -> Landing:
        """Show it in the first of these places that takes it; nothing private in a channel."""
        ways = {
            Spot.CHANNEL: Way(Spot.CHANNEL, self._responder.send, self._responder.upload_limit),
            Spot.RESPONSE: Way(Spot.RESPONSE, self._show_last, self._responder.upload_limit),
            Spot.DIRECT: Way(Spot.DIRECT, self._responder.send_direct),
        }
        # In direct messages the channel is the direct messages.
        closed = Spot.DIRECT if self._responder.is_direct else Spot.CHANNEL if self._responder.is_fleeting else None
        open_ways = [ways[spot] for spot in spots if spot is not closed]
        landing = await climb(open_ways, saying, self._responder.channel_id)
        if landing.spot is Spot.RESPONSE and await self._progress.outlast():
            return await climb([ways[Spot.RESPONSE]], saying, self._responder.channel_id)
        return landing

    async def _show_last(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> Posted:
        """Let the response show this, and no progress any more."""
        await self._progress.end()
        return await self._responder.edit(text, uploads, view)

    async def _ended(self, landing: Landing, text: str) -> bool:
        """Let the response end too, when the answer stands elsewhere; whether it does. Never raises."""
        if landing.spot is Spot.RESPONSE:
            return True
        await self._progress.end()
        if landing.spot is Spot.CHANNEL:
            return await self._responder.remove() or await self._says_last(text)
        # A private response that is out of reach is seen by one person only, and until they reload their client.
        return await self._says_last(text) or await self._responder.remove() or self._responder.is_fleeting

    async def _says_last(self, text: str) -> bool:
        """As `_says`, also over an edit that was in flight meanwhile."""
        says = await self._says(text)
        return await self._says(text) if says and await self._progress.outlast() else says

    async def _says(self, text: str, view: discord.ui.View | None = None) -> bool:
        """Whether the response says this now."""
        try:
            await self._responder.edit(text, (), view)
        except (*PROBLEMS, OutOfReachError) as problem:
            _log.info("progress not brought to an end", reason=repr(problem))
            return False
        return True

    def _watch_the_token(self) -> None:
        """A private response can be edited by the interaction's token only: say so before that dies."""
        if self._responder.is_fleeting and self._late_timer is None:
            left = min(self.destination.expires_at - time.time(), TOKEN_LIFE)  # the clock may have been set back
            self._late_timer = asyncio.get_running_loop().call_later(max(0.0, left - LATE_RESERVE), self._say_late)

    def _say_late(self) -> None:
        self._late = True
        self._progress.show(Stage(0, frames=(None,)))

    def _stop_progress(self) -> None:
        if self._late_timer is not None:
            self._late_timer.cancel()
        self._progress.stop()

    def _drawn(self, frames: tuple[bytes | None, ...] = ()) -> Stage:
        goes_on = self._generating is not None and not self._late and not self._is_discarded
        return Stage(0, frames=frames, goes_on=goes_on)

    async def _show(self, stage: Stage) -> None:
        """One edit of the progress message."""
        is_generating = stage.position == 0 and stage.pause is None
        if is_generating and not self._late and not self._is_discarded:
            await self._show_generating(stage)
            return
        self._said, self._stands = "", None
        if self._is_discarded:
            await self._responder.edit_once(discarded_text())
        elif self._late:
            await self._responder.edit_once(late_text(), view=self._buttons.of_late(self._request_id))
        elif stage.pause is not None:
            await self._show_with_buttons(self._with_notes(paused_text(stage.pause)))
        else:
            await self._show_with_buttons(self._with_notes(queued_text(stage.position, int(stage.turn_at))))

    async def _show_with_buttons(self, text: str, uploads: Sequence[Upload] = ()) -> None:
        """Without them where Discord refuses them: what they stand under is worth more."""
        view = self._buttons_below()
        try:
            await self._responder.edit_once(text, uploads, view)
        except discord.HTTPException as error:
            if view is None or error.status != HTTPStatus.BAD_REQUEST:
                raise
            self._takes_buttons = False
            await self._responder.edit_once(text, uploads)

    def _begun_text(self, previews: int = 0, far: str = "") -> str:
        if self._request.is_wording:
            return wording_begun_text(self._request)
        return generating_text(self._request.count, previews, far)

    def _buttons_below(self) -> discord.ui.View | None:
        return self._buttons.of_progress(self._request_id) if self._takes_buttons else None

    async def _preview(self) -> tuple[bytes, Stage]:
        """What the frames look like that are the newest when it is our turn to decode, and what that shows."""
        taken: list[tuple[bytes | None, ...]] = []

        def newest() -> tuple[bytes | None, ...]:
            taken.append(self._frames)
            return self._frames

        content = await preview_of(newest)
        return content, self._drawn(taken[0])

    async def _show_generating(self, stage: Stage) -> None:
        """With its frames; a frame that stands there already stays."""
        frames = [frame for frame in stage.frames if frame is not None]
        far = "" if self._generating is None else far_text(self._generating, time.monotonic())
        text = self._with_notes(self._begun_text(len(frames), far))
        if stage.frames == self._stands:
            if text != self._said:
                await self._responder.reword(text)
        elif frames:
            content, stage = await self._preview()
            preview = Upload(PREVIEW_NAME, content, phrase("Unfinished preview of the picture"))
            await self._show_with_buttons(text, [preview])
        elif self._said == self._with_notes(self._begun_text()):
            text = self._said  # what the acknowledgement has said already costs no edit
        else:
            await self._show_with_buttons(text)
        self._said, self._stands = text, stage.frames


def _undelivered(problem: Exception, *, permanent: bool) -> DeliveryError:
    return DeliveryError(f"{type(problem).__name__}: {problem}", permanent=permanent)
