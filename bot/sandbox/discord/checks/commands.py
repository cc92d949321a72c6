"""Limits and structure of application commands.

Source: https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING

from bot.sandbox.discord.wire import Json, as_object, as_objects, as_text

if TYPE_CHECKING:
    from bot.sandbox.discord.refusals import FormFaults


class CommandType(IntEnum):
    """How a command is invoked."""

    SLASH = 1
    USER = 2
    MESSAGE = 3


class OptionType(IntEnum):
    """What an option takes."""

    SUBCOMMAND = 1
    GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


NESTING = {OptionType.SUBCOMMAND, OptionType.GROUP}
WITH_CHOICES = {OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER}
MOST_COMMANDS = {CommandType.SLASH: 100, CommandType.USER: 15, CommandType.MESSAGE: 15}
MOST_OPTIONS = 25
MOST_CHOICES = 25
LONGEST_NAME = 32
LONGEST_DESCRIPTION = 100
LARGEST_COMMAND = 8000  # characters of names, descriptions and values together
_NAME = re.compile(r"^[-_'\w]{1,32}$")


def check_commands(commands: list[Json], faults: FormFaults) -> None:
    """Note what is wrong with a whole list of commands; places begin with the command's position."""
    for kind, most in MOST_COMMANDS.items():
        found = [command for command in commands if type_of(command) == kind]
        if len(found) > most:
            faults.add("", "APPLICATION_COMMAND_TOO_MANY", f"Maximum number of commands reached ({most})")
    seen: set[tuple[int, str]] = set()
    for position, command in enumerate(commands):
        place = str(position)
        key = (type_of(command), as_text(command.get("name")))
        if key in seen:
            faults.add(
                f"{place}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        seen.add(key)
        _check_command(place, command, faults)


def type_of(command: Json) -> int:
    """A command's type; slash commands need not name it."""
    return command.get("type") or CommandType.SLASH


def _check_command(place: str, command: Json, faults: FormFaults) -> None:
    if type_of(command) == CommandType.SLASH:
        _check_name(place, command, faults)
        faults.check_length(f"{place}.description", command.get("description"), LONGEST_DESCRIPTION, 1)
        _check_options(place, as_objects(command.get("options")), faults, depth=0)
    else:
        faults.check_length(f"{place}.name", command.get("name"), LONGEST_NAME, 1)
        if command.get("description") or command.get("options"):
            faults.add(f"{place}.description", "APPLICATION_COMMAND_CONTEXT_MENU", "A menu has neither of these.")
    if _characters(command) > LARGEST_COMMAND:
        faults.add(place, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({LARGEST_COMMAND})")


def _check_name(place: str, named: Json, faults: FormFaults) -> None:
    name = as_text(named.get("name"))
    if not _NAME.match(name) or name != name.lower():
        faults.add(f"{place}.name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(place: str, options: list[Json], faults: FormFaults, depth: int) -> None:
    faults.check_count(f"{place}.options", len(options), MOST_OPTIONS)
    seen: set[str] = set()
    optional_before = False
    for position, option in enumerate(options):
        here = f"{place}.options.{position}"
        _check_name(here, option, faults)
        faults.check_length(f"{here}.description", option.get("description"), LONGEST_DESCRIPTION, 1)
        name = as_text(option.get("name"))
        if name in seen:
            faults.add(f"{here}.name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
        seen.add(name)
        if option.get("required") and optional_before:
            faults.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must come first")
        optional_before |= not option.get("required") and option.get("type") not in NESTING
        _check_option(here, option, faults, depth)


def _check_option(place: str, option: Json, faults: FormFaults, depth: int) -> None:
    kind = option.get("type")
    if kind not in list(OptionType):
        faults.add(f"{place}.type", "BASE_TYPE_CHOICES", "Value must be one of 1 to 11.")
    elif kind in NESTING:
        if depth > 1 or (kind == OptionType.GROUP and depth > 0):
            faults.add(f"{place}.type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deep")
        else:
            _check_options(place, as_objects(option.get("options")), faults, depth + 1)
    choices = as_objects(option.get("choices"))
    faults.check_count(f"{place}.choices", len(choices), MOST_CHOICES)
    if choices and (option.get("autocomplete") or kind not in WITH_CHOICES):
        faults.add(f"{place}.choices", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "This option takes no choices")
    for position, choice in enumerate(choices):
        faults.check_length(f"{place}.choices.{position}.name", choice.get("name"), 100, 1)


def _characters(part: Json) -> int:
    """Names, descriptions and values, of which the longest localisation counts."""
    total = 0
    for key in ("name", "description"):
        spoken = [part.get(key), *as_object(part.get(f"{key}_localizations")).values()]
        total += max(len(as_text(text)) for text in spoken)
    for choice in as_objects(part.get("choices")):
        total += len(as_text(choice.get("name"))) + len(as_text(choice.get("value")))
    return total + sum(_characters(option) for option in as_objects(part.get("options")))
