"""The fair queue: a turn goes to the member who has been given the least of late, counted in seconds of a slot.

Seconds, not dollars: what the others wait for is a free slot, and a dear picture that is done soon keeps nobody
waiting. For money there are limits. This is start-time fair queueing (Goyal, Vin, Cheng: SIGCOMM 1996, section 2): what
a member was given grows by what their pictures are expected to take, and the line's level is what the last one to have
a turn had been given before it. Who joins begins at the level, so that nobody saves up turns by staying away; who
leaves is forgotten once the level has passed them, so that nobody gets rid of what they were given by coming back. What
two members who both wait are given differs by no more than one picture of each.

Simulated before it was chosen, at the same total time: half of the light users wait 11 s, where it is 27 s in a plain
round robin and 261 s first come, first served. One member may use all slots but one, which costs less than any smaller
fixed cap.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import Counter, OrderedDict, deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from math import isinf
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from bot.errors import QueueFullError
from bot.language import phrase
from bot.services.text import about
from bot.services.turns.backpressure import Open

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Hashable

    from bot.services.turns.backpressure import Gate

Item = TypeVar("Item")

MOST_WAITING = 100
MOST_WAITING_PER_MEMBER = 10


class Member(NamedTuple):
    """Who waits in line: a member of a server."""

    server_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class Foretold(Generic[Item]):
    """When a waiting item will have its turn, if all take as long as expected and nobody joins.

    Attributes:
        position: 1 for the next that waits for a slot; 0 if a slot is free for it now.
        wait: seconds until then.
    """

    member: Member
    item: Item
    position: int
    wait: float


@dataclass
class _Turns(Generic[Item]):
    """Whose turn it is.

    Attributes:
        most_out: items of one member that may be out.
        waiting: by member; whoever had a turn last stands last.
        running: how many items are out.
        given: seconds, on the scale of the level.
        paused: servers, and the level when they were paused.
    """

    slots: int
    most_out: int
    expected: Callable[[Item], float]
    gate: Gate[Item]
    waiting: OrderedDict[Member, deque[Item]] = field(default_factory=OrderedDict[Member, "deque[Item]"])
    running: Counter[Member] = field(default_factory=Counter[Member])
    given: dict[Member, float] = field(default_factory=dict[Member, float])
    level: float = 0.0
    paused: dict[int, float] = field(default_factory=dict[int, float])

    def twin(self) -> _Turns[Item]:
        """The same, to be played with; without those that are passed over."""
        waiting = OrderedDict((member, self.waiting[member].copy()) for member in self.able())
        return _Turns(
            self.slots,
            self.most_out,
            self.expected,
            self.gate.twin(),
            waiting,
            self.running.copy(),
            self.given.copy(),
            self.level,
        )

    def able(self) -> list[Member]:
        """Who waits for a turn that will come; whoever had none for the longest time is first."""
        if not self.paused:  # as nearly always; who foretells asks very often
            return list(self.waiting)
        return [member for member in self.waiting if member.server_id not in self.paused]

    def line(self, member: Member) -> deque[Item]:
        """What waits of a member, who joins if nothing does."""
        if member not in self.waiting:
            self.given[member] = max(self.given.get(member, 0.0), self._level_of(member))
            self.waiting[member] = deque()
        return self.waiting[member]

    def put_back(self, member: Member, item: Item) -> None:
        """The turn that was given last is taken back; its slot is not."""
        self.line(member).appendleft(item)
        self.given[member] -= self.expected(item)
        self.gate.give_back(item)
        self.waiting.move_to_end(member, last=False)

    def _able_now(self) -> list[Member]:
        """For whom there is a slot."""
        if self.running.total() >= self.slots:
            return []
        full = {member for member, out in self.running.items() if out >= self.most_out}
        return [member for member in self.able() if member not in full] if full else self.able()

    def opens_at(self) -> float:
        """When the gate opens for somebody for whom there is a slot; never if there is nobody."""
        firsts = [self.waiting[member][0] for member in self._able_now()]
        kinds = {self.gate.kind(item): item for item in firsts}
        return min(map(self.gate.opens_at, kinds.values()), default=float("inf"))

    def _turn_of(self, now: float) -> Member | None:
        """Who of those for whom there is a slot was given the least, of those whose item the gate lets out now."""
        closed: set[Hashable] = set()
        for member in sorted(self._able_now(), key=self.given.__getitem__):
            item = self.waiting[member][0]
            kind = self.gate.kind(item)
            if kind not in closed:
                if self.gate.opens_at(item) <= now:
                    return member
                closed.add(kind)
        return None

    def next(self, now: float) -> tuple[Member, Item] | None:
        """Give the next turn, if anybody can have one now. Whose item the gate keeps back is passed over."""
        member = self._turn_of(now)
        if member is None:
            return None
        line = self.waiting[member]
        item = line.popleft()
        self.gate.take(item, now)
        self.waiting.move_to_end(member)
        if not line:
            del self.waiting[member]
        self.running[member] += 1
        rises, self.level = self.given[member] > self.level, max(self.level, self.given[member])
        self.given[member] += self.expected(item)
        if rises:
            self.forget_idle()
        return member, item

    def done(self, member: Member) -> None:
        """A slot is free again."""
        if self.running[member] == self.most_out and member in self.waiting:
            # They were passed over for having all that one may have, which saves up no turns.
            self.given[member] = max(self.given[member], self._level_of(member))
        self.running[member] -= 1
        if self.running[member] <= 0:
            del self.running[member]
        self.forget_idle()

    def resume(self, server_id: int) -> None:
        """A server's members are as far before or behind the others as they were at the pause."""
        passed = self.level - self.paused.pop(server_id, self.level)
        for member in self.given:
            if member.server_id == server_id:
                self.given[member] += passed

    def forget_idle(self) -> None:
        """Forget whoever neither waits nor has anything out, once the others were given as much."""
        if not self.waiting and not self.running:
            self.given.clear()
            self.level = 0.0
            return
        for member in self.given.keys() - self.waiting.keys() - self.running.keys():
            if self.given[member] <= self.level:
                del self.given[member]

    def _level_of(self, member: Member) -> float:
        """Where a member begins: while their server is paused, where the line stood then."""
        return self.paused.get(member.server_id, self.level)


