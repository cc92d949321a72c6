"""Where one request is answered, and by which token: the interaction's while it lives, then the bot's own."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog
from discord.http import Route

from bot.delivery.posting import Upload, files_of, is_gone, steadily, upload_limit
from bot.services.delivery import Posted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger import Destination, Requester

TOKEN_RESERVE = 60  # seconds before its end from which on the interaction's token is not relied upon
LONGEST_MESSAGE = 2000  # characters; Discord's limit

_log = structlog.stdlib.get_logger(__name__)


class Place:
    """The response to an interaction, the channel it was used in, and the member's direct messages.

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
        return upload_limit(self._client.get_guild(self._requester.server_id))

    @property
    def response(self) -> Posted:
        """The response as a message that shows the result: nobody else can reach a private one later."""
        if self.destination.private or self.destination.message_id is None:
            return Posted()
        return Posted(self._requester.channel_id, (self.destination.message_id,))

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
        """Send a regular message to the channel."""
        channel = self._client.get_partial_messageable(
            self._requester.channel_id, guild_id=self._requester.server_id or None
        )
        return await self._send_to(channel, text, uploads, view)

    async def send_direct(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> discord.Message:
        """Send a direct message to the member."""
        channel = await self._client.create_dm(discord.Object(self._requester.user_id))
        return await self._send_to(channel, text, uploads, view)

    async def remove(self) -> None:
        """Delete the response. A response that cannot be deleted stays, and that is all."""
        try:
            message_id = await steadily(self._response_id)
            if message_id is None:
                return
            if not await self._remove_by_interaction(message_id) and not self.destination.private:
                await steadily(lambda: self._own_message(message_id).delete())
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            _log.info("progress message not removed", reason=repr(error))

    async def _response_id(self) -> int | None:
        """The response's id; None if there is no response, or it cannot be reached any more.

        A process that died between its deferral and the note of it left a response whose id it never learned.
        """
        if self.destination.message_id is None and self.token_lives and not self._looked:
            try:
                response = await self._client.http.request(self._original())
            except discord.HTTPException as error:
                if not is_gone(error):
                    raise
            else:
                self.acknowledged(int(response["id"]))
            self._looked = True
        return self.destination.message_id

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
        if message_id is None or self.destination.private:
            return False
        try:
            await self._own_message(message_id).edit(
                content=text[:LONGEST_MESSAGE], attachments=files_of(uploads), view=view
            )
        except (discord.NotFound, discord.Forbidden):
            return False
        return True

    async def _send_to(
        self, channel: discord.abc.Messageable, text: str, uploads: Sequence[Upload], view: discord.ui.View | None
    ) -> discord.Message:
        return await steadily(
            lambda: channel.send(
                text[:LONGEST_MESSAGE],
                files=files_of(uploads),
                nonce=self._nonce,
                view=discord.utils.MISSING if view is None else view,
            )
        )

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

    def _own_message(self, message_id: int) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(
            self._requester.channel_id, guild_id=self._requester.server_id or None
        )
        return channel.get_partial_message(message_id)
