"""asyncio without long sleeps, for the modules of discord.py that wait before they try again."""

from __future__ import annotations

import asyncio
from types import ModuleType
from typing import Any

REAL_SLEEP = asyncio.sleep


class _Hasty(ModuleType):
    """Everything of asyncio; only `sleep` sleeps a thousandth as long."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever asyncio has
        return getattr(asyncio, name)

    @staticmethod
    async def sleep(seconds: float) -> None:
        await REAL_SLEEP(seconds / 1000)


HASTY = _Hasty("asyncio")
