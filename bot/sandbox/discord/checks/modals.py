"""Limits and structure of a dialog.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding, "Modal"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.components import (
    COMPONENT,
    SELECTS,
    Kind,
    check_choices,
    check_custom_ids,
    check_select,
    check_zero,
    walk,
)
from bot.sandbox.discord.checks.forms import form, list_of, required, text
from bot.sandbox.discord.wire.json_values import Json, as_int, as_object, as_objects, as_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.sandbox.discord.wire.refusals import FormFaults

MOST_ITEMS = 5
LONGEST_TITLE = 45
LONGEST_TEXT = 4000
IN_LABEL = {
    Kind.TEXT_INPUT,
    Kind.FILE_UPLOAD,
    Kind.RADIO_GROUP,
    Kind.CHECKBOX_GROUP,
    Kind.CHECKBOX,
    *SELECTS,
}


MODAL = form(
    title=required(text(LONGEST_TITLE, 1)),
    custom_id=required(text(100, 1)),
    components=required(list_of(COMPONENT, MOST_ITEMS, 1)),
)
_REQUIRED_IF_ZERO = {*SELECTS, Kind.FILE_UPLOAD, Kind.CHECKBOX_GROUP}


def check_modal(modal: Json, faults: FormFaults, emojis: Collection[int]) -> None:
    """Note what is wrong with a dialog; beyond its form only once that is right.

    Raises:
        Refusal: its form is not right.
    """
    MODAL("data", modal, faults)
    faults.raise_if_any()
    components = as_objects(modal.get("components"))
    for position, item in enumerate(components):
        place = f"data.components.{position}"
        match item.get("type"):
            case Kind.LABEL:
                if as_object(item.get("component")).get("type") not in IN_LABEL:
                    faults.add(f"{place}.component.type", "UNION_TYPE_CHOICES", "A label holds one input.")
            case Kind.ROW:
                _check_row(place, as_objects(item.get("components")), faults)
            case Kind.TEXT:
                pass
            case _:
                faults.add(f"{place}.type", "UNION_TYPE_CHOICES", "Value of field must be one of (1, 10, 18).")
    for place, component in walk(components, "data.components"):
        _check_field(place, component, faults, emojis)
    check_custom_ids(components, faults)


def _check_row(place: str, children: list[Json], faults: FormFaults) -> None:
    faults.check_count(f"{place}.components", len(children), 1, 1)
    for position, child in enumerate(children):
        here = f"{place}.components.{position}"
        if child.get("type") != Kind.TEXT_INPUT:
            faults.add(f"{here}.type", "UNION_TYPE_CHOICES", "Value of field must be one of (4,).")
        elif not child.get("label"):
            faults.add(f"{here}.label", "BASE_TYPE_REQUIRED", "This field is required")


def fields_of(modal: Json) -> list[tuple[Json, Json]]:
    """The dialog's inputs, each with the label or row that holds it."""
    pairs: list[tuple[Json, Json]] = []
    for item in as_objects(modal.get("components")):
        if item.get("type") == Kind.LABEL:
            pairs.append((item, as_object(item.get("component"))))
        elif item.get("type") == Kind.ROW:
            pairs += [(item, child) for child in as_objects(item.get("components"))]
    return pairs


def _check_field(place: str, field: Json, faults: FormFaults, emojis: Collection[int]) -> None:
    kind = field.get("type")
    if kind == Kind.TEXT_INPUT:
        _check_text(place, field, faults)
    elif kind in SELECTS:
        check_select(place, field, faults, emojis)
    elif kind in {Kind.RADIO_GROUP, Kind.CHECKBOX_GROUP}:
        options = as_objects(field.get("options"))
        usual = 1 if kind == Kind.RADIO_GROUP else len(options)
        check_choices(place, options, faults, as_int(field.get("max_values")) or usual)
    if kind in _REQUIRED_IF_ZERO and field.get("min_values") == 0 and field.get("required") is not False:
        check_zero(place, faults)


def _check_text(place: str, field: Json, faults: FormFaults) -> None:
    if place.endswith(".component") and field.get("label"):
        faults.add(f"{place}.label", "TEXT_INPUT_LABEL_IN_LABEL", "The label around it holds the words.")
    least, most = as_int(field.get("min_length")), as_int(field.get("max_length")) or LONGEST_TEXT
    if least > most:
        told = f"min_length must be equal to or less than {most}"
        faults.add(f"{place}.min_length", "TEXT_INPUT_MIN_LENGTH_TOO_LARGE", told)
    value = as_text(field.get("value"))
    if value and not least <= len(value) <= most:
        faults.add(f"{place}.value", "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
