"""Conversations: which threads are, what the next turn goes on from, what all of one cost, and when it ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from bot.errors import RequestRefused
from bot.language import phrase
from bot.services.requests import Talk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.catalog import MainModel
    from bot.services.ledger import Order, Picture, Requests, TurnAnswer
    from bot.services.requests import Task

NO_TEXT_MODEL = phrase(
    "No text model is set up here (ATELIER_CONVERSATIONS), so I can neither rewrite words nor describe pictures. "
    "/imagine draws by your own words."
)
LONGEST_SILENCE = 24 * 3600  # seconds after which a conversation ends by itself
KEPT_FOR = 29 * 24 * 3600  # seconds for which the provider keeps a response; it promises 30 days
MOST_CONTEXT = 100_000  # tokens of a context that is gone on from; a longer one is told anew, which costs less
MOST_SAID = 20  # turns that are told again


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread in which each message is the next instruction.

    Attributes:
        thread_id: Discord's.
        opened_by: whoever opened it, and may end it.
        picture: the number of the picture that it began with; None if it began with words.
        touched_at: when something was last said or made in it, in seconds since 1970 (UTC).
    """

    thread_id: int
    server_id: int
    opened_by: int
    picture: int | None
    opened_at: int
    touched_at: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What came of a conversation: turns, pictures, and what all of that cost or holds, in nano-dollars."""

    turns: int
    pictures: int
    nano: int


class ConversationRecords(Protocol):
    """Keeps conversations."""

    async def add(self, conversation: Conversation) -> None:
        """Keep one more; of the same thread again, instead of the one before."""
        ...

    async def going_on(self) -> Sequence[Conversation]:
        """Those that have not ended."""
        ...

    async def touch(self, thread_id: int, at: int) -> None:
        """Something was said in it."""
        ...

    async def end(self, thread_id: int, at: int) -> None:
        """It has ended."""
        ...

    async def latest(self, thread_id: int, since: int) -> Order | None:
        """The newest request of the thread since then that has a picture left, or was answered in words."""
        ...

    async def pending(self, thread_id: int, since: int) -> Sequence[str]:
        """The ids of the thread's requests since then of which something waits or is being made."""
        ...

    async def spent(self, thread_id: int, since: int) -> Spent:
        """What came of the thread's requests since then."""
        ...


@dataclass
class Conversations:
    """What is said where, and what it goes on from. `open` first.

    Attributes:
        main: the model that leads them; None where each message changes the last picture by itself.
        is_stored: whether the provider may keep them.
    """

    records: ConversationRecords
    requests: Requests
    main: MainModel | None
    is_stored: bool
    clock: Callable[[], float]
    _going_on: dict[int, Conversation] = field(default_factory=dict[int, Conversation], init=False)

    async def open(self) -> None:
        """Learn which go on, before anybody speaks."""
        self._going_on = {each.thread_id: each for each in await self.records.going_on()}

    def of(self, thread_id: int) -> Conversation | None:
        """The conversation that goes on in this thread, or None."""
        return self._going_on.get(thread_id)

    async def begin(self, thread_id: int, server_id: int, opened_by: int, picture: int | None) -> Conversation:
        """A thread becomes a conversation."""
        now = int(self.clock())
        conversation = Conversation(thread_id, server_id, opened_by, picture, now, now)
        await self.records.add(conversation)
        self._going_on[thread_id] = conversation
        return conversation

    async def touch(self, conversation: Conversation) -> None:
        """Something is said in it."""
        await self.records.touch(conversation.thread_id, int(self.clock()))

    async def end(self, conversation: Conversation) -> Spent:
        """Nothing said in the thread is an instruction any more; what all of it cost."""
        self._going_on.pop(conversation.thread_id, None)
        await self.records.end(conversation.thread_id, int(self.clock()))
        return await self.records.spent(conversation.thread_id, conversation.opened_at)

    async def silent(self) -> Sequence[Conversation]:
        """Those in which nothing was said for so long that they end."""
        oldest = int(self.clock()) - LONGEST_SILENCE
        return [each for each in await self.records.going_on() if each.touched_at < oldest]

    async def point(self, conversation: Conversation) -> Order | None:
        """What a message goes on from that answers none: the newest of the thread, else what it began with."""
        latest = await self.records.latest(conversation.thread_id, conversation.opened_at)
        if latest is not None or conversation.picture is None:
            return latest
        return await self.requests.of_picture(conversation.picture, conversation.server_id)

    async def pending(self, conversation: Conversation) -> Sequence[str]:
        """The ids of its requests of which something waits or is being made, also since before a restart."""
        return await self.records.pending(conversation.thread_id, conversation.opened_at)

    async def picture_at(self, point: Order | None) -> tuple[Order, Picture] | None:
        """The picture that stands at this point: its own last one, or the one that its words were about."""
        if point is None:
            return None
        if point.pictures:
            return point, point.pictures[-1]
        parent = point.request.parent
        order = None if parent is None else await self.requests.of_picture(parent, point.requester.server_id)
        for picture in () if order is None else order.pictures:
            if order is not None and picture.number == parent:
                return order, picture
        return None

    def talk(self, conversation: Conversation, point: Order | None, *, has_picture: bool) -> Talk | None:
        """What makes the next request a turn; None where there are no conversations.

        Args:
            conversation: of the thread.
            point: what it goes on from.
            has_picture: the request's first input is the picture that stands there.
        """
        said = () if point is None else point.request.whole_story[-MOST_SAID:]
        anew = self.anew(f"{conversation.thread_id}", said)
        last = self._goes_on_from(point, anew)
        if anew is None or last is None:
            return anew
        return replace(
            anew,
            previous=last.response_id,
            kept_inputs=int(has_picture),
            context_tokens=last.context_tokens,
            context_pictures=last.context_pictures,
        )

    def anew(self, key: str, said: tuple[str, ...] = ()) -> Talk | None:
        """What makes a request a turn that goes on from nothing the provider keeps."""
        if self.main is None:
            return None
        return Talk(self.main.id, key, said=said, effort=self.main.efforts[0], is_stored=self.is_stored)

    def wording(self, task: Task, *, language: str = "", is_private: bool = False) -> Talk:
        """What makes a request one for words about a prompt; see `Talk`. Nothing of it is kept by the provider.

        Raises:
            RequestRefused: no text model is set up that could write them.
        """
        if self.main is None:
            raise RequestRefused(NO_TEXT_MODEL)
        return Talk(
            self.main.id,
            task.value,
            effort=self.main.efforts[0],
            is_stored=False,
            task=task,
            language=language,
            is_private=is_private,
        )

    def _goes_on_from(self, point: Order | None, now: Talk | None) -> TurnAnswer | None:
        """The turn that the provider keeps still; None if all has to be told anew."""
        if point is None or now is None or point.request.talk is None or not self.is_stored:
            return None
        last, before = point.jobs[-1].answer, point.request.talk
        if last is None or last.response_id is None or (before.main_model, before.key) != (now.main_model, now.key):
            return None
        is_fresh = int(self.clock()) - point.created_at < KEPT_FOR
        return last if is_fresh and last.context_tokens < MOST_CONTEXT else None
