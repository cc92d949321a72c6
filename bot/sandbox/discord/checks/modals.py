"""Limits and structure of a dialog.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding, "Modal"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.components import MOST_OPTIONS, SELECTS, Kind, check_custom_ids, walk
from bot.sandbox.discord.wire import Json, as_list, as_object, as_objects

if TYPE_CHECKING:
    from bot.sandbox.discord.refusals import FormFaults

MOST_ITEMS = 5
LONGEST_TITLE = 45
LONGEST_LABEL = 45
LONGEST_DESCRIPTION = 100
LONGEST_TEXT = 4000
MOST_CHOICES = 10
IN_LABEL = {
    Kind.TEXT_INPUT,
    Kind.FILE_UPLOAD,
    Kind.RADIO_GROUP,
    Kind.CHECKBOX_GROUP,
    Kind.CHECKBOX,
    *SELECTS,
}


def check_modal(modal: Json, faults: FormFaults) -> None:
    """Note what is wrong with a dialog."""
    faults.check_length("data.title", modal.get("title"), LONGEST_TITLE, 1)
    faults.check_length("data.custom_id", modal.get("custom_id"), 100, 1)
    components = as_objects(modal.get("components"))
    faults.check_count("data.components", len(components), MOST_ITEMS, 1)
    for position, item in enumerate(components):
        place = f"data.components.{position}"
        match item.get("type"):
            case Kind.LABEL:
                _check_label(place, item, faults)
            case Kind.ROW:
                children = as_list(item.get("components"))
                faults.check_count(f"{place}.components", len(children), 1, 1)
            case Kind.TEXT:
                pass
            case _:
                faults.add(f"{place}.type", "UNION_TYPE_CHOICES", "Value of field must be one of (1, 10, 18).")
    for place, component in walk(components, "data.components"):
        _check_field(place, component, faults)
    check_custom_ids(components, faults)


def fields_of(modal: Json) -> list[tuple[Json, Json]]:
    """The dialog's inputs, each with the label or row that holds it."""
    pairs: list[tuple[Json, Json]] = []
    for item in as_objects(modal.get("components")):
        if item.get("type") == Kind.LABEL:
            pairs.append((item, as_object(item.get("component"))))
        elif item.get("type") == Kind.ROW:
            pairs += [(item, child) for child in as_objects(item.get("components"))]
    return pairs


def _check_label(place: str, label: Json, faults: FormFaults) -> None:
    faults.check_length(f"{place}.label", label.get("label"), LONGEST_LABEL, 1)
    faults.check_length(f"{place}.description", label.get("description"), LONGEST_DESCRIPTION)
    if as_object(label.get("component")).get("type") not in IN_LABEL:
        faults.add(f"{place}.component.type", "UNION_TYPE_CHOICES", "A label holds one input.")


def _check_field(place: str, field: Json, faults: FormFaults) -> None:
    match field.get("type"):
        case Kind.TEXT_INPUT:
            faults.check_length(f"{place}.value", field.get("value"), LONGEST_TEXT)
            faults.check_length(f"{place}.placeholder", field.get("placeholder"), 100)
            faults.check_length(f"{place}.label", field.get("label"), LONGEST_LABEL)
        case Kind.STRING_SELECT:
            faults.check_count(f"{place}.options", len(as_list(field.get("options"))), MOST_OPTIONS, 1)
        case Kind.RADIO_GROUP:
            faults.check_count(f"{place}.options", len(as_list(field.get("options"))), MOST_CHOICES, 2)
        case Kind.CHECKBOX_GROUP:
            faults.check_count(f"{place}.options", len(as_list(field.get("options"))), MOST_CHOICES, 1)
        case Kind.FILE_UPLOAD:
            faults.check_count(f"{place}.max_values", field.get("max_values") or 1, MOST_CHOICES, 1)
        case _:
            pass
