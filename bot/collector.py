"""What is loaded for good: kept from Python's collector of garbage, and no more of it than is needed."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import ModuleType


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


def keep_all() -> None:
    """Collect a last time; what is left stays out of all later collections, and what is free goes back to the system.

    The C library keeps what was freed while modules were loaded, some MB; glibc's gives it back when it is asked:
    https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    """
    gc.collect()
    gc.freeze()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)
