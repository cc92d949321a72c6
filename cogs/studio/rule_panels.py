"""Rules of a server, and what a lead has changed of them, as words and choices."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.discord_limits import LONGEST_CHOICE, MOST_CHOICES
from bot.language import beginning
from bot.services.policy import (
    ANY,
    NOT_BLOCKED,
    WEEKDAYS,
    ReplyMode,
    channels_text,
    gallery_text,
    moderation_text,
    replies_text,
    role_text,
    rule_text,
    wait_text,
)
from bot.services.text import change_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from bot.services.catalog import Catalog, Model
    from bot.services.policy import CalendarNow, Decision, ServerPolicy

LONGEST_PART = 800  # characters of what was and of what is; a message holds 2000
LONGEST_TEXT = 1900  # characters
LONGEST_PANEL = 1500  # characters; what was changed stands before it
SCREENING = {
    "auto": "The image API's usual filter decides.",
    "low": "The image API's filter is less strict; what its provider's own rules forbid is refused all the same.",
}
AFTER_A_BLOCK = "What is being made for them is finished; what still waits is given back."
LEADS_ALONE = "Leads are members who may manage this server."
HOW_OFFERED = (
    "Discord offers them /studio and /quota once you add the role to both: Server Settings, Integrations, this bot."
)
LEADING = f"Whoever has it decides about limits, rules and pleas here, but not about this role. {HOW_OFFERED}"
NOT_SHOWN = (
    "Private pictures never come there, nor what was made where not everybody who sees the gallery can look; the star "
    "of who asked for a picture does not count."
)
REPLIES = {
    ReplyMode.AT_ONCE: (
        "Who replies to their own picture changes it at once, and pays; about questions, thanks and replies to other "
        "people's pictures I ask first."
    ),
    ReplyMode.ASK: "Before a reply changes a picture I ask, and say the price.",
    ReplyMode.MENTIONED: (
        "Only replies that mention me change pictures; about questions, thanks and replies to other people's pictures "
        "I ask first."
    ),
    ReplyMode.NEVER: "No reply changes a picture; ✏️ Edit and /edit still do.",
}


def changed_text(decision: Decision) -> str:
    """What a decision changed, from what to what; or that it changed nothing."""
    before, after = clipped(decision.before, LONGEST_PART), clipped(decision.after, LONGEST_PART)
    if decision.before == decision.after:
        return f"Nothing was changed. {change_of(decision.subject, '', after)}"
    return f"✅ {change_of(decision.subject, before, after)}"


def blocked_text(decision: Decision) -> str:
    """The same, and what becomes of what the member has asked for."""
    subject = beginning(decision.subject)
    if decision.before == decision.after:
        return changed_text(decision)
    if decision.after == NOT_BLOCKED:
        return f"✅ {subject} is no longer blocked."
    if decision.before != NOT_BLOCKED:
        return changed_text(decision)
    return f"✅ {subject} is {clipped(decision.after, LONGEST_PART)} now. {AFTER_A_BLOCK}"


def models_panel(policy: ServerPolicy, catalog: Catalog, today: date, usual: str, server_id: int) -> str:
    """Which models may be used, which one is for who names none, and who may use none of them.

    `usual` is the id of that one.
    """
    if policy.models:
        begin, later = "The models of this server:", "Models that come later are left out."
        names = policy.models
    else:
        begin, later = "The models of this server: all, now these:", "Models that come later are added."
        names = tuple(model.id for model in catalog.offered(today))
    known = {model.id: model for model in catalog.models}
    lines = [begin, *(_model_line(name, known.get(name), today) for name in names)]
    lines += [f"{later} Who names none gets {catalog.title_of(usual)}."]
    lines += [
        f"⚠️ {beginning(role_text(rule.role_id, server_id))} may use none of these now; see /studio roles."
        for rule in policy.roles
        if rule.models is not None and not set(rule.models) & set(names)
    ]
    return clipped_lines(lines, LONGEST_PANEL)


def channels_panel(policy: ServerPolicy, gone: int) -> str:
    """Where pictures are made, and how many of these places exist no more."""
    text = f"Where pictures are made: {clipped(channels_text(policy), LONGEST_PART)}."
    if not gone:
        return text
    return f"{text} {gone} of them {'is' if gone == 1 else 'are'} gone: take out with the option “deleted”."


def roles_panel(policy: ServerPolicy, catalog: Catalog, server_id: int) -> str:
    """Every rule for a role, one a line, as many as a message holds."""
    rules = sorted(policy.roles, key=lambda rule: rule.role_id != server_id)
    lines = [f"{beginning(role_text(rule.role_id, server_id))}: {rule_text(rule, catalog)}." for rule in rules]
    if not lines:
        return "There are no rules for roles: everybody may ask for everything."
    return clipped_lines(lines, LONGEST_TEXT, "look at them role by role")


def role_panel(policy: ServerPolicy, catalog: Catalog, role_id: int, server_id: int) -> str:
    """The rule for one role."""
    rule = next((rule for rule in policy.roles if rule.role_id == role_id), None)
    return f"What {role_text(role_id, server_id)} may ask for: {rule_text(rule, catalog)}."


def newcomers_panel(policy: ServerPolicy) -> str:
    """How long new members wait."""
    return f"How long new members wait: {wait_text(policy)}. Change it with the option “days”."


def moderation_panel(policy: ServerPolicy) -> str:
    """How strictly the provider screens, and what that means."""
    level = moderation_text(policy)
    return f"How strictly pictures are screened: {level}. {SCREENING[level]} Change it with the option “level”."


def moderation_changed_text(decision: Decision) -> str:
    """What changed, and what that means."""
    return f"{changed_text(decision)} {SCREENING[decision.after]}"


def replies_panel(policy: ServerPolicy) -> str:
    """Whether replies change pictures, and what that means."""
    return (
        f"Changing pictures by replies: {replies_text(policy)}. {REPLIES[policy.replies]} "
        "Change it with the option “mode”."
    )


def replies_changed_text(decision: Decision, when: ReplyMode) -> str:
    """What changed, and what that means."""
    return f"{changed_text(decision)} {REPLIES[when]}"


def calendar_panel(calendar: CalendarNow) -> str:
    """By which calendar days, weeks and months are counted, when those of now end, and what its clock shows."""
    there = datetime.fromtimestamp(calendar.now, ZoneInfo(calendar.zone))
    return (
        f"Days, weeks and months are counted in {calendar.zone}; weeks begin on {WEEKDAYS[calendar.week_start]}. "
        f"This day ends <t:{calendar.day_ends}:F>, this week <t:{calendar.week_ends}:F>, "
        f"this month <t:{calendar.month_ends}:F>. It is {there:%H:%M} on {WEEKDAYS[there.weekday()]} there now."
    )


def calendar_changed_text(decision: Decision, calendar: CalendarNow) -> str:
    """What changed, what that means now, and that nobody gets a budget twice by it."""
    if decision.before == decision.after:
        return f"{changed_text(decision)} {calendar_panel(calendar)}"
    return (
        f"{changed_text(decision)} What was used in a day, week or month that began before keeps counting until that "
        f"would have ended. {calendar_panel(calendar)}"
    )


def log_panel(channel_id: int | None) -> str:
    """Where alerts and pleas are posted."""
    if channel_id is None:
        return "Alerts and pleas are posted nowhere. Choose a channel for them with the option “channel”."
    return f"Alerts and pleas are posted in <#{channel_id}>."


def log_warning(fault: str) -> str:
    """What it means that nothing can be posted in the log channel; `fault` is a sentence that says why."""
    return f"⚠️ {fault} Alerts wait, and members cannot ask for more."


def log_readers(channel_id: int) -> str:
    """Said of a log channel that everybody sees."""
    return f"Everyone who sees <#{channel_id}> will read budgets and members' questions."


def gallery_panel(policy: ServerPolicy) -> str:
    """Where starred pictures are shown, and which are not."""
    if policy.gallery is None:
        return f"Starred pictures are shown nowhere. Choose a channel for them with the option “channel”. {NOT_SHOWN}"
    return f"The gallery: {gallery_text(policy)}. {NOT_SHOWN} Change it with the options “channel”, “stars” and “off”."


def gallery_warning(fault: str) -> str:
    """What it means that nothing can be posted in the gallery; `fault` is a sentence that says why."""
    return f"⚠️ {fault} Starred pictures wait."


def first_gallery_line(stars: int, lead_id: int) -> str:
    """What is posted in a channel that becomes the gallery."""
    members = "a member stars" if stars == 1 else f"{stars} members star"
    return f"⭐ Pictures that {members} are shown here from now on: <@{lead_id}> chose so."


def lead_role_panel(policy: ServerPolicy) -> str:
    """Who leads, and how to change it."""
    if policy.lead_role_id is None:
        return f"{LEADS_ALONE} Choose a role that leads too with the option “role”."
    return (
        f"Leads are members who may manage this server, and those with <@&{policy.lead_role_id}>. {HOW_OFFERED} "
        "Change it with the options “role” and “nobody”."
    )


def lead_role_changed_text(decision: Decision) -> str:
    """What changed, what that means, and how Discord is to show the commands."""
    return f"{changed_text(decision)} {LEADS_ALONE if decision.after == 'none' else LEADING}"


def set_up_text(decision: Decision, policy: ServerPolicy, notes: Iterable[str]) -> str:
    """What holds from now on, line by line, and what else may be set."""
    begin = "This held already." if decision.before == decision.after else "✅ From now on:"
    lines = [begin, *(f"- {beginning(part)}" for part in decision.after.split("; "))]
    lines += list(dict.fromkeys(notes))
    if policy.log_channel_id is None:
        lines.append("Choose with /studio log where alerts and members' questions for more are posted.")
    if "lead role" in decision.after:
        lines.append(HOW_OFFERED)
    if policy.gallery is None:
        lines.append("With /studio gallery, pictures that members star are shown in a channel of your choice.")
    lines.append(
        "All limits are in /quota show; /quota set adds more, /studio pause stops everything. "
        "What was used in this day and month counts."
    )
    return clipped_lines(lines, LONGEST_TEXT)


def first_log_line(lead_id: int) -> str:
    """What is posted in a channel that becomes the log."""
    return f"📒 Alerts about budgets, and members' pleas for more, are posted here from now on: <@{lead_id}> chose so."


def list_choices(names: Iterable[str], typed: str) -> list[tuple[str, str]]:
    """Names that go on a list with commas in which the last name is being typed; ``any`` while there is no other."""
    *before, last = typed.lower().split(",")
    listed = [name.strip() for name in before if name.strip()]
    offered = [name for name in names if name not in listed and name.startswith(last.strip())]
    if not listed and ANY.startswith(last.strip()):
        offered.append(ANY)
    lists = [", ".join([*listed, name]) for name in offered]
    return [(each, each) for each in lists if len(each) <= LONGEST_CHOICE][:MOST_CHOICES]


def clipped_lines(lines: Iterable[str], most: int, what_next: str = "") -> str:
    """As many of the lines as fit into `most` characters, beside the last one, which then counts the others."""
    given = list(lines)
    shown: list[str] = []
    for number, line in enumerate(given):
        if sum(map(len, shown)) + len(shown) + len(line) > most:
            return "\n".join([*shown, f"… and {len(given) - number} more{what_next and f': {what_next}'}."])
        shown.append(line)
    return "\n".join(shown)


def clipped(text: str, most: int) -> str:
    """The text, cut between two words if it has more than `most` characters: a mention is never cut in two."""
    if len(text) <= most:
        return text
    return text[: text.rfind(" ", 0, most - 1) + 1].rstrip(" ,;") + " …"


def _model_line(name: str, model: Model | None, today: date) -> str:
    """The catalog may have lost a model that a list has still."""
    if model is None or model.shutdown is None:
        return f"- {name if model is None else f'{model.title} ({name})'}"
    return f"- {model.title} ({name}), {'was' if model.is_retired(today) else 'is'} shut down on {model.shutdown}"
