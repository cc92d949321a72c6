"""Backpressure: gates that let waiting items out no faster than they are taken elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Hashable

_Item_contra = TypeVar("_Item_contra", contravariant=True)


class Gate(Protocol[_Item_contra]):
    """Lets items out no faster than they are taken elsewhere. Times are those of the queue's clock."""

    def kind(self, item: _Item_contra) -> Hashable:
        """By what it tells items apart: those of one kind may leave at the same time."""
        ...

    def opens_at(self, item: _Item_contra) -> float:
        """When it may leave; that may have been long ago."""
        ...

    def take(self, item: _Item_contra, at: float) -> None:
        """It leaves."""
        ...

    def give_back(self, item: _Item_contra) -> None:
        """It did not leave after all."""
        ...

    def twin(self) -> Gate[_Item_contra]:
        """The same, to be played with."""
        ...


class Open(Gate[object]):
    """No gate at all."""

    @override
    def kind(self, item: object) -> Hashable:
        return None

    @override
    def opens_at(self, item: object) -> float:
        return float("-inf")

    @override
    def take(self, item: object, at: float) -> None:
        pass

    @override
    def give_back(self, item: object) -> None:
        pass

    @override
    def twin(self) -> Open:
        return self
