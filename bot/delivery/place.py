"""Where one request is answered, and by which token: the interaction's while it lives, else the bot's own."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
import structlog
from discord.http import Route

from bot.delivery.patience import PROBLEMS, is_gone, remove_quietly, steadily
from bot.delivery.posting import Upload, files_of, upload_limit
from bot.delivery.replies import progress_below, send_below
from bot.discord_limits import LONGEST_MESSAGE
from bot.services.delivery import Posted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger import Destination, Requester

TOKEN_RESERVE = 60  # seconds before its end from which on the interaction's token is not relied upon

_log = structlog.stdlib.get_logger(__name__)


class Place:
    """The response to an interaction, the channel it was used in, and the member's direct messages.

    Where a message of the member asked, the response is a message of ours below it, by the bot's own token from the
    beginning, and so is the result: in the channel, or in the direct messages if they asked there.

    Every method but `edit_once` is patient with dropped connections; all raise what discord.py raises for the rest.

    Args:
        client: whose connections are used.
        nonce: drops a repeated message at Discord; at most 25 characters.
    """

    def __init__(self, client: discord.Client, requester: Requester, destination: Destination, nonce: str) -> None:
        self.destination = destination
        self._client = client
        self._requester = requester
        self._nonce = nonce
        self._looked = False

    def acknowledged(self, message_id: int | None) -> None:
        """Discord told the id of the response."""
        self.destination = replace(self.destination, message_id=message_id)

    @property
    def upload_limit(self) -> int:
        """Bytes that one file may have here."""
        return upload_limit(None if self._is_direct else self._client.get_guild(self._requester.server_id))

    @property
    def response(self) -> Posted:
        """The response as a message that shows the result: nobody else can reach a private one later."""
        if self.destination.private or self.destination.message_id is None:
            return Posted()
        return Posted(self._requester.channel_id, (self.destination.message_id,))

    @property
    def is_fleeting(self) -> bool:
        """Whether nothing but the interaction's token reaches the response: only the member sees it."""
        return self.destination.private and self.destination.reply_to is None

    @property
    def _is_direct(self) -> bool:
        return self.destination.private and self.destination.reply_to is not None

    @property
    def token_lives(self) -> bool:
        """Whether the interaction's token can still be used, by our clock."""
        return bool(self.destination.interaction_token) and time.time() < self.destination.expires_at - TOKEN_RESERVE

    async def edit(self, text: str, uploads: Sequence[Upload] = (), view: discord.ui.View | None = None) -> bool:
        """Let the response show just this; False if it is out of reach for good."""
        return await steadily(lambda: self.edit_once(text, uploads, view))

    async def edit_once(self, text: str, uploads: Sequence[Upload] = (), view: discord.ui.View | None = None) -> bool:
        """As `edit`, but by a single try: for progress, which a later edit makes good."""
        return await self._edit_by_interaction(text, uploads, view) or await self._edit_by_bot(text, uploads, view)

    async def send(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> discord.Message:
        """Send a regular message to where it was asked."""
        channel = await self._channel()
        return await send_below(channel, self.destination.reply_to, text, self._nonce_of(uploads), uploads, view)

    async def send_direct(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> discord.Message:
        """Send a direct message to the member."""
        return await send_below(await self._direct_messages(), None, text, self._nonce_of(uploads), uploads, view)

    async def change(
        self, posted: Posted, text: str, uploads: Sequence[Upload], view: discord.ui.View | None
    ) -> discord.Message:
        """Let a message that shows the result show just this."""
        channel = self._client.get_partial_messageable(posted.channel_id or self._requester.channel_id)
        message = channel.get_partial_message(posted.message_ids[0])
        content = text[:LONGEST_MESSAGE]
        return await steadily(lambda: message.edit(content=content, attachments=files_of(uploads), view=view))

    def _nonce_of(self, uploads: Sequence[Upload]) -> str:
        """What is said without a picture is not the same message as one with it, which may stand there already."""
        return self._nonce if uploads else f"{self._nonce}w"

    async def remove(self) -> None:
        """Delete the response. A response that cannot be deleted stays, and that is all."""
        try:
            message_id = await steadily(self._response_id)
            if message_id is None:
                return
            if not await self._remove_by_interaction(message_id) and not self.is_fleeting:
                message = (await self._channel()).get_partial_message(message_id)
                await remove_quietly(message)
        except PROBLEMS as error:
            _log.info("progress message not removed", reason=repr(error))

    async def _response_id(self) -> int | None:
        """The response's id; None if there is no response, or it cannot be reached any more.

        A process that died between its acknowledgement and the note of it left a response whose id it never learned.
        """
        if self.destination.message_id is None and not self._looked:
            if self.token_lives:
                self.acknowledged(await self._original_id())
                self._looked = True
            elif self.destination.reply_to is not None and (user := self._client.user) is not None:
                self.acknowledged(await progress_below(await self._channel(), self.destination.reply_to, user.id))
                self._looked = True
        return self.destination.message_id

    async def _original_id(self) -> int | None:
        """The id of the response to the interaction; None if there is none."""
        try:
            response = await self._client.http.request(self._original())
        except discord.HTTPException as error:
            if not is_gone(error):
                raise
            return None
        return int(response["id"])

    async def _remove_by_interaction(self, message_id: int) -> bool:
        """Whether it is gone; False if the token is of no use."""
        if not self.token_lives:
            return False
        try:
            await steadily(lambda: self._webhook().delete_message(message_id))
        except discord.HTTPException as error:
            if not is_gone(error):
                raise
            return False
        return True

    async def _edit_by_interaction(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> bool:
        message_id = await self._response_id()
        if message_id is None or not self.token_lives:
            return False
        try:
            await self._webhook().edit_message(
                message_id, content=text[:LONGEST_MESSAGE], attachments=files_of(uploads), view=view
            )
        except discord.HTTPException as error:
            if not is_gone(error):
                raise
            return False
        return True

    async def _edit_by_bot(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> bool:
        message_id = self.destination.message_id
        if message_id is None or self.is_fleeting:
            return False
        message = (await self._channel()).get_partial_message(message_id)
        try:
            await message.edit(content=text[:LONGEST_MESSAGE], attachments=files_of(uploads), view=view)
        except (discord.NotFound, discord.Forbidden):
            return False
        return True

    def _webhook(self) -> discord.Webhook:
        return discord.Webhook.partial(
            self.destination.application_id, self.destination.interaction_token, client=self._client
        )

    def _original(self) -> Route:
        """The response, by its token; discord.py has it only for an interaction that this process received."""
        return Route(
            "GET",
            "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
            webhook_id=self.destination.application_id,
            webhook_token=self.destination.interaction_token,
        )

    async def _channel(self) -> discord.PartialMessageable | discord.DMChannel:
        """Where it was asked. What only the member may see and was asked by a message was asked in direct messages."""
        if self._is_direct:
            return await self._direct_messages()
        return self._client.get_partial_messageable(
            self._requester.channel_id, guild_id=self._requester.server_id or None
        )

    async def _direct_messages(self) -> discord.DMChannel:
        return await steadily(lambda: self._client.create_dm(discord.Object(self._requester.user_id)))
