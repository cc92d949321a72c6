"""From wishes to a request that is allowed."""

from bot.services.admission.admission import Admission, Clearance
from bot.services.admission.default_desk import NO, NONE, YES, DefaultsDesk, choice_text
from bot.services.admission.drafting import Drafting, Start
from bot.services.admission.usual_choices import Usual, UsualChoice

__all__ = [
    "NO",
    "NONE",
    "YES",
    "Admission",
    "Clearance",
    "DefaultsDesk",
    "Drafting",
    "Start",
    "Usual",
    "UsualChoice",
    "choice_text",
]
