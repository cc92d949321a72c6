"""The local Discord on disk: everything that is there and was said, so that another start goes on from it."""

from bot.sandbox.discord.storage.storage import Storage

__all__ = ["Storage"]
