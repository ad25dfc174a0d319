"""The machine that measures: figures mean nothing without it."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

from bench.report import Row


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def load_row(when: str) -> Row:
    """How many programs wanted to compute during the last minute, beside how many cores there are for them."""
    return Row(f"machine: load {when}", "1 min", "", round(os.getloadavg()[0], 2), "cores", cores())


def describe(cpuinfo: str | None = None, meminfo: str | None = None) -> str:
    """One line: processor, cores, memory, system.

    :param cpuinfo: text of /proc/cpuinfo; `meminfo` of /proc/meminfo; read from there unless given
    """
    cpuinfo = Path("/proc/cpuinfo").read_text() if cpuinfo is None else cpuinfo
    meminfo = Path("/proc/meminfo").read_text() if meminfo is None else meminfo
    model = re.search(r"^model name\s*: (.+)$", cpuinfo, re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+) kB$", meminfo, re.MULTILINE)
    gigabytes = f"{int(memory[1]) / 2**20:.0f} GiB" if memory else "unknown memory"
    processor = model[1].strip() if model else platform.machine()
    return f"{processor}, {cores()} cores, {gigabytes}, {platform.system()} {platform.release().split('-')[0]}"
