"""What a picture may cost before it is made, and what it did cost after; exact integers, no input or output."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isqrt
from typing import TYPE_CHECKING

from bot.language import dollars
from bot.services.catalog import GIF, MOST_FRAMES, PARTIAL_IMAGE_TOKENS, SVG, Usage, input_tokens
from bot.services.requests.turn_pricing import main_bound, tool_inputs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.services.catalog import AuthorTokens, Catalog, Model, Prices
    from bot.services.requests.request import ImageRequest

NANO_PER_USD = 1_000_000_000
MOST_HOLDS = 100
LONGEST_TOKEN = 64  # bytes of a prompt that are one token at least
PROMPT_OVERHEAD = 6  # text tokens beyond the prompt's own; measured, https://community.openai.com/t/1382940
_DIME, _TENTH_OF_CENT = NANO_PER_USD // 10, NANO_PER_USD // 1000


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
        + usage.author_nano
    )


def billed(catalog: Catalog, request: ImageRequest, usage: Usage | None, author: AuthorTokens | None) -> Usage | None:
    """What a finished picture of this request is billed for, by what was reported of it: None unless all of it was.

    The text of an svg has prices of its own.

    Raises:
        UnknownModelError: the author of an svg has no price.
    """
    if usage is None or request.output_format != SVG:
        return usage
    if author is None:
        return None
    prices = catalog.model(request.model).early.author_of(request.svg_author)
    return replace(usage, author_nano=prices.cost(author.input, author.output))


def is_plausible(model: Model, request: ImageRequest, usage: Usage, *, cost_nano: int, hold_nano: int) -> bool:
    """Whether one picture of this request can have taken these tokens, which cost so much, in nano-dollars.

    What goes through a proxy may be reported as zeros, or as anything. The formulas of the catalog meet what was
    measured within a few per cent, where they are exact; where samples decide, they are never more than four times the
    grid's. So less than half of what the size and quality take, or the pictures that were sent, cannot be; and more
    than `MOST_HOLDS` holds is a fault of the report, while anything between is booked as it is.
    """
    if cost_nano > MOST_HOLDS * max(hold_nano, 1):
        return False
    output = model.output.least(request.width, request.height, request.quality)
    sent = (
        0
        if model.input_rule == "full"
        else sum(input_tokens(model.input_rule, picture.width, picture.height) for picture in request.references)
    )
    text = len(request.sent_prompt.encode("utf-8", "surrogatepass")) // LONGEST_TOKEN
    return 2 * usage.image_output >= output and 2 * usage.image_input >= sent and usage.text_input >= text


def estimate(model: Model, request: ImageRequest) -> Estimate:
    """The most that one picture of this request may cost; hold so much for each of its `count` pictures.

    A token is at least one byte of UTF-8, so that the prompt's bytes bound its text tokens. How a mask or markup
    counts is not published: each is held as one more input picture of its size. For a gif see `_frames_tokens`; for
    an svg the bound of its author's text comes on top, and for a turn of a conversation that of its main model, which
    is all that words without a picture cost.

    Raises:
        UnknownModelError: the model, the author of an svg, or the main model has no price.
        UnsupportedOptionError: the model does not make this size or quality.
    """
    inputs, is_faithful = request.files, request.input_fidelity == "high"
    talk = request.talk
    if talk is not None and request.is_wording:
        bound = main_bound(model, request, talk)
        return Estimate(Usage(0, 0, 0, author_nano=bound), bound)
    more_text, more_image = (0, 0) if talk is None else tool_inputs(model, talk)
    usage = Usage(
        text_input=len(request.sent_prompt.encode("utf-8", "surrogatepass"))
        + PROMPT_OVERHEAD
        + model.text_tokens_per_input * len(inputs)
        + more_text,
        image_input=sum(
            input_tokens(model.input_rule, picture.width, picture.height, high_fidelity=is_faithful)
            for picture in inputs
        )
        + more_image,
        image_output=_frames_tokens(model, request)
        if request.output_format == GIF
        else _output_tokens(model, request.size, request.quality, request.partial_images),
        text_output=model.text_output_bound,
        author_nano=(_author_bound(model, request) if request.output_format == SVG else 0)
        + (0 if talk is None else main_bound(model, request, talk)),
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


def estimate_choice(model: Model, request: ImageRequest) -> int:
    """What one picture of this request may cost, in nano-dollars, but for its words and what the model thinks in them.

    For who still chooses: the words come last. Raises as `estimate` does.
    """
    text_input = model.text_tokens_per_input * len(request.files)
    usage = replace(estimate(model, request).usage, text_input=text_input, text_output=0)
    return cost(model.priced(), usage)


def _output_tokens(model: Model, size: str, quality: str, partial_images: int) -> int:
    width, height = model.dimensions(size)
    picture = model.output.tokens(width, height, model.check_quality(quality))
    return picture + PARTIAL_IMAGE_TOKENS * partial_images


def _frames_tokens(model: Model, request: ImageRequest) -> int:
    """The most that a gif may take: as many square pictures of its area as it has frames.

    How a gif counts is not published. All frames are drawn on one sheet (a sheet of six at 1024x1024 was refused for
    its edge of 4096 pixels: https://dev.to/super_lewis), so that our judgement is the grid formula for that sheet. Its
    tokens grow with the area and are the most for a square; and the part that does not grow counts once for a sheet,
    but here for each frame.
    """
    edge = isqrt(request.width * request.height - 1) + 1
    return (request.frames or MOST_FRAMES) * model.output.tokens(edge, edge, model.check_quality(request.quality))


def _author_bound(model: Model, request: ImageRequest) -> int:
    """The most that the text of an svg may cost, in nano-dollars; the prompt's bytes bound its tokens."""
    author = model.early.author_of(request.svg_author)
    return author.bound(len(request.sent_prompt.encode("utf-8", "surrogatepass")))


def format_usd(nano: int, beside: Iterable[int] = ()) -> str:
    """Nano-dollars as people read them: ``$12.40``, ``$0.013``, ``$0.020``, rounded half up.

    Two digits from ten cents on, three below; three too where such a small amount stands `beside` it, so that they can
    be compared. What is not zero never reads as zero: below a tenth of a cent it is ``<$0.001``.
    """
    if nano < 0:
        return "-" + format_usd(-nano, beside) if -nano >= _TENTH_OF_CENT else dollars(">-$0.001")
    if 0 < nano < _TENTH_OF_CENT:
        return dollars("<$0.001")
    decimals = _decimals((nano, *beside))
    unit = NANO_PER_USD // 10**decimals
    return _dollars((nano + unit // 2) // unit, decimals)


def format_price(nano: int, beside: Iterable[int] | None = None) -> str:
    """What something costs at most, in nano-dollars: ``$0.013``, ``$0.211``, rounded up, for it never costs more.

    With three digits, for nearly everywhere other prices stand near it; with as many as what stands `beside` it in a
    sentence, where that is given.
    """
    decimals = 3 if beside is None else _decimals((nano, *beside))
    return _dollars(-(-nano // (NANO_PER_USD // 10**decimals)), decimals)


def _decimals(nanos: Iterable[int]) -> int:
    """Three where two would say too little of one of them."""
    return 3 if any(0 < abs(nano) < _DIME - _TENTH_OF_CENT // 2 for nano in nanos) else 2


def _dollars(units: int, decimals: int) -> str:
    """So many of the last decimal's units."""
    whole, part = divmod(units, 10**decimals)
    return dollars(f"${whole:,}.{part:0{decimals}d}")
