"""The floor: the same requests by bare discord.py, openai and Pillow. No ledger, no store, no queue but a semaphore.

It reads the product's own settings of the environment, and prints its loop's stalls as JSON at its end.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import signal
import sys
from time import monotonic
from typing import Any, cast

import discord
import openai
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from PIL import Image

from tests.bench.ticker import Stall, wait_for_settings, watch_stalls

BETWEEN_EDITS = 1.5  # seconds, as the product's progress keeps them
EDGE = 768  # pixels of a preview, the product's


def _thumbnail(text: str) -> bytes:
    image = Image.open(io.BytesIO(base64.b64decode(text)))
    image.thumbnail((EDGE, EDGE))
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


class Floor(discord.Client):
    """One command, which streams one picture into the response and posts it to the channel."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), max_messages=None)
        self._images = cast(
            "Any",
            openai.AsyncOpenAI(
                api_key=os.environ["OPENAI_API_KEY"], base_url=os.environ["OPENAI_BASE_URL"], max_retries=0
            ).images,
        )
        self._slots = asyncio.Semaphore(int(os.environ["ATELIER_CONCURRENCY"]))
        self._partials = int(os.environ["ATELIER_PARTIAL_IMAGES"])
        self._tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        """Tell Discord of the command."""

        @app_commands.command(name="imagine", description="Make a picture")
        async def imagine(interaction: discord.Interaction, prompt: str) -> None:
            await self._imagine(interaction, prompt)

        self._tree.add_command(cast("app_commands.Command[Any, Any, None]", imagine))
        await self._tree.sync()

    async def _imagine(self, interaction: discord.Interaction, prompt: str) -> None:
        await interaction.response.defer()
        async with self._slots:
            await interaction.edit_original_response(content="Drawing")
            picture = await self._draw(interaction, prompt)
        channel = self.get_partial_messageable(interaction.channel_id or 0)
        file = discord.File(io.BytesIO(picture), "picture.png")
        await channel.send(prompt, file=file, nonce=str(interaction.id))
        await interaction.delete_original_response()

    async def _draw(self, interaction: discord.Interaction, prompt: str) -> bytes:
        edited = monotonic()
        stream = await self._images.generate(
            model="gpt-image-2.5-flare", prompt=prompt, size="1024x1024", quality="high", output_format="png",
            stream=True, partial_images=self._partials,
        )  # fmt: skip
        async with stream:
            async for event in stream:
                if event.type.endswith(".completed"):
                    return await asyncio.to_thread(base64.b64decode, event.b64_json)
                if monotonic() - edited >= BETWEEN_EDITS:
                    small = await asyncio.to_thread(_thumbnail, event.b64_json)
                    file = discord.File(io.BytesIO(small), "preview.jpg")
                    await interaction.edit_original_response(content="Drawing", attachments=[file])
                    edited = monotonic()
        raise RuntimeError("the stream ended without a picture")


async def _main() -> None:
    Route.BASE = os.environ["DISCORD_API_URL"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    stalls: list[Stall] = []
    ticker = asyncio.create_task(watch_stalls(stalls))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Floor() as client:
        connection = asyncio.create_task(client.start(os.environ["DISCORD_TOKEN"]))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({connection, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        connection.cancel()
        await asyncio.gather(connection, stopping, return_exceptions=True)
    ticker.cancel()
    sys.stdout.write(json.dumps({"stalls": stalls}) + "\n")


if __name__ == "__main__":
    wait_for_settings()
    asyncio.run(_main())
