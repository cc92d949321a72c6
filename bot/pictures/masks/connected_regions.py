"""The connected regions of a small stencil, found by its runs: what Pillow has no operation for that is quick."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from PIL import Image

_RUN = re.compile(rb"[^\0]+")

Run = tuple[int, int, int]  # row, first column, column after the last


@dataclass(slots=True)
class Region:
    """Marked cells that hang together, as runs in no particular order."""

    runs: list[Run] = field(default_factory=list[Run])

    def touches_edge(self, width: int, height: int) -> bool:
        """Whether it reaches the edge of a stencil of this size."""
        return any(row in {0, height - 1} or start == 0 or end == width for row, start, end in self.runs)

    def sum_of(self, cells: bytes, width: int) -> int:
        """The sum of the bytes in it; `cells` is a picture of one band and of this width."""
        return sum(sum(cells[row * width + start : row * width + end]) for row, start, end in self.runs)


def regions_of(stencil: Image.Image, *, diagonally: bool) -> list[Region]:
    """What hangs together of what is not 0.

    Takes about a microsecond a run, in the interpreter: a stencil should have some hundred thousand pixels at most.

    Args:
        stencil: a picture of one band.
        diagonally: cells that touch at a corner hang together too.
    """
    width, cells = stencil.width, stencil.tobytes()
    parents: list[int] = []
    runs: list[Run] = []
    above: list[int] = []
    for row in range(stencil.height):
        here: list[int] = []
        for found in _RUN.finditer(cells, row * width, (row + 1) * width):
            here.append(len(runs))
            parents.append(len(runs))
            runs.append((row, found.start() - row * width, found.end() - row * width))
        _join(runs, parents, above, here, reach=int(diagonally))
        above = here
    regions: dict[int, Region] = {}
    for number, run in enumerate(runs):
        regions.setdefault(_root(parents, number), Region()).runs.append(run)
    return list(regions.values())


def stencil_of(regions: list[Region], size: tuple[int, int]) -> Image.Image:
    """255 in these regions, else 0."""
    width, height = size
    cells = bytearray(width * height)
    for region in regions:
        for row, start, end in region.runs:
            cells[row * width + start : row * width + end] = b"\xff" * (end - start)
    return Image.frombytes("L", size, bytes(cells))


def holes_of(stencil: Image.Image) -> Image.Image:
    """255 in what is not marked and cannot be reached from the edge without crossing what is, else 0."""
    unmarked = stencil.point([255] + [0] * 255)
    enclosed = [region for region in regions_of(unmarked, diagonally=False) if not region.touches_edge(*unmarked.size)]
    return stencil_of(enclosed, unmarked.size)


def _join(runs: list[Run], parents: list[int], above: list[int], here: list[int], *, reach: int) -> None:
    """Make one of the runs of two rows that touch; both lists go from left to right."""
    first = 0
    for number in here:
        _, start, end = runs[number]
        while first < len(above) and runs[above[first]][2] + reach <= start:
            first += 1
        for other in islice(above, first, None):
            if runs[other][1] >= end + reach:
                break
            parents[_root(parents, number)] = _root(parents, other)


def _root(parents: list[int], number: int) -> int:
    while parents[number] != number:
        parents[number] = parents[parents[number]]  # the next way is shorter
        number = parents[number]
    return number
