"""What leads see of /studio: what a pause did, and how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.discord_ui.rows import panel_of
from bot.language import beginning, joined, phrase, plural
from bot.presentation.log_channel import outage_text
from bot.services.jobs import why_paused
from bot.services.policy import (
    MODERATIONS,
    ReplyMode,
    amount_text,
    calendar_text,
    channels_text,
    gallery_text,
    language_text,
    log_text,
    models_text,
    moderation_text,
    replies_text,
    unchanged,
    wait_text,
)
from bot.services.quotas import hint_text, pace_text
from bot.services.requests import format_usd
from bot.services.text import listed
from cogs.studio.rule_panels import clipped, gallery_warning, log_warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.jobs import OpenJobs, ServerStatus, Switched
    from bot.services.ledger import LimitStatus
    from bot.services.policy import Pause, ServerPolicy

ACCOUNT_REFUSED = phrase(
    "🔴 No picture can be made: the image API refuses the account that pays. Whoever runs the bot has to mend that; "
    "it goes on by itself then."
)
MOST_BUDGETS = 10  # that are listed; /quota show has them all
MOST_BLOCKED = 10  # that are named
LONGEST_LIST = 800  # characters; /studio channels shows more
AT_WORK, PAUSED = discord.Colour(0x2E7D32), discord.Colour(0xB26A00)


def paused_text(outcome: Switched) -> str:
    """What `/studio pause` did."""
    load = outcome.load
    if not outcome.changed:
        since = [] if outcome.pause is None else [_paused(outcome.pause)]
        already = phrase("⏸️ Picture making is paused here already.")
        how = phrase("Nothing was changed; /studio resume lets it go on.")
        return joined(" ", [already, *since, how])
    lines: list[str] = [phrase("⏸️ **Picture making is paused on this server.**")]
    if load.running:
        lines += [
            phrase(
                "Being made, and will be posted: {pictures}. No other is sent to the image API.",
                pictures=pictures(load.running),
            )
        ]
    else:
        lines += [phrase("Nothing is being made now, and nothing is sent to the image API.")]
    if load.waiting:
        waiting = pictures(load.waiting)
        lines += [phrase("Waiting: {pictures}. Their places in line and their prices are kept.", pictures=waiting)]
    lines += [phrase("New requests are refused. /studio resume lets it go on.")]
    return joined("\n", lines)


def resumed_text(outcome: Switched) -> str:
    """What `/studio resume` did."""
    if not outcome.changed:
        return unchanged(phrase("▶️ Picture making is not paused here."))
    line = phrase("Nobody waits.")
    if outcome.load.waiting:
        waiting = pictures(outcome.load.waiting)
        line = phrase("Waiting: {pictures}, which go on now in their order.", pictures=waiting)
    return joined("\n", [phrase("▶️ **Picture making on this server goes on.**"), line])


def status_panel(
    server_status: ServerStatus,
    log_fault: str,
    gallery_fault: str = "",
    buttons: Sequence[discord.ui.Item[Any]] = (),
    own: str = "English",
) -> discord.ui.LayoutView:
    """How things stand, as a panel; below it what one may do about it.

    The faults are sentences that say why nothing can be posted in the log channel and in the gallery; empty if
    something can. `own` is the language of the server by Discord.
    """
    colour = AT_WORK if server_status.policy.pause is None else PAUSED
    text = discord.ui.TextDisplay[discord.ui.LayoutView](status_text(server_status, log_fault, gallery_fault, own))
    rows = [discord.ui.ActionRow[discord.ui.LayoutView](*buttons)] if buttons else []
    return panel_of(discord.ui.Container(text, accent_colour=colour), *rows)


def status_text(server_status: ServerStatus, log_fault: str, gallery_fault: str = "", own: str = "English") -> str:
    """The panel's words: short lines, each of which says what it is about."""
    policy = server_status.policy
    trouble = _trouble(server_status)
    states = [trouble] if trouble else []
    if policy.pause is not None:
        states.append(joined(" ", ["⏸️", _paused(policy.pause)]))
    lines: list[str] = [phrase("### Picture making on this server"), *(states or [phrase("▶️ Pictures are made.")])]
    here = phrase(
        "Here: {running} running, {waiting} waiting.",
        running=server_status.here.running,
        waiting=server_status.here.waiting,
    )
    lines += [here, *_budgets(server_status), *_open_jobs(server_status.open_jobs)]
    lines += [_calendar(policy), _language(policy, own), _log(policy)]
    lines += [log_warning(log_fault)] if log_fault else []
    lines += [
        phrase(
            "Channels: {channels}. Models: {models}.",
            channels=clipped(channels_text(policy), LONGEST_LIST),
            models=models_text(policy),
        )
    ]
    lines += _members(policy)
    lines += [gallery_warning(gallery_fault)] if gallery_fault else []
    lines += [_model(server_status), *_ending(server_status), f"-# Atelier {server_status.version}"]
    return joined("\n", lines)


def _calendar(policy: ServerPolicy) -> str:
    calendar = calendar_text(policy)
    if policy.zone == "UTC":
        return phrase("Calendar: {calendar}. /studio calendar changes it.", calendar=calendar)
    return phrase("Calendar: {calendar}.", calendar=calendar)


def _language(policy: ServerPolicy, own: str) -> str:
    if policy.locale:
        return phrase("Language: {language}.", language=language_text(policy))
    return phrase("Language: {language}, as the server's own; /studio language changes it.", language=own)


