"""What leads see of /studio: what a pause did, and how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.discord_ui.rows import panel_of
from bot.language import beginning
from bot.presentation.alerts import outage_text
from bot.services.jobs import LONGEST_REASON
from bot.services.policy import (
    MODERATIONS,
    ReplyMode,
    amount_text,
    calendar_text,
    channels_text,
    gallery_text,
    log_text,
    models_text,
    moderation_text,
    replies_text,
    wait_text,
)
from bot.services.quotas import hint_text, pace_text
from bot.services.requests import format_usd
from bot.services.text import shown
from cogs.studio.rule_panels import clipped, gallery_warning, log_warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.jobs import Load, OpenJobs, ServerStatus, Switched
    from bot.services.ledger import LimitStatus
    from bot.services.policy import Pause, ServerPolicy

ACCOUNT_REFUSED = (
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
        since = "" if outcome.pause is None else f" {_since(outcome.pause)}"
        return f"⏸️ Picture making is paused here already{since}. Nothing was changed; /studio resume lets it go on."
    lines = ["⏸️ **Picture making is paused on this server.**"]
    if load.running:
        lines += [f"Being made, and will be posted: {pictures(load.running)}. No other is sent to the image API."]
    else:
        lines += ["Nothing is being made now, and nothing is sent to the image API."]
    if load.waiting:
        lines += [f"Waiting: {pictures(load.waiting)}. Their places in line and their prices are kept."]
    lines += ["New requests are refused. /studio resume lets it go on."]
    return "\n".join(lines)


def resumed_text(outcome: Switched) -> str:
    """What `/studio resume` did."""
    if not outcome.changed:
        return "▶️ Picture making is not paused here. Nothing was changed."
    waiting = outcome.load.waiting
    line = f"Waiting: {pictures(waiting)}, which go on now in their order." if waiting else "Nobody waits."
    return f"▶️ **Picture making on this server goes on.**\n{line}"


def status_panel(
    server_status: ServerStatus,
    log_fault: str,
    gallery_fault: str = "",
    buttons: Sequence[discord.ui.Item[Any]] = (),
) -> discord.ui.LayoutView:
    """How things stand, as a panel; below it what one may do about it.

    The faults are sentences that say why nothing can be posted in the log channel and in the gallery; empty if
    something can.
    """
    colour = AT_WORK if server_status.policy.pause is None else PAUSED
    text = discord.ui.TextDisplay[discord.ui.LayoutView](status_text(server_status, log_fault, gallery_fault))
    rows = [discord.ui.ActionRow[discord.ui.LayoutView](*buttons)] if buttons else []
    return panel_of(discord.ui.Container(text, accent_colour=colour), *rows)


def status_text(server_status: ServerStatus, log_fault: str, gallery_fault: str = "") -> str:
    """The panel's words: short lines, each of which says what it is about."""
    policy = server_status.policy
    state = "▶️ Pictures are made." if policy.pause is None else f"⏸️ Picture making is paused {_since(policy.pause)}."
    trouble = _trouble(server_status)
    if trouble:
        state = f"{trouble}\n{state}" if policy.pause is not None else trouble
    lines = ["### Picture making on this server", state]
    lines += [f"Here: {_load(server_status.here)}.", *_budgets(server_status), *_open_jobs(server_status.open_jobs)]
    change = " /studio calendar changes it." if policy.zone == "UTC" else ""
    lines += [f"Calendar: {calendar_text(policy)}.{change}", _log(policy)]
    lines += [log_warning(log_fault)] if log_fault else []
    lines += [f"Channels: {clipped(channels_text(policy), LONGEST_LIST)}. Models: {models_text(policy)}."]
    lines += _members(policy)
    lines += [gallery_warning(gallery_fault)] if gallery_fault else []
    lines += [_model(server_status), *_ending(server_status), f"-# Atelier {server_status.version}"]
    return "\n".join(lines)


def _trouble(server_status: ServerStatus) -> str:
    """What keeps pictures from being made on any server; empty if nothing does."""
    if server_status.account_refused:
        return ACCOUNT_REFUSED
    return "" if server_status.downtime is None else outage_text(server_status.downtime)


