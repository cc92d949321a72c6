"""What a turn of a conversation was answered, as words in Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_limits import LONGEST_MESSAGE
from bot.language import composed, phrase
from bot.services.requests import format_usd
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.jobs import Result

ANSWER = phrase("Your answer")
WORDS_SHOWN = 1_500  # characters of the main model's words that stand alone
WORDS_BESIDE = 400  # the same beside a picture
LONGEST_NOTE = 300
NOT_HELD_HERE = phrase("This endpoint has no conversations, so the last picture was changed by your words alone.")


def words_text(result: Result, notes: Sequence[str] = ()) -> str:
    """What stands for a turn that was answered in words alone: those, that no picture was made, and what they cost."""
    lines: list[str] = []
    for answer in result.answers:
        if answer.refusal:
            lines.append(f"❌ {answer.refusal}")
        if answer.words.strip():
            lines.append(shown(answer.words, WORDS_SHOWN))
        if not (answer.refusal or answer.words.strip()):
            lines.append(phrase("The model said nothing and made no picture. Say it in other words."))
    who, cost = f"<@{result.request.requester.user_id}>", format_usd(result.cost_nano)
    lines.append("-# " + phrase("No picture was made for {who}; these words cost {cost}.", who=who, cost=cost))
    lines += ["-# " + composed(_as_note, [note]) for note in notes]
    return composed(lambda told: "\n".join(told)[:LONGEST_MESSAGE], lines)


def said_beside(result: Result) -> list[str]:
    """What is said beside pictures of a conversation: the main model's words, or that there was no conversation."""
    request = result.request
    if request.request.talk is None:
        return []
    answers = [job.answer for job in request.jobs if job.answer is not None and job.picture is not None]
    if not answers:
        return ["-# " + NOT_HELD_HERE]
    return [shown(answer.words, WORDS_BESIDE) for answer in answers if answer.words.strip()]


def _as_note(told: Sequence[str]) -> str:
    return one_line(told[0], LONGEST_NOTE)
