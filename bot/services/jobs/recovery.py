"""After the database has gone back: nothing is made again without a question, and leads hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.language import phrase

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.services.policy import Policies

KEPT_FOR = 7 * 24 * 3600  # seconds for which files that the database does not know are kept after it has gone back
AGAIN = phrase(
    "My database was restored from an older state, so I cannot know whether this was made already. I did not make it "
    "now, and nothing more was charged. If you do not see the picture here, ask again."
)
TOLD = phrase(
    "⚠️ My database was restored from an older state. What was spent, decided and made after that state is missing in "
    "it: budgets look less used than they are. Please look at /quota show and /studio audit, and set what is missing "
    "again. Requests that were waiting then were given back. Under pictures that I do not know any more, buttons do "
    "nothing."
)

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LastSeen:
    """A channel, and the id of the last message or request in it that the database knows."""

    channel_id: int
    after: int


class GoneBack(Protocol):
    """Keeps whether the database has gone back, and who is still to be told."""

    async def is_new(self) -> bool:
        """Whether it has, and what waits in it was not looked after yet."""
        ...

    async def note(self, pictures: int) -> bool:
        """Pictures up to this number were made before: False if they are known; else the database has gone back."""
        ...

    async def looked_after(self, at: int) -> None:
        """What waited was given back at `at`, in seconds since 1970 (UTC)."""
        ...

    async def noticed_at(self) -> int | None:
        """When it was looked after, the last time; None if never."""
        ...

    async def untold(self) -> Sequence[int]:
        """The servers whose leads are to be told."""
        ...

    async def told(self, server_id: int) -> None:
        """The leads of a server can read it."""
        ...

    async def last_seen(self) -> Sequence[LastSeen]:
        """Where messages of ours that the database does not know would stand."""
        ...


class Restoration:
    """What a database that has gone back needs.

    Attributes:
        speaker: posts a text to a channel of a server; False if that is not possible now. Set by the client.
    """

    def __init__(self, gone_back: GoneBack, policies: Policies, clock: Callable[[], float]) -> None:
        self.gone_back = gone_back
        self.speaker: Callable[[int, int, str], Awaitable[bool]] | None = None
        self._policies = policies
        self._clock = clock

    async def look_around(self, find: Callable[[LastSeen], Awaitable[int]]) -> None:
        """See by our own messages whether the database has gone back, where its mark has gone back with it.

        `find` gives the highest number under messages of ours behind a place in a channel; 0 if there is none.
        """
        for seen in await self.gone_back.last_seen():
            number = await find(seen)
            if number and await self.gone_back.note(number):
                _log.error(
                    "the database is older than my messages: it was restored, and what was spent since is missing in "
                    "it, see the runbook",
                    picture=number,
                )

    async def keeps_files(self) -> bool:
        """Whether files that nothing seems to need are kept: they may be of pictures that only a newer copy knows."""
        if await self.gone_back.is_new():
            return True
        at = await self.gone_back.noticed_at()
        return at is not None and self._clock() < at + KEPT_FOR

    async def tell_leads(self) -> None:
        """Tell the leads of each server, once; where there is no log channel, after a start when there is one."""
        for server_id in await self.gone_back.untold():
            channel_id = (await self._policies.of(server_id)).log_channel_id
            if channel_id is not None and self.speaker is not None and await self.speaker(server_id, channel_id, TOLD):
                await self.gone_back.told(server_id)
