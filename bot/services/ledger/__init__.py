"""Charges: reserved, settled, released; and who keeps them."""

from bot.services.ledger.errands import Errand, Errands
from bot.services.ledger.ledger import (
    Balance,
    Bounds,
    ChargeConflictError,
    ChargeState,
    Corrected,
    Correction,
    Destination,
    Job,
    Ledger,
    LimitStatus,
    OpenRequest,
    Order,
    OutOfBoundsError,
    Picture,
    Requester,
    Settlement,
    Standing,
)
from bot.services.ledger.stores import BlobStore, Leftovers, Notes, Requests

__all__ = [
    "Balance",
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
    "Notes",
    "OpenRequest",
    "Order",
    "OutOfBoundsError",
    "Picture",
    "Requester",
    "Requests",
    "Settlement",
    "Standing",
]
