"""On what it was measured: the machine, how busy it was, and the versions of what takes part."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version

import psutil

from bot.storage.database.sqlite import sqlite3
from tests.bench.playing import ROOT

LIBRARIES = ("discord.py", "openai", "pillow", "aiohttp", "aiosqlite")


def now() -> str:
    """In UTC, as ISO 8601 has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def load() -> float:
    """How many processes wanted a processor, over the last minute."""
    return os.getloadavg()[0]


def machine() -> dict[str, str | int]:
    """Its kind, its processors and its memory."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "cores": os.cpu_count() or 0,
        "memory": psutil.virtual_memory().total,
    }


def versions() -> dict[str, str]:
    """Of us, of Python, and of the libraries that both we and the floor stand on."""
    told = {"atelier": version("atelier"), "commit": _commit(), "python": platform.python_version()}
    return told | {name: version(name) for name in LIBRARIES} | {"sqlite": sqlite3.sqlite_version}


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - no words of others
    except (OSError, subprocess.CalledProcessError):
        return "unknown"  # not a clone
