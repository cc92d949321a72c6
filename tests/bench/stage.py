"""What a play works with: the stand-ins, the members, and the times of what happens on Discord."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox.discord import ChangeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.discord import Change, Invocation, Member, SandboxDiscord

PATIENCE = 120.0  # seconds until a picture has to be there, for a slow machine's sake
QUALITIES: tuple[str, ...] = ("low", "medium", "high", "xhigh", "max")

# The floor asks for the same without being told. With less quality the product asks for fewer previews.
OPTIONS: Mapping[str, Any] = {"size": "1024x1024", "quality": "high"}


@dataclass
class Stage:
    """What a play works with.

    Attributes:
        spec: what the play was told.
        connected_at: when READY was sent to the bot, in seconds since 1970.
        edits: when an invocation's response was edited to show a picture, by the invocation's id.
    """

    discord: SandboxDiscord
    spec: dict[str, Any]
    _pace: dict[str, float]
    connected_at: float = 0.0
    edits: dict[int, list[float]] = field(default_factory=dict[int, list[float]])
    _posted: dict[str, asyncio.Future[float]] = field(default_factory=dict[str, "asyncio.Future[float]"])

    async def watch(self) -> None:
        """Note the times of what happens on Discord."""
        async for change in self.discord.changes():
            message = change.message
            if change.kind is ChangeKind.BOT_CONNECTED:
                self.connected_at = self.connected_at or change.at
            elif change.kind is ChangeKind.MESSAGE_CREATED and message is not None and message.nonce is not None:
                posting = self._posting(str(message.nonce))
                if not posting.done():
                    posting.set_result(change.at)
            elif change.kind is ChangeKind.MESSAGE_EDITED and change.invocation is not None and _shows_file(change):
                self.edits.setdefault(change.invocation.id, []).append(change.at)

    def slow_down(self, seconds: float) -> None:
        """Let the image API take so long for one picture; until then it answers at once."""
        self._pace.update(dict.fromkeys(QUALITIES, seconds))

    async def imagine(self, member: Member, prompt: str) -> tuple[Invocation, float]:
        """Use /imagine and wait for the picture; the time of its arrival comes too, in seconds since 1970."""
        invocation = await member.slash("imagine", prompt=prompt, **(OPTIONS if self.spec["ours"] else {}))
        arrived = await self.arrival(invocation)
        self.discord.traffic.clear()  # or the record of all files would fill the memory
        return invocation, arrived

    async def arrival(self, invocation: Invocation, patience: float = PATIENCE) -> float:
        """Wait so many seconds for the picture that was asked for: when it arrived, in seconds since 1970."""
        try:
            return await asyncio.wait_for(self._posting(str(invocation.id)), patience)
        except TimeoutError:
            said = invocation.response.content if invocation.response else "nothing"
            raise TimeoutError(f"No picture after {patience:.0f} seconds; the bot says: {said}") from None

    def _posting(self, nonce: str) -> asyncio.Future[float]:
        return self._posted.setdefault(nonce, asyncio.get_running_loop().create_future())


def _shows_file(change: Change) -> bool:
    return change.version is not None and bool(change.version.attachments)
