"""Formats that the provider gives to few projects, and only some models make: GIF and SVG. Pure."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import ConfigDict, PositiveInt

from bot.errors import UnknownModelError
from bot.language import phrase
from bot.services.text import listed, quoted

GIF, SVG = "gif", "svg"
FEWEST_FRAMES, MOST_FRAMES = 2, 16  # of a gif; openai 3.52, image_generate_params.py
USUAL_FRAMES = 9  # the provider's own
USUAL_FRAME_MS = 200  # the same, in milliseconds
# All frames are drawn on one sheet of at most 3840 pixels, on which six of 1024x1024 did not fit: the smallest square.
USUAL_GIF_SIZE = "816x816"


@dataclass(frozen=True, slots=True)
class AuthorPrices:
    """Nano-dollars per token of a text model."""

    input: PositiveInt
    output: PositiveInt


@dataclass(frozen=True, slots=True)
class SvgAuthor:
    """A text model that writes svg drawings after a picture that the image model makes.

    Attributes:
        id: the name that the API knows.
        prices: what its tokens cost; None is not known, and such an author is refused.
        input_bound: tokens that it may read for one drawing beside the prompt; generous.
        output_bound: tokens that it may write for one, its thoughts with them; generous.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    input_bound: PositiveInt
    output_bound: PositiveInt
    prices: AuthorPrices | None = None

    def cost(self, input_tokens: int, output_tokens: int) -> int:
        """What these tokens cost, in nano-dollars. Exact.

        Raises:
            UnknownModelError: the price is not known.
        """
        if self.prices is None:
            raise UnknownModelError(
                phrase("The price of {author} is not known. Choose another author for SVG drawings.", author=self.id)
            )
        return self.prices.input * input_tokens + self.prices.output * output_tokens

    def bound(self, prompt_tokens: int) -> int:
        """The most that one drawing's text may cost, in nano-dollars. Raises as `cost` does."""
        return self.cost(self.input_bound + prompt_tokens, self.output_bound)


@dataclass(frozen=True, slots=True)
class EarlyFormats:
    """What is in preview, alike for all models of a catalog.

    Attributes:
        makers: by format, the titles of the models that make it.
        opened: the formats that whoever runs the bot has switched on.
        authors: by id, the text models that may write an svg.
        author: the id of the one that does; None while svg is off.
    """

    makers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]], hash=False)
    opened: tuple[str, ...] = ()
    authors: Mapping[str, SvgAuthor] = field(default_factory=dict[str, SvgAuthor], hash=False)
    author: str | None = None

    def author_of(self, author_id: str | None) -> SvgAuthor:
        """The text model of this id, with its price.

        Raises:
            UnknownModelError: it is not in the catalog, or without a price.
        """
        author = self.authors.get(author_id or "")
        if author is None or author.prices is None:
            known = tuple(each.id for each in self.authors.values() if each.prices is not None)
            raise UnknownModelError(
                phrase(
                    "{author} is not an author of SVG drawings whose price I know. I know: {known}.",
                    author=quoted(author_id or ""),
                    known=", ".join(known) or "—",
                )
            )
        return author

    def refusal(self, output_format: str, title: str, formats: tuple[str, ...]) -> str:
        """Why the model of this title does not make this format: a sentence, and what to do."""
        name = output_format.upper()
        if output_format not in self.opened:
            return phrase(
                "{format} is in preview at the image API and not switched on here. Ask whoever runs me.", format=name
            )
        makers = listed(self.makers[output_format])
        return phrase(
            "{model} makes no {format}. Choose {makers} for it, or the format {formats}.",
            model=title,
            format=name,
            makers=makers,
            formats=listed(formats),
        )
