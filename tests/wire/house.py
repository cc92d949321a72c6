"""The bot and both sandboxes in one process: how a test opens them, waits, and reads what came of it."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from bot.config import GivenSettings
from bot.running import run
from bot.sandbox.conversations import SandboxOpenAI
from bot.sandbox.discord import Options, RateLimits, SandboxDiscord
from bot.sandbox.images import ImageOptions
from bot.storage.database.sqlite import sqlite3
from bot.storage.ledger.report import read_report
from tests.wire.transcript import transcript

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Settings
    from bot.sandbox.discord import Channel, Exchange, Invocation, Member, Message
    from bot.storage.ledger.report import Report, ReportedJob

PATIENCE = 300.0  # seconds; a test that waits longer has found something, however slow the machine is
GRACE = 5.0  # seconds that running jobs get when the bot is stopped
PROGRESS = ("🎨", "⏳", "⏸️", "✨", "🔎")  # how an answer begins that is not the end
FAST = ImageOptions(pace=0.0, most_partials=0, canned_bytes=1)
FIRST_ANSWER = 120.0  # seconds that an interaction waits here for its first answer, for a slow machine's sake
NO_RATE_LIMITS = Options(rate_limits=RateLimits.off(), first_answer_seconds=FIRST_ANSWER)


class OpenHouse(Protocol):
    """Opens a house without a bot; it is closed, and its traffic checked, at the end of the test."""

    async def __call__(self, discord: Options | None = None, images: ImageOptions | None = None) -> House:
        """`House`, entered."""
        ...


class House:
    """A Discord, an image API, a data directory, and the bot between them.

    Attributes:
        gate: closed, no picture is painted and no words are said: every call stays in mid-job.
        ready: whether the bot has gone on with what an earlier one left.
        complaints: what the event loop was told of exceptions that nobody took.
    """

    def __init__(
        self, discord: Options | None = None, images: ImageOptions | None = None, data_dir: Path | None = None
    ) -> None:
        self.discord = SandboxDiscord(discord or NO_RATE_LIMITS)
        self.images = SandboxOpenAI(images or FAST)
        self.data_dir = data_dir or Path(tempfile.mkdtemp(prefix="atelier-wire-"))
        self.gate = asyncio.Event()
        self.gate.set()
        self.complaints: list[str] = []
        self.ready = asyncio.Event()
        self._stop = asyncio.Event()
        self._bot: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: self.complaints.append(f"{context['message']}: {context.get('exception')!r}")
        )
        await self.discord.start()
        await self.images.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gate.set()
        await self.stop_bot()
        await self.images.__aexit__()
        await self.discord.close()

    def settings(self, **given: object) -> Settings:
        """What the bot is set up with; `given` by the names of the environment."""
        values: dict[str, Any] = {**self.environment(), **given}
        return GivenSettings(**values)

    def environment(self) -> dict[str, str]:
        """The settings that point the bot at this house."""
        return {
            "DISCORD_TOKEN": self.discord.token,
            "OPENAI_API_KEY": self.images.api_key,
            "OPENAI_BASE_URL": self.images.base_url,
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "ATELIER_DATA_DIR": str(self.data_dir),
        }

    async def start_bot(self, **given: object) -> None:
        """Start the bot with `settings(**given)` and wait until it is connected."""
        await self.start_with(self.settings(**given))

    async def start_with(self, settings: Settings) -> None:
        """Start the bot and wait until it is connected. Raises what it ended with, if it ended."""
        self._stop = asyncio.Event()
        self.ready.clear()
        bot = self._bot = asyncio.create_task(run(settings, self._stop, GRACE))
        ready = asyncio.create_task(self.discord.bot_ready(PATIENCE))
        await asyncio.wait({bot, ready}, return_when=asyncio.FIRST_COMPLETED)
        if bot.done():
            self._bot = None
            ready.cancel()
            bot.result()
        await ready

    def begin_to_stop(self) -> None:
        """Ask the bot to stop, as SIGTERM does."""
        self._stop.set()

    async def stop_bot(self) -> None:
        """Stop the bot and wait for its end; nothing if it does not run."""
        bot, self._bot = self._bot, None
        if bot is not None:
            # discord.py complains if it is closed in the moment between its connection and `on_ready`.
            ready = asyncio.create_task(self.ready.wait())
            await asyncio.wait({bot, ready}, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            self._stop.set()
            await asyncio.wait_for(bot, PATIENCE)

    async def restart_bot(self, **given: object) -> None:
        """Stop the bot and start it again on the same data directory."""
        await self.stop_bot()
        await self.start_bot(**given)

    def repeat_last_event(self, name: str) -> None:
        """Send the newest event of this name once more, as a gateway may after a resumed session."""
        (session,) = self.discord.gateway.sessions
        events = [event for event in session.missed_since(0) if event["t"] == name]
        session.dispatch(name, events[-1]["d"])

    # --- waiting -------------------------------------------------------------------------------------------------

    async def until(self, predicate: Callable[[], object], timeout: float = PATIENCE) -> None:  # noqa: ASYNC109 - as SandboxDiscord.until
        """Wait until the predicate holds; it is asked after whatever happens on Discord, and now and then."""
        async with asyncio.timeout(timeout):
            while not predicate():
                with suppress(TimeoutError):
                    await self.discord.until(predicate, 0.1)

    async def in_mid_job(self, calls: int = 1) -> None:
        """Wait until the image API has received so many calls."""
        await self.until(lambda: len(self.images.calls) >= calls)

    async def ended(self, *invocations: Invocation) -> None:
        """Wait until each of these was answered for good, with a result or with words."""
        await self.until(lambda: all(self.has_ended(invocation) for invocation in invocations))

    def has_ended(self, invocation: Invocation) -> bool:
        """Whether this was answered for good: its progress is not left standing beside the result."""
        response = invocation.response
        if response is None:
            return self.posted(invocation) is not None
        return not response.loading and not response.content.startswith(PROGRESS)

    # --- what came of it -----------------------------------------------------------------------------------------

    def posted(self, invocation: Invocation) -> Message | None:
        """The regular message that shows the result of this, wherever it was posted."""
        nonces = {str(invocation.id), f"{invocation.id}w"}  # of a picture; of words alone
        channels = [invocation.channel, *self._direct_channels(invocation)]
        found = [
            message
            for channel in channels
            for message in channel.messages
            if message.author is self.discord.bot and str(message.nonce) in nonces
        ]
        assert len(found) <= 1, f"posted {len(found)} times"
        return found[0] if found else None

    def _direct_channels(self, invocation: Invocation) -> list[Channel]:
        members = [member for server in self.discord.servers for member in server.members.values()]
        return [member.direct_channel for member in members if member.user is invocation.user]

    async def result(self, invocation: Invocation) -> Message:
        """Wait for the end, which is a regular message, and return it."""
        await self.ended(invocation)
        message = self.posted(invocation)
        assert message is not None, f"no result, but: {self.words(invocation)}"
        return message

    async def refusal(self, invocation: Invocation) -> str:
        """Wait for the end, which is words in the response, and return them."""
        await self.ended(invocation)
        assert self.posted(invocation) is None
        return self.words(invocation)

    def words(self, invocation: Invocation) -> str:
        """What the response says now; empty when there is none."""
        return invocation.response.content if invocation.response else ""

    async def imagine(self, member: Member, prompt: str = "a fox", **options: Any) -> Message:  # noqa: ANN401 - options of the command
        """Use /imagine and wait for the result."""
        return await self.result(await member.slash("imagine", prompt=prompt, **options))

    def ledger(self) -> Report:
        """The ledger as `atelier report` reads it."""
        return read_report(self.data_dir / "atelier.sqlite3", None, None)

    def jobs(self) -> tuple[ReportedJob, ...]:
        """Every job in the ledger, oldest first."""
        return self.ledger().jobs

    def states(self) -> list[str]:
        """The state of every job in the ledger, oldest first."""
        return [job.state for job in self.jobs()]

    def unanswered(self) -> int:
        """Requests in the database whose answer is not posted."""
        return self.count_requests("delivered_at IS NULL")

    def count_requests(self, condition: str) -> int:
        """Requests in the database of which this holds."""
        connection = sqlite3.connect(f"file:{self.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)
        try:
            sql = f"SELECT count(*) FROM requests WHERE {condition}"  # noqa: S608 - a test's own words
            ((count,),) = connection.execute(sql).fetchall()
        finally:
            connection.close()
        return int(count)

    def has_note(self, beginning: str) -> bool:
        """Whether the database keeps a note whose name begins so."""
        connection = sqlite3.connect(f"file:{self.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)
        try:
            found = connection.execute("SELECT 1 FROM state WHERE key LIKE ? || '%'", (beginning,)).fetchone()
        finally:
            connection.close()
        return found is not None

    def numbers(self) -> list[int]:
        """The numbers of all pictures in the database, in the order in which they were given."""
        connection = sqlite3.connect(f"file:{self.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)
        try:
            found = connection.execute("SELECT number FROM pictures ORDER BY created_at, job_id").fetchall()
        finally:
            connection.close()
        return [number for (number,) in found]

    def kept_files(self) -> list[Path]:
        """Every picture file in the data directory."""
        return sorted(path for path in (self.data_dir / "images").rglob("*") if path.is_file())

    def sends(self) -> list[Exchange]:
        """Every attempt to send a regular message."""
        return self.discord.traffic.search(r"^/channels/\d+/messages$", "POST")

    def edits(self) -> list[Exchange]:
        """Every attempt to edit a response."""
        return self.discord.traffic.search(r"^/webhooks/", "PATCH")

    def conversation(self) -> str:
        """What was said, asked, answered and billed, for whoever has to find out why a test failed."""
        return transcript(self.discord, self.images, self.data_dir, self.complaints)


OFFERED = [
    ["Edit", "Again", "Vary", "Finish", "Star"],
    ["⋯ More"],
]  # under every result that could be made in a higher quality


def buttons(message: Message) -> list[list[str]]:
    """The labels of a message's buttons and selects, row by row, without prices."""
    rows: list[Any] = list(message.components)
    return [
        [item.get("label", item.get("placeholder", "")).split(" · ")[0] for item in row["components"]] for row in rows
    ]


def labels(message: Message) -> list[str]:
    """The labels of all buttons under a message, with their prices."""
    rows: list[Any] = list(message.components)
    return [item["label"] for row in rows for item in row["components"] if "label" in item]


async def choose(member: Member, message: Message, value: str) -> Invocation:
    """Choose something behind ⋯ under a result."""
    rows: list[Any] = list(message.components)
    menu = next(item["custom_id"] for row in rows for item in row["components"] if "options" in item)
    return await member.select(message, menu, value)
