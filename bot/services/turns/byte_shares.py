"""What is bounded and wanted by many, handed out by turns over members; what is small does not wait for what is large.

Two lines: one for wishes that are large, one for all others. In each, members have turns round robin, each member's
wishes in their own order, and nobody overtakes whoever's turn it is. A part is kept for small wishes, so that they
begin however many large ones wait; and while a large one waits, small ones have no more than that part, so that it
begins too.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable

MOST_BYTES = 150_000_000  # of files as they are; sending them takes about twice that, decoding has its own bound
LARGE = 10_000_000  # bytes; Discord takes no larger file from most
BYTES_FOR_SMALL = 40_000_000

TELL_AFTER = 3.0  # seconds that somebody waits before they are told where they stand
TELL_AGAIN = 5.0  # seconds between looks whether that is another place by now


@dataclass(eq=False)
class _Wish:
    """What somebody waits for.

    Attributes:
        turn: done when it is theirs.
    """

    need: int
    member: Hashable
    turn: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class _Line:
    """Wishes that wait, by member; whoever had a turn last stands last."""

    def __init__(self) -> None:
        self._members: OrderedDict[Hashable, deque[_Wish]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._members)

    @property
    def first(self) -> _Wish:
        """Whose turn it is."""
        return next(iter(self._members.values()))[0]

    def join(self, wish: _Wish) -> None:
        """Wait behind the member's others."""
        self._members.setdefault(wish.member, deque()).append(wish)

    def leave(self, wish: _Wish) -> None:
        """Wait no longer."""
        own = self._members[wish.member]
        own.remove(wish)
        if not own:
            del self._members[wish.member]

    def served(self, wish: _Wish) -> None:
        """It had its turn."""
        self.leave(wish)
        if wish.member in self._members:
            self._members.move_to_end(wish.member)

    def place_of(self, wish: _Wish) -> int:
        """1 for the next, if nobody joins or leaves."""
        rank = self._members[wish.member].index(wish)  # so many turns of each member come before
        ahead, is_before = 0, True
        for member, wishes in self._members.items():
            if member == wish.member:
                is_before = False
            ahead += min(len(wishes), rank + (1 if is_before else 0))
        return ahead + 1


class FairShare:
    """Lets requests have of something what they need, all of it at once, so that no two wait for each other.

    Args:
        most: how much there is, in any unit.
        large: a wish for more than that is large, unless it is said.
        for_small: so much of it is kept for small wishes, none of which may need more.
    """

    def __init__(self, most: int = MOST_BYTES, large: int = LARGE, for_small: int = BYTES_FOR_SMALL) -> None:
        self._free = most
        self._most_large, self._for_small = most - for_small, for_small
        self._large = large
        self._small_out = 0
        self._lines = {is_large: _Line() for is_large in (False, True)}

    @asynccontextmanager
    async def taken(
        self,
        need: int,
        member: Hashable,
        *,
        is_large: bool | None = None,
        tell: Callable[[int], Awaitable[None]] | None = None,
    ) -> AsyncGenerator[None]:
        """Wait for so much, or for as much as a large wish can have if it is more, and hold it meanwhile.

        Args:
            need: how much.
            member: whose turn it uses.
            is_large: where that does not follow from the need.
            tell: told the place in line of who has waited for a while, and any other since: 1 for the next, and at
                last 0.
        """
        is_large = need > self._large if is_large is None else is_large
        need = min(need, self._most_large) if is_large else need
        await self._take(_Wish(need, member), tell, is_large=is_large)
        try:
            yield
        finally:
            self._give(need, is_large=is_large)

    async def _take(self, wish: _Wish, tell: Callable[[int], Awaitable[None]] | None, *, is_large: bool) -> None:
        line = self._lines[is_large]
        line.join(wish)
        self._hand_out()
        try:
            await _turn_of(wish, line, tell)
        except BaseException:
            if wish.turn.done():
                self._give(wish.need, is_large=is_large)
            else:
                line.leave(wish)
                self._hand_out()
            raise

    def _give(self, back: int, *, is_large: bool) -> None:
        self._free += back
        self._small_out -= 0 if is_large else back
        self._hand_out()

    def _hand_out(self) -> None:
        for is_large, line in self._lines.items():
            while line and self._fits(line.first.need, is_large=is_large):
                wish = line.first
                line.served(wish)
                self._free -= wish.need
                self._small_out += 0 if is_large else wish.need
                wish.turn.set_result(None)

    def _fits(self, need: int, *, is_large: bool) -> bool:
        if is_large:
            return need <= self._free - max(0, self._for_small - self._small_out)
        return need <= self._free and (not self._lines[True] or self._small_out + need <= self._for_small)


async def _turn_of(wish: _Wish, line: _Line, tell: Callable[[int], Awaitable[None]] | None) -> None:
    """Wait for a wish's turn; tell its place after a while, and whenever it is another."""
    told, patience = 0, None if tell is None else TELL_AFTER
    while not wish.turn.done():
        await asyncio.wait({wish.turn}, timeout=patience)  # which leaves it alone where this is cancelled
        if tell is not None and not wish.turn.done() and (place := line.place_of(wish)) != told:
            told, patience = place, TELL_AGAIN
            await tell(place)
    if tell is not None and told:
        await tell(0)
