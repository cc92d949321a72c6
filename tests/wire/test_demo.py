from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PIL import Image
from rich.console import Console

import bot.demo
import bot.demo.printing
from bot.demo import play

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


async def test_the_demo_shows_the_whole_conversation_and_saves_what_was_posted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.demo, "PACE", 0.05)
    monkeypatch.setattr(bot.demo.printing, "SETTLE", 0.05)
    console = Console(record=True, width=200, force_terminal=True, color_system="truecolor")

    await play(tmp_path / "demo", console)

    printed = console.export_text()
    for words in (
        "medium · $0.0",
        "only Ada sees this",
        "daily allowance",
        "Noor granted 1 picture",
        "safety check",
        "What is left",
        "is taken as a drawing on #7",
        "Wider view (1.5×) of #8",
        "1. Mia: $",
        "agree to the nano-dollar",
    ):
        assert words in printed
    ledger = json.loads((tmp_path / "demo" / "ledger.json").read_text("utf-8"))
    assert [job["state"] for job in ledger["jobs"]] == ["settled"] * 10 + ["released"]
    sizes: list[tuple[int, int]] = []
    for path in (tmp_path / "demo").glob("*-atelier-*.png"):
        with Image.open(path) as picture:
            sizes.append(picture.size)
    assert sizes == [(1024, 1024)] * 10