def _alike(_: object) -> float:
    return 1.0


class FairQueue(Generic[Item]):
    """Hands out waiting items by what members have been given, each member's in their own order.

    Members of a paused server are passed over: they keep their place, and nobody else's turn counts them. So is, as
    long as that lasts, whoever waits for something that the gate does not let out yet: it keeps no slot from others.

    It belongs to one event loop. Whoever takes an item with `take` gives the slot back with `done`.

    Args:
        slots: how many items may be out at once.
        expected: seconds that an item is expected to keep its slot, as far as is known now; more than 0.
        gate: lets items out, if not all may leave as soon as they have a slot.
        clock: seconds, as of `time.monotonic`.
        most_waiting: items that may wait altogether, without those of paused servers.
        most_per_member: items of one member that may wait.

    Attributes:
        ends: in how many seconds what is out will be done, and whose it is; what is missing there is done at once.
    """

    def __init__(
        self,
        slots: int,
        expected: Callable[[Item], float] = _alike,
        gate: Gate[Item] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        most_waiting: int = MOST_WAITING,
        most_per_member: int = MOST_WAITING_PER_MEMBER,
    ) -> None:
        self._turns: _Turns[Item] = _Turns(slots, max(1, slots - 1), expected, gate or Open())
        self.ends: Callable[[], Collection[tuple[float, Member]]] = tuple
        self._clock = clock
        self._most_waiting = most_waiting
        self._most_per_member = most_per_member
        self._promised: Counter[Member] = Counter()  # room for what is being accepted
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return sum(len(line) for line in self._turns.waiting.values())

    @property
    def running(self) -> int:
        """Items that are out."""
        return self._turns.running.total()

    def check_room(self, member: Member, count: int) -> None:
        """Whether `count` more items of this member may wait.

        Raises:
            QueueFullError: with a sentence that says what is full.
        """
        mine = len(self._turns.waiting.get(member, ())) + self._promised[member]
        if mine + count > self._most_per_member:
            raise QueueFullError(
                phrase(
                    "You already have {count} pictures waiting, and {most} is the most. "
                    "Wait until one is done, or cancel one, then ask again. Nothing was charged.",
                    count=mine,
                    most=self._most_per_member,
                )
            )
        waiting = sum(len(self._turns.waiting[other]) for other in self._turns.able())
        if waiting + self._promised.total() + count > self._most_waiting:
            raise QueueFullError(
                phrase(
                    "The line is full: everybody's pictures together are more than I can promise. "
                    "{advice} Nothing was charged.",
                    advice=self._when_there_is_room(count),
                )
            )

    def _when_there_is_room(self, count: int) -> str:
        """When `count` more may wait in a line that is full for them, as a sentence."""
        foretold = self.foresee()
        leaving = len(foretold) + self._promised.total() + count - self._most_waiting  # turns until then
        if not 0 < leaving <= len(foretold):
            return phrase("Try again in a few minutes.")  # more is promised than waits
        return phrase(
            "There is room in {time}, if all goes as it usually does; ask again then.",
            time=about(foretold[leaving - 1].wait),
        )

    @contextmanager
    def room(self, member: Member, count: int) -> Generator[None]:
        """Keep room for what will be put before the block ends. Raises as `check_room` does."""
        self.check_room(member, count)
        self._promised[member] += count
        try:
            yield
        finally:
            self._promised[member] -= count
            if not self._promised[member]:
                del self._promised[member]

    def put(self, member: Member, item: Item) -> None:
        """Let an item wait behind the member's others. Room is `check_room`'s business: a restart puts back all."""
        self._turns.line(member).append(item)
        self._changed.set()

    def put_back(self, member: Member, item: Item) -> None:
        """Let the item that was taken last wait again as if it had not been. Its slot is given back with `done`.

        Several are put back in the opposite order in which they were taken.
        """
        self._turns.put_back(member, item)
        self._changed.set()

    def withdraw(self, member: Member, is_meant: Callable[[Item], bool]) -> list[Item]:
        """Let items of a member wait no longer, and return them in their order."""
        line = self._turns.waiting.get(member) or deque[Item]()
        withdrawn = [item for item in line if is_meant(item)]
        for item in withdrawn:
            line.remove(item)
        if withdrawn and not line:
            del self._turns.waiting[member]
            self._turns.forget_idle()
        return withdrawn

    def pause(self, server_id: int) -> None:
        """Pass the members of a server over from now on."""
        self._turns.paused.setdefault(server_id, self._turns.level)

    def resume(self, server_id: int) -> None:
        """Let the members of a server have their turns again, as far before or behind the others as at the pause."""
        self._turns.resume(server_id)
        self._changed.set()

    def is_paused(self, server_id: int) -> bool:
        """Whether the members of a server are passed over."""
        return server_id in self._turns.paused

    @property
    def servers_waiting(self) -> list[int]:
        """The servers of which anything waits, each once."""
        return list(dict.fromkeys(member.server_id for member in self._turns.waiting))

    def waiting_of(self, server_id: int) -> list[Item]:
        """What waits of a server: member by member, each in its own order."""
        return [item for member, line in self._turns.waiting.items() if member.server_id == server_id for item in line]

    async def take(self) -> tuple[Member, Item]:
        """The next item, once it is somebody's turn, a slot is free, and the gate lets it out."""
        while True:
            now = self._clock()
            turn = self._turns.next(now)
            if turn is not None:
                return turn
            self._changed.clear()
            closed_for = self._turns.opens_at() - now
            with suppress(TimeoutError):
                async with asyncio.timeout(None if isinf(closed_for) else closed_for):
                    await self._changed.wait()

    def done(self, member: Member) -> None:
        """Give back the slot of an item that was taken."""
        self._turns.done(member)
        self._changed.set()

    def foresee(self) -> list[Foretold[Item]]:
        """When each waiting item will have its turn, in that order; without those that are passed over.

        Played through on a copy: what it foretells is what happens if everything takes as long as expected.
        """
        twin, ends = self._turns.twin(), self.ends()
        missing = twin.running - Counter(member for _, member in ends)
        free_at = [*ends, *((0.0, member) for member in missing.elements())]
        heapq.heapify(free_at)
        began = self._clock()
        now, foretold = 0.0, list[Foretold[Item]]()
        position, step = 0, 0  # while slots are free
        while twin.waiting:
            turn = twin.next(began + now)
            if turn is None:
                step, opens = 1, twin.opens_at() - began
                if free_at and free_at[0][0] <= opens:
                    now, member = heapq.heappop(free_at)
                    twin.done(member)
                else:
                    now = opens
                continue
            member, item = turn
            heapq.heappush(free_at, (now + twin.expected(item), member))
            position += step
            foretold.append(Foretold(member, item, position, now))
        return foretold

    def clear(self) -> None:
        """Forget everything that waits: a shutdown keeps it in the database."""
        self._turns.waiting.clear()
