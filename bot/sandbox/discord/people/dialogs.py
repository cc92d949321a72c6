"""Filling in a dialog: values held against its inputs, as Discord's client does before it sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.components import SELECTS, Kind
from bot.sandbox.discord.checks.modals import fields_of
from bot.sandbox.discord.people.refusal import CannotDoThatError
from bot.sandbox.discord.people.resolved import Resolved
from bot.sandbox.discord.people.uploads import Upload
from bot.sandbox.discord.wire.json_values import Json, as_list, as_objects, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.discord.people.server_side import ServerSide
    from bot.sandbox.discord.world.model import Channel
    from bot.sandbox.discord.world.records import User

_SINGLE = {Kind.RADIO_GROUP, Kind.CHECKBOX}
_LONGEST_TEXT = 4000


class Filling:
    """Fills in one dialog for one member."""

    def __init__(self, server_side: ServerSide, user: User, channel: Channel) -> None:
        self.resolved = Resolved(server_side, channel)
        self._server_side = server_side
        self._user = user
        self._channel = channel

    async def fill(self, modal: Json, values: Mapping[str, object]) -> list[Json]:
        """The components as they are submitted, each input under its label or row; prefilled values stay.

        Raises:
            CannotDoThatError: there is no such input, or a value does not fit it.
        """
        fields = {as_text(field.get("custom_id")): field for _, field in fields_of(modal)}
        if unknown := [key for key in values if key not in fields]:
            known = ", ".join(fields)
            raise CannotDoThatError(f"The dialog {modal['title']!r} has no input {unknown[0]!r}. It has: {known}.")
        submitted: list[Json] = []
        for number, (holder, field) in enumerate(fields_of(modal), start=1):
            filled = await self._input(field, values.get(field["custom_id"]))
            filled |= {"type": field["type"], "id": field.get("id") or 2 * number, "custom_id": field["custom_id"]}
            outer: Json = {"type": holder["type"], "id": holder.get("id") or 2 * number - 1}
            submitted.append(outer | _held(holder, filled))
        return submitted

    async def _input(self, field: Json, value: object) -> Json:
        kind = field["type"]
        if kind == Kind.TEXT_INPUT:
            return {"value": _text(field, value)}
        if kind == Kind.CHECKBOX:
            return {"value": bool(field.get("default")) if value is None else bool(value)}
        chosen = as_list(value) or ([] if value is None or value == [] else [value])
        if value is None:
            chosen = [option["value"] for option in as_objects(field.get("options")) if option.get("default")]
        values = [await self._choice(field, choice) for choice in chosen]
        _check_number(field, len(values))
        if kind == Kind.RADIO_GROUP:
            return {"value": values[0] if values else None}
        return {"values": values}

    async def _choice(self, field: Json, choice: object) -> str:
        if field["type"] == Kind.FILE_UPLOAD:
            if not isinstance(choice, Upload):
                raise CannotDoThatError(f"The input {field['custom_id']!r} takes Uploads.")
            return self.resolved.add_attachment(await self._server_side.lay_out(choice, self._user, self._channel))
        return chosen_value(field, choice, self.resolved, self._user)


def chosen_value(field: Json, choice: object, resolved: Resolved, user: User) -> str:
    """What is submitted for a choice in a select menu or group of options; options are found by value or label.

    Raises:
        CannotDoThatError: it is not offered.
    """
    if field["type"] in SELECTS - {Kind.STRING_SELECT}:
        return resolved.add(choice, user)
    options = as_objects(field.get("options"))
    for option in options:
        if choice in (option["value"], option.get("label")):
            return as_text(option["value"])
    offered = ", ".join(repr(option["value"]) for option in options)
    raise CannotDoThatError(f"{field['custom_id']!r} offers {offered}, not {choice!r}.")


def _held(holder: Json, filled: Json) -> Json:
    return {"component": filled} if holder["type"] == Kind.LABEL else {"components": [filled]}


def _text(field: Json, value: object) -> str:
    text = as_text(field.get("value") if value is None else value)
    least = field.get("min_length") or (1 if field.get("required", True) else 0)
    most = field.get("max_length") or _LONGEST_TEXT
    if (text or field.get("required", True)) and not least <= len(text) <= most:
        raise CannotDoThatError(f"The input {field['custom_id']!r} takes {least} to {most} characters.")
    return text


def _check_number(field: Json, number: int) -> None:
    required = field.get("required", True)
    least = 1 if field["type"] in _SINGLE else field.get("min_values", 1)
    most = 1 if field["type"] in _SINGLE else field.get("max_values") or len(as_list(field.get("options"))) or 1
    if (number or required) and not least <= number <= most:
        raise CannotDoThatError(f"The input {field['custom_id']!r} takes {least} to {most} choices, not {number}.")
