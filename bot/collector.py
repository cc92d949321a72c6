"""Python's collector of garbage, kept from what stays: modules and what they hold are there for good."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def loading() -> Generator[None]:
    """Import in here, also in a thread: without collections meanwhile, and no later one walks over what is there then.

    Nothing of what is loaded becomes garbage, yet a collection that walks over it all stops the program for some 50 ms,
    and an import of everything would begin several.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def keep_all() -> None:
    """Collect a last time; what is left stays out of all later collections."""
    gc.collect()
    gc.freeze()
