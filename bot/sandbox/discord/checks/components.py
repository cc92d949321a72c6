"""Limits and structure of a message's components, old style and new ("V2").

Source: https://discord.com/developers/docs/components/reference
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from bot.sandbox.discord.wire import Json, as_list, as_object, as_objects, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.discord.refusals import FormFaults


class Kind(IntEnum):
    """The types of component that messages and dialogs may hold."""

    ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT = 10
    THUMBNAIL = 11
    GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = {Kind.STRING_SELECT, Kind.USER_SELECT, Kind.ROLE_SELECT, Kind.MENTIONABLE_SELECT, Kind.CHANNEL_SELECT}
TOP_LEVEL_V2 = {Kind.ROW, Kind.SECTION, Kind.TEXT, Kind.GALLERY, Kind.FILE, Kind.SEPARATOR, Kind.CONTAINER}
IN_CONTAINER = TOP_LEVEL_V2 - {Kind.CONTAINER}
LINK_STYLE = 5
PREMIUM_STYLE = 6
MOST_ROWS = 5
MOST_BUTTONS = 5
MOST_OPTIONS = 25
MOST_COMPONENTS_V2 = 40
MOST_TEXT_V2 = 4000
MOST_GALLERY_ITEMS = 10
MOST_SECTION_TEXTS = 3
LONGEST_CUSTOM_ID = 100
LONGEST_LABEL = 80


def walk(components: list[Json], place: str = "components") -> Iterator[tuple[str, Json]]:
    """Every component with its dotted place, nested ones too."""
    for position, component in enumerate(components):
        here = f"{place}.{position}"
        yield here, component
        yield from walk(as_objects(component.get("components")), f"{here}.components")
        for key in ("accessory", "component"):
            if inner := as_object(component.get(key)):
                yield f"{here}.{key}", inner
                yield from walk(as_objects(inner.get("components")), f"{here}.{key}.components")


def media_of(component: Json) -> list[Json]:
    """The media objects (``{"url": …}``) of a gallery, thumbnail or file component."""
    match component.get("type"):
        case Kind.GALLERY:
            return [as_object(item.get("media")) for item in as_objects(component.get("items"))]
        case Kind.THUMBNAIL:
            return [as_object(component.get("media"))]
        case Kind.FILE:
            return [as_object(component.get("file"))]
        case _:
            return []


def check_components(components: list[Json], faults: FormFaults, *, v2: bool) -> None:
    """Note what is wrong with a message's components."""
    if v2:
        _check_v2(components, faults)
    else:
        _check_rows(components, faults)
    for place, component in walk(components):
        match component.get("type"):
            case Kind.ROW:
                _check_row(place, component, faults)
            case Kind.BUTTON:
                _check_button(place, component, faults)
            case kind if kind in SELECTS:
                _check_select(place, component, faults)
            case _:
                pass
    check_custom_ids(components, faults)


def check_custom_ids(components: list[Json], faults: FormFaults) -> None:
    """Note custom ids that are missing their length or are used twice."""
    seen: set[str] = set()
    for place, component in walk(components):
        if (custom_id := component.get("custom_id")) is None:
            continue
        faults.check_length(f"{place}.custom_id", custom_id, LONGEST_CUSTOM_ID, 1)
        if custom_id in seen:
            faults.add(
                f"{place}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        seen.add(as_text(custom_id))


def _check_rows(components: list[Json], faults: FormFaults) -> None:
    faults.check_count("components", len(components), MOST_ROWS)
    for position, component in enumerate(components):
        if component.get("type") != Kind.ROW:
            faults.add(f"components.{position}.type", "UNION_TYPE_CHOICES", "Value of field must be one of (1,).")


def _check_v2(components: list[Json], faults: FormFaults) -> None:
    everything = list(walk(components))
    faults.check_count("components", len(everything), MOST_COMPONENTS_V2)
    text = sum(len(as_text(part.get("content"))) for _, part in everything if part.get("type") == Kind.TEXT)
    if text > MOST_TEXT_V2:
        faults.add("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", f"Must be {MOST_TEXT_V2} or fewer.")
    for position, component in enumerate(components):
        _check_kind(f"components.{position}", component, TOP_LEVEL_V2, faults)
    for place, component in everything:
        _check_part_of_v2(place, component, faults)


def _check_part_of_v2(place: str, component: Json, faults: FormFaults) -> None:
    inner = as_objects(component.get("components"))
    match component.get("type"):
        case Kind.CONTAINER:
            for position, part in enumerate(inner):
                _check_kind(f"{place}.components.{position}", part, IN_CONTAINER, faults)
        case Kind.GALLERY:
            faults.check_count(f"{place}.items", len(as_list(component.get("items"))), MOST_GALLERY_ITEMS, 1)
        case Kind.SECTION:
            faults.check_count(f"{place}.components", len(inner), MOST_SECTION_TEXTS, 1)
        case Kind.TEXT:
            faults.check_length(f"{place}.content", component.get("content"), MOST_TEXT_V2, 1)
        case _:
            pass


def _check_kind(place: str, component: Json, allowed: set[Kind], faults: FormFaults) -> None:
    if component.get("type") not in allowed:
        choices = ", ".join(str(int(kind)) for kind in sorted(allowed))
        faults.add(f"{place}.type", "UNION_TYPE_CHOICES", f"Value of field must be one of ({choices}).")


def _check_row(place: str, row: Json, faults: FormFaults) -> None:
    children = as_objects(row.get("components"))
    faults.check_count(f"{place}.components", len(children), MOST_BUTTONS, 1)
    selects = [child for child in children if child.get("type") in SELECTS]
    if selects and len(children) > 1:
        faults.add(f"{place}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select menu needs a row of its own.")
    for position, child in enumerate(children):
        _check_kind(f"{place}.components.{position}", child, {Kind.BUTTON, *SELECTS}, faults)


def _check_button(place: str, button: Json, faults: FormFaults) -> None:
    style = button.get("style")
    if style not in range(1, PREMIUM_STYLE + 1):
        faults.add(f"{place}.style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
    faults.check_length(f"{place}.label", button.get("label"), LONGEST_LABEL)
    if style == LINK_STYLE:
        if not button.get("url") or button.get("custom_id"):
            faults.add(f"{place}.url", "BUTTON_COMPONENT_INVALID_URL", "A link button has a url and no custom id.")
    elif style != PREMIUM_STYLE and not button.get("custom_id"):
        faults.add(f"{place}.custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    if style != PREMIUM_STYLE and not button.get("label") and not button.get("emoji"):
        faults.add(f"{place}.label", "BUTTON_COMPONENT_LABEL_REQUIRED", "A label or an emoji is required")


def _check_select(place: str, select: Json, faults: FormFaults) -> None:
    if not select.get("custom_id"):
        faults.add(f"{place}.custom_id", "BASE_TYPE_REQUIRED", "This field is required")
    faults.check_length(f"{place}.placeholder", select.get("placeholder"), 150)
    if select.get("type") != Kind.STRING_SELECT:
        return
    options = as_objects(select.get("options"))
    faults.check_count(f"{place}.options", len(options), MOST_OPTIONS, 1)
    values = [as_text(option.get("value")) for option in options]
    if len(set(values)) < len(values):
        faults.add(f"{place}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "A value is used twice")
    for position, option in enumerate(options):
        for key in ("label", "value"):
            faults.check_length(f"{place}.options.{position}.{key}", option.get(key), 100, 1)
        faults.check_length(f"{place}.options.{position}.description", option.get("description"), 100)
