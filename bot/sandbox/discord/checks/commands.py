"""Limits and structure of application commands.

Source: https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.forms import (
    LARGEST,
    anything,
    form,
    list_of,
    number,
    one_of,
    required,
    text,
    texts_by_language,
    truth,
    whole,
)
from bot.sandbox.discord.wire.json_values import Json, as_object, as_objects, as_text

if TYPE_CHECKING:
    from bot.sandbox.discord.checks.forms import Check
    from bot.sandbox.discord.wire.refusals import FormFaults


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
_NUMBERS = {OptionType.INTEGER, OptionType.NUMBER}
_ONLY_FOR: dict[str, set[OptionType]] = {
    "choices": WITH_CHOICES,
    "autocomplete": WITH_CHOICES,
    "min_value": _NUMBERS,
    "max_value": _NUMBERS,
    "min_length": {OptionType.STRING},
    "max_length": {OptionType.STRING},
    "channel_types": {OptionType.CHANNEL},
    "options": NESTING,
}
MOST_COMMANDS = {CommandType.SLASH: 100, CommandType.USER: 15, CommandType.MESSAGE: 15}
MOST_OPTIONS = 25
MOST_CHOICES = 25
LONGEST_NAME = 32
LONGEST_DESCRIPTION = 100
LARGEST_COMMAND = 8000  # characters of names, descriptions and values together
_NAME = re.compile(r"^[-_'\w]{1,32}$")
_LOCALISED_NAME, _LOCALISED_DESCRIPTION = texts_by_language(LONGEST_NAME), texts_by_language(LONGEST_DESCRIPTION)
_VALUES: dict[int, Check] = {
    OptionType.STRING: text(100),
    OptionType.INTEGER: whole(-LARGEST, LARGEST),
    OptionType.NUMBER: number,
}
_OPTION = form(
    type=required(one_of(*OptionType)),
    name=required(text(LONGEST_NAME, 1)),
    name_localizations=_LOCALISED_NAME,
    description=required(text(LONGEST_DESCRIPTION, 1)),
    description_localizations=_LOCALISED_DESCRIPTION,
    required=truth,
    autocomplete=truth,
    choices=list_of(form(name=required(text(100, 1)), name_localizations=texts_by_language(100)), MOST_CHOICES),
    options=list_of(form(), MOST_OPTIONS),
    channel_types=list_of(whole(0), MOST_OPTIONS, unique=True),
    min_value=number,
    max_value=number,
    min_length=whole(0, 6000),
    max_length=whole(1, 6000),
)
_COMMAND = form(
    type=one_of(*CommandType),
    name=required(text(LONGEST_NAME, 1)),
    name_localizations=_LOCALISED_NAME,
    description=text(LONGEST_DESCRIPTION),
    description_localizations=_LOCALISED_DESCRIPTION,
    options=list_of(form(), MOST_OPTIONS),
    default_member_permissions=whole(0),
    dm_permission=truth,
    nsfw=truth,
    contexts=list_of(one_of(0, 1, 2), 3, 1, unique=True),
    integration_types=list_of(one_of(0, 1), 2, 1, unique=True),
)


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
    _COMMAND(place, command, faults)
    if type_of(command) == CommandType.SLASH:
        _check_name(place, command, faults)
        faults.check_length(f"{place}.description", command.get("description"), LONGEST_DESCRIPTION, 1)
        _check_options(place, as_objects(command.get("options")), faults, depth=0)
    elif command.get("description") or command.get("options"):
        faults.add(f"{place}.description", "APPLICATION_COMMAND_CONTEXT_MENU", "A menu has neither of these.")
    if _characters(command) > LARGEST_COMMAND:
        faults.add(place, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({LARGEST_COMMAND})")


def _check_name(place: str, named: Json, faults: FormFaults) -> None:
    spoken = {"name": as_text(named.get("name"))}
    for locale, text_ in as_object(named.get("name_localizations")).items():
        spoken[f"name_localizations.{locale}"] = as_text(text_)
    for spot, name in spoken.items():
        if not _NAME.match(name) or name != name.lower():
            faults.add(f"{place}.{spot}", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(place: str, options: list[Json], faults: FormFaults, depth: int) -> None:
    seen: set[str] = set()
    optional_before = False
    if len({option.get("type") in NESTING for option in options}) > 1:
        told = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        faults.add(f"{place}.options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", told)
    for position, option in enumerate(options):
        here = f"{place}.options.{position}"
        _check_name(here, option, faults)
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
    _OPTION(place, option, faults)
    if kind in NESTING:
        if depth > 1 or (kind == OptionType.GROUP and depth > 0):
            faults.add(f"{place}.type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deep")
        else:
            _check_options(place, as_objects(option.get("options")), faults, depth + 1)
    for key, kinds in _ONLY_FOR.items():
        if option.get(key) and kind not in kinds:
            told = f"This option takes no {key}"
            faults.add(f"{place}.{key}", f"APPLICATION_COMMAND_OPTIONS_{key.upper()}_INVALID", told)
    for unit in ("value", "length"):
        least, most = option.get(f"min_{unit}"), option.get(f"max_{unit}")
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            told = f"min_{unit} must be equal to or less than max_{unit}"
            faults.add(f"{place}.min_{unit}", "APPLICATION_COMMAND_OPTIONS_RANGE_INVALID", told)
    _check_choices(place, option, faults)


def _check_choices(place: str, option: Json, faults: FormFaults) -> None:
    choices = as_objects(option.get("choices"))
    if choices and option.get("autocomplete"):
        told = "An option that autocompletes takes no choices"
        faults.add(f"{place}.choices", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", told)
    value = _VALUES.get(option.get("type") or 0, anything)
    seen: set[str] = set()
    for position, choice in enumerate(choices):
        here = f"{place}.choices.{position}"
        form(value=required(value))(here, choice, faults)
        name = as_text(choice.get("name"))
        if name in seen:
            told = "Option choice names must be unique"
            faults.add(f"{here}.name", "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", told)
        seen.add(name)


def _characters(part: Json) -> int:
    """Names, descriptions and values, of which the longest localisation counts."""
    total = _longest(part, "name") + _longest(part, "description")
    for choice in as_objects(part.get("choices")):
        total += _longest(choice, "name") + len(as_text(choice.get("value")))
    return total + sum(_characters(option) for option in as_objects(part.get("options")))


def _longest(part: Json, key: str) -> int:
    spoken = [part.get(key), *as_object(part.get(f"{key}_localizations")).values()]
    return max(len(as_text(text)) for text in spoken)
