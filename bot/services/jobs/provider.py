"""The provider as the services see it: by one call one picture, or one turn of a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from bot.language import phrase

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from bot.services.catalog import AuthorTokens, MainTokens, ToolTokens, Usage
    from bot.services.requests import ImageRequest

# File extensions by media type: all that a picture can be here.
FILE_ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/svg+xml": "svg",
}


@dataclass(frozen=True, slots=True)
class InputImage:
    """An input picture as it is sent.

    Attributes:
        name: a file name that we made, with the right extension.
        media_type: ``image/png``, ``image/jpeg`` or ``image/webp``.
        content: the bytes of the file.
        role: an input picture; or the mask of the first, or what was drawn upon it.
    """

    name: str
    media_type: str
    content: bytes
    role: Literal["image", "mask", "markup"] = "image"


@dataclass(frozen=True, slots=True)
class PartialImage:
    """A whole, less detailed picture on the way to the result. Never the result.

    Attributes:
        index: 0-based.
        content: the bytes of an image file.
    """

    index: int
    content: bytes


@dataclass(frozen=True, slots=True)
class FinishedImage:
    """The completed picture.

    Attributes:
        content: the bytes of the file as the provider made it, unchanged.
        usage: the tokens that the provider reported, or None if it did not.
        request_id: the provider's id of the request, if it gave one.
        author: the tokens of an svg's author, which are billed on top; None if the provider reported none.
    """

    content: bytes
    usage: Usage | None
    request_id: str | None
    author: AuthorTokens | None = None


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """What a finished file turned out to be. Sizes in pixels."""

    media_type: str
    width: int
    height: int


SAVE_ANEW = phrase("Save it anew as PNG or JPEG and attach it again.")


class UnreadablePictureError(Exception):
    """These bytes are no picture that can be used.

    Attributes:
        what: the fault, as the end of a sentence that begins with the file's name ("is cut off").
        advice: a sentence that says what to do.
    """

    def __init__(self, what: str, advice: str = SAVE_ANEW) -> None:
        super().__init__(f"The picture {what}. {advice}")
        self.what = what
        self.advice = advice


class PictureCheck(Protocol):
    """Reads type and size of a finished file."""

    async def __call__(self, content: bytes) -> CheckedPicture:
        """What the file is: a whole picture, though perhaps not in the format that was asked for.

        Raises:
            UnreadablePictureError: if it is no complete picture.
        """
        ...


class Retouch(Protocol):
    """Lays what a result shows where a mask marks it into the picture that was changed."""

    async def __call__(self, base: bytes, mask: bytes, result: bytes, quality: int | None) -> bytes:
        """The composed picture's file, of the base's size and, where that can be, the result's format.

        `quality`, 0 to 100, is that of a compressed format, if one was asked for.

        Raises:
            Exception: it cannot be done, for one of the files is no picture, say; the result is then kept as it came.
        """
        ...


class ImageProvider(Protocol):
    """Makes pictures."""

    def make(
        self, request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[PartialImage | FinishedImage]:
        """Ask for one picture (`request.count` is the caller's business) and yield what comes.

        The last item is the `FinishedImage`; a stream that ends without one raises.

        Raises:
            ImageFailure: the family in `bot.errors`; its `charged` says what the ledger must do.
        """
        ...


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
