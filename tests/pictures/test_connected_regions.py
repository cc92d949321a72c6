"""What hangs together in a stencil, and what it encloses."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.pictures.masks.connected_regions import holes_of, regions_of, stencil_of
from tests.examples import examples


def stencil(*rows: str) -> Image.Image:
    cells = b"".join(bytes(255 * (cell == "#") for cell in row) for row in rows)
    return Image.frombytes("L", (len(rows[0]), len(rows)), cells)


def test_what_touches_sideways_hangs_together_and_at_corners_if_asked() -> None:
    picture = stencil("##.#", "...#", "#.#.")

    assert len(regions_of(picture, diagonally=False)) == 4
    assert len(regions_of(picture, diagonally=True)) == 3


def test_arms_that_meet_late_are_one() -> None:
    assert len(regions_of(stencil("#.#.#", "#.#.#", "#####"), diagonally=False)) == 1
    assert len(regions_of(stencil("#####", "#.#.#", "#.#.#"), diagonally=False)) == 1


def test_a_ring_has_a_hole_and_a_bay_has_none() -> None:
    rings = stencil("####..###.", "#..#..#...", "#..#..###.", "####......")

    assert holes_of(rings).getbbox() == (1, 1, 3, 3)


def test_a_region_knows_its_sum() -> None:
    picture = Image.frombytes("L", (3, 2), bytes([9, 0, 5, 1, 0, 0]))

    sums = sorted(region.sum_of(picture.tobytes(), 3) for region in regions_of(picture, diagonally=False))

    assert sums == [5, 10]


def flooded(cells: set[tuple[int, int]], *, diagonally: bool) -> int:
    """How many regions there are, found the slow way."""
    left, count = set(cells), 0
    while left:
        count += 1
        todo = [left.pop()]
        while todo:
            x, y = todo.pop()
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    if (diagonally or not dx or not dy) and (x + dx, y + dy) in left:
                        left.remove((x + dx, y + dy))
                        todo.append((x + dx, y + dy))
    return count


@settings(max_examples=examples(150))
@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 10_000), st.booleans())
def test_any_stencil_has_the_regions_that_a_flood_finds(
    width: int,
    height: int,
    seed: int,
    diagonally: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    cells = bytes(255 * (chance.random() < 0.5) for _ in range(width * height))
    picture = Image.frombytes("L", (width, height), cells)

    regions = regions_of(picture, diagonally=diagonally)

    marked = {(at % width, at // width) for at, cell in enumerate(cells) if cell}
    assert len(regions) == flooded(marked, diagonally=diagonally)
    assert stencil_of(regions, picture.size).tobytes() == cells
