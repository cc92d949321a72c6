"""A bench on which one job is generated, the troubles that may meet it, and the wait for a request's answer."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.errors import DatabaseError, ProviderUnreachableError
from bot.services.calendar import Window
from bot.services.policy import Limit, Metric, Scope
from tests.services.fakes import House, a_house, a_request, eventually, recall

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from bot.services.jobs.outcomes import JobOutcome
    from bot.services.ledger import Job, Order
    from bot.services.requests import ImageRequest, StoredImage
    from tests.services.fakes import Act


SPENT = Limit(Scope.INSTALLATION, 0, 0, Metric.USD, Window.MONTH, 10**15, "this bot's monthly budget")
FULL_DISK = DatabaseError("the disk is full")
DAMAGED = DatabaseError("malformed", "My books are damaged", is_damage=True)


def unreachable() -> ProviderUnreachableError:
    return ProviderUnreachableError("Not reached.", code="unreachable", retry_after=0.0)


class Bench:
    """One reserved job, ready to be made."""

    def __init__(self, house: House, order: Order) -> None:
        self.house = house
        self.order = order
        self.frames: list[bytes] = []

    async def make(self) -> JobOutcome:
        return await self.house.generation.make(self.order, self.order.jobs[0], self.frames.append, recall())

    async def job(self) -> Job:
        return (await self.house.kept("r1")).jobs[0]

    async def held(self) -> int:
        """Nano-dollars settled and held."""
        return await self.house.used(SPENT)


@asynccontextmanager
async def a_bench(
    folder: Path,
    *acts: Act,
    job_timeout: float = 30.0,
    references: tuple[StoredImage, ...] = (),
    request: ImageRequest | None = None,
    patience: float = 60.0,
) -> AsyncGenerator[Bench]:
    async with a_house(folder, *acts, job_timeout=job_timeout, begun=False, patience=patience) as house:
        yield Bench(house, await house.reserved("r1", request or a_request(references=references)))


async def settled(house: House, request_id: str) -> None:
    """Wait until a request is answered and that is written down."""

    async def written() -> bool:
        return (await house.kept(request_id)).delivered_at is not None

    await eventually(written)
