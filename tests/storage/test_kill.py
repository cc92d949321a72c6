from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 40


def test_a_process_that_is_killed_anywhere_leaves_a_ledger_that_holds(tmp_path: Path) -> None:
    ended = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", f"{__package__}.dying", str(tmp_path), str(KILLS)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert ended.returncode == 0, ended.stderr
    outcome = json.loads(ended.stdout)
    assert outcome["faults"] == {}
    assert outcome["kills"] == KILLS
    assert outcome["statements"] > 100
