"""Words about a prompt as a member reads them: before and after, or a picture's description; never a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_limits import LONGEST_MESSAGE
from bot.language import composed, joined, phrase
from bot.services.jobs import CUT, WHY_NO_WORDS
from bot.services.requests import Task, format_usd
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.jobs import Result
    from bot.services.ledger import TurnAnswer
    from bot.services.requests import ImageRequest

BEFORE_SHOWN = 500  # characters of the words as they were
AFTER_SHOWN = 1_000  # characters of those that were written
LONGEST_NOTE = 200
LOOKING = phrase("🔎 Looking at the picture…")
WRITING = phrase("✨ Writing your words anew…")


def is_prompt(answer: TurnAnswer) -> bool:
    """Whether an answer's words are a prompt, or as much of one as came, and not a reason why there is none."""
    return bool(answer.words) and answer.refusal in {"", CUT}


def wording_begun_text(request: ImageRequest) -> str:
    """While it is asked for."""
    return LOOKING if request.talk is not None and request.talk.task is Task.DESCRIBE else WRITING


def wording_text(result: Result, notes: Sequence[str] = ()) -> str:
    """The words as they were and as they are, or why there are none, and what that cost."""
    request = result.request.request
    lines: list[str] = []
    for answer in result.answers:
        if answer.refusal:
            lines.append(joined(" ", ["❌", WHY_NO_WORDS.get(answer.refusal, answer.refusal)]))
        if request.prompt.strip() and is_prompt(answer):
            lines += [phrase("**Before**"), f"> {shown(request.prompt, BEFORE_SHOWN)}", phrase("**After**")]
        if answer.words:
            lines.append(f"> {shown(answer.words, AFTER_SHOWN)}")
    cost = format_usd(result.cost_nano)
    lines.append(joined(" ", ["-#", phrase("No picture was made; these words cost {cost}.", cost=cost)]))
    lines += [f"-# {one_line(note, LONGEST_NOTE)}" for note in notes]
    return composed(lambda told: "\n".join(told)[:LONGEST_MESSAGE], lines)
