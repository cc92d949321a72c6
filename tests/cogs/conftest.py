"""The house, open for a test of a cog.

It is opened by the test itself, not by an asynchronous fixture: SimCord's clock and connections live in the context of
the task that opens it, which pytest-asyncio gives to no other.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.cogs.house import House, open_house

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path


class OpenHouse(Protocol):
    """Opens the house, with settings by their names in the environment."""

    def __call__(self, **settings: Any) -> AbstractAsyncContextManager[House]: ...  # noqa: ANN401 - values of any type


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenHouse:
    """``async with opened() as house:``."""
    return partial(open_house, tmp_path, monkeypatch)
