"""Discord's side, which members act on, and the small things that every action needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.discord.messages.attachments import Place
from bot.sandbox.discord.people.refusal import CannotDoThatError
from bot.sandbox.discord.wire.refusals import Refusal

if TYPE_CHECKING:
    from bot.sandbox.discord.messages.message_service import MessageService
    from bot.sandbox.discord.people.uploads import Upload
    from bot.sandbox.discord.world.commands import Commands
    from bot.sandbox.discord.world.model import Channel
    from bot.sandbox.discord.world.records import Attachment, User
    from bot.sandbox.discord.world.world import World


@dataclass(frozen=True)
class ServerSide:
    """Discord's own side, as the people's side uses it."""

    world: World
    desk: MessageService
    commands: Commands

    async def lay_out(self, upload: Upload, user: User, channel: Channel) -> Attachment:
        """Upload a file for a command option or a dialog: short-lived, in no message.

        Raises:
            CannotDoThatError: it is larger than this person may send.
        """
        limit = self.upload_limit(user, channel)
        place = Place(self.world.bot.id, ephemeral=True, limit=limit, oversize_code=0)
        try:
            attachment = await self.desk.files.take_in(
                upload.filename, upload.content, place, media_type=upload.media_type
            )
        except Refusal:
            raise CannotDoThatError(f"{upload.filename} is over {user.name}'s limit of {limit} bytes.") from None
        self.world.loose_files[attachment.id] = attachment
        return attachment

    def upload_limit(self, user: User, channel: Channel) -> int:
        """Bytes per file for somebody's interactions here: their own limit or the server's, whichever is more."""
        return max(user.upload_limit, channel.upload_limit)
