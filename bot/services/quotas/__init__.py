"""Limits in force: set, shown, watched, asked to be raised."""

from bot.services.quotas.accounts import Accounts, BudgetHint, Headroom, VisibleLimits, hint_text
from bot.services.quotas.alerts import SHORT, WHOLLY, Alert, Alerts, AlertSink, BudgetAlerts
from bot.services.quotas.desk import QuotaDesk
from bot.services.quotas.increase_desk import UNKNOWN, IncreaseDesk
from bot.services.quotas.increase_notices import IncreaseNotices, IncreaseOutcome, Notifier
from bot.services.quotas.increases import (
    Asked,
    IncreaseRequest,
    Increases,
    IncreaseState,
    Need,
    Opening,
    Verdict,
    parse_more,
)
from bot.services.quotas.limit_status import LimitStatuses, MemberLimit, MemberLimits, Overview, RuleStatus
from bot.services.quotas.limits_for_leads import grant_text, origin, pace_text, per_window, use_text
from bot.services.quotas.usage import EVER, MonthUse, Span, UsageDesk, UseRecords

__all__ = [
    "EVER",
    "SHORT",
    "UNKNOWN",
    "WHOLLY",
    "Accounts",
    "Alert",
    "AlertSink",
    "Alerts",
    "Asked",
    "BudgetAlerts",
    "BudgetHint",
    "Headroom",
    "IncreaseDesk",
    "IncreaseNotices",
    "IncreaseOutcome",
    "IncreaseRequest",
    "IncreaseState",
    "Increases",
    "LimitStatuses",
    "MemberLimit",
    "MemberLimits",
    "MonthUse",
    "Need",
    "Notifier",
    "Opening",
    "Overview",
    "QuotaDesk",
    "RuleStatus",
    "Span",
    "UsageDesk",
    "UseRecords",
    "Verdict",
    "VisibleLimits",
    "grant_text",
    "hint_text",
    "origin",
    "pace_text",
    "parse_more",
    "per_window",
    "use_text",
]
