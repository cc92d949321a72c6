"""The stand-ins of Discord and the image API in a process of their own, where a play is performed on them.

`python -m tests.bench.theatre PLAY SPEC`: prints the addresses as a line of JSON, waits for the bot, prints when
that was connected, performs, prints what it saw, and waits for its standard input to close.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from bot.sandbox.discord import Options, RateLimits, SandboxDiscord
from bot.sandbox.images import ImageOptions, SandboxImages
from tests.bench import capacity, choices, latency, starting, strangers, throughput
from tests.bench.stage import PATIENCE, QUALITIES, Stage

PARTS = {
    "capacity": capacity,
    "choices": choices,
    "latency": latency,
    "starting": starting,
    "strangers": strangers,
    "throughput": throughput,
}
BEFORE = {"capacity": capacity.prepare, "choices": choices.prepare}  # what is there before the bot comes


def _tell(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def _main(play: str, spec: dict[str, Any]) -> None:
    pace = dict.fromkeys(QUALITIES, 0.0)
    images = ImageOptions(canned_bytes=spec["picture_bytes"], seconds_per_picture=pace)
    async with SandboxDiscord(Options(rate_limits=RateLimits.off())) as discord, SandboxImages(images) as api:
        stage = Stage(discord, spec, pace)
        if play in BEFORE:
            BEFORE[play](discord, spec)
        watching = asyncio.create_task(stage.watch())
        _tell({
            "DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url, "OPENAI_API_KEY": api.api_key, "OPENAI_BASE_URL": api.base_url,
        })  # fmt: skip
        await discord.bot_ready(PATIENCE)
        await asyncio.sleep(spec["settle"])
        _tell({"connected": stage.connected_at})
        _tell(await PARTS[play].play(stage))
        await asyncio.to_thread(sys.stdin.read)
        watching.cancel()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], json.loads(sys.argv[2])))
