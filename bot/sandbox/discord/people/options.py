"""What a member types after a slash, held against the command that the bot registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.commands import NESTING, CommandType, OptionType
from bot.sandbox.discord.people.refusal import CannotDoThatError
from bot.sandbox.discord.people.resolved import Resolved
from bot.sandbox.discord.people.uploads import Upload
from bot.sandbox.discord.wire.json_values import Json, as_objects, as_text
from bot.sandbox.discord.world.model import Channel, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.discord.people.server_side import ServerSide
    from bot.sandbox.discord.world.records import User

_PLAIN: dict[int, tuple[type, ...]] = {
    OptionType.STRING: (str,),
    OptionType.INTEGER: (int,),
    OptionType.BOOLEAN: (bool,),
    OptionType.NUMBER: (int, float),
}


@dataclass(frozen=True)
class Typed:
    """A command as it was typed.

    Attributes:
        command: as it was registered.
        options: as the interaction carries them, nested for sub-commands.
    """

    command: Json
    options: list[Json]
    resolved: Resolved


def find_command(server_side: ServerSide, channel: Channel, name: str, kind: CommandType) -> tuple[Json, list[Json]]:
    """The registered command and, for sub-commands, the path to it.

    Raises:
        CannotDoThatError: the bot registered no such command here.
    """
    guild_id = channel.guild.id if channel.guild else None
    first, *rest = name.split() if kind is CommandType.SLASH else [name]
    command = server_side.commands.find(guild_id, first, kind)
    path: list[Json] = []
    level = command
    for part in rest:
        inner = [] if level is None else as_objects(level.get("options"))
        level = next((one for one in inner if one["name"] == part and one["type"] in NESTING), None)
        path += [level] if level else []
    if command is None or level is None or _is_group(level):
        known = ", ".join(server_side.commands.names(guild_id, kind)) or "none"
        raise CannotDoThatError(f"The bot has no command {name!r} here. It registered: {known}.")
    return command, path


def _is_group(level: Json) -> bool:
    return any(option["type"] in NESTING for option in as_objects(level.get("options")))


class Typing:
    """Types the options of one command for one member."""

    def __init__(self, server_side: ServerSide, user: User, channel: Channel) -> None:
        self._server_side = server_side
        self._user = user
        self._channel = channel
        self._resolved = Resolved(server_side, channel)

    async def type(self, name: str, given: Mapping[str, object], focused: str | None = None) -> Typed:
        """Type a command.

        Args:
            name: such as ``imagine`` or ``quota set``.
            given: values by option; None counts as not given, a trailing underscore is dropped from the names.
            focused: the option under the cursor, for autocomplete: its value may be unfinished, others may be missing.

        Raises:
            CannotDoThatError: the command or an option does not exist, or a value does not fit.
        """
        command, path = find_command(self._server_side, self._channel, name, CommandType.SLASH)
        registered = {option["name"]: option for option in as_objects((path[-1] if path else command).get("options"))}
        values = {key.removesuffix("_"): value for key, value in given.items() if value is not None}
        if unknown := [key for key in values if key not in registered]:
            raise CannotDoThatError(f"/{name} has no option {unknown[0]!r}. It has: {', '.join(registered) or 'none'}.")
        for option in registered.values():
            if option.get("required") and option["name"] not in values and focused is None:
                raise CannotDoThatError(f"/{name} needs the option {option['name']!r}.")
        options = [
            await self._option(registered[key], value, is_focused=key == focused) for key, value in values.items()
        ]
        for level in reversed(path):
            options = [{"name": level["name"], "type": level["type"], "options": options}]
        return Typed(command, options, self._resolved)

    async def _option(self, option: Json, value: object, *, is_focused: bool) -> Json:
        typed: Json = {"name": option["name"], "type": option["type"]}
        if is_focused:
            if not option.get("autocomplete"):
                raise CannotDoThatError(f"The option {option['name']!r} does not autocomplete.")
            return typed | {"value": as_text(value), "focused": True}
        return typed | {"value": await self._value(option, value)}

    async def _value(self, option: Json, value: object) -> object:
        kind = option["type"]
        if isinstance(value, str) and kind == OptionType.STRING:
            self._resolved.add_mentions(value, self._user)
        if kind in _PLAIN:
            return _plain_value(option, value)
        if kind == OptionType.ATTACHMENT:
            if not isinstance(value, Upload):
                raise CannotDoThatError(f"The option {option['name']!r} takes an Upload.")
            attachment = await self._server_side.lay_out(value, self._user, self._channel)
            return self._resolved.add_attachment(attachment)
        fits = {
            OptionType.USER: not isinstance(value, Role | Channel),
            OptionType.CHANNEL: isinstance(value, Channel),
            OptionType.ROLE: isinstance(value, Role),
            OptionType.MENTIONABLE: not isinstance(value, Channel),
        }
        if not fits[kind]:
            raise CannotDoThatError(f"The option {option['name']!r} does not take {value!r}.")
        return self._resolved.add(value, self._user)


def _plain_value(option: Json, value: object) -> object:
    kind, name = option["type"], option["name"]
    is_misplaced_truth = isinstance(value, bool) and kind != OptionType.BOOLEAN
    if not isinstance(value, _PLAIN[kind]) or is_misplaced_truth:
        raise CannotDoThatError(f"The option {name!r} does not take {value!r}.")
    if choices := as_objects(option.get("choices")):
        for choice in choices:
            if value in (choice["value"], choice["name"]):
                return choice["value"]
        offered = ", ".join(repr(choice["value"]) for choice in choices)
        raise CannotDoThatError(f"The option {name!r} takes one of {offered}, not {value!r}.")
    measure = len(value) if isinstance(value, str) else value
    unit = "length" if isinstance(value, str) else "value"
    least, most = option.get(f"min_{unit}"), option.get(f"max_{unit}")
    if isinstance(measure, int | float) and (
        (least is not None and measure < least) or (most is not None and measure > most)
    ):
        raise CannotDoThatError(f"The option {name!r} takes a {unit} from {least} to {most}, not {measure}.")
    return value
