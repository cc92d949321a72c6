"""Tokens of the main model, and their price: what it reads in each pass, what of that its cache gave, what it wrote.

The main model runs once before the tool and once after it, and is billed for all of its context both times
(https://community.openai.com/t/1277438). From 5.6 on its cache bills what it takes in.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.conversations.main_models import MainModel
    from bot.sandbox.images.tokens import WordUsage

PATCH = 32  # pixels
MOST_SEEN = 2_940  # tokens of a picture at detail ``high``
SEEN_LOW = 307  # at ``low``: a square of 512 pixels
TOOL = 255  # tokens that describe the tool
STEP = 128  # tokens that the cache counts by
LEAST_CACHED = 1_024


def seen_tokens(width: int, height: int, detail: str) -> int:
    """What the main model reads of a picture of this size in pixels."""
    if detail == "low":
        return SEEN_LOW
    tokens = ceil(ceil(width / PATCH) * ceil(height / PATCH) * 12 / 10)
    return min(tokens, MOST_SEEN) if detail == "high" else tokens


def word_price(model: MainModel, usage: WordUsage) -> int:
    """What these tokens cost, in nano-dollars; a part of one is a whole one."""
    plain = usage.read - usage.cached - usage.kept
    read = plain * model.read + usage.cached * model.cached + usage.kept * model.kept
    return ceil(read + usage.written * model.written)


@dataclass
class Reading:
    """Adds up what the main model reads, pass by pass.

    Attributes:
        known: tokens that the cache knows the context to begin with.
    """

    model: MainModel
    known: int
    read: int = 0
    cached: int = 0
    kept: int = 0

    def of(self, context: int) -> None:
        """One pass over a context of so many tokens, which the cache knows from then on."""
        cached = _steps(min(self.known, context))
        self.read += context
        self.cached += cached
        if self.model.keeps:
            self.kept += max(_steps(context) - cached, 0)
        self.known = max(self.known, context)


def _steps(tokens: int) -> int:
    return tokens // STEP * STEP if tokens >= LEAST_CACHED else 0
