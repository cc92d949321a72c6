"""The words of a preset: plain, or with variables that whoever uses it fills. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from bot.errors import PresetRefusedError
from bot.language import phrase
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_TEMPLATE = 4000  # characters of a field of a dialog, in which it is changed; Discord's limit
MOST_VARIABLES = 5  # fields of a dialog, in which they are filled; Discord's limit
LONGEST_VARIABLE = 40  # characters of its name; Discord's limit of what stands above a field is 45
LONGEST_VALUE = 1000  # characters
MOST_CHOICES, LONGEST_CHOICE = 25, 100  # of a select; Discord's limits
NAMES_SHOWN = 40  # characters of what somebody wrote between braces, in a sentence about it

_TOKEN = re.compile(r"\{\{|\}\}|\{(?P<inside>[^{}]*)\}|[{}]")
_NAME = re.compile(r"[^\W\d_][\w '’-]*")  # noqa: RUF001 - a sign that people write
_DOUBLED = {"{{": "{", "}}": "}"}
BRACES = phrase("For a brace itself, write it twice: {opening} or {closing}.", opening="{{", closing="}}")


@dataclass(frozen=True, slots=True)
class Variable:
    """What whoever uses a preset fills in.

    Attributes:
        name: as it was written first.
        default: what stands for it where nothing is said; None where something has to be.
        choices: the only values there are, if there are any; the first is the default.
    """

    name: str
    default: str | None = None
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """By which it is one and the same."""
        return self.name.casefold()

    @property
    def is_open(self) -> bool:
        """Whether any words can stand for it."""
        return not self.choices

    def value(self, said: str | None) -> str | None:
        """What stands for it where this was said; None where something has to be said still.

        Raises:
            PresetRefusedError: it is none of the choices, or too long.
        """
        text = (said or "").strip()
        if not text:
            return self.default
        if len(text) > LONGEST_VALUE:
            raise PresetRefusedError(
                phrase(
                    "What you wrote for “{name}” has {count} characters; {most} are possible. Please shorten it.",
                    name=shown(self.name, NAMES_SHOWN),
                    count=len(text),
                    most=LONGEST_VALUE,
                )
            )
        if self.choices and text not in self.choices:
            raise PresetRefusedError(
                phrase(
                    "That is none of the choices for “{name}”. Choose one of: {choices}.",
                    name=shown(self.name, NAMES_SHOWN),
                    choices=shown(", ".join(self.choices), 300),
                )
            )
        return text


@dataclass(frozen=True, slots=True)
class Template:
    """Words with variables.

    Attributes:
        parts: words as they are, and the key of a variable wherever one stands, by turns: words are at the even places.
        variables: each once, in the order in which they come.
    """

    parts: tuple[str, ...]
    variables: tuple[Variable, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``a {style=oil|ink} picture of {subject=a lighthouse}``; ``{{`` and ``}}`` are braces.

        A variable may come again by its name alone.

        Raises:
            PresetRefusedError: it is no such text, or asks for more than a dialog can hold; the sentence says where.
        """
        if len(text) > LONGEST_TEMPLATE:
            raise PresetRefusedError(
                phrase(
                    "These words have {count} characters; a preset holds {most}. Please shorten them.",
                    count=len(text),
                    most=LONGEST_TEMPLATE,
                )
            )
        parts, found = [""], dict[str, Variable]()
        end = 0
        for token in _TOKEN.finditer(text):
            parts[-1] += text[end : token.start()] + _DOUBLED.get(token[0], "")
            end = token.end()
            if token["inside"] is not None:
                variable = _variable(token["inside"])
                found[variable.key] = _one_of(found.get(variable.key), variable)
                parts += [variable.key, ""]
            elif token[0] not in _DOUBLED:
                alone = phrase("A {brace} stands alone in these words. {how}", brace=token[0], how=BRACES)
                raise PresetRefusedError(alone)
        parts[-1] += text[end:]
        if len(found) > MOST_VARIABLES:
            raise PresetRefusedError(
                phrase(
                    "A preset can ask for {most} things at most, for a dialog has no more fields; yours asks for "
                    "{count}.",
                    most=MOST_VARIABLES,
                    count=len(found),
                )
            )
        return cls(tuple(parts), tuple(found.values()))

    @property
    def first_open(self) -> Variable | None:
        """The first variable for which any words can stand; None where there is none."""
        return next((variable for variable in self.variables if variable.is_open), None)

    def with_prompt(self, prompt: str, values: Mapping[str, str]) -> tuple[Self, Mapping[str, str]]:
        """Words that are said beside a preset: they stand for its first open variable, or else at its end.

        Returns:
            The template and the values, with the words in one of them.
        """
        if not prompt.strip():
            return self, values
        first = self.first_open
        if first is not None:
            return self, {first.key: prompt, **values}
        return replace(self, parts=(*self.parts[:-1], f"{self.parts[-1]}\n{prompt}")), values

    def missing(self, values: Mapping[str, str]) -> Sequence[Variable]:
        """The variables for which something has to be said still. Args and errors as of `filled`."""
        return [each for each in self.variables if each.value(values.get(each.key)) is None]

    def filled(self, values: Mapping[str, str]) -> str:
        """The words with these values, by the keys of variables; what is not said is the default, or the name.

        A label without a value is left out: "Light: {light=}" says nothing where that is empty.

        Raises:
            PresetRefusedError: a value cannot stand there.
        """
        said = {each.key: each.value(values.get(each.key)) for each in self.variables}
        names = {each.key: each.name for each in self.variables}
        lines = [_Line()]
        for place, part in enumerate(self.parts):
            if place % 2:
                lines[-1].add_value(names[part] if said[part] is None else str(said[part]))
            else:
                first, *more = part.split("\n")
                lines[-1].words += first
                lines += map(_Line, more)
        return "\n".join(line.words for line in lines if line.says_something)


