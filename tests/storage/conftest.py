from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from .examples import opened
from .invariants import faults

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from .examples import Books


@pytest_asyncio.fixture
async def books(tmp_path: Path) -> AsyncGenerator[Books]:
    """A ledger on a fresh database, whose invariants are checked when the test is over."""
    async with opened(tmp_path / "data" / "atelier.sqlite3") as found:
        yield found
        assert await found.database.read(faults) == {}
