"""A bot that is killed again and again while members of two servers press /imagine, and what is looked at after each.

A season is a number of lives on the same data. Which members press when, what goes wrong at the image API and at
which moment each life ends is drawn from the season's seed.
"""

from __future__ import annotations

import asyncio
import signal
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Self

from bot.sandbox.discord import Options, RateLimits
from bot.sandbox.images import Fault, FaultKind, ImageOptions
from tests.wire.autopsy import Press, autopsy, is_settled, newest_event, tally, unsettled
from tests.wire.forked import fork

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from bot.sandbox.discord import Channel, Member
    from tests.wire.forked import ForkedProcess
    from tests.wire.house import House

MEMBERS = 20
BUDGET = 0.03  # dollars for the first life, about three pictures' worth of holds
MORE_BUDGET = 0.03  # dollars that each further life adds, so that all of them take some requests and refuse others
PATIENCE = 1.5  # seconds until a life ends although its moment has not come
START = 0.4  # seconds that a start takes, until what was left over is taken up
SETTLING = 600.0  # seconds for the last life to answer everybody
TROUBLES = (
    Fault(FaultKind.CUT, after=1),
    Fault(FaultKind.OUTPUT_BLOCKED, after=2),
    Fault(FaultKind.RATE_LIMIT, retry_after=0.05),
    Fault(FaultKind.RATE_LIMIT, retry_after=0.05, times=3),
    Fault(FaultKind.MODERATION_BLOCKED),
    Fault(FaultKind.SERVER_ERROR),
)
DISCORD = Options(rate_limits=RateLimits.off())
IMAGES = ImageOptions(pace=0.04, canned_bytes=1)  # 0.1 s for a picture: calls are always under way


@dataclass(frozen=True)
class Moment:
    """When a life ends. `wait` returns when it has come; with `statements`, the bot kills itself."""

    name: str
    wait: Callable[[Season, ForkedProcess], Awaitable[object]]
    statements: int = 0


def moment(random: Random) -> Moment:
    """Draw one."""
    seconds, calls, events = random.uniform(0, 1.0), random.randint(1, 6), random.randint(1, 15)
    starting, statements = random.uniform(0, START), random.randint(1, 400)
    return random.choices(
        [
            Moment(f"{seconds:.3f} s after it was connected", lambda season, life: season.at_work(life, seconds)),
            Moment(f"as call {calls} arrived", lambda season, life: season.called(life, calls)),
            Moment(f"as event {events} was written", lambda season, life: season.written(life, events)),
            Moment(f"{starting:.3f} s after its start", lambda _, life: life.died(starting)),
            Moment(f"before statement {statements}", lambda _, life: life.died(2 * PATIENCE), statements),
        ],
        weights=[3, 3, 3, 2, 4],
    )[0]


