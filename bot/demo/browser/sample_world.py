"""Who and what stands ready on the page: two servers, their channels, and four people to be."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from bot.sandbox.discord import ChannelKind, Permission
from bot.sandbox.page import Person

if TYPE_CHECKING:
    from bot.sandbox.discord import Member, SandboxDiscord, Server

HALF_A_YEAR = 182 * 86_400.0  # seconds
OTHER_SERVER = "Night shift"
NOTES = {
    "Mia": "a member",
    "Noor": "leads the team",
    "Kit": "joined a minute ago",
    "Oskar": "a member of another server",
}


def furnish(discord: SandboxDiscord) -> tuple[Person, ...]:
    """Make the servers, channels and people of a new sandbox; the people whom a window may show."""
    _build(discord)
    return inhabitants(discord)


def inhabitants(discord: SandboxDiscord) -> tuple[Person, ...]:
    """The people whom a window may show, in a sandbox that was furnished before."""
    found = {name: member for server in discord.servers for name, member in server.members.items()}
    return tuple(Person(found[name].user, note) for name, note in NOTES.items())


def _build(discord: SandboxDiscord) -> None:
    studio = discord.server
    mia = _old_hand(studio, studio.add_member("Mia"))
    noor = _old_hand(
        studio, studio.add_member("Noor", permissions=Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES)
    )
    studio.add_member("Kit")
    leads = studio.add_channel("leads")
    studio.set_permissions(leads, studio.guild.everyone, deny=Permission.VIEW_CHANNEL)
    studio.set_permissions(leads, noor, allow=Permission.VIEW_CHANNEL)
    studio.set_permissions(leads, studio.bot, allow=Permission.VIEW_CHANNEL)
    studio.add_emoji("approved", picture=_stamp())
    studio.add_forum("showcase")
    studio.add_channel("lounge", ChannelKind.VOICE)
    mia.start_thread(studio.channel("random"), "Poster for the fair")
    other = discord.add_server(OTHER_SERVER, ("general",))
    _old_hand(other, other.add_member("Oskar"))


def _stamp() -> bytes:
    """A tick on a green disc: what stands for `:approved:`."""
    file = io.BytesIO()
    with Image.new("RGBA", (128, 128)) as image:
        pen = ImageDraw.Draw(image)
        pen.ellipse((4, 4, 124, 124), fill="#2b8a52")
        pen.line([(34, 68), (56, 90), (96, 42)], fill="white", width=16, joint="curve")
        image.save(file, "PNG")
    return file.getvalue()


def _old_hand(server: Server, member: Member) -> Member:
    """Somebody who has been here for long."""
    server.guild.members[member.id].joined_at -= HALF_A_YEAR
    return member
