"""The process that draws: bounded, with its own fonts, from standard input to standard output."""

from __future__ import annotations

import io
import resource
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from bot.pictures.isolated import svg_process

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="9" height="9"/></svg>'


def test_what_comes_in_goes_out_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(resource, "setrlimit", dict[int, object]().__setitem__)  # it would bound the tests
    monkeypatch.setattr(sys, "argv", ["svg_process.py", "40"])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(DRAWING)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out))

    runpy.run_path(str(svg_process.__file__), run_name="__main__")

    assert Image.open(out).size == (40, 20)


def test_time_and_memory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", bounds.__setitem__)

    svg_process.limit()

    assert bounds == {resource.RLIMIT_CPU: (10, 10), resource.RLIMIT_AS: (1 << 30, 1 << 30)}


def test_a_system_that_bounds_nothing_still_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)  # as on Windows

    svg_process.limit()


def test_the_fonts_are_files_that_come_with_the_product() -> None:
    assert [Path(file).name for file in svg_process.fonts()] == list(svg_process.FONTS)


def test_without_the_product_s_fonts_text_is_set_in_the_system_s(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}

    def draw(**options: object) -> bytes:
        given.update(options)
        return b"a picture"

    monkeypatch.setattr("importlib.util.find_spec", dict[str, object]().get)
    monkeypatch.setattr(resource, "setrlimit", dict[int, object]().__setitem__)
    monkeypatch.setattr(sys, "argv", ["svg_process.py", "40"])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(DRAWING)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=io.BytesIO()))
    monkeypatch.setattr("resvg_py.svg_to_bytes", draw)

    svg_process.main()

    assert (given["font_files"], given["skip_system_fonts"]) == ([], False)


@pytest.mark.parametrize(
    "inside",
    ["<g>" * svg_process.MOST_DEPTH + "</g>" * svg_process.MOST_DEPTH, "<g/>" * svg_process.MOST_ELEMENTS],
    ids=["too deep", "too many"],
)
def test_a_drawing_of_too_many_parts_is_not_drawn(inside: str) -> None:
    with pytest.raises(ValueError, match="too many parts"):
        svg_process.harmless(f"<svg>{inside}</svg>".encode())


def test_what_would_be_fetched_is_taken_out() -> None:
    inside = '<a href="#b"/><image href="/etc/passwd"/><image href="data:image/png;base64,AA"/>'

    assert svg_process.harmless(f"<svg>{inside}</svg>".encode()) == (
        '<svg><a href="#b" /><image /><image href="data:image/png;base64,AA" /></svg>'
    )
