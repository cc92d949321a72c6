from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from rich.console import Console

import bot.demo
import bot.demo.printing
from bot.demo import play
from bot.errors import OperatorError
from bot.sandbox.images import ImageOptions

if TYPE_CHECKING:
    from pathlib import Path


async def test_the_demo_shows_the_whole_conversation_and_saves_what_was_posted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.demo, "PACE", 0.05)
    monkeypatch.setattr(bot.demo, "ImageOptions", partial(ImageOptions, canned_bytes=1))
    monkeypatch.setattr(bot.demo.printing, "SETTLE", 0.05)
    console = Console(record=True, width=200, force_terminal=True, color_system="truecolor")

    await play(tmp_path / "demo", console, f"{sys.executable} -m bot")

    printed = console.export_text()
    assert f"{sys.executable} -m bot sandbox --open" in printed
    (to_read_the_books,) = re.findall(r"ATELIER_DATA_DIR=.*", printed)
    books = subprocess.run(to_read_the_books, shell=True, capture_output=True, text=True, check=True)  # noqa: S602, ASYNC221 - as the reader types it
    assert "settled" in books.stdout
    for words in (
        "medium · $0.0",
        "only Ada sees this",
        "daily allowance",
        "Noor granted 1 picture",
        "safety check",
        "What is left",
        "Shall I change #7 by your words?",
        "presses [ Change it · $",
        "is taken as a drawing on #7",
        "Wider view (1.5×) of #8",
        "1. Mia: $",
        "agree to the nano-dollar",
        "presses [ 🎲 Again · $",
        "chooses Zoom out 1.5×",
        "presses [ Grant 1 picture ]",
        "opens Apps on that message: Image details",
        "channel: #leads",
        "Theo's allowance for today is used up: refused in private, nothing charged. He asks for more",
    ):
        assert words in printed
    assert re.findall(r"\d{15,}", printed) == []  # ids are no words
    ledger = json.loads((tmp_path / "demo" / "ledger.json").read_text("utf-8"))
    assert [job["state"] for job in ledger["jobs"]] == ["settled"] * 10 + ["released"]
    sizes: list[tuple[int, int]] = []
    for path in (tmp_path / "demo").glob("*-atelier-*.png"):
        with Image.open(path) as picture:
            sizes.append(picture.size)
    assert sorted(sizes) == [(1024, 1024)] * 9 + [(1536, 1536)]


async def test_a_folder_that_is_a_file_is_refused_before_anybody_waits(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")

    with pytest.raises(OperatorError, match=r"--out: nothing can be saved in .*demo: .* Name another folder"):
        await play(tmp_path / "demo", Console(record=True))


def test_a_run_never_mixes_with_an_earlier_one(tmp_path: Path) -> None:
    first, second, third = (bot.demo.empty_folder(tmp_path / "demo") for _ in range(3))

    assert [first, second, third] == [tmp_path / "demo", tmp_path / "demo" / "run-2", tmp_path / "demo" / "run-3"]
