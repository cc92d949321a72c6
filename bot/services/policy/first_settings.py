"""What a first lead sets in one step: a budget, an allowance, and if they like calendar, log channel and lead role."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import RequestRefused
from bot.services.calendar import Window, find_zone
from bot.services.policy.amounts import exact_text
from bot.services.policy.limit_names import NOT_SET, rule_name
from bot.services.policy.limits import Scope
from bot.services.policy.policy import LimitRule
from bot.services.policy.rule_text import lead_role_text, log_text

if TYPE_CHECKING:
    from bot.services.policy.amounts import Amount
    from bot.services.policy.policy import ServerPolicy

NO_AMOUNT = "Write how much for both, such as $20 and 10 pictures: without limits it is no safe start."


@dataclass(frozen=True, slots=True)
class FirstSettings:
    """The settings; None leaves what is.

    Attributes:
        limits: what the whole server may use in a month, and each member in a day.
        zone: the IANA name of a time zone.
    """

    limits: tuple[LimitRule, LimitRule]
    zone: str | None = None
    log_channel_id: int | None = None
    lead_role_id: int | None = None

    @classmethod
    async def of(
        cls,
        server_id: int,
        budget: Amount,
        allowance: Amount,
        *,
        zone: str | None = None,
        log_channel_id: int | None = None,
        lead_role_id: int | None = None,
    ) -> FirstSettings:
        """Settings as somebody wrote them.

        Raises:
            RequestRefused: an amount is none.
            DecisionRefusedError: there is no such zone; the sentence names the nearest.
        """
        limits = _rule(server_id, budget, Window.MONTH, shared=True), _rule(server_id, allowance, Window.DAY)
        found = None if zone is None else await asyncio.to_thread(find_zone, zone)
        return cls(limits, found, log_channel_id, lead_role_id)

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
        kept = {rule.key: rule for rule in policy.limits}
        told = [f"{rule_name(rule)} {_amount(kept.get(rule.key))}" for rule in self.limits]
        told += [f"zone {policy.zone}"] if self.zone is not None else []
        told += [f"log channel {log_text(policy)}"] if self.log_channel_id is not None else []
        told += [f"lead role {lead_role_text(policy)}"] if self.lead_role_id is not None else []
        return "; ".join(told)


def _rule(server_id: int, amount: Amount, window: Window, *, shared: bool = False) -> LimitRule:
    if amount.metric is None or amount.value is None:
        raise RequestRefused(NO_AMOUNT)
    return LimitRule(shared, Scope.SERVER, server_id, amount.metric, window, amount.value)


def _amount(rule: LimitRule | None) -> str:
    return NOT_SET if rule is None else exact_text(rule.metric, rule.maximum)
