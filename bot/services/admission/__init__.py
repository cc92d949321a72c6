"""From wishes to a request that is allowed."""

from bot.services.admission.admission import Admission, Clearance
from bot.services.admission.drafting import Drafting, Start, usual_model, usual_quality, usual_size

__all__ = [
    "Admission",
    "Clearance",
    "Drafting",
    "Start",
    "usual_model",
    "usual_quality",
    "usual_size",
]
