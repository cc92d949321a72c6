"""An interaction's life on the server: its token, its first answer, its response and what came after."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from bot.sandbox.discord.wire.clock import WAIT
from bot.sandbox.discord.wire.json_values import as_objects
from bot.sandbox.discord.wire.refusals import (
    already_acknowledged,
    expired_token,
    unknown_channel,
    unknown_interaction,
    unknown_message,
    unknown_webhook,
)
from bot.sandbox.discord.world.records import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, MessageFlag, Origin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.discord.wire.clock import Clock
    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.discord.world.model import Channel, Message
    from bot.sandbox.discord.world.records import User, Version

TOKEN_SECONDS = 15 * 60.0


class InvocationKind(IntEnum):
    """What the member did."""

    COMMAND = COMMAND
    COMPONENT = COMPONENT
    AUTOCOMPLETE = AUTOCOMPLETE
    MODAL = MODAL


class Answer(IntEnum):
    """The kinds of first answer.

    Source: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback-type
    """

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(eq=False)
class Invocation:
    """What a member did, and what the bot made of it.

    Attributes:
        name: the command's full name, or the custom id of the component or dialog.
        source: the message whose component or menu was used.
        pressed: the button or menu that was used, as it was then; empty for everything else.
        opened_by: for a submitted dialog, the interaction that was answered with it.
        upload_limit: bytes per file that answers may hold.
        first_answer_seconds: how long it waits for its first answer.
        answer: the first answer; None as long as there is none.
        claimed: whether a first answer is there or under way, so that another one is refused.
        ephemeral: whether the first answer is for the member only.
        original: the same as `response`, also after it was deleted.
        followups: later messages on the token, deleted ones too.
        modal: the dialog that was opened.
        choices: what autocomplete offered.
        data: what Discord sent along: the options of a command, the values of a menu.
    """

    id: int
    token: str
    kind: InvocationKind
    name: str
    user: User
    channel: Channel
    upload_limit: int
    began_at: float
    first_answer_seconds: float
    clock: Clock
    until: Callable[[Callable[[], object], float], Awaitable[None]]
    source: Message | None = None
    opened_by: Invocation | None = None
    command_type: int | None = None
    answer: Answer | None = None
    claimed: bool = False
    ephemeral: bool = False
    original: Message | None = None
    followups: list[Message] = field(default_factory=list["Message"])
    modal: Json | None = None
    choices: list[Json] | None = None
    data: Json = field(default_factory=dict[str, Any])
    pressed: Json = field(default_factory=dict[str, Any])

    @property
    def response(self) -> Message | None:
        """The message behind ``@original``; None before it exists and after it was deleted."""
        return self.original if self.original and not self.original.deleted else None

    @property
    def shown_under(self) -> Message | None:
        """The message to which the next answer is a reply: the response for follow-ups, or what was pressed."""
        return self.original or self.source

    @property
    def origin(self) -> Origin:
        """What a message that answers it tells of it."""
        return Origin(
            id=self.id,
            kind=int(self.kind),
            user=self.user,
            guild_id=self.channel.guild.id if self.channel.guild else None,
            source_id=self.source.id if self.source else None,
            command_type=self.command_type,
            name=self.name if self.command_type is not None else "",
            opened_by=self.opened_by.origin if self.opened_by else None,
        )

    @property
    def focused_type(self) -> int | None:
        """The type of the option that is being typed, for autocomplete."""
        level = as_objects(self.data.get("options"))
        while level and not any(option.get("focused") for option in level):
            level = [inner for option in level for inner in as_objects(option.get("options"))]
        return next((option["type"] for option in level if option.get("focused")), None)

    @property
    def deferred(self) -> bool:
        """Whether the first answer only promised one."""
        return self.answer in {Answer.DEFERRED_MESSAGE, Answer.DEFERRED_UPDATE}

    @property
    def history(self) -> list[Version]:
        """Every version of the response with its time, oldest first: the previews and the result."""
        return list(self.original.history) if self.original else []

    @property
    def age(self) -> float:
        """Seconds since it began, on the server's clock."""
        return self.clock.now() - self.began_at

    async def answered(self, timeout: float = WAIT) -> Invocation:  # noqa: ASYNC109 - the caller's own words
        """Wait for the first answer.

        Raises:
            TimeoutError: none came within so many seconds.
        """
        await self.until(lambda: self.answer is not None, timeout)
        return self

    async def shown(self, timeout: float = WAIT) -> Message:  # noqa: ASYNC109 - the caller's own words
        """Wait for a response that is more than "is thinking…".

        Raises:
            TimeoutError: none came within so many seconds.
        """
        await self.until(lambda: self.response and not self.response.loading, timeout)
        if self.response is None:  # pragma: no cover - it was there when the wait ended
            raise TimeoutError("The response was deleted.")
        return self.response

    def require_unanswered(self) -> None:
        """Refuse a first answer that comes late or twice.

        Raises:
            Refusal: 404/10062 after its `first_answer_seconds`, 400/40060 when there is one already.
        """
        if self.claimed:
            raise already_acknowledged()
        if self.age > self.first_answer_seconds:
            raise unknown_interaction()

    def require_channel(self) -> None:
        """Refuse every answer once the channel is gone.

        Raises:
            Refusal: 404/10003.
        """
        if self.channel.deleted:
            raise unknown_channel()

    def require_usable(self) -> None:
        """Refuse the token before the first answer and after its 15 minutes.

        Raises:
            Refusal: 404/10015 before, 401/50027 after.
        """
        if self.age > TOKEN_SECONDS:
            raise expired_token()
        if self.answer is None:
            raise unknown_webhook()

    def own(self, message_id: int | None) -> Message:
        """A message that this token may read and change; None means ``@original``.

        Raises:
            Refusal: 404/10008.
        """
        for message in (self.original, *self.followups):
            if message and not message.deleted and message_id in {None, message.id}:
                if message_id is None and message is not self.original:
                    break
                return message
        raise unknown_message()

    def waits_for_words(self) -> bool:
        """Whether a follow-up would fill the deferred response instead of being a message of its own."""
        return bool(self.response and MessageFlag.LOADING in self.response.flags)
