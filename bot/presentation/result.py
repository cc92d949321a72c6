"""The message that shows a result: its text, file names and descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.presentation.safe import one_line, shown
from bot.services.limits import Metric
from bot.services.pricing import format_usd
from bot.services.windows import Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.delivery import Result
    from bot.services.ledger import LimitStatus, Picture
    from bot.services.requests import ImageRequest

PROMPT_SHOWN = 280  # characters of the prompt in a result; the rest is in the details
LONGEST_ALT_TEXT = 1024  # characters; Discord's limit
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
SPANS = {Window.HOUR: "this hour", Window.DAY: "today", Window.WEEK: "this week", Window.MONTH: "this month"}


def file_name(number: int, media_type: str) -> str:
    """A name in plain ASCII, which alone keeps links to the attachment whole."""
    return f"atelier-{number}.{EXTENSIONS[media_type]}"


def alt_text(prompt: str) -> str:
    """What a screen reader says of the picture: the words that it was made from."""
    return one_line(f"Generated picture: {prompt}", LONGEST_ALT_TEXT)


def result_text(result: Result, model_title: str, notes: Sequence[str] = ()) -> str:
    """What stands above the pictures: numbers, prompt, how they were made, cost, what is left.

    Args:
        result: with at least one picture.
        model_title: what people call the model.
        notes: sentences about smaller copies.
    """
    request, order = result.request.request, result.request
    pictures = [picture for picture, _ in result.files]
    lines = [
        f"**{numbers(pictures)}** for <@{order.requester.user_id}>",
        f"> {shown(request.prompt, PROMPT_SHOWN)}",
        f"-# {' · '.join([*made_how(request, model_title), took(pictures), format_usd(result.cost_nano)])}",
    ]
    left = [what_is_left(status) for status in result.limits]
    if left:
        lines.append(f"-# Left: {' · '.join(left)}")
    lines += [f"-# {note}" for note in notes]
    if result.failures:
        missing = request.count - len(pictures)
        lines.append(f"⚠️ {missing} of {request.count} pictures not made: {' '.join(result.failures)}")
    return "\n".join(lines)


def numbers(pictures: Sequence[Picture]) -> str:
    """``#4821``, or ``#4821, #4822`` for several."""
    return ", ".join(f"#{picture.number}" for picture in pictures)


def made_how(request: ImageRequest, model_title: str) -> list[str]:
    """Model, size, quality and whatever else was asked for, each a few words."""
    facts = [model_title, request.size.replace("x", "×"), request.quality]
    if request.background == "transparent":
        facts.append("transparent")
    if request.references:
        several = len(request.references) > 1
        facts.append(f"from {len(request.references)} pictures" if several else "from a picture")
    return facts


def took(pictures: Sequence[Picture]) -> str:
    """Seconds until the last of the pictures was there."""
    return f"{max(picture.seconds for picture in pictures):.1f} s"


def what_is_left(status: LimitStatus) -> str:
    """``$19.98 this month``, ``24 pictures today``."""
    left = max(0, status.limit.maximum - status.used)
    span = SPANS[status.limit.window]
    if status.limit.metric is Metric.USD:
        return f"{format_usd(left)} {span}"
    return f"{left} {'picture' if left == 1 else 'pictures'} {span}"
