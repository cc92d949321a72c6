"""Where a picture comes from and what was made of it, as the services see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.changes import Change

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
    """The relatives of a picture.

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

    async def family(self, number: int, server_id: int) -> Family:
        """The relatives of a picture of this server; empty if it is not one."""
        ...


async def family_of(lineage: Lineage, numbers: Sequence[int], server_id: int) -> Family:
    """The relatives of several pictures of one result, as if those were one: each relative once."""
    families = [await lineage.family(number, server_id) for number in numbers]
    parents = {relative.number: relative for family in families for relative in family.parents}
    children = {relative.number: relative for family in families for relative in family.children}
    twice = sum(len(family.children) for family in families) - len(children)
    newest = sorted(children.values(), key=lambda relative: relative.number, reverse=True)
    count = sum(family.child_count for family in families) - twice
    return Family(tuple(parents.values()), tuple(newest[:MOST_SHOWN]), count)