def _trouble(server_status: ServerStatus) -> str:
    """What keeps pictures from being made on any server; empty if nothing does."""
    if server_status.account_refused:
        return ACCOUNT_REFUSED
    return "" if server_status.downtime is None else outage_text(server_status.downtime)


def _budgets(server_status: ServerStatus) -> list[str]:
    lines = [_budget(status, server_status.at) for status in server_status.budgets[:MOST_BUDGETS]]
    lines = lines or [phrase("This server's budgets: none. /quota set sets one.")]
    if len(server_status.budgets) > MOST_BUDGETS:
        further = len(server_status.budgets) - MOST_BUDGETS
        lines += [phrase("Further budgets: {number}. /quota show lists them all.", number=further)]
    if server_status.installation is not None:
        lines += [_budget(server_status.installation, server_status.at)]
    elif server_status.hint is not None:
        resets = phrase("It resets {when}.", when=f"<t:{server_status.hint.resets_at}:R>")
        lines += [joined(" ", [hint_text(server_status.hint), resets])]
    return lines


def _open_jobs(charges: OpenJobs) -> list[str]:
    if not charges.held_jobs:
        lines: list[str] = [phrase("Nothing waits, and nothing is being made.")]
    else:
        held, count = format_usd(charges.held_nano), pictures(charges.held_jobs)
        lines = [phrase("Held: {usd} for {pictures} waiting or being made.", usd=held, pictures=count)]
    if charges.unknown_jobs:
        unknown, count = format_usd(charges.unknown_nano), pictures(charges.unknown_jobs)
        lines += [
            phrase(
                "⚠️ Not known whether billed: {usd} for {pictures}. /quota resolve settles them.",
                usd=unknown,
                pictures=count,
            )
        ]
    return lines


def _log(policy: ServerPolicy) -> str:
    if policy.log_channel_id is None:
        return phrase(
            "Log channel: none, so there are no alerts and members cannot ask for more. /studio log sets one."
        )
    return phrase("Log channel: {where}.", where=log_text(policy))


def _members(policy: ServerPolicy) -> list[str]:
    """Of those rules that there are."""
    lines: list[str] = []
    if policy.blocked:
        named: list[str] = [f"<@{block.user_id}>" for block in policy.blocked[:MOST_BLOCKED]]
        if more := len(policy.blocked) - len(named):
            named.append(phrase("{number} more", number=more))
        count = len(policy.blocked)
        lines += [phrase("Blocked: {count} ({members}).", count=count, members=listed(tuple(named), "and"))]
    if policy.newcomer_days:
        lines += [phrase("New members wait: {wait}.", wait=wait_text(policy))]
    if policy.moderation != MODERATIONS[0]:
        lines += [phrase("Screening: {level}; /studio moderation changes it.", level=moderation_text(policy))]
    if policy.replies is not ReplyMode.AT_ONCE:
        mode = replies_text(policy)
        lines += [phrase("Changing pictures by replies: {mode}; /studio replies changes it.", mode=mode)]
    if policy.gallery is not None:
        lines += [phrase("Gallery: {where}; /studio gallery changes it.", where=gallery_text(policy))]
    if policy.roles:
        count = len(policy.roles)
        lines += [
            plural(
                "Rules: {count} role; /studio roles shows them.",
                "Rules: {count} roles; /studio roles shows them.",
                count,
            )
        ]
    return lines


def pictures(count: int) -> str:
    """``1 picture``, ``2 pictures``, ``no pictures``."""
    return plural("{count} picture", "{count} pictures", count) if count else phrase("no pictures")


def _paused(pause: Pause) -> str:
    """Since when, by whom, and what for."""
    who, when = f"<@{pause.actor_id}>", f"<t:{pause.at}:R>"
    return phrase("Paused by {who} {when}{why}.", who=who, when=when, why=why_paused(pause))


def _budget(status: LimitStatus, at: int) -> str:
    limit = status.limit
    used, maximum = amount_text(limit.metric, status.used), amount_text(limit.metric, limit.maximum)
    name = beginning(limit.name)
    edges = (status.began_at, status.resets_at)
    pace = pace_text(limit.window, status.used - status.held, limit.maximum, edges, at)
    told = phrase(
        "{name}: {used} of {maximum} used, resets {when}.",
        name=name,
        used=used,
        maximum=maximum,
        when=f"<t:{status.resets_at}:R>",
    )
    return joined(" ", [told, *([pace] if pace else [])])


def _model(server_status: ServerStatus) -> str:
    model = server_status.model
    if model.shutdown is None:
        return phrase("Default model: {model}.", model=model.title)
    day, successor = str(model.shutdown), server_status.successor
    if successor is None:
        return phrase("⚠️ Default model: {model}. It is shut down on {day}.", model=model.title, day=day)
    return phrase(
        "⚠️ Default model: {model}. It is shut down on {day}; {successor} follows it.",
        model=model.title,
        day=day,
        successor=successor,
    )


def _ending(server_status: ServerStatus) -> list[str]:
    """Nothing has to be done where others stay."""
    lasting = server_status.lasting
    others = [model for model in server_status.ending if not lasting or model.id != server_status.model.id]
    told: list[str] = []
    for each in others:
        day = str(each.shutdown)
        line = phrase("⚠️ {model} is shut down on {day}.", model=each.id, day=day)
        if each.is_retired(server_status.today):
            line = phrase("⚠️ {model} was shut down on {day}.", model=each.id, day=day)
        told.append(line if lasting else joined(" ", [line, phrase("Allow another before.")]))
    return told
