"""Limits and structure of a message's components, old style and new ("V2").

Source: https://discord.com/developers/docs/components/reference
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.emojis import check_emoji
from bot.sandbox.discord.checks.forms import (
    WEB,
    address,
    form,
    list_of,
    one_of,
    required,
    snowflake,
    text,
    truth,
    whole,
)
from bot.sandbox.discord.wire.json_values import Json, as_int, as_list, as_object, as_objects, as_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.sandbox.discord.checks.forms import Check, Needed
    from bot.sandbox.discord.wire.refusals import FormFaults


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
_LONGEST_NOTE = 1024
_LARGEST_COLOR = 0xFFFFFF
_LARGEST_NUMBER = 2**31 - 1
_CUSTOM_ID = text(LONGEST_CUSTOM_ID, 1)
_EMOJI = form(id=snowflake, name=text(32), animated=truth)


def _part(place: str, value: object, faults: FormFaults) -> None:
    COMPONENT(place, value, faults)


def _select(**more: Check | Needed) -> Check:
    return form(
        custom_id=required(_CUSTOM_ID),
        placeholder=text(150),
        min_values=whole(0, MOST_OPTIONS),
        max_values=whole(1, MOST_OPTIONS),
        required=truth,
        disabled=truth,
        **more,
    )


def _choice(**more: Check) -> Check:
    return form(
        label=required(text(100, 1)), value=required(text(100, 1)), description=text(100), default=truth, **more
    )


_MEDIA = form(url=required(address(*WEB, "attachment")))
_DEFAULTS = list_of(form(id=required(snowflake), type=required(one_of("user", "role", "channel"))), MOST_OPTIONS)
_PEOPLE = _select(default_values=_DEFAULTS)
_FORMS: dict[Kind, Check] = {
    Kind.ROW: form(components=required(list_of(_part, MOST_BUTTONS, 1))),
    Kind.BUTTON: form(
        style=required(one_of(1, 2, 3, 4, 5, 6)),
        label=text(LONGEST_LABEL),
        custom_id=_CUSTOM_ID,
        url=address(*WEB, "discord", longest=512),
        sku_id=snowflake,
        disabled=truth,
        emoji=_EMOJI,
    ),
    Kind.STRING_SELECT: _select(options=required(list_of(_choice(emoji=_EMOJI), MOST_OPTIONS, 1))),
    Kind.TEXT_INPUT: form(
        custom_id=required(_CUSTOM_ID),
        style=required(one_of(1, 2)),
        label=text(45, 1),
        value=text(4000),
        placeholder=text(100),
        required=truth,
        min_length=whole(0, 4000),
        max_length=whole(1, 4000),
    ),
    Kind.USER_SELECT: _PEOPLE,
    Kind.ROLE_SELECT: _PEOPLE,
    Kind.MENTIONABLE_SELECT: _PEOPLE,
    Kind.CHANNEL_SELECT: _select(default_values=_DEFAULTS, channel_types=list_of(whole(0), MOST_OPTIONS, unique=True)),
    Kind.SECTION: form(components=required(list_of(_part, MOST_SECTION_TEXTS, 1)), accessory=required(_part)),
    Kind.TEXT: form(content=required(text(MOST_TEXT_V2, 1))),
    Kind.THUMBNAIL: form(media=required(_MEDIA), description=text(_LONGEST_NOTE), spoiler=truth),
    Kind.GALLERY: form(
        items=required(
            list_of(form(media=required(_MEDIA), description=text(_LONGEST_NOTE), spoiler=truth), MOST_GALLERY_ITEMS, 1)
        )
    ),
    Kind.FILE: form(file=required(form(url=required(address("attachment")))), spoiler=truth),
    Kind.SEPARATOR: form(divider=truth, spacing=one_of(1, 2)),
    Kind.CONTAINER: form(
        components=required(list_of(_part, MOST_COMPONENTS_V2, 1)),
        accent_color=whole(0, _LARGEST_COLOR),
        spoiler=truth,
    ),
    Kind.LABEL: form(label=required(text(45, 1)), description=text(100, 1), component=required(_part)),
    Kind.FILE_UPLOAD: form(
        custom_id=required(_CUSTOM_ID), min_values=whole(0, 10), max_values=whole(1, 10), required=truth
    ),
    Kind.RADIO_GROUP: form(custom_id=required(_CUSTOM_ID), options=required(list_of(_choice(), 10, 2)), required=truth),
    Kind.CHECKBOX_GROUP: form(
        custom_id=required(_CUSTOM_ID),
        options=required(list_of(_choice(), 10, 1)),
        min_values=whole(0, 10),
        max_values=whole(1, 10),
        required=truth,
    ),
    Kind.CHECKBOX: form(custom_id=required(_CUSTOM_ID), default=truth),
}
_ANY = form(type=required(one_of(*Kind)), id=whole(0, _LARGEST_NUMBER))


def COMPONENT(place: str, value: object, faults: FormFaults) -> None:  # noqa: N802 - a form, as the constants are
    """The form of a component, by its type, with all that is nested in it."""
    _ANY(place, value, faults)
    kind = as_object(value).get("type")
    if kind in list(Kind):
        _FORMS[Kind(kind)](place, value, faults)


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


def check_components(components: list[Json], faults: FormFaults, emojis: Collection[int], *, v2: bool) -> None:
    """Note what is wrong with a message's components, beyond their form.

    Args:
        components: the rows, or the parts of the new kind.
        faults: where it is noted.
        emojis: the custom ones that the bot may use.
        v2: whether the message is of the new kind.
    """
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
                check_emoji(f"{place}.emoji", component.get("emoji"), emojis, faults)
            case kind if kind in SELECTS:
                check_select(place, component, faults, emojis)
                if component.get("required") is True and component.get("min_values") == 0:
                    check_zero(place, faults)
            case _:
                pass
    check_custom_ids(components, faults)


def check_custom_ids(components: list[Json], faults: FormFaults) -> None:
    """Note custom ids and numbers that are used twice."""
    seen: set[str] = set()
    numbers: set[int] = set()
    for place, component in walk(components):
        number = as_int(component.get("id"))
        if number and number in numbers:
            faults.add(f"{place}.id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        numbers.add(number)
        if (custom_id := component.get("custom_id")) is None:
            continue
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
        case Kind.SECTION:
            for position, part in enumerate(inner):
                _check_kind(f"{place}.components.{position}", part, {Kind.TEXT}, faults)
            _check_kind(
                f"{place}.accessory", as_object(component.get("accessory")), {Kind.BUTTON, Kind.THUMBNAIL}, faults
            )
        case _:
            pass


def _check_kind(place: str, component: Json, allowed: set[Kind], faults: FormFaults) -> None:
    if component.get("type") not in allowed:
        choices = ", ".join(str(int(kind)) for kind in sorted(allowed))
        faults.add(f"{place}.type", "UNION_TYPE_CHOICES", f"Value of field must be one of ({choices}).")


def _check_row(place: str, row: Json, faults: FormFaults) -> None:
    children = as_objects(row.get("components"))
    selects = [child for child in children if child.get("type") in SELECTS]
    if selects and len(children) > 1:
        faults.add(f"{place}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select menu needs a row of its own.")
    for position, child in enumerate(children):
        _check_kind(f"{place}.components.{position}", child, {Kind.BUTTON, *SELECTS}, faults)


def _check_button(place: str, button: Json, faults: FormFaults) -> None:
    style = button.get("style")
    has = {key for key in ("custom_id", "url", "sku_id", "label", "emoji") if button.get(key)}
    if style == PREMIUM_STYLE:
        if has != {"sku_id"}:
            faults.add(place, "BUTTON_COMPONENT_PREMIUM", "A premium button has a sku id and nothing else")
        return
    if style != LINK_STYLE and "custom_id" not in has:
        faults.add(f"{place}.custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    if ("url" in has) != (style == LINK_STYLE) or {"custom_id", "url"} <= has:
        told = "Links have a url, other buttons a custom id"
        faults.add(f"{place}.url", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", told)
    if "sku_id" in has:
        faults.add(f"{place}.sku_id", "BUTTON_COMPONENT_INVALID_SKU", "Only premium buttons have a sku id")
    if has.isdisjoint({"label", "emoji"}):
        faults.add(f"{place}.label", "BUTTON_COMPONENT_LABEL_REQUIRED", "A label or an emoji is required")


def check_select(place: str, select: Json, faults: FormFaults, emojis: Collection[int]) -> None:
    """Note numbers of choices that cannot be, values that are used twice, and emojis that there are not."""
    least, most = (as_int(select.get(key, 1)) for key in ("min_values", "max_values"))
    if least > most:
        told = f"min_values must be equal to or less than {most}"
        faults.add(f"{place}.min_values", "SELECT_COMPONENT_MIN_VALUES_TOO_LARGE", told)
    faults.check_count(f"{place}.default_values", len(as_list(select.get("default_values"))), most)
    if select.get("type") != Kind.STRING_SELECT:
        return
    options = as_objects(select.get("options"))
    check_choices(place, options, faults, most)
    if len(options) < most:
        faults.check_count(f"{place}.options", len(options), MOST_OPTIONS, most)
    for position, option in enumerate(options):
        check_emoji(f"{place}.options.{position}.emoji", option.get("emoji"), emojis, faults)


def check_choices(place: str, options: list[Json], faults: FormFaults, most: int) -> None:
    """Note values that are used twice, and more of them chosen beforehand than may be."""
    seen: set[str] = set()
    for position, option in enumerate(options):
        value = as_text(option.get("value"))
        if value in seen:
            told = "The specified option value is already used"
            faults.add(f"{place}.options.{position}", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", told)
        seen.add(value)
    if len([option for option in options if option.get("default")]) > most:
        told = f"Only {most} may be chosen beforehand"
        faults.add(f"{place}.options", "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", told)


def check_zero(place: str, faults: FormFaults) -> None:
    """Note that a field must be filled and need not be; seen in messages too.

    Sources: https://github.com/discord/discord-api-docs/issues/7800, https://github.com/discord/discord-api-docs/pull/8177
    """
    told = "min_values must be at least 1 if the field is required"
    faults.add(f"{place}.min_values", "SELECT_COMPONENT_REQUIRED_ZERO_MIN_VALUES", told)
