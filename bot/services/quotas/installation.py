"""What one server may know of the budget of the whole installation: figures if it is alone, else only words."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.services.policy import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.services.ledger import LimitStatus

NEARLY = 80  # per cent; from here on it is nearly used up


class Room(StrEnum):
    """How much the installation's budget leaves, as a word."""

    ENOUGH = "leaves enough"
    LITTLE = "is nearly used up"
    NONE = "leaves too little for another picture"


@dataclass(frozen=True, slots=True)
class Hint:
    """How the installation's budget stands, without its figures: those tell what other servers spend.

    Attributes:
        resets_at: when its month ends, in seconds since 1970 (UTC).
    """

    room: Room
    resets_at: int


@dataclass(frozen=True, slots=True)
class Told:
    """Limits as people of one server may see them.

    Attributes:
        limits: with their figures; the installation's only if this server is the only one.
        hint: of the installation's budget otherwise; None if there is none, or its figures are told.
    """

    limits: tuple[LimitStatus, ...]
    hint: Hint | None


@dataclass
class Tenancy:
    """Whether the bot serves one server alone.

    Attributes:
        sole_server: set by the client; as long as nobody knows, there may be several.
    """

    sole_server: Callable[[], bool] = field(default=lambda: False)


def told_of(statuses: Iterable[LimitStatus], need_nano: int = 0, *, sole: bool) -> Told:
    """What of these may be told: all if the server is the `sole` one, else no figure of the installation's.

    `need_nano`, what a picture holds in nano-dollars, tells whether there is room for another.
    """
    found = tuple(statuses)
    if sole:
        return Told(found, None)
    hints = [Hint(_room(each, need_nano), each.resets_at) for each in found if each.limit.scope is Scope.INSTALLATION]
    limits = tuple(each for each in found if each.limit.scope is not Scope.INSTALLATION)
    return Told(limits, next(iter(hints), None))


def _room(status: LimitStatus, need_nano: int) -> Room:
    left = status.limit.maximum - status.used
    if left < max(need_nano, 1):
        return Room.NONE
    return Room.LITTLE if status.used * 100 >= NEARLY * status.limit.maximum else Room.ENOUGH
