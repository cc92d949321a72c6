"""What leads read of charges that they correct: the choices, and what a correction did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_limits import LONGEST_CHOICE, MOST_CHOICES
from bot.language import composed, joined, phrase, plural
from bot.services.accounting import NO_CHARGE, ChargeOnFile, Resolved, charge_text
from bot.services.ledger import ChargeState
from bot.services.policy import SPAN_NAMES, Limit, Metric, Scope, exact_text, unchanged
from bot.services.requests import format_usd
from bot.services.text import change_of, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.services.catalog import Catalog

FAMILY = "GPT Image "  # begins the titles of most models; there is no room for it in a choice
NOTHING_UNKNOWN = phrase("Nothing is unknown here. For a closed charge, type its picture's number, such as #4821.")
MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
_MANY = 2  # units from which on the larger one is named


def charge_choices(
    charges: Sequence[ChargeOnFile], names: Mapping[int, str], catalog: Catalog, now: int, typed: str
) -> list[tuple[str, str]]:
    """(``$0.021 held · 2.5 Flare medium · Mia · 3 h ago · charged in 2 days``, the job's id) for what fits.

    `names` are those of the members who asked; `now` is in seconds since 1970 (UTC).
    """
    wanted = typed.strip().lower()
    labelled = [(_label(each, names, catalog, now), each.job_id) for each in charges]
    return [(label, value) for label, value in labelled if wanted in label.lower() or wanted in value][:MOST_CHOICES]


def no_charge_choice() -> tuple[str, str]:
    """The choice that says that there is none; chosen all the same, the command explains it."""
    return NOTHING_UNKNOWN, NO_CHARGE


def resolved_text(resolved: Resolved, title: str) -> str:
    """What the charge was and is, and what that changes; `title` is the model's."""
    charge, corrected = resolved.charge, resolved.corrected
    what = phrase(
        "{picture} ({model}, {quality}, {when})",
        picture=_picture(charge),
        model=title,
        quality=charge.quality,
        when=f"<t:{charge.reserved_at}:R>",
    )
    after = charge_text(corrected.state_after, corrected.nano_after)
    if not resolved.is_changed:
        return unchanged(phrase("{limit} is {amount} already.", limit=what, amount=after))
    before = charge_text(corrected.state_before, corrected.nano_before)
    changed = joined(" ", ["✅", change_of(what, before, after)])
    return joined("\n", [changed, _effect(resolved), phrase("-# Written to the audit.")])


def _picture(charge: ChargeOnFile) -> str:
    who = f"<@{charge.requester.user_id}>"
    if charge.picture is None:
        return phrase("{who}'s picture", who=who)
    return phrase("{who}'s picture {number}", who=who, number=f"#{charge.picture}")


def _label(charge: ChargeOnFile, names: Mapping[int, str], catalog: Catalog, now: int) -> str:
    user_id = charge.requester.user_id
    member = names.get(user_id, phrase("member {id}", id=str(user_id)))
    model = joined(" ", [catalog.title_of(charge.model).removeprefix(FAMILY), charge.quality])
    begins = [] if charge.picture is None else [f"#{charge.picture}"]
    if charge.state is ChargeState.UNKNOWN:
        begins += [phrase("{usd} held", usd=format_usd(charge.hold_nano))]
    else:
        begins += [charge_text(charge.state, charge.counted_nano, exact=False)]
    asked = phrase("{time} ago", time=_span(now - charge.reserved_at))
    return composed(_label_of, [*begins, model, member, asked, *_deadline(charge, now)])


def _label_of(parts: Sequence[str]) -> str:
    label = " · ".join(parts)
    return label if len(label) <= LONGEST_CHOICE else f"{label[: LONGEST_CHOICE - 1]}…"


def _deadline(charge: ChargeOnFile, now: int) -> list[str]:
    if charge.state is not ChargeState.UNKNOWN or charge.deadline_at is None:
        return []
    if charge.deadline_at <= now:
        return [phrase("charged soon")]
    return [phrase("charged in {time}", time=_span(charge.deadline_at - now))]


def _span(seconds: int) -> str:
    """``5 min``, ``3 h``, ``2 days``."""
    if seconds >= _MANY * DAY:
        return plural("{count} day", "{count} days", seconds // DAY)
    if seconds >= _MANY * HOUR:
        return phrase("{hours} h", hours=seconds // HOUR)
    return phrase("{minutes} min", minutes=max(seconds, 0) // MINUTE)


def _effect(resolved: Resolved) -> str:
    corrected = resolved.corrected
    change = corrected.nano_after - corrected.nano_before
    if not change:
        usd = exact_text(Metric.USD, corrected.nano_after)
        return phrase("What counts stays as it was: {usd}, charged instead of held.", usd=usd)
    lines = [_line(resolved, metric) for metric in Metric]
    told = [line for line in lines if line]
    if not told:
        amount = exact_text(Metric.USD, abs(change))
        if change < 0:
            return phrase(
                "{amount} is taken out of the counters of that time; no limit that holds now counts it.", amount=amount
            )
        return phrase(
            "{amount} is added to the counters of that time; no limit that holds now counts it.", amount=amount
        )
    return joined("\n", told)


def _line(resolved: Resolved, metric: Metric) -> str:
    effects = [each for each in resolved.effects if each.limit.metric is metric]
    if not effects:
        return ""
    change = effects[0].change
    names = listed(tuple(_limit(each.limit) for each in effects), "and")
    amount = exact_text(metric, abs(change))
    if change < 0:
        return phrase("Free again: {amount} in {limits}.", amount=amount, limits=names)
    return phrase("Counted in addition: {amount} in {limits}.", amount=amount, limits=names)


def _limit(limit: Limit) -> str:
    if limit.scope is Scope.MEMBER:
        return phrase("{who}'s {span} allowance", who=f"<@{limit.scope_id}>", span=SPAN_NAMES[limit.window])
    return limit.name
