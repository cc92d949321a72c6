"""What a value in a body may be: texts, numbers, lists and objects, refused in Discord's own words.

Example:
    `EMOJI = form(name=required(text(32)), id=snowflake)`, and then `EMOJI("emoji", value, faults)`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from bot.sandbox.discord.wire.json_values import as_id, is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.discord.wire.refusals import FormFaults

    Check: TypeAlias = Callable[[str, object, FormFaults], None]

WEB = ("http", "https")
LARGEST = 2**53  # of whole numbers in options
# https://discord.com/developers/docs/reference#locales
LOCALES = (
    *("ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi", "hr", "hu"),
    *("id", "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi"),
    *("zh-CN", "zh-TW"),
)


class Needed:
    """A check of a field that must be there; others may be left out or null."""

    def __init__(self, check: Check) -> None:
        self.check = check


def required(check: Check) -> Needed:
    """A field that must be there."""
    return Needed(check)


def anything(place: str, value: object, faults: FormFaults) -> None:
    """Whatever it is."""


def text(longest: int, shortest: int = 0) -> Check:
    """A text of so many characters."""

    def check(place: str, value: object, faults: FormFaults) -> None:
        if not isinstance(value, str | int | float):
            faults.add(place, "STRING_TYPE_CONVERT", f"Could not interpret {value!r} as string.")
        else:
            faults.check_length(place, str(value), longest, shortest)

    return check


def whole(least: int | None = None, most: int | None = None) -> Check:
    """A whole number; as text it is taken too, as Discord does."""

    def check(place: str, value: object, faults: FormFaults) -> None:
        if isinstance(value, bool) or not (isinstance(value, int) or _is_whole_text(value)):
            faults.add(place, "NUMBER_TYPE_COERCE", f"Value {value!r} is not int.")
        else:
            _check_range(place, int(str(value)), least, most, faults, "int")

    return check


def number(place: str, value: object, faults: FormFaults) -> None:
    """A number, whole or not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        faults.add(place, "NUMBER_TYPE_COERCE", f"Value {value!r} is not float.")


def truth(place: str, value: object, faults: FormFaults) -> None:
    """True or false."""
    if not isinstance(value, bool):
        faults.add(place, "BOOLEAN_TYPE_CHOICES", "Must be either true or false.")


def snowflake(place: str, value: object, faults: FormFaults) -> None:
    """An id."""
    if as_id(value) is None or isinstance(value, bool):
        faults.add(place, "NUMBER_TYPE_COERCE", f"Value {value!r} is not snowflake.")


def moment(place: str, value: object, faults: FormFaults) -> None:
    """A point in time, in ISO 8601."""
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        faults.add(place, "DATE_TIME_TYPE_PARSE", f"Could not parse {value!r}. Should be ISO8601.")


def one_of(*choices: object) -> Check:
    """One of these."""

    def check(place: str, value: object, faults: FormFaults) -> None:
        if isinstance(value, bool) or value not in choices:
            offered = ", ".join(repr(choice) for choice in choices)
            faults.add(place, "BASE_TYPE_CHOICES", f"Value must be one of ({offered}).")

    return check


def address(*schemes: str, longest: int = 2048) -> Check:
    """A web address with one of these schemes."""

    def check(place: str, value: object, faults: FormFaults) -> None:
        if not isinstance(value, str):
            faults.add(place, "STRING_TYPE_CONVERT", f"Could not interpret {value!r} as string.")
            return
        faults.check_length(place, value, longest)
        scheme = value.partition(":")[0]
        if scheme.lower() not in schemes:
            names = ", ".join(repr(one) for one in schemes)
            told = f'Scheme "{scheme}" is not supported. Scheme must be one of ({names}).'
            faults.add(place, "URL_TYPE_INVALID_SCHEME", told)
        elif scheme.lower() in WEB and not _is_web_address(value):
            faults.add(place, "URL_TYPE_INVALID_URL", "Not a well formed URL.")

    return check


def list_of(item: Check, most: int, least: int = 0, *, unique: bool = False) -> Check:
    """A list of so many of something."""

    def check(place: str, value: object, faults: FormFaults) -> None:
        if not is_list(value):
            faults.add(place, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType.")
            return
        items = value
        faults.check_count(place, len(items), most, least)
        for position, one in enumerate(items):
            if one is None:
                told = "List item values of ModelType are required"
                faults.add(_within(place, str(position)), "LIST_ITEM_VALUE_REQUIRED", told)
            else:
                item(_within(place, str(position)), one, faults)
            if unique and one in items[:position]:
                told = f"The set already contains {one!r}."
                faults.add(_within(place, str(position)), "SET_TYPE_ALREADY_CONTAINS_VALUE", told)

    return check


def texts_by_language(longest: int) -> Check:
    """Texts by locale."""

    def check(place: str, value: object, faults: FormFaults) -> None:
        if not is_object(value):
            faults.add(place, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return
        for locale, words in value.items():
            one_of(*LOCALES)(_within(place, locale), locale, faults)
            text(longest, 1)(_within(place, locale), words, faults)

    return check


def form(**fields: Check | Needed) -> Check:
    """An object with these fields; others are not looked at."""

    def check(place: str, value: object, faults: FormFaults) -> None:
        if not is_object(value):
            faults.add(place, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            return
        for name, field in fields.items():
            here, inner = _within(place, name), value.get(name)
            if inner is not None:
                (field.check if isinstance(field, Needed) else field)(here, inner, faults)
            elif isinstance(field, Needed):
                faults.add(here, "BASE_TYPE_REQUIRED", "This field is required")

    return check


def _within(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _is_whole_text(value: object) -> bool:
    return isinstance(value, str) and value.removeprefix("-").isdecimal()


def _check_range(place: str, value: int, least: int | None, most: int | None, faults: FormFaults, kind: str) -> None:
    if most is not None and value > most:
        faults.add(place, "NUMBER_TYPE_MAX", f"{kind} value should be less than or equal to {most}.")
    if least is not None and value < least:
        faults.add(place, "NUMBER_TYPE_MIN", f"{kind} value should be greater than or equal to {least}.")


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    return not any(sign.isspace() for sign in value) and (":" in host or "." in host.strip("."))
