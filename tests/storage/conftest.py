from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from .examples import Books
from .invariants import faults

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path


@pytest_asyncio.fixture
async def books(tmp_path: Path) -> AsyncGenerator[Books]:
    """A ledger on a fresh database, whose invariants are checked when the test is over."""
    opened = await Books.open(tmp_path / "data" / "atelier.sqlite3")
    try:
        yield opened
        assert await opened.database.read(faults) == {}
    finally:
        await opened.database.close()
