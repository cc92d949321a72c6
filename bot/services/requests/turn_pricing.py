"""What a main model's answer may cost before it has come, and what it did cost after; exact integers.

Two models are paid for. The main model reads all of the context before the tool is called and again after it
(https://community.openai.com/t/1277438), where it sees the picture that was made; what it writes is bounded by the
call. The image model may be sent every picture of the context. What a cache gives or takes in has prices of its own.
Where only words are asked for, the main model reads once, and nobody draws.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.services.catalog import DEAREST_SHAPES, MOST_SEEN, MainTokens, Usage, input_tokens, seen_tokens
from bot.services.requests.main_model_request import Task, sent_words

if TYPE_CHECKING:
    from bot.services.catalog import MainModel, Model, ToolTokens
    from bot.services.requests.main_model_request import Talk
    from bot.services.requests.request import ImageRequest, StoredImage

MOST_CALLS = 1  # of the tool in one turn; the call says so
AROUND = 1_000  # tokens that describe the tool and mark whose words are whose; 255 are measured, so this is generous
MOST_TOOL_INPUTS = 16  # pictures that the image model is sent


def context_bound(request: ImageRequest, talk: Talk) -> int:
    """The most tokens that the main model reads in its first pass."""
    words = len(talk.instructions.encode()) + _bytes(sent_words(talk, request.prompt))
    return talk.context_tokens + AROUND + words + MOST_SEEN * len(_sent_pictures(request))


def _sent_pictures(request: ImageRequest) -> tuple[StoredImage, ...]:
    """The files that a main model is sent; a prompt is written anew without those that its picture starts from."""
    is_words_alone = request.talk is not None and request.talk.task is Task.ENHANCE
    return () if is_words_alone else request.files


def after_bound(request: ImageRequest, talk: Talk) -> int:
    """The most tokens of context that the next turn goes on from."""
    seen = max(seen_tokens(request.width, request.height), MOST_SEEN)
    return context_bound(request, talk) + MOST_CALLS * seen + talk.most_written


def main_bound(model: Model, request: ImageRequest, talk: Talk) -> int:
    """The most that the main model may cost, in nano-dollars.

    Raises:
        UnknownModelError: it has no price.
    """
    prices = model.main_model(talk.main_model).priced()
    read = context_bound(request, talk)
    if not request.is_wording:
        read += MOST_CALLS * after_bound(request, talk)
    return read * prices.dearest_input + talk.most_written * prices.output


def tool_inputs(model: Model, talk: Talk) -> tuple[int, int]:
    """The most tokens, of text and of pictures, that the image model reads beside what comes with the request."""
    pictures = min(talk.context_pictures, MOST_TOOL_INPUTS)
    text = talk.most_written + model.text_tokens_per_input * pictures
    shape = DEAREST_SHAPES[model.input_rule]
    return text, pictures * input_tokens(model.input_rule, *shape, high_fidelity=bool(model.input_fidelity))


def main_cost(main: MainModel, tokens: MainTokens) -> int:
    """What these tokens cost, in nano-dollars. Exact.

    Raises:
        UnknownModelError: the price is not known.
    """
    prices = main.priced()
    plain = tokens.input - tokens.cached - tokens.cache_write
    return (
        plain * prices.input
        + tokens.cached * prices.cached_input
        + tokens.cache_write * prices.cache_write
        + tokens.output * prices.output
    )


def turn_usage(
    model: Model,
    request: ImageRequest,
    main: MainTokens | None,
    tool: ToolTokens | None,
    pictures: int,
) -> Usage | None:
    """What a turn that made so many pictures is billed for, by what was reported; None unless all can be right.

    What has prices of its own, the main model and what the image model's cache gave, is in `author_nano`.

    Raises:
        UnknownModelError: the main model has no price.
    """
    talk = request.talk
    if talk is None or main is None or not (main.input and main.output):
        return None
    if tool is None:
        tool_usage, beside = Usage(0, 0, 0), 0
    else:
        cached, full = model.cached_prices, model.priced()
        text_price = full.text_input if cached is None else cached.text_input
        image_price = full.image_input if cached is None else cached.image_input
        beside = tool.cached_text * text_price + tool.cached_image * image_price
        tool_usage = Usage(
            tool.usage.text_input - tool.cached_text,
            tool.usage.image_input - tool.cached_image,
            tool.usage.image_output,
            tool.usage.text_output,
        )
    least = pictures * model.output.least(request.width, request.height, request.quality)
    if 2 * tool_usage.image_output < least:
        return None
    spoken = main_cost(model.main_model(talk.main_model), main)
    return replace(tool_usage, author_nano=spoken + beside)


def _bytes(text: str) -> int:
    """A token is at least one byte of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))
