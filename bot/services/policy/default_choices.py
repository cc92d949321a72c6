"""What a member, or a server for its members, has chosen for whenever nothing else is said. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, Self

from bot.language import phrase

if TYPE_CHECKING:
    from collections.abc import Callable

Choice = str | int | bool


class Aspect(StrEnum):
    """What has a default; the values name the fields of `DefaultChoices` and are kept in buttons: never change them."""

    MODEL = "model"
    SIZE = "size"
    QUALITY = "quality"
    COUNT = "count"
    FORMAT = "output_format"
    PRIVATE = "private"
    PREVIEWS = "previews"


class Whose(StrEnum):
    """By whom a default is set, as people are told: behind "is", or before "default"."""

    OWN = "yours"
    SERVER = "this server's"
    BOT = "the bot's"

    def named(self, aspect: Aspect, choice: str) -> str:
        """To begin a sentence about a default with."""
        return phrase("{default} ({choice})", default=_NAMED[aspect][list(Whose).index(self)], choice=choice)


_NAMED = {  # those of a member, of a server, of the bot
    Aspect.MODEL: (phrase("Your default model"), phrase("This server's default model"), phrase("My default model")),
    Aspect.SIZE: (phrase("Your default size"), phrase("This server's default size"), phrase("My default size")),
    Aspect.QUALITY: (
        phrase("Your default quality"),
        phrase("This server's default quality"),
        phrase("My default quality"),
    ),
    Aspect.COUNT: (
        phrase("Your default number of pictures"),
        phrase("This server's default number of pictures"),
        phrase("My default number of pictures"),
    ),
    Aspect.FORMAT: (phrase("Your default format"), phrase("This server's default format"), phrase("My default format")),
}


@dataclass(frozen=True, slots=True)
class DefaultChoices:
    """The choices; None is none.

    Attributes:
        model: the id of a model, or of a snapshot of one; it may have been retired since.
        size: ``WIDTHxHEIGHT`` in pixels, of a model that may be another by now.
        quality: a quality that some model has.
        count: pictures, 1 to 4.
        output_format: a format that some model makes.
        private: whether only who asks sees the result.
        previews: at most so many for each picture, 0 to 3.
    """

    model: str | None = None
    size: str | None = None
    quality: str | None = None
    count: int | None = None
    output_format: str | None = None
    private: bool | None = None
    previews: int | None = None

    def of(self, aspect: Aspect) -> Choice | None:
        """One of the choices."""
        choice: Choice | None = getattr(self, aspect.value)
        return choice

    def having(self, aspect: Aspect, choice: Choice | None) -> Self:
        """The same with another choice, or none."""
        changed: dict[str, Any] = {aspect.value: choice}
        return replace(self, **changed)


NO_CHOICES = DefaultChoices()


@dataclass(frozen=True, slots=True)
class LayeredDefaults:
    """A member's own choices above their server's."""

    own: DefaultChoices = field(default_factory=DefaultChoices)
    server: DefaultChoices = field(default_factory=DefaultChoices)

    def of(self, aspect: Aspect) -> tuple[Choice | None, Whose]:
        """What is chosen, and by whom; None, the bot's, where nothing is."""
        own, server = self.own.of(aspect), self.server.of(aspect)
        if own is not None:
            return own, Whose.OWN
        return server, Whose.BOT if server is None else Whose.SERVER


class MemberDefaults(Protocol):
    """Keeps what members have chosen, on each server for itself."""

    def of(self, server_id: int, user_id: int) -> DefaultChoices:
        """What is chosen; from memory, so that it is known before anything else is asked."""
        ...

    async def change(
        self, server_id: int, user_id: int, alter: Callable[[DefaultChoices], DefaultChoices]
    ) -> DefaultChoices:
        """Let `alter` see what is chosen and say what shall be; what is chosen then."""
        ...
