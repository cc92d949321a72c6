"""Rules of a server, and what a lead has changed of them, as words and choices."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.discord_limits import LONGEST_CHOICE, MOST_CHOICES
from bot.language import beginning, composed, joined, phrase, plural
from bot.services.policy import (
    ANY,
    NONE,
    NOT_BLOCKED,
    WEEKDAYS,
    ReplyMode,
    channels_text,
    gallery_text,
    language_text,
    moderation_text,
    replies_text,
    role_text,
    rule_text,
    wait_text,
)
from bot.services.text import change_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bot.services.catalog import Catalog, Model
    from bot.services.policy import CalendarNow, Decision, ServerPolicy

LONGEST_PART = 800  # characters of what was and of what is; a message holds 2000
LONGEST_TEXT = 1900  # characters
LONGEST_PANEL = 1500  # characters; what was changed stands before it
SCREENING = {
    "auto": phrase("The image API's usual filter decides."),
    "low": phrase(
        "The image API's filter is less strict; what its provider's own rules forbid is refused all the same."
    ),
}
AFTER_A_BLOCK = phrase("What is being made for them is finished; what still waits is given back.")
LEADS_ALONE = phrase("Leads are members who may manage this server.")
HOW_OFFERED = phrase(
    "Discord offers them /studio and /quota once you add the role to both: Server Settings, Integrations, this bot."
)
LEADING = joined(
    " ",
    [phrase("Whoever has it decides about limits, rules and pleas here, but not about this role."), HOW_OFFERED],
)
NOT_SHOWN = phrase(
    "Private pictures never come there, nor what was made where not everybody who sees the gallery can look; the star "
    "of who asked for a picture does not count."
)
REPLIES = {
    ReplyMode.AT_ONCE: phrase(
        "Who replies to their own picture changes it at once, and pays; about questions, thanks and replies to other "
        "people's pictures I ask first."
    ),
    ReplyMode.ASK: phrase("Before a reply changes a picture I ask, and say the price."),
    ReplyMode.MENTIONED: phrase(
        "Only replies that mention me change pictures; about questions, thanks and replies to other people's pictures "
        "I ask first."
    ),
    ReplyMode.NEVER: phrase("No reply changes a picture; ✏️ Edit and /edit still do."),
}


def changed_text(decision: Decision) -> str:
    """What a decision changed, from what to what; or that it changed nothing."""
    before, after = clipped(decision.before, LONGEST_PART), clipped(decision.after, LONGEST_PART)
    if decision.before == decision.after:
        return joined(" ", [phrase("Nothing was changed."), change_of(decision.subject, "", after)])
    return joined(" ", ["✅", change_of(decision.subject, before, after)])


def blocked_text(decision: Decision) -> str:
    """The same, and what becomes of what the member has asked for."""
    subject = beginning(decision.subject)
    if decision.before == decision.after:
        return changed_text(decision)
    if decision.after == NOT_BLOCKED:
        return phrase("✅ {who} is no longer blocked.", who=subject)
    if decision.before != NOT_BLOCKED:
        return changed_text(decision)
    return joined(" ", [phrase("✅ {who} is blocked now.", who=subject), AFTER_A_BLOCK])


def models_panel(policy: ServerPolicy, catalog: Catalog, today: date, usual: str, server_id: int) -> str:
    """Which models may be used, which one is for who names none, and who may use none of them.

    `usual` is the id of that one.
    """
    if policy.models:
        begin, later = phrase("The models of this server:"), phrase("Models that come later are left out.")
        names = policy.models
    else:
        begin, later = (
            phrase("The models of this server: all, now these:"),
            phrase("Models that come later are added."),
        )
        names = tuple(model.id for model in catalog.offered(today))
    known = {model.id: model for model in catalog.models}
    lines: list[str] = [begin, *(_model_line(name, known.get(name), today) for name in names)]
    lines += [joined(" ", [later, phrase("Who names none gets {model}.", model=catalog.title_of(usual))])]
    lines += [
        phrase(
            "⚠️ {role} may use none of these now; see /studio roles.",
            role=beginning(role_text(rule.role_id, server_id)),
        )
        for rule in policy.roles
        if rule.models is not None and not set(rule.models) & set(names)
    ]
    return clipped_lines(lines, LONGEST_PANEL)


def channels_panel(policy: ServerPolicy, gone: int) -> str:
    """Where pictures are made, and how many of these places exist no more."""
    text = phrase("Where pictures are made: {channels}.", channels=clipped(channels_text(policy), LONGEST_PART))
    if not gone:
        return text
    how = plural(
        "{count} of them is gone: take out with the option “deleted”.",
        "{count} of them are gone: take out with the option “deleted”.",
        gone,
    )
    return joined(" ", [text, how])


def roles_panel(policy: ServerPolicy, catalog: Catalog, server_id: int) -> str:
    """Every rule for a role, one a line, as many as a message holds."""
    rules = sorted(policy.roles, key=lambda rule: rule.role_id != server_id)
    lines = [
        phrase(
            "{subject}: {change}.",
            subject=beginning(role_text(rule.role_id, server_id)),
            change=rule_text(rule, catalog),
        )
        for rule in rules
    ]
    if not lines:
        return phrase("There are no rules for roles: everybody may ask for everything.")
    return clipped_lines(lines, LONGEST_TEXT, roles=True)


def role_panel(policy: ServerPolicy, catalog: Catalog, role_id: int, server_id: int) -> str:
    """The rule for one role."""
    rule = next((rule for rule in policy.roles if rule.role_id == role_id), None)
    who = role_text(role_id, server_id)
    return phrase("What {role} may ask for: {rule}.", role=who, rule=rule_text(rule, catalog))


def newcomers_panel(policy: ServerPolicy) -> str:
    """How long new members wait."""
    return phrase("How long new members wait: {wait}. Change it with the option “days”.", wait=wait_text(policy))


def moderation_panel(policy: ServerPolicy) -> str:
    """How strictly the provider screens, and what that means."""
    level = moderation_text(policy)
    return phrase(
        "How strictly pictures are screened: {level}. {meaning} Change it with the option “level”.",
        level=level,
        meaning=SCREENING[level],
    )


def moderation_changed_text(decision: Decision) -> str:
    """What changed, and what that means."""
    return joined(" ", [changed_text(decision), SCREENING[decision.after]])


def replies_panel(policy: ServerPolicy) -> str:
    """Whether replies change pictures, and what that means."""
    return phrase(
        "Changing pictures by replies: {mode}. {meaning} Change it with the option “mode”.",
        mode=replies_text(policy),
        meaning=REPLIES[policy.replies],
    )


def replies_changed_text(decision: Decision, when: ReplyMode) -> str:
    """What changed, and what that means."""
    return joined(" ", [changed_text(decision), REPLIES[when]])


def language_panel(policy: ServerPolicy, own: str) -> str:
    """In which language everybody is spoken to; `own` is what Discord says of the server, by its own name."""
    if policy.locale:
        return phrase(
            "What everybody reads here is in {language}. Change it with the option “language”.",
            language=language_text(policy),
        )
    return phrase(
        "What everybody reads here is in the server's own language, {language}. Change it with the option “language”.",
        language=own,
    )


def language_changed_text(decision: Decision) -> str:
    """What changed, and what is in another language all the same."""
    return joined(" ", [changed_text(decision), phrase("What only one member reads is in their own language.")])


def calendar_panel(calendar: CalendarNow) -> str:
    """By which calendar days, weeks and months are counted, when those of now end, and what its clock shows."""
    there = datetime.fromtimestamp(calendar.now, ZoneInfo(calendar.zone))
    return phrase(
        "Days, weeks and months are counted in {zone}; weeks begin on {first}. This day ends {day_end}, this week "
        "{week_end}, this month {month_end}. It is {time} on {weekday} there now.",
        zone=calendar.zone,
        first=WEEKDAYS[calendar.week_start],
        day_end=f"<t:{calendar.day_ends}:F>",
        week_end=f"<t:{calendar.week_ends}:F>",
        month_end=f"<t:{calendar.month_ends}:F>",
        time=f"{there:%H:%M}",
        weekday=WEEKDAYS[there.weekday()],
    )


def calendar_changed_text(decision: Decision, calendar: CalendarNow) -> str:
    """What changed, what that means now, and that nobody gets a budget twice by it."""
    if decision.before == decision.after:
        return joined(" ", [changed_text(decision), calendar_panel(calendar)])
    goes_on = phrase(
        "What was used in a day, week or month that began before keeps counting until that would have ended."
    )
    return joined(" ", [changed_text(decision), goes_on, calendar_panel(calendar)])


def log_panel(channel_id: int | None) -> str:
    """Where alerts and pleas are posted."""
    if channel_id is None:
        return phrase("Alerts and pleas are posted nowhere. Choose a channel for them with the option “channel”.")
    return phrase("Alerts and pleas are posted in {channel}.", channel=f"<#{channel_id}>")


def log_warning(fault: str) -> str:
    """What it means that nothing can be posted in the log channel; `fault` is a sentence that says why."""
    return phrase("⚠️ {fault} Alerts wait, and members cannot ask for more.", fault=fault)


def log_readers(channel_id: int) -> str:
    """Said of a log channel that everybody sees."""
    where = f"<#{channel_id}>"
    return phrase("Everyone who sees {channel} will read budgets and members' questions.", channel=where)


def gallery_panel(policy: ServerPolicy) -> str:
    """Where starred pictures are shown, and which are not."""
    if policy.gallery is None:
        nowhere = phrase("Starred pictures are shown nowhere. Choose a channel for them with the option “channel”.")
        return joined(" ", [nowhere, NOT_SHOWN])
    return phrase(
        "The gallery: {where}. {meaning} Change it with the options “channel”, “stars” and “off”.",
        where=gallery_text(policy),
        meaning=NOT_SHOWN,
    )


def gallery_warning(fault: str) -> str:
    """What it means that nothing can be posted in the gallery; `fault` is a sentence that says why."""
    return phrase("⚠️ {fault} Starred pictures wait.", fault=fault)


def first_gallery_line(stars: int, lead_id: int) -> str:
    """What is posted in a channel that becomes the gallery."""
    return plural(
        "⭐ Pictures that a member stars are shown here from now on: {who} chose so.",
        "⭐ Pictures that {count} members star are shown here from now on: {who} chose so.",
        stars,
        who=f"<@{lead_id}>",
    )


def lead_role_panel(policy: ServerPolicy) -> str:
    """Who leads, and how to change it."""
    if policy.lead_role_id is None:
        return joined(" ", [LEADS_ALONE, phrase("Choose a role that leads too with the option “role”.")])
    who = phrase(
        "Leads are members who may manage this server, and those with {role}.", role=f"<@&{policy.lead_role_id}>"
    )
    return joined(" ", [who, HOW_OFFERED, phrase("Change it with the options “role” and “nobody”.")])


def lead_role_changed_text(decision: Decision) -> str:
    """What changed, what that means, and how Discord is to show the commands."""
    return joined(" ", [changed_text(decision), LEADS_ALONE if decision.after == NONE else LEADING])


def set_up_text(decision: Decision, told: Iterable[str], policy: ServerPolicy, notes: Iterable[str]) -> str:
    """What holds from now on, line by line, and what else may be set. `told` is what was set, each by itself."""
    is_new = decision.before != decision.after
    lines: list[str] = [phrase("✅ From now on:") if is_new else phrase("This held already.")]
    lines += [joined(" ", ["-", beginning(part)]) for part in told]
    lines += list(dict.fromkeys(notes))
    if policy.log_channel_id is None:
        lines.append(phrase("Choose with /studio log where alerts and members' questions for more are posted."))
    if "lead role" in decision.after:
        lines.append(HOW_OFFERED)
    if policy.gallery is None:
        lines.append(phrase("With /studio gallery, pictures that members star are shown in a channel of your choice."))
    lines.append(
        phrase(
            "All limits are in /quota show; /quota set adds more, /studio pause stops everything. What was used in "
            "this day and month counts."
        )
    )
    return clipped_lines(lines, LONGEST_TEXT)


def first_log_line(lead_id: int) -> str:
    """What is posted in a channel that becomes the log."""
    return phrase(
        "📒 Alerts about budgets, and members' pleas for more, are posted here from now on: {who} chose so.",
        who=f"<@{lead_id}>",
    )


def list_choices(names: Iterable[str], typed: str) -> list[tuple[str, str]]:
    """Names that go on a list with commas in which the last name is being typed; ``any`` while there is no other."""
    *before, last = typed.lower().split(",")
    listed = [name.strip() for name in before if name.strip()]
    offered = [name for name in names if name not in listed and name.startswith(last.strip())]
    if not listed and ANY.startswith(last.strip()):
        offered.append(ANY)
    lists = [", ".join([*listed, name]) for name in offered]
    return [(each, each) for each in lists if len(each) <= LONGEST_CHOICE][:MOST_CHOICES]


def clipped_lines(lines: Iterable[str], most: int, *, roles: bool = False) -> str:
    """As many of the lines as fit into `most` characters, beside the last one, which then counts the others.

    Where they are about `roles`, it says how to see those.
    """
    given = list(lines)
    rests = [_rest(count, roles=roles) for count in range(len(given), 0, -1)]

    def fitted(parts: Sequence[str]) -> str:
        told, rest = parts[: len(given)], parts[len(given) :]
        kept: list[str] = []
        for number, line in enumerate(told):
            if sum(map(len, kept)) + len(kept) + len(line) > most:
                return "\n".join([*kept, rest[number]])
            kept.append(line)
        return "\n".join(kept)

    return composed(fitted, [*given, *rests])


def _rest(count: int, *, roles: bool) -> str:
    if roles:
        return phrase("… and {number} more: look at them role by role.", number=count)
    return phrase("… and {number} more.", number=count)


def clipped(text: str, most: int) -> str:
    """The text, cut between two words, or the parts of a list, if it has more than `most` characters.

    A mention is never cut in two.
    """

    def cut(parts: Sequence[str]) -> str:
        (whole,) = parts
        if len(whole) <= most:
            return whole
        between = max(whole.rfind(sign, 0, most - 1) for sign in " 、")
        return whole[: between + 1].rstrip(" ,;、") + " …"

    return composed(cut, [text])


def _model_line(name: str, model: Model | None, today: date) -> str:
    """The catalog may have lost a model that a list has still."""
    if model is None or model.shutdown is None:
        return f"- {name if model is None else f'{model.title} ({name})'}"
    model_name, day = f"{model.title} ({name})", str(model.shutdown)
    if model.is_retired(today):
        return phrase("- {model}, was shut down on {day}", model=model_name, day=day)
    return phrase("- {model}, is shut down on {day}", model=model_name, day=day)
