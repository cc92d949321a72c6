"""The rows under results and refusals, and all that can be pressed: each message gets items of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import discord
from typing_extensions import override

from bot.delivery.ladder import Buttons
from bot.discord_limits import MOST_CHOICES
from bot.services.requests import format_price

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from discord.ui.view import BaseView

    from bot.errors import Shortfall
    from bot.services.jobs import Result
    from bot.services.ledger import Order, Picture
    from bot.services.requests import ImageRequest

    Act = Callable[[discord.Interaction[Any], Order, Picture], Awaitable[None]]
    Price = Callable[[Order, Picture], int | None]
    Item = discord.ui.DynamicItem[Any]
    ViewT = TypeVar("ViewT", bound=BaseView)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be done with a picture, offered behind ⋯.

    Attributes:
        place: the lowest stands first.
        value: kept in the ids of buttons: letters, digits, ``-`` and ``.``; never change one.
        label: what people read.
        emoji: in front of it.
        act: does it, with the request behind a picture and that picture.
        whole: about the whole result: with several pictures nobody is asked which, and `act` gets the first.
        makes: makes a picture at once, at somebody's expense: who is asked which one is meant can answer once.
        price: in nano-dollars, of what it makes of a picture; None where it is not to be had.
        about: said instead of a price.
        offered: under which results; None under all.
    """

    place: int
    value: str
    label: str
    emoji: str | None
    act: Act
    whole: bool = False
    makes: bool = False
    price: Price | None = None
    about: str | None = None
    offered: Callable[[Order], bool] | None = None

    def described(self, order: Order, picture: Picture) -> str | None:
        """What is said below the label: the price, or what else there is to say before it is chosen."""
        nano = None if self.price is None else self.price(order, picture)
        return self.about if nano is None else format_price(nano)


class More:
    """What stands behind ⋯ under a result."""

    def __init__(self) -> None:
        self._choices: list[Choice] = []

    def add(
        self,
        place: int,
        value: str,
        label: str,
        emoji: str | None,
        act: Act,
        *,
        whole: bool = False,
        makes: bool = False,
        price: Price | None = None,
        about: str | None = None,
        offered: Callable[[Order], bool] | None = None,
    ) -> None:
        """Offer something under results; see `Choice`.

        Raises:
            ValueError: the value is taken, or a select holds no more.
        """
        if self.find(value) is not None or len(self._choices) == MOST_CHOICES:
            raise ValueError(f"no room for {value!r} behind ⋯")
        self._choices.append(Choice(place, value, label, emoji, act, whole, makes, price, about, offered))
        self._choices.sort(key=lambda choice: choice.place)

    def find(self, value: str) -> Choice | None:
        """What has this value, or None: an old message may offer what is not there any more."""
        return next((choice for choice in self._choices if choice.value == value), None)

    @property
    def choices(self) -> Sequence[Choice]:
        """All, in the order of their places."""
        return tuple(self._choices)


class ResultButtons(Buttons):
    """Makes the rows, anew for each message: discord.py forgets the classes of a view that is used twice."""

    def __init__(self) -> None:
        self._of_result: list[tuple[int, Callable[[Result], Item | None]]] = []
        self._more: Callable[[Result], Item | None] | None = None
        self._of_words: Callable[[Result], Sequence[Item]] | None = None
        self._of_progress: Callable[[int], Item] | None = None
        self._of_late: Callable[[int], Item] | None = None
        self._of_failure: Callable[[int, ImageRequest], Sequence[Item]] | None = None
        self._of_refusal: Callable[[int, Shortfall], Awaitable[Item | None]] | None = None

    def add(self, place: int, make: Callable[[Result], Item | None]) -> None:
        """Offer a button under results, unless `make` returns None; the lowest place stands first. At most five."""
        self._of_result.append((place, make))
        self._of_result.sort(key=lambda offered: offered[0])

    def set_more(self, make: Callable[[Result], Item | None]) -> None:
        """Offer the select that stands in a row of its own, below the buttons."""
        self._more = make

    def set_words(self, make: Callable[[Result], Sequence[Item]]) -> None:
        """Offer buttons under words about a prompt."""
        self._of_words = make

    def set_progress(self, make: Callable[[int], Item]) -> None:
        """Offer the button under what waits or is being made: `make` takes the request's id."""
        self._of_progress = make

    def set_late(self, make: Callable[[int], Item]) -> None:
        """Offer the button with which a late private result can be fetched: `make` takes the request's id."""
        self._of_late = make

    def set_failure(self, make: Callable[[int, ImageRequest], Sequence[Item]]) -> None:
        """Offer buttons under a failure: `make` takes the request's id and what was asked for."""
        self._of_failure = make

    def set_refusal(self, make: Callable[[int, Shortfall], Awaitable[Item | None]]) -> None:
        """Offer a button under the refusals of limits: `make` takes the server's id and what is missing."""
        self._of_refusal = make

    @override
    def of_result(self, result: Result) -> discord.ui.View | None:
        makers = [make for _, make in self._of_result]
        return _row([make(result) for make in (*makers, *([] if self._more is None else [self._more]))])

    @override
    def of_words(self, result: Result) -> discord.ui.View | None:
        return _row([] if self._of_words is None else self._of_words(result))

    @override
    def of_progress(self, request_id: str) -> discord.ui.View | None:
        return _row([] if self._of_progress is None else [self._of_progress(int(request_id))])

    @override
    def of_late(self, request_id: str) -> discord.ui.View | None:
        return _row([] if self._of_late is None else [self._of_late(int(request_id))])

    @override
    def of_failure(self, request_id: str, request: ImageRequest) -> discord.ui.View | None:
        return _row([] if self._of_failure is None else self._of_failure(int(request_id), request))

    async def of_refusal(self, server_id: int, shortfall: Shortfall) -> discord.ui.View | None:
        """A new view for one message."""
        return _row([None if self._of_refusal is None else await self._of_refusal(server_id, shortfall)])


def view_of(items: Sequence[discord.ui.Item[Any]]) -> discord.ui.View:
    """A new view with these items, which never end: they are found by their ids.

    discord.py keeps nothing of it: it would for 15 minutes, where only one member sees the message.
    """
    return _filled(discord.ui.View(timeout=None), items)


def panel_of(*parts: discord.ui.Item[Any]) -> discord.ui.LayoutView:
    """The same of a message that is all panel: words, pictures and buttons in one."""
    return _filled(discord.ui.LayoutView(timeout=None), parts)


def _filled(view: ViewT, items: Sequence[discord.ui.Item[Any]]) -> ViewT:
    for item in items:
        view.add_item(item)
    view.stop()
    return view


def _row(items: Sequence[Item | None]) -> discord.ui.View | None:
    offered = [item for item in items if item is not None]
    return view_of(offered) if offered else None
