"""Words about a prompt as a member reads them: before and after, or a picture's description; never a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import discord

from bot.discord_limits import LONGEST_FIELD, LONGEST_MESSAGE
from bot.language import Translatable, composed, joined, phrase
from bot.services.jobs import CUT, WHY_NO_WORDS
from bot.services.requests import Task, format_usd
from bot.services.text import is_blank, one_line, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.jobs import Result
    from bot.services.ledger import TurnAnswer
    from bot.services.requests import ImageRequest

BEFORE_SHOWN = 500  # characters of the words as they were, in a message
AFTER_SHOWN = 1_000  # of those that were written
BEFORE_BELOW, AFTER_BELOW = 900, 2_600  # of both in an embed, whose description has 4096 with what stands above
LONGEST_NOTE = 200
LOOKING = phrase("🔎 Looking at the picture…")
WRITING = phrase("✨ Writing your words anew…")
NOTHING_SEEN = "…"  # in the place of words that are all invisible
BEFORE, AFTER = phrase("Before"), phrase("After")


class Compared(Translatable):
    """Words before and after. As a text they stand one below the other; see `embed_of` for places that take more.

    Attributes:
        before: as they were.
        after: as they are.
        above: whatever is to be read first.
        cost: of the words.
    """

    __slots__ = ("above", "after", "before", "cost")
    before: str
    after: str
    above: Sequence[str]
    cost: str

    def __new__(cls, text: Translatable, before: str, after: str, above: Sequence[str], cost: str) -> Self:
        """Args: `text` is all of it where there are no embeds; see the class for the rest."""
        made = super().__new__(cls, text, text.told_in)
        made.before, made.after, made.above, made.cost = before, after, above, cost
        return made


def embed_of(text: Compared) -> discord.Embed:
    """Side by side where a computer shows it and both fit; else one below the other, each as wide as there is room."""
    embed = discord.Embed().set_footer(text=text.cost)
    before, after = _seen(text.before, len(text.before) + 1), _seen(text.after, len(text.after) + 1)
    if max(_size(before), _size(after)) <= LONGEST_FIELD:
        embed.description = joined("\n", text.above) if text.above else None
        return embed.add_field(name=BEFORE, value=before).add_field(name=AFTER, value=after)
    before, after = _shortened(text.before, BEFORE_BELOW), _shortened(text.after, AFTER_BELOW)
    embed.description = joined("\n", [*text.above, _bold(BEFORE), f"> {before}", _bold(AFTER), f"> {after}"])
    return embed


def is_prompt(answer: TurnAnswer) -> bool:
    """Whether an answer's words are a prompt, or as much of one as came, and not a reason why there is none."""
    return bool(answer.words) and answer.refusal in {"", CUT}


def wording_begun_text(request: ImageRequest) -> str:
    """While it is asked for."""
    return LOOKING if request.talk is not None and request.talk.task is Task.DESCRIBE else WRITING


def wording_text(result: Result, notes: Sequence[str] = ()) -> str:
    """The words as they were and as they are, or why there are none, and what that cost."""
    prompt = result.request.request.prompt.strip()
    above: list[str] = []
    lines: list[str] = []
    compared = ""
    for answer in result.answers:
        if answer.refusal:
            above.append(joined(" ", ["❌", WHY_NO_WORDS.get(answer.refusal, answer.refusal)]))
        if prompt and is_prompt(answer):
            lines += [_bold(BEFORE), f"> {_seen(prompt, BEFORE_SHOWN)}", _bold(AFTER)]
            compared = answer.words
        if answer.words:
            lines.append(f"> {_seen(answer.words, AFTER_SHOWN)}")
    cost = phrase("No picture was made; these words cost {cost}.", cost=format_usd(result.cost_nano))
    small = [composed(lambda told: f"-# {one_line(told[0], LONGEST_NOTE)}", [note]) for note in notes]
    whole = composed(
        lambda told: "\n".join(told)[:LONGEST_MESSAGE], [*above, *lines, joined(" ", ["-#", cost]), *small]
    )
    return Compared(whole, prompt, compared, (*above, *small), cost) if compared else whole


def _bold(name: str) -> str:
    return joined("", ["**", name, "**"])


def _seen(words: str, most: int) -> str:
    """The words as they are shown; never nothing."""
    return NOTHING_SEEN if is_blank(words) else shown(words, most)


def _shortened(words: str, most: int) -> str:
    """The words as they are shown, in at most so many characters."""
    kept = most
    while _size(told := _seen(words, kept)) > most:
        kept = kept * 3 // 4
    return told


def _size(text: str) -> int:
    """Characters as Discord counts them: an emoji may be two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
