"""What leads read of a member who asks for more, and what the member reads of their decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import joined, phrase
from bot.services.policy import SPAN_NAMES, Metric, Scope, amount_text, amount_texts
from bot.services.quotas import IncreaseState
from bot.services.text import shown

if TYPE_CHECKING:
    from bot.services.ledger import LimitStatus
    from bot.services.quotas import IncreaseOutcome, IncreaseRequest

SERVER_NAME = 60  # characters of a server's name in a direct message
ASKED = phrase("Asked. Your leads see it in their log channel, and I tell you what they decide.")


def increase_text(increase: IncreaseRequest, status: LimitStatus) -> str:
    """For the leads: who asks, where, for which limit and what, what is used, what is missing, when it resets."""
    used, missing = amount_texts(increase.metric, status.used, increase.needed)
    asks = phrase(
        "🙋 {who} asks in {channel} for more of {limit}, for {wanted}.",
        who=f"<@{increase.user_id}>",
        channel=f"<#{increase.channel_id}>",
        limit=increase.limit_name,
        wanted=_wanted(increase),
    )
    stands = phrase(
        "{used} used of {maximum}; {missing} missing. Resets {when}.",
        used=used,
        maximum=amount_text(increase.metric, status.limit.maximum),
        missing=missing,
        when=f"<t:{increase.ends_at}:R>",
    )
    return joined("\n", [asks, stands])


def grant_label(increase: IncreaseRequest) -> str:
    """``Grant 4 pictures``."""
    return phrase("Grant {amount}", amount=amount_text(increase.metric, increase.needed))


def closed_text(increase: IncreaseRequest) -> str:
    """For the leads, once there is nothing to decide any more: who asked for what, and how it ended."""
    asked = phrase(
        "{who} asked in {channel} for more of {limit}.",
        who=f"<@{increase.user_id}>",
        channel=f"<#{increase.channel_id}>",
        limit=increase.limit_name,
    )
    return joined("\n", [asked, _ending(increase)])


def too_late_text(increase: IncreaseRequest) -> str:
    """For a lead whose decision came after another's."""
    return joined(" ", [phrase("That was decided already."), _ending(increase)])


def short_text(increase: IncreaseRequest) -> str:
    """For a lead who would have granted too little: nothing was granted, and what is missing now."""
    return phrase(
        "Meanwhile less is left: what is missing now is {amount}. Nothing is granted yet; press again to grant that.",
        amount=amount_text(increase.metric, increase.needed),
    )


def notice(news: IncreaseOutcome, server_name: str | None) -> str:
    """For the member alone: what was decided. `server_name` where they cannot see on which server, else None."""
    increase = news.increase
    limit = increase.limit_name
    if increase.scope is Scope.MEMBER:
        limit = phrase("your {span} allowance", span=SPAN_NAMES[increase.window])
    text = phrase("You asked for more of {limit}.", limit=limit)
    if server_name:
        where = shown(server_name, SERVER_NAME)
        text = phrase("You asked for more of {limit} on {server}.", limit=limit, server=where)
    if increase.state is IncreaseState.DECLINED:
        resets = phrase("It resets {when}.", when=f"<t:{increase.ends_at}:R>")
        if news.ended:
            resets = phrase("It has reset since: ask for your picture again.")
        return joined(" ", [text, _ending(increase), resets])
    ending = _ending(increase)
    if increase.state is IncreaseState.NEEDLESS:
        ending = phrase("That is not in your way any more.")
    return joined(" ", [text, ending, _next(news.in_the_way)])


def public_notice(increase: IncreaseRequest) -> str:
    """For the member where others read it too: that there is an answer, and where it can be seen in private."""
    return phrase(
        "{who}, your leads have answered your question; /usage shows what is left.", who=f"<@{increase.user_id}>"
    )


def _wanted(increase: IncreaseRequest) -> str:
    wanted = amount_text(increase.metric, increase.wanted)
    return wanted if increase.metric is Metric.IMAGES else phrase("pictures of up to {amount}", amount=wanted)


def _next(in_the_way: LimitStatus | None) -> str:
    """What the member does now; nobody is sent to ask for what would be refused."""
    if in_the_way is None:
        return phrase("Ask for your picture again.")
    limit, when = in_the_way.limit, f"<t:{in_the_way.resets_at}:R>"
    left = max(limit.maximum - in_the_way.used, 0)
    if not left:
        return phrase("But nothing is left of {limit}: wait until it resets, {when}.", limit=limit.name, when=when)
    return phrase(
        "But all that is left of {limit} is {left}: ask for less, or wait until it resets, {when}.",
        limit=limit.name,
        left=amount_text(limit.metric, left),
        when=when,
    )


def _ending(increase: IncreaseRequest) -> str:
    who = f"<@{increase.decided_by}>"
    if increase.state is IncreaseState.GRANTED:
        granted, until = amount_text(increase.metric, increase.granted), f"<t:{increase.ends_at}:f>"
        return phrase("✅ {who} granted {amount}, until {when}.", who=who, amount=granted, when=until)
    if increase.state is IncreaseState.DECLINED:
        return phrase("❌ {who} declined.", who=who)
    if increase.state is IncreaseState.NEEDLESS:
        return phrase("There is nothing to grant any more: by now the limit is not in the way.")
    when = f"<t:{increase.ends_at}:R>"
    return phrase("⌛ Nobody decided before the limit was reset, {when}. Nothing was granted.", when=when)
