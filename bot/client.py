"""AtelierBot: intents, the command tree, cogs, services, the first moments after the gateway opens."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
import re
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route
from typing_extensions import override

from bot.config import proxy_of
from bot.delivery.greetings import Greetings
from bot.delivery.log_channel import LogChannel
from bot.discord_retries import PROBLEMS, Repeats
from bot.discord_ui.buttons import once
from bot.discord_ui.commands import CommandLinks, CommandTranslator
from bot.discord_ui.front_desk import FrontDesk
from bot.discord_ui.intake import Intake
from bot.discord_ui.interactions import AtelierClient, AtelierTree, Untold
from bot.discord_ui.more_menu import MoreButton, MoreSelect
from bot.discord_ui.questions import Questions
from bot.discord_ui.routes import Routes
from bot.discord_ui.rows import More, ResultButtons
from bot.errors import DatabaseError
from bot.language import catalogs_digest
from bot.memory import keep_all, loading
from bot.presentation.log_channel import trouble_text
from bot.services.background import Background

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.services.calendar import TrueClock
    from bot.services.jobs import LastSeen
    from bot.wiring import Services

COGS = (
    "cogs.imagine",
    "cogs.edit",
    "cogs.gallery",
    "cogs.stars",
    "cogs.history",
    "cogs.converse",
    "cogs.prompts",
    "cogs.presets",
    "cogs.settings",
    "cogs.usage",
    "cogs.increases",
    "cogs.studio",
    "cogs.quota",
    "cogs.help",
)
COMMANDS_HASH = "commands_hash"  # begins the key under which the last synced payload is remembered
LOOKING = 3.0  # seconds at the start in which a channel is to show our own messages
CLOSING_SOCKET = 5.0  # seconds that a forgotten socket may take to close
LOOKED_THROUGH = 50  # of its messages
OF_PICTURES = re.compile(r'"custom_id": "(?:edit|again|vary|finish|more):([0-9]{1,18})~?"')  # what stands under results
TIMED_EVENTS = ("interaction", "message")  # whose first argument has an id made by Discord a moment ago
FAREWELL = (1000).to_bytes(2, "big")  # the code of a close frame
GUILD_READY_TIMEOUT = 0.2  # seconds to wait for one more server at the start; 2 by default

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here

_log = structlog.stdlib.get_logger(__name__)


def point_at(settings: Settings) -> None:
    """Let discord.py speak to the addresses of the settings; the public ones where nothing is set.

    Raises:
        ConfigurationError: the environment names a proxy that cannot be used.
    """
    proxy_of(settings.openai_base_url)
    if settings.discord_api_url is not None:
        Route.BASE = settings.discord_api_url
    if settings.discord_gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)


def _listening(clock: TrueClock, repeats: Repeats) -> aiohttp.TraceConfig:
    """Has the clock told of the date of every answer of Discord's own; files come from caches, and from elsewhere.

    And `repeats` of every request.
    """

    async def began(_session: object, _context: object, sent: aiohttp.TraceRequestStartParams) -> None:
        repeats.sent(sent.url.path)

    async def ended(_session: object, _context: object, answered: aiohttp.TraceRequestEndParams) -> None:
        date = answered.response.headers.get("Date")
        if date is not None and str(answered.url).startswith(Route.BASE):
            with suppress(ValueError):
                clock.told(parsedate_to_datetime(date).timestamp())

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(began)
    trace.on_request_end.append(ended)
    return trace


def close_left_sockets(http: HTTPClient) -> None:
    """Close the gateway's socket before another is opened.

    Where a connection breaks between Discord's hello and our answer, discord.py 2.7.1 forgets the socket open.
    """
    connect = http.ws_connect
    last: aiohttp.ClientWebSocketResponse | None = None

    async def connect_anew(url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        nonlocal last
        if last is not None:
            with suppress(Exception):  # whatever is left of it
                async with asyncio.timeout(CLOSING_SOCKET):
                    await last.close()
        last = await connect(url, compress=compress)
        return last

    http.ws_connect = connect_anew  # type: ignore[method-assign]  # the only place where it is opened


class AtelierBot(AtelierClient):
    """The bot, without its commands: those come with the cogs, which take what they need from `services`."""

    def __init__(self, services: Services) -> None:
        repeats = Repeats()
        intents = discord.Intents(
            guilds=True, guild_messages=True, dm_messages=True, message_content=services.settings.message_content
        )
        super().__init__(
            command_prefix=(),
            help_command=None,
            intents=intents,
            tree_cls=AtelierTree,
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=GUILD_READY_TIMEOUT,
            http_trace=_listening(services.clock, repeats),
            proxy=proxy_of(Route.BASE),  # the gateway, too, is reached through it; an interaction's answers as well
            max_messages=None,  # nothing is looked up in discord.py's own message cache
        )
        close_left_sockets(self.http)
        self.services = services
        self._commands_changed = self._is_settled = self._is_stopping = self._is_leaving = False
        self.buttons, self.more, self.questions = ResultButtons(), More(), Questions()
        self.untold, self.routes = Untold(), Routes(once)
        self.add_listener(self.routes.follow, "on_interaction")
        self.repeats = repeats
        self.command_links = CommandLinks(self.tree, services.settings.sync_guild)
        self.greetings = Greetings(services.state, services.defaults)
        self.news = Background()  # what is told after a start, as long as the bot runs
        self.add_dynamic_items(MoreSelect, MoreButton)
        self.buttons.set_more(MoreSelect.of(self.more))
        self.desk = FrontDesk(self, services.errands, services.state, services.stores.books, services.clock)
        self.intake = Intake(
            self,
            services.studio,
            services.admission,
            services.catalog,
            services.requests,
            services.file_holds,
            self.buttons,
            services.budget_alerts,
            services.state,
            services.clock,
        )

    @override
    async def setup_hook(self) -> None:
        """Recover what an earlier process left, load the cogs, and tell Discord of the commands if they have changed.

        Logged in, but not connected: Discord has told the time, and nobody can ask for anything yet.
        """
        await self.services.restoration.look_around(self._highest_number)
        await self.services.recovery.settle()
        await self.desk.open()
        with loading():
            cogs = [importlib.import_module(name) for name in COGS]
        for cog in cogs:
            await cog.setup(self)
        await self._sync_commands()
        log_channel = LogChannel(self, self.services.clock)
        self.services.budget_alerts.speaker, self.services.account.speaker = log_channel, log_channel.tell_of_account
        self.services.studio.outage.speaker = log_channel.tell_of_outage
        self.services.restoration.speaker = log_channel.say
        self.services.month_news.speaker = log_channel.tell_of_month
        self.services.month_news.servers = lambda: [guild.id for guild in self.guilds if not guild.unavailable]
        self.services.stores.tell_lasting(lambda reason: self._tell_of_trouble(log_channel, reason))
        self.services.accounts.visibility.sole_server = lambda: len(self.guilds) == 1
        self.services.studio.start()

    async def _tell_of_trouble(self, log_channel: LogChannel, reason: str) -> None:
        """Tell the leads of every server, as far as they have a log channel, that nothing can be kept."""
        for guild in self.guilds:
            channel_id = (await self.services.policies.of(guild.id)).log_channel_id
            if channel_id is not None:
                await log_channel.say(guild.id, channel_id, trouble_text(reason))

    @override
    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """As discord.py; whatever people do tells the time, before anything is made of it. Bots are not heard."""
        if event_name in TIMED_EVENTS:
            self.services.clock.not_before(args[0].created_at.timestamp())
        if event_name == "message" and (args[0].author.bot or args[0].webhook_id is not None):
            return
        super().dispatch(event_name, *args, **kwargs)

    async def stop_news(self) -> None:
        """What a start does goes on no more, and no READY begins it again: the next start does it."""
        self._is_stopping = True
        await self.news.close()

    async def say_goodbye(self) -> bool:
        """Tell the gateway that we leave; False if there is no connection. The connection ends once it has answered.

        A connection that is cancelled drops its socket; what Discord sends just then takes the goodbye with it.
        """
        self._is_leaving = True
        ws = cast("DiscordWebSocket | None", self.ws)  # until the first connection
        if ws is None or not ws.open:
            return False
        with suppress(ConnectionError):  # lost by now: then its end is heard as well
            await ws.socket.send_frame(FAREWELL, aiohttp.WSMsgType.CLOSE)
        return True

    @override
    def is_closed(self) -> bool:
        """As discord.py; also once we have said goodbye: it connects no more."""
        return self._is_leaving or super().is_closed()

    def stop_waiting_for_servers(self) -> None:
        """Before the connection ends: discord.py would go on waiting, and call a client that is closed ready."""
        state: Any = self._connection
        waiting: asyncio.Task[None] | None = state._ready_task  # noqa: SLF001 - nothing else cancels it
        if waiting is not None:
            waiting.cancel()

    async def on_ready(self) -> None:
        """Go on with what an earlier process left; nothing after a reconnection."""
        if not self._is_stopping:
            self.news.begin(self._go_on(), "ready")  # and not here: a stop could not wait for its end

    async def _go_on(self) -> None:
        left_over = await self.services.recovery.resume(self.intake.reopen)
        self.desk.tell_left_over()
        self.services.budget_alerts.tell_soon()
        self.services.increase_notices.tell_soon()
        self.services.month_news.begin()
        self.services.gallery_posts.post_all_soon()
        if not self._is_settled:  # what is alive at a later READY may well become garbage
            self._is_settled = True
            keep_all()
        _log.info("ready", servers=len(self.guilds), resumed=left_over)
        if (refusal := self.services.account.refusal) is not None:
            _log.error("no picture can be made: the image API refuses the account", code=refusal.code)
        await self._tell_of_news()

    async def _tell_of_news(self) -> None:
        """Tell leads of a restored database, and greet new servers; take back commands that would stand twice."""
        try:
            await self.services.restoration.tell_leads()
            if self._commands_changed and self.services.settings.sync_guild is None:
                self._commands_changed = False
                for guild in self.guilds:
                    await self._take_back_commands(guild)
            await self.greetings.started(self.guilds)
        except DatabaseError as problem:  # members are served all the same
            self.services.stores.books.note(problem)
            _log.warning("not told what is new; the next start will", reason=problem.reason)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Say once what the bot does."""
        await self.greetings.joined(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Back after an outage of Discord's: nothing is new there."""
        await self.greetings.came_back(guild)

    async def _highest_number(self, seen: LastSeen) -> int:
        """The highest number of a picture under messages of ours, in a channel behind a message; 0 if there is none."""
        try:
            async with asyncio.timeout(LOOKING):
                messages = await self.http.logs_from(seen.channel_id, LOOKED_THROUGH, after=seen.after)
        except PROBLEMS as error:
            _log.info("own messages not looked up", channel=seen.channel_id, reason=repr(error))
            return 0
        ours = [message for message in messages if int(message["author"]["id"]) == self.bot_id]
        found = OF_PICTURES.findall(json.dumps([message.get("components", []) for message in ours]))
        return max(map(int, found), default=0)

    async def _sync_commands(self) -> None:
        """Discord allows few changes of commands a day: they are sent only when they differ from the last time."""
        sync_guild = self.services.settings.sync_guild
        guild = None if sync_guild is None else discord.Object(sync_guild)
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands(guild=guild)]
        told = json.dumps([payload, catalogs_digest()], sort_keys=True)
        digest = hashlib.sha256(told.encode()).hexdigest()
        key = self._commands_key(guild)
        if await self.services.state.get(key) == digest:
            return
        await self.tree.set_translator(CommandTranslator())
        await self.tree.sync(guild=guild)
        await self.tree.set_translator(None)  # and with it go the catalogs
        if guild is not None:
            await self._take_back_commands(None)
        self._commands_changed = True
        await self.services.state.put(key, digest)
        _log.info("commands synced", count=len(payload))

    async def _take_back_commands(self, guild: discord.abc.Snowflake | None) -> None:
        """Empty the other scope: a command that is registered in one server and for all stands there twice.

        https://github.com/discord/discord-api-docs/issues/3885
        """
        try:
            if not await self.tree.fetch_commands(guild=guild):
                return
            application_id = self.application_id or 0
            if guild is None:
                await self.http.bulk_upsert_global_commands(application_id, [])
            else:
                await self.http.bulk_upsert_guild_commands(application_id, guild.id, [])
        except PROBLEMS as error:
            _log.warning("older commands not taken back", server=guild and guild.id, reason=repr(error))
        else:
            await self.services.state.put(self._commands_key(guild), "")  # to be told anew, should they come back
            _log.info("older commands taken back", server=guild and guild.id)

    def _commands_key(self, guild: discord.abc.Snowflake | None) -> str:
        return f"{COMMANDS_HASH}:{self.application_id}:{'global' if guild is None else guild.id}"
