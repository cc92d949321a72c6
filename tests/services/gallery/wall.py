"""Messages that show results, without a Discord."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


class Wall:
    """Fulfils `Screen`: remembers what was done to which message, and does as it is told.

    Attributes:
        stuck: messages that cannot be changed.
    """

    def __init__(self) -> None:
        self.done: list[tuple[int, list[int] | None]] = []  # message, and the numbers that go from it; None for all
        self.stuck: set[int] = set()

    async def remove(self, channel_id: int, message_id: int) -> bool:
        assert channel_id == 5
        self.done.append((message_id, None))
        return message_id not in self.stuck

    async def reduce(self, channel_id: int, message_id: int, gone: Collection[int]) -> bool:
        assert channel_id == 5
        await asyncio.sleep(0)  # another deletion may try to come between
        self.done.append((message_id, list(gone)))
        return message_id not in self.stuck
