"""INTERACTION_CREATE: what the bot is told when a member does something.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.world.events import Event
from bot.sandbox.discord.world.invocations import Invocation, InvocationKind
from bot.sandbox.discord.world.message_views import owners_view
from bot.sandbox.discord.world.views import bits, channel_view, member_view, user_view

if TYPE_CHECKING:
    from bot.sandbox.discord.people.server_side import ServerSide
    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.discord.world.model import Channel, Message
    from bot.sandbox.discord.world.records import User


def begin(
    server_side: ServerSide,
    user: User,
    channel: Channel,
    kind: InvocationKind,
    data: Json,
    *,
    name: str,
    source: Message | None = None,
    opened_by: Invocation | None = None,
    command_type: int | None = None,
) -> Invocation:
    """Begin an interaction and send it to the bot."""
    world = server_side.world
    invocation = Invocation(
        id=world.snowflakes.next(),
        token=world.new_token(),
        kind=kind,
        name=name,
        user=user,
        channel=channel,
        upload_limit=server_side.upload_limit(user, channel),
        began_at=world.clock.now(),
        first_answer_seconds=world.options.first_answer_seconds,
        clock=world.clock,
        until=world.changes.until,
        source=source,
        opened_by=opened_by,
        command_type=command_type,
        data=data,
    )
    payload = _payload(server_side, invocation, data)
    world.begin(invocation)
    world.dispatch(Event("INTERACTION_CREATE", lambda _: payload))
    return invocation


def _payload(server_side: ServerSide, invocation: Invocation, data: Json) -> Json:
    world, channel, user = server_side.world, invocation.channel, invocation.user
    permissions = bits(channel.permissions_of(user))
    payload: Json = {
        "id": str(invocation.id),
        "application_id": str(world.bot.id),
        "type": int(invocation.kind),
        "token": invocation.token,
        "version": 1,
        "channel_id": str(channel.id),
        "channel": channel_view(channel, world.bot) | {"permissions": permissions},
        "app_permissions": bits(channel.permissions_of(world.bot)),
        "locale": user.locale,
        "entitlements": [],
        "authorizing_integration_owners": owners_view(channel.guild.id if channel.guild else None),
        "context": 0 if channel.guild else 1,
        "attachment_size_limit": invocation.upload_limit,
        "data": data,
    }
    if channel.guild:
        guild_id = str(channel.guild.id)
        payload |= {
            "guild_id": guild_id,
            "guild": {"id": guild_id, "locale": channel.guild.locale, "features": []},
            "guild_locale": channel.guild.locale,
            "member": member_view(channel.guild.members[user.id]) | {"permissions": permissions},
        }
    else:
        payload["user"] = user_view(user)
    shows_message = invocation.kind in {InvocationKind.COMPONENT, InvocationKind.MODAL}
    if invocation.source is not None and shows_message:
        payload["message"] = world.views.full(invocation.source)
    return payload
