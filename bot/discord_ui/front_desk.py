"""Everything that people send passes here once: written down before anything is shown, and told after a restart."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import structlog

from bot.delivery.ladder import OutOfReachError
from bot.delivery.responder import Responder
from bot.discord_retries import PROBLEMS, is_refusal
from bot.discord_ui.intake import DRAFT, OFFER, SAID_BEFORE, oldest_offer
from bot.discord_ui.request_context import author_of, by_interaction, by_reply, written_in
from bot.errors import DatabaseError
from bot.presentation.restart import unanswered_text
from bot.services.background import Background
from bot.services.jobs import DISCARDED, NAMED, TURN
from bot.services.ledger import Errand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import discord

    from bot.discord_ui.request_context import RequestContext
    from bot.services.jobs import PendingWrites
    from bot.services.ledger import Errands, Notes

CLOSING = 10.0  # seconds that a shutdown waits for what is being done for people
AGAIN = 15.0  # seconds until Discord is asked anew to tell what it could not take
LEAVING = 2.0  # seconds that what is cancelled then may take to end
MOST_REMEMBERED = 10_000  # ids
PASSING = (OFFER, DISCARDED, TURN, NAMED, SAID_BEFORE, DRAFT)  # begin names of notes that are of no use after a time
REMEMBERED_FOR = 24 * 3600  # seconds; Discord repeats what happened while a connection was lost, for minutes
WRITING = 1.0  # seconds; Discord waits 3 for the first answer

_log = structlog.stdlib.get_logger(__name__)


class FrontDesk:
    """Knows what has been sent to us, and who waits for an answer.

    Args:
        client: whose connections are used.
        errands: keeps what was sent.
        notes: of offers and discards, which are forgotten once nobody can come back to them.
        books: told when that cannot be written.
        clock: seconds since 1970 (UTC).
    """

    def __init__(
        self, client: discord.Client, errands: Errands, notes: Notes, books: PendingWrites, clock: Callable[[], float]
    ) -> None:
        self._client = client
        self._errands = errands
        self._notes = notes
        self._books = books
        self._clock = clock
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._at_work: set[asyncio.Task[Any]] = set()
        self._writing: set[asyncio.Future[bool]] = set()
        self._background = Background()
        self._left_over: Sequence[Errand] = ()
        self._closing = asyncio.Event()
        self._forgot_at = 0

    async def takes(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether an interaction is new. What is done with it is done by the task that asks, to that task's end."""
        return await self._takes(interaction.id, by_interaction(interaction, private=True), _words_in(interaction))

    async def takes_message(self, message: discord.Message) -> bool:
        """Whether a member's message is new; as `takes`."""
        return await self._takes(message.id, by_reply(message, author_of(message)), message.content)

    async def open(self) -> None:
        """Find what an earlier process did not answer, and forget what is long past. Before the gateway opens."""
        await self._forget()
        self._left_over = await self._errands.unanswered()

    def tell_left_over(self) -> None:
        """Tell, in the background, whoever was left waiting by an earlier process; once."""
        left_over, self._left_over = self._left_over, ()
        for errand in left_over:
            self._background.begin(self._tell(errand), f"left over {errand.id}")

    async def settle(self) -> None:
        """Wait, though not for long, until all that is being done for people has been answered."""
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=CLOSING)

    async def close(self) -> None:
        """`settle`, and stop once that is written down."""
        self._closing.set()
        await self.settle()
        await asyncio.sleep(0)  # what has just ended says so now
        await self._background.finish(CLOSING / 2)

    async def leave(self) -> None:
        """Give up what is done still, for the connections close now; the next start tells who was not answered."""
        for task in self._at_work:
            task.cancel()
        if ending := {*self._at_work, *self._writing}:
            await asyncio.wait(ending, timeout=LEAVING)
        await self._background.close()

    def is_new(self, event_id: int) -> bool:
        """Whether this process has not seen it yet; it has now. For what is not worth a row."""
        if event_id in self._seen:
            _log.info("the same once more", event_id=event_id)
            return False
        self._seen[event_id] = None
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)
        return True

    async def _takes(self, event_id: int, context: RequestContext, words: str) -> bool:
        if not self.is_new(event_id):
            return False
        task = asyncio.current_task()
        if task is not None:  # before anything is waited for: a stop must not overlook it
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        errand = Errand(context.id, context.asker.requester, context.destination, int(self._clock()), words)
        if not await self._written_down(errand):
            _log.info("the same once more, after a restart", event_id=event_id)
            return False
        if not 0 <= int(self._clock()) - self._forgot_at < REMEMBERED_FOR:
            self._forgot_at = int(self._clock())  # before somebody else comes
            self._background.begin(self._forget(), "forget")
        if task is not None:
            task.add_done_callback(lambda done: self._done(done, errand))
        return True

    async def _forget(self) -> None:
        """What is long past; at the start, and once a day while we run."""
        self._forgot_at = int(self._clock())
        try:
            await self._errands.forget(self._forgot_at - REMEMBERED_FOR)
            for beginning in PASSING:
                await self._notes.forget(beginning, oldest_offer(self._forgot_at))
        except DatabaseError as problem:
            self._books.note(problem)

    async def _written_down(self, errand: Errand) -> bool:
        """False if it was before. Where that cannot be written it is answered all the same, unless it costs money."""
        writing = asyncio.ensure_future(self._begin(errand))
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)
        await asyncio.wait({writing}, timeout=WRITING)
        return not writing.done() or writing.result()

    async def _begin(self, errand: Errand) -> bool:
        try:
            return await self._errands.begin(errand)
        except DatabaseError as problem:
            self._books.note(problem)
            return True

    def _done(self, task: asyncio.Task[Any], errand: Errand) -> None:
        if not task.cancelled():
            self._background.begin(self._answered(errand), f"answered {errand.id}")

    async def _answered(self, errand: Errand) -> None:
        try:
            await self._errands.answered(errand.id, int(self._clock()))
        except DatabaseError as problem:
            self._books.note(problem)  # the next start sees by itself that it was answered

    async def _tell(self, errand: Errand) -> None:
        """Tell somebody, once Discord takes it; whom we could not tell until we stop, the next start tells."""
        responder = Responder(self._client, errand.requester, errand.destination, nonce=f"{errand.id}r")
        while not await self._told(responder, errand):
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN):
                    await self._closing.wait()
            if self._closing.is_set():
                return
        await self._answered(errand)

    async def _told(self, responder: Responder, errand: Errand) -> bool:
        """False where it may be taken later."""
        text = unanswered_text(errand.words)
        try:
            if errand.destination.reply_to is not None:
                await responder.remove()  # where it said already that files are to be fetched
                await responder.send(text, (), None)
            elif responder.token_lives:
                if await responder.is_thinking():
                    await responder.edit(text)
            elif errand.words:  # Discord has said by itself that nothing came; what was written is given back
                await responder.send_direct(text, (), None)
        except (*PROBLEMS, OutOfReachError) as problem:
            _log.info("left over, and not told", errand=errand.id, reason=repr(problem))
            return is_refusal(problem) or isinstance(problem, OutOfReachError)
        return True


def _words_in(interaction: discord.Interaction[Any]) -> str:
    """What was written in the option or the field called prompt."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    options: Sequence[Mapping[str, Any]] = data.get("options") or ()
    options = [
        *options,
        *(inner for option in options for inner in option.get("options") or ()),
    ]  # of a group's command
    words = next((option.get("value") for option in options if option.get("name") == "prompt"), None)
    return str(words or "") or written_in(interaction, "prompt")
