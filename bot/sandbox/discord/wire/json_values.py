"""What goes over the wire: JSON values, read without trusting them, and written as Discord writes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeGuard

Json: TypeAlias = dict[str, Any]


def is_object(value: object) -> TypeGuard[Json]:
    """Whether it is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a JSON array."""
    return isinstance(value, list)


def as_object(value: object) -> Json:
    """The value if it is a JSON object, otherwise an empty one."""
    return value if is_object(value) else {}


def as_list(value: object) -> list[Any]:
    """The value if it is a JSON array, otherwise an empty one."""
    return value if is_list(value) else []


def as_objects(value: object) -> list[Json]:
    """The objects in a JSON array; an empty list for anything else."""
    return [as_object(item) for item in as_list(value)]


def as_text(value: object) -> str:
    """The value as text; None becomes empty."""
    return "" if value is None else str(value)


def as_int(value: object) -> int:
    """The value if it is a whole number, also as text; otherwise 0."""
    if isinstance(value, str) and value.removeprefix("-").isdecimal():
        return int(value)
    return value if isinstance(value, int) else 0


def as_id(value: object) -> int | None:
    """A snowflake, which clients send as text or as a number; None when it is neither."""
    text = as_text(value)
    return int(text) if text.isdecimal() else None


def without_nulls(value: Json) -> Json:
    """A deep copy of an object in which keys that hold null are left out."""

    def cleaned(item: object) -> object:
        if is_object(item):
            return {key: cleaned(inner) for key, inner in item.items() if inner is not None}
        if is_list(item):
            return [cleaned(inner) for inner in item]
        return item

    return as_object(cleaned(value))


def dumps(value: object) -> str:
    """Compact JSON text."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def timestamp(seconds: float) -> str:
    """Seconds since 1970 as Discord writes points in time (ISO 8601, UTC, microseconds)."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
