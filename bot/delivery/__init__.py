"""How a request speaks to a Discord channel: progress in place, then the result, also after a restart."""

from bot.delivery.message import MessageDelivery
from bot.delivery.shown_result import Buttons

__all__ = ["Buttons", "MessageDelivery"]
