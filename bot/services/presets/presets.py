"""Presets: words with variables, options and pictures to use again; who sees them, and who keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.services.presets.names import key_of
from bot.services.presets.templates import Template
from bot.services.requests import Wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.services.policy import Decision
    from bot.services.requests import StoredImage


class Shelf(StrEnum):
    """Whose a preset is. The values are kept, and typed by people."""

    MINE = "mine"  # its owner's, on one server; nobody else sees it
    SERVER = "server"  # every member of the server sees it, leads change it
    STARTER = "starter"  # comes with the bot; nobody changes it


@dataclass(frozen=True, slots=True)
class Preset:
    """What can be used again.

    Attributes:
        id: of the interaction that made it; never given twice, also not by a database that was restored. 0 of starters.
        shelf: whose it is.
        name: as `checked_name` lets it pass.
        words: a template, as it was written.
        options: what is chosen; its prompt is empty.
        references: files that every picture made with it starts from, after those of whoever uses it.
        lost: numbers of those references that are pictures of ours which were deleted since, or became private.
        takes_picture: whoever uses it brings a picture.
        private: made from what only its owner sees: it stays theirs, and so does what it makes, unless they say so.
        server_id: nothing of another is seen. 0 of starters.
        maker_id: who made it: of their own, the owner. 0 of starters.
        created_at: in seconds since 1970 (UTC).
        starter: the name by which a starter is known for ever; empty for others.
        about: what a starter is good for.
        hidden: of a starter, that this server's leads have hidden it.
    """

    id: int
    shelf: Shelf
    name: str
    words: str
    options: Wishes = field(default_factory=Wishes)
    references: tuple[StoredImage, ...] = ()
    lost: tuple[int, ...] = ()
    takes_picture: bool = False
    private: bool = False
    server_id: int = 0
    maker_id: int = 0
    created_at: int = 0
    starter: str = ""
    about: str = ""
    hidden: bool = False

    @property
    def key(self) -> str:
        """By which names are compared; see `key_of`."""
        return key_of(self.name)

    @property
    def ref(self) -> str:
        """What stands for it in ids of buttons and dialogs."""
        return self.starter or str(self.id)

    @property
    def handle(self) -> str:
        """What stands for it where somebody types: ``server:Poster``."""
        return f"{self.shelf}:{self.name}"

    @property
    def template(self) -> Template:
        """Its words, read. Raises PresetRefusedError where an earlier version took what is not taken now."""
        return Template.parse(self.words)

    @property
    def present(self) -> tuple[StoredImage, ...]:
        """Its references, without those that are lost."""
        return tuple(file for file in self.references if file.number not in self.lost)

    @property
    def byte_size(self) -> int:
        """Of its references together, in bytes."""
        return sum(file.byte_size for file in self.references)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and where.

    Attributes:
        leads: they decide about what is the server's.
    """

    server_id: int
    user_id: int
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Census:
    """What is kept beside a preset that is to be kept.

    Attributes:
        names: of the others on its shelf, the id of each by the key of its name.
        member_bytes: of the references of its maker's own other presets on this server.
        server_bytes: of those of all others on this server.
        exists: whether one with its id is kept.
    """

    names: Mapping[str, int]
    member_bytes: int
    server_bytes: int
    exists: bool


class PresetStore(Protocol):
    """Keeps presets; but for starters, which come with the bot, only which of those are hidden."""

    async def of(self, server_id: int, user_id: int) -> Sequence[Preset]:
        """A member's own and the server's, by shelf and name."""
        ...

    async def get(self, server_id: int, preset_id: int) -> Preset | None:
        """One of this server, whosever it is."""
        ...

    async def put(
        self, preset: Preset, check: Callable[[Census], None], decision: Decision | None = None
    ) -> Sequence[str]:
        """Keep a preset, instead of the one with its id if there is one.

        Args:
            preset: its shelf and maker never change.
            check: runs inside the transaction: it must be pure, and what it raises undoes everything.
            decision: for the audit; of what is the server's.

        Returns:
            The digests of files that it needs no more, and nothing else.
        """
        ...

    async def delete(self, preset: Preset, decision: Decision | None = None) -> Sequence[str] | None:
        """Delete it; digests as of `put`. None if it is not kept, and then nothing is written."""
        ...

    async def hidden(self, server_id: int) -> frozenset[str]:
        """The starters that a server does not show."""
        ...

    async def hide(self, server_id: int, starter: str, *, hidden: bool, decision: Decision) -> bool:
        """Hide or show a starter; False if it is so already, and then nothing is written."""
        ...
