"""What leads read of a member who asks for more, and what the member reads of their decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.presentation.safe import shown
from bot.services.amounts import amount_text
from bot.services.limits import Scope
from bot.services.pleas import PleaState

if TYPE_CHECKING:
    from bot.services.pleas import Asked, Plea

SERVER_NAME = 60  # characters of a server's name in a direct message
ASKED = "Asked. Your leads see it in their log channel, and I tell you what they decide."


def plea_text(asked: Asked) -> str:
    """For the leads: who asks, where, for which limit, what is used, what is missing, when it resets."""
    plea, status = asked.plea, asked.status
    used, maximum = (amount_text(plea.metric, amount) for amount in (status.used, status.limit.maximum))
    return (
        f"🙋 <@{plea.user_id}> asks in <#{plea.channel_id}> for more of {plea.limit_name}.\n"
        f"{used} used of {maximum}; {amount_text(plea.metric, plea.needed)} missing. Resets <t:{plea.ends_at}:R>."
    )


def grant_label(plea: Plea) -> str:
    """``Grant 4 pictures``."""
    return f"Grant {amount_text(plea.metric, plea.needed)}"


def closed_text(plea: Plea) -> str:
    """For the leads, once there is nothing to decide any more: who asked for what, and how it ended."""
    return f"<@{plea.user_id}> asked in <#{plea.channel_id}> for more of {plea.limit_name}.\n{_ending(plea)}"


def too_late_text(plea: Plea) -> str:
    """For a lead whose decision came after another's."""
    return f"That was decided already. {_ending(plea)}"


def notice(plea: Plea, server_name: str | None) -> str:
    """For the member: what was decided. `server_name` where they cannot see on which server, else None."""
    limit = f"your{plea.limit_name.removeprefix('their')}" if plea.scope is Scope.MEMBER else plea.limit_name
    where = f" on {shown(server_name, SERVER_NAME)}" if server_name else ""
    text = f"You asked for more of {limit}{where}. {_ending(plea)}"
    if plea.state is PleaState.GRANTED:
        return f"{text} Ask for your picture again."
    return f"{text} It resets <t:{plea.ends_at}:R>."


def _ending(plea: Plea) -> str:
    if plea.state is PleaState.GRANTED:
        granted = amount_text(plea.metric, plea.granted or plea.needed)
        return f"✅ <@{plea.decided_by}> granted {granted}, until <t:{plea.ends_at}:f>."
    if plea.state is PleaState.DECLINED:
        return f"❌ <@{plea.decided_by}> declined."
    return f"⌛ Nobody decided before the limit was reset, <t:{plea.ends_at}:R>. Nothing was granted."
