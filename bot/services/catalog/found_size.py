"""Which of its sizes a model makes for what somebody wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import UnsupportedOptionError
from bot.language import phrase
from bot.services.catalog.size_words import normal, read_size
from bot.services.catalog.sizes import SAME_SHAPE, USUAL_PIXELS, dimensions, is_about, strain
from bot.services.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.catalog.size_words import MeantSize
    from bot.services.catalog.sizes import SizeRule, SuggestedSize

NEAR = 1.25  # by which one shape may be wider, or narrower, than another and be made in its place
_PLAIN = re.compile(r"([1-9][0-9]{2,3})x([1-9][0-9]{2,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class FoundSize:
    """What a model makes for a size that somebody wrote.

    Attributes:
        said: how they call it: ``1920x1080``, ``story (1080x1920)``, ``16:9 4k``.
        size: ``WIDTHxHEIGHT`` in pixels, which the model makes.
        why: a clause, where that is another size than was meant; else empty.
        near: its shape is near the one that was meant, so that it is made in its place.
        far: by how many pixels an edge differs from the one that was meant, at most.
    """

    said: str
    size: str
    why: str = ""
    near: bool = True
    far: int = 0

    @property
    def note(self) -> str:
        """That another size is made, and why, as a sentence; empty if the same is."""
        if not self.why:
            return ""
        return phrase("{said} became {size}: {why}.", said=self.said, size=self.size, why=self.why)

    @property
    def refusal(self) -> str:
        """Why what was meant is not possible, where another size is made, and what is."""
        return phrase("{said} is not possible: {why}. Try {size}.", said=self.said, why=self.why, size=self.size)


def nearest_size(text: str, rule: SizeRule, suggested: Sequence[SuggestedSize]) -> FoundSize:
    """What comes nearest to a size that somebody wrote, among those of a rule; perhaps not near at all.

    Understood are the words of the suggested sizes, and whatever `bot.services.catalog.size_words.read_size` reads.

    Raises:
        UnsupportedOptionError: it is no size.
    """
    plain = _PLAIN.fullmatch(text)
    if plain is not None and rule.fault(int(plain[1]), int(plain[2])) is None:  # as nearly all are that are asked for
        return FoundSize(text, text)
    wanted = normal(text)
    for suggestion in suggested:
        if wanted == suggestion.word:
            return FoundSize(wanted, suggestion.size)
    meant = read_size(text)
    if meant is None:
        raise UnsupportedOptionError(_no_size(text, wanted, suggested))
    made, ideal = _made(meant, rule, suggested), meant.ideal
    size, strained = f"{made[0]}x{made[1]}", strain(made, ideal)
    is_as_many = meant.pixels is None or is_about(made[0] * made[1], meant.pixels)
    if made == ideal or (not meant.exact and strained <= SAME_SHAPE and is_as_many):
        return FoundSize(meant.said, size)
    far = max(abs(made[0] - ideal[0]), abs(made[1] - ideal[1]))
    return FoundSize(meant.said, size, rule.fault(*ideal) or "", strained <= NEAR, far)


def find_size(text: str, rule: SizeRule, suggested: Sequence[SuggestedSize]) -> FoundSize:
    """What a rule makes for a size that somebody wrote: see `nearest_size`.

    Raises:
        UnsupportedOptionError: it is no size, or nothing near it is made; the sentence says what to choose.
    """
    found = nearest_size(text, rule, suggested)
    if not found.near:
        raise UnsupportedOptionError(found.refusal)
    return found


def _made(meant: MeantSize, rule: SizeRule, suggested: Sequence[SuggestedSize]) -> tuple[int, int]:
    """Width and height in pixels, legal for the rule."""
    across, down = meant.shape
    if meant.exact:
        return meant.shape if rule.fault(across, down) is None else rule.nearest(across, down)
    if meant.pixels is not None:
        return rule.shaped(across, down, meant.pixels)
    usual = (dimensions(suggestion.size) for suggestion in suggested)
    same = next((size for size in usual if size[0] * down == size[1] * across), None)
    return same or rule.shaped(across, down, USUAL_PIXELS)


def _no_size(text: str, wanted: str, suggested: Sequence[SuggestedSize]) -> str:
    words = listed(tuple(suggestion.word for suggestion in suggested))
    if wanted == "auto":
        return phrase("The price of an automatic size is not known beforehand. Choose {words}.", words=words)
    return phrase(
        "{what} is not a size. Write width and height in pixels, like 1536x1024, a shape, like 16:9, "
        "or choose {words}.",
        what=quoted(text),
        words=words,
    )
