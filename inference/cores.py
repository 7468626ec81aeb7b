"""How many CPUs this process may use: a container sees all of them, and has some of their time."""

from __future__ import annotations

import os
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Version 2 of control groups: microseconds of CPU, or ``max``, and in how many microseconds."""


def allowed_cores(quota: Path = QUOTA) -> int | None:
    """The whole CPUs of the limit that this process's container has, at least 1.

    None where there is none, or none that is lower than what the machine has anyway: runtimes find
    that out by themselves. More threads than this are stopped in the middle of their work, all at
    once, until the next period begins.
    """
    try:
        allowed, period = quota.read_text().split()
        limit = max(1, int(allowed) // int(period))
    except (OSError, ValueError):  # no such file, or "max"
        return None
    return limit if limit < len(os.sched_getaffinity(0)) else None
