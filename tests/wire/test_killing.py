from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.wire.killing import DISCORD, IMAGES, Season

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.wire.house import OpenHouse


async def survive(
    open_house: OpenHouse, folder: Path, record: Callable[[str, object], None], seed: int, lives: int
) -> dict[str, int]:
    """Live and die so many times; how often there was what a death can harm."""
    async with Season(await open_house(DISCORD, IMAGES), folder / "lives", seed) as season:
        for _ in range(lives):
            await season.live_and_die()
        seen = await season.settle()
    record("kill -9 of the whole bot", len(season.deaths))
    return seen


async def test_a_bot_that_is_killed_at_any_moment_keeps_its_books_and_its_promises(
    open_house: OpenHouse, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """I9, I10 and I18."""
    seen = await survive(open_house, tmp_path, record_property, seed=0, lives=12)

    assert seen["settled"]
    assert seen["unknown"]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(1, 13))
async def test_a_bot_that_is_killed_all_the_time_keeps_its_books_and_its_promises(
    open_house: OpenHouse, tmp_path: Path, record_property: Callable[[str, object], None], seed: int
) -> None:
    seen = await survive(open_house, tmp_path, record_property, seed, lives=25)

    assert all(seen.values()), seen
