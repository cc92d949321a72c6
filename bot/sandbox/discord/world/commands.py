"""The commands that the bot registered, and how members find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.commands import NESTING, check_commands, type_of
from bot.sandbox.discord.wire.json_values import Json, as_objects, as_text, without_nulls
from bot.sandbox.discord.wire.refusals import FormFaults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.sandbox.discord.wire.clock import Snowflakes


class Commands:
    """The application's commands: global ones under None, a server's own under its id.

    Attributes:
        puts: how many times a list was replaced as a whole ("synced").
    """

    def __init__(self, snowflakes: Snowflakes, application_id: int) -> None:
        self.puts = 0
        self._snowflakes = snowflakes
        self._application_id = application_id
        self._lists: dict[int | None, list[Json]] = {}

    def __getitem__(self, guild_id: int | None) -> list[Json]:
        """The commands of a server, or the global ones."""
        return list(self._lists.get(guild_id, []))

    @property
    def lists(self) -> dict[int | None, list[Json]]:
        """All of them, by whose they are."""
        return {guild_id: list(commands) for guild_id, commands in self._lists.items()}

    def restore(self, lists: Mapping[int | None, list[Json]]) -> None:
        """Have those that were registered before."""
        self._lists = dict(lists)

    def replace(self, guild_id: int | None, commands: list[Json]) -> list[Json]:
        """Put a new list in place.

        A command with the same id, or else of the same type and name, keeps its id, and its version if unchanged.

        Raises:
            Refusal: 400/50035 with every fault.
        """
        faults = FormFaults()
        check_commands(commands, faults)
        faults.raise_if_any()
        by_id = {command["id"]: command for command in self[guild_id]}
        by_name = {(command["type"], command["name"]): command for command in self[guild_id]}
        self._lists[guild_id] = [
            self._completed(
                command,
                guild_id,
                by_id.get(as_text(command.get("id"))) or by_name.get((type_of(command), command["name"])),
            )
            for command in commands
        ]
        return self[guild_id]

    def _completed(self, command: Json, guild_id: int | None, before: Json | None) -> Json:
        permissions = command.get("default_member_permissions")
        full: Json = {
            "application_id": str(self._application_id),
            "type": type_of(command),
            "name": command["name"],
            "name_localizations": command.get("name_localizations"),
            "description": as_text(command.get("description")),
            "description_localizations": command.get("description_localizations"),
            "default_member_permissions": None if permissions is None else str(permissions),
            "dm_permission": command.get("dm_permission") is not False,
            "contexts": command.get("contexts"),
            "integration_types": command.get("integration_types") or [0],
            "nsfw": bool(command.get("nsfw")),
        }
        if options := as_objects(command.get("options")):
            full["options"] = [_shown_option(without_nulls(option)) for option in options]
        if guild_id is not None:
            full["guild_id"] = str(guild_id)
        full["id"] = before["id"] if before else str(self._snowflakes.next())
        unchanged = before is not None and {**before, "version": None} == {**full, "version": None}
        full["version"] = before["version"] if before and unchanged else str(self._snowflakes.next())
        return full

    def find(self, guild_id: int | None, name: str, kind: int) -> Json | None:
        """The command that a member in this server (None: in direct messages) gets under this name."""
        for commands in (self._lists.get(guild_id, []) if guild_id else [], self._lists.get(None, [])):
            for command in commands:
                if command["name"] == name and command["type"] == kind:
                    return command
        return None

    def names(self, guild_id: int | None, kind: int) -> list[str]:
        """Every name that a member in this server is offered, sub-commands written out: ``quota set``.

        What is registered both for the server and globally stands twice.
        """
        offered = [*(self[guild_id] if guild_id is not None else []), *self[None]]
        return [name for command in offered if command["type"] == kind for name in _full_names(command)]


def _full_names(command: Json) -> Iterator[str]:
    nested = [option for option in as_objects(command.get("options")) if option.get("type") in NESTING]
    if not nested:
        yield command["name"]
    for option in nested:
        for name in _full_names(option):
            yield f"{command['name']} {name}"


def _shown_option(option: Json) -> Json:
    """Sub-commands cannot be required, and are not shown with that key."""
    if option["type"] in NESTING:
        option.pop("required", None)
        option["options"] = [_shown_option(inner) for inner in as_objects(option.get("options"))]
    return option