def _budgets(server_status: ServerStatus) -> list[str]:
    lines = [_budget(status, server_status.at) for status in server_status.budgets[:MOST_BUDGETS]]
    lines = lines or ["This server's budgets: none. /quota set sets one."]
    if len(server_status.budgets) > MOST_BUDGETS:
        lines += [f"Further budgets: {len(server_status.budgets) - MOST_BUDGETS}. /quota show lists them all."]
    if server_status.installation is not None:
        lines += [_budget(server_status.installation, server_status.at)]
    elif server_status.hint is not None:
        lines += [f"{hint_text(server_status.hint)} It resets <t:{server_status.hint.resets_at}:R>."]
    return lines


def _open_jobs(charges: OpenJobs) -> list[str]:
    if not charges.held_jobs:
        lines = ["Nothing waits, and nothing is being made."]
    else:
        lines = [f"Held: {format_usd(charges.held_nano)} for {pictures(charges.held_jobs)} waiting or being made."]
    if charges.unknown_jobs:
        unknown = f"{format_usd(charges.unknown_nano)} for {pictures(charges.unknown_jobs)}"
        lines += [f"⚠️ Not known whether billed: {unknown}. /quota resolve settles them."]
    return lines


def _log(policy: ServerPolicy) -> str:
    if policy.log_channel_id is None:
        return "Log channel: none, so there are no alerts and members cannot ask for more. /studio log sets one."
    return f"Log channel: {log_text(policy)}."


def _members(policy: ServerPolicy) -> list[str]:
    """Of those rules that there are."""
    lines: list[str] = []
    if policy.blocked:
        named = tuple(f"<@{block.user_id}>" for block in policy.blocked[:MOST_BLOCKED])
        more = len(policy.blocked) - len(named)
        lines += [f"Blocked: {len(policy.blocked)} ({', '.join(named)}{f' and {more} more' if more else ''})."]
    if policy.newcomer_days:
        lines += [f"New members wait: {wait_text(policy)}."]
    if policy.moderation != MODERATIONS[0]:
        lines += [f"Screening: {moderation_text(policy)}; /studio moderation changes it."]
    if policy.replies is not ReplyMode.AT_ONCE:
        lines += [f"Changing pictures by replies: {replies_text(policy)}; /studio replies changes it."]
    if policy.gallery is not None:
        lines += [f"Gallery: {gallery_text(policy)}; /studio gallery changes it."]
    if policy.roles:
        count = len(policy.roles)
        lines += [f"Rules: {count} role{'s' * (count != 1)}; /studio roles shows them."]
    return lines


def pictures(count: int) -> str:
    """``1 picture``, ``2 pictures``, ``no pictures``."""
    return f"{count or 'no'} picture{'s' * (count != 1)}"


def _since(pause: Pause) -> str:
    """``by <@5>, <t:…:R>: what for``."""
    why = f": {shown(pause.why, LONGEST_REASON).rstrip('.')}" if pause.why else ""
    return f"by <@{pause.actor_id}> <t:{pause.at}:R>{why}"


def _load(load: Load) -> str:
    return f"{load.running} running, {load.waiting} waiting"


def _budget(status: LimitStatus, at: int) -> str:
    limit = status.limit
    used, maximum = (amount_text(limit.metric, amount) for amount in (status.used, limit.maximum))
    name = beginning(limit.name)
    edges = (status.began_at, status.resets_at)
    pace = pace_text(limit.window, status.used - status.held, limit.maximum, edges, at)
    return " ".join([f"{name}: {used} of {maximum} used, resets <t:{status.resets_at}:R>.", *([pace] if pace else [])])


def _model(server_status: ServerStatus) -> str:
    model = server_status.model
    if model.shutdown is None:
        return f"Default model: {model.title}."
    instead = "" if server_status.successor is None else f"; {server_status.successor} follows it"
    return f"⚠️ Default model: {model.title}. It is shut down on {model.shutdown}{instead}."


def _ending(server_status: ServerStatus) -> list[str]:
    """Nothing has to be done where others stay."""
    advice = "" if server_status.lasting else "; allow another before"
    others = (model for model in server_status.ending if advice or model.id != server_status.model.id)
    return [
        f"⚠️ {each.id} {'was' if each.is_retired(server_status.today) else 'is'} shut down on {each.shutdown}{advice}."
        for each in others
    ]
