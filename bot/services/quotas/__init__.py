"""Limits in force: set, shown, watched, asked to be raised."""

from bot.services.quotas.accounts import Accounts, Hint, Room, Told
from bot.services.quotas.alerts import SHORT, WHOLLY, Alert, Watch
from bot.services.quotas.desk import QuotaDesk
from bot.services.quotas.increase_desk import UNKNOWN, PleaDesk
from bot.services.quotas.increase_notices import News, PleaTelling
from bot.services.quotas.increases import Asked, Need, Opening, Plea, PleaState, Verdict, parse_more
from bot.services.quotas.limit_status import Bound, MemberStanding, Overview, Standing, Standings
from bot.services.quotas.limit_text import grant_text, hint_text, origin, per_window, use_text
from bot.services.quotas.usage import EVER, MonthUse, Span, UsageDesk

__all__ = [
    "EVER",
    "SHORT",
    "UNKNOWN",
    "WHOLLY",
    "Accounts",
    "Alert",
    "Asked",
    "Bound",
    "Hint",
    "MemberStanding",
    "MonthUse",
    "Need",
    "News",
    "Opening",
    "Overview",
    "Plea",
    "PleaDesk",
    "PleaState",
    "PleaTelling",
    "QuotaDesk",
    "Room",
    "Span",
    "Standing",
    "Standings",
    "Told",
    "UsageDesk",
    "Verdict",
    "Watch",
    "grant_text",
    "hint_text",
    "origin",
    "parse_more",
    "per_window",
    "use_text",
]
