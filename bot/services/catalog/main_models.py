"""The text models that lead conversations, and what their tokens cost: data, like the image models. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - pydantic reads the annotations
from math import ceil
from typing import TYPE_CHECKING, ClassVar

from pydantic import ConfigDict, PositiveInt

from bot.errors import UnknownModelError
from bot.language import phrase
from bot.services.catalog.file import CatalogError

if TYPE_CHECKING:
    from collections.abc import Sequence

# A picture is seen in patches of 32 pixels, and a fifth more tokens: measured, not published, for GPT-5.6 and GPT-6.
# https://developers.openai.com/api/docs/guides/images-vision has the patches; detail `high` bounds what is sent.
_PATCH, _PERCENT = 32, 120
MOST_SEEN = 2_940  # tokens of a picture that is sent at detail `high`


@dataclass(frozen=True, slots=True)
class MainPrices:
    """Nano-dollars per token of a main model.

    Attributes:
        input: of what it reads.
        cached_input: of what its cache gives of that.
        cache_write: of what its cache takes in of that.
        output: of what it writes, thoughts included.
    """

    input: PositiveInt
    cached_input: PositiveInt
    cache_write: PositiveInt
    output: PositiveInt

    @property
    def dearest_input(self) -> int:
        """The most that a token costs that is read, whatever its cache does with it."""
        return max(self.input, self.cached_input, self.cache_write)


@dataclass(frozen=True, slots=True)
class MainModel:
    """A text model that leads conversations, and has pictures made in them.

    Attributes:
        id: the name that the API knows.
        title: what people call it.
        efforts: of its thoughts, from the least to the most; the first is the default.
        window: input tokens that it may read in one pass, at the prices here.
        prices: None is not known, and such a model is refused.
        shutdown: the first day on which the provider does not serve it any more, or None.
        successor: the main model to use instead.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    title: str
    efforts: tuple[str, ...]
    window: PositiveInt
    prices: MainPrices | None = None
    shutdown: date | None = None
    successor: str | None = None

    def is_retired(self, today: date) -> bool:
        """The provider does not serve it any more; other endpoints may."""
        return self.shutdown is not None and today >= self.shutdown

    def priced(self) -> MainPrices:
        """The prices, in nano-dollars per token.

        Raises:
            UnknownModelError: the catalog does not hold them.
        """
        if self.prices is None:
            raise UnknownModelError(
                phrase("The price of {model} is not known. Choose another model for conversations.", model=self.title)
            )
        return self.prices


def check_main_models(models: Sequence[MainModel]) -> None:
    """See that the entries fit each other.

    Raises:
        CatalogError: they do not.
    """
    ids = {model.id for model in models}
    if len(ids) != len(models):
        raise CatalogError("models.toml names a main model twice")
    for model in models:
        if not model.efforts:
            raise CatalogError(f"models.toml, {model.id}: it has no effort")
        if model.shutdown is not None and model.successor not in ids:
            raise CatalogError(f"models.toml, {model.id}: its successor {model.successor!r} is no main model")


def seen_tokens(width: int, height: int) -> int:
    """The most that a main model reads of a picture (pixels) at its full size, as one is that it had made."""
    patches = ceil(width / _PATCH) * ceil(height / _PATCH)
    return -(-patches * _PERCENT // 100)
