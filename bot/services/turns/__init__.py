"""Who goes next, and when: the fair line, fair shares, how long pictures take, the provider's rate limits."""

from bot.services.turns.backpressure import Gate
from bot.services.turns.byte_shares import FairShare
from bot.services.turns.durations import GenerationProgress, Kind, Measurements, Past, Usual
from bot.services.turns.pace import RATE_LIMITS, Pace, Standing
from bot.services.turns.queue import FairQueue, Foretold, Member

__all__ = [
    "RATE_LIMITS",
    "FairQueue",
    "FairShare",
    "Foretold",
    "Gate",
    "GenerationProgress",
    "Kind",
    "Measurements",
    "Member",
    "Pace",
    "Past",
    "Standing",
    "Usual",
]
