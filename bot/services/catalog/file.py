"""What models.toml is written in: entries that take from families, and prices in dollars."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

_NANO_PER_TOKEN = 1000  # one USD per million tokens is 1000 nano-dollars per token


class CatalogError(ValueError):
    """models.toml does not hold together; the text names the model and the fault."""


def with_family(entry: Mapping[str, Any], key: str, families: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The entry, with what it does not say itself taken from the family that `key` names.

    Raises:
        CatalogError: there is no such family; `name` is what the entry is called in the sentence.
    """
    fields = dict(entry)
    family = fields.pop(key, None)
    if family is None:
        return fields
    if family not in families:
        raise CatalogError(f"models.toml, {name}: there is no family {family!r}")
    others = {other: content for other, content in families.items() if other != family}  # so that no circle closes
    return with_family(families[family], "like", others, name) | fields


def name_of(entry: Mapping[str, Any]) -> str:
    """What an entry of the file is called in a sentence about a fault."""
    return str(entry.get("id", "a model without an id"))


def read_entry(adapter: TypeAdapter[T], entry: Mapping[str, Any]) -> T:
    """An entry of the file, its prices in nano-dollars per token.

    Raises:
        CatalogError: a field lacks or is wrong, or a price is no number, or finer than a nano-dollar per token.
    """
    fields = dict(entry)
    try:
        for name in ("prices", "cached_prices"):
            if name in fields:
                fields[name] = {part: _nano(usd) for part, usd in fields[name].items()}
        return adapter.validate_python(fields)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise CatalogError(f"models.toml, {name_of(entry)}: {faults}") from error
    except ValueError as error:
        raise CatalogError(f"models.toml, {name_of(entry)}: {error}") from error


def _nano(usd_per_million: object) -> int:
    """Nano-dollars per token; a price that is no whole number of them would have to be rounded, and is refused."""
    if not isinstance(usd_per_million, int | Decimal) or not Decimal(usd_per_million).is_finite():
        raise ValueError(f"a price is {usd_per_million!r}, not a number of USD per million tokens")
    nano = usd_per_million * _NANO_PER_TOKEN
    if nano != int(nano):
        raise ValueError(f"a price of {usd_per_million} USD per million tokens is finer than a nano-dollar per token")
    return int(nano)
