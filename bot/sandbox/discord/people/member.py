"""A member: what a person can do on Discord, for tests, the demo and the chat page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.commands import CommandType
from bot.sandbox.discord.checks.components import LINK_STYLE, SELECTS, Kind, walk
from bot.sandbox.discord.people.dialogs import Filling, chosen_value
from bot.sandbox.discord.people.options import Typing, find_command
from bot.sandbox.discord.people.payloads import begin
from bot.sandbox.discord.people.refusal import CannotDoThatError
from bot.sandbox.discord.people.resolved import Resolved
from bot.sandbox.discord.people.writer import Writer
from bot.sandbox.discord.wire.json_values import Json, as_objects
from bot.sandbox.discord.world.invocations import Answer, Invocation, InvocationKind
from bot.sandbox.discord.world.permissions import Permission

if TYPE_CHECKING:
    from bot.sandbox.discord.world.model import Channel, Guild, Message


class Member(Writer):
    """Somebody in a server. Everything they do is checked as Discord's own client would."""

    async def slash(self, command: str, /, *, channel: Channel | None = None, **options: object) -> Invocation:
        """Use a slash command.

        Args:
            command: its full name, such as ``imagine`` or ``quota set``.
            channel: where; the server's first channel if None.
            options: values by name. Files are `Upload`s; members, roles and channels stand for themselves. An option
                that is called as a parameter here takes a trailing underscore: ``channel_=…``.

        Raises:
            CannotDoThatError: the bot registered no such command or option, a value does not fit, or they may not.
        """
        where = channel or self.first_channel
        typed = await Typing(self.server_side, self.user, where).type(command, options)
        self._require_command(where, typed.command)
        data = _command_data(typed.command, where) | {"options": typed.options, "resolved": typed.resolved.to_json()}
        return begin(
            self.server_side,
            self.user,
            where,
            InvocationKind.COMMAND,
            data,
            name=command,
            command_type=CommandType.SLASH,
        )

    async def autocomplete(
        self,
        command: str,
        /,
        *,
        focused: str,
        value: str = "",
        channel: Channel | None = None,
        **others: object,
    ) -> list[Json]:
        """What the bot offers while an option is being typed, as ``{"name": …, "value": …}``.

        Raises:
            CannotDoThatError: no such command or option, or it does not autocomplete.
            TimeoutError: the bot offered nothing within the seconds of a first answer.
        """
        where = channel or self.first_channel
        given = {**others, focused: value}
        typed = await Typing(self.server_side, self.user, where).type(command, given, focused)
        data = _command_data(typed.command, where) | {"options": typed.options}
        invocation = begin(self.server_side, self.user, where, InvocationKind.AUTOCOMPLETE, data, name=command)
        await invocation.answered(self.server_side.world.options.first_answer_seconds)
        return invocation.choices or []

    async def message_command(self, command: str, message: Message) -> Invocation:
        """Use an entry of a message's "Apps" menu.

        Raises:
            CannotDoThatError: the bot registered no such entry, or they may not.
        """
        self.require_sight(message)
        registered, _ = find_command(self.server_side, message.channel, command, CommandType.MESSAGE)
        self._require_command(message.channel, registered)
        resolved = Resolved(self.server_side, message.channel)
        data = _command_data(registered, message.channel) | {"target_id": resolved.add_message(message)}
        data["resolved"] = resolved.to_json()
        kind = InvocationKind.COMMAND
        return begin(
            self.server_side,
            self.user,
            message.channel,
            kind,
            data,
            name=command,
            source=message,
            command_type=CommandType.MESSAGE,
        )

    async def click(self, message: Message, button: str) -> Invocation:
        """Press a button, named by its custom id or its label; a price on it (*Vary · $0.02*) may be left out.

        Raises:
            CannotDoThatError: there is no such button, it is disabled, or it only opens a link.
        """
        component = self._component(message, button, {Kind.BUTTON})
        if component.get("style") == LINK_STYLE:
            raise CannotDoThatError(f"The button {button!r} opens a link; the bot hears nothing of it.")
        return self._press(message, component, {})

    async def select(self, message: Message, custom_id: str, values: object) -> Invocation:
        """Choose in a select menu.

        Args:
            message: the message with the menu.
            custom_id: the menu's.
            values: one choice or a list: options by value or label; members, roles or channels in menus of those.

        Raises:
            CannotDoThatError: there is no such menu or choice, or their number does not fit.
        """
        menu = self._component(message, custom_id, SELECTS)
        resolved = Resolved(self.server_side, message.channel)
        chosen: list[object] = [*values] if isinstance(values, list | tuple) else [values]
        least, most = menu.get("min_values", 1), menu.get("max_values", 1)
        if not least <= len(chosen) <= most:
            raise CannotDoThatError(f"The menu {custom_id!r} takes {least} to {most} choices, not {len(chosen)}.")
        picked = [chosen_value(menu, choice, resolved, self.user) for choice in chosen]
        named = {} if menu["type"] == Kind.STRING_SELECT else {"resolved": resolved.to_json()}  # words stand for nobody
        return self._press(message, menu, {"values": picked, **named})

    async def submit_modal(self, invocation: Invocation, values: dict[str, object]) -> Invocation:
        """Fill in and submit the dialog that an interaction was answered with.

        Args:
            invocation: the answered interaction.
            values: by custom id; texts, choices, `Upload`s, True or False. Inputs left out keep what is prefilled.

        Raises:
            CannotDoThatError: no dialog was opened, it has no such input, or a value does not fit.
        """
        modal = invocation.modal
        if invocation.answer is not Answer.MODAL or modal is None or invocation.user is not self.user:
            raise CannotDoThatError(f"No dialog was opened for {self.name}.")
        filling = Filling(self.server_side, self.user, invocation.channel)
        components = await filling.fill(modal, values)
        data = {"custom_id": modal["custom_id"], "components": components, "resolved": filling.resolved.to_json()}
        source = invocation.source if invocation.kind is InvocationKind.COMPONENT else None
        return begin(
            self.server_side,
            self.user,
            invocation.channel,
            InvocationKind.MODAL,
            data,
            name=modal["custom_id"],
            source=source,
            opened_by=invocation,
        )

    def offered(self, channel: Channel) -> list[Json]:
        """The commands and message menus that they are offered in a channel, as the bot registered them."""
        guild_id = channel.guild.id if channel.guild else None
        commands = self.server_side.commands
        registered = [*(commands[guild_id] if guild_id is not None else []), *commands[None]]
        return [command for command in registered if self._may_use(channel, command)]

    def _may_use(self, channel: Channel, command: Json) -> bool:
        try:
            self._require_command(channel, command)
        except CannotDoThatError:
            return False
        return True

    def _press(self, message: Message, component: Json, more: Json) -> Invocation:
        data: Json = {
            "custom_id": component["custom_id"],
            "component_type": component["type"],
            "id": component.get("id"),
        }
        invocation = begin(
            self.server_side,
            self.user,
            message.channel,
            InvocationKind.COMPONENT,
            data | more,
            name=component["custom_id"],
            source=message,
        )
        invocation.pressed = component
        return invocation

    def _component(self, message: Message, name: str, kinds: set[Kind]) -> Json:
        self.require_sight(message)
        found = [one for _, one in walk(as_objects(list(message.components))) if one.get("type") in kinds]
        for component in found:
            label = str(component.get("label") or "")
            if name in (component.get("custom_id"), label, label.partition(" · ")[0]):
                if component.get("disabled"):
                    raise CannotDoThatError(f"{name!r} is disabled.")
                return component
        there = ", ".join(repr(one.get("label") or one.get("custom_id")) for one in found) or "none"
        raise CannotDoThatError(f"The message has no {name!r}. There is: {there}.")

    def _require_command(self, channel: Channel, command: Json) -> None:
        self.require(channel, Permission.USE_APPLICATION_COMMANDS)
        needed = command.get("default_member_permissions")
        granted = channel.permissions_of(self.user)
        if channel.guild is None:
            contexts = command.get("contexts")
            if not command.get("dm_permission") or (contexts is not None and 1 not in contexts):
                raise CannotDoThatError(f"/{command['name']} is not offered in direct messages.")
        elif needed is not None and int(needed) & ~int(granted) and not self._is_offered(channel.guild):
            raise CannotDoThatError(f"/{command['name']} is not offered to {self.name}: it needs {needed}.")

    def _is_offered(self, guild: Guild) -> bool:
        return any(role.id in guild.offered_to for role in guild.members[self.user.id].roles)


def _command_data(command: Json, channel: Channel) -> Json:
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return data | {"guild_id": command["guild_id"]} if "guild_id" in command and channel.guild else data
