"""What Discord takes, and the numbers by which it says no: each stands once."""

from __future__ import annotations

LONGEST_MESSAGE = 2000  # characters of a message's text
MOST_CHOICES = 25  # options of a select, and choices that are offered while somebody types
LONGEST_CHOICE = 100  # characters of a choice's name, and of its value

# Codes of errors; https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
UNKNOWN_MESSAGE = 10008
ALREADY_ACKNOWLEDGED = 40060  # a second first answer to an interaction
CANNOT_REPLY = 160002  # where the bot may not read what was written before
INTERACTION_GONE = frozenset({10015, 10062, 50027})  # an interaction, or its token, that is of no use any more
TOO_LARGE = frozenset({40005, 50045})  # a request entity or a file that is too large
