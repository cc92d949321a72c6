"""Conversations: threads in which each message is the next instruction."""

from bot.services.conversations.conversations import (
    LONGEST_SILENCE,
    Conversation,
    ConversationRecords,
    Conversations,
    Spent,
)
from bot.services.conversations.settings import OFF, leading, open_conversations

__all__ = [
    "LONGEST_SILENCE",
    "OFF",
    "Conversation",
    "ConversationRecords",
    "Conversations",
    "Spent",
    "leading",
    "open_conversations",
]