@dataclass(slots=True)
class _Line:
    """A line as it is put together."""

    words: str = ""
    _is_asked: bool = False
    _is_told: bool = False

    def add_value(self, value: str) -> None:
        """What stands for a variable."""
        self.words += value
        self._is_asked = True
        self._is_told |= bool(value)

    @property
    def says_something(self) -> bool:
        """Whether it is more than a label, such as ``Light:``, and variables that are empty."""
        return self._is_told or not self._is_asked or self.words.strip()[-1:] not in {"", ":"}


def escaped(words: str) -> str:
    """Words of which nothing is a variable, as they stand in a template."""
    return words.replace("{", "{{").replace("}", "}}")


def _variable(inside: str) -> Variable:
    written, has_more, more = inside.partition("=")
    name = " ".join(written.split())
    if not _NAME.fullmatch(name) or len(name) > LONGEST_VARIABLE:
        raise PresetRefusedError(
            phrase(
                "{written} does not begin with the name of a variable, as {example} does: letters, digits and spaces, "
                "{most} at most. {how}",
                written=_shown(inside),
                example="{subject}",
                most=LONGEST_VARIABLE,
                how=BRACES,
            )
        )
    if not has_more:
        return Variable(name)
    if "|" not in more:
        return Variable(name, _checked(name, more, LONGEST_VALUE))
    choices = tuple(dict.fromkeys(_checked(name, choice, LONGEST_CHOICE) for choice in more.split("|")))
    if "" in choices:
        empty = phrase("A choice of {name} is empty. Write words on both sides of every |.", name=_shown(name))
        raise PresetRefusedError(empty)
    if len(choices) > MOST_CHOICES:
        many = phrase(
            "{name} has {count} choices; {most} are possible.", name=_shown(name), count=len(choices), most=MOST_CHOICES
        )
        raise PresetRefusedError(many)
    return Variable(name, choices[0], choices)


def _checked(name: str, value: str, most: int) -> str:
    text = one_line(value, len(value) + 1)
    if len(text) > most:
        long = phrase(
            "What {name} offers has {count} characters; {most} are possible.",
            name=_shown(name),
            count=len(text),
            most=most,
        )
        raise PresetRefusedError(long)
    return text


def _one_of(before: Variable | None, now: Variable) -> Variable:
    """The variable that both are; by its name alone it is whatever was said of it."""
    if before is None or before.default is None:
        return now if before is None or now.default is not None else before
    if now.default is not None and (before.default, before.choices) != (now.default, now.choices):
        raise PresetRefusedError(
            phrase(
                "{name} is said to be two different things. Say it once; elsewhere, its name alone will do.",
                name=_shown(before.name),
            )
        )
    return before


def _shown(name: str) -> str:
    return f"{{{shown(name, NAMES_SHOWN)}}}"
