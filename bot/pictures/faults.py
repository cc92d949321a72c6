"""What is often wrong with bytes that should be a picture."""

from __future__ import annotations

from bot.services.images import UnreadablePictureError


def cut_off() -> UnreadablePictureError:
    """The fault of a file whose end is missing."""
    return UnreadablePictureError("is cut off: its end is missing", "Attach it again.")


def damaged() -> UnreadablePictureError:
    """The fault of a file whose parts do not fit together."""
    return UnreadablePictureError("is damaged")


def too_intricate() -> UnreadablePictureError:
    """The fault of a file made of so many parts that reading them would take long."""
    return UnreadablePictureError("is built of too many parts")
