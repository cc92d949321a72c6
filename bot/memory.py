"""Memory: what is loaded for good is kept from Python's collector of garbage, what is freed goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import ModuleType

# Of glibc, see https://man7.org/linux/man-pages/man3/mallopt.3.html
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE = 288 * 1024  # bytes; one read of a socket takes 256 KiB
_ARENAS = 2
# What a picture needed lives for a second, and is garbage then: some 400 objects in rings. Collected by 10 and 10, as
# usual, that of sixty pictures came together, and the program stood still for 30 ms.
_THRESHOLDS = (2000, 5, 2)


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


@contextmanager
def without(library: str) -> Generator[None]:
    """Import in here what can do with or without a library that was not imported yet: it does without."""
    # https://docs.python.org/3/library/sys.html#sys.modules: None there is as if it were not installed
    sys.modules[library] = cast("ModuleType", None)
    try:
        yield
    finally:
        del sys.modules[library]


def give_back() -> None:
    """Let large blocks go back to the system as soon as they are freed, whichever thread has had them.

    Otherwise glibc takes the largest that was ever freed, up to 32 MiB, for a usual one, and each thread's arena keeps
    twice as much for the next: of pictures that came and went, some 50 MiB stayed.
    """
    if (mallopt := _of_glibc("mallopt")) is not None:
        for name, value in ((_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE), (_ARENA_MAX, _ARENAS)):
            mallopt(name, value)


def collect_little() -> None:
    """Let the collector come seldom for what is new, and often for what was there for a while: little each time."""
    gc.set_threshold(*_THRESHOLDS)


def keep_all() -> None:
    """Collect a last time; what is left stays out of all later collections, and what is free goes back to the system.

    The C library keeps what was freed while modules were loaded, some MB; glibc's gives it back when it is asked:
    https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    """
    gc.collect()
    gc.freeze()
    if (trim := _of_glibc("malloc_trim")) is not None:
        trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    """A function of the C library; None if it has none of that name, or is none of Linux."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
