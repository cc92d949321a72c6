"""A faithful stand-in for Discord on loopback: the real bot runs against it over real WebSocket and HTTP.

`SandboxDiscord` starts it; `Server` and `Member` are the people on it; `Invocation` is what one did.
"""

from bot.sandbox.discord.faults import Fault, Way
from bot.sandbox.discord.people.member import Member
from bot.sandbox.discord.people.refusal import CannotDoThatError
from bot.sandbox.discord.people.server import Server
from bot.sandbox.discord.people.sight import Sight
from bot.sandbox.discord.people.uploads import Upload
from bot.sandbox.discord.rest.files import HARMLESS
from bot.sandbox.discord.server import SandboxDiscord
from bot.sandbox.discord.wire.rate_limits import Limit, RateLimits
from bot.sandbox.discord.wire.traffic import Exchange, SentFile
from bot.sandbox.discord.world.changes import Change, ChangeKind, ChangeStream
from bot.sandbox.discord.world.intents import Intent
from bot.sandbox.discord.world.invocations import Answer, Invocation, InvocationKind
from bot.sandbox.discord.world.model import Channel, Message, Role
from bot.sandbox.discord.world.options import Options
from bot.sandbox.discord.world.permissions import Permission
from bot.sandbox.discord.world.records import Attachment, ChannelKind, Emoji, MessageFlag, User, Version

__all__ = [
    "HARMLESS",
    "Answer",
    "Attachment",
    "CannotDoThatError",
    "Change",
    "ChangeKind",
    "ChangeStream",
    "Channel",
    "ChannelKind",
    "Emoji",
    "Exchange",
    "Fault",
    "Intent",
    "Invocation",
    "InvocationKind",
    "Limit",
    "Member",
    "Message",
    "MessageFlag",
    "Options",
    "Permission",
    "RateLimits",
    "Role",
    "SandboxDiscord",
    "SentFile",
    "Server",
    "Sight",
    "Upload",
    "User",
    "Version",
    "Way",
]
