"""Tokens and their price, written independently of the product so that the two can be compared.

Output of 2 and 2.5: the formula behind OpenAI's price calculator. 2.6 publishes none: measured samples decide.
Earlier models: the tables of the image guide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from math import ceil, floor, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.images.models import Family, Model

PER_PARTIAL = 100  # output tokens; image guide, "partial images cost"
MOST_CELLS = 1536
FEW_FRAMES = 4  # lie in two columns

GRIDS = {
    "2": {"low": 16, "medium": 48, "high": 96},
    "2.5": {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96},
}
OLD_TABLE = {  # square, portrait, landscape
    "low": (272, 408, 400),
    "medium": (1056, 1584, 1568),
    "high": (4160, 6240, 6208),
}
# Lowest and highest factor on the 2.5 count: 2.6 was measured at 664 (low) and 1353 (high) for 1536x1024,
# at about 3337 (high) for 3840x2160, and at three to four times 2.5 for low and medium.
NEWEST = {
    "low": (Fraction(39, 10), Fraction(664, 158)),
    "medium": (Fraction(3), Fraction(39, 10)),
    "high": (Fraction(1353, 1372), Fraction(1)),
    "xhigh": (Fraction(1353, 1372), Fraction(1)),
    "max": (Fraction(1353, 1372), Fraction(1)),
}
# Text models that write SVG, in nano-dollars per token of input and output: litellm 1.109.1.
AUTHORS = {"gpt-6-luna": (100, 500), "gpt-6.1-sol": (2_000, 10_000), "gpt-6-astra": (10_000, 50_000)}


@dataclass(frozen=True, slots=True)
class AuthorUsage:
    """The tokens of an SVG's author. Its thoughts are part of `output`."""

    model: str
    input: int
    output: int
    reasoning: int

    def wire(self) -> dict[str, object]:
        """The ``svg_usage`` object."""
        return {
            "model": self.model,
            "input_tokens": self.input,
            "output_tokens": self.output,
            "reasoning_tokens": self.reasoning,
            "total_tokens": self.input + self.output,
        }

    @property
    def nano_dollars(self) -> int:
        """What they cost."""
        read, written = AUTHORS[self.model]
        return self.input * read + self.output * written


@dataclass(frozen=True, slots=True)
class WordUsage:
    """The tokens of the text model that leads a conversation, in one response.

    Attributes:
        read: input tokens, all of them.
        cached: those of them that the cache gave.
        kept: those of them that the cache took in.
        written: output tokens, all of them.
        thought: those of them that were reasoning.
    """

    model: str
    read: int
    cached: int
    kept: int
    written: int
    thought: int

    def wire(self) -> dict[str, object]:
        """The response's ``usage`` object."""
        return {
            "input_tokens": self.read,
            "input_tokens_details": {"cached_tokens": self.cached, "cache_write_tokens": self.kept},
            "output_tokens": self.written,
            "output_tokens_details": {"reasoning_tokens": self.thought},
            "total_tokens": self.read + self.written,
        }


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of one call, as the API reports them.

    Attributes:
        author: of an SVG's author, reported beside them and billed on top.
        cached_image: those of `image` that the cache gave; in conversations only.
    """

    text: int
    image: int
    output: int
    author: AuthorUsage | None = None
    cached_image: int = 0

    @property
    def total(self) -> int:
        """All tokens together."""
        return self.text + self.image + self.output

    def wire(self, *, detailed: bool) -> dict[str, object]:
        """The ``usage`` object; `detailed` adds what only the JSON answer has."""
        usage: dict[str, object] = {
            "total_tokens": self.total,
            "input_tokens": self.text + self.image,
            "output_tokens": self.output,
            "input_tokens_details": {"text_tokens": self.text, "image_tokens": self.image},
        }
        if detailed:
            usage["output_tokens_details"] = {"image_tokens": self.output, "text_tokens": 0}
        return usage

    def nano_dollars(self, family: Family) -> int:
        """What the tokens cost, in nano-dollars, an author's with them."""
        author = 0 if self.author is None else self.author.nano_dollars
        image = (self.image - self.cached_image) * family.image_in + self.cached_image * family.image_cached
        return self.text * family.text_in + image + self.output * family.image_out + author


