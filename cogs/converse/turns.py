"""What is said in a conversation: each message a turn, one after the other, paid by who speaks."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import discord
from discord.ext import commands
from typing_extensions import override

from bot.delivery.notices import tell_below
from bot.discord_ui.interactions import spoken
from bot.discord_ui.options import shape_of
from bot.discord_ui.request_context import author_of, by_reply, requester_of
from bot.errors import RequestRefused, UserFacingError
from bot.inputs import Sources
from bot.language import phrase, plural
from bot.services.admission import Start
from bot.services.background import Background
from bot.services.requests import DRAWN, Change, Wishes, check_prompt
from cogs.edit.reply_text import Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.discord_ui.interactions import AtelierClient
    from bot.discord_ui.request_context import Asker, RequestContext
    from bot.services.conversations import Conversation, Conversations
    from bot.services.ledger import Order, Picture
    from bot.services.policy import Requester
    from bot.services.requests import ImageRequest

WAITS = phrase("⏳ Another turn of this conversation is being made. Yours comes after it.")
MOST_WAITING = 5  # turns of one conversation
PATIENCE = 15 * 60.0  # seconds for what was begun before a restart
LOOKS_EVERY = 1.0  # seconds


class Line(asyncio.Lock):
    """Where the turns of a conversation wait for each other.

    Attributes:
        waiting: how many do.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0


