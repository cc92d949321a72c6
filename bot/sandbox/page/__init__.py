"""The chat page of the sandbox: what a person's client shows and sends, in a browser, on this machine only."""

from bot.sandbox.page.behind_the_scenes import Backstage, BackstageError
from bot.sandbox.page.server import ChatPage, Person

__all__ = ["Backstage", "BackstageError", "ChatPage", "Person"]
