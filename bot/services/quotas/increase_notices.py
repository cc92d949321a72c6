"""Members are told what became of their requests for more: once, also if the process died before it could."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.services.background import Background
from bot.services.quotas.increases import IncreaseState

if TYPE_CHECKING:
    from bot.services.ledger import LimitStatus
    from bot.services.quotas.accounts import Accounts
    from bot.services.quotas.increases import IncreaseRequest, Increases

OLDEST = 24 * 3600  # seconds since a decision, after which nobody waits for it any more

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class IncreaseOutcome:
    """What a member is told of their request for more.

    Attributes:
        in_the_way: a limit that would still refuse what they asked for, as far as that is known; None if there is none.
        ended: whether the limit has reset since.
    """

    increase: IncreaseRequest
    in_the_way: LimitStatus | None
    ended: bool


class Notifier(Protocol):
    """Tells a member."""

    async def __call__(self, news: IncreaseOutcome, /) -> bool:
        """Say it where they read it; False if that is not possible now. Never raises."""
        ...


class IncreaseNotices:
    """Tells members what was decided.

    Attributes:
        notifier: set when the bot can speak; what was decided before is told then.
    """

    def __init__(self, accounts: Accounts, increases: Increases) -> None:
        self.notifier: Notifier | None = None
        self._accounts = accounts
        self._increases = increases
        self._telling: set[int] = set()  # requests for more, of which nobody is told twice
        self._background = Background()

    def tell_soon(self) -> None:
        """`tell_all` in the background."""
        self._background.begin(self.tell_all(), "pleas")

    async def close(self) -> None:
        """Stop; who was not told is told after the next start."""
        await self._background.close()

    async def tell_all(self) -> None:
        """Tell whoever was not told what was decided within a day, while the window lasts. Never raises."""
        now = int(self._accounts.clock())
        try:
            for increase in await self._increases.untold(now - OLDEST, now):
                await self.tell(increase)
        except Exception:  # noqa: BLE001 - the next start tries again
            _log.exception("members not told")

    async def tell(self, increase: IncreaseRequest) -> None:
        """Tell the member what was decided, if they do not know. Never raises: what was decided stays decided.

        The roles of `increase` may be newer than those that are kept.
        """
        if self.notifier is None or increase.id in self._telling:
            return
        self._telling.add(increase.id)
        try:
            kept = await self._increases.get(increase.server_id, increase.id)
            if kept is None or kept.state is IncreaseState.OPEN or kept.member_told_at is not None:
                return
            if await self.notifier(await self._news(replace(kept, role_ids=increase.role_ids))):
                await self._increases.member_told(increase.id, int(self._accounts.clock()))
        except Exception:  # noqa: BLE001 - as above
            _log.exception("member not told", increase=increase.id)
        finally:
            self._telling.discard(increase.id)

    async def _news(self, increase: IncreaseRequest) -> IncreaseOutcome:
        statuses = await self._accounts.status(increase.requester)
        in_the_way = next((status for status in statuses if _refuses(status, increase)), None)
        return IncreaseOutcome(increase, in_the_way, ended=int(self._accounts.clock()) >= increase.ends_at)


def _refuses(status: LimitStatus, increase: IncreaseRequest) -> bool:
    """Whether what they asked for would be refused for this limit. How much it takes of another metric is unknown."""
    left = status.limit.maximum - status.used
    return left < increase.wanted if status.limit.metric is increase.metric else left <= 0
