from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot.errors import AlreadyRunningError, DatabaseError
from bot.storage import DataDirectoryLock

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from bot.storage import DataDirectoryLock
with DataDirectoryLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_until_the_first_is_gone_even_by_kill(tmp_path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"

        with pytest.raises(AlreadyRunningError, match="Another Atelier is running"), DataDirectoryLock(tmp_path):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait(10)

    with DataDirectoryLock(tmp_path):
        assert (tmp_path / "atelier.lock").stat().st_mode & 0o777 == 0o600


def test_the_lock_is_given_back(tmp_path: Path) -> None:
    with DataDirectoryLock(tmp_path / "new"):
        with pytest.raises(AlreadyRunningError), DataDirectoryLock(tmp_path / "new"):
            pass

        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700

    with DataDirectoryLock(tmp_path / "new"):
        pass


def test_a_directory_that_cannot_be_made_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(DatabaseError, match="cannot be locked"), DataDirectoryLock(tmp_path / "file"):
        pass
