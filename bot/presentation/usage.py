"""What a member used and has left, in words, and a month of it as a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.charts import Bar, Chart
from bot.discord_limits import MOST_CHOICES
from bot.language import ENGLISH, beginning, composed, joined, phrase
from bot.presentation.result import worth_showing
from bot.services.calendar import Window
from bot.services.jobs import why_paused
from bot.services.policy import Metric, Scope, amount_text, amount_texts, told_apart
from bot.services.quotas import hint_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.language import Language
    from bot.services.calendar import Month
    from bot.services.ledger import LimitStatus
    from bot.services.policy import Block, Pause
    from bot.services.quotas import MonthUse

LONGEST = 1900  # characters; a message holds 2000


def usage_text(use: MonthUse) -> str:
    """What was used in the month, and of the present one what is left of each limit."""
    lines = [
        *barred_lines(use.block, use.pause),
        phrase("**Your pictures in {month}**", month=use.month.name),
        _total(use),
    ]
    if use.limits is None:
        return joined("\n", lines)
    told = limit_lines(use)
    if not told:
        return joined("\n", [*lines, phrase("No limit applies to you here.")])
    return fitting([*lines, phrase("**What is left**")], told)


def limit_lines(use: MonthUse) -> list[str]:
    """A line for each limit that is worth showing, with what is left of it."""
    limits = worth_showing(use.limits or ())
    names = told_apart((status.limit.name, status.limit.metric) for status in limits)
    told = [_line(status, beginning(name)) for status, name in zip(limits, names, strict=True)]
    if use.hint is not None:
        when = f"<t:{use.hint.resets_at}:R>"
        told.append(joined(" ", ["-", hint_text(use.hint), phrase("Resets {when}.", when=when)]))
    return told


def barred_lines(block: Block | None, pause: Pause | None) -> list[str]:
    """Why somebody can make nothing now, whatever their limits leave."""
    lines: list[str] = []
    if block is not None:
        who, when = f"<@{block.actor_id}>", f"<t:{block.at}:R>"
        lines.append(phrase("Blocked by {who} {when}: no new pictures until a lead ends that.", who=who, when=when))
    if pause is not None:
        who, when = f"<@{pause.actor_id}>", f"<t:{pause.at}:R>"
        lines.append(phrase("Paused by {who} {when}{why}.", who=who, when=when, why=why_paused(pause)))
    return lines


def usage_chart(use: MonthUse, language: Language = ENGLISH) -> Chart | None:
    """The member's pictures on each day of the month; None if there were none."""
    bars = tuple(Bar(str(number), day.images) for number, day in enumerate(use.days, 1))
    title, limit = phrase("Your pictures per day, {month}", month=use.month.name), _daily(use.limits or ())
    chart = Chart(title, Metric.IMAGES, bars, limit, language)
    return None if chart.is_empty else chart


def month_choices(months: Sequence[Month], typed: str, language: Language = ENGLISH) -> list[tuple[str, str]]:
    """(``November 2026``, ``2026-11``) for those that hold what was typed, in English or that language."""
    wanted = typed.strip().lower()
    named = [(month, f"{month.name} {language.translate(month.name)} {month}".lower()) for month in months]
    return [(month.name, str(month)) for month, names in named if wanted in names][:MOST_CHOICES]


def _total(use: MonthUse) -> str:
    total, held = use.total, use.held
    if not total.images and not total.nano:
        return phrase("None yet.") if use.limits is not None else phrase("None.")
    dollars, open_dollars = amount_texts(Metric.USD, total.nano, held.nano)
    words = phrase("{pictures}, {dollars}.", pictures=amount_text(Metric.IMAGES, total.images), dollars=dollars)
    if not held.images and not held.nano:
        return words
    open_ones = phrase(
        "Of that, {pictures} and up to {dollars} not final yet.",
        pictures=amount_text(Metric.IMAGES, held.images),
        dollars=open_dollars,
    )
    return joined(" ", [words, open_ones])


def _line(status: LimitStatus, name: str) -> str:
    limit = status.limit
    rest = max(0, limit.maximum - status.used)
    left, used = amount_texts(limit.metric, rest, status.used)
    maximum, granted = amount_text(limit.metric, limit.maximum), amount_text(limit.metric, limit.granted)
    if limit.metric is Metric.IMAGES:  # which are named beside them
        left, used = phrase("{number}", number=rest), phrase("{number}", number=status.used)
    when = f"<t:{status.resets_at}:R>"
    told = [
        phrase("- **{name}:** {left} of {maximum} left, {used} used.", name=name, left=left, maximum=maximum, used=used)
    ]
    if limit.granted:
        told.append(phrase("{amount} of it granted for this once.", amount=granted))
    return joined(" ", [*told, phrase("Resets {when}.", when=when)])


def fitting(lines: Sequence[str], limits: Sequence[str], last: Sequence[str] = (), *, most: int = LONGEST) -> str:
    """The lines, as many of the limits as `most` characters hold, and the last lines."""
    first, count = len(lines), len(limits)
    rests = [phrase("- And {number} more.", number=number) for number in range(1, count + 1)]

    def fitted(parts: Sequence[str]) -> str:
        begin, told = parts[:first], parts[first : first + count]
        rest, end = parts[first + count : first + 2 * count], parts[first + 2 * count :]
        kept = count
        while len(text := "\n".join([*begin, *told[:kept], *rest[count - kept - 1 : count - kept], *end])) > most:
            kept -= 1
        return text

    return composed(fitted, [*lines, *limits, *rests, *last])


def _daily(limits: Iterable[LimitStatus]) -> int | None:
    """The member's allowance of pictures a day, without what was granted for one of the days."""
    wanted = (Scope.MEMBER, Metric.IMAGES, Window.DAY)
    found = (each.limit for each in limits if (each.limit.scope, each.limit.metric, each.limit.window) == wanted)
    return next((limit.maximum - limit.granted for limit in found), None)
