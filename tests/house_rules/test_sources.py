"""How our code reads, as far as a machine can see it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.house_rules.sources import (
    ROOMS,
    Function,
    called,
    comments,
    functions,
    mentioning,
    modules,
    text_of,
    tree_of,
    where,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_MODULE = 400  # lines; one idea, however many it takes up to here
LONGEST_FUNCTION = 50  # lines; the aim is 40
DOUBLES = {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock"}
SPECS = {"spec", "spec_set"}
CLOCKS = {"time", "monotonic", "perf_counter", "process_time", "time_ns", "monotonic_ns", "perf_counter_ns"}

# What silences a tool names the rule that it breaks and says why, after a dash.
EXCUSE = re.compile(r"#\s*(?:noqa|type:\s*ignore|pyright:\s*ignore|pragma:\s*no)", re.IGNORECASE)
GOOD_EXCUSES = (
    re.compile(r"# noqa: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)* - \S.{4,}"),
    re.compile(r"# (type|pyright): ignore\[[\w, -]+\]( # pyright: ignore\[\w+\])?( - |  # )\S.{4,}"),
    re.compile(r"# pragma: no (cover|branch) - \S.{4,}"),
)


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = {where(path): len(text_of(path).splitlines()) for path in modules(*ROOMS)}

    assert {place: lines for place, lines in long.items() if lines > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        where(path, function.lineno): f"{function.name}: {length(function)} lines"
        for path in modules(*ROOMS)
        for function in functions(path)
        if length(function) > LONGEST_FUNCTION
    }

    assert long == {}


def test_every_module_says_first_what_the_room_is_for() -> None:
    silent = [where(path) for path in modules(*ROOMS) if not ast.get_docstring(tree_of(path))]

    assert silent == []


def test_no_double_is_made_without_a_spec() -> None:
    shapeless = [
        where(path, node.lineno)
        for path in mentioning("Mock", "tests")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and called(node) in DOUBLES and not has_spec(node)
    ]

    assert shapeless == []


def test_no_test_asserts_a_duration() -> None:
    """Timing is measured in tests/bench: on a busy machine an asserted one fails for nothing."""
    timed = [
        where(path, line)
        for path in mentioning(r"\b(?:" + "|".join(CLOCKS) + r")\(\)", "tests")
        if "bench" not in path.parts
        for function in functions(path)
        if function.name.startswith("test_")
        for line in asserted_clocks(function)
    ]

    assert timed == []


def test_whatever_silences_a_tool_names_the_rule_and_the_reason() -> None:
    bare = [
        f"{where(path, line)}: {comment}"
        for path in mentioning(f"(?i){EXCUSE.pattern}", *ROOMS, "tests")
        for line, comment in comments(path)
        if EXCUSE.match(comment) and not any(good.fullmatch(comment) for good in GOOD_EXCUSES)
    ]

    assert bare == []


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def has_spec(call: ast.Call) -> bool:
    return bool(call.args) or any(keyword.arg in SPECS for keyword in call.keywords)


def asserted_clocks(function: Function) -> Iterator[int]:
    """Lines of assertions in which a clock is read, or a name that was set by reading one."""
    names = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and reads_clock(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and compares(node.test) and reads_clock(node.test, names):
            yield node.lineno


def compares(test: ast.expr) -> bool:
    orders = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
    return any(isinstance(op, orders) for node in ast.walk(test) if isinstance(node, ast.Compare) for op in node.ops)


def reads_clock(expression: ast.AST, names: set[str]) -> bool:
    return any(
        (called(node) in CLOCKS and not node.args)
        if isinstance(node, ast.Call)
        else (isinstance(node, ast.Name) and node.id in names)
        for node in ast.walk(expression)
    )


def test_the_rules_find_what_they_look_for(tmp_path: Path) -> None:
    module = tmp_path / "sample.py"
    module.write_text(
        "def test_slow():\n"
        "    before = monotonic()\n"
        "    assert time.monotonic() - before < 2\n"
        "    double = Mock()\n"
        "    double = Mock(spec=int)\n"
        "x = 1  # noqa\n"
        "y = 2  # noqa: S105 - opens nothing\n"
        "z = 'not a comment  # noqa'\n"
    )
    function = next(functions(module))
    excuses = [comment for _, comment in comments(module) if EXCUSE.match(comment)]
    doubles = [
        has_spec(node) for node in ast.walk(tree_of(module)) if isinstance(node, ast.Call) and called(node) == "Mock"
    ]

    assert list(asserted_clocks(function)) == [3]
    assert [any(good.fullmatch(excuse) for good in GOOD_EXCUSES) for excuse in excuses] == [False, True]
    assert sorted(doubles) == [False, True]
