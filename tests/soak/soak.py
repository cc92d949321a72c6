"""One soak: a bot, or one bot after another on the same data, while its plan is played."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections import Counter, deque
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from bot.sandbox.discord import CannotDoThatError, Options, RateLimits
from bot.sandbox.images import ImageOptions
from bot.services.background import Background
from bot.storage.database.sqlite import sqlite3
from tests.soak.people import Crowd
from tests.soak.plan import Kind, plan
from tests.soak.verdict import Books, after_a_death, at_the_end, left_lying, shown_to_all
from tests.soak.weather import Weather
from tests.soak.weight import free_port, growth, stall_of, weigh
from tests.wire.autopsy import is_settled
from tests.wire.forked import fork
from tests.wire.house import House

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.sandbox.discord import Invocation
    from tests.soak.plan import Step
    from tests.soak.weight import Weight
    from tests.wire.forked import ForkedProcess

BUDGET = 0.5  # dollars for the first bot
MORE_BUDGET = 0.6  # dollars for each further one, so that they take some requests and refuse others
DISCORD = Options(rate_limits=RateLimits.off(), heartbeat_seconds=10.0)
IMAGES = ImageOptions(pace=0.15, canned_bytes=1, images_per_minute=40, input_images_per_minute=40, rate_window=10.0)
SETTINGS = {
    "ATELIER_MEMBER_DAILY_IMAGES": "unlimited",
    "ATELIER_CONCURRENCY": "6",
    "ATELIER_JOB_TIMEOUT": "20",
}
LAST_EVENTS = 60  # that a failure shows
LAST_WORDS = 60  # lines of the bot that it shows
STARTING = 60.0  # seconds that a start may take
REFUSED_START = 0.5  # seconds until a supervisor would try again
SETTLING = 240.0  # seconds until all is answered once nothing goes wrong any more
SOON = 100.0  # seconds in which one bot answers all by itself then; what is kept for a member waits for the next one
RESTING = 1.5  # seconds after that, in which what was done for it ends
# Seconds after which no connection to Discord is kept of those that a busy hour needed at once: aiohttp looks every 15
# which were not used for 15, and while there is traffic all are used by turns.
IDLE = 32.0
AGED = 2 * 3600.0  # seconds; a sweep leaves alone what is younger than an hour
GLANCE = 0.2  # seconds between two looks whether Discord and the bot hear each other
ANSWERING = 5.0  # seconds before and after they did not in which an interaction may go unanswered
MOST_TRAFFIC = 5000  # requests that are remembered
WARM = 90.0  # seconds after which a bot's start does not count any more in the longest stall of the last minute
NEWS = 30.0  # seconds between two words of how it goes
UNFORESEEN = re.compile(r"never awaited|never retrieved|unexpected failure|Task was destroyed|Unclosed ")


class SpoiltError(Exception):
    """Something that must hold does not; all that is needed to find out why."""


class Soak:
    """Plays the plan of a seed. Use it as an async context manager.

    Args:
        folder: where all of it is kept.
        say: told, now and then, how it goes.

    Attributes:
        counts: how often each thing came about.
        weights: what the last bot held at rest, each time that it was weighed.
        stall: the longest of a bot's event loop, in seconds, once the bot was warm: on a busy machine, others' as well.
    """

    def __init__(self, folder: Path, seed: int, minutes: float, say: Callable[[str], None]) -> None:
        self.counts: Counter[str] = Counter()
        self.weights: list[Weight] = []
        self.stall = 0.0
        self._seed, self._minutes, self._say = seed, minutes, say
        self._folder = folder
        self._temporary = folder / "tmp"
        self._house = House(DISCORD, IMAGES, folder / "data")
        self._log = folder / "bot.log"
        self._crowd = Crowd(self._house)
        self._weather = Weather(self._house)
        self._acts = Background()
        self._events: deque[str] = deque(maxlen=LAST_EVENTS)
        self._began = time.monotonic()
        self._life: ForkedProcess | None = None
        self._born = self._began
        self._port = free_port()  # where a bot tells how it is
        self._budget = BUDGET
        self._dies_by_itself = self._was_connected = False
        self._deaf: list[tuple[float, float]] = []  # from when to when; seconds since 1970
        self._lives: asyncio.Queue[Step] = asyncio.Queue()
        self._attempted: set[str] = set()  # interactions that the bot tried to answer

    async def __aenter__(self) -> Self:
        self._temporary.mkdir(parents=True)
        await self._house.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._acts.close()
        await self._weather.clear()
        if self._life is not None:
            self._life.signal(signal.SIGKILL)
            await self._life.ended()
        await self._house.__aexit__()

    async def play(self) -> None:
        """Play all of it.

        Raises:
            SpoiltError: something that must hold does not.
        """
        await self._live()
        await self._house.until(lambda: self._house.discord.commands[None], STARTING)
        self._crowd.come()
        await self._crowd.open_galleries()
        self._began = time.monotonic()
        # Whichever fails ends the others.
        async with asyncio.TaskGroup() as group:
            helpers = [group.create_task(work) for work in (self._keep_alive(), self._watch(), self._tell())]
            await self._play_the_plan()
            for helper in helpers:
                helper.cancel()
        await self._end()

    async def _play_the_plan(self) -> None:
        rested = 0.0
        for step in plan(self._seed, self._minutes * 60):
            await asyncio.sleep(max(0.0, self._began + step.at + rested - time.monotonic()))
            began = time.monotonic()
            await self._take(step)
            rested += time.monotonic() - began if step.kind is Kind.WEIGH else 0.0

    # --- steps -----------------------------------------------------------------------------------------------------

    async def _take(self, step: Step) -> None:
        match step.kind:
            case Kind.ACT:
                self._acts.begin(self._act(step), f"act {step.number}")
            case Kind.IMAGES:
                self._note(step.kind, await self._weather.images(step.dice))
            case Kind.DISCORD:
                self._hear_nothing()
                self._note(step.kind, await self._weather.discord(step.dice))
            case Kind.BOOKS:
                self._note(step.kind, await self._weather.books(step.dice))
            case Kind.KILL | Kind.STOP:
                self._lives.put_nowait(step)
            case Kind.WEIGH:
                await self._weigh()

    async def _act(self, step: Step) -> None:
        try:
            self._note(step.kind, await self._crowd.act(step.dice))
        except (CannotDoThatError, TimeoutError):
            self.counts["act that came to nothing"] += 1

    def _note(self, kind: Kind, what: str) -> None:
        self.counts[str(kind)] += 1
        self._events.append(f"{time.monotonic() - self._began:8.1f} {kind}: {what}")

    # --- lives -----------------------------------------------------------------------------------------------------

    async def _live(self, statements: int = 0) -> None:
        """Start a bot. It dies by itself before so many SQL statements, or not."""
        self._was_connected, self._dies_by_itself = False, bool(statements)
        environment = {
            **self._house.environment(),
            **SETTINGS,
            "ATELIER_MONTHLY_BUDGET": f"{self._budget:.2f}",
            "ATELIER_HTTP_PORT": str(self._port),
            "TMPDIR": str(self._temporary),
        }
        identified = len(self._house.discord.gateway.identifies)
        folder = self._folder / "cwd"
        self._life = await fork(environment, folder, self._log, self._log, "run", statements=statements)
        self.counts["bots"] += 1
        self._born = time.monotonic()
        gateway = self._house.discord.gateway
        while len(gateway.identifies) == identified and not await self._life.died(GLANCE / 4):
            pass
        self._was_connected = len(gateway.identifies) > identified

    async def _keep_alive(self) -> None:
        """End lives when the plan says so, and begin another whenever one has ended."""
        while True:
            order = asyncio.create_task(self._lives.get())
            ending = asyncio.create_task(self._living.died())
            await asyncio.wait({order, ending}, return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
            statements = 0
            if order.done():
                statements = await self._end_life(order.result())
            else:
                order.cancel()
                await self._ended_by_itself()
            self._hear_nothing()
            await self._look_at_the_books()
            self._budget += MORE_BUDGET
            await self._live(statements)

    async def _end_life(self, step: Step) -> int:
        """Kill it, or stop it; how many statements the next one lives for, or 0."""
        dice = step.dice
        if step.kind is Kind.KILL:
            self._hear_nothing()  # its end may take a while on a busy machine
            self._living.signal(signal.SIGKILL)
            how = "killed"
        else:
            self._living.signal(signal.SIGTERM)
            patience = dice.choice((None, None, None, dice.uniform(0.0, 3.0)))
            how = "stopped" if await self._living.died(patience) else "killed as it stopped"
            self._living.signal(signal.SIGKILL)
        code = await self._living.ended()
        self._note(step.kind, f"{how}, {code}")
        is_foreseen = code == 0 or (self._dies_by_itself and code == -signal.SIGKILL)  # by its statement, as it stopped
        if how == "stopped" and not is_foreseen and self._was_connected:
            raise self.spoilt(f"A bot that was told to stop ended with {code}.")
        return dice.randint(1, 3000) if dice.random() < 0.25 else 0

    async def _ended_by_itself(self) -> None:
        code = await self._living.ended()
        self._note(Kind.KILL, f"ended by itself, {code}")
        if self._dies_by_itself and code == -signal.SIGKILL:
            return
        if self._was_connected:
            raise self.spoilt(f"A bot ended by itself with {code}.")
        self.counts["starts refused"] += 1  # Discord could not be reached, say; a supervisor tries again
        await asyncio.sleep(REFUSED_START)

    @property
    def _living(self) -> ForkedProcess:
        assert self._life is not None
        return self._life

    # --- what is looked at -----------------------------------------------------------------------------------------

    def _hear_nothing(self) -> None:
        """From a moment ago until soon Discord and the bot may not have heard each other."""
        now = self._house.discord.clock.now()
        if self._deaf and self._deaf[-1][1] >= now - ANSWERING:
            self._deaf[-1] = (self._deaf[-1][0], now + ANSWERING)
        else:
            self._deaf.append((now - ANSWERING, now + ANSWERING))

    def _is_excused(self, invocation: Invocation) -> bool:
        """Whether the bot did not hear of it, or answered and was not heard."""
        at = invocation.began_at
        return str(invocation.id) in self._attempted or any(begin <= at <= end for begin, end in self._deaf)

    async def _watch(self) -> None:
        while True:
            if not self._house.discord.gateway.connected:
                self._hear_nothing()
            if len(self._house.discord.traffic) > MOST_TRAFFIC:
                self._forget_traffic()
            await asyncio.sleep(GLANCE)

    def _forget_traffic(self) -> None:
        for exchange in self._house.discord.traffic.search(r"^/interactions/", "POST"):
            self._attempted.add(exchange.path.split("/")[2])
        self._house.discord.traffic.clear()

    async def _look_at_the_books(self) -> Books:
        books = await asyncio.to_thread(Books, self._house, self._folder / "copy")
        if wrong := list(after_a_death(self._house, books, round(self._budget * 100) * 10_000_000)):
            raise self.spoilt(*wrong)
        return books

    async def _settled(self, patience: float) -> None:
        """Until nobody waits any more.

        Raises:
            TimeoutError: somebody does.
        """

        def is_over() -> bool:
            with suppress(sqlite3.OperationalError):  # it is being written
                return is_settled(self._house)
            return False

        await self._house.until(is_over, patience)

    async def _come_to_rest(self) -> None:
        """Nobody asks for more, nothing goes wrong, and all that was asked for is answered."""
        await self._acts.wait(60.0)
        await self._weather.clear()
        await self._house.discord.bot_ready(STARTING)
        await self._crowd.let_all_go_on()

    async def _weigh(self) -> None:
        await self._come_to_rest()
        with suppress(TimeoutError):  # what Discord took in no way is kept for the next start
            await self._settled(SOON)
        await asyncio.sleep(IDLE)
        self.weights.append(await weigh(self._living, self._log))
        self._say(f"at rest: {self.weights[-1]}")
        if wrong := list(growth(self.weights[0], self.weights[-1])):
            raise self.spoilt(*wrong)

    async def _end(self) -> None:
        await self._come_to_rest()
        try:
            await self._settled(SOON)
        except TimeoutError:
            await self._stop()
            await self._live()
        try:
            await self._settled(SETTLING)
        except TimeoutError:
            books = await self._look_at_the_books()
            still = at_the_end(self._house, books, self._is_excused)
            raise self.spoilt("Not everybody was answered.", *still) from None
        await asyncio.sleep(RESTING)
        await self._stop()
        await self._house.images.idle()
        self._forget_traffic()
        books = await self._look_at_the_books()
        wrong = list(at_the_end(self._house, books, self._is_excused)) + self._unforeseen()
        if wrong:
            raise self.spoilt(*wrong)
        await self._sweep()
        self._count(books)

    async def _stop(self) -> None:
        self._living.signal(signal.SIGTERM)
        if code := await self._living.ended():
            raise self.spoilt(f"The last bot ended with {code}.")

    async def _sweep(self) -> None:
        """Let a last bot find that all files are old, and look what it leaves."""
        then = time.time() - AGED
        for path in self._house.kept_files():
            os.utime(path, (then, then))
        await self._live()
        await asyncio.sleep(RESTING)
        await self._stop()
        books = await self._look_at_the_books()
        if wrong := [*left_lying(self._house, books, self._temporary), *shown_to_all(self._house, books)]:
            raise self.spoilt(*wrong)

    def _unforeseen(self) -> list[str]:
        said = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line[:400] for line in said if UNFORESEEN.search(line)][:LAST_WORDS]

    # --- what is told ------------------------------------------------------------------------------------------------

    def _count(self, books: Books) -> None:
        self.counts.update(
            {f"{state} jobs": times for state, times in Counter(job.state for job in books.jobs).items()}
        )
        self.counts.update({f"{table} rows": rows for table, rows in books.rows.items()})
        self.counts["paid calls"] = len(self._house.images.bill.charged)
        self.counts["interactions"] = len(self._house.discord.invocations)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(NEWS)
            if time.monotonic() - self._born > WARM:
                self.stall = max(self.stall, await asyncio.to_thread(stall_of, self._port))
            counted = ", ".join(f"{times} {name}" for name, times in sorted(self.counts.items()))
            self._say(f"{time.monotonic() - self._began:.0f} s, longest stall {self.stall * 1000:.0f} ms: {counted}")

    def spoilt(self, *wrong: str) -> SpoiltError:
        """What is wrong, and all that is needed to find out why."""
        said = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_WORDS:]
        again = f"python -m tests.soak --minutes {self._minutes:g} --seed {self._seed}"
        return SpoiltError(
            "\n".join(
                [
                    *wrong,
                    "— the last events —",
                    *self._events,
                    "— the bot's last words —",
                    *said,
                    f"— all of it is in {self._folder}; again: {again} —",
                ]
            )
        )
