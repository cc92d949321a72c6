"""The chat page of the sandbox: what a person's client shows and sends, in a browser, on this machine only."""

from bot.sandbox.page.behind_the_scenes import BotBehind, BotBehindError
from bot.sandbox.page.server import ChatPage, Person

__all__ = ["BotBehind", "BotBehindError", "ChatPage", "Person"]
