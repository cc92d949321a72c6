from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KILLS = 40


def killed(directory: Path, *kills: str) -> dict[str, Any]:
    ended = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", f"{__package__}.dying", str(directory), *kills],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=1700,
    )
    assert ended.returncode == 0, ended.stderr
    outcome: dict[str, Any] = json.loads(ended.stdout)
    return outcome


def test_a_process_that_is_killed_anywhere_leaves_a_ledger_that_holds(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    outcome = killed(tmp_path, str(KILLS))

    record_property("kill -9 before a statement", outcome["kills"])
    assert outcome["faults"] == {}
    assert outcome["kills"] == KILLS
    assert outcome["statements"] > 100


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_process_that_is_killed_before_any_statement_leaves_a_ledger_that_holds(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """I9."""
    outcome = killed(tmp_path)

    record_property("kill -9 before a statement", outcome["kills"])
    assert outcome["faults"] == {}
    assert outcome["kills"] == outcome["statements"]
