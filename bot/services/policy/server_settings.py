"""What leads decide about their server as a whole, also all at once at the start: blocks, calendar, log."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import DecisionRefusedError, RequestRefused
from bot.language import joined, phrase
from bot.services.calendar import Window, find_zone, window_edges
from bot.services.policy.amounts import exact_text
from bot.services.policy.decisions import Decisions, Lead, unchanged
from bot.services.policy.limit_names import NOT_SET, rule_name
from bot.services.policy.limits import Scope
from bot.services.policy.policy import MODERATIONS, Block, LimitRule
from bot.services.policy.rule_text import (
    AUTOMATIC,
    LANGUAGES,
    WEEKDAYS,
    calendar_text,
    gallery_text,
    language_text,
    lead_role_text,
    log_text,
    moderation_text,
    replies_text,
    wait_text,
)
from bot.services.text import listed, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.policy.amounts import Amount
    from bot.services.policy.decisions import Decision
    from bot.services.policy.policy import GalleryChannel, ReplyMode, ServerPolicy

NO_AMOUNT = phrase("Write how much for both, such as $20 and 10 pictures: without limits it is no safe start.")


@dataclass(frozen=True, slots=True)
class FirstSettings:
    """The settings; None leaves what is.

    Attributes:
        limits: what the whole server may use in a month, and each member in a day; what is left as it is is left out.
        zone: the IANA name of a time zone.
    """

    limits: tuple[LimitRule, ...]
    zone: str | None = None
    log_channel_id: int | None = None
    lead_role_id: int | None = None

    @classmethod
    async def of(
        cls,
        server_id: int,
        budget: Amount | None,
        allowance: Amount | None,
        *,
        zone: str | None = None,
        log_channel_id: int | None = None,
        lead_role_id: int | None = None,
    ) -> FirstSettings:
        """Settings as somebody wrote them.

        Raises:
            RequestRefused: an amount is unlimited.
            DecisionRefusedError: there is no such zone; the sentence names the nearest.
        """
        budgets = () if budget is None else (_rule(server_id, budget, Window.MONTH, shared=True),)
        allowances = () if allowance is None else (_rule(server_id, allowance, Window.DAY),)
        found = None if zone is None else await asyncio.to_thread(find_zone, zone)
        return cls((*budgets, *allowances), found, log_channel_id, lead_role_id)

    def on(self, policy: ServerPolicy) -> ServerPolicy:
        """The policy with these settings."""
        keys = {rule.key for rule in self.limits}
        return replace(
            policy,
            limits=(*(rule for rule in policy.limits if rule.key not in keys), *self.limits),
            zone=self.zone or policy.zone,
            log_channel_id=self.log_channel_id or policy.log_channel_id,
            lead_role_id=self.lead_role_id or policy.lead_role_id,
        )

    def words(self, policy: ServerPolicy) -> str:
        """How a policy has what these settings set, as the audit keeps it."""
        return joined("; ", self.told(policy))

    def told(self, policy: ServerPolicy) -> list[str]:
        """The same, each by itself."""
        kept = {rule.key: rule for rule in policy.limits}
        told: list[str] = [
            phrase("{limit} {amount}", limit=rule_name(rule), amount=_amount(kept.get(rule.key)))
            for rule in self.limits
        ]
        told += [phrase("zone {zone}", zone=policy.zone)] if self.zone is not None else []
        told += [phrase("log channel {where}", where=log_text(policy))] if self.log_channel_id is not None else []
        told += [phrase("lead role {role}", role=lead_role_text(policy))] if self.lead_role_id is not None else []
        return told


def _rule(server_id: int, amount: Amount, window: Window, *, shared: bool = False) -> LimitRule:
    if amount.metric is None or amount.value is None:
        raise RequestRefused(NO_AMOUNT)
    return LimitRule(shared, Scope.SERVER, server_id, amount.metric, window, amount.value)


def _amount(rule: LimitRule | None) -> str:
    return NOT_SET if rule is None else exact_text(rule.metric, rule.maximum)


BOTH = 2  # a budget, and an allowance
LONGEST_WAIT = 365  # days
LONGEST_REASON = 200  # characters
BLOCKED, NOT_BLOCKED = phrase("blocked"), phrase("not blocked")
OTHER_REASON = phrase("blocked already, now for another reason")


@dataclass(frozen=True, slots=True)
class CalendarNow:
    """A server's calendar, and when what runs now ends by it, in seconds since 1970 (UTC), as is `now`."""

    zone: str
    week_start: int
    now: int
    day_ends: int
    week_ends: int
    month_ends: int