def grid_tokens(grid: int, width: int, height: int, pictures: int = 1) -> int:
    """Output tokens of `pictures` pictures on a grid of `grid` cells along the long edge."""
    long_edge, short_edge = max(width, height), min(width, height)
    cells = grid * floor(Fraction(grid * short_edge, long_edge) + Fraction(1, 2))
    return ceil(Fraction(pictures * cells * (2_000_000 + width * height), 4_000_000))


def output_tokens(model: Model, quality: str, width: int, height: int, pictures: int, key: str) -> int:
    """Output tokens of a call. `key` decides, always alike, where a 2.6 picture falls between its bounds."""
    family = model.family.name
    if family in GRIDS:
        return grid_tokens(GRIDS[family][quality], width, height, pictures)
    if family == "2.6":
        lowest, highest = NEWEST[quality]
        share = Fraction(sha256(key.encode()).digest()[0], 255)
        base = grid_tokens(GRIDS["2.5"][quality], width, height, pictures)
        return round(base * (lowest + share * (highest - lowest)))
    column = 0 if width == height else 1 if width < height else 2
    return pictures * OLD_TABLE[quality][column]


def text_tokens(prompt: str) -> int:
    """A plausible token count of a prompt; never more than its UTF-8 bytes."""
    pieces: list[str] = re.findall(r"\w+|[^\w\s]+", prompt)
    return sum(ceil(len(piece.encode()) / 6) for piece in pieces)


def picture_tokens(family: Family, width: int, height: int, fidelity: str | None) -> int:
    """Input tokens of one picture of this size in pixels."""
    return _cells(width, height) if family.free_size else _tiles(width, height, fidelity)


def _cells(width: int, height: int) -> int:
    """2, 2.5, 2.6: 16-pixel cells of the scaled and padded picture, at most 1536."""
    long_edge, short_edge = max(width, height), min(width, height)
    scale = min(max(Fraction(512, long_edge), Fraction(1, 2)), Fraction(1))
    along, across = long_edge * scale / 16, max(Fraction(short_edge), Fraction(long_edge, 3)) * scale / 16
    if ceil(along) * ceil(across) > MOST_CELLS:
        shrink = sqrt(MOST_CELLS / (along * across))
        along, across = (Fraction(floor(float(side) * shrink + 1e-9)) for side in (along, across))
    return ceil(along) * ceil(across)


def _tiles(width: int, height: int, fidelity: str | None) -> int:
    """1.5 and 1-mini: a base and 512-pixel tiles; high fidelity costs extra."""
    fit = min(1.0, 2048 / max(width, height))
    shrink = min(1.0, 512 / min(width * fit, height * fit))
    across, down = (max(1, ceil(side * fit * shrink / 512 - 1e-9)) for side in (width, height))
    extra = 0 if fidelity != "high" else 4160 if width == height else 6240
    return 65 + 129 * across * down + extra


def input_tokens(
    model: Model, prompt: str, sizes: Sequence[tuple[int, int]], fidelity: str | None, pictures: int
) -> tuple[int, int]:
    """Text and image input tokens of a call; every picture asked for pays for all of them."""
    per_input = 10 if model.family.name in {"2.5", "2.6"} else 0
    text = text_tokens(prompt) + 6 + per_input * len(sizes)
    image = sum(picture_tokens(model.family, width, height, fidelity) for width, height in sizes)
    return pictures * text, pictures * image


def sheet_tokens(model: Model, quality: str, width: int, height: int, frames: int, key: str) -> int:
    """Output tokens of a GIF, by the sheet of its frames."""
    return output_tokens(model, quality, *sheet_size(frames, width, height), 1, key)


def sheet_size(frames: int, width: int, height: int) -> tuple[int, int]:
    """Width and height in pixels of the sheet on which the frames of a GIF are drawn.

    How they lie is not published. Known is that six frames of 1024x1024 came to an edge of 4096 pixels, which was
    refused (https://dev.to/super_lewis): two or four beside each other give that.
    """
    columns = min(frames, 2 if frames <= FEW_FRAMES else 4)
    return columns * width, ceil(frames / columns) * height


def author_usage(author: str, prompt: str, drawing: int) -> AuthorUsage:
    """A plausible usage of an SVG's author who looked at the picture and wrote a drawing of so many bytes."""
    reasoning = 400
    return AuthorUsage(author, text_tokens(prompt) + 1_500, reasoning + ceil(drawing / 4), reasoning)
