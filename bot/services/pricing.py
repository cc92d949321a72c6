"""What a picture may cost before it is made, and what it did cost after; exact integers, no input or output."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from bot.services.tokens import PARTIAL_IMAGE_TOKENS, Prices, input_tokens, partials_for

if TYPE_CHECKING:
    from bot.services.catalog import Model
    from bot.services.requests import ImageRequest

__all__ = [
    "NANO_PER_USD",
    "Estimate",
    "Prices",  # lives below the catalog, which needs it too
    "Usage",
    "cost",
    "estimate",
    "estimate_output",
    "format_usd",
    "partials_for",  # lives below the requests, which need it too
]

NANO_PER_USD = 1_000_000_000
PROMPT_OVERHEAD = 6  # text tokens beyond the prompt's own; measured, https://community.openai.com/t/1382940
_SMALLEST_SHOWN = 100_000  # nano-dollars: $0.0001
_DIME, _CENT, _TENTH_OF_CENT = NANO_PER_USD // 10, NANO_PER_USD // 100, NANO_PER_USD // 1000


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens. A negative number would pay money back, so that it raises ValueError."""

    text_input: int
    image_input: int
    image_output: int
    text_output: int = 0

    def __post_init__(self) -> None:
        for part in fields(self):
            if getattr(self, part.name) < 0:
                raise ValueError(f"{part.name} tokens are negative")


@dataclass(frozen=True, slots=True)
class Estimate:
    """An upper bound for one picture: in tokens, and in nano-dollars."""

    usage: Usage
    nano: int


def cost(prices: Prices, usage: Usage) -> int:
    """What these tokens cost, in nano-dollars. Exact: nothing is rounded."""
    return (
        prices.text_input * usage.text_input
        + prices.image_input * usage.image_input
        + prices.image_output * usage.image_output
        + prices.text_output * usage.text_output
    )


def estimate(model: Model, request: ImageRequest) -> Estimate:
    """The most that one picture of this request may cost; hold so much for each of its `count` pictures.

    A token is at least one byte of UTF-8, so that the prompt's bytes bound its text tokens. How a mask or a drawing
    counts is not published: each is held as one more input picture of its size.

    Raises:
        UnknownModelError: the model has no price.
        UnsupportedOptionError: the model does not make this size or quality.
    """
    inputs = request.files
    usage = Usage(
        text_input=len(request.sent_prompt.encode("utf-8", "surrogatepass"))
        + PROMPT_OVERHEAD
        + model.text_tokens_per_input * len(inputs),
        image_input=sum(input_tokens(model.input_rule, picture.width, picture.height) for picture in inputs),
        image_output=_output_tokens(model, request.size, request.quality, request.partial_images),
        text_output=model.text_output_bound,
    )
    return Estimate(usage, cost(model.priced(), usage))


def estimate_output(model: Model, size: str, quality: str, partial_images: int = 0) -> int:
    """What one picture of this size and quality costs with its previews, in nano-dollars: the price of a choice.

    The prompt and input pictures come on top, and on old models the text that they think in.

    Raises:
        UnknownModelError: the model has no price.
        UnsupportedOptionError: the model does not make this size or quality.
    """
    return model.priced().image_output * _output_tokens(model, size, quality, partial_images)


def _output_tokens(model: Model, size: str, quality: str, partial_images: int) -> int:
    width, height = model.dimensions(size)
    picture = model.output.tokens(width, height, model.check_quality(quality))
    return picture + PARTIAL_IMAGE_TOKENS * partial_images


def format_usd(nano: int) -> str:
    """Nano-dollars as people read them: ``$12.40``, ``$0.013``, ``$0.0059``.

    Cents from ten cents on, two significant digits below, rounded half up. What is not zero never reads as zero:
    below a hundredth of a cent it is ``<$0.0001``.
    """
    if nano < 0:
        return f"-{format_usd(-nano)}" if -nano >= _SMALLEST_SHOWN else ">-$0.0001"
    if 0 < nano < _SMALLEST_SHOWN:
        return "<$0.0001"
    decimals = _decimals(nano)
    unit = 10 ** (9 - decimals)
    whole, part = divmod((nano + unit // 2) // unit, 10**decimals)
    digits = f"{part:0{decimals}d}"
    return f"${whole:,}.{digits[:2]}{digits[2:].rstrip('0')}"


def _decimals(nano: int) -> int:
    if nano == 0 or nano >= _DIME:
        return 2
    if nano >= _CENT:
        return 3
    return 4 if nano >= _TENTH_OF_CENT else 5
