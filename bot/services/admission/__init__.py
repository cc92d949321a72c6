"""From wishes to a request that is allowed."""

from bot.services.admission.admission import Admission
from bot.services.admission.choosing import usual_model, usual_quality, usual_size
from bot.services.admission.clearance import Clearance
from bot.services.admission.drafting import Drafting, Start

__all__ = [
    "Admission",
    "Clearance",
    "Drafting",
    "Start",
    "usual_model",
    "usual_quality",
    "usual_size",
]
