"""The provider of conversations as the services see it: one turn by one call, in pictures, in words, or in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from bot.services.catalog import MainTokens, ToolTokens
    from bot.services.jobs.provider import InputImage, PartialImage
    from bot.services.requests import ImageRequest


@dataclass(frozen=True, slots=True)
class Begun:
    """The provider has taken the turn, and calls what comes of it so: by this it can be asked what became of it."""

    response_id: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that was made in a turn.

    Attributes:
        content: the bytes of the file as the provider made it, unchanged.
        revised_prompt: what the main model told the image model; empty if that is not known.
        action: ``generate`` or ``edit``; empty if that is not known.
    """

    content: bytes
    revised_prompt: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """How a turn was answered.

    Attributes:
        response_id: what a next turn goes on from; None if the provider gave none.
        words: of the main model, as it wrote them; may be empty.
        pictures: in the order in which they were made; empty where it answered in words alone.
        main: tokens of the main model, or None if they were not reported.
        tool: tokens of the image model, or None if they were not reported.
        refusal: why the safety check allowed no picture, as a sentence; None if it did not say no.
        named: to what the safety check said no, for who asked alone; empty if it did not say.
        is_cut: the answer ended at its bound, in the middle of its words or before its picture.
        is_declined: its words say that the main model would rather not.
        request_id: the provider's id of the request, if it gave one.
    """

    response_id: str | None
    words: str
    pictures: tuple[Drawn, ...]
    main: MainTokens | None
    tool: ToolTokens | None
    refusal: str | None = None
    is_cut: bool = False
    is_declined: bool = False
    named: tuple[str, ...] = ()
    request_id: str | None = None


class ConversationProvider(Protocol):
    """Answers turns: requests with a `talk`."""

    def answer(
        self, request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[Begun | PartialImage | Reply]:
        """Ask for one turn and yield what comes.

        The last item is the `Reply`. Where what it goes on from is not kept any more, all is told anew. Where the
        connection is lost on the way, the provider is asked what became of it, as long as it keeps that; nothing is
        paid for twice.

        Raises:
            NoConversationsError: this endpoint, or this main model, makes no pictures in conversations.
            ImageFailure: the rest of the family in `bot.errors`.
        """
        ...

    async def recover(self, response_id: str) -> Reply:
        """What became of a turn that was asked for before a restart, waiting until it is done. Free.

        Raises:
            ImageFailure: it failed; or nobody knows.
        """
        ...