class Turns(commands.Cog):
    """Takes turns."""

    def __init__(self, client: AtelierClient, conversations: Conversations) -> None:
        self._client = client
        self._conversations = conversations
        self._lines: WeakValueDictionary[int, Line] = WeakValueDictionary()  # by thread, while somebody's turn is taken
        self._background = Background()

    @override
    async def cog_load(self) -> None:
        """Learn which conversations go on."""
        await self._conversations.open()

    @override
    async def cog_unload(self) -> None:
        """Wait for nobody's turn any more."""
        await self._background.close()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """See whether it is said in a conversation; nearly nothing is."""
        conversation = self._conversations.of(message.channel.id)
        if conversation is None or message.type not in {discord.MessageType.default, discord.MessageType.reply}:
            return
        try:
            policy = await self._client.services.policies.of(conversation.server_id)
            reply = Reply.of(message, self._client.user, policy.time_zone)
            if reply.is_blank or (reply.calls_others and not reply.calls_us) or not (reply.words or reply.files):
                return
            if await self._client.desk.takes_message(message):
                await self._take(conversation, reply)
        except Exception as error:  # noqa: BLE001 - it is spoken and logged
            text, view = await spoken(self._client, error, conversation.server_id, message=message.id)
            await tell_below(message, text, lambda: view, what="no")

    async def price_of(self, interaction: discord.Interaction[Any], before: tuple[Order, Picture] | None) -> int | None:
        """The most that a first turn without pictures costs, in nano-dollars; None where it would be refused."""
        drafting = self._client.services.drafting
        change, start = (Change.NEW, None) if before is None else (Change.EDIT, Start(*before))
        try:
            draft = await drafting.draft(requester_of(interaction), change, Wishes(prompt="x" * 200), start)
        except UserFacingError:
            return None
        shapes = [] if before is None else [(before[1].image.width, before[1].image.height)]
        return drafting.most(replace(draft, talk=self._conversations.anew("")), shapes)

    async def check_first(self, asker: Asker, words: str) -> None:
        """Raises UserFacingError where the first turn would be refused as things stand: no thread is opened for it."""
        services, requester = self._client.services, asker.requester
        check_prompt(words, Change.NEW)
        draft = await services.drafting.draft(requester, Change.NEW, Wishes(prompt=words))
        request = replace(draft, talk=self._conversations.anew(""))
        await services.admission.check(request, requester, references=0, joined_at=asker.joined_at)
        await services.studio.check(request, requester)

    async def take_first(self, conversation: Conversation, context: RequestContext, words: str) -> None:
        """The turn with which a conversation begins. Raises UserFacingError: nothing was reserved."""
        async with self._turn(conversation, context):
            request = await self._request(context.asker.requester, conversation, words, None, None, ())
            await self._client.intake.take_by(context, request)

    async def _take(self, conversation: Conversation, reply: Reply) -> None:
        """One turn. Those that came before are made first.

        Raises:
            UserFacingError: nothing was reserved.
        """
        if reply.left_out:
            raise RequestRefused(
                plural(
                    "{count} of your files can be no picture. Say it once more without it.",
                    "{count} of your files can be no pictures. Say it once more without them.",
                    len(reply.left_out),
                )
            )
        message, client = reply.message, self._client
        context = by_reply(message, author_of(message), lambda: client.buttons.of_progress(str(message.id)))
        async with self._turn(conversation, context):
            await self._conversations.touch(conversation)
            point = await self._point(conversation, message)
            before = await self._conversations.picture_at(point)
            words = reply.words or DRAWN
            request = await self._request(context.asker.requester, conversation, words, point, before, reply.files)
            if before is None:
                sources = Sources(attachments=reply.files, sorts=bool(reply.files), follows=True)
            else:
                sources = Sources(*before, attachments=reply.files, sorts=bool(reply.files))
            await client.intake.take_by(context, request, sources)

    async def _request(
        self,
        requester: Requester,
        conversation: Conversation,
        words: str,
        point: Order | None,
        before: tuple[Order, Picture] | None,
        files: Sequence[discord.Attachment],
    ) -> ImageRequest:
        """What is asked for by these words at this point."""
        drafting = self._client.services.drafting
        if before is None:
            change, start = (Change.EDIT, Start(shape=shape_of(files[0]))) if files else (Change.NEW, None)
        else:
            change, start = Change.EDIT, Start(*before)
        draft = await drafting.draft(requester, change, Wishes(prompt=words), start)
        return replace(draft, talk=self._conversations.talk(conversation, point, has_picture=before is not None))

    async def _point(self, conversation: Conversation, message: discord.Message) -> Order | None:
        """What a message goes on from: what it replies to, if that is of this server, else the newest."""
        if message.reference is not None and message.reference.message_id is not None:
            order = await self._client.services.requests.of_message(message.reference.message_id)
            if order is not None and order.requester.server_id == conversation.server_id and order.pictures:
                return order
        return await self._conversations.point(conversation)

    def _turn(self, conversation: Conversation, context: RequestContext) -> _Turn:
        return _Turn(self, self._lines.setdefault(conversation.thread_id, Line()), conversation, context)

    async def wait(self, line: Line, conversation: Conversation, context: RequestContext) -> None:
        """Wait until the turns before have ended. Raises RequestRefused: too many wait."""
        if line.waiting >= MOST_WAITING:
            raise RequestRefused(
                phrase("{count} turns of this conversation wait already. Say it again in a minute.", count=MOST_WAITING)
            )
        line.waiting += 1
        try:
            if line.locked():
                await context.say(WAITS)
            await line.acquire()
        finally:
            line.waiting -= 1
        try:
            await self._catch_up(conversation, context)
        except BaseException:
            line.release()
            raise

    async def _catch_up(self, conversation: Conversation, context: RequestContext) -> None:
        """Wait for turns that were begun before a restart: they are made, or looked up, since then."""
        if not await self._conversations.pending(conversation):
            return
        await context.say(WAITS)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while pending := await self._conversations.pending(conversation):
                    await self._client.services.studio.job_runner.ended(pending[0])
                    await asyncio.sleep(LOOKS_EVERY)

    def leave(self, line: Line, request_id: str, *, taken: bool) -> None:
        """Let the next turn begin once this one has ended."""
        if taken:
            self._background.begin(self._leave_later(line, request_id), f"turn {request_id}")
        else:
            line.release()

    async def _leave_later(self, line: Line, request_id: str) -> None:
        try:
            await self._client.services.studio.job_runner.ended(request_id)
        finally:
            line.release()


class _Turn:
    """While a turn is taken, and until it has ended, no other of its conversation begins."""

    def __init__(self, turns: Turns, line: Line, conversation: Conversation, context: RequestContext) -> None:
        self._turns = turns
        self._line = line
        self._conversation = conversation
        self._context = context

    async def __aenter__(self) -> None:
        await self._turns.wait(self._line, self._conversation, self._context)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            await self._context.withdraw()
        self._turns.leave(self._line, self._context.id, taken=kind is None)
