"""The most memory that a process ever had."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

HIGHEST = "VmHWM:"  # kilobytes, as /proc has it


def peak_memory() -> int:
    """Bytes that this process had resident at most.

    Not by `getrusage` where there is another way: on Linux that begins with what the process had which started this
    one, and the bench itself may be larger than what it measures.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else 1024 * most  # macOS counts in bytes
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith(HIGHEST))
