"""What leads see of /studio: what a pause did, and how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.presentation.safe import shown
from bot.services.amounts import amount_text
from bot.services.pausing import LONGEST_REASON
from bot.services.pricing import format_usd
from bot.services.rule_words import calendar_text, channels_text, log_text, models_text

if TYPE_CHECKING:
    from bot.services.bulletin import Bulletin
    from bot.services.ledger import LimitStatus
    from bot.services.pausing import Switched
    from bot.services.policy import Pause
    from bot.services.workshop import Load

MOST_BUDGETS = 10  # that are listed; /quota show has them all
AT_WORK, PAUSED = discord.Colour(0x2E7D32), discord.Colour(0xB26A00)


def paused_text(outcome: Switched) -> str:
    """What `/studio pause` did."""
    load = outcome.load
    if not outcome.changed:
        since = "" if outcome.pause is None else f" {_since(outcome.pause)}"
        return f"⏸️ Picture making is paused here already{since}. Nothing was changed; /studio resume lets it go on."
    lines = ["⏸️ **Picture making is paused on this server.**"]
    lines += [f"Being made, and will be posted: {pictures(load.running)}. No other is sent to the image API."]
    lines += [f"Waiting: {pictures(load.waiting)}. Their places in line and their prices are kept."]
    lines += ["New requests are refused. /studio resume lets it go on."]
    return "\n".join(lines)


def resumed_text(outcome: Switched) -> str:
    """What `/studio resume` did."""
    if not outcome.changed:
        return "▶️ Picture making is not paused here. Nothing was changed."
    waiting = outcome.load.waiting
    line = f"Waiting: {pictures(waiting)}, which are made now in their order." if waiting else "Nobody waits."
    return f"▶️ **Picture making goes on on this server.**\n{line}"


def status_panel(bulletin: Bulletin) -> discord.ui.LayoutView:
    """How things stand, as a panel without anything to press."""
    view = discord.ui.LayoutView(timeout=None)
    colour = AT_WORK if bulletin.policy.pause is None else PAUSED
    view.add_item(discord.ui.Container(discord.ui.TextDisplay(status_text(bulletin)), accent_colour=colour))
    return view


def status_text(bulletin: Bulletin) -> str:
    """The panel's words: short lines, each of which says what it is about."""
    policy, charges = bulletin.policy, bulletin.open_jobs
    state = "▶️ Pictures are made." if policy.pause is None else f"⏸️ Picture making is paused {_since(policy.pause)}."
    lines = ["### Picture making on this server", state]
    lines += [f"Here: {_load(bulletin.here)}. On all servers of this bot: {_load(bulletin.altogether)}."]
    lines += [_budget(status) for status in bulletin.budgets[:MOST_BUDGETS]] or ["Budgets: none. /quota set sets one."]
    if len(bulletin.budgets) > MOST_BUDGETS:
        lines += [f"Further budgets: {len(bulletin.budgets) - MOST_BUDGETS}. /quota show lists them all."]
    lines += [f"Held: {format_usd(charges.held_nano)} for {pictures(charges.held_jobs)} that wait or are being made."]
    if charges.unknown_jobs:
        unknown = f"{format_usd(charges.unknown_nano)} for {pictures(charges.unknown_jobs)}"
        lines += [f"⚠️ Not known whether billed: {unknown}. /quota resolve settles them."]
    lines += [
        f"Calendar: {calendar_text(policy)}.",
        f"Log channel: {log_text(policy)}.",
        f"Channels: {channels_text(policy)}. Models: {models_text(policy)}.",
        _model(bulletin),
        f"-# Atelier {bulletin.version}",
    ]
    return "\n".join(lines)


def pictures(count: int) -> str:
    """``1 picture``, ``2 pictures``, ``no pictures``."""
    return f"{count or 'no'} picture{'s' * (count != 1)}"


def _since(pause: Pause) -> str:
    """``by <@5>, <t:…:R>: what for``."""
    why = f": {shown(pause.why, LONGEST_REASON).rstrip('.')}" if pause.why else ""
    return f"by <@{pause.actor_id}> <t:{pause.at}:R>{why}"


def _load(load: Load) -> str:
    return f"{load.running} running, {load.waiting} waiting"


def _budget(status: LimitStatus) -> str:
    limit = status.limit
    used, maximum = (amount_text(limit.metric, amount) for amount in (status.used, limit.maximum))
    name = limit.name[:1].upper() + limit.name[1:]
    return f"{name}: {used} of {maximum} used, resets <t:{status.resets_at}:R>."


def _model(bulletin: Bulletin) -> str:
    model = bulletin.model
    if model.shutdown is None:
        return f"Default model: {model.title}."
    instead = "" if bulletin.successor is None else f"; {bulletin.successor} follows it"
    return f"⚠️ Default model: {model.title}. It is shut down on {model.shutdown}{instead}."
