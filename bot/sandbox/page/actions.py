"""What a person does on the page, handed to the sandbox's people: nothing happens here that a member cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord import Answer, CannotDoThatError, Invocation, Upload
from bot.sandbox.discord.checks.commands import NESTING, CommandType, OptionType
from bot.sandbox.discord.checks.components import SELECTS, Kind, walk
from bot.sandbox.discord.checks.forms import LOCALES
from bot.sandbox.discord.checks.modals import fields_of
from bot.sandbox.discord.wire.json_values import Json, as_list, as_object, as_objects, as_text, is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping

    from bot.sandbox.discord import Channel, Member, SandboxDiscord, Sight

THINGS = {OptionType.USER, OptionType.CHANNEL, OptionType.ROLE, OptionType.MENTIONABLE}
NO_ANSWER = "The application did not respond."
PSEUDO = "qps-ploc"  # of no country: a bot that knows it shows by it what it has not made translatable


class Actions:
    """Does what one window asks for.

    Args:
        discord: where.
        seconds: how long a first answer may take, until the page says that none came.
    """

    def __init__(self, discord: SandboxDiscord, seconds: float) -> None:
        self._discord = discord
        self._seconds = seconds
        self._kinds: dict[str, Callable[[Sight, Channel, Json, Mapping[str, Upload]], Awaitable[Json]]] = {
            "send": self._send,
            "slash": self._slash,
            "autocomplete": self._autocomplete,
            "menu": self._menu,
            "click": self._click,
            "select": self._select,
            "submit": self._submit,
            "delete": self._delete,
            "thread": self._thread,
            "forward": self._forward,
            "language": self._language,
        }

    async def do(self, sight: Sight, deed: Json, files: Mapping[str, Upload]) -> Json:
        """Do something; what came of it.

        Args:
            sight: who does it.
            deed: ``kind``, ``channel``, and what the kind needs.
            files: that came with it; the deed names them as ``{"file": key}``.

        Raises:
            CannotDoThatError: they may not, or it cannot be done; the sentence says why.
        """
        kind = self._kinds.get(as_text(deed.get("kind")))
        if kind is None:
            raise CannotDoThatError("The page asked for something that I do not know.")
        return await kind(sight, sight.channel(deed.get("channel")), deed, files)

    # --- messages ------------------------------------------------------------------------------------------------

    async def _send(self, sight: Sight, channel: Channel, deed: Json, files: Mapping[str, Upload]) -> Json:
        me, text = sight.in_channel(channel), as_text(deed.get("text"))
        sent = [_upload(one, files) for one in as_list(deed.get("files"))]
        if channel.kind.is_forum:
            message = await me.post_in_forum(channel, as_text(deed.get("title")) or "A post", text, sent)
        elif deed.get("reply_to") is not None:
            original = sight.found_message(channel, deed["reply_to"])
            message = await me.reply(original, text, sent, ping=deed.get("ping") is not False)
        else:
            message = await me.send(channel, text, sent)
        return {"message": str(message.id), "channel": str(message.channel.id)}

    async def _delete(self, sight: Sight, channel: Channel, deed: Json, _: Mapping[str, Upload]) -> Json:
        await sight.in_channel(channel).delete(sight.found_message(channel, deed.get("message")))
        return {}

    async def _thread(self, sight: Sight, channel: Channel, deed: Json, _: Mapping[str, Upload]) -> Json:
        original = sight.found_message(channel, deed["message"]) if deed.get("message") else None
        name = as_text(deed.get("name")) or "A thread"
        thread = sight.in_channel(channel).start_thread(channel, name[:100], message=original)
        return {"channel": str(thread.id)}

    async def _forward(self, sight: Sight, channel: Channel, deed: Json, _: Mapping[str, Upload]) -> Json:
        message = sight.found_message(channel, deed.get("message"))
        await sight.in_channel(channel).forward(message, sight.channel(deed.get("to")))
        return {}

    async def _language(self, sight: Sight, _: Channel, deed: Json, __: Mapping[str, Upload]) -> Json:
        locale = as_text(deed.get("locale"))
        if locale not in {*LOCALES, PSEUDO}:
            raise CannotDoThatError("That is no language of Discord's.")
        sight.user.locale = locale
        return {}

    # --- interactions --------------------------------------------------------------------------------------------

    async def _slash(self, sight: Sight, channel: Channel, deed: Json, files: Mapping[str, Upload]) -> Json:
        me, name = sight.in_channel(channel), as_text(deed.get("command"))
        return await self._answered(await me.slash(name, channel=channel, **_options(sight, channel, deed, files, me)))

    async def _autocomplete(self, sight: Sight, channel: Channel, deed: Json, files: Mapping[str, Upload]) -> Json:
        me, focused = sight.in_channel(channel), as_text(deed.get("focused"))
        others = _options(sight, channel, deed, files, me)
        others.pop(f"{focused}_", None)
        try:
            choices = await me.autocomplete(
                as_text(deed.get("command")),
                focused=focused,
                value=as_text(deed.get("value")),
                channel=channel,
                **others,
            )
        except TimeoutError:
            return {"choices": [], "late": True}
        return {"choices": choices}

    async def _menu(self, sight: Sight, channel: Channel, deed: Json, _: Mapping[str, Upload]) -> Json:
        message = sight.found_message(channel, deed.get("message"))
        return await self._answered(
            await sight.in_channel(channel).message_command(as_text(deed.get("command")), message)
        )

    async def _click(self, sight: Sight, channel: Channel, deed: Json, _: Mapping[str, Upload]) -> Json:
        message = sight.found_message(channel, deed.get("message"))
        return await self._answered(await sight.in_channel(channel).click(message, as_text(deed.get("custom_id"))))

    async def _select(self, sight: Sight, channel: Channel, deed: Json, _: Mapping[str, Upload]) -> Json:
        message = sight.found_message(channel, deed.get("message"))
        custom_id = as_text(deed.get("custom_id"))
        kinds = {one.get("custom_id"): one.get("type") for _, one in walk(as_objects(list(message.components)))}
        values: list[object] = as_list(deed.get("values"))
        if kinds.get(custom_id) in SELECTS - {Kind.STRING_SELECT}:
            values = [sight.thing(channel, value) for value in values]
        return await self._answered(await sight.in_channel(channel).select(message, custom_id, values))

    async def _submit(self, sight: Sight, channel: Channel, deed: Json, files: Mapping[str, Upload]) -> Json:
        opened = sight.invocation(deed.get("invocation"))
        kinds = {one.get("custom_id"): one.get("type") for _, one in fields_of(opened.modal or {})}

        def meant(custom_id: str, value: object) -> object:
            kind = kinds.get(custom_id)
            if kind == Kind.FILE_UPLOAD:
                return [_upload(one, files) for one in as_list(value)]
            if kind in SELECTS - {Kind.STRING_SELECT}:
                return [sight.thing(channel, one) for one in as_list(value)]
            return value

        values = {key: meant(key, value) for key, value in as_object(deed.get("values")).items()}
        return await self._answered(await sight.in_channel(channel).submit_modal(opened, values))

    async def _answered(self, invocation: Invocation) -> Json:
        """Wait for the first answer, as a client does before it says that none came."""
        told: Json = {"invocation": str(invocation.id)}
        try:
            await invocation.answered(self._seconds)
        except TimeoutError:
            return told | {"refused": NO_ANSWER}
        if invocation.answer is Answer.MODAL:
            return told | {"modal": invocation.modal}
        return told


def _upload(named: object, files: Mapping[str, Upload]) -> Upload:
    key = as_text(as_object(named).get("file"))
    if key not in files:
        raise CannotDoThatError("A file did not arrive.")
    return files[key]


def _options(sight: Sight, channel: Channel, deed: Json, files: Mapping[str, Upload], me: Member) -> dict[str, object]:
    """The options by name, with an underscore behind it: no option is called as a parameter of ours."""
    kinds = _kinds_of(me, channel, as_text(deed.get("command")))

    def meant(name: str, value: object) -> object:
        kind = kinds.get(name)
        if is_object(value) and "file" in value:
            return _upload(value, files)
        if kind in THINGS:
            return sight.thing(channel, value)
        return None if is_list(value) or is_object(value) else value

    return {f"{name}_": meant(name, value) for name, value in as_object(deed.get("options")).items()}


def _kinds_of(me: Member, channel: Channel, command: str) -> dict[str, int]:
    """The type of each option of a command."""
    first, *rest = command.split()
    level = _named(me.offered(channel), first, {CommandType.SLASH})
    for part in rest:
        level = _named(as_objects(level.get("options")), part, NESTING)
    return {option["name"]: option["type"] for option in as_objects(level.get("options"))}


def _named(offered: list[Json], name: str, kinds: Collection[int]) -> Json:
    for one in offered:
        if one["name"] == name and one["type"] in kinds:
            return one
    return {}
