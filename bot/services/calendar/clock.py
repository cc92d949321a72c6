"""What time it is: by the machine's clock, and by Discord's where the two disagree."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

TOLERANCE = 120  # seconds by which the machine's clock may differ from Discord's
STEP_BACK = 600  # seconds; a clock that goes back by less stands still meanwhile, one that goes back by more was mended

_log = structlog.stdlib.get_logger(__name__)


def passing() -> float:
    """Seconds from wherever that pass evenly, whatever the time of day is set to; a sleeping machine's count too."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # Linux: its monotonic clock stops in sleep
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def unjumped(machine: Callable[[], float] = time.time, steady: Callable[[], float] = passing) -> Callable[[], float]:
    """The machine's clock, as files have it, but never later than if nobody had set it ahead since this was called."""
    began = machine() - steady()
    return lambda: min(machine(), began + steady())


class TrueClock:
    """Seconds since 1970 (UTC) that a machine's wrong clock does not change.

    A machine may start in 1970 or 2036, and its clock may be set while we run: budgets would begin anew in windows
    that nobody lives in. Discord tells the time with every answer and in every id, so its word counts where the
    machine's differs from it by more than `TOLERANCE`.
    """

    def __init__(self, machine: Callable[[], float] = time.time, steady: Callable[[], float] = passing) -> None:
        """Args: `machine` is the time of day; `steady` seconds from wherever."""
        self._machine = machine
        self._steady = steady
        self._behind: float | None = None  # what Discord's time is more than `steady`
        self._is_off = False
        self._latest = 0

    def __call__(self) -> int:
        """Now; it never goes back by a little."""
        now = int(self._now())
        if not now < self._latest <= now + STEP_BACK:
            self._latest = now
        return self._latest

    def told(self, at: float) -> None:
        """Discord's servers say that it is `at` now."""
        self._behind = at - self._steady()

    def not_before(self, at: float) -> None:
        """Something was made on Discord at `at`: it is that late at least, by Discord's clock."""
        if self._now() < at - TOLERANCE:
            self.told(at)

    def _now(self) -> float:
        machine = self._machine()
        if self._behind is None:
            return machine
        now = self._steady() + self._behind
        is_off = abs(machine - now) > TOLERANCE
        if is_off != self._is_off:
            self._is_off = is_off
            if is_off:
                _log.error(
                    "this machine's clock is wrong: I go by Discord's until it is mended",
                    seconds_off=int(machine - now),
                )
            else:
                _log.info("this machine's clock agrees with Discord's again")
        return now if is_off else machine
