"""The whole bot in SimCord's Discord: real services on a temporary database, only the image API is a double.

SimCord shows what people see. It does not know rate limits, sizes of uploads or dying connections: those are shown over
the wire, in `tests/wire`.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import discord
import simcord
from discord.app_commands import CommandInvokeError
from typing_extensions import override

from bot import wiring
from bot.client import AtelierBot
from bot.delivery.replies import SHEET_NAME
from bot.errors import UserFacingError
from bot.services.catalog import MainTokens, ToolTokens, Usage
from bot.services.gallery import stars
from bot.services.jobs import Begun, Drawn, FinishedImage, Reply, job_runner
from bot.services.policy import Decision, RoleRule
from tests.examples import png, settings_for
from tests.starting import start_quickly

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from pathlib import Path

    import pytest

    from bot.services.jobs import InputImage, PartialImage
    from bot.services.policy import DefaultChoices, ServerPolicy
    from bot.services.requests import ImageRequest
    from bot.wiring import Services

SETTLINGS = 24  # times five seconds in which the bot is to do what there is to do; no machine is as slow as that
WEEK = 7 * 86_400.0  # seconds
TURNS = 200  # of the event loop in which it may do so unwatched
SAID, DEFERRED = 4, 5  # types of an interaction's first answer: a message, or the promise of one
USAGE = Usage(text_input=10, image_input=0, image_output=400, text_output=0)
MAIN = MainTokens(3_000, 100)

_sync_commands = AtelierBot._sync_commands  # pyright: ignore[reportPrivateUsage] - a start's step
_registered: dict[Any, dict[str, Any]] = {}  # our commands as the first Discord of this process had them


class PatientEnv(simcord.Env):
    """Gives a bot on a slow machine the time that it needs.

    SimCord gives up after five seconds. Given more it would wait for the bot's timers of so many seconds, too.
    """

    @override
    async def _settle_internal(self, **given: Any) -> None:
        await self._let_work()
        for _ in range(SETTLINGS):
            with suppress(TimeoutError):
                return await super()._settle_internal(**given)
        return await super()._settle_internal(**given)

    async def _let_work(self) -> None:
        """Wait for threads. SimCord does so, too, but looks at every task of the bot whenever one of them has ended."""
        loop: Any = asyncio.get_running_loop()
        bot: Any = self.bot
        for _ in range(TURNS):
            await asyncio.sleep(0)
            if not loop._ready:
                threads = {*self._work.executors, *bot.services.database._running}
                if not threads or not (await asyncio.wait(threads, timeout=1, return_when=asyncio.FIRST_COMPLETED))[0]:
                    return


class Painter:
    """Fulfils `ImageProvider`: a red square for every call, or the failure that was laid out for it.

    Attributes:
        asked: every request, in order.
        inputs: the input pictures of every request.
        failures: raised by the next calls, one each.
        words: with which the next turns of conversations are answered instead of a picture, one each.
    """

    def __init__(self) -> None:
        self.asked: list[ImageRequest] = []
        self.inputs: list[Sequence[InputImage]] = []
        self.failures: list[Exception] = []
        self.words: list[str] = []
        self.content = png()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def models(self) -> dict[str, str | None]:
        """Fulfils the free question whether the account is well."""
        return {}

    async def make(
        self, request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[PartialImage | FinishedImage]:
        assert safety_identifier
        self.asked.append(request)
        self.inputs.append(inputs)
        if self.failures:
            raise self.failures.pop(0)
        yield FinishedImage(self.content, USAGE, "req_1")

    async def answer(
        self, request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[Begun | PartialImage | Reply]:
        """Fulfils `ConversationProvider`: a picture for every turn, or the words or the failure that were laid out."""
        assert safety_identifier
        self.asked.append(request)
        self.inputs.append(inputs)
        if self.failures:
            raise self.failures.pop(0)
        number = len(self.asked)
        yield Begun(f"resp_{number}")
        words = self.words.pop(0) if self.words else ""
        drawn = () if words else (Drawn(self.content, f"told: {request.prompt}", "generate"),)
        yield Reply(f"resp_{number}", words, drawn, MAIN, ToolTokens(USAGE) if drawn else None)

    async def recover(self, response_id: str) -> Reply:
        """The same of a turn that was asked for before a restart."""
        return Reply(response_id, "", (Drawn(self.content),), MAIN, ToolTokens(USAGE))


class House:
    """A server with a channel, members and the bot. `restart` is a new process on the same data.

    Attributes:
        expected: what the bot may raise in this test; anything else fails it at the end.
    """

    def __init__(self, painter: Painter, directory: Path, settings: dict[str, Any]) -> None:
        self.painter = painter
        self.directory = directory
        self._settings = settings
        self.process = AsyncExitStack()
        self.services: Services
        self.bot: AtelierBot
        self.env: simcord.Env
        self.expected: tuple[type[Exception], ...] = (UserFacingError,)

    async def open(self) -> None:
        settings = settings_for(self.directory, **self._settings)
        self.services = await self.process.enter_async_context(wiring.open_services(settings))
        self.bot = AtelierBot(self.services)
        studio: Any = self.services.studio
        queue = studio._queue
        take = queue.take
        # SimCord waits for all that the bot does; that nobody's turn has come is no work.
        queue.take = lambda: self.env.external_wait(take(), reason="nobody's turn")

    async def close(self) -> None:
        await self.services.studio.drain(5)
        await self.bot.desk.close()
        await self.process.aclose()

    async def restart(self) -> None:
        await self.env.settle()
        await self.close()
        await self.open()
        await self.env.restart_bot(self.bot)

    def furnish(self, env: simcord.Env) -> None:
        self.env = env
        server = env.create_guild("Atelier")
        plain = discord.Permissions(
            view_channel=True, send_messages=True, read_message_history=True, use_application_commands=True
        )
        self.server = server
        self.channel = server.create_text_channel("studio")
        moderating = server.create_role("moderators", permissions=plain | discord.Permissions(manage_messages=True))
        self.mia = server.add_member(env.create_user("mia"))
        self.ben = server.add_member(env.create_user("ben"))
        self.moderator = server.add_member(env.create_user("ada"), roles=[moderating])
        leading = server.create_role("leads", permissions=plain | discord.Permissions(manage_guild=True))
        self.lead = server.add_member(env.create_user("lea"), roles=[leading])

    @property
    def posted(self) -> list[discord.Message]:
        """The results in the channel: regular messages with files, but for what a question shows."""
        return [message for message in self.channel.history(viewer=self.ben) if shows_pictures(message)]

    @property
    def callbacks(self) -> list[int]:
        """The types of the first answers to all interactions so far, in order."""
        return [each.json["type"] for each in self.env.http_requests if each.json and each.path.endswith("/callback")]

    async def imagine(self, **options: Any) -> simcord.InteractionResult:  # noqa: ANN401 - the command's options
        """Mia draws."""
        return await self.mia.slash(self.channel, "imagine", **{"prompt": "a red fox", **options})

    def unexpected(self) -> list[BaseException]:
        """What the bot raised that this test does not expect."""
        roots = [each.original if isinstance(each, CommandInvokeError) else each for each in self.env.errors]
        return [each for each in roots if not isinstance(each, self.expected)]


def shows_pictures(message: discord.Message) -> bool:
    """Whether a message shows more than the sheet of a question."""
    return any(each.filename != SHEET_NAME for each in message.attachments)


def named(find: Any) -> Callable[..., Any]:  # noqa: ANN401 - a function that SimCord keeps to itself
    """As SimCord finds a component by its label; people leave out the price that stands on a button."""

    def found(rows: list[dict[str, Any]], *, label: str | None, **others: Any) -> Any:  # noqa: ANN401 - parts of JSON
        shown = [str(one.get("label")) for row in rows for one in row.get("components", [])]
        priced = [each for each in shown if each.partition(" · ")[0] == label]
        return find(rows, label=label if label in shown or not priced else priced[0], **others)

    return found


async def _sync_once_a_process(bot: AtelierBot) -> None:
    """Discord knows our commands as from an earlier start: to tell it was most of what a start costs."""
    http: Any = bot.http
    backend = http.backend
    if not _registered:
        await _sync_commands(bot)
        _registered.update(backend.commands[None])
    ours = {"application_id": str(backend.application_id)}
    backend.commands[None] = {name: command | ours for name, command in _registered.items()}


@asynccontextmanager
async def open_house(
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    registered: bool = True,
    **settings: Any,  # noqa: ANN401 - by their names in the environment
) -> AsyncGenerator[House]:
    """The house, open, in a Discord that knows our commands or not; at its end nothing unexpected was raised."""
    painter = Painter()

    def engage(*_: object) -> Painter:
        return painter

    monkeypatch.setattr(wiring, "OpenAIImages", engage)
    monkeypatch.setattr(stars, "INTERVAL", 0.0)
    monkeypatch.setattr(job_runner, "REFRESH", WEEK)  # SimCord's clock stands: ten seconds later it would ring for ever
    start_quickly(monkeypatch)
    if registered:
        monkeypatch.setattr(AtelierBot, "_sync_commands", _sync_once_a_process)
    actors: Any = simcord.actors
    monkeypatch.setattr(actors, "_find_component", named(actors._find_component))
    house = House(painter, directory, settings)
    await house.open()
    try:
        env = house.env = PatientEnv(house.bot, check_errors=False)
        clock: Any = env.backend.clock
        clock._epoch = datetime.now(UTC)  # tokens live by the time of the day
        await env.start()
        try:
            with env.time_context():
                house.furnish(env)
                await env.settle()
                yield house
                await env.settle()
                assert house.unexpected() == []
        finally:
            await house.close()
            await env.shutdown()
    finally:
        await house.process.aclose()


async def rule(house: House, **says: Any) -> None:  # noqa: ANN401 - fields of a rule
    """Let a lead bind everybody."""

    def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
        bound = RoleRule(role_id=house.server.id, **says)
        return replace(policy, roles=(bound,)), Decision(1, 1, "studio rule", "", "", "")

    await house.services.policies.change(house.server.id, alter)


async def set_server(house: House, choices: DefaultChoices) -> None:
    """Let a lead have chosen what is usual."""

    def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
        return replace(policy, defaults=choices), Decision(1, 1, "studio defaults", "", "", "")

    await house.services.policies.change(house.server.id, alter)


def interaction_of(answer: simcord.InteractionResult) -> Any:  # noqa: ANN401 - SimCord keeps its type to itself
    """The interaction behind an answer: its id and its token."""
    inside: Any = answer
    return inside._interaction
