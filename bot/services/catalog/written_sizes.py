"""What somebody means who writes a size, in numbers and in the words of sizes.toml, and which a model makes for it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from math import isqrt
from typing import TYPE_CHECKING

from bot.errors import UnsupportedOptionError
from bot.language import phrase
from bot.services.catalog.sizes import SAME_SHAPE, USUAL_PIXELS, dimensions, is_about, strain
from bot.services.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.services.catalog.sizes import SizeRule, SuggestedSize

NEAR = 1.25  # by which one shape may be wider, or narrower, than another and be made in its place
LONGEST_SIZE = 60  # characters; nobody's size is longer
_LEAST_EDGE = 100  # pixels; two smaller numbers with an x between them are a ratio
_MEGA = 1_000_000
_PLAIN = re.compile(r"([1-9][0-9]{2,3})x([1-9][0-9]{2,3})", re.ASCII)
_EDGE, _UNIT = r"[1-9][0-9]{0,4}", r" ?(?:px|pixels?)?"
_SIDE, _PART, _END = r"[1-9][0-9]?(?:\.[0-9]{1,2})?", r"(?:\.[0-9]{1,2})?", r"(?![\w.:/])"
_PAIR = re.compile(rf"({_EDGE}){_UNIT} ?(?:[x×✕*]|by) ?({_EDGE}){_UNIT}{_END}")
_RATIO = re.compile(rf"({_EDGE}{_PART}) ?[:/] ?({_EDGE}{_PART}){_END}")  # whatever the numbers
_SMALL_RATIO = re.compile(rf"({_SIDE}) ?(?:[x×✕*]|by) ?({_SIDE}){_END}")
_MEGAPIXELS = re.compile(rf"([0-9]{{1,3}}(?:\.[0-9]{{1,2}})?) ?(?:mp|mpx|megapixels?){_END}")
_ONE_EDGE = re.compile(rf"([1-9][0-9]{{2,4}}){_UNIT}{_END}")
_BETWEEN = frozenset(" ,")


@dataclass(frozen=True, slots=True)
class MeantSize:
    """A size that somebody means.

    Attributes:
        said: how they call it: ``1920x1080``, ``story (1080x1920)``, ``16:9 4k``.
        shape: width and height in pixels, where exactly these are meant; else two numbers of that ratio.
        pixels: how many in all; None if nobody said, or the shape says it.
        exact: whether the shape is in pixels.
    """

    said: str
    shape: tuple[int, int]
    pixels: int | None = None
    exact: bool = False

    @property
    def ideal(self) -> tuple[int, int]:
        """Width and height in pixels, if every size could be had."""
        (across, down), pixels = self.shape, self.pixels or USUAL_PIXELS
        if self.exact:
            return self.shape
        return max(1, isqrt(pixels * across // down)), max(1, isqrt(pixels * down // across))


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of what was written.

    Attributes:
        kind: see `_PLACES`; a ``filler`` says nothing.
        width: pixels, or one side of a shape.
        height: the other; of megapixels, 1.
    """

    kind: str
    width: int = 1
    height: int = 1


# What a kind says: how many pixels, of what shape, which way up. Of each there is one at most.
_PLACES = {
    "amount": "size",
    "megapixels": "size",
    "edge": "size",
    "pixels": "form",
    "thing": "form",
    "shape": "form",
    "turn": "turn",
}
_EXACT = frozenset({"amount", "pixels", "thing"})  # mean a width and a height
_WRITTEN = frozenset({"pixels", "edge"})
_SQUARE = _Part("shape")
_TURNS = {"landscape": (3, 2), "portrait": (2, 3)}


def read_size(text: str) -> MeantSize | None:
    """What is meant by ``1536x1024``, ``1920 by 1080 px``, ``1024``, ``16:9``, ``2mp``, words, and several together.

    Returns:
        None if it is no size.
    """
    wanted = normal(text)
    parts = _parts(wanted)
    meant = _combined(wanted, **parts)
    if meant is None or not meant.exact:
        return meant
    pixels = f"{meant.shape[0]}x{meant.shape[1]}"
    is_written = all(part.kind in _WRITTEN for part in parts.values())
    return MeantSize(pixels if is_written else f"{wanted} ({pixels})", meant.shape, exact=True)


