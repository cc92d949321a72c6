"""A stand-in for OpenAI's Responses API with its image tool, beside the Image API: wire, rules, bill and faults."""

from bot.sandbox.conversations.options import ConversationOptions
from bot.sandbox.conversations.server import SandboxOpenAI

__all__ = ["ConversationOptions", "SandboxOpenAI"]
