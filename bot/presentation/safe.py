"""People's words, made safe to be shown in our name. What goes to the image API is never touched by this."""

from __future__ import annotations

from bot.services.text import one_line, shown

__all__ = ["one_line", "shown"]  # they live below, for services and charts need them too
