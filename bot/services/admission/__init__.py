"""From wishes to a request that is allowed."""

from bot.services.admission.admission import Admission, Clearance
from bot.services.admission.drafting import Drafting, Start
from bot.services.admission.usual import Usual, UsualChoice

__all__ = [
    "Admission",
    "Clearance",
    "Drafting",
    "Start",
    "Usual",
    "UsualChoice",
]
