"""Reports, corrections, and the provider's bill beside them."""

from bot.services.accounting.bills import MOST_BYTES, choose_month, of_project, read_bill
from bot.services.accounting.corrections import (
    LONGEST_REASON,
    NO_CHARGE,
    Billing,
    ChargeOnFile,
    Charges,
    Corrector,
    Resolved,
    charge_text,
    correction_decision,
)
from bot.services.accounting.month_news import MonthNews
from bot.services.accounting.reconciling import (
    TOLERATED_PERCENT,
    BookedJob,
    DayCompared,
    Reason,
    Reconciliation,
    Share,
    reconcile,
)
from bot.services.accounting.report import Books, MonthlyReport, MonthReports, Report, iso_utc, reported
from bot.services.accounting.sums import Group, Grouping, ReportedJob, Sums, sums_in

__all__ = [
    "LONGEST_REASON",
    "MOST_BYTES",
    "NO_CHARGE",
    "TOLERATED_PERCENT",
    "Billing",
    "BookedJob",
    "Books",
    "ChargeOnFile",
    "Charges",
    "Corrector",
    "DayCompared",
    "Group",
    "Grouping",
    "MonthNews",
    "MonthReports",
    "MonthlyReport",
    "Reason",
    "Reconciliation",
    "Report",
    "ReportedJob",
    "Resolved",
    "Share",
    "Sums",
    "charge_text",
    "choose_month",
    "correction_decision",
    "iso_utc",
    "of_project",
    "read_bill",
    "reconcile",
    "reported",
    "sums_in",
]
