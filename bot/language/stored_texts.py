"""Texts written down, so that they can be told in any language when they are read again, by another process too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from bot.language.languages import Translatable
from bot.language.phrases import beginning, decimal, dollars, joined, listing, month_name, phrase, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MAKERS: Mapping[str, Callable[..., str]] = {
    make.__name__: make for make in (phrase, plural, joined, beginning, dollars, decimal, listing, month_name)
}


def written_down(text: str) -> str | None:
    """How it is made, as JSON; None of a text that is English alone."""
    return json.dumps(_made_by(text), ensure_ascii=False) if isinstance(text, Translatable) and text.recipe else None


def read_again(english: str, written: str | None) -> str:
    """What was `written_down` of a text; the English one where nothing was."""
    return english if written is None else cast("str", _made(json.loads(written)))


def _made_by(value: object) -> object:
    if isinstance(value, Translatable) and value.recipe is not None:
        name, arguments, values = value.recipe
        return {
            "make": name,
            "of": _made_by(arguments),
            "values": {key: _made_by(each) for key, each in values.items()},
        }
    if isinstance(value, list | tuple):
        return [_made_by(each) for each in cast("list[object]", value)]
    return value if isinstance(value, int) else str(value)[:]


def _made(value: object) -> object:
    if isinstance(value, dict):
        recipe = cast("dict[str, Any]", value)
        make, values = _MAKERS[recipe["make"]], cast("dict[str, Any]", recipe["values"])
        return make(*map(_made, recipe["of"]), **{name: _made(each) for name, each in values.items()})
    return [_made(each) for each in cast("list[object]", value)] if isinstance(value, list) else value
