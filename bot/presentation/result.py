"""The message that shows a result: its text, file names and descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.presentation.safe import one_line, shown
from bot.services.amounts import amount_text
from bot.services.installation import Room
from bot.services.limit_words import hint_text
from bot.services.limits import Metric, Scope
from bot.services.pricing import format_usd
from bot.services.windows import Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.delivery import Result
    from bot.services.ledger import LimitStatus, Picture
    from bot.services.limits import Limit
    from bot.services.requests import ImageRequest

PROMPT_SHOWN = 280  # characters of the prompt in a result; the rest is in the details
LONGEST_ALT_TEXT = 1024  # characters; Discord's limit
WHOSE = {Scope.MEMBER: "your", Scope.SERVER: "this server", Scope.INSTALLATION: "this bot"}
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
MOST_LIMITS = 3  # of which it is said what is left
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
    left = left_in_line(result.limits, result.cost_nano // len(pictures))
    if left:
        lines.append(f"-# Left: {left}")
    if result.hint is not None and result.hint.room is not Room.ENOUGH:
        lines.append(f"-# {hint_text(result.hint)}")
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


def left_in_line(limits: Sequence[LimitStatus], picture_nano: int) -> str:
    """``your 24 pictures today · this server $8.10 this month``: of the strictest limits, the strictest first.

    `picture_nano`, what a picture costs in nano-dollars, tells how many more each limit allows.
    """

    def pictures_left(status: LimitStatus) -> int:
        left = _left(status)
        return left if status.limit.metric is Metric.IMAGES else left // max(1, picture_nano)

    shown_here = sorted(worth_showing(limits), key=pictures_left)[:MOST_LIMITS]
    if len(shown_here) == 1:
        return what_is_left(shown_here[0])
    return " · ".join(f"{whose(status.limit)} {what_is_left(status)}" for status in shown_here)


def worth_showing(limits: Sequence[LimitStatus]) -> list[LimitStatus]:
    """All, but for the installation's budget where each of the server's in dollars leaves as little, or less."""
    own = [_left(each) for each in limits if (each.limit.scope, each.limit.metric) == (Scope.SERVER, Metric.USD)]
    return [each for each in limits if each.limit.scope is not Scope.INSTALLATION or not own or _left(each) < max(own)]


def whose(limit: Limit) -> str:
    """Whose limit it is, in a word or two."""
    if limit.scope is Scope.CHANNEL:
        return f"<#{limit.scope_id}>"
    if limit.scope is Scope.ROLE:
        return f"<@&{limit.scope_id}>"
    return WHOSE[limit.scope]


def what_is_left(status: LimitStatus) -> str:
    """``$19.98 this month``, ``24 pictures today``."""
    return f"{amount_text(status.limit.metric, max(0, _left(status)))} {SPANS[status.limit.window]}"


def _left(status: LimitStatus) -> int:
    return status.limit.maximum - status.used
