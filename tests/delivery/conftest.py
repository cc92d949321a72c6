"""Fixtures that several modules here share."""

from __future__ import annotations

import pytest

from bot.delivery import progress


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    monkeypatch.setattr(progress, "SHARED_INTERVAL", 0.0)
