"""The ladder by which an answer reaches its member, a result or sentences: one way after the other, and why goes along.

A way is left at once for what waiting cannot cure, and the next one is tried; what passes is raised, for whoever calls
waits and tries all again. At each way what Discord refuses for its form is tried leaner: files smaller, then without
buttons.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

import discord
import structlog
from typing_extensions import override

from bot.delivery.uploads import DEFAULT_LIMIT, is_too_large, uploads_of
from bot.discord_limits import EXPLICIT, NO_DIRECT_MESSAGES, THREAD_CLOSED, TOO_LARGE
from bot.discord_retries import is_refusal
from bot.language import joined, phrase
from bot.presentation.prompt_words import wording_text
from bot.presentation.result import BUTTONLESS, result_text, words_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.delivery.uploads import Upload
    from bot.services.jobs import Posted, Result
    from bot.services.requests import ImageRequest

    Show = Callable[[str, Sequence[Upload], discord.ui.View | None], Awaitable[Posted]]

SMALLEST_TRY = 512 * 1024  # bytes; what Discord refuses even so, it refuses for another reason
_BY_CODE = {
    EXPLICIT: phrase("Discord's filter for explicit content stopped it"),
    NO_DIRECT_MESSAGES: phrase("Discord lets me send you no direct messages"),
    **dict.fromkeys(THREAD_CLOSED, phrase("the thread is archived or locked")),
    **dict.fromkeys(TOO_LARGE, phrase("Discord finds its files too large")),
}

_log = structlog.stdlib.get_logger(__name__)


class Spot(Enum):
    """Where an answer can stand."""

    CHANNEL = "channel"  # a message of its own, where it was asked
    RESPONSE = "response"  # in place of the progress, or as the interaction's own answer
    DIRECT = "direct"  # a direct message


class OutOfReachError(Exception):
    """A place where nothing can be shown, for nothing is there: no message, or none that we reach."""


class NoWayError(Exception):
    """Discord took it in no way.

    Attributes:
        why: why not the first, as a clause behind *because*.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Saying(Protocol):
    """What is to be shown, in the form that a place takes."""

    async def fitted(self, limit: int, notes: Sequence[str], *, lean: bool) -> tuple[str, Sequence[Upload]]:
        """The words and the files.

        Args:
            limit: bytes that one file may have.
            notes: sentences to stand under it.
            lean: it goes without its buttons, for Discord refused them.
        """
        ...

    def view(self) -> discord.ui.View | None:
        """The buttons, anew for each message."""
        ...


@dataclass(frozen=True, slots=True)
class Sentences(Saying):
    """Sentences, perhaps with buttons.

    Attributes:
        text: with the buttons, if there are any.
        make: makes the buttons, anew for each message.
        leaner: what is said instead where Discord refuses the buttons; None if that is the same.
        uploads: small files that show what they speak of; they are true without them.
    """

    text: str
    make: Callable[[], discord.ui.View | None] = lambda: None
    leaner: str | None = None
    uploads: Sequence[Upload] = ()

    @override
    async def fitted(self, limit: int, notes: Sequence[str], *, lean: bool) -> tuple[str, Sequence[Upload]]:
        """The words with the notes."""
        text = self.leaner if lean and self.leaner is not None else self.text
        return joined("\n", [text, *(joined("", ["-# ", note]) for note in notes)]), self.uploads

    @override
    def view(self) -> discord.ui.View | None:
        return self.make()


class Buttons(Protocol):
    """Makes the rows of buttons, anew for each message: discord.py forgets the classes of a view that is used twice."""

    def of_result(self, result: Result) -> discord.ui.View | None:
        """Buttons under a result."""
        ...

    def of_words(self, result: Result) -> discord.ui.View | None:
        """Buttons under words about a prompt."""
        ...

    def of_progress(self, request_id: str) -> discord.ui.View | None:
        """Buttons under a request that waits or is being made."""
        ...

    def of_late(self, request_id: str) -> discord.ui.View | None:
        """The button with which a result can be fetched that came too late for its place, or was taken nowhere."""
        ...

    def of_failure(self, request_id: str, request: ImageRequest) -> discord.ui.View | None:
        """Buttons under a failure: the same once more, or with other words."""
        ...


@dataclass(frozen=True, slots=True)
class ShownResult(Saying):
    """A result as it is shown. Args as those of `MessageDelivery`."""

    result: Result
    model_title: str
    buttons: Buttons
    notes: tuple[str, ...] = ()

    @override
    async def fitted(self, limit: int, notes: Sequence[str], *, lean: bool) -> tuple[str, Sequence[Upload]]:
        """Files as large as the place takes."""
        if not self.result.files:
            tell = wording_text if self._is_wording else words_text
            return tell(self.result, [*notes, *self.notes]), ()
        posting = await uploads_of(self.result, limit)
        said = [*notes, *([BUTTONLESS] if lean else []), *self.notes, *posting.notes]
        return result_text(self.result, self.model_title, said, posting.copied), posting.uploads

    @override
    def view(self) -> discord.ui.View | None:
        request = self.result.request
        if self._is_wording:
            return self.buttons.of_words(self.result)
        if not self.result.files and any(answer.refusal for answer in self.result.answers):
            return self.buttons.of_failure(request.id, request.request)
        return self.buttons.of_result(self.result) if self.result.files and self.result.is_numbered else None

    @property
    def _is_wording(self) -> bool:
        return self.result.request.request.is_wording


