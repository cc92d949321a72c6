"""Charges: reserved, settled, released; and who keeps them."""

from bot.services.ledger.ledger import (
    Bounds,
    ChargeConflictError,
    Corrected,
    Correction,
    Ledger,
    LimitStatus,
    MonthTotals,
    OutOfBoundsError,
    Reservation,
    Settlement,
    WordsSettlement,
)
from bot.services.ledger.orders import ChargeState, Destination, Job, Order, Picture, TurnAnswer
from bot.services.ledger.stores import BlobStore, Errand, Errands, Journal, Leftovers, Notes, Requests

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
    "Journal",
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
    "TurnAnswer",
    "WordsSettlement",
]
