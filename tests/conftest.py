"""What tests of several rooms share. Values to begin with are in `tests/examples.py`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import stamina

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

OURS = ("ATELIER_", "DISCORD_", "OPENAI_")


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting of ours in the environment, and an empty working directory, which is returned: no `.env` is read."""
    for name in tuple(os.environ):
        if name.upper().startswith(OURS):
            monkeypatch.delenv(name)
    directory = tmp_path / "empty"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def impatient() -> Generator[None]:
    """Retries happen at once, and only three times."""
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)
