"""What the tests of the services share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stamina
from structlog.testing import capture_logs

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The log is not drawn: tracebacks in colours take a second each."""
    with capture_logs():
        yield


@pytest.fixture
def without_waiting() -> Iterator[None]:
    """Retries come at once, as many as the code allows; pauses that the provider demands stay."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield
