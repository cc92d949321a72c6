"""People, servers and channels as JSON, with every key that the official description requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.wire.json_values import Json, timestamp
from bot.sandbox.discord.world.records import ChannelKind

if TYPE_CHECKING:
    from bot.sandbox.discord.world.model import Channel, Guild, Membership, Role, ThreadState
    from bot.sandbox.discord.world.permissions import Permission
    from bot.sandbox.discord.world.records import Emoji, User


def bits(granted: Permission) -> str:
    """Permissions as text, which is how Discord sends them."""
    return str(int(granted))


def user_view(user: User) -> Json:
    """An account."""
    view: Json = {
        "id": str(user.id),
        "username": user.name.lower().replace(" ", "."),
        "global_name": None if user.bot else user.name,
        "discriminator": f"{user.id % 10000:04}" if user.bot else "0",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    if user.bot:
        view |= {"bot": True, "username": user.name}
    return view


def own_account_view(user: User) -> Json:
    """The account behind a token, as ``/users/@me`` shows it."""
    return user_view(user) | {"mfa_enabled": True, "locale": user.locale, "verified": True, "email": None}


def member_view(member: Membership, *, with_user: bool = True) -> Json:
    """Somebody in a server."""
    view: Json = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": timestamp(member.joined_at),
        "nick": None,
        "pending": False,
        "premium_since": None,
        "roles": [str(role.id) for role in member.roles],
        "mute": False,
        "deaf": False,
    }
    return view | {"user": user_view(member.user)} if with_user else view


def role_view(role: Role) -> Json:
    """A role."""
    tags = {} if role.bot_id is None else {"tags": {"bot_id": str(role.bot_id)}}
    return tags | {
        "id": str(role.id),
        "name": role.name,
        "permissions": bits(role.permissions),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.bot_id is not None,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def emoji_view(emoji: Emoji) -> Json:
    """A custom emoji."""
    return {
        "id": str(emoji.id),
        "name": emoji.name,
        "roles": [],
        "require_colons": True,
        "managed": False,
        "animated": emoji.animated,
        "available": True,
    }


def channel_view(channel: Channel, viewer: User | None = None) -> Json:
    """A channel or thread of a server, or direct messages; `viewer`'s own part in a thread stands beside it."""
    view: Json = {
        "id": str(channel.id),
        "type": int(channel.kind),
        "flags": 0,
        "last_message_id": str(channel.history[-1].id) if channel.history else None,
    }
    if channel.guild is None:
        return view | {"recipients": [user_view(channel.recipient)] if channel.recipient else []}
    view |= {
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "parent_id": str(channel.parent.id) if channel.parent else None,
        "rate_limit_per_user": 0,
    }
    if channel.thread is not None:
        return view | _thread_part(channel, channel.thread, viewer)
    view |= {
        "position": channel.guild.channels.index(channel) if channel in channel.guild.channels else 0,
        "permission_overwrites": [
            {
                "id": str(overwrite.target_id),
                "type": overwrite.kind,
                "allow": bits(overwrite.allow),
                "deny": bits(overwrite.deny),
            }
            for overwrite in channel.overwrites.values()
        ],
        "nsfw": False,
        "topic": None,
    }
    if channel.kind.is_voice:
        view |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None, "video_quality_mode": 1}
    if channel.kind.is_forum:
        view |= {
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return view


def _thread_part(thread: Channel, state: ThreadState, viewer: User | None) -> Json:
    spoken = [message for message in thread.history if message.only_for is None]
    view: Json = {
        "owner_id": str(state.owner.id),
        "thread_metadata": {
            "archived": state.archived,
            "archive_timestamp": timestamp(state.changed_at),
            "auto_archive_duration": state.archive_minutes,
            "locked": state.locked,
            "create_timestamp": timestamp(state.created_at),
        },
        "message_count": len([message for message in spoken if not message.deleted]),
        "member_count": min(len(state.members), 50),  # it stops counting there
        "total_message_sent": len(spoken),
    }
    if thread.kind is ChannelKind.PRIVATE_THREAD:
        view["thread_metadata"]["invitable"] = True
    if thread.parent is not None and thread.parent.kind.is_forum:
        view["applied_tags"] = []
    if viewer is not None and viewer.id in state.members:
        view["member"] = thread_member_view(thread, viewer)
    return view


def thread_member_view(thread: Channel, user: User) -> Json:
    """Somebody's part in a thread."""
    joined = thread.thread.members.get(user.id, 0.0) if thread.thread else 0.0
    return {"id": str(thread.id), "user_id": str(user.id), "join_timestamp": timestamp(joined), "flags": 0}


def threads_for(guild: Guild, user: User) -> list[Channel]:
    """The active threads that somebody sees."""
    return [one for one in guild.threads if one.thread and not one.thread.archived and one.shows_itself_to(user)]


def threads_sync_view(channel: Channel, user: User) -> Json:
    """The active threads of a channel that somebody sees from now on."""
    threads = [one for one in threads_for(channel.guild, user) if one.parent is channel] if channel.guild else []
    return {
        "guild_id": str(channel.guild.id) if channel.guild else None,
        "channel_ids": [str(channel.id)],
        "threads": [channel_view(thread, user) for thread in threads],
        "members": [thread_member_view(thread, user) for thread in threads if thread.thread_has(user)],
    }


def guild_view(guild: Guild) -> Json:
    """A server, as a request for it is answered."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(guild.owner_id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": str(guild.system_channel.id) if guild.system_channel else None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role_view(role) for role in guild.roles],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": guild.boost_tier,
        "premium_subscription_count": 0,
        "preferred_locale": guild.locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [emoji_view(emoji) for emoji in guild.emojis],
        "stickers": [],
        "incidents_data": None,
    }


def guild_create_view(guild: Guild, bot: User, *, joined: bool = False) -> Json:
    """A server, as the gateway introduces it: with its channels and, of its members, the bot.

    Only of one that was told of before, in READY or before an outage, it says that it is available now: by this,
    libraries tell those that the bot has `joined` a moment ago.
    """
    me = guild.members[bot.id]
    return (
        guild_view(guild)
        | ({} if joined else {"unavailable": False})
        | {
            "joined_at": timestamp(me.joined_at),
            "large": False,
            "member_count": len(guild.members),
            "members": [member_view(me)],
            "channels": [channel_view(channel) for channel in guild.channels],
            "threads": [channel_view(thread, bot) for thread in threads_for(guild, bot)],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
    )
