from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import newcomer, page
from tests.bench.__main__ import PARTS, main
from tests.bench.figures import MILLISECONDS, PER_MINUTE, Figure
from tests.bench.ledger import measuring
from tests.bench.peak import peak_memory
from tests.bench.playing import ROOT, BrokenRunError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

BENCH = Path(__file__).parent
TINY = measuring.Plan(pasts=(0, 100), tasks=(1, 10), rounds=1, seconds=0.02, turning=0.02, wal=False)


def _keys() -> Iterator[str]:
    """How the names of all figures begin: what of them is not worked out."""
    for path in BENCH.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Figure"
                and node.args
            ):
                name = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
                assert isinstance(name, ast.Constant)
                if not path.name.startswith("test_"):
                    yield str(name.value)


def test_the_figures_are_written_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "QUICK", TINY)

    code = main(["--quick", "--json", str(tmp_path / "figures.json"), "ledger"])

    told = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert (code, told["quick"], told["broken"]) == (0, True, {})
    assert told["machine"]["cores"] > 0
    assert {"atelier", "python", "discord.py", "openai"} <= set(told["versions"])
    steps = [figure for figure in told["figures"] if figure["key"] == "ledger.step"]
    assert [(figure["part"], figure["unit"]) for figure in steps] == [("ledger", "seconds")] * 3
    for figure in steps:
        assert [aim["kind"] for aim in figure["aims"]] == ["ratio at most"]
        assert figure["met"] is (figure["ratio"] is not None and figure["ratio"] <= 1.0)


def test_without_a_browser_the_page_is_not_measured_and_that_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "CHROMIUM", None)
    monkeypatch.setattr(newcomer, "CHROMIUM", None)

    code = main(["--quick", "page", "newcomer"])

    assert code == 0
    assert capsys.readouterr().out.count("none is on this machine") == 2


def test_a_part_that_breaks_is_told_and_the_others_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> list[Figure]:
        raise BrokenRunError("the stage ended")

    monkeypatch.setitem(PARTS, "way", broken)
    monkeypatch.setitem(PARTS, "inputs", lambda _quick, _show: [Figure("a.b", "a", float("nan"), None, MILLISECONDS)])

    code = main(["--json", str(tmp_path / "figures.json"), "way", "inputs"])

    told = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert (code, told["broken"]) == (1, {"way": "the stage ended"})
    assert [(figure["ours"], figure["met"]) for figure in told["figures"]] == [(None, None)]


def test_a_ratio_says_how_many_times_worse() -> None:
    slower = Figure("a.b", "", 3.0, 2.0, MILLISECONDS, most_ratio=1.2)
    fewer = Figure("a.b", "", 100.0, 150.0, PER_MINUTE, at_least=90.0, most_ratio=2.0)

    assert (slower.ratio, fewer.ratio) == (1.5, 1.5)
    assert [aim.is_met for aim in (*slower.aims, *fewer.aims)] == [False, True, True]


def test_every_part_and_every_figure_is_explained() -> None:
    page = (BENCH / "README.md").read_text(encoding="utf-8")

    assert [f"## {name}" for name in PARTS if f"## {name}\n" not in page] == []
    explained = re.findall(r"^\| `([a-z.]+)`", page, re.MULTILINE)
    assert [key for key in _keys() if not any(name.startswith(key) for name in explained)] == []


def test_a_figure_that_is_explained_is_measured() -> None:
    page, keys = (BENCH / "README.md").read_text(encoding="utf-8"), tuple(_keys())

    assert [name for name in re.findall(r"^\| `([a-z.]+)`", page, re.MULTILINE) if not name.startswith(keys)] == []


def test_the_peak_of_a_process_is_not_that_of_who_started_it() -> None:
    ballast = bytearray(200_000_000)
    program = "from tests.bench.peak import peak_memory; print(peak_memory())"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)  # noqa: S603 - our own program

    assert int(done.stdout) < 100_000_000 < len(ballast) < peak_memory()
