"""What goes wrong around the bot: at the image API, at Discord, and at its own books."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox.discord import Fault as DiscordFault
from bot.sandbox.images import Fault, FaultKind, Trouble
from bot.services.background import Background
from bot.storage.database.sqlite import sqlite3

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from random import Random

    from tests.wire.house import House

IMAGE_FAULTS = (
    Fault(FaultKind.CUT, after=1),
    Fault(FaultKind.CUT),
    Fault(FaultKind.OUTPUT_BLOCKED, after=2),
    Fault(FaultKind.MODERATION_BLOCKED),
    Fault(FaultKind.CONTENT_POLICY),
    Fault(FaultKind.USER_ERROR),
    Fault(FaultKind.INVALID_VALUE),
    Fault(FaultKind.RATE_LIMIT, retry_after=0.2),
    Fault(FaultKind.RATE_LIMIT, retry_after=1.0),
    Fault(FaultKind.SERVER_ERROR),
    Fault(FaultKind.BAD_GATEWAY),
    Fault(FaultKind.BAD_GATEWAY, status=524),
    Fault(FaultKind.GATEWAY_TIMEOUT),
    Fault(FaultKind.SLOW_DOWN),
    Fault(FaultKind.SLOW_DOWN, retry_after=0.5),
    Fault(FaultKind.SLOW_DOWN, retry_after=3.0),
    Fault(FaultKind.REDIRECT),
    Fault(FaultKind.CLOSE_BEFORE_HEADERS),
    Fault(FaultKind.HANG_BEFORE_HEADERS, seconds=3.0),
    Fault(FaultKind.HANG_BEFORE_HEADERS, seconds=30.0),
    Fault(FaultKind.ERROR_EVENT, after=1),
    Fault(FaultKind.FLAT_ERROR_EVENT, after=1),
    Fault(FaultKind.END_WITHOUT_COMPLETED, after=1),
    Fault(FaultKind.SILENCE, seconds=4.0, after=1),
    Fault(FaultKind.SLOW_DRIP, seconds=3.0),
    Fault(FaultKind.NO_USAGE),
    Fault(FaultKind.ODD_USAGE, usage={"input_tokens": -1, "output_tokens": "many"}),
    Fault(FaultKind.INVALID_BASE64),
    Fault(FaultKind.BROKEN_PICTURE),
    Fault(FaultKind.WRONG_FORMAT),
    Fault(FaultKind.PLAIN_JSON),
    Fault(FaultKind.DATA_ADDRESS),
    Fault(FaultKind.LINK),
    Fault(FaultKind.BARE_FILE),
    Fault(FaultKind.ODD_TYPE),
    Fault(FaultKind.UNKNOWN_EVENTS),
    Fault(FaultKind.EARLY_FINAL),
)
DOWN = (Fault(FaultKind.SLOW_DOWN), Fault(FaultKind.SLOW_DOWN, retry_after=1.0), Fault(FaultKind.BAD_GATEWAY))
OUTAGE = 0.15  # of the draws; it begins where that nobody reaches it ends
MESSAGES, ANSWERS, RESPONSES = r"/channels/\d+/messages$", r"/callback$", r"^/webhooks/"
WAYS = (MESSAGES, ANSWERS, RESPONSES, "")


class Weather:
    """The troubles of one soak. Lasting ones end by themselves; `clear` ends all.

    Attributes:
        discord_is_well: whether nothing goes wrong between Discord and the bot.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._lasting = Background()
        self._over = asyncio.Event()
        self._reachable = asyncio.Lock()  # the image API goes away once at a time
        self._locked = asyncio.Lock()
        self._discord_troubles = 0

    @property
    def discord_is_well(self) -> bool:
        """Whether nothing that lasts goes wrong there; a single fault may wait still."""
        return not self._discord_troubles

    async def images(self, dice: Random) -> str:
        """Let something go wrong with the next calls, or with all for a while; what it is."""
        draw = dice.random()
        if draw < 0.08:
            return self._trouble_of_the_account(dice)
        if draw < 0.14:
            seconds = dice.uniform(0.5, 4.0)
            self._lasting.begin(self._unreachable(seconds), "unreachable")
            return f"nobody reaches it for {seconds:.1f} s"
        if draw < OUTAGE:
            return self._outage(dice)
        if draw < 0.2:
            times = dice.randint(4, 12)
            fault = replace(dice.choice(IMAGE_FAULTS), times=times)
        else:
            fault = replace(dice.choice(IMAGE_FAULTS), times=dice.choice((1, 1, 1, 2, 3)))
        self._house.images.faults.add(fault)
        return f"{fault.kind} {fault.times} times"

    async def discord(self, dice: Random) -> str:
        """Let something go wrong between Discord and the bot; what it is."""
        seconds = dice.uniform(0.5, 6.0)
        troubles: dict[str, Callable[[], Awaitable[object]]] = {
            "the connection is cut": self._house.discord.gateway.drop,
            "reconnect": self._house.discord.gateway.ask_reconnect,
            "the session is invalid": self._house.discord.gateway.invalidate_session,
            "the session is invalid, and may be resumed": lambda: self._house.discord.gateway.invalidate_session(
                resumable=True
            ),
            "single faults": lambda: self._single(dice),
            "more single faults": lambda: self._single(dice),
            f"down for {seconds:.1f} s": lambda: self._spell(seconds, DiscordFault(status=503, times=None)),
            f"slow for {seconds:.1f} s": lambda: self._spell(
                seconds, DiscordFault(dice.choice(WAYS), delay=dice.uniform(0.3, 2.0), times=None)
            ),
        }
        name = dice.choice(list(troubles))
        await troubles[name]()
        return name

    async def books(self, dice: Random) -> str:
        """Let another program hold the database for a while."""
        seconds, how = dice.uniform(0.3, 4.0), dice.choice(("EXCLUSIVE", "IMMEDIATE"))
        self._lasting.begin(self._lock(how, seconds), "locked")
        return f"{how} by another program for {seconds:.1f} s"

    async def clear(self) -> None:
        """Let everything be well from now on, as soon as what lasts has ended."""
        self._over.set()
        await self._lasting.wait(60.0)
        self._over.clear()
        self._house.images.faults.clear()
        self._house.discord.faults.clear()

    async def _pass(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._over.wait(), seconds)
        except TimeoutError:
            return

    def _trouble_of_the_account(self, dice: Random) -> str:
        trouble, seconds = dice.choice(list(Trouble)), dice.uniform(0.5, 4.0)

        async def last() -> None:
            self._house.images.account.trouble = trouble
            await self._pass(seconds)
            self._house.images.account.trouble = None

        self._lasting.begin(last(), "account")
        return f"{trouble} for {seconds:.1f} s"

    def _outage(self, dice: Random) -> str:
        """Everything fails, free calls too: now and then for longer than a job may wait."""
        seconds = dice.choice((dice.uniform(2.0, 8.0), dice.uniform(15.0, 30.0)))
        down = dice.choice(DOWN)

        async def last() -> None:
            self._house.images.down = down
            await self._pass(seconds)
            self._house.images.down = None

        self._lasting.begin(last(), "outage")
        return f"down with {down.kind} for {seconds:.1f} s"

    async def _unreachable(self, seconds: float) -> None:
        async with self._reachable, self._house.images.unreachable():
            await self._pass(seconds)

    async def _single(self, dice: Random) -> None:
        way, times = dice.choice(WAYS), dice.choice((1, 1, 2, 3))
        fault = dice.choice(
            (
                DiscordFault(way, status=500, times=times),
                DiscordFault(way, status=502, times=times, after_effect=True),
                DiscordFault(way, status=429, retry_after=dice.uniform(0.1, 1.5), times=times),
                DiscordFault(way, drop=True, times=times),
                DiscordFault(way, drop=True, times=times, after_effect=True),
                DiscordFault(way, delay=dice.uniform(0.5, 4.0), times=times),
            )
        )
        self._house.discord.faults.add(fault)

    async def _spell(self, seconds: float, fault: DiscordFault) -> None:
        async def last() -> None:
            self._discord_troubles += 1
            self._house.discord.faults.add(fault)
            await self._pass(seconds)
            self._house.discord.faults.clear()
            self._discord_troubles -= 1

        self._lasting.begin(last(), "spell")

    async def _lock(self, how: str, seconds: float) -> None:
        path = self._house.data_dir / "atelier.sqlite3"
        async with self._locked:
            with closing(sqlite3.connect(path, isolation_level=None, timeout=1.0, check_same_thread=False)) as other:
                try:
                    await asyncio.to_thread(other.execute, f"BEGIN {how}")
                except sqlite3.OperationalError:
                    return  # the bot, or a dead one's unfinished work, was first
                await self._pass(seconds)
                other.execute("ROLLBACK")
