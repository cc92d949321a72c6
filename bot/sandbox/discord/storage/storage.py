"""Writes everything down as it happens, before anybody is told, and reads it again at the next start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.sandbox.discord.storage.database import Database, damaged
from bot.sandbox.discord.storage.files import FileFolder
from bot.sandbox.discord.storage.messages import Reading, invocation_told, message_told
from bot.sandbox.discord.storage.structure import commands_of, rebuild, structure_told
from bot.sandbox.discord.wire.json_values import dumps
from bot.sandbox.discord.world.changes import ChangeKind
from bot.sandbox.discord.world.invocations import TOKEN_SECONDS, Invocation, InvocationKind

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord.storage.database import Place
    from bot.sandbox.discord.world.changes import Change
    from bot.sandbox.discord.world.commands import Commands
    from bot.sandbox.discord.world.model import Message
    from bot.sandbox.discord.world.world import World

FILES = "files"


class Storage:
    """One folder, and the world that is kept in it.

    Args:
        folder: of this world; made if it is not there.
        world: is what was kept, if anything was.

    Attributes:
        is_new: whether nothing was kept yet.
        files: where the files of messages are.

    Raises:
        OperatorError: the folder holds something else, or is damaged, newer, or in use; nothing was changed.
    """

    def __init__(self, folder: Path, world: World) -> None:
        self.files = FileFolder(folder / FILES)
        self._world = world
        self._database = Database(folder)
        self._written: dict[Place, str] = {}
        self._touched: dict[int, Message | Invocation] = {}
        self._commands: Commands | None = None
        try:
            self._parts = {str(name): json.loads(body) for name, body in self._database.rows("structure").items()}
            self.is_new = not self._parts
            if not self.is_new:
                rebuild(world, self._parts, self.files.find)
                self._read_messages()
        except (LookupError, TypeError, ValueError) as error:
            self._database.close()
            raise damaged(folder, str(error)) from error
        except BaseException:
            self._database.close()
            raise
        messages = [message for channel in world.channels.values() for message in channel.history]
        emojis = {emoji.id for guild in world.guilds.values() for emoji in guild.emojis}
        self.files.sweep(emojis | {file.id for message in messages for file in message.attachments})

    def _read_messages(self) -> None:
        reading = Reading(self._world, self.files.find)
        for body in self._database.rows("messages").values():
            reading.take(json.loads(body))
        over: list[int | str] = []
        for number, body in self._database.rows("invocations").items():
            told = json.loads(body)
            if self._world.clock.now() - told["began_at"] < TOKEN_SECONDS:
                reading.take_invocation(told)
            else:
                over.append(number)
        self._database.forget_invocations(over)

    def begin(self, commands: Commands) -> None:
        """Write down what is there, and from now on everything that happens; the commands are those of before."""
        self._commands = commands
        if not self.is_new:
            commands.restore(commands_of(self._parts))
        if self.is_new:
            found = [message for channel in self._world.channels.values() for message in channel.history]
            self._touched.update((message.id, message) for message in found)
        self.write()
        self._world.changes.write_down = self._note

    def _note(self, change: Change) -> None:
        if change.kind is ChangeKind.TYPING:
            return
        if change.message is not None:
            self._touched[change.message.id] = change.message
        if change.invocation is not None and change.invocation.kind is not InvocationKind.AUTOCOMPLETE:
            self._touched[change.invocation.id] = change.invocation
        self.write()
        if change.kind is ChangeKind.REQUEST_SERVED:  # what it changed is written, also what it told nobody of
            self._touched.clear()

    def write(self) -> None:
        """Write down what is not as it was."""
        if self._commands is None:
            return
        parts = structure_told(self._world, self._commands)
        rows: dict[Place, str] = {("structure", name): dumps(part) for name, part in parts.items()}
        for number, one in self._touched.items():
            if isinstance(one, Invocation):
                rows["invocations", number] = dumps(invocation_told(one))
            else:
                rows["messages", number] = dumps(message_told(one))
        news = {place: body for place, body in rows.items() if self._written.get(place) != body}
        if news:
            self._database.write(news)
        self._written = rows

    def close(self) -> None:
        """Write down the rest, and let another sandbox have the folder."""
        self.write()
        self._commands = None
        self._database.close()
