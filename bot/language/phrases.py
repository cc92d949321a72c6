"""Sentences and parts of sentences, with what goes into them.

What an f-string, a slice or a method of `str` makes of one is English alone: `phrase`, `joined` and `composed` forget
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language.languages import Translatable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.language.languages import Language, Recipe


def phrase(template: str, /, **values: object) -> Translatable:
    """A sentence or a part of one, with its values in their places: ``phrase("{done} of {total} done", …)``.

    The template stands in the source as it is, for it names the translation; without any values it is no template, and
    braces are themselves. Whole numbers are counts, written with
    their thousands apart: what is only called by a number is given as text. Values that are translatable are told in
    the same language.
    """
    return _phrase(template, None, values, ("phrase", (template,), values))


def plural(one: str, many: str, count: int, /, **values: object) -> Translatable:
    """As `phrase`, by how many there are: ``plural("{count} picture", "{count} pictures", 3)``."""
    template = one if count == 1 else many
    return _phrase(template, (one, count), {"count": count, **values}, ("plural", (one, many, count), values))


def _phrase(template: str, counted: tuple[str, int] | None, values: dict[str, object], recipe: Recipe) -> Translatable:
    source, count = counted or (template, None)

    def told_in(language: Language) -> str:
        told = language.message(source, count) or template
        return told.format(**{name: _value_in(language, each) for name, each in values.items()}) if values else told

    english = {name: f"{value:,}" if isinstance(value, int) else str(value) for name, value in values.items()}
    return Translatable(template.format(**english) if values else template, told_in, recipe)


def _value_in(language: Language, value: object) -> str:
    if isinstance(value, int):
        from babel.numbers import format_decimal  # noqa: PLC0415 - for those alone who read another language

        return format_decimal(value, locale=language.cldr)
    return language.translate(str(value))


def composed(
    compose: Callable[[Sequence[str]], str], parts: Iterable[str], recipe: Recipe | None = None
) -> Translatable:
    """What `compose` makes of the texts, in each language anew: for what must fit."""
    kept = tuple(parts)
    return Translatable(compose(kept), lambda language: compose([language.translate(part) for part in kept]), recipe)


def joined(separator: str, parts: Iterable[str]) -> Translatable:
    """As ``separator.join(parts)``; the separator may be another in another language."""
    kept = list(parts)

    def told_in(language: Language) -> str:
        return language.join(language.translate(separator), [language.translate(part) for part in kept])

    return Translatable(separator.join(kept), told_in, ("joined", (separator, kept), {}))


def beginning(text: str) -> Translatable:
    """The text as a sentence begins."""
    return composed(lambda parts: parts[0][:1].upper() + parts[0][1:], [text], ("beginning", (text,), {}))
