"""What leads read of a member who asks for more, and what the member reads of their decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.policy import Metric, Scope, amount_text
from bot.services.quotas import IncreaseState
from bot.services.text import shown

if TYPE_CHECKING:
    from bot.services.ledger import LimitStatus
    from bot.services.quotas import IncreaseOutcome, IncreaseRequest

SERVER_NAME = 60  # characters of a server's name in a direct message
ASKED = "Asked. Your leads see it in their log channel, and I tell you what they decide."


def increase_text(increase: IncreaseRequest, status: LimitStatus) -> str:
    """For the leads: who asks, where, for which limit and what, what is used, what is missing, when it resets."""
    used, maximum = (amount_text(increase.metric, amount) for amount in (status.used, status.limit.maximum))
    return (
        f"🙋 <@{increase.user_id}> asks in <#{increase.channel_id}> for more of {increase.limit_name}, "
        f"for {_wanted(increase)}.\n{used} used of {maximum}; {amount_text(increase.metric, increase.needed)} missing. "
        f"Resets <t:{increase.ends_at}:R>."
    )


def grant_label(increase: IncreaseRequest) -> str:
    """``Grant 4 pictures``."""
    return f"Grant {amount_text(increase.metric, increase.needed)}"


def closed_text(increase: IncreaseRequest) -> str:
    """For the leads, once there is nothing to decide any more: who asked for what, and how it ended."""
    asked = f"<@{increase.user_id}> asked in <#{increase.channel_id}> for more of {increase.limit_name}."
    return f"{asked}\n{_ending(increase)}"


def too_late_text(increase: IncreaseRequest) -> str:
    """For a lead whose decision came after another's."""
    return f"That was decided already. {_ending(increase)}"


def short_text(increase: IncreaseRequest) -> str:
    """For a lead who would have granted too little: nothing was granted, and what is missing now."""
    return (
        f"Meanwhile less is left: what is missing now is {amount_text(increase.metric, increase.needed)}. "
        "Nothing is granted yet; press again to grant that."
    )


def notice(news: IncreaseOutcome, server_name: str | None) -> str:
    """For the member alone: what was decided. `server_name` where they cannot see on which server, else None."""
    increase = news.increase
    limit = (
        f"your{increase.limit_name.removeprefix('their')}" if increase.scope is Scope.MEMBER else increase.limit_name
    )
    where = f" on {shown(server_name, SERVER_NAME)}" if server_name else ""
    text = f"You asked for more of {limit}{where}."
    if increase.state is IncreaseState.DECLINED:
        resets = (
            "It has reset since: ask for your picture again." if news.ended else f"It resets <t:{increase.ends_at}:R>."
        )
        return f"{text} {_ending(increase)} {resets}"
    ending = "That is not in your way any more." if increase.state is IncreaseState.NEEDLESS else _ending(increase)
    return f"{text} {ending} {_next(news.in_the_way)}"


def public_notice(increase: IncreaseRequest) -> str:
    """For the member where others read it too: that there is an answer, and where it can be seen in private."""
    return f"<@{increase.user_id}>, your leads have answered your question; /usage shows what is left."


def _wanted(increase: IncreaseRequest) -> str:
    wanted = amount_text(increase.metric, increase.wanted)
    return wanted if increase.metric is Metric.IMAGES else f"pictures of up to {wanted}"


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


def _ending(increase: IncreaseRequest) -> str:
    if increase.state is IncreaseState.GRANTED:
        granted = amount_text(increase.metric, increase.granted)
        return f"✅ <@{increase.decided_by}> granted {granted}, until <t:{increase.ends_at}:f>."
    if increase.state is IncreaseState.DECLINED:
        return f"❌ <@{increase.decided_by}> declined."
    if increase.state is IncreaseState.NEEDLESS:
        return "There is nothing to grant any more: by now the limit is not in the way."
    return f"⌛ Nobody decided before the limit was reset, <t:{increase.ends_at}:R>. Nothing was granted."