class Season:
    """Lives of a bot on the data of a house without a bot. Use it as an async context manager.

    Attributes:
        presses: what members did, oldest first.
        deaths: how each life ended.
    """

    def __init__(self, house: House, folder: Path, seed: int) -> None:
        self.seed = seed
        self.presses: list[Press] = []
        self.deaths: list[str] = []
        self._house = house
        self._random = Random(seed)  # noqa: S311 - a test that can be repeated
        self._log = folder / "bot.log"
        self._folder = folder
        self._life: ForkedProcess | None = None
        self._crowd: list[asyncio.Task[None]] = []
        self._budget = BUDGET
        self._identified = 0  # how often a bot had connected when this one was born
        self._last_event = 0  # the newest that somebody has read

    async def __aenter__(self) -> Self:
        life = await self._born()
        await self.at_work(life, 0.3)  # until Discord knows the commands
        life.signal(signal.SIGTERM)
        assert await life.ended() == 0, self.story("The first start failed.")
        other = self._house.discord.add_server("The other studio")
        self._crowd = [
            asyncio.create_task(self._press(server.add_member(f"Member {number}"), server.channels, number))
            for number in range(MEMBERS)
            for server in [(self._house.discord.server, other)[number % 2]]
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._life is not None:
            self._life.signal(signal.SIGKILL)
            await self._life.ended()
        await self._leave()

    async def live_and_die(self) -> None:
        """One life that is killed, and the look at what it left behind.

        Raises:
            AssertionError: it left something that must not be; the seed and all deaths so far are in the message.
        """
        self._budget += MORE_BUDGET
        end = moment(self._random)
        life = await self._born(end.statements)
        await end.wait(self, life)
        life.signal(signal.SIGKILL)
        assert await life.ended() == -signal.SIGKILL, self.story(f"It ended by itself, not {end.name}.")
        wrong, self._last_event = await asyncio.to_thread(
            autopsy, self._house, self.presses, self._budget_nano, self._last_event, self._folder / "copy"
        )
        self.deaths.append(f"{end.name}: {len(self.presses)} presses, {self._last_event} events")
        assert not wrong, self.story(*wrong)

    async def settle(self) -> dict[str, int]:
        """Let everybody go, and one life answer what is open; then hold the books against the bill.

        Returns how often each thing that is to be tried came about.

        Raises:
            AssertionError: as `live_and_die`.
        """
        life = await self._born()
        await self.at_work(life, START)
        await self._leave()
        try:
            await self._house.until(lambda: is_settled(self._house), SETTLING)
        except TimeoutError:
            raise AssertionError(self.story("Not everything was answered.")) from None
        life.signal(signal.SIGTERM)
        code = await life.ended()
        await self._house.images.idle()
        wrong, _ = autopsy(self._house, self.presses, self._budget_nano, self._last_event, self._folder / "copy")
        wrong += unsettled(self._house, self.presses, self._folder / "copy")
        assert code == 0, self.story("It did not end well.")
        assert not wrong, self.story(*wrong)
        said = self._log.read_text(encoding="utf-8")
        assert "[error" not in said, self.story("Something went wrong inside.")
        return tally(self._house, self.presses, self._folder / "copy")

    def story(self, *wrong: str) -> str:
        """What is wrong, and all that is needed to find out why."""
        said = self._log.read_text(encoding="utf-8").splitlines()[-60:]
        return "\n".join(
            [*wrong, f"— seed {self.seed}; deaths so far —", *self.deaths, "— the bot's last words —", *said]
        )

    # --- moments -------------------------------------------------------------------------------------------------

    async def at_work(self, life: ForkedProcess, seconds: float) -> None:
        """Wait so many seconds longer than until the bot is connected."""
        identifies = self._house.discord.gateway.identifies
        goal = self._identified + 1
        await self._while_it_lives(life, lambda: len(identifies) >= goal)
        await life.died(seconds)

    async def called(self, life: ForkedProcess, calls: int) -> None:
        """Wait until the image API has received so many more calls."""
        goal = len(self._house.images.calls) + calls
        await self._while_it_lives(life, lambda: len(self._house.images.calls) >= goal)

    async def written(self, life: ForkedProcess, events: int) -> None:
        """Wait until so many more events are in the database, and kill it at once: this thread has other work."""
        goal = self._last_event + events
        end = time.monotonic() + PATIENCE

        def budget_alerts() -> int:
            last = newest_event(self._house, lambda newest: newest >= goal or time.monotonic() > end)
            life.signal(signal.SIGKILL)
            return last

        self._last_event = max(self._last_event, await asyncio.to_thread(budget_alerts))

    async def _while_it_lives(self, life: ForkedProcess, predicate: Callable[[], bool]) -> None:
        """Wait for the predicate, for the bot's end or for the end of patience."""
        end = time.monotonic() + PATIENCE
        while not predicate() and time.monotonic() < end and not await life.died(0.002):
            pass

    # --- the bot and the members -----------------------------------------------------------------------------------

    @property
    def _budget_nano(self) -> int:
        return round(self._budget * 1000) * 1_000_000

    async def _born(self, statements: int = 0) -> ForkedProcess:
        self._identified = len(self._house.discord.gateway.identifies)
        settings: Mapping[str, str] = {
            "ATELIER_MONTHLY_BUDGET": f"{self._budget:.3f}",
            "ATELIER_MEMBER_DAILY_IMAGES": "10000",
            "ATELIER_CONCURRENCY": "8",
        }
        environment = {**self._house.environment(), **settings}
        self._life = await fork(environment, self._folder, self._log, self._log, "run", statements=statements)
        return self._life

    async def _press(self, member: Member, channels: list[Channel], number: int) -> None:
        random = Random(f"{self.seed} {number}")  # noqa: S311 - a test that can be repeated
        while True:
            await asyncio.sleep(random.uniform(0.1, 1.5))
            prompt = f"picture {len(self.presses)} of {member.name}."
            if random.random() < 0.3:
                trouble = random.choice(TROUBLES)
                self._house.images.faults.add(
                    Fault(trouble.kind, trouble.times, prompt, trouble.after, retry_after=trouble.retry_after)
                )
            count = random.choice((1, 1, 2, 3))
            invocation = await member.slash(
                "imagine", prompt=prompt, count=count, quality="low", channel=random.choice(channels)
            )
            self.presses.append(Press(prompt, invocation))

    async def _leave(self) -> None:
        for task in self._crowd:
            task.cancel()
        ended = await asyncio.gather(*self._crowd, return_exceptions=True)
        self._crowd = []
        for error in ended:
            if not isinstance(error, asyncio.CancelledError) and error is not None:
                raise error
