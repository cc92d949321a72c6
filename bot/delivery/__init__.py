"""How a request speaks to a Discord channel: progress in place, then the result, also after a restart."""

from bot.delivery.message import Buttons, MessageDelivery

__all__ = ["Buttons", "MessageDelivery"]