@dataclass(frozen=True)
class ServerSettings:
    """Changes settings of servers. Equal words before and after mean that nothing was changed, and is not audited."""

    decisions: Decisions

    async def block(self, lead: Lead, user_id: int, bot_id: int, why: str) -> Decision:
        """Let a member make nothing from now on. What is being made for them is finished, what waits is given back.

        Of who is blocked already another reason is kept, with the lead who gives it.

        Raises:
            DecisionRefusedError: it is the lead, or the bot itself.
        """
        if user_id == lead.user_id:
            raise DecisionRefusedError(unchanged(phrase("That is you. Another lead can block you.")))
        if user_id == bot_id:
            me = phrase("That is me. To stop all picture making here, use /studio pause.")
            raise DecisionRefusedError(unchanged(me))
        block = Block(user_id, int(self.decisions.clock()), lead.user_id, why)

        def alter(before: ServerPolicy) -> ServerPolicy:
            earlier = before.block_of(user_id)
            if earlier is None:
                return replace(before, blocked=(*before.blocked, block))
            if earlier.why == why:
                return before
            renewed = replace(block, at=earlier.at)
            return replace(before, blocked=tuple(renewed if each is earlier else each for each in before.blocked))

        return await self._change_block(lead, "studio block", user_id, alter, why)

    async def unblock(self, lead: Lead, user_id: int) -> Decision:
        """Let a member make pictures again."""

        def alter(before: ServerPolicy) -> ServerPolicy:
            return replace(before, blocked=tuple(each for each in before.blocked if each.user_id != user_id))

        return await self._change_block(lead, "studio unblock", user_id, alter)

    async def set_newcomer_days(self, lead: Lead, days: int) -> Decision:
        """Let new members wait so many days after joining; 0 is no wait.

        Raises:
            DecisionRefusedError: fewer than none, or more than a year.
        """
        if not 0 <= days <= LONGEST_WAIT:
            bounds = phrase("New members can wait 0 to {most} days.", most=LONGEST_WAIT)
            raise DecisionRefusedError(unchanged(bounds))
        return await self.decisions.change(
            lead,
            "studio newcomers",
            phrase("how long new members wait"),
            lambda before: replace(before, newcomer_days=days),
            wait_text,
        )

    async def set_calendar(self, lead: Lead, zone: str | None, week_start: str | None) -> Decision:
        """Count days, weeks and months in another zone, or begin weeks on another day. None leaves either as it is.

        Raises:
            DecisionRefusedError: there is no such zone or day; the sentence names the nearest zones.
        """
        found = None if zone is None else await asyncio.to_thread(find_zone, zone)
        if week_start is not None and week_start not in WEEKDAYS:
            raise DecisionRefusedError(unchanged(phrase("Weeks begin on a day like Monday.")))

        def alter(before: ServerPolicy) -> ServerPolicy:
            first = before.week_start if week_start is None else WEEKDAYS.index(week_start)
            return replace(before, zone=found or before.zone, week_start=first)

        return await self.decisions.change(lead, "studio calendar", phrase("the calendar"), alter, calendar_text)

    async def calendar(self, server_id: int) -> CalendarNow:
        """By which calendar a server counts, and what ends when."""
        policy = await self.decisions.of(server_id)
        now = int(self.decisions.clock())
        ends = (
            window_edges(window, now, policy.time_zone, policy.week_start)[1]
            for window in (Window.DAY, Window.WEEK, Window.MONTH)
        )
        return CalendarNow(policy.zone, policy.week_start, now, *ends)

    async def set_log_channel(self, lead: Lead, channel_id: int | None) -> Decision:
        """Post alerts and requests for more there; None posts them nowhere. That the bot can write there was seen."""
        return await self.decisions.change(
            lead,
            "studio log",
            phrase("the log channel"),
            lambda before: replace(before, log_channel_id=channel_id),
            log_text,
        )

    async def set_gallery(self, lead: Lead, gallery: GalleryChannel | None) -> Decision:
        """Show starred pictures there; None shows them nowhere. That the bot can post there was seen."""
        return await self.decisions.change(
            lead,
            "studio gallery",
            phrase("the gallery"),
            lambda before: replace(before, gallery=gallery),
            gallery_text,
        )

    async def set_lead_role(self, lead: Lead, role_id: int | None) -> Decision:
        """Let whoever has this role decide as well; None lets nobody beside those who may manage the server.

        Only one of those may choose it, which the caller sees to; it is a role that people give.
        """
        return await self.decisions.change(
            lead,
            "studio leads",
            phrase("the lead role"),
            lambda before: replace(before, lead_role_id=role_id),
            lead_role_text,
        )

    async def set_language(self, lead: Lead, locale: str) -> Decision:
        """Speak this language where everybody reads it; `AUTOMATIC` is the one that Discord tells of the server.

        Raises:
            DecisionRefusedError: it is not spoken.
        """
        if locale != AUTOMATIC and locale not in LANGUAGES:
            refusal = phrase("I speak {languages}.", languages=listed(tuple(LANGUAGES.values()), "and"))
            raise DecisionRefusedError(unchanged(refusal))
        return await self.decisions.change(
            lead,
            "studio language",
            phrase("the language of this server"),
            lambda before: replace(before, locale="" if locale == AUTOMATIC else locale),
            language_text,
        )

    async def set_up(self, lead: Lead, first: FirstSettings) -> Decision:
        """Set all that a first lead sets, in one step.

        Raises:
            RequestRefused: there are no limits yet, and one of the two is missing.
        """
        if len(first.limits) < BOTH and not (await self.decisions.of(lead.server_id)).limits:
            raise RequestRefused(NO_AMOUNT)
        return await self.decisions.change(lead, "studio setup", phrase("the first settings"), first.on, first.words)

    async def set_moderation(self, lead: Lead, level: str) -> Decision:
        """Let the provider screen what is asked for from now on by this level.

        Raises:
            DecisionRefusedError: there is no such level.
        """
        if level not in MODERATIONS:
            raise DecisionRefusedError(unchanged(phrase("The level is {levels}.", levels=listed(MODERATIONS))))
        return await self.decisions.change(
            lead,
            "studio moderation",
            phrase("how strictly pictures are screened"),
            lambda before: replace(before, moderation=level),
            moderation_text,
        )

    async def set_replies(self, lead: Lead, when: ReplyMode) -> Decision:
        """Say when replies to pictures change them."""
        return await self.decisions.change(
            lead,
            "studio replies",
            phrase("changing pictures by replies"),
            lambda before: replace(before, replies=when),
            replies_text,
        )

    async def _change_block(
        self, lead: Lead, action: str, user_id: int, alter: Callable[[ServerPolicy], ServerPolicy], why: str = ""
    ) -> Decision:
        def tell(policy: ServerPolicy) -> str:
            block = policy.block_of(user_id)
            return NOT_BLOCKED if block is None else joined(": ", [BLOCKED, shown(block.why, LONGEST_REASON)])

        def difference(before: ServerPolicy, after: ServerPolicy) -> tuple[str, str]:
            was, is_now = before.block_of(user_id), after.block_of(user_id)
            if was is not None and is_now is not None:
                return "", OTHER_REASON
            return (NOT_BLOCKED, BLOCKED) if was is None else (BLOCKED, NOT_BLOCKED)

        return await self.decisions.change(lead, action, f"<@{user_id}>", alter, tell, why, difference)
