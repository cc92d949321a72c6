"""What Discord takes, and the numbers by which it says no: each stands once."""

from __future__ import annotations

LONGEST_MESSAGE = 2000  # characters of a message's text
LONGEST_LABEL = 80  # characters on a button
LONGEST_FIELD = 1024  # characters of a field of an embed
LONGEST_INPUT = 4000  # characters of a field in which somebody writes in a dialog
TOKEN_LIFE = 15 * 60  # seconds in which an interaction can be answered
MOST_CHOICES = 25  # options of a select, and choices that are offered while somebody types
LONGEST_CHOICE = 100  # characters of a choice's name, and of its value

# Codes of errors; https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
EXPLICIT = 20009  # the filter for explicit content
NO_DIRECT_MESSAGES = 50007
THREAD_CLOSED = frozenset({50083, 160005})  # archived, or locked
ALREADY_ACKNOWLEDGED = 40060  # a second first answer to an interaction
CANNOT_REPLY = 160002  # where the bot may not read what was written before
INTERACTION_GONE = frozenset({10015, 10062, 50027})  # an interaction, or its token, that is of no use any more
TOO_LARGE = frozenset({40005, 50045})  # a request entity or a file that is too large
