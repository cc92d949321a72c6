"""Fixtures that several modules here share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.storage import Database
from tests.services.fakes import Clock
from tests.services.quotas.books import Books

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path


@pytest.fixture
async def books(tmp_path: Path) -> AsyncGenerator[Books]:
    database = await Database.open(tmp_path / "atelier.sqlite3")
    try:
        yield Books(database, Clock())
    finally:
        await database.close()
