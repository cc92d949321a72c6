"""The process that unfolds a WEBP, called in this one."""

from __future__ import annotations

import io
import runpy
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from bot.pictures.isolated import webp_process

from .samples import encoded, opened, quarters

if TYPE_CHECKING:
    import pytest


class _Pipe:
    """One of the standard ones."""

    def __init__(self, content: bytes = b"") -> None:
        self.buffer = io.BytesIO(content)


def test_pixels_go_out_behind_their_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    content, pipe = encoded(quarters(40, 30), "WEBP", lossless=True), _Pipe()
    monkeypatch.setattr(webp_process, "limit", int)  # it would bound the tests
    monkeypatch.setattr(sys, "argv", ["webp", "40", "30", "5000"])
    monkeypatch.setattr(sys, "stdin", _Pipe(content))
    monkeypatch.setattr(sys, "stdout", pipe)

    webp_process.main()

    written = pipe.buffer.getvalue()
    assert written[:4] == b"RGB "
    assert Image.frombytes("RGB", (40, 30), written[4:]).tobytes() == opened(content).tobytes()


def test_its_work_is_bounded_and_it_offers_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds: list[object] = []

    def bound(*limits: object) -> None:
        bounds.append(limits)

    def write(path: Path, text: str, encoding: str) -> None:
        bounds.append((str(path), text, encoding))

    monkeypatch.setattr("resource.setrlimit", bound)
    monkeypatch.setattr(Path, "write_text", write)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)

    webp_process.limit(99)

    assert len(bounds) == 3
    assert bounds[-1] == ("/proc/self/oom_score_adj", "1000", "ascii")
    assert Image.MAX_IMAGE_PIXELS == 99


def test_it_runs_as_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(*_: object, **__: object) -> None:
        """Nothing is to be changed here."""

    pipe = _Pipe()
    monkeypatch.setattr("resource.setrlimit", dict[int, object]().__setitem__)  # it would bound the tests
    monkeypatch.setattr(Path, "write_text", leave)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    monkeypatch.setattr(sys, "argv", ["webp", "40", "30", "5000"])
    monkeypatch.setattr(sys, "stdin", _Pipe(encoded(quarters(40, 30), "WEBP", lossless=True)))
    monkeypatch.setattr(sys, "stdout", pipe)

    runpy.run_path(str(webp_process.__file__), run_name="__main__")

    assert len(pipe.buffer.getvalue()) == 4 + 40 * 30 * 3
