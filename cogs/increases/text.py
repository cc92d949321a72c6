"""What leads read of a member who asks for more, and what the member reads of their decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.presentation.safe import shown
from bot.services.policy import Metric, Scope, amount_text
from bot.services.quotas import PleaState

if TYPE_CHECKING:
    from bot.services.ledger import LimitStatus
    from bot.services.quotas import News, Plea

SERVER_NAME = 60  # characters of a server's name in a direct message
ASKED = "Asked. Your leads see it in their log channel, and I tell you what they decide."


def plea_text(plea: Plea, status: LimitStatus) -> str:
    """For the leads: who asks, where, for which limit and what, what is used, what is missing, when it resets."""
    used, maximum = (amount_text(plea.metric, amount) for amount in (status.used, status.limit.maximum))
    return (
        f"🙋 <@{plea.user_id}> asks in <#{plea.channel_id}> for more of {plea.limit_name}, for {_wanted(plea)}.\n"
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


def short_text(plea: Plea) -> str:
    """For a lead who would have granted too little: nothing was granted, and what is missing now."""
    return (
        f"Meanwhile less is left: what is missing now is {amount_text(plea.metric, plea.needed)}. "
        "Nothing is granted yet; press again to grant that."
    )


def notice(news: News, server_name: str | None) -> str:
    """For the member alone: what was decided. `server_name` where they cannot see on which server, else None."""
    plea = news.plea
    limit = f"your{plea.limit_name.removeprefix('their')}" if plea.scope is Scope.MEMBER else plea.limit_name
    where = f" on {shown(server_name, SERVER_NAME)}" if server_name else ""
    text = f"You asked for more of {limit}{where}."
    if plea.state is PleaState.DECLINED:
        resets = "It has reset since: ask for your picture again." if news.ended else f"It resets <t:{plea.ends_at}:R>."
        return f"{text} {_ending(plea)} {resets}"
    ending = "That is not in your way any more." if plea.state is PleaState.NEEDLESS else _ending(plea)
    return f"{text} {ending} {_next(news.in_the_way)}"


def public_notice(plea: Plea) -> str:
    """For the member where others read it too: that there is an answer, and where it can be seen in private."""
    return f"<@{plea.user_id}>, your leads have answered your question; /usage shows what is left."


def _wanted(plea: Plea) -> str:
    wanted = amount_text(plea.metric, plea.wanted)
    return wanted if plea.metric is Metric.IMAGES else f"pictures of up to {wanted}"


def _next(in_the_way: LimitStatus | None) -> str:
    """What the member does now; nobody is sent to ask for what would be refused."""
    if in_the_way is None:
        return "Ask for your picture again."
    limit = in_the_way.limit
    left = max(limit.maximum - in_the_way.used, 0)
    if not left:
        return f"But nothing is left of {limit.name}: wait until it resets, <t:{in_the_way.resets_at}:R>."
    return (
        f"But all that is left of {limit.name} is {amount_text(limit.metric, left)}: ask for less, or wait until it "
        f"resets, <t:{in_the_way.resets_at}:R>."
    )


def _ending(plea: Plea) -> str:
    if plea.state is PleaState.GRANTED:
        granted = amount_text(plea.metric, plea.granted)
        return f"✅ <@{plea.decided_by}> granted {granted}, until <t:{plea.ends_at}:f>."
    if plea.state is PleaState.DECLINED:
        return f"❌ <@{plea.decided_by}> declined."
    if plea.state is PleaState.NEEDLESS:
        return "There is nothing to grant any more: by now the limit is not in the way."
    return f"⌛ Nobody decided before the limit was reset, <t:{plea.ends_at}:R>. Nothing was granted."
