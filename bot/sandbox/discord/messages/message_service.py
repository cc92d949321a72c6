"""Where messages are posted, edited and deleted, by whomever: checked, kept, told to the gateway and the watchers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.messages.attachments import FileRoom, Place
from bot.sandbox.discord.wire.json_values import Json, as_text
from bot.sandbox.discord.world.changes import ChangeKind
from bot.sandbox.discord.world.drafts import Draft, changed_draft, new_draft
from bot.sandbox.discord.world.events import Event
from bot.sandbox.discord.world.intents import Intent
from bot.sandbox.discord.world.mentions import Roll, find_mentions
from bot.sandbox.discord.world.model import Message
from bot.sandbox.discord.world.permissions import Permission
from bot.sandbox.discord.world.records import MessageFlag, MessageKind, Version
from bot.sandbox.discord.world.threads import Threads
from bot.sandbox.discord.world.views import member_view, user_view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.sandbox.discord.wire.traffic import SentFile
    from bot.sandbox.discord.world.invocations import Invocation
    from bot.sandbox.discord.world.model import Channel, Guild
    from bot.sandbox.discord.world.records import Attachment, User
    from bot.sandbox.discord.world.world import World

_USERS_ONLY: Json = {"parse": ["users"]}  # what answers to interactions may mention unless they say otherwise
NONCE_SECONDS = 300.0  # "a few minutes"; https://discord.com/developers/docs/resources/message#create-message


class MessageService:
    """Posts, edits and deletes messages. `files` takes in what comes with them; `threads` says where."""

    def __init__(self, world: World) -> None:
        self.files = FileRoom(world.snowflakes, world.keep)
        self._world = world
        self.threads = Threads(world, self._publish)

    async def post(
        self,
        channel: Channel,
        author: User,
        body: Json,
        files: Sequence[SentFile] = (),
        *,
        limit: int | None = None,
        reply_to: Message | None = None,
        invocation: Invocation | None = None,
        ephemeral: bool = False,
        number: int | None = None,
    ) -> Message:
        """Post a message.

        Args:
            channel: where.
            author: who.
            body: as Discord's "Create Message" takes it.
            files: the files that came with it.
            limit: bytes per file; the channel's own limit if None.
            reply_to: the message it answers.
            invocation: the interaction it answers.
            ephemeral: whether only the member of the interaction sees it.
            number: its id; a new one if None.

        Raises:
            Refusal: the body or a file is not as it must be, or the thread takes no message.
        """
        draft = new_draft(body)
        draft.check(body, self._world.emojis)
        message = self._begun(channel, author, invocation, ephemeral=ephemeral, reply_to=reply_to, number=number)
        message.nonce = body.get("nonce")
        place = self._place(message, limit)
        attachments = await self.files.arrange(body.get("attachments"), files, (), place)
        draft.check_files(attachments)
        self._find_mentions(message, draft, body)
        flags = draft.flags & ~MessageFlag.EPHEMERAL
        self._write(message, draft, attachments, flags | MessageFlag.EPHEMERAL if message.only_for else flags)
        self._publish(message)
        return message

    def post_loading(self, invocation: Invocation) -> Message:
        """Post the "is thinking…" of a deferred answer.

        Raises:
            Refusal: the thread takes no message.
        """
        flags = MessageFlag.LOADING | (MessageFlag.EPHEMERAL if invocation.ephemeral else MessageFlag(0))
        bot = self._world.bot
        message = self._begun(invocation.channel, bot, invocation, ephemeral=invocation.ephemeral)
        self._write(message, Draft("", (), (), flags), (), flags)
        self._publish(message)
        return message

    async def edit(
        self, message: Message, body: Json, files: Sequence[SentFile] = (), *, limit: int | None = None
    ) -> Message:
        """Change a message; what the body leaves out stays.

        Raises:
            Refusal: the body or a file is not as it must be, or the thread lets nothing be changed.
        """
        self.threads.require_changeable(message.channel, message.author)
        draft = changed_draft(message, body)
        draft.check(body, self._world.emojis)
        place = self._place(message, limit)
        attachments = await self.files.arrange(body.get("attachments"), files, message.attachments, place)
        draft.check_files(attachments)
        self._find_mentions(message, draft, body)
        message.edited_at = None if message.loading else self._world.clock.now()
        self._write(message, draft, attachments, draft.flags)
        self._tell("MESSAGE_UPDATE", message)
        self._world.announce(
            ChangeKind.MESSAGE_EDITED,
            by=message.author,
            channel=message.channel,
            message=message,
        )
        return message

    async def forward(self, original: Message, channel: Channel, author: User) -> Message:
        """Forward a message: as it is now, without its author.

        Raises:
            Refusal: the thread takes no message.
        """
        message = self._begun(channel, author, None, ephemeral=False)
        message.reply_to = message.forwarded = original
        self._write(message, Draft("", (), (), MessageFlag.HAS_SNAPSHOT), (), MessageFlag.HAS_SNAPSHOT)
        self._publish(message)
        return message

    def unfurl(self, message: Message, embeds: Sequence[Json]) -> None:
        """Show the previews of a message's links, which Discord makes some time after it was posted."""
        now = message.version
        draft = Draft(now.content, tuple(embeds), now.components, now.flags)
        self._write(message, draft, now.attachments, now.flags)
        self._tell("MESSAGE_UPDATE", message)

    def delete(self, message: Message, by: User) -> None:
        """Delete a message.

        Raises:
            Refusal: the thread lets nothing be deleted.
        """
        self.threads.require_removable(message.channel)
        message.deleted = True
        gone: Json = {"id": str(message.id), "channel_id": str(message.channel.id)}
        self._dispatch("MESSAGE_DELETE", message, lambda _: gone, {})
        self._world.announce(ChangeKind.MESSAGE_DELETED, by=by, channel=message.channel, message=message)

    def posted_with(self, channel: Channel, author: User, nonce: object) -> Message | None:
        """The message that the author posted here with this nonce within the last minutes."""
        oldest = self._world.clock.now() - NONCE_SECONDS
        for message in reversed(channel.history):
            if message.created_at < oldest:
                return None
            if message.author is author and as_text(message.nonce) == as_text(nonce):
                return message
        return None

    def _begun(
        self,
        channel: Channel,
        author: User,
        invocation: Invocation | None,
        *,
        ephemeral: bool,
        reply_to: Message | None = None,
        number: int | None = None,
    ) -> Message:
        """A message without content yet, in no channel's history."""
        self.threads.require_writable(channel, author)
        return Message(
            id=number or self._world.snowflakes.next(),
            kind=_kind_of(reply_to, invocation),
            channel=channel,
            author=author,
            created_at=self._world.clock.now(),
            only_for=invocation.user if invocation and ephemeral else None,
            reply_to=reply_to or (invocation.shown_under if invocation else None),
            origin=invocation.origin if invocation else None,
        )

    def _place(self, message: Message, limit: int | None) -> Place:
        ephemeral = message.only_for is not None
        owner = self._world.bot.id if ephemeral else message.channel.id
        per_file = message.channel.upload_limit if limit is None else limit
        return Place(owner, ephemeral, per_file, self._world.options.oversize_code)

    def _find_mentions(self, message: Message, draft: Draft, body: Json) -> None:
        allowed = body.get("allowed_mentions")
        if allowed is None and message.origin is not None:
            allowed = _USERS_ONLY
        guild = message.channel.guild
        may = bool(message.channel.permissions_of(message.author) & Permission.MENTION_EVERYONE)
        roll = Roll(self._world.users, guild.roles if guild else (), may and guild is not None)
        found = find_mentions(draft.content, allowed, roll, message.reply_to)
        message.pings, message.pinged_roles = list(found.users), list(found.roles)
        message.pings_everyone = found.everyone
        # A reply opens its content only to the author of a regular message, not of a response to an interaction.
        original = message.reply_to
        pings_bot = self._world.bot in found.users and original is not None and original.origin is None
        message.opens_content = self._world.bot in found.named or (
            pings_bot and original is not None and original.author is self._world.bot
        )

    def _write(self, message: Message, draft: Draft, attachments: tuple[Attachment, ...], flags: MessageFlag) -> None:
        now = self._world.clock.now()
        message.history.append(Version(now, draft.content, draft.embeds, draft.components, attachments, flags))

    def _publish(self, message: Message) -> None:
        if message.only_for is None:
            self.threads.note_message(message)
        message.channel.history.append(message)
        self._tell("MESSAGE_CREATE", message)
        self._world.announce(
            ChangeKind.MESSAGE_CREATED,
            by=message.author,
            channel=message.channel,
            message=message,
        )

    def _tell(self, name: str, message: Message) -> None:
        """Tell the bot of a message that was created or edited."""
        member = message.channel.guild and message.channel.guild.members.get(message.author.id)
        extra: Json = {"channel_type": int(message.channel.kind)}
        if member and message.only_for is None:
            extra["member"] = member_view(member, with_user=False)
            extra["mentions"] = [self._mentioned(user, member.guild) for user in message.pings]
        self._dispatch(name, message, lambda intents: self._world.views.for_bot(message, intents), extra)

    def _mentioned(self, user: User, guild: Guild) -> Json:
        """Somebody whom a message in a server mentions, with their membership; so only events show them."""
        member = guild.members.get(user.id)
        return user_view(user) | ({"member": member_view(member, with_user=False)} if member else {})

    def _dispatch(self, name: str, message: Message, view: Callable[[Intent], Json], extra: Json) -> None:
        """Send an event of a message; ephemeral ones name no server, and arrive as direct messages do."""
        if message.only_for is None and not message.channel.shows_itself_to(self._world.bot):
            return  # a channel that the bot cannot see
        guild = message.channel.guild if message.only_for is None else None
        if guild is not None:
            extra = extra | {"guild_id": str(guild.id)}
        intent = Intent.DIRECT_MESSAGES if guild is None else Intent.GUILD_MESSAGES
        self._world.dispatch(Event(name, lambda intents: view(intents) | extra, intent))


def _kind_of(reply_to: Message | None, invocation: Invocation | None) -> MessageKind:
    if reply_to is not None:
        return MessageKind.REPLY
    if invocation is None:
        return MessageKind.DEFAULT
    if invocation.original is not None or invocation.command_type is None:  # a follow-up, or under a button or menu
        return MessageKind.REPLY if invocation.shown_under else MessageKind.DEFAULT
    return MessageKind.CHAT_INPUT_COMMAND if invocation.command_type == 1 else MessageKind.CONTEXT_MENU_COMMAND
