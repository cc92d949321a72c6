"""How a request speaks to a Discord channel: progress in place, then the result, also after a restart."""

from bot.delivery.ladder import Buttons
from bot.delivery.message import MessageDelivery

__all__ = ["Buttons", "MessageDelivery"]
