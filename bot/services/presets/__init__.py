"""Words, options and pictures to use again: presets of members and servers, and those that come with the bot."""

from bot.services.presets.desk import (
    GONE,
    MOST_MINE,
    MOST_OF_SERVER,
    MOST_REFERENCES,
    NOT_THERE,
    ONLY_LEADS,
    PICTURE_LOST,
    STARTERS_STAY,
    STAYS_PRIVATE,
    PresetDesk,
)
from bot.services.presets.model_succession import Succession, fitted, left_beside
from bot.services.presets.names import LONGEST_NAME, checked_name, suggested_name
from bot.services.presets.presets import Census, Preset, PresetStore, Shelf, Viewer
from bot.services.presets.starters import open_starters
from bot.services.presets.templates import (
    LONGEST_TEMPLATE,
    LONGEST_VALUE,
    MOST_VARIABLES,
    Template,
    Variable,
    escaped,
)
from bot.services.presets.wording import named, option_facts

__all__ = [
    "GONE",
    "LONGEST_NAME",
    "LONGEST_TEMPLATE",
    "LONGEST_VALUE",
    "MOST_MINE",
    "MOST_OF_SERVER",
    "MOST_REFERENCES",
    "MOST_VARIABLES",
    "NOT_THERE",
    "ONLY_LEADS",
    "PICTURE_LOST",
    "STARTERS_STAY",
    "STAYS_PRIVATE",
    "Census",
    "Preset",
    "PresetDesk",
    "PresetStore",
    "Shelf",
    "Succession",
    "Template",
    "Variable",
    "Viewer",
    "checked_name",
    "escaped",
    "fitted",
    "left_beside",
    "named",
    "open_starters",
    "option_facts",
    "suggested_name",
]