def sparing(show: Show) -> Show:
    """The same way, but without the files where Discord refuses it with them."""

    async def shown(text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> Posted:
        try:
            return await show(text, uploads, view)
        except discord.HTTPException as error:
            if not uploads or not is_refusal(error):
                raise
            return await show(text, (), view)

    return shown


@dataclass(frozen=True, slots=True)
class Way:
    """One way to show something.

    Attributes:
        spot: where it then stands.
        show: does it; raises what discord.py raises, or `OutOfReachError`.
        limit: bytes that one file may have there.
        bare: buttons are left out, for they would not work there.
    """

    spot: Spot
    show: Show
    limit: int = DEFAULT_LIMIT
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Landing:
    """Where something is shown, and why not by the first way; None if it is."""

    spot: Spot
    posted: Posted
    why: str | None


async def climb(ways: Sequence[Way], saying: Saying, channel_id: int) -> Landing:
    """Show it by the first way that Discord takes.

    Args:
        ways: the best first; at least one.
        saying: what is to be shown.
        channel_id: where it was asked.

    Raises:
        NoWayError: none takes it; waiting would cure nothing.
        discord.DiscordException: what may pass.
        OSError: no connection.
    """
    why: str | None = None
    for way in ways:
        notes = [] if why is None else [instead(way.spot, why, channel_id)]
        try:
            posted = await _shown(way, saying, notes)
        except (discord.HTTPException, OutOfReachError) as error:
            reason = _reason(way.spot, error, channel_id)
            _log.info("not shown this way", way=way.spot.value, reason=str(error))
            why = why or reason
        else:
            return Landing(way.spot, posted, why)
    raise NoWayError(why or why_gone(Spot.CHANNEL))


async def _shown(way: Way, saying: Saying, notes: Sequence[str]) -> Posted:
    """Show it this way, as richly as it is taken. A refusal of the form is what a leaner form may cure."""
    limit, lean = way.limit, way.bare
    view = None if lean else saying.view()
    while True:
        text, uploads = await saying.fitted(limit, notes, lean=lean)
        try:
            return await way.show(text, uploads, view)
        except discord.HTTPException as error:
            largest = max((len(upload.content) for upload in uploads), default=0)
            if is_too_large(error) and largest > SMALLEST_TRY:
                limit = max(SMALLEST_TRY, largest // 2)
                view = None if view is None else saying.view()
            elif error.status == HTTPStatus.BAD_REQUEST and view is not None:
                view, lean = None, True
            else:
                raise


def _reason(spot: Spot, error: Exception, channel_id: int) -> str:
    """Why it was refused. What may pass is raised again."""
    if isinstance(error, OutOfReachError):
        return why_gone(spot)
    if not isinstance(error, discord.HTTPException) or not is_refusal(error):
        raise error
    return why_refused(spot, error.status, error.code, channel_id)


def why_gone(spot: Spot) -> str:
    """Why nothing can be shown where nothing is any more, as a clause behind *because*."""
    if spot is Spot.CHANNEL:
        return phrase("the place where you asked is gone, or hidden from me")
    if spot is Spot.RESPONSE:
        return phrase("my first message about it is gone or out of my reach")
    return phrase("you cannot be reached by direct message")


def why_refused(spot: Spot, status: int, code: int, channel_id: int) -> str:
    """Why Discord did not take it, as a clause behind *because*: by the status, and by a few codes that say more.

    Args:
        spot: where it was to stand.
        status: of the answer, 4xx.
        code: Discord's own; 0 where it has none.
        channel_id: where it was asked.
    """
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status == HTTPStatus.NOT_FOUND or (status == HTTPStatus.UNAUTHORIZED and spot is Spot.RESPONSE):
        return why_gone(spot)
    if status == HTTPStatus.FORBIDDEN and spot is Spot.DIRECT:
        return phrase("I may send you no direct messages")
    if status == HTTPStatus.FORBIDDEN:
        return phrase("I may not post it in {channel}", channel=f"<#{channel_id}>")
    return phrase("Discord refused it (code {code})", code=str(code or status))


def instead(spot: Spot, why: str, channel_id: int) -> str:
    """The sentence under what stands here, since the first way to show it was refused for that reason."""
    if spot is Spot.DIRECT:
        asked_in = f"<#{channel_id}>"
        return phrase("You asked in {channel}. The answer comes here, because {why}.", channel=asked_in, why=why)
    if spot is Spot.CHANNEL:
        return phrase("This is a message of its own, because {why}.", why=why)
    return phrase("This is no message of its own, because {why}.", why=why)
