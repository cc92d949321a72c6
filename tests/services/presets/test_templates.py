"""Words with variables: read, filled, refused where they make no sense."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PresetRefusedError
from bot.services.presets import LONGEST_TEMPLATE, LONGEST_VALUE, MOST_VARIABLES, Template, Variable, escaped

WORDS = st.text(st.characters(exclude_characters="{}|=", exclude_categories=["C"]), max_size=12)
NAMES = st.from_regex(r"[A-Za-zäöü東京][A-Za-z0-9 äöü'-]{0,8}", fullmatch=True).map(str.strip)
TIDY = WORDS.map(lambda text: " ".join(text.split()))
BRACED = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@st.composite
def variables(draw: st.DrawFn) -> Variable:
    kind = draw(st.sampled_from(["bare", "default", "choices"]))
    name = " ".join(draw(NAMES).split())
    if kind == "bare":
        return Variable(name)
    if kind == "default":
        return Variable(name, draw(TIDY))
    choices = draw(st.lists(TIDY.filter(bool), min_size=2, max_size=5, unique=True))
    return Variable(name, choices[0], tuple(choices))


def written(variable: Variable) -> str:
    if variable.choices:
        return f"{{{variable.name} = {' | '.join(variable.choices)}}}"
    return f"{{{variable.name}}}" if variable.default is None else f"{{{variable.name}={variable.default}}}"


def refusal_of(words: str) -> str | None:
    """Why it cannot be read; None if it can."""
    try:
        Template.parse(words)
    except PresetRefusedError as refused:
        return refused.sentence
    return None


def test_variables_with_defaults_and_choices_are_found_in_their_order() -> None:
    read = Template.parse("A {style=oil|ink} picture of {subject=a lighthouse} at {hour}, {Style} again.")

    assert read.variables == (
        Variable("style", "oil", ("oil", "ink")),
        Variable("subject", "a lighthouse"),
        Variable("hour"),
    )
    assert [each.name for each in read.missing({})] == ["hour"]
    assert read.first_open == Variable("subject", "a lighthouse")
    assert read.filled({"hour": " dusk ", "style": "ink"}) == "A ink picture of a lighthouse at dusk, ink again."


def test_what_is_not_said_and_has_no_default_reads_as_its_name() -> None:
    assert Template.parse("a {subject} at {hour=noon}").filled({}) == "a subject at noon"


def test_a_variable_may_be_named_before_it_is_said_what_it_is() -> None:
    read = Template.parse("{subject}, {subject=a fox}, {subject}")

    assert read.variables == (Variable("subject", "a fox"),)
    assert read.filled({}) == "a fox, a fox, a fox"


def test_an_empty_default_may_be_left_out() -> None:
    read = Template.parse("a fox{more=}")

    assert read.missing({}) == []
    assert read.filled({}) == "a fox"
    assert read.filled({"more": "in snow"}) == "a foxin snow"


def test_a_label_without_a_value_is_left_out() -> None:
    read = Template.parse("{subject}\nStyle: {style=}\n{more=}\nLight: {light=}{time=}\n\nNote:\nend")

    assert read.filled({"subject": "a fox"}) == "a fox\n\nNote:\nend"
    assert read.filled({"subject": "a fox", "style": "ink"}).splitlines()[1] == "Style: ink"


@given(BRACED)
def test_escaped_words_are_what_they_were(words: str) -> None:
    read = Template.parse(escaped(words))

    assert read.variables == ()
    assert read.filled({}) == words


@given(BRACED)
def test_any_words_are_read_or_refused_in_a_sentence(words: str) -> None:
    assert (refusal_of(words) or ".").endswith(".")


@given(st.lists(st.tuples(BRACED, variables()), max_size=MOST_VARIABLES, unique_by=lambda each: each[1].key), BRACED)
def test_what_is_written_is_read_and_filled_as_it_was_meant(pieces: list[tuple[str, Variable]], end: str) -> None:
    text = "".join(escaped(words) + written(variable) for words, variable in pieces) + escaped(end)
    values = {each.key: each.choices[-1] if each.choices else "a {value} | = x" for _, each in pieces}

    read = Template.parse(text)

    assert read.variables == tuple(variable for _, variable in pieces)
    assert read.filled(values) == "".join(words + values[variable.key] for words, variable in pieces) + end
    assert not read.missing(values)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("a {", "A { stands alone in these words. For a brace itself, write it twice: {{ or }}."),
        ("a }", "A } stands alone in these words."),
        ("{a}}", "A } stands alone in these words."),
        ("{a {b} c}", "A { stands alone in these words."),
        ("{}", "{} does not begin with the name of a variable, as {subject} does"),
        ("{1st}", "does not begin with the name"),
        ('{"scene": "@everyone"}', r"{"),
        (f"{{{'x' * 41}}}", "40 at most"),
        ("{style=oil||ink}", "A choice of {style} is empty. Write words on both sides of every |."),
        (f"{{n={'|'.join(map(str, range(26)))}}}", "{n} has 26 choices; 25 are possible."),
        (f"{{n=a|{'x' * 101}}}", "What {n} offers has 101 characters; 100 are possible."),
        (f"{{n={'x' * 1001}}}", "What {n} offers has 1,001 characters; 1,000 are possible."),
        ("{a=1} {a=2}", "{a} is said to be two different things."),
        ("{a=1|2} {a=2|1}", "{a} is said to be two different things."),
        ("{a}{b}{c}{d}{e}{f}", "A preset can ask for 5 things at most, for a dialog has no more fields; yours asks"),
        ("x" * (LONGEST_TEMPLATE + 1), "These words have 4,001 characters; a preset holds 4,000."),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(words: str, sentence: str) -> None:
    said = refusal_of(words) or ""

    assert sentence in said
    assert not re.search(r"(?<!\\)@", said)


def test_the_same_said_twice_is_one() -> None:
    assert Template.parse("{a=1|2} {A=1|2} {a=1|2|1}").variables == (Variable("a", "1", ("1", "2")),)


def test_a_value_that_is_no_choice_or_too_long_is_refused() -> None:
    read = Template.parse("{style=oil|ink} {subject}")

    with pytest.raises(PresetRefusedError, match=r"none of the choices for “style”. Choose one of: oil, ink."):
        read.filled({"style": "crayon"})
    with pytest.raises(PresetRefusedError, match=r"“subject” has 1,001 characters; 1,000 are possible"):
        read.missing({"subject": "x" * (LONGEST_VALUE + 1)})


@pytest.mark.parametrize(
    ("words", "prompt", "filled"),
    [
        ("a {style=oil|ink} of {subject=a fox} in {place=snow}", "an owl", "a oil of an owl in snow"),
        ("a {style=oil|ink} fox", "in snow", "a oil fox\nin snow"),
        ("a fox", "in {snow}", "a fox\nin {snow}"),
        ("a {subject}", "  ", "a subject"),
    ],
)
def test_words_beside_a_preset_are_its_first_open_variable_or_its_end(words: str, prompt: str, filled: str) -> None:
    template, values = Template.parse(words).with_prompt(prompt, {})

    assert template.filled(values) == filled
