"""`python -m tests.soak --minutes N --seed S`: play it, and say what came of it."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.soak import Soak, SpoiltError


def main() -> int:
    """Return 1 if something does not hold, else 0."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak", description="The whole bot under all that may go wrong, for a long time."
    )
    parser.add_argument("--minutes", type=float, default=2.0, help="how long people ask for pictures; 2 by default")
    parser.add_argument("--seed", type=int, default=None, help="the same seed plays the same plan; any by default")
    parser.add_argument("--folder", type=Path, default=None, help="where data and log are kept; removed if all is well")
    chosen = parser.parse_args()
    seed = secrets.randbelow(10_000) if chosen.seed is None else chosen.seed
    folder = Path(tempfile.mkdtemp(prefix="atelier-soak-", dir=chosen.folder))
    say(f"seed {seed}, {chosen.minutes:g} minutes, in {folder}")
    began = time.monotonic()
    soak = asyncio.run(play(folder, seed, chosen.minutes))
    if soak is None:
        return 1
    shutil.rmtree(folder)
    for name, times in sorted(soak.counts.items()):
        say(f"{times:8,} {name}")
    for weight in soak.weights:
        say(f"at rest: {weight}")
    say(f"longest stall of a warm bot: {soak.stall * 1000:.0f} ms")
    say(f"All held with seed {seed} for {chosen.minutes:g} minutes; {time.monotonic() - began:.0f} s in all.")
    return 0


async def play(folder: Path, seed: int, minutes: float) -> Soak | None:
    """The soak, once it was played; None, and why is said, where something did not hold."""
    try:
        async with Soak(folder, seed, minutes, say) as soak:
            await soak.play()
    except* SpoiltError as group:
        for error in group.exceptions:
            say(f"SPOILT\n{error}")
    else:
        return soak
    return None


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - for whoever watches


if __name__ == "__main__":
    sys.exit(main())
