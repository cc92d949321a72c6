"""Answers one request: by the interaction's token while it lives, else by the bot's own."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import discord
import structlog
from discord.http import Route

from bot.delivery.ladder import OutOfReachError
from bot.delivery.languages import shown_in, translated
from bot.delivery.replies import already_sent, progress_below, send_below
from bot.delivery.uploads import Upload, files_of, upload_limit
from bot.discord_limits import INTERACTION_GONE, LONGEST_MESSAGE
from bot.discord_retries import PROBLEMS, is_refusal, remove_quietly, steadily
from bot.language import language_of
from bot.presentation.downloads import WAITING
from bot.services.jobs import Posted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.services.ledger import Destination
    from bot.services.policy import Requester

_log = structlog.stdlib.get_logger(__name__)


class Responder:
    """Answers by the response to an interaction, in the channel it was used in, or by direct message.

    Where a message of the member asked, the response is a message of ours below it, by the bot's own token from the
    beginning, and so is the result: in the channel, or in the direct messages if they asked there.

    The token is used until Discord refuses it: how old it is, no clock of ours can tell.

    All but `edit_once` and `reword` are patient with what passes; all raise what discord.py raises for the rest.

    Args:
        client: whose connections are used.
        nonce: drops a repeated message at Discord, for some minutes; the id of what asked, at most 25 characters.
        maybe_sent: whether an earlier process may have sent the answer: then it is looked for before it is sent.
    """

    def __init__(
        self,
        client: discord.Client,
        requester: Requester,
        destination: Destination,
        nonce: str,
        *,
        maybe_sent: bool = False,
    ) -> None:
        self.destination = destination
        self._language = language_of(destination.locale)
        self._client = client
        self._requester = requester
        self._nonce = nonce
        self._maybe_sent = maybe_sent
        self._unsure: set[int] = set()  # channels in which the answer may stand though we were not told
        self._looked = False
        self._token_refused = False

    def acknowledged(self, message_id: int | None) -> None:
        """Discord told the id of the response."""
        self.destination = replace(self.destination, message_id=message_id)

    @property
    def upload_limit(self) -> int:
        """Bytes that one file may have where it was asked."""
        return upload_limit(None if self.is_direct else self._client.get_guild(self._requester.server_id))

    @property
    def channel_id(self) -> int:
        """Where it was asked."""
        return self._requester.channel_id

    @property
    def user_id(self) -> int:
        """Who asked."""
        return self._requester.user_id

    @property
    def is_fleeting(self) -> bool:
        """Whether nothing but the interaction's token reaches the response: only the member sees it."""
        return self.destination.private and self.destination.reply_to is None

    @property
    def is_direct(self) -> bool:
        """Whether it was asked in direct messages, by a message."""
        return self.destination.private and self.destination.reply_to is not None

    @property
    def token_lives(self) -> bool:
        """Whether there is an interaction's token that Discord has not refused."""
        return bool(self.destination.interaction_token) and not self._token_refused

    async def edit(self, text: str, uploads: Sequence[Upload] = (), view: discord.ui.View | None = None) -> Posted:
        """Let the response show just this.

        Raises:
            OutOfReachError: there is none, or nothing reaches it.
        """
        return await steadily(lambda: self.edit_once(text, uploads, view))

    async def edit_once(self, text: str, uploads: Sequence[Upload] = (), view: discord.ui.View | None = None) -> Posted:
        """As `edit`, but by a single try: for progress, which a later edit makes good."""
        return await self._edit(text, view, lambda: files_of(uploads, self._language))

    async def reword(self, text: str) -> Posted:
        """Let the response say this beside the files and the buttons that it has; by a single try."""
        return await self._edit(text, discord.utils.MISSING, lambda: discord.utils.MISSING)

    async def _edit(self, text: str, view: discord.ui.View | None, files: Callable[[], list[discord.File]]) -> Posted:
        message_id = await self._response_id()
        if message_id is None:
            raise OutOfReachError("no response is known")
        shown = shown_in(text, self._language)
        view = translated(view, self._language)
        if self.token_lives:
            try:
                await self._webhook().edit_message(message_id, attachments=files(), view=view, **shown)
            except discord.HTTPException as error:
                if not self._by_bot_instead(error):
                    raise
            else:
                return self._response(message_id)
        if self.is_fleeting:
            raise OutOfReachError("nothing but the interaction's token reaches a private response")
        message = (await self._channel()).get_partial_message(message_id)
        await message.edit(attachments=files(), view=view, **shown)
        return self._response(message_id)

    async def send(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> Posted:
        """Send a regular message to where it was asked."""
        return await self._send(await self._channel(), self.destination.reply_to, text, uploads, view)

    async def send_direct(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> Posted:
        """Send a direct message to the member."""
        return await self._send(await self._direct_messages(), None, text, uploads, view)

    async def change(
        self, posted: Posted, text: str, uploads: Sequence[Upload], view: discord.ui.View | None
    ) -> Posted:
        """Let a message that shows the result show just this."""
        channel = self._client.get_partial_messageable(posted.channel_id or self._requester.channel_id)
        message = channel.get_partial_message(posted.message_ids[0])
        content = self._language.translate(text)[:LONGEST_MESSAGE]
        view = translated(view, self._language)
        await steadily(lambda: message.edit(content=content, attachments=files_of(uploads, self._language), view=view))
        return posted

    def _nonce_of(self, uploads: Sequence[Upload]) -> str:
        """What is said without a picture is not the same message as one with it, which may stand there already."""
        return self._nonce if uploads else f"{self._nonce}w"

    async def remove(self) -> bool:
        """Delete the response; whether none stands any more."""
        try:
            message_id = await steadily(self._response_id)
            if message_id is None or (self.token_lives and await self._removed_by_interaction(message_id)):
                return True
            if self.is_fleeting:
                return False
            return await remove_quietly((await self._channel()).get_partial_message(message_id))
        except PROBLEMS as error:
            _log.info("progress message not removed", reason=repr(error))
            return False

    async def _send(
        self,
        channel: discord.PartialMessageable | discord.DMChannel,
        reply_to: int | None,
        text: str,
        uploads: Sequence[Upload],
        view: discord.ui.View | None,
    ) -> Posted:
        text, view = self._language.translate(text), translated(view, self._language)
        sent_id: int | None = None
        if (self._maybe_sent or channel.id in self._unsure) and (user := self._client.user) is not None:
            asked_id, progress_id = int(self._nonce), self.destination.message_id
            sent_id = await steadily(lambda: already_sent(channel, asked_id, user.id, text, uploads, progress_id))
        if sent_id is None:
            self._unsure.add(channel.id)
            nonce = self._nonce_of(uploads)
            try:
                sent_id = (await send_below(channel, reply_to, text, nonce, uploads, view, self._language)).id
            except discord.HTTPException as error:
                if is_refusal(error):
                    self._unsure.discard(channel.id)
                raise
        return Posted(channel.id, (sent_id,))

    def _response(self, message_id: int) -> Posted:
        """The response as a message that shows the result: nobody else can reach a private one later."""
        if self.destination.private:
            return Posted()
        return Posted(self._requester.channel_id, (message_id,))

    def _by_bot_instead(self, error: discord.HTTPException) -> bool:
        """Whether what the token was refused for may be done by the bot's own: not what is wrong with what was sent."""
        if error.status == HTTPStatus.UNAUTHORIZED or error.code in INTERACTION_GONE:
            self._token_refused = True
        return self._token_refused or error.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}

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

    async def is_thinking(self) -> bool:
        """Whether the response to the interaction is still no more than the promise of one, or of files to be fetched.

        Raises:
            discord.HTTPException: the token is of no use, or Discord could not answer now.
        """
        destination = self.destination
        told = await response_of(self._client, destination.application_id, destination.interaction_token)
        if told is None:
            return False
        return bool(told["flags"] & discord.MessageFlags.loading.flag) or str(told["content"]).startswith(WAITING)

    async def _original_id(self) -> int | None:
        """The id of the response to the interaction; None if there is none, or the token is of no use."""
        destination = self.destination
        try:
            response = await response_of(self._client, destination.application_id, destination.interaction_token)
        except discord.HTTPException as error:
            if not self._by_bot_instead(error):
                raise
            return None
        return None if response is None else int(response["id"])

    async def _removed_by_interaction(self, message_id: int) -> bool:
        """Whether it is gone; False if the token is of no use."""
        try:
            await steadily(lambda: self._webhook().delete_message(message_id))
        except discord.HTTPException as error:
            if not self._by_bot_instead(error):
                raise
            return False
        return True

    def _webhook(self) -> discord.Webhook:
        webhook = discord.Webhook.partial(
            self.destination.application_id, self.destination.interaction_token, client=self._client
        )
        webhook.proxy = self._client.http.proxy  # discord.py 2.7.1 forgets it
        return webhook

    async def _channel(self) -> discord.PartialMessageable | discord.DMChannel:
        """Where it was asked. What only the member may see and was asked by a message was asked in direct messages."""
        if self.is_direct:
            return await self._direct_messages()
        return self._client.get_partial_messageable(
            self._requester.channel_id, guild_id=self._requester.server_id or None
        )

    async def _direct_messages(self) -> discord.DMChannel:
        return await steadily(lambda: self._client.create_dm(discord.Object(self._requester.user_id)))


async def response_of(client: discord.Client, application_id: int, token: str) -> Mapping[str, Any] | None:
    """The response to an interaction as Discord tells it now; None if there is none.

    discord.py asks only for an interaction that this process received, and only once.

    Raises:
        discord.HTTPException: the token is of no use, or Discord could not answer now.
    """
    path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
    try:
        told: Mapping[str, Any] = await client.http.request(
            Route("GET", path, webhook_id=application_id, webhook_token=token)
        )
    except discord.NotFound:
        return None
    return told