def words_like(typed: str) -> tuple[str, ...]:
    """The names of sizes in which a word begins as was typed, as sizes.toml writes them; the first word's first."""
    wanted = normal(typed)
    found = [word for key, (word, part) in _words().items() if f" {wanted}" in f" {key}" and part.kind != "filler"]
    return tuple(sorted(found, key=lambda word: not word.lower().startswith(wanted)))


def normal(text: str) -> str:
    """As it is compared: in lower case, without hyphens between words; empty if it is too long."""
    if len(text) > LONGEST_SIZE:
        return ""
    wanted = re.sub(r"(?<=[a-z])[-_](?=[a-z0-9])|(?<=[0-9])[-_](?=[a-z])", " ", text.lower())
    return " ".join(wanted.split())


def _combined(
    wanted: str, size: _Part | None = None, form: _Part | None = None, turn: _Part | None = None
) -> MeantSize | None:
    """What the parts mean together; None if they mean nothing."""
    if form is None and size is not None and size.kind in _EXACT:
        form, size = size, None
    form = form or turn or (None if size is None else _SQUARE)
    if form is None:
        return None
    shape = (form.width, form.height)
    if turn is not None and (form.width < form.height) != (turn.width < turn.height):
        shape = (form.height, form.width)
    if size is None:
        return MeantSize(wanted, shape, exact=form.kind in _EXACT)
    if size.kind == "edge":
        long = max(shape)
        across, down = (max(1, (2 * size.width * side + long) // (2 * long)) for side in shape)
        return MeantSize(wanted, (across, down), exact=True)
    return MeantSize(wanted, shape, size.width * size.height)


def _parts(wanted: str) -> dict[str, _Part]:
    """The parts by what they say; none if something is no part, or two say the same."""
    parts: dict[str, _Part] = {}
    at = 0
    while at < len(wanted):
        if wanted[at] in _BETWEEN:
            at += 1
            continue
        part, at = _part_at(wanted, at)
        place = _PLACES.get(part.kind) if part is not None else None
        if part is None or place in parts:
            return {}
        if place is not None:
            parts[place] = part
    return parts


def _part_at(wanted: str, at: int) -> tuple[_Part | None, int]:
    """The part that begins there, None if none does; and where it ends."""
    if found := _PAIR.match(wanted, at):
        width, height = int(found[1]), int(found[2])
        return _Part("shape" if max(width, height) < _LEAST_EDGE else "pixels", width, height), found.end()
    if found := _RATIO.match(wanted, at) or _SMALL_RATIO.match(wanted, at):
        return _Part("shape", *_ratio(found[1], found[2])), found.end()
    if found := _MEGAPIXELS.match(wanted, at):
        return _Part("megapixels", max(1, int(Decimal(found[1]) * _MEGA))), found.end()
    if found := _ONE_EDGE.match(wanted, at):
        return _Part("edge", int(found[1])), found.end()
    if found := _phrase().match(wanted, at):
        return _words()[found[0]][1], found.end()
    return None, at


def _ratio(across: str, down: str) -> tuple[int, int]:
    return int(Decimal(across) * 100), int(Decimal(down) * 100)


@cache
def _words() -> Mapping[str, tuple[str, _Part]]:
    """Every word of sizes.toml with what it says, by itself in lower case."""
    return {word.lower(): (word, part) for word, part in _entries()}


@cache
def _phrase() -> re.Pattern[str]:
    """Finds a word; of several the longest."""
    longest_first = sorted(_words(), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _entries() -> Iterator[tuple[str, _Part]]:
    content = tomllib.loads(resources.files("bot.services.catalog").joinpath("sizes.toml").read_text("utf-8"))
    for kind, key in (("amount", "amounts"), ("shape", "shapes"), ("thing", "things")):
        for entry in content[key]:
            sides = _ratio(*entry["ratio"].split(":")) if kind == "shape" else dimensions(entry["size"])
            yield from ((word, _Part(kind, *sides)) for word in entry["words"])
    for way, words in content["turns"].items():
        yield from ((word, _Part("turn", *_TURNS[way])) for word in words)
    yield from ((word, _Part("filler")) for word in content["fillers"])


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

    Understood are the words of the suggested sizes, and whatever `read_size` reads.

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
