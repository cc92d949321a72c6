"""What stands around the messages, as JSON and back: accounts, servers, roles, channels, commands, the clock."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, TypeAlias

from bot.sandbox.discord.world.model import Channel, Guild, Membership, Overwrite, Role, ThreadState
from bot.sandbox.discord.world.permissions import Permission
from bot.sandbox.discord.world.records import ChannelKind, Emoji, User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.discord.world.commands import Commands
    from bot.sandbox.discord.world.records import Kept
    from bot.sandbox.discord.world.world import World

    FindFile: TypeAlias = Callable[[int, int], Kept]


def structure_told(world: World, commands: Commands) -> dict[str, Json]:
    """Everything but the messages, as JSON, in parts that change together."""
    channels = world.channels.values()
    clock = world.clock
    return {
        "time": {"last_id": world.snowflakes.last, "advanced": clock.advanced, "travelled": clock.travelled},
        "commands": {"lists": [[guild_id, listed] for guild_id, listed in commands.lists.items()]},
        "places": {
            "operator": world.operator.id,
            "bot": world.bot.id,
            "users": [asdict(user) for user in world.users.values()],
            "guilds": [_guild_told(guild) for guild in world.guilds.values()],
            "direct": [_channel_told(channel) for channel in channels if channel.recipient is not None],
        },
    }


def rebuild(world: World, parts: Mapping[str, Json], file: FindFile) -> None:
    """Make an empty world what it was; it has no messages yet. `file` finds a file by its id and size.

    Raises:
        LookupError: something is named that is not there.
        TypeError: something is not as it must be.
        ValueError: the same.
    """
    body, times = parts["places"], parts["time"]
    world.users.clear()
    for one in body["users"]:
        world.users[one["id"]] = User(**one)
    world.belong_to(world.users[body["operator"]], world.users[body["bot"]])
    world.clock.set(times["advanced"], times["travelled"])
    world.snowflakes.go_on_after(times["last_id"])
    for one in body["guilds"]:
        guild = _guild(one, world.users, file)
        world.guilds[guild.id] = guild
        world.channels.update((channel.id, channel) for channel in (*guild.channels, *guild.threads))
    for one in body["direct"]:
        world.channels[one["id"]] = _channel(one, None, world.users)


def commands_of(parts: Mapping[str, Json]) -> dict[int | None, list[Json]]:
    """The commands that were registered, by whose they are."""
    return dict(parts["commands"]["lists"])


def _guild_told(guild: Guild) -> Json:
    return {
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner_id,
        "roles": [asdict(role) for role in guild.roles],
        "channels": [_channel_told(channel) for channel in guild.channels],
        "threads": [_channel_told(thread) for thread in guild.threads],
        "members": [
            {"user": one.user.id, "joined_at": one.joined_at, "roles": [role.id for role in one.roles]}
            for one in guild.members.values()
        ],
        "emojis": [_emoji_told(emoji) for emoji in guild.emojis],
        "boost_tier": guild.boost_tier,
        "locale": guild.locale,
        "has_bot": guild.has_bot,
        "system_channel": guild.system_channel.id if guild.system_channel else None,
        "offered_to": sorted(guild.offered_to),
    }


def _emoji_told(emoji: Emoji) -> Json:
    size = emoji.picture.size if emoji.picture else None
    return {"id": emoji.id, "name": emoji.name, "animated": emoji.animated, "size": size}


def _guild(body: Json, users: Mapping[int, User], file: FindFile) -> Guild:
    roles: list[Role] = []
    for one in body["roles"]:
        role: Json = {**one, "permissions": Permission(one["permissions"])}
        roles.append(Role(**role))
    guild = Guild(body["id"], body["name"], body["owner_id"], roles)
    by_id = {role.id: role for role in roles}
    for one in body["members"]:
        user, own = users[one["user"]], [by_id[number] for number in one["roles"]]
        guild.members[user.id] = Membership(user, guild, one["joined_at"], own)
    guild.channels.extend(_channels(body["channels"], guild, users))
    guild.threads.extend(_channels(body["threads"], guild, users))
    for one in body["emojis"]:
        picture = None if one["size"] is None else file(one["id"], one["size"])
        guild.emojis.append(Emoji(one["id"], one["name"], one["animated"], picture))
    guild.boost_tier, guild.has_bot = body["boost_tier"], body["has_bot"]
    guild.locale = body.get("locale", guild.locale)  # not told by earlier versions
    guild.offered_to.update(body["offered_to"])
    guild.system_channel = next((one for one in guild.channels if one.id == body["system_channel"]), None)
    return guild


def _channels(bodies: list[Json], guild: Guild, users: Mapping[int, User]) -> Iterator[Channel]:
    """Channels, or threads once the channels are there; parents stand among one or the other."""
    made = {body["id"]: _channel(body, guild, users) for body in bodies}
    known = {channel.id: channel for channel in guild.channels} | made
    for body in bodies:
        channel = made[body["id"]]
        channel.parent = None if body["parent"] is None else known[body["parent"]]
        yield channel


def _channel_told(channel: Channel) -> Json:
    state = channel.thread
    return {
        "id": channel.id,
        "kind": int(channel.kind),
        "name": channel.name,
        "recipient": channel.recipient.id if channel.recipient else None,
        "parent": channel.parent.id if channel.parent else None,
        "thread": state and {**vars(state), "owner": state.owner.id, "members": [*state.members.items()]},
        "overwrites": [asdict(overwrite) for overwrite in channel.overwrites.values()],
    }


def _channel(body: Json, guild: Guild | None, users: Mapping[int, User]) -> Channel:
    recipient = None if body["recipient"] is None else users[body["recipient"]]
    channel = Channel(body["id"], ChannelKind(body["kind"]), body["name"], guild, recipient)
    if (told := body["thread"]) is not None:
        state: Json = {**told, "owner": users[told["owner"]], "members": dict(told["members"])}
        channel.thread = ThreadState(**state)
    for one in body["overwrites"]:
        allow, deny = Permission(one["allow"]), Permission(one["deny"])
        channel.overwrites[one["target_id"]] = Overwrite(one["target_id"], one["kind"], allow, deny)
    return channel
