"""Tokens: what one costs, how many a picture takes, going out and coming in, and how many are reported. Pure, exact."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations
from dataclasses import dataclass, field, fields
from math import isqrt
from typing import Literal, assert_never

PARTIAL_IMAGE_TOKENS = 100  # each preview, as output; OpenAI's image-generation guide
MOST_PATCHES = 1536  # per input picture, gpt-image-2 and later
_PATCH = 16  # pixels; a picture is halved at most, so that this is 32 pixels of the original
_CANVAS = 512  # pixels of the long edge to which a picture is scaled down, though never below one half
_RATIO = 3  # a narrower picture is padded to it
_TILE, _TILE_TOKENS, _TILE_BASE, _TILED_EDGE = 512, 129, 65, 2048
_FIDELITY_SQUARE, _FIDELITY = 4160, 6240  # tokens of a picture that is square, and of any other

MOST_PARTIAL_IMAGES = 3  # https://platform.openai.com/docs/api-reference/images/create
_PARTIAL_IMAGES = {"low": 1, "medium": 2}  # one preview already costs half as much as a whole low picture

InputRule = Literal["patches", "tiles", "full"]
# Width and height in pixels of a picture than which none takes more: for those whose shape is not known.
DEAREST_SHAPES: Mapping[InputRule, tuple[int, int]] = {"patches": (1536, 1024), "tiles": (2048, 512), "full": (1, 1)}


@dataclass(frozen=True, slots=True)
class Prices:
    """Nano-dollars per token; zero where the model does not bill such tokens."""

    text_input: int
    image_input: int
    image_output: int
    text_output: int


@dataclass(frozen=True, slots=True)
class CachedPrices:
    """Nano-dollars per input token that the provider's cache gives."""

    text_input: int
    image_input: int


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


@dataclass(frozen=True, slots=True)
class GridTokens:
    """Output tokens by a grid of patches: gpt-image-2 and later.

    The formula is that of the calculator in OpenAI's documentation, read out at
    https://community.openai.com/t/1382699; it gives every price that OpenAI prints.

    Attributes:
        grid: patches along the long edge, by quality.
        percent: what to multiply the result with, by quality, where no formula but samples are known; else 100.
        margin_percent: added on top, since samples are not a bound.
    """

    grid: Mapping[str, int] = field(hash=False)
    percent: Mapping[str, int] = field(default_factory=dict[str, int], hash=False)
    margin_percent: int = 0

    def tokens(self, width: int, height: int, quality: str) -> int:
        """The tokens of one picture (pixels). Raises KeyError for a quality that is not in the grid."""
        patches = self.grid[quality]
        long, short = max(width, height), min(width, height)
        short_patches = (2 * patches * short + long) // (2 * long)  # rounded half up
        exact = -(-patches * short_patches * (2_000_000 + width * height) // 4_000_000)
        factor = self.percent.get(quality, 100) * (100 + self.margin_percent)
        return -(-exact * factor // 10_000)

    def least(self, width: int, height: int, quality: str) -> int:
        """The tokens without what is added for want of a formula. Raises as `tokens` does."""
        return GridTokens(self.grid).tokens(width, height, quality)


@dataclass(frozen=True, slots=True)
class TableTokens:
    """Output tokens by quality and size, as OpenAI prints them for gpt-image-1.x.

    Attributes:
        table: tokens by quality, then by ``WIDTHxHEIGHT``.
        allowance: tokens on top, where the printed prices are above those of the printed tokens.
    """

    table: Mapping[str, Mapping[str, int]] = field(hash=False)
    allowance: int = 0

    def tokens(self, width: int, height: int, quality: str) -> int:
        """The tokens of one picture (pixels). Raises KeyError for what is not in the table."""
        return self.table[quality][f"{width}x{height}"] + self.allowance

    def least(self, width: int, height: int, quality: str) -> int:
        """The tokens without the allowance. Raises as `tokens` does."""
        return self.table[quality][f"{width}x{height}"]


def partials_for(quality: str, most: int) -> int:
    """How many previews a picture of this quality is worth, never more than `most`: they cost as output does."""
    return max(0, min(_PARTIAL_IMAGES.get(quality, MOST_PARTIAL_IMAGES), most))


def input_tokens(rule: InputRule, width: int, height: int, *, high_fidelity: bool = False) -> int:
    """What an input picture (pixels, both at least 1) takes: by patches, by tiles, or the full bound.

    Only models that count by tiles know high fidelity.
    """
    match rule:
        case "patches":
            return _by_patches(width, height)
        case "tiles":
            return _by_tiles(width, height) + _fidelity(width, height, high=high_fidelity)
        case "full":
            return MOST_PATCHES
        case _:
            assert_never(rule)


def _by_patches(width: int, height: int) -> int:
    """gpt-image-2 and 2.5: patches of a picture scaled to a canvas, within a budget.

    Measured, not published: https://community.openai.com/t/1382940. All 16 points agree.
    """
    long = max(width, height)
    thirds = max(_RATIO * min(width, height), long)  # three times the padded short edge, to stay exact
    shown, of = (1, 1) if long <= _CANVAS else (_CANVAS, long) if long < 2 * _CANVAS else (1, 2)
    along = -(-long * shown // (of * _PATCH))
    across = -(-thirds * shown // (_RATIO * of * _PATCH))
    if along * across <= MOST_PATCHES:
        return along * across
    return isqrt(MOST_PATCHES * _RATIO * long // thirds) * isqrt(MOST_PATCHES * thirds // (_RATIO * long))


def _by_tiles(width: int, height: int) -> int:
    """gpt-image-1.x: tiles of a picture scaled down.

    It is fitted into a square of 2048 pixels, then scaled down until its short edge is 512 pixels.
    Source: OpenAI's guide "Images and vision", costs of GPT Image 1.
    """
    long, short = max(width, height), min(width, height)
    fitted_to = min(long, _TILED_EDGE)
    scaled_by_short_edge = short * fitted_to > _TILE * long
    tiles = -(-long // short) if scaled_by_short_edge else -(-fitted_to // _TILE)
    return _TILE_BASE + _TILE_TOKENS * tiles


def _fidelity(width: int, height: int, *, high: bool) -> int:
    """What high input fidelity adds. Source: the same guide."""
    if not high:
        return 0
    return _FIDELITY_SQUARE if width == height else _FIDELITY
