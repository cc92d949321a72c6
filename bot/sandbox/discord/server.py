"""The local Discord as a whole: started, used and closed as one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from aiohttp import web

from bot.http_server import LOOPBACK, HttpServer
from bot.sandbox.discord.faults import Faults
from bot.sandbox.discord.gateway.gateway import Gateway
from bot.sandbox.discord.messages.message_service import MessageService
from bot.sandbox.discord.people.server import Server
from bot.sandbox.discord.people.server_side import ServerSide
from bot.sandbox.discord.people.sight import Sight
from bot.sandbox.discord.rest.account import AccountRoutes
from bot.sandbox.discord.rest.callbacks import CallbackRoutes
from bot.sandbox.discord.rest.channels import ChannelRoutes
from bot.sandbox.discord.rest.files import FileRoutes
from bot.sandbox.discord.rest.guilds import GuildRoutes
from bot.sandbox.discord.rest.request_pipeline import PREFIX, RequestPipeline
from bot.sandbox.discord.rest.threads import ThreadRoutes
from bot.sandbox.discord.rest.webhooks import WebhookRoutes
from bot.sandbox.discord.storage import Storage
from bot.sandbox.discord.wire.clock import WAIT
from bot.sandbox.discord.wire.rate_limits import Buckets
from bot.sandbox.discord.wire.traffic import Traffic
from bot.sandbox.discord.world.commands import Commands
from bot.sandbox.discord.world.options import Options
from bot.sandbox.discord.world.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.discord.rest.routes import Route
    from bot.sandbox.discord.wire.clock import Clock
    from bot.sandbox.discord.world.changes import ChangeStream
    from bot.sandbox.discord.world.invocations import Invocation
    from bot.sandbox.discord.world.records import Emoji, User

GATEWAY_PATH = "/gateway"
FIRST_CHANNELS = ("studio", "random")


class SandboxDiscord:
    """A Discord on this machine: gateway, HTTP interface, file downloads, and people to act on it.

    Example:
        async with SandboxDiscord() as discord:
            discord.http.Route.BASE = sandbox.api_url        # in discord.py 2.7.1, before login
            mia = discord.server.add_member("Mia")
            invocation = await mia.slash("imagine", prompt="a fox", image1=Upload("fox.png", png))
            picture = await invocation.shown()

    Attributes:
        server: the server that stands ready, with the channels ``studio`` and ``random``.
        gateway: WebSocket sessions, and troubles for them on demand.
        commands: what the bot registered; ``commands.puts`` counts its syncs.
        faults: HTTP troubles on demand.
        traffic: the record of every HTTP request.
        clock: put it forward with ``clock.advance(seconds)``; see there what that changes.
        bot: the bot's account.

    Raises:
        OperatorError: what is kept in the options' folder cannot be used; nothing in it was changed.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.faults = Faults()
        self.traffic = Traffic(self.options.remembered_requests)
        self._world = World(self.options)
        folder = self.options.folder
        self._storage = None if folder is None else Storage(folder, self._world)
        if self._storage is not None:
            self._world.keep = self._storage.files.keep
        self.clock: Clock = self._world.clock
        self.bot: User = self._world.bot
        self.commands = Commands(self._world.snowflakes, self.bot.id)
        self.gateway = Gateway(self._world)
        self._desk = MessageService(self._world)
        self._server_side = ServerSide(self._world, self._desk, self.commands)
        self.servers: list[Server] = [Server.of(self._server_side, guild) for guild in self._world.guilds.values()]
        self.server = self.servers[0] if self.servers else self.add_server(self.options.server_name, FIRST_CHANNELS)
        self._http = HttpServer()

    @property
    def is_new(self) -> bool:
        """Whether it begins, and does not go on from what was kept."""
        return self._storage is None or self._storage.is_new

    @property
    def token(self) -> str:
        """The bot token that is accepted."""
        return self._world.token

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return self._world.links.origin

    @property
    def invocations(self) -> list[Invocation]:
        """Everything that members asked the bot for, oldest first."""
        return list(self._world.invocations.values())

    @property
    def api_url(self) -> str:
        """What ``DISCORD_API_URL`` has to be: ``http://127.0.0.1:PORT/api/v10``."""
        return f"{self.url}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        """What ``DISCORD_GATEWAY_URL`` has to be: ``ws://127.0.0.1:PORT/gateway``."""
        return self.gateway.url

    def add_server(
        self,
        name: str,
        channels: tuple[str, ...] = ("general",),
        *,
        furnish: Callable[[Server], object] | None = None,
    ) -> Server:
        """Another server with the bot in it; a connected bot is told, after `furnish` has arranged it."""
        guild = self._world.add_guild(name)
        for channel in channels:
            self._world.add_channel(guild, channel)
        server = Server(self._server_side, guild)
        self.servers.append(server)
        if furnish is not None:
            furnish(server)
        server.announce()
        return server

    def emoji(self, number: int) -> Emoji | None:
        """A custom emoji of any server."""
        emojis = (emoji for guild in self._world.guilds.values() for emoji in guild.emojis)
        return next((emoji for emoji in emojis if emoji.id == number), None)

    def changes(self) -> ChangeStream:
        """Everything that happens from now on: ``async for change in discord.changes()``."""
        return self._world.changes.watch()

    def sight(self, user: User) -> Sight:
        """What somebody's client is shown, as the chat page draws it."""
        return Sight(self._server_side, user)

    async def until(self, predicate: Callable[[], object], timeout: float = WAIT) -> None:  # noqa: ASYNC109 - as asyncio.wait_for
        """Wait until the predicate holds; it is asked again after every change and every served request.

        Raises:
            TimeoutError: it did not hold within so many seconds.
        """
        await self._world.changes.until(predicate, timeout)

    async def bot_ready(self, timeout: float = WAIT) -> None:  # noqa: ASYNC109 - as asyncio.wait_for
        """Wait until a bot is connected.

        Raises:
            TimeoutError: none was within so many seconds.
        """
        await self.until(lambda: self.gateway.connected, timeout)

    async def start(self) -> None:
        """Bind the port and serve; what is kept is kept from now on. `async with` does it."""
        if self._storage is not None:
            self._storage.begin(self.commands)
        port = await self._http.open(self._application(), LOOPBACK, self.options.port)
        self._world.links.origin = f"http://{LOOPBACK}:{port}"
        self.gateway.url = f"ws://{LOOPBACK}:{port}{GATEWAY_PATH}"

    async def close(self) -> None:
        """Cut everybody off and free the port."""
        await self.gateway.close()
        await self._http.close()
        self._world.changes.close()
        if self._storage is not None:
            self._storage.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _application(self) -> web.Application:
        entrance = RequestPipeline(self._world, self.faults, self.traffic)
        application = web.Application()
        application.router.add_get(GATEWAY_PATH, self.gateway.serve)
        application.router.add_get(f"{GATEWAY_PATH}/", self.gateway.serve)
        for route in FileRoutes(self._world).routes():
            application.router.add_route(route.method, route.path, entrance.handler(route))
        for route in self._api_routes():
            application.router.add_route(route.method, PREFIX + route.path, entrance.handler(route))
        application.router.add_route("*", f"{PREFIX}/{{rest:.*}}", entrance.unknown)
        return application

    def _api_routes(self) -> list[Route]:
        buckets = Buckets(self.clock)
        limits = self.options.rate_limits
        return [
            *AccountRoutes(self._world, self.commands, self.gateway).routes(),
            *GuildRoutes(self._world).routes(),
            *ChannelRoutes(self._world, self._desk, buckets, limits).routes(),
            *ThreadRoutes(self._world, self._desk).routes(),
            *CallbackRoutes(self._world, self._desk).routes(),
            *WebhookRoutes(self._world, self._desk, buckets, limits).routes(),
        ]
