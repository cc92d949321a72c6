"""Who the bot is, where the gateway is, and which commands it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.commands import type_of
from bot.sandbox.discord.rest.routes import NO_CONTENT, Call, Reply, Route
from bot.sandbox.discord.wire.json_values import Json, as_id, as_objects
from bot.sandbox.discord.wire.refusals import Refusal, unknown_user
from bot.sandbox.discord.world.changes import ChangeKind
from bot.sandbox.discord.world.views import channel_view, own_account_view, user_view

if TYPE_CHECKING:
    from bot.sandbox.discord.gateway.gateway import Gateway
    from bot.sandbox.discord.world.commands import Commands
    from bot.sandbox.discord.world.world import World

_NO_KEY = "0" * 64  # interactions come over the gateway, so nothing is ever signed with it


class AccountRoutes:
    """``/users/@me``, ``/applications`` and ``/gateway``."""

    def __init__(self, world: World, commands: Commands, gateway: Gateway) -> None:
        self._world = world
        self._commands = commands
        self._gateway = gateway

    def routes(self) -> list[Route]:
        """The routes."""
        own = "/applications/{application}"
        return [
            Route("GET", "/users/@me", self._me),
            Route("POST", "/users/@me/channels", self._open_direct_channel),
            Route("GET", "/users/{user}", self._user),
            Route("GET", "/oauth2/applications/@me", self._application),
            Route("GET", "/applications/@me", self._application),
            Route("GET", "/gateway", self._gateway_url, needs_token=False),
            Route("GET", "/gateway/bot", self._gateway_for_bot),
            Route("GET", f"{own}/commands", self._list_commands),
            Route("PUT", f"{own}/commands", self._put_commands),
            Route("GET", f"{own}/guilds/{{guild}}/commands", self._list_commands),
            Route("PUT", f"{own}/guilds/{{guild}}/commands", self._put_commands),
            *self._routes_of_one(f"{own}/commands"),
            *self._routes_of_one(f"{own}/guilds/{{guild}}/commands"),
        ]

    def _routes_of_one(self, base: str) -> list[Route]:
        one = f"{base}/{{command}}"
        return [
            Route("POST", base, self._add_command),
            Route("GET", one, self._get_command),
            Route("PATCH", one, self._change_command),
            Route("DELETE", one, self._remove_command),
        ]

    async def _me(self, _: Call) -> Reply:
        return Reply(own_account_view(self._world.bot))

    async def _user(self, call: Call) -> Reply:
        user = self._world.users.get(call.id("user") or 0)
        if user is None:
            raise unknown_user()
        return Reply(user_view(user))

    async def _open_direct_channel(self, call: Call) -> Reply:
        user = self._world.users.get(as_id(call.fields.get("recipient_id")) or 0)
        if user is None or user.bot:
            raise unknown_user()
        return Reply(channel_view(self._world.direct_channel(user)))

    async def _application(self, _: Call) -> Reply:
        bot = self._world.bot
        application: Json = {
            "id": str(bot.id),
            "name": bot.name,
            "icon": None,
            "description": "",
            "summary": "",
            "type": None,
            "bot": user_view(bot),
            "bot_public": True,
            "bot_require_code_grant": False,
            "hook": True,
            "is_monetized": False,
            "storefront_available": False,
            "integration_types_config": {"0": {}},
            "verify_key": _NO_KEY,
            "flags": 0,
            "flags_new": "0",
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "owner": user_view(self._world.operator),
            "approximate_guild_count": len(self._world.guilds),
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "team": None,
            "eligible_oauth2_scopes": [],
        }
        return Reply(application)

    async def _gateway_url(self, _: Call) -> Reply:
        return Reply({"url": self._gateway.url})

    async def _gateway_for_bot(self, _: Call) -> Reply:
        starts = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return Reply({"url": self._gateway.url, "shards": 1, "session_start_limit": starts})

    async def _list_commands(self, call: Call) -> Reply:
        return Reply(self._commands[self._scope(call)])

    async def _put_commands(self, call: Call) -> Reply:
        registered = self._commands.replace(self._scope(call), as_objects(call.body))
        self._commands.puts += 1
        self._world.announce(ChangeKind.COMMANDS_REGISTERED, by=self._world.bot)
        return Reply(registered)

    async def _add_command(self, call: Call) -> Reply:
        """One command more, or another in the place of the one that is called the same."""
        scope = self._scope(call)
        key = (type_of(call.fields), call.fields.get("name"))
        others = [one for one in self._commands[scope] if (one["type"], one["name"]) != key]
        is_new = len(others) == len(self._commands[scope])
        registered = self._commands.replace(scope, [*others, call.fields])
        return Reply(registered[-1], 201 if is_new else 200)

    async def _get_command(self, call: Call) -> Reply:
        return Reply(self._command(call))

    async def _change_command(self, call: Call) -> Reply:
        scope, changed = self._scope(call), self._command(call)
        commands = [one | call.fields if one is changed else one for one in self._commands[scope]]
        position = self._commands[scope].index(changed)
        return Reply(self._commands.replace(scope, commands)[position])

    async def _remove_command(self, call: Call) -> Reply:
        scope, gone = self._scope(call), self._command(call)
        self._commands.replace(scope, [one for one in self._commands[scope] if one is not gone])
        return NO_CONTENT

    def _command(self, call: Call) -> Json:
        for command in self._commands[self._scope(call)]:
            if command["id"] == call.parameters["command"]:
                return command
        raise Refusal(404, 10063, "Unknown application command")

    def _scope(self, call: Call) -> int | None:
        """The server whose commands are meant; None for the global ones."""
        if call.id("application") != self._world.bot.id:
            raise Refusal(403, 20012, "You are not authorized to perform this action on this application")
        return self._world.guild(call.id("guild")).id if "guild" in call.parameters else None
