"""The first answer to an interaction.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding#create-interaction-response
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.commands import OptionType
from bot.sandbox.discord.checks.forms import (
    LARGEST,
    form,
    list_of,
    number,
    required,
    text,
    texts_by_language,
    whole,
)
from bot.sandbox.discord.checks.modals import check_modal
from bot.sandbox.discord.rest.routes import NO_CONTENT, Call, Reply, Route
from bot.sandbox.discord.wire.json_values import Json, as_int, as_object, as_objects, without_nulls
from bot.sandbox.discord.wire.refusals import FormFaults, Refusal, invalid_form, unknown_interaction, unknown_message
from bot.sandbox.discord.world.changes import ChangeKind
from bot.sandbox.discord.world.invocations import Answer, Invocation, InvocationKind
from bot.sandbox.discord.world.records import MessageFlag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.discord.checks.forms import Check
    from bot.sandbox.discord.messages.message_service import MessageService
    from bot.sandbox.discord.wire.traffic import SentFile
    from bot.sandbox.discord.world.world import World

MOST_CHOICES = 25
LONGEST_CHOICE = 6000
_MESSAGES = {Answer.MESSAGE, Answer.DEFERRED_MESSAGE}
_UPDATES = {Answer.DEFERRED_UPDATE, Answer.UPDATE}
ALLOWED = {
    InvocationKind.COMMAND: _MESSAGES | {Answer.MODAL},
    InvocationKind.COMPONENT: _MESSAGES | _UPDATES | {Answer.MODAL},
    InvocationKind.AUTOCOMPLETE: {Answer.CHOICES},
    InvocationKind.MODAL: _MESSAGES | _UPDATES,  # updates only where a component opened the dialog
}


class CallbackRoutes:
    """``/interactions/{id}/{token}/callback``."""

    def __init__(self, world: World, desk: MessageService) -> None:
        self._world = world
        self._desk = desk

    def routes(self) -> list[Route]:
        """The routes."""
        return [Route("POST", "/interactions/{interaction}/{token}/callback", self._answer, needs_token=False)]

    async def _answer(self, call: Call) -> Reply:
        invocation = self._world.invocations.get(call.parameters["token"])
        if invocation is None or invocation.id != call.id("interaction"):
            raise unknown_interaction()
        invocation.require_channel()
        invocation.require_unanswered()
        answer = _kind_of_answer(invocation, call.fields.get("type"))
        await self._take(invocation, answer, as_object(call.fields.get("data")), call.files)
        self._world.announce(
            ChangeKind.ANSWERED,
            by=self._world.bot,
            channel=invocation.channel,
            message=invocation.response,
            invocation=invocation,
        )
        if call.query.get("with_response", "").lower() in {"1", "true"}:
            return Reply(self._receipt(invocation, answer))
        return NO_CONTENT

    async def _take(self, invocation: Invocation, answer: Answer, data: Json, files: Sequence[SentFile]) -> None:
        if answer in _MESSAGES:
            invocation.ephemeral = MessageFlag.EPHEMERAL in MessageFlag(as_int(data.get("flags")))
        if answer is Answer.MODAL:
            faults = FormFaults()
            check_modal(data, faults, self._world.emojis)
            faults.raise_if_any()
            invocation.modal = without_nulls(data)
        elif answer is Answer.CHOICES:
            invocation.choices = _checked_choices(data, invocation.focused_type)
        elif answer is Answer.DEFERRED_MESSAGE and as_int(data.get("flags")) & ~MessageFlag.EPHEMERAL:
            raise invalid_form("data.flags", "INTERACTION_DEFER_FLAGS", "Only EPHEMERAL can be set with a deferral.")
        # Claimed before anything waits, so that a second answer meanwhile is refused; given back when this one is bad.
        invocation.claimed = True
        try:
            await self._show(invocation, answer, data, files)
        except Refusal as refusal:
            invocation.claimed = False
            errors = refusal.errors and {"data": refusal.errors}  # where the body has its message
            raise Refusal(refusal.status, refusal.code, refusal.message, errors) from refusal
        invocation.answer = answer

    async def _show(self, invocation: Invocation, answer: Answer, data: Json, files: Sequence[SentFile]) -> None:
        limit = invocation.upload_limit
        if answer is Answer.MESSAGE:
            invocation.original = await self._desk.post(
                invocation.channel,
                self._world.bot,
                data,
                files,
                limit=limit,
                invocation=invocation,
                ephemeral=invocation.ephemeral,
            )
        elif answer is Answer.DEFERRED_MESSAGE:
            invocation.original = self._desk.post_loading(invocation)
        elif answer in _UPDATES and invocation.source:
            invocation.ephemeral = invocation.source.only_for is not None
            if answer is Answer.UPDATE and invocation.source.deleted:
                raise unknown_message()
            if answer is Answer.UPDATE:
                await self._desk.edit(invocation.source, data, files, limit=limit)
            invocation.original = invocation.source

    def _receipt(self, invocation: Invocation, answer: Answer) -> Json:
        told: Json = {
            "id": str(invocation.id),
            "type": int(invocation.kind),
            "channel_id": str(invocation.channel.id),
        }
        if invocation.channel.guild:
            told["guild_id"] = str(invocation.channel.guild.id)
        message = invocation.response
        if message is None or answer is Answer.MODAL:
            return {"interaction": told}
        told |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.loading,
            "response_message_ephemeral": invocation.ephemeral,
        }
        resource_type = Answer.UPDATE if answer in _UPDATES else Answer.MESSAGE
        return {
            "interaction": told,
            "resource": {"type": int(resource_type), "message": self._world.views.full(message)},
        }


def _kind_of_answer(invocation: Invocation, number: object) -> Answer:
    allowed = ALLOWED[invocation.kind]
    if invocation.kind is InvocationKind.MODAL and invocation.source is None:
        allowed = allowed - _UPDATES
    if number not in allowed:
        choices = ", ".join(str(int(answer)) for answer in sorted(allowed))
        raise invalid_form("type", "BASE_TYPE_CHOICES", f"Value must be one of ({choices}).")
    return Answer(int(str(number)))


def _text_choice(place: str, value: object, faults: FormFaults) -> None:
    if not isinstance(value, str):
        faults.add(place, "STRING_TYPE_CONVERT", f"Could not interpret {value!r} as string.")
    faults.check_length(place, value, LONGEST_CHOICE)


def _whole_choice(place: str, value: object, faults: FormFaults) -> None:
    if isinstance(value, str):
        faults.add(place, "NUMBER_TYPE_COERCE", f"Value {value!r} is not int.")
    else:
        whole(-LARGEST, LARGEST)(place, value, faults)


_VALUES: dict[int | None, Check] = {
    OptionType.INTEGER: _whole_choice,
    OptionType.NUMBER: number,
}


def _checked_choices(data: Json, kind: int | None) -> list[Json]:
    """What is offered for an option of this type."""
    faults = FormFaults()
    value = _VALUES.get(kind, _text_choice)
    choice = form(name=required(text(100, 1)), name_localizations=texts_by_language(100), value=required(value))
    form(choices=list_of(choice, MOST_CHOICES))("data", data, faults)
    faults.raise_if_any()
    return as_objects(data.get("choices"))
