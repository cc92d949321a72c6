"""Where a picture comes from and what was made of it, as the services see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.requests import Change

MOST_SHOWN = 10  # children of one picture that are named; how many there are is told


@dataclass(frozen=True, slots=True)
class Relative:
    """A picture of ours that another was made from, or that was made from another.

    Attributes:
        number: what people call it by.
        change: what was done to make it.
        user_id: who asked for it.
        prompt: the words it was made from; empty for changes without words, and for private and deleted pictures.
        created_at: when it was made, in seconds since 1970 (UTC).
        deleted: its file is gone, and nobody is led to where it was.
        private: only who asked for it sees it; it is named by its number alone.
        place: (channel id, message id) of the message that shows it; None if nobody can be led there.
    """

    number: int
    change: Change
    user_id: int
    prompt: str
    created_at: int
    deleted: bool
    private: bool
    place: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Family:
    """The relatives of a picture, or of several of one result.

    Attributes:
        parents: what it was made from: the picture that was changed first, then those that were references.
        children: the latest of what was made from it, at most `MOST_SHOWN`, newest first.
        child_count: how many there are.
    """

    parents: tuple[Relative, ...] = ()
    children: tuple[Relative, ...] = ()
    child_count: int = 0


class Lineage(Protocol):
    """Knows how pictures descend from each other. Nothing leads from one server to another."""

    async def family(self, numbers: Sequence[int], server_id: int) -> Family:
        """The relatives of pictures of this server, as if those were one: each relative once; empty if none is."""
        ...
