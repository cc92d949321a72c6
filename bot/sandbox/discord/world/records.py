"""The small things: accounts, files, the versions of a message and where it came from. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.sandbox.discord.wire.json_values import Json

MEBIBYTE = 1024 * 1024
DEFAULT_UPLOAD_LIMIT = 10 * MEBIBYTE  # per file; https://discord.com/developers/docs/reference#uploading-files
BOOSTED_UPLOAD_LIMITS = {2: 50 * MEBIBYTE, 3: 100 * MEBIBYTE}  # by boost tier, as discord.py 2.7.1 has it


COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5  # the types of interaction


class ChannelKind(IntEnum):
    """The kinds of channel that the sandbox has."""

    TEXT = 0
    DIRECT = 1
    VOICE = 2
    CATEGORY = 4
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    STAGE = 13
    FORUM = 15
    MEDIA = 16

    @property
    def is_forum(self) -> bool:
        """Whether it holds posts, and no messages of its own."""
        return self in {ChannelKind.FORUM, ChannelKind.MEDIA}

    @property
    def is_voice(self) -> bool:
        """Whether people talk in it; it has a chat beside."""
        return self in {ChannelKind.VOICE, ChannelKind.STAGE}


class MessageKind(IntEnum):
    """How a message came to be."""

    DEFAULT = 0
    THREAD_CREATED = 18
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER = 21
    CONTEXT_MENU_COMMAND = 23


OF_DISCORD = {MessageKind.THREAD_CREATED, MessageKind.THREAD_STARTER}  # lines that nobody wrote; no replies to them


class MessageFlag(IntFlag):
    """The flags of a message that a bot may set or meet."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    HAS_SNAPSHOT = 1 << 14
    IS_COMPONENTS_V2 = 1 << 15


@dataclass(eq=False)
class User:
    """An account.

    Attributes:
        name: the unique user name.
        upload_limit: bytes per file; more with a paid account.
        accepts_direct_messages: whether the bot may write to them (otherwise 403, code 50007).
    """

    id: int
    name: str
    bot: bool = False
    upload_limit: int = DEFAULT_UPLOAD_LIMIT
    accepts_direct_messages: bool = True
    locale: str = "en-US"


class Kept(Protocol):
    """A file's bytes, wherever they are."""

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    def read(self) -> bytes:
        """All of them."""
        ...


@dataclass(frozen=True)
class InMemory:
    """Bytes that are kept as they are."""

    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)

    def read(self) -> bytes:
        """All of them."""
        return self.content


@dataclass(frozen=True)
class Emoji:
    """A custom emoji of a server. As text, what stands for it in a message.

    Attributes:
        picture: how it looks; None for one that nobody looks at.
    """

    id: int
    name: str
    animated: bool = False
    picture: Kept | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"<{'a' if self.animated else ''}:{self.name}:{self.id}>"


@dataclass(eq=False)
class Attachment:
    """A file of a message, of a command option or of a dialog.

    Attributes:
        kept: where its bytes are.
        content_type: None where Discord names none.
        width: pixels, for pictures.
        height: pixels, for pictures.
        description: the alt text.
        ephemeral: removed after a while, as files of command options are.
        owner_id: the channel's id, or the application's for ephemeral files; part of the link.
    """

    id: int
    filename: str
    kept: Kept = field(repr=False)
    content_type: str | None
    owner_id: int
    width: int | None = None
    height: int | None = None
    description: str | None = None
    ephemeral: bool = False

    @property
    def size(self) -> int:
        """Bytes."""
        return self.kept.size

    @property
    def content(self) -> bytes:
        """The bytes as they were sent."""
        return self.kept.read()


@dataclass(frozen=True)
class Version:
    """How a message stood at a time (`at`: seconds since 1970 on the server's clock)."""

    at: float
    content: str
    embeds: tuple[Json, ...]
    components: tuple[Json, ...]
    attachments: tuple[Attachment, ...]
    flags: MessageFlag


@dataclass(frozen=True)
class Origin:
    """The interaction that a message answers, as the message tells of it.

    Attributes:
        kind: 2 command, 3 component, 5 dialog.
        guild_id: the server's; None in direct messages.
        source_id: the message whose button or menu was used.
        command_type: 1 slash, 3 message menu; None for other kinds.
        name: the command's.
        opened_by: for a dialog, the interaction that opened it.
    """

    id: int
    kind: int
    user: User
    guild_id: int | None
    source_id: int | None = None
    command_type: int | None = None
    name: str = ""
    opened_by: Origin | None = None
