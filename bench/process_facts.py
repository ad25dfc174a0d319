"""What Linux says of a process: the time it computed and the memory it holds (proc(5))."""

from __future__ import annotations

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """Seconds of computing so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def rss_mb(pid: int) -> float:
    """Memory in use (resident), MB of 10^6 bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6


def pin(pid: int) -> None:
    """Let a process compute on one core only: the last of those that this one may use."""
    os.sched_setaffinity(pid, {max(os.sched_getaffinity(0))})
