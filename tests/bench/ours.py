"""The bot as `python -m bot run` runs it, with a clock in its loop; at its end it prints the stalls as JSON."""

from __future__ import annotations

import asyncio
import json
import sys

from bot.memory import collect_little, loading
from tests.bench.ticker import Stall, wait_for_settings, watch_stalls

with loading():
    from bot.config import read_settings
    from bot.logs import configure_logging
    from bot.running import run


async def _main() -> None:
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    stalls: list[Stall] = []
    ticker = asyncio.create_task(watch_stalls(stalls))
    try:
        await run(settings)
    finally:
        ticker.cancel()
        sys.stdout.write(json.dumps({"stalls": stalls}) + "\n")


if __name__ == "__main__":
    collect_little()  # as `bot.__main__`
    wait_for_settings()
    asyncio.run(_main())
