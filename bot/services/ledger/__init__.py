"""Charges: reserved, settled, released; and who keeps them."""

from bot.services.ledger.ledger import (
    Bounds,
    ChargeConflictError,
    ChargeState,
    Corrected,
    Correction,
    Destination,
    Job,
    Ledger,
    LimitStatus,
    MonthTotals,
    Order,
    OutOfBoundsError,
    Picture,
    Reservation,
    Settlement,
)
from bot.services.ledger.stores import BlobStore, Errand, Errands, Leftovers, Notes, Requests

__all__ = [
    "BlobStore",
    "Bounds",
    "ChargeConflictError",
    "ChargeState",
    "Corrected",
    "Correction",
    "Destination",
    "Errand",
    "Errands",
    "Job",
    "Ledger",
    "Leftovers",
    "LimitStatus",
    "MonthTotals",
    "Notes",
    "Order",
    "OutOfBoundsError",
    "Picture",
    "Requests",
    "Reservation",
    "Settlement",
]
