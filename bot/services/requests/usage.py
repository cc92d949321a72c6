"""Tokens as providers report them: of an image model, and of the text models beside it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, and what is not counted in the image model's. A negative number raises ValueError: it would pay back.

    Attributes:
        author_nano: what has prices of its own, in nano-dollars: the text model that wrote an svg, or that leads a
            conversation, and there also what the cache gave.
    """

    text_input: int
    image_input: int
    image_output: int
    text_output: int = 0
    author_nano: int = 0

    def __post_init__(self) -> None:
        for part in fields(self):
            if getattr(self, part.name) < 0:
                raise ValueError(f"{part.name} is negative")


@dataclass(frozen=True, slots=True)
class AuthorTokens:
    """What the text model that wrote an svg has read and written, thoughts included. Raises ValueError below zero."""

    input: int
    output: int

    def __post_init__(self) -> None:
        if self.input < 0 or self.output < 0:
            raise ValueError("the tokens of an author are negative")


@dataclass(frozen=True, slots=True)
class MainTokens:
    """Tokens of a conversation's main model in one turn.

    A negative number raises ValueError, and so do more tokens of the cache than were read.

    Attributes:
        input: all that it has read, in all passes.
        cached: of those, what the cache gave.
        cache_write: of those, what the cache took in.
        output: all that it has written, thoughts included.
    """

    input: int
    output: int
    cached: int = 0
    cache_write: int = 0

    def __post_init__(self) -> None:
        if min(getattr(self, part.name) for part in fields(self)) < 0:
            raise ValueError("the tokens of a main model are negative")
        if self.cached + self.cache_write > self.input:
            raise ValueError("the cache has more tokens than were read")


@dataclass(frozen=True, slots=True)
class ToolTokens:
    """Tokens of the image model in one turn.

    More of the cache than were read raise ValueError.

    Attributes:
        usage: all of them.
        cached_text: text that was read, and came from the cache.
        cached_image: the same of pictures.
    """

    usage: Usage
    cached_text: int = 0
    cached_image: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.cached_text <= self.usage.text_input or not 0 <= self.cached_image <= self.usage.image_input:
            raise ValueError("the cache has more tokens than were read")
