from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.services.calendar import STEP_BACK, TOLERANCE, TrueClock, unjumped
from bot.services.calendar.clock import passing

NOW = 1_794_312_000
YEARS = 10 * 365 * 86_400


@dataclass
class World:
    """A machine whose clock can be set while time passes."""

    machine: float = NOW
    steady: float = 5.0
    clock: TrueClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = TrueClock(lambda: self.machine, lambda: self.steady)

    def wait(self, seconds: float) -> None:
        self.machine += seconds
        self.steady += seconds


def test_the_machines_clock_counts_as_long_as_nobody_tells_another_time() -> None:
    world = World()

    assert world.clock() == NOW
    world.wait(7)
    assert world.clock() == NOW + 7


def test_the_machines_clock_counts_while_discords_nearly_agrees() -> None:
    world = World()
    world.clock.told(NOW + TOLERANCE)

    assert world.clock() == NOW


def test_a_clock_that_is_years_off_is_not_believed_until_it_is_mended() -> None:
    for years in (YEARS, -YEARS):
        world = World(machine=NOW + years)
        world.clock.told(NOW)
        world.wait(3600)
        assert world.clock() == NOW + 3600

        world.machine -= years
        world.wait(60)
        assert world.clock() == NOW + 3660


def test_a_clock_that_jumps_while_we_run_moves_nothing() -> None:
    world = World()
    world.clock.told(NOW)
    for jump in (YEARS, -2 * YEARS, YEARS):
        world.machine += jump
        world.wait(60)
        assert abs(world.clock() - NOW - 60 * (1 + (world.machine != NOW))) <= 120

    assert world.clock() == NOW + 180


def test_a_wrong_clock_is_told_to_the_operator_once() -> None:
    world = World(machine=NOW + 840)
    with capture_logs() as log:
        world.clock.told(NOW)
        for _ in range(3):
            world.clock()
        world.machine = NOW
        world.clock()
        world.clock()

    assert [(line["log_level"], line.get("seconds_off")) for line in log] == [("error", 840), ("info", None)]


def test_what_was_made_on_discord_shows_that_it_is_later() -> None:
    world = World(machine=0)
    world.clock.not_before(NOW)
    assert world.clock() == NOW

    world.clock.not_before(NOW - YEARS)  # an old one, sent again
    assert world.clock() == NOW


def test_a_small_step_back_is_waited_out_and_a_large_one_is_a_mended_clock() -> None:
    world = World()
    assert world.clock() == NOW
    world.machine = NOW - STEP_BACK
    assert world.clock() == NOW
    world.machine = NOW - STEP_BACK - 1
    assert world.clock() == NOW - STEP_BACK - 1


@given(st.lists(st.tuples(st.integers(-YEARS, YEARS), st.integers(0, 10_000)), max_size=20))
def test_the_time_stays_by_discords_whatever_the_machine_is_set_to(steps: list[tuple[int, int]]) -> None:
    world = World()
    world.clock.told(NOW)
    for jump, seconds in steps:
        world.machine += jump
        world.wait(seconds)

        assert abs(world.clock() - (NOW + world.steady - 5)) <= TOLERANCE


def test_seconds_pass_evenly() -> None:
    assert passing() <= passing()


def test_files_do_not_grow_old_by_a_clock_that_is_set_ahead() -> None:
    world = World()
    age = unjumped(lambda: world.machine, lambda: world.steady)

    world.wait(60)
    assert age() == NOW + 60
    world.machine += YEARS
    assert age() == NOW + 60
    world.machine -= 2 * YEARS
    assert age() == NOW + 60 - YEARS
