"""What a turn of a conversation was answered, as words in Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_limits import LONGEST_MESSAGE
from bot.services.requests import format_usd
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.jobs import Result

ANSWER = "Your answer"
WORDS_SHOWN = 1_500  # characters of the main model's words that stand alone
WORDS_BESIDE = 400  # the same beside a picture
LONGEST_NOTE = 300
NOT_HELD_HERE = "This endpoint has no conversations, so the last picture was changed by your words alone."


def words_text(result: Result, notes: Sequence[str] = ()) -> str:
    """What stands for a turn that was answered in words alone: those, that no picture was made, and what they cost."""
    lines: list[str] = []
    for answer in result.answers:
        if answer.refusal:
            lines.append(f"❌ {answer.refusal}")
        if answer.words.strip():
            lines.append(shown(answer.words, WORDS_SHOWN))
        if not (answer.refusal or answer.words.strip()):
            lines.append("The model said nothing and made no picture. Say it in other words.")
    cost = format_usd(result.cost_nano)
    lines.append(f"-# No picture was made for <@{result.request.requester.user_id}>; these words cost {cost}.")
    lines += [f"-# {one_line(note, LONGEST_NOTE)}" for note in notes]
    return "\n".join(lines)[:LONGEST_MESSAGE]


def said_beside(result: Result) -> list[str]:
    """What is said beside pictures of a conversation: the main model's words, or that there was no conversation."""
    request = result.request
    if request.request.talk is None:
        return []
    answers = [job.answer for job in request.jobs if job.answer is not None and job.picture is not None]
    if not answers:
        return [f"-# {NOT_HELD_HERE}"]
    return [shown(answer.words, WORDS_BESIDE) for answer in answers if answer.words.strip()]
